"""A bandwidth limit that follows the clock: `08:00,512K 19:00,10M 23:00,off`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gantry.engine.clock import SYSTEM, Clock
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.rate_limit import Bandwidth

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_ENTRY = re.compile(
    r"(?:(?P<day>[a-z]{3})-)?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d),(?P<rate>\S+)", re.I
)
_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[KMG]?)(?:i?B(?:/s)?)?", re.I)
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Timetable:
    """Rates in bytes per second (0: no limit) by the minute of the week, Monday 00:00 being 0."""

    entries: tuple[tuple[int, int], ...] = ()

    def rate(self, at: datetime) -> int:
        """The limit at this local time: that of the latest entry, last week's included."""
        if not self.entries:
            return 0
        minute = at.weekday() * _DAY + at.hour * 60 + at.minute
        past = [rate for start, rate in self.entries if start <= minute]
        return past[-1] if past else self.entries[-1][1]


class TimedBandwidth(Bandwidth):
    """A limit that is the lower of a fixed one and the timetable's at this minute.

    Attributes:
        local_time: the clock of the timetable.
    """

    def __init__(
        self,
        rate: int = 0,
        timetable: Timetable = Timetable(),
        clock: Clock = SYSTEM,
        local_time: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.timetable = timetable
        self.local_time = local_time
        super().__init__(rate, clock)

    @property
    def rate(self) -> int:
        """The limit now, in bytes per second; 0 means none. Setting it sets the fixed one."""
        limits = [r for r in (self._fixed, self.timetable.rate(self.local_time())) if r > 0]
        return min(limits, default=0)

    @rate.setter
    def rate(self, rate: int) -> None:
        self._fixed = rate


def parse_timetable(text: str) -> Timetable:
    """Parses `512K` (always), or entries `[day-]HH:MM,rate`; an entry without a day applies daily.

    Rates are bytes per second with K, M or G (powers of 1024), or `off`.

    Raises:
        GantryError: SETTINGS_INVALID, naming the entry that can't be read.
    """
    words = text.split()
    if not words:
        return Timetable()
    if len(words) == 1 and "," not in words[0]:
        return Timetable(((0, _rate(words[0])),))
    entries: dict[int, int] = {}
    # Entries for one day come last: they override those for every day.
    for word in sorted(words, key=lambda w: "-" in w):
        match = _ENTRY.fullmatch(word)
        if not match or (match["day"] and match["day"].lower() not in _DAYS):
            raise _invalid(word)
        minute = int(match["hour"]) * 60 + int(match["minute"])
        days = [_DAYS.index(match["day"].lower())] if match["day"] else range(7)
        for day in days:
            entries[day * _DAY + minute] = _rate(match["rate"])
    return Timetable(tuple(sorted(entries.items())))


def _rate(text: str) -> int:
    if text.lower() == "off":
        return 0
    match = _RATE.fullmatch(text)
    if not match:
        raise _invalid(text)
    rate = int(float(match["number"]) * _UNITS[match["unit"].upper()])
    if rate < 1024:
        raise _invalid(text)
    return rate


def _invalid(word: str) -> GantryError:
    return GantryError(
        ErrorCode.SETTINGS_INVALID,
        facts={"reason": "timetable", "setting": "bandwidth", "value": word},
    )
