"""Searches a rewritten file; a text that stays and names a UID of the patient gets the new one.

The UID is replaced as a whole: one that begins with a known UID and is longer, such as that of
another series of the study, becomes what it becomes everywhere else. What can't be replaced is
left to be found again, and holds the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.encode import ITEM, LENGTH, UNDEFINED
from gantry.engine.deidentify.facts import CHARACTER_SET, Facts
from gantry.engine.deidentify.links import decoded
from gantry.engine.deidentify.needles import Needle
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rules import dictionary_vr
from gantry.engine.deidentify.search import FileHit, hits
from gantry.engine.deidentify.steps import ALL, Step, elements, items
from gantry.engine.deidentify.walk import PIXEL_DATA
from gantry.engine.deidentify.walked import NotWalked, Walked

# The most characters of one value; of the others, a new UID (44 characters) fits none.
_ROOM: Final = {"LO": 64, "LT": 10240, "ST": 1024, "UC": 0, "UR": 0, "UT": 0}  # 0: any number
_SHORT_VALUE: Final = 0xFFFE  # bytes
_WHOLE: Final = r"[0-9]+(?:\.[0-9]+)+"
_BYTES: Final = re.compile(_WHOLE.encode())
_TEXT: Final = re.compile(_WHOLE)


class Said(NamedTuple):
    """A text of a file, and what it became."""

    tag: int
    old: bytes
    new: bytes


def searched(
    walked: Walked, meta: bytes, wanted: list[Needle], key: Key | None, facts: Facts, *,
    explicit: bool, own: Iterable[bytes],
) -> tuple[FileHit | None, bool]:  # fmt: skip
    """The first of the needles that must hold a file; and whether texts got new UIDs.

    Args:
        walked: its parts, texts and tallies change if texts do.
        meta: what comes before the data set.
        key: None: the profile retains UIDs, and texts stay as they are.
        own: values that Gantry itself wrote, lower case.
    """

    def first() -> FileHit | None:
        found = hits(
            [meta, *walked.parts],
            wanted,
            native=walked.native + 1,
            compressed=walked.compressed + 1,
            explicit=explicit,
            own=own,
            image_bytes=facts.image_bytes,
        )
        return next(found, None)

    hit = first()
    if hit is None or hit.kind != "uid" or key is None:
        return hit, False
    known = frozenset(needle.text.encode() for needle in wanted if needle.kind == "uid")
    texts = _Texts(known, key, explicit=explicit)
    try:
        said = texts.renew(walked, tuple(facts.texts(CHARACTER_SET)))
    except NotWalked:
        return hit, False
    if not said:
        return hit, False
    _note(said, walked)
    return first(), True


def renewed(
    text: bytes, vr: str, known: frozenset[bytes], key: Key, charsets: tuple[str, ...]
) -> bytes:
    """A text with the new UIDs; as it was where it has none, or they don't fit.

    Args:
        known: original UIDs; one that begins with them counts, too.
        charsets: Specific Character Set: bytes that only look like a UID are left.
    """

    def new(uid: bytes) -> bytes:
        end = len(uid)
        while end > 0:
            if uid[:end] in known:
                return key.uid(uid)
            end = uid.rfind(b".", 0, end)
        return uid

    bare = text.rstrip(b" \0")
    made = _BYTES.sub(lambda found: new(found[0]), bare)
    if made == bare:
        return text
    says = decoded(made, charsets)
    if says != _TEXT.sub(lambda found: new(found[0].encode()).decode(), decoded(bare, charsets)):
        return text
    values = says.split("\\") if vr == "LO" else [says]
    room = _ROOM[vr]
    fits = not room or (max(map(len, values)) <= room and len(made) <= _SHORT_VALUE)
    return made if fits else text


class _Texts:
    """Replaces UIDs in the texts of a data set that Gantry wrote."""

    def __init__(self, known: frozenset[bytes], key: Key, *, explicit: bool) -> None:
        self._known, self._key, self._explicit = known, key, explicit
        self._view = memoryview(b"")
        self._edits: list[tuple[Step, int, bytes]] = []  # where it begins, and what it becomes
        self._said: list[Said] = []

    def renew(self, walked: Walked, charsets: tuple[str, ...]) -> list[Said]:
        """Changes the parts before and after the pixels; which part is which stays.

        Raises:
            NotWalked: they are not laid out as Gantry writes them. The parts are as they were.
        """
        parts, pixels = walked.parts, max(walked.native, walked.compressed)
        if pixels < 0:
            made = self._renewed(parts, ALL, charsets)
        else:
            before = self._renewed(parts[:pixels], PIXEL_DATA - 1, charsets)
            after = self._renewed(parts[pixels + 1 :], ALL, charsets)
            made = [*before, parts[pixels], *after]
        parts[:] = made
        return self._said

    def _renewed(
        self, parts: list[bytes | memoryview], last: int, charsets: tuple[str, ...]
    ) -> list[bytes | memoryview]:
        data = b"".join(parts)
        self._view, self._edits = memoryview(data), []
        self._data_set(0, len(data), charsets, last)
        if not self._edits:
            return parts
        pieces, copied = list[bytes | memoryview](), 0
        for step, begin, new in self._edits:
            pieces += self._view[copied:begin], new
            copied = step.after
        pieces.append(self._view[copied:])
        return [b"".join(pieces), *[b""] * (len(parts) - 1)]

    def _data_set(self, pos: int, end: int, charsets: tuple[str, ...], last: int = ALL) -> None:
        for step in elements(self._view, pos, end, explicit=self._explicit, last=last):
            value = bytes(self._view[step.value : step.after])
            vr = step.vr or ("" if step.tag & 0x10000 else dictionary_vr(step.tag))
            if step.tag == CHARACTER_SET:
                charsets = tuple(part.strip() for part in decoded(value, ()).split("\\"))
            elif vr == "SQ" or (not step.vr and value.startswith(ITEM)):
                self._items(step, charsets)
            elif vr in _ROOM:
                new = renewed(value, vr, self._known, self._key, charsets)
                if new != value:
                    made = encode.element(step.tag, vr, new, explicit=self._explicit)
                    self._edits.append((step, pos, made))
                    self._said.append(Said(step.tag, value, new))
            pos = step.after

    def _items(self, step: Step, charsets: tuple[str, ...]) -> None:
        for start, after in items(self._view, step.value, step.after, explicit=self._explicit):
            before = len(self._edits)
            self._data_set(start, after, charsets)
            lengths = (LENGTH.unpack_from(self._view, at - 4)[0] for at in (step.value, start))
            if len(self._edits) > before and any(length != UNDEFINED for length in lengths):
                raise NotWalked("length")


def _note(said: list[Said], walked: Walked) -> None:
    """Says of changed texts what they say now, and that they were changed."""
    new = {(tag, _bare(old)): made for tag, old, made in said}
    walked.texts = {(tag, new.get((tag, _bare(text)), text)) for tag, text in walked.texts}
    for tag, _, _ in said:
        if walked.tallies[tag, Action.KEEP]:  # one that was ticked
            walked.tallies[tag, Action.KEEP] -= 1
        walked.tallies[tag, Action.UID_IN_TEXT] += 1
    walked.tallies += type(walked.tallies)()  # without those that are zero now


def _bare(text: bytes) -> bytes:
    return text.rstrip(b" \0")
