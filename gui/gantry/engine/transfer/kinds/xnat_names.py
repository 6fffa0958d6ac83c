"""Recognizes an archive's instances by XNAT's file names.

XNAT names a file `${StudyInstanceUID}-${SeriesNumber}-${InstanceNumber}-${HashSOPClassUID…}.dcm`,
the hash being Java's of the list [SOP Class UID, SOP Instance UID], in base 36 (XNAT's sources,
TemplatizedDicomFileNamer); a site may choose another template, with the SOP Instance UID in it, or
with nothing that identifies an instance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gantry.engine.parcel import Archive, PackedFile
from gantry.engine.uids import is_uid

_TOKENS = re.compile(r"[^0-9A-Za-z.]+")
_HASH = re.compile(r"[0-9a-z]{1,7}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """The instances found in a list of file names.

    Attributes:
        numbers: of the archive's files that are named in it.
        opaque: how many names are not recognized, and may be those of the archive's files.
    """

    numbers: frozenset[int]
    opaque: int


class XnatNames:
    """Recognizes an archive's instances by the names that XNAT gives them."""

    def __init__(self, archive: Archive) -> None:
        self._study = archive.study_uid
        self._known = {self._study, *(f.series_instance_uid for f in archive.files)}
        self._by_uid: dict[str, int | None] = {}
        self._by_hash: dict[str, int | None] = {}
        for number, packed in enumerate(archive.files):
            _learn(self._by_uid, packed.sop_instance_uid, number)
            _learn(self._by_hash, xnat_hash(packed), number)

    def held(self, names: Iterable[str]) -> NamedFiles:
        """The archive's instances among these file names."""
        numbers: set[int] = set()
        opaque = 0
        for name in names:
            tokens = _TOKENS.split(name.removesuffix(".dcm"))
            number = self._number(tokens)
            if number is not None:
                numbers.add(number)
            elif not self._is_anothers(tokens):
                opaque += 1
        return NamedFiles(frozenset(numbers), opaque)

    def _number(self, tokens: list[str]) -> int | None:
        for token in tokens:
            if (number := self._by_uid.get(token)) is not None:
                return number
        # A hash has only 32 bits: it counts only together with the study's UID, if there is one
        # study.
        return self._by_hash.get(tokens[-1]) if not self._study or self._study in tokens else None

    def _is_anothers(self, tokens: list[str]) -> bool:
        """Whether such a name would have been recognized if it were one of the archive's."""
        uids = {token for token in tokens if token.count(".") >= 3 and is_uid(token)}
        hashed = len(tokens) >= 4 and _HASH.fullmatch(tokens[-1]) and uids
        return bool(hashed) or bool(uids - self._known)


def xnat_hash(packed: PackedFile) -> str:
    """The last part of XNAT's default name for an instance."""
    value = 1
    for text in (packed.sop_class_uid, packed.sop_instance_uid):
        value = (31 * value + _java_hash(text)) & 0xFFFFFFFF
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _java_hash(text: str) -> int:
    value = 0
    for char in text:
        value = (31 * value + ord(char)) & 0xFFFFFFFF
    return value


def _learn(known: dict[str, int | None], key: str, number: int) -> None:
    """Drops what two files have in common, because it identifies neither."""
    known[key] = None if key in known or not key else number
