"""The list of skipped files, each place once, and its changes since the last update."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Final

from gantry.engine.intake.skipped import UNREAD, Skipped, SkipReason

MOST_TOLD: Final = 100  # of a DICOMDIR's missing files


class SkippedList:
    """Not thread-safe.

    Attributes:
        unread: by place, the listed files that could not be read, to be tried again.
    """

    def __init__(self) -> None:
        self.unread: dict[str, Skipped] = {}
        self._reasons: dict[str, SkipReason] = {}  # by place
        self._unfound: dict[str, Skipped] = {}  # what DICOMDIRs list and is not where they say
        self._new: list[Skipped] = []
        self._resolved: list[str] = []

    def __len__(self) -> int:
        return len(self._reasons)

    def add(self, skipped: Skipped) -> bool:
        """Lists it unless it is already listed; returns whether it was."""
        before = self._reasons.get(skipped.place)
        if before is skipped.reason:
            return False
        if before is not None:
            self.remove(skipped.place)
        self._reasons[skipped.place] = skipped.reason
        if skipped.reason in UNREAD:
            self.unread[skipped.place] = skipped
        self._new.append(skipped)
        return True

    def remove(self, place: str) -> None:
        """Removes a place from the list again."""
        if self._reasons.pop(place, None) is None:
            return
        self.unread.pop(place, None)
        told = len(self._new)
        self._new = [one for one in self._new if one.place != place]
        if len(self._new) == told:
            self._resolved.append(place)

    def add_all(self, skipped: Iterable[Skipped]) -> None:
        """Adds these; a file that a DICOMDIR lists may still be found under another name."""
        for one in skipped:
            if one.reason is SkipReason.NOT_ON_MEDIUM:
                self._unfound[one.place] = one
            else:
                self.add(one)

    def add_unfound(self, has_uid: Callable[[str], Collection[object]]) -> None:
        """Lists the files that DICOMDIRs name and that were found under no name at all."""
        told: Counter[str] = Counter()
        for place, one in list(self._unfound.items()):
            if one.uid and has_uid(one.uid):
                del self._unfound[place]  # for good: it exists even if it is removed later
                self.remove(place)
            elif told[one.path] < MOST_TOLD:
                told[one.path] += 1
                self.add(one)

    def restore(self, skipped: Iterable[Skipped]) -> None:
        """Takes over what another list has reported."""
        for one in skipped:
            self._reasons[one.place] = one.reason
            if one.reason is SkipReason.NOT_ON_MEDIUM:
                self._unfound[one.place] = one
            if one.reason in UNREAD:
                self.unread[one.place] = one

    def take_changes(self) -> tuple[tuple[Skipped, ...], tuple[str, ...]]:
        """Returns new entries, and places that are no longer listed, since the last call."""
        new, self._new = tuple(self._new), []
        resolved, self._resolved = tuple(self._resolved), []
        return new, resolved
