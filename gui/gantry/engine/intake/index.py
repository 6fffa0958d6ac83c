"""Finds instances by place and by SOP Instance UID, in little memory as long as each is new."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from gantry.engine.instance import Instance

Home = TypeVar("Home")

_FIRST: Final = 1 << 10  # places in the table; always a power of two


class Hashes:
    """Tells texts that surely weren't added from those that perhaps were, in 16 to 32 bytes each.

    A set of the texts takes 150 bytes each; for a hundred thousand that occur once, this suffices.
    """

    def __init__(self) -> None:
        self._table = array("q", bytes(8 * _FIRST))  # open addressing; 0: free
        self._left = _FIRST // 2

    def __contains__(self, text: str) -> bool:
        return self._table[self._place(hash(text) or 1)] != 0

    def add(self, text: str) -> None:
        number = hash(text) or 1
        place = self._place(number)
        if self._table[place]:
            return
        self._table[place] = number
        self._left -= 1
        if not self._left:
            self._grow()

    def _place(self, number: int) -> int:
        """Where it is, or would be put."""
        table = self._table
        last = len(table) - 1
        place = number & last
        while (found := table[place]) and found != number:
            place = place + 1 & last
        return place

    def _grow(self) -> None:
        before = self._table
        self._table = array("q", bytes(16 * len(before)))
        self._left = len(before) // 2
        for number in before:
            if number:
                self._table[self._place(number)] = number


class Index(Generic[Home]):
    """Finds instances by place and by UID. Not thread-safe.

    Args:
        everything: all instances in the catalog.

    Attributes:
        collided: the UIDs that several instances have.
    """

    def __init__(self, everything: Callable[[], Iterable[tuple[Home, Instance]]]) -> None:
        self._everything = everything
        self._places, self._uids = Hashes(), Hashes()
        # built as soon as an instance is asked for that may be in
        self._by_place: dict[str, tuple[Home, Instance]] | None = None
        self._by_uid: dict[str, dict[str, tuple[Home, Instance]]] | None = None
        self.collided: set[str] = set()

    def at(self, place: str) -> tuple[Home, Instance] | None:
        """The instance at this place."""
        if place not in self._places:
            return None
        if self._by_place is None:
            self._by_place = {i.place: (home, i) for home, i in self._everything()}
        return self._by_place.get(place)

    def of(self, uid: str) -> list[tuple[Home, Instance]]:
        """The instances with this SOP Instance UID; none for ""."""
        if not uid or uid not in self._uids:
            return []
        if self._by_uid is None:
            self._by_uid = {}
            for home, instance in self._everything():
                place, known = instance.identity
                self._by_uid.setdefault(known, {})[place] = home, instance
        return list(self._by_uid.get(uid, {}).values())

    def add(self, home: Home, instance: Instance, place: str, uid: str) -> None:
        """Adds an instance that is new at this place."""
        self._places.add(place)
        if self._by_place is not None:
            self._by_place[place] = home, instance
        if uid:
            if self._by_uid is not None:
                self._by_uid.setdefault(uid, {})[place] = home, instance
                if len(self._by_uid[uid]) > 1:
                    self.collided.add(uid)
            self._uids.add(uid)

    def remove(self, instance: Instance) -> None:
        """Forgets an instance; its hashes stay, without effect."""
        place, uid = instance.identity
        if self._by_place is not None:
            self._by_place.pop(place, None)
        if self._by_uid is not None and (users := self._by_uid.get(uid)):
            users.pop(place, None)
            if len(users) < 2:
                self.collided.discard(uid)
