"""Reads log lines: filtered for the terminal, by number and followed for the window."""

from __future__ import annotations

import json
import os
import re
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from gantry.engine.files import open_shared
from gantry.store.logs.line import escaped
from gantry.store.logs.writing import FILE_NAME

LEVELS = ("debug", "info", "warning", "error", "critical")
_BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log.

    Attributes:
        context: all fields except the first four.
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
    """Selects lines; empty fields don't filter.

    Attributes:
        level: the lowest that passes.
        event: its beginning, in whole parts: `archive` passes `archive.verified`.
        text: anywhere in the line, ignoring case.
    """

    level: str = ""
    event: str = ""
    job: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.level or self.event or self.job or self.text)


@dataclass(frozen=True, slots=True)
class LogChange:
    """What `LogFile.refresh` found: lines removed at the front (rotation), new ones at the end."""

    removed: int
    added: int


def parse_line(data: bytes) -> LogLine:
    """Parses a line of the log; any other text becomes an event `log.unreadable`."""
    try:
        raw = json.loads(data)
        ts, level, event, msg = (str(raw.pop(k)) for k in ("ts", "level", "event", "msg"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return LogLine(
            "", "warning", "log.unreadable", escaped(data.decode("utf-8", "replace"), 500)
        )
    return LogLine(escaped(ts), escaped(level), escaped(event), escaped(msg, 1000), raw)


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
    """One file of the log: where each of its lines begins, and where the last one ends."""

    path: Path
    identity: tuple[int, int]
    starts: array[int] = field(default_factory=lambda: array("q"))
    end: int = 0

    @property
    def count(self) -> int:
        return len(self.starts)


class LogFile:
    """The log with all its rotated files as one list of lines, read on demand.

    It keeps 8 bytes per line. Safe to use from several threads; `refresh` and `search` of many
    lines take a while, so they are for worker threads.
    """

    def __init__(self, folder: Path, name: str = FILE_NAME) -> None:
        self._folder = folder
        self._name = name
        self._segments: list[_Segment] = []
        self._lock = threading.RLock()

    def __len__(self) -> int:
        with self._lock:
            return sum(s.count for s in self._segments)

    def refresh(self) -> LogChange:
        """Finds new lines and rotated files. Files that can't be read now are skipped."""
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
                if segment is None or status.st_size < segment.end:  # new, or started again
                    segment = _Segment(path, identity)
                segment.path = path
                found.append(segment)
            kept = {id(s) for s in found}
            removed = sum(s.count for s in self._segments if id(s) not in kept)
            self._segments = found
            return LogChange(removed, sum(self._index(s) for s in found))

    def lines(self, start: int, stop: int) -> list[LogLine]:
        """Lines by number; fewer if the log was rotated meanwhile."""
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
        before = segment.count
        try:
            with open_shared(segment.path) as file:
                file.seek(segment.end)
                while block := file.read(_BLOCK):
                    lengths = [len(line) + 1 for line in block.split(b"\n")[:-1]]
                    if not lengths:
                        break  # a half-written line, or not Gantry's
                    *starts, segment.end = accumulate(lengths, initial=segment.end)
                    segment.starts.extend(starts)
                    file.seek(segment.end)
        except OSError:
            pass  # locked or gone: retried at the next refresh
        return segment.count - before

    def _spans(
        self, start: int, stop: int, only: _Segment | None = None
    ) -> Iterator[tuple[_Segment, int, int]]:
        base = 0
        for segment in self._segments:
            first, last = max(start - base, 0), min(stop - base, segment.count)
            if first < last and (only is None or segment is only):
                yield segment, first, last
            base += segment.count

    def _bytes(self, segment: _Segment, first: int, last: int) -> tuple[bytes, list[int]]:
        """The bytes of some lines, and where each begins (and the last ends)."""
        begin = segment.starts[first]
        end = segment.starts[last] if last < segment.count else segment.end
        try:
            with open_shared(segment.path) as file:
                status = _identity(file.fileno())
                if status != segment.identity:
                    return b"", [0]  # rotated since the last refresh
                file.seek(begin)
                data = _read(file, end - begin)
        except OSError:
            return b"", [0]
        return data, [start - begin for start in (*segment.starts[first:last], end)]


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _read(file: Any, size: int) -> bytes:
    parts = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _patterns(filter_: LogFilter) -> tuple[re.Pattern[bytes], tuple[bytes, ...]]:
    """How a passing line begins, and what else it must contain, in lower case."""
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
    data: bytes, offsets: list[int], head: re.Pattern[bytes], needles: tuple[bytes, ...]
) -> list[int]:
    numbers: Iterable[int] = range(len(offsets) - 1)
    if needles:
        lowered = data.lower()
        numbers = sorted(set.intersection(*(_holding(n, lowered, offsets) for n in needles)))
    # Line by line: a search for `^` would look at every character.
    return [n for n in numbers if head.match(data, offsets[n])]


def _holding(needle: bytes, data: bytes, offsets: list[int]) -> set[int]:
    """The numbers of the lines that hold it."""
    found: set[int] = set()
    at = data.find(needle)
    while at >= 0:
        number = bisect_right(offsets, at) - 1
        found.add(number)
        at = data.find(needle, offsets[number + 1])
    return found


def _shown(value: object) -> str:
    return escaped(value if isinstance(value, str) else json.dumps(value))
