"""The fast way: walks the bytes of a data set and copies what stays, without parsing values.

Anything that it does not fully understand raises `NotWalked`; the slow way (normal.py) then decides
by the same rules.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.encode import (
    HEAD,
    ITEM,
    ITEM_END,
    ITEM_END_TAG,
    ITEM_TAG,
    LENGTH,
    LONG_VRS,
    SEQUENCE_END,
    SHORT,
    SHORT_LENGTH,
    UNDEFINED,
    VR_OF,
)
from gantry.engine.deidentify.rules import ANY_VR, TEXT_VRS, Head, Rules, dictionary_vr
from gantry.engine.deidentify.steps import fragments_end
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walked import TWICE, Insertion, NotWalked, Removed, Walked
from gantry.engine.deidentify.wordless import checked, checked_private, is_wordless

PIXEL_DATA: Final = 0x7FE00010
CODES: Final = 0x00120064
SHOWN_VRS: Final = TEXT_VRS | {"CS"}  # a report shows what these still say
_DEEPEST: Final = 48
_MOST_HEADS: Final = 20_000


class Walk:
    """One data set, from its first element to its last.

    Args:
        data: the whole file.
        explicit: whether VRs are explicit.
        insertions: in the order of their tags.
        code_items: what is added to a De-identification Method Code Sequence that is there.
    """

    def __init__(
        self,
        data: memoryview,
        rules: Rules,
        values: Values,
        *,
        explicit: bool,
        insertions: Sequence[Insertion],
        code_items: bytes,
    ) -> None:
        self._data, self._explicit = data, explicit
        self._rules, self._values = rules, values
        self._insertions = list(insertions)
        self._code_items = code_items
        self._copied = 0  # where what was not yet copied begins
        self.result = Walked(moved=values.moved)
        self._parts = self.result.parts

    def run(self, start: int) -> Walked:
        """Walks to the end of the file.

        Raises:
            NotWalked: the slow way must take it.
        """
        self._copied = start
        try:
            self._data_set(start, len(self._data), depth=0)
        except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
            raise NotWalked(type(error).__name__) from error
        for insertion in self._insertions:
            self._parts.append(insertion.data)
        return self.result

    def piece(
        self, start: int, end: int, insertions: list[Insertion], result: Walked | None = None
    ) -> Walked:
        """Walks some elements of the top level only; what is left in `insertions` was not written.

        Args:
            result: of other pieces, to which all but its bytes is added.

        Raises:
            NotWalked: the slow way must take the file.
        """
        self.result = Walked() if result is None else result
        self._values.moved, self._parts = self.result.moved, self.result.parts
        self._parts.clear()
        self._insertions, self._copied = insertions, start
        try:
            self._data_set(start, end, depth=0)
        except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
            raise NotWalked(type(error).__name__) from error
        return self.result

    def _flush(self, end: int, next_start: int) -> None:
        """Copies what stays up to `end`; what begins at `next_start` is next."""
        if end > self._copied:
            self._parts.append(self._data[self._copied : end])
        self._copied = next_start

    def _data_set(self, pos: int, end: int, *, depth: int, delimited: bool = False) -> int:
        """Walks elements until `end` or, where `delimited`, an item's end; returns where it is."""
        if depth > _DEEPEST:
            raise NotWalked("deep")
        data, heads, texts = self._data, self._rules.heads, self.result.texts
        width = 6 if self._explicit else 4  # of tag and VR, which alone decide most
        last, insertions = -1, self._insertions
        private: _Private | None = None
        while pos < end:
            known = heads.get(data[pos : pos + width].tobytes())
            if known is None:
                known = self._read_head(pos, width)
            tag, vr, value, is_long, action, is_shown = known
            value += pos
            if is_long:
                (length,) = LENGTH.unpack_from(data, value - 4)
            else:
                (length,) = SHORT_LENGTH.unpack_from(data, value - 2)
            if tag >= ITEM_TAG:
                if delimited and tag == ITEM_END_TAG:
                    if private is not None:
                        private.close()
                    return pos
                raise NotWalked("delimiter")
            if tag <= last:
                raise NotWalked(TWICE if tag == last else "order")
            last = tag
            if depth == 0 and insertions and insertions[0].tag <= tag and self._insert(tag, pos):
                if length == UNDEFINED:
                    raise NotWalked("marker")
                self._copied = pos = value + length
                continue
            if tag & 0x10000:
                if private is None:
                    private = _Private(self)
                pos = private.element(tag, vr, pos, value, length, end, depth)
                continue
            if private is not None:
                private.close()
            if length == UNDEFINED:
                pos = self._undefined(tag, vr, pos, value, end, depth)
                continue
            after = value + length
            if after > end:
                raise NotWalked("length")
            if action is Action.KEEP or (
                action is Action.WORDLESS and is_wordless(tag, vr, data[value:after].tobytes())
            ):
                if vr == "UN" and dictionary_vr(tag) != "UN":
                    raise NotWalked("UN")
                if tag == PIXEL_DATA and depth == 0:
                    self._flush(value, value)
                    self.result.native = len(self._parts)
                    self.result.pixel_data = slice(value, after)
                    self._flush(after, after)
                elif is_shown and length:
                    texts.add((tag, bytes(data[value:after])))
                pos = after
            elif action is Action.INSIDE:
                pos = self._sequence(tag, pos, value, after, depth)
            else:
                self._replace(action, tag, vr, pos, value, after, depth)
                pos = after
        if delimited:
            raise NotWalked("end")
        if private is not None:
            private.close()
        self._flush(min(pos, end), pos)
        return pos

    def _read_head(self, pos: int, width: int) -> Head:
        """What an element's tag and VR say, remembered for every element that has the same."""
        group, element, vr_bytes, _ = HEAD.unpack_from(self._data, pos)
        tag = group << 16 | element
        if tag >> 16 in (0, 2):
            raise NotWalked("group")  # neither commands nor group 0002 belong into a data set
        if tag >= ITEM_TAG:
            return tag, "", 8, True, Action.KEEP, False
        vr = VR_OF[vr_bytes] if self._explicit else ""
        is_long = not self._explicit or vr in LONG_VRS
        value = 12 if vr in LONG_VRS else 8
        if not group & 1 and not self._explicit:
            vr = dictionary_vr(tag)
        action = Action.REMOVE if group & 1 else checked(self._rules, tag, vr)
        known = (tag, vr, value, is_long, action, vr in SHOWN_VRS)
        heads = self._rules.heads
        if len(heads) >= _MOST_HEADS:
            heads.clear()
        heads[bytes(self._data[pos : pos + width])] = known
        return known

    def _insert(self, tag: int, pos: int) -> bool:
        """Writes what comes before an element; says whether it also takes that one's place."""
        self._flush(pos, pos)
        while self._insertions and self._insertions[0].tag < tag:
            self._parts.append(self._insertions.pop(0).data)
        if not self._insertions or self._insertions[0].tag != tag or tag == CODES:
            return False
        self._parts.append(self._insertions.pop(0).data)
        return True

    def _replace(
        self, action: Action, tag: int, vr: str, pos: int, value: int, after: int, depth: int
    ) -> None:
        old = bytes(self._data[value:after]) if vr != "SQ" else b""
        if vr == "UN" and dictionary_vr(tag) == "SQ":
            raise NotWalked("UN")
        if vr == "SQ" and after > value:
            self._note_removed(value, after, depth)
        done, new = (
            (Action.EMPTY, b"")
            if vr == "SQ" and action is Action.EMPTY
            else self._values.new(action, tag, vr, old, nested=depth > 0)
        )
        self.result.tallies[tag, done] += 1
        if done is not Action.KEEP and old:
            self.result.removed.append(Removed(tag, vr, old))
        if action is Action.CLEAN and done in (Action.CLEAN, Action.KEEP) and new:
            self.result.texts.add((tag, new))
        if vr != "SQ" and new == old:
            return
        data, parts, copied = self._data, self._parts, self._copied
        if pos > copied:
            parts.append(data[copied:pos])
        self._copied = after
        if new is not None:
            parts.append(encode.element(tag, vr, new, explicit=self._explicit))

    def _undefined(self, tag: int, vr: str, pos: int, value: int, end: int, depth: int) -> int:
        if tag == PIXEL_DATA and vr in ("OB", "OW") and depth == 0:
            after = fragments_end(self._data, value, end)
            self._flush(pos, pos)
            self.result.compressed = len(self._parts)
            self.result.pixel_data = slice(value, after)
            self._flush(after, after)
            return after
        if vr != "SQ":
            raise NotWalked("undefined length")
        action = self._rules.action(tag, vr)
        if action is Action.INSIDE:
            return self._sequence(tag, pos, value, None, depth, end)
        after = self._note_removed(value, None, depth, end)
        self._replace(action, tag, vr, pos, after, after, depth)
        return after

    def _sequence(
        self, tag: int, pos: int, value: int, after: int | None, depth: int, end: int = 0
    ) -> int:
        """Cleans the items of a sequence and writes it with undefined lengths."""
        self.result.tallies[tag, Action.INSIDE] += 1
        self._flush(pos, value)
        self._parts.append(encode.sequence_head(tag, explicit=self._explicit))
        limit = end if after is None else after
        pos = value
        while pos < limit:
            group, element, length = SHORT.unpack_from(self._data, pos)
            if group != 0xFFFE:
                raise NotWalked("item")
            if element == 0xE0DD and after is None:
                after = pos + 8
                break
            if element != 0xE000:
                raise NotWalked("item")
            self._parts.append(ITEM)
            self._copied = start = pos + 8
            if length == UNDEFINED:
                pos = self._data_set(start, limit, depth=depth + 1, delimited=True)
                self._flush(pos, pos + 8)
                pos += 8
            else:
                if start + length > limit:
                    raise NotWalked("item length")
                pos = self._data_set(start, start + length, depth=depth + 1)
            self._parts.append(ITEM_END)
        if after is None:
            raise NotWalked("sequence")
        if tag == CODES and depth == 0 and self._insertions and self._insertions[0].tag == CODES:
            self._insertions.pop(0)
            self._parts.append(self._code_items)
        self._parts.append(SEQUENCE_END)
        self._copied = after
        return after

    def _note_removed(self, pos: int, after: int | None, depth: int, end: int = 0) -> int:
        """Notes what a sequence that goes says of the patient; returns where it ends."""
        scratch = Walk(
            self._data, self._rules, self._values, explicit=self._explicit, insertions=(),
            code_items=b"",
        )  # fmt: skip
        after = scratch._sequence(0, pos, pos, after, depth, end)
        self.result.removed += scratch.result.removed
        return after


class _Private:
    """The private elements of one data set: a creator stays where one of its elements stays."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.group = 0
        self._slot = -1
        self._creators: dict[int, tuple[str, bytes]] = {}
        self._used: set[int] = set()

    def element(
        self, tag: int, vr: str, pos: int, value: int, length: int, end: int, depth: int
    ) -> int:
        walk = self._walk
        if tag >> 16 != self.group:
            self.close()
            self.group = tag >> 16
        element = tag & 0xFFFF
        creator = self._creators.get(element >> 8, ("", b""))[0]
        known = walk._rules.private_vr(creator, tag)
        if known is not None and self._is_sequence(known, vr, value, length):
            self._used.add(element >> 8)
            walk.result.kept_private[creator.strip(" \0"), tag] += 1
            after = None if length == UNDEFINED else value + length
            return walk._sequence(tag, pos, value, after, depth, end)
        if length == UNDEFINED:
            if vr not in ("SQ", ""):
                raise NotWalked("private")
            after = walk._note_removed(value, None, depth, end)
        else:
            after = value + length
        if after > end:
            raise NotWalked("length")
        block = element >> 8
        if 0x10 <= element <= 0xFF and vr in ("LO", ""):
            data = bytes(walk._data[pos:after])
            text = bytes(walk._data[value:after]).decode("ascii", "replace")
            self._creators[element] = (text, data)
            walk._flush(pos, after)
            if self._slot < 0:
                self._slot = len(walk._parts)
                walk._parts.append(b"")
            return after
        if (
            known not in (None, "SQ")
            and length != UNDEFINED
            and self._stays(known, vr, value, after)
        ):
            self._used.add(block)
            walk.result.kept_private[creator.strip(" \0"), tag] += 1
            action = checked_private(walk._rules, vr, known, walk._data[value:after])
            if action is not Action.KEEP:
                walk._replace(action, tag, vr, pos, value, after, depth)
            elif vr in SHOWN_VRS and known == ANY_VR and length:
                walk.result.texts.add((tag, bytes(walk._data[value:after])))
            return after
        walk.result.tallies[tag, Action.REMOVE] += 1
        if length != UNDEFINED and vr in ("PN", "LO", "SH", "UI", "DA"):
            walk.result.removed.append(Removed(tag, vr, bytes(walk._data[value:after])))
        walk._flush(pos, after)
        return after

    def _is_sequence(self, known: str, vr: str, value: int, length: int) -> bool:
        """Whether an element that may stay is cleaned inside."""
        if known == "SQ":
            return vr in ("SQ", "")
        if known != ANY_VR:
            return False
        return vr == "SQ" or (not vr and (length == UNDEFINED or self._has_items(value)))

    def _has_items(self, value: int) -> bool:
        return bytes(self._walk._data[value : value + 4]) == ITEM[:4]

    def _stays(self, known: str | None, vr: str, value: int, after: int) -> bool:
        """Whether an element has the VR with which it may stay; never one that hides items."""
        if known == ANY_VR:
            return after - value < 8 or not self._has_items(value)
        return vr in (known, "UN", "")

    def close(self) -> None:
        """Ends a group: writes the creators that are still needed before its elements."""
        if self._slot >= 0:
            kept = (self._creators[block][1] for block in sorted(self._used))
            self._walk._parts[self._slot] = b"".join(kept)
        self.group, self._slot = 0, -1
        self._creators, self._used = {}, set()
