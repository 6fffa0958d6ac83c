"""The quick way for the third and later files of a series: only what differs is made and searched.

It gives what the ordinary way gives, or nothing: whatever is odd, and whatever the search may have
found, is left to the ordinary way to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from gantry.engine.content import Link
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.blank import blanked
from gantry.engine.deidentify.facts import CHARACTER_SET, MANUFACTURER, MODEL, SERIES, Facts
from gantry.engine.deidentify.layers import comments
from gantry.engine.deidentify.links import texts_in
from gantry.engine.deidentify.needles import Needle, Needles, needles
from gantry.engine.deidentify.places import Places
from gantry.engine.deidentify.pseudonyms import Subject
from gantry.engine.deidentify.residue import Sieve, Text, search_text
from gantry.engine.deidentify.series import LONGEST, Same, Span, Template, WalkOf, template_of
from gantry.engine.deidentify.walked import Insertion, NotWalked, Walked

_T = TypeVar("_T")
_MOST_TEMPLATES: Final = 6  # of one series: its files are too different to gain by another one
_MOST: Final = 8  # series at a time: files of several may come in turn


@dataclass(frozen=True)
class Like:
    """How the files of a series are treated that are like one which was.

    Attributes:
        facts: about that one.
        still: whether its patient still gets the same pseudonym.
        insertions: what Gantry writes to say what it did.
        known: what else is known about the patient.
        own: values that Gantry itself writes, lower case.
        moved: dates that came of moving others; they were not searched for in it.
        links: its identifiers before and after.
    """

    facts: Facts
    start: int
    syntax: str
    explicit: bool
    subject: Subject
    still: Callable[[], bool]
    walk_of: WalkOf
    insertions: Sequence[Insertion]
    known: Needles | None
    own: frozenset[bytes]
    moved: set[str]
    links: tuple[Link, ...]


class Again(NamedTuple):
    """What the quick way made.

    Attributes:
        parts: the bytes after the meta information.
        tallies: and `kept_private`, `texts`, `searched`: as in `Deidentified`.
    """

    like: Like
    facts: Facts
    parts: list[bytes | memoryview]
    tallies: Counter[tuple[int, Action]]
    kept_private: Counter[tuple[str, int]]
    texts: frozenset[tuple[int, str]]
    searched: Needles


class _Seen(NamedTuple):
    """How the last file of a series began, and how many templates were made of the series."""

    head: bytes
    start: int
    templates: int


class Repeats:
    """The series that were met last. Not for two threads at once."""

    def __init__(self) -> None:
        self._seen: dict[bytes, _Seen] = {}
        self._series: dict[bytes, _Series] = {}

    def learn(self, head: memoryview, like: Like) -> None:
        """Notes a file that went the ordinary way; the second of a series makes its template.

        Args:
            head: all before its pixels.
        """
        series = like.facts.raw(SERIES)
        last = self._seen.get(series)
        tried = last is not None and last.templates >= _MOST_TEMPLATES
        if not series or tried or len(head) > LONGEST:
            return
        templates = 0 if last is None else last.templates + 1
        seen = _Seen(bytes(head), like.start, templates)
        self._seen = _newest(self._seen, series, seen)
        if last is None:
            return
        with suppress(NotWalked):
            template = template_of(
                seen.head, like.start, last.head, last.start, like.walk_of, like.insertions,
                explicit=like.explicit,
            )  # fmt: skip
            self._series = _newest(self._series, series, _Series(template, like))

    def again(
        self, data: memoryview, start: int, syntax: str, place: Needles | None
    ) -> Again | None:
        """The file as the ordinary way would make it; None: that way must take it."""
        for key, series in reversed(self._series.items()):
            if series.like.syntax != syntax or not series.like.still():
                continue
            try:
                series, made = series.again(data, start, place)
            except NotWalked:
                continue
            self._series.pop(key)
            self._series[key] = series
            return made
        return None


def _newest(found: dict[bytes, _T], key: bytes, value: _T) -> dict[bytes, _T]:
    found.pop(key, None)
    kept = list(found.items())[-(_MOST - 1) :]
    return {**dict(kept), key: value}


class _Series:
    """A template, what was made of it, and what was searched in it."""

    def __init__(self, template: Template, like: Like) -> None:
        self.template, self.like = template, like
        result, facts = template.result, like.facts
        self._charsets = tuple(facts.texts(CHARACTER_SET))
        self._needles = needles(
            result.removed, list(self._charsets), (facts.text(MANUFACTURER), facts.text(MODEL))
        )
        if like.known is not None:
            self._needles.add_all(like.known)
        self._image_bytes = facts.image_bytes
        self._texts = texts_in(result, self._charsets)
        self._same = b"".join(s.made for s in template.segments if isinstance(s, Same))
        self._text = Text(self._same)
        self._places = Places(self._same, explicit=like.explicit, own=like.own, has_meta=False)
        self._new_values = {like.subject.pseudonym.lower(), *result.moved}
        wanted = [n for n in self._needles.found if n.text not in self._new_values]
        self._sieve = Sieve(wanted)
        # The others were searched for in the file of which the template was made, and not found.
        self._left = [n for n in wanted if n.text in like.moved]

    def again(self, data: memoryview, start: int, place: Needles | None) -> tuple[_Series, Again]:
        """What a file becomes, and the series for the next one.

        Raises:
            NotWalked: it is not like the others.
        """
        head = bytes(data[: self.template.longest + start])
        spans, pixels = self.template.spans(head, start)
        series = self
        if not all(span.what for span in spans):
            series = _Series(self.template.differing(spans, self.like.walk_of), self.like)
            spans, pixels = series.template.spans(head, start)
        return series, series._made(data, head, spans, pixels, place)

    def _made(
        self, data: memoryview, head: bytes, spans: list[Span], pixels: int,
        place: Needles | None,
    ) -> Again:  # fmt: skip
        template, like = self.template, self.like
        walk = like.walk_of(data)
        brought, differing = Walked(), list[bytes]()
        for _, begin, end, what in spans:
            if what is None:
                raise NotWalked("differs")
            if what.is_as_before(head, begin, end):
                differing.append(head[begin:end])
                continue
            pending = list(what.insertions)
            walk.piece(begin, end, pending, brought)
            if pending:
                raise NotWalked("insertions")
            differing.append(b"".join(brought.parts))
        pending = list(template.rest)
        parts = walk.piece(pixels, len(data), pending, brought).parts
        if pending or max(brought.native, brought.compressed) != len(parts) - 1:
            raise NotWalked("after the pixels")
        if brought.compressed >= 0 and (clean := blanked(parts[-1])) is not None:
            parts[-1] = clean
        made = iter(differing)
        before = [s.made if isinstance(s, Same) else next(made) for s in template.segments]
        return Again(
            like,
            template.facts(like.facts, head, spans),
            [*before, *parts],
            _sum(template.result.tallies, brought.tallies),
            _sum(template.result.kept_private, brought.kept_private),
            self._texts | texts_in(brought, self._charsets) if brought.texts else self._texts,
            self._searched(differing, brought, place),
        )

    def _searched(self, differing: list[bytes], result: Walked, place: Needles | None) -> Needles:
        """Everything that was searched for.

        Raises:
            NotWalked: something may have been found.
        """
        base = self._needles
        own = Needles(base.technical)
        own.add_removed(result.removed, self._charsets)
        if place is not None:
            own.add_all(place)
        new_values = self._new_values | result.moved if result.moved else self._new_values
        fresh = [n for n in own.found if n not in base.found and n.text not in new_values]
        fresh += [n for n in self._left if n.text not in new_values]
        if any(True for _ in search_text(self._text, fresh, self._places.counts)):
            raise NotWalked("residue")
        joined = b"".join(differing)
        text = Text(joined)
        places = Places(joined, explicit=self.like.explicit, own=self.like.own, has_meta=False)
        if self._found(text, fresh, new_values, places):
            raise NotWalked("residue")
        if result.compressed >= 0:
            said = comments(result.parts[-1])
            if said.strip(b"\0\n") and any(
                True for _ in search_text(Text(said), [*self._sieve.needles, *fresh])
            ):
                raise NotWalked("residue")
        elif self._image_bytes and len(result.parts[-1]) > self._image_bytes + 1:
            raise NotWalked("after the image")
        found = dict(base.found)
        found.update(own.found)
        counts = dict(base.not_searchable)
        for kind, count in own.not_searchable.items():
            counts[kind] = counts.get(kind, 0) + count
        return Needles(base.technical, found, counts)

    def _found(self, text: Text, fresh: list[Needle], new_values: set[str], places: Places) -> bool:
        if any(True for _ in search_text(text, fresh, places.counts)):
            return True
        if not self._sieve.may_occur(text):
            return False
        wanted = [n for n in self._sieve.needles if n.text not in new_values]
        return any(True for _ in search_text(text, wanted, places.counts))


def _sum(base: Counter[_T], more: Counter[_T]) -> Counter[_T]:
    if not more:
        return base
    made = base.copy()
    for one, count in more.items():
        made[one] += count
    return made
