"""Makes values safe as names: of files, of S3 objects, in XNAT, and as a DICOM Patient ID."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from gantry.engine.labels.label import invalid


class NameKind(StrEnum):
    """What a name is for; each allows other characters.

    FILE: a file or folder on any system. KEY: a part of an S3 object's key. WORD: letters, digits,
    `_` and `-`, as for a subject or session of XNAT. PATIENT: Patient ID and Patient's Name (VR LO
    and PN, DICOM PS3.5 §6.2) in any character set.
    """

    FILE = "file"
    KEY = "key"
    WORD = "word"
    PATIENT = "patient"

    @property
    def is_case_sensitive(self) -> bool:
        """Whether `s1` and `S1` are two names everywhere."""
        return self is NameKind.KEY


_NOT_IN_FILES: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_AT_END: Final = re.compile(r"[. ]+$")
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.I)
# "Characters to avoid" in S3's guide to object keys, and the one that divides a key.
_NOT_IN_KEYS: Final = re.compile(r'[\\{}^%`\[\]"<>~#|/\x00-\x1f\x7f]')
_NOT_IN_WORDS: Final = re.compile(r"[^A-Za-z0-9_-]")
_NOT_IN_PATIENTS: Final = re.compile(r"[^\x20-\x7e]|[\\^=*?]")
_LONGEST: Final = {
    NameKind.FILE: 100,  # bytes; several levels and a file name must fit into a path
    NameKind.KEY: 200,
    NameKind.WORD: 64,
    NameKind.PATIENT: 64,
}


def safe(text: str, kind: NameKind) -> str:
    """A value as a name of this kind; different values may become the same name (`clashes.py`).

    Raises:
        GantryError: LABEL_INVALID: it is too long. Nothing is ever cut off.
    """
    made = _MAKERS[kind](text)
    if len(made.encode("utf-8", "replace")) > _LONGEST[kind]:
        raise invalid("long", value=text[:40], most=_LONGEST[kind])
    return made


def compared(name: str, kind: NameKind) -> str:
    """The form in which two names of this kind are the same."""
    return name if kind.is_case_sensitive else name.casefold()


def _file(text: str) -> str:
    name = _AT_END.sub(lambda end: "_" * len(end[0]), _NOT_IN_FILES.sub("_", text))
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def _key(text: str) -> str:
    name = _NOT_IN_KEYS.sub("_", text)
    return name if name.strip(".") else "_" * len(name)


def _word(text: str) -> str:
    return _NOT_IN_WORDS.sub("_", _without_accents(text))


def _patient(text: str) -> str:
    return _NOT_IN_PATIENTS.sub("_", _without_accents(text)).strip()


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char))


_MAKERS: Final = {
    NameKind.FILE: _file,
    NameKind.KEY: _key,
    NameKind.WORD: _word,
    NameKind.PATIENT: _patient,
}
