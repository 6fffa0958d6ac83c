"""Reads log lines back: filtered for the terminal, by number and followed for the window."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantry.engine.files import open_shared
from gantry.store.logs.line import clean
from gantry.store.logs.writing import FILE_NAME

if TYPE_CHECKING:  # a send only writes the log, and doesn't wait for numpy
    import numpy as np
    import numpy.typing as npt

LEVELS = ("debug", "info", "warning", "error", "critical")
_BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log.

    Attributes:
        context: all fields but the first four.
    """

    ts: str
    level: str
    event: str
    msg: str
    context: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        context = " ".join(f"{k}={_shown(v)}" for k, v in self.context.items())
        return " ".join(
            t for t in (self.ts, self.level.upper(), self.event, self.msg, context) if t
        )


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines; what is empty doesn't filter.

    Attributes:
        level: the lowest that passes.
        event: its beginning, by whole parts: `archive` passes `archive.verified`.
        text: anywhere in the line, in any case.
    """

    level: str = ""
    event: str = ""
    job: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.level or self.event or self.job or self.text)


@dataclass(frozen=True, slots=True)
class Change:
    """What `LogFile.refresh` found: lines gone at the front (by rotation), and new at the end."""

    removed: int
    added: int


def parse_line(data: bytes) -> LogLine:
    """A line of the log; one that isn't ours becomes an event `log.unreadable`."""
    try:
        raw = json.loads(data)
        ts, level, event, msg = (str(raw.pop(k)) for k in ("ts", "level", "event", "msg"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return LogLine("", "warning", "log.unreadable", clean(data.decode("utf-8", "replace"), 500))
    return LogLine(clean(ts), clean(level), clean(event), clean(msg, 1000), raw)


def read_log(folder: Path, filter_: LogFilter | None = None) -> Iterator[LogLine]:
    """All lines that pass, oldest first."""
    log = LogFile(folder)
    log.refresh()
    filter_ = filter_ or LogFilter()
    for start in range(0, len(log), 10_000):
        stop = min(start + 10_000, len(log))
        if filter_.is_empty:
            yield from log.lines(start, stop)
        else:
            for number in log.search(filter_, start, stop):
                yield from log.lines(number, number + 1)


@dataclass(slots=True)
class _Segment:
    """One file of the log: where each of its lines begins, and the last one ends."""

    path: Path
    identity: tuple[int, int]
    starts: list[npt.NDArray[np.int64]] = field(default_factory=list)
    end: int = 0
    count: int = 0

    def offsets(self) -> npt.NDArray[np.int64]:
        import numpy as np

        if len(self.starts) != 1:
            self.starts = [np.concatenate(self.starts or [np.empty(0, np.int64)])]
        return self.starts[0]


class LogFile:
    """The log with all its rotated files as one list of lines, read only where it is looked at.

    It keeps 8 bytes a line. Safe to use from several threads; `refresh` and `search` of many lines
    take a while, so they are for worker threads.
    """

    def __init__(self, folder: Path, name: str = FILE_NAME) -> None:
        self._folder = folder
        self._name = name
        self._segments: list[_Segment] = []
        self._lock = threading.RLock()

    def __len__(self) -> int:
        with self._lock:
            return sum(s.count for s in self._segments)

    def refresh(self) -> Change:
        """Looks for new lines and rotated files. Files that can't be read now are left out."""
        with self._lock:
            known = {s.identity: s for s in self._segments}
            found: list[_Segment] = []
            for path in self._paths():
                try:
                    status = path.stat()
                except OSError:
                    continue
                identity = status.st_dev, status.st_ino
                segment = known.get(identity)
                if segment is None or status.st_size < segment.end:  # new, or begun again
                    segment = _Segment(path, identity)
                segment.path = path
                found.append(segment)
            kept = {id(s) for s in found}
            removed = sum(s.count for s in self._segments if id(s) not in kept)
            self._segments = found
            return Change(removed, sum(self._index(s) for s in found))

    def lines(self, start: int, stop: int) -> list[LogLine]:
        """Lines by number; fewer, where the log was rotated meanwhile."""
        with self._lock:
            found = []
            for segment, first, last in self._spans(start, stop):
                data, offsets = self._bytes(segment, first, last)
                for n in range(len(offsets) - 1):
                    found.append(parse_line(data[offsets[n] : offsets[n + 1]]))
            return found

    def search(self, filter_: LogFilter, start: int, stop: int) -> list[int]:
        """The numbers of lines in [start, stop) that pass, without decoding them.

        Call it with some ten thousand lines at a time, so that the search can be stopped.
        """
        head, needles = _patterns(filter_)
        with self._lock:
            found: list[int] = []
            base = 0
            for segment in self._segments:
                for part, first, last in self._spans(start, stop, only=segment):
                    data, offsets = self._bytes(part, first, last)
                    found += [base + first + n for n in _matching(data, offsets, head, needles)]
                base += segment.count
            return found

    def _paths(self) -> list[Path]:
        """Oldest first."""
        pattern = re.compile(re.escape(self._name) + r"(?:\.(\d{1,4}))?")
        found: list[tuple[int, Path]] = []
        try:
            for path in self._folder.iterdir():
                if match := pattern.fullmatch(path.name):
                    found.append((int(match[1] or 0), path))
        except OSError:
            return []
        return [path for _, path in sorted(found, reverse=True)]

    def _index(self, segment: _Segment) -> int:
        import numpy as np

        added = 0
        try:
            with open_shared(segment.path) as file:
                file.seek(segment.end)
                while block := file.read(_BLOCK):
                    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 10).astype(np.int64) + 1
                    if len(ends) == 0:
                        break  # a line half written, or none of ours
                    starts = np.empty_like(ends)
                    starts[0], starts[1:] = 0, ends[:-1]
                    segment.starts.append(starts + segment.end)
                    segment.end += int(ends[-1])
                    added += len(ends)
                    file.seek(segment.end)
        except OSError:
            pass  # held or gone: at the next refresh
        segment.count += added
        return added

    def _spans(
        self, start: int, stop: int, only: _Segment | None = None
    ) -> Iterator[tuple[_Segment, int, int]]:
        base = 0
        for segment in self._segments:
            first, last = max(start - base, 0), min(stop - base, segment.count)
            if first < last and (only is None or segment is only):
                yield segment, first, last
            base += segment.count

    def _bytes(
        self, segment: _Segment, first: int, last: int
    ) -> tuple[bytes, npt.NDArray[np.int64]]:
        """The bytes of some lines, and where each begins in them (and the last ends)."""
        import numpy as np

        offsets = segment.offsets()
        begin = int(offsets[first])
        end = int(offsets[last]) if last < segment.count else segment.end
        try:
            with open_shared(segment.path) as file:
                status = _identity(file.fileno())
                if status != segment.identity:
                    return b"", np.zeros(1, np.int64)  # rotated since the last refresh
                file.seek(begin)
                data = _read(file, end - begin)
        except OSError:
            return b"", np.zeros(1, np.int64)
        bounds = np.append(offsets[first:last], end) - begin
        return data, bounds


def _identity(descriptor: int) -> tuple[int, int]:
    import os

    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _read(file: Any, size: int) -> bytes:
    parts = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _patterns(filter_: LogFilter) -> tuple[re.Pattern[bytes], tuple[bytes, ...]]:
    """How a passing line begins, and what else must be in it, in lower case."""
    levels = "[a-z]+"
    if filter_.level in LEVELS:
        levels = "|".join(LEVELS[LEVELS.index(filter_.level) :])
    event = r'[^"]*'
    if filter_.event:
        event = re.escape(filter_.event.rstrip(".")) + r'(?:\.[^"]*)?'
    head = rf'^\{{"ts": "[^"\n]*", "level": "(?:{levels})", "event": "{event}"'
    needles = []
    if filter_.job:
        needles.append(f'"job": {json.dumps(filter_.job)}'.lower().encode())
    if filter_.text:
        needles.append(json.dumps(filter_.text)[1:-1].lower().encode())
    return re.compile(head.encode(), re.MULTILINE), tuple(needles)


def _matching(
    data: bytes, offsets: npt.NDArray[np.int64], head: re.Pattern[bytes], needles: tuple[bytes, ...]
) -> list[int]:
    import numpy as np

    if len(offsets) < 2:
        return []
    numbers: npt.NDArray[np.int64] | None = None
    lowered = data.lower() if needles else data
    for needle in needles:
        places = [m.start() for m in re.finditer(re.escape(needle), lowered)]
        hits = np.unique(np.searchsorted(offsets, np.array(places, np.int64), "right") - 1)
        numbers = hits if numbers is None else np.intersect1d(numbers, hits)
    begins = offsets[:-1].tolist()
    if numbers is None:
        # Line by line: a search for `^` would look at every character.
        return [n for n, begin in enumerate(begins) if head.match(data, begin)]
    return [int(n) for n in numbers if head.match(data, begins[n])]


def _shown(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value))
