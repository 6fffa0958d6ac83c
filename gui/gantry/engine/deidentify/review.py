"""Gathers the texts of files, for the user to read before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Final

from gantry.engine.deidentify.facts import PATIENT_ID, facts_of
from gantry.engine.deidentify.normal import plainly
from gantry.engine.deidentify.profile import Options, Texts
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key, Subject
from gantry.engine.deidentify.reviewed import Reviewed, Text
from gantry.engine.deidentify.rewriter import IMPLICIT, opened
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.steps import elements
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walk import Walk
from gantry.engine.deidentify.walked import NotWalked

MOST: Final = 20_000  # different texts: more are read by nobody, and none of the others stays
_BEFORE_PIXELS: Final = 0x7FDFFFFF
_FIRST_BYTES: Final = 256 << 10  # of a file: its pixels come last, and are not needed
_KEY: Final = Key(bytes(KEY_BYTES))
_NOBODY: Final = Subject("", -31)


class TextList:
    """The different texts of many files, and in how many of them each is.

    Attributes:
        files: by text.
        is_full: there are more texts than are listed; these will be removed.
    """

    def __init__(self) -> None:
        self.files: dict[Text, int] = {}
        self.is_full = False

    def add(self, texts: Iterable[Text]) -> None:
        """Adds the texts of a file."""
        for text in texts:
            if text in self.files or len(self.files) < MOST:
                self.files[text] = self.files.get(text, 0) + 1
            else:
                self.is_full = True


def is_reviewed(options: Options) -> bool:
    """Whether texts stay only if the user ticked them."""
    return options.texts is Texts.REVIEWED


_known: list[Rules] = []


def rules_of(options: Options) -> Rules:
    """The rules of options, made once for many files: they remember what they decided."""
    if not _known or _known[0].options != options:
        _known[:] = [Rules(options)]
    return _known[0]


def texts_in(file: IO[bytes], rules: Rules) -> frozenset[Text]:
    """The texts of a file that `rules` would ask about, whatever is ticked.

    None if the file can't be read as DICOM: it would be held.
    """
    data = file.read(_FIRST_BYTES)
    try:
        return _texts(data, rules)
    except NotWalked:
        rest = file.read()
    try:
        return _texts(data + rest, rules, is_whole=True)
    except NotWalked:
        return frozenset()


def _texts(data: bytes, rules: Rules, *, is_whole: bool = False) -> frozenset[Text]:
    """Raises NotWalked: more of the file is needed, or it can't be read."""
    try:
        if (found := opened(data)) is not None:
            try:
                return _walked(*found, rules, is_whole=is_whole)
            except NotWalked:
                if not is_whole:
                    raise
        if not is_whole:
            raise NotWalked("more")
        plain, syntax = plainly(data)
        return _walked(plain, 0, syntax, rules, is_whole=True)
    except NotWalked:
        raise
    except Exception as error:  # whatever a hostile file brings about
        raise NotWalked(type(error).__name__) from error


def _walked(
    data: memoryview, start: int, syntax: str, rules: Rules, *, is_whole: bool
) -> frozenset[Text]:
    explicit = syntax != IMPLICIT
    end = start
    for step in elements(data, start, len(data), explicit=explicit, last=_BEFORE_PIXELS):
        end = step.after
    if end + 8 > len(data) and not is_whole:
        raise NotWalked("more")
    head = data[:end]
    facts = facts_of(head, start, explicit=explicit)
    reviewed = Reviewed(frozenset(), facts)
    values = Values(rules, _KEY, _NOBODY, facts.raw(PATIENT_ID), reviewed)
    Walk(head, rules, values, explicit=explicit, insertions=(), code_items=b"").run(start)
    return frozenset(reviewed.met)
