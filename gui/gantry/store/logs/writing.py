"""Writes log records to `gantry.jsonl`: filtered on the caller's thread, written on another."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import time
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

from gantry.engine.files import open_append, open_shared
from gantry.store.home import make_private
from gantry.store.logs.line import line_of

FILE_NAME = "gantry.jsonl"
_FILE_BYTES = 16 << 20
_FILES = 8  # beside the current one
_QUEUE = 20_000  # records; beyond this, lines are lost rather than memory
_AGAIN = 30.0  # seconds until a rotation that a viewer prevented is retried

_log = logging.getLogger("gantry.log")


def start_logging(
    folder: Path,
    level: int | str = logging.INFO,
    *,
    file_bytes: int = _FILE_BYTES,
    files: int = _FILES,
) -> Callable[[], None]:
    """Sends all loggers' records to `folder`; call the returned function at the end.

    Records of Gantry's own loggers from `level` up, of others from warnings up. Never raises for a
    folder that is missing, full or read-only: Gantry continues, and later logs how much was lost.
    """
    handler = _FileHandler(folder / FILE_NAME, file_bytes, files)
    records: queue.Queue[logging.LogRecord | None] = queue.Queue(_QUEUE)
    filtering = _FilteringHandler(records, handler)
    listener = _Listener(records, handler)
    root, own = logging.getLogger(), logging.getLogger("gantry")
    levels = root.level, own.level
    own.setLevel(level.upper() if isinstance(level, str) else level)
    root.setLevel(min(root.level or logging.WARNING, logging.WARNING))
    root.addHandler(filtering)
    show = warnings.showwarning
    warnings.showwarning = _show_warning
    listener.start()

    def stop() -> None:
        root.removeHandler(filtering)
        if warnings.showwarning is _show_warning:
            warnings.showwarning = show
        root.setLevel(levels[0])
        own.setLevel(levels[1])
        listener.stop()
        handler.close()

    return stop


def set_level(level: int | str) -> None:
    """Changes the lowest level of Gantry's own records that are kept."""
    logging.getLogger("gantry").setLevel(level.upper() if isinstance(level, str) else level)


class _Listener(QueueListener):
    def __init__(self, records: queue.Queue[logging.LogRecord | None], file: _FileHandler) -> None:
        super().__init__(records, file)
        self._records = records

    def enqueue_sentinel(self) -> None:
        self._records.put(None)  # waits if the queue is full: the base class would raise


class _FilteringHandler(QueueHandler):
    """Makes the line at once, so that nothing that must not be stored waits in the queue."""

    def __init__(self, records: queue.Queue[logging.LogRecord | None], file: _FileHandler) -> None:
        super().__init__(records)
        self._file = file

    def filter(self, record: logging.LogRecord) -> bool:
        own = record.name == "gantry" or record.name.startswith("gantry.")
        return (own or record.levelno >= logging.WARNING) and bool(super().filter(record))

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return logging.LogRecord(record.name, record.levelno, "", 0, line_of(record), None, None)

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self._file.lost += 1

    def handleError(self, record: logging.LogRecord) -> None:
        self._file.lost += 1


class _FileHandler(RotatingFileHandler):
    """Rotates by size where it can, and continues in the same file where it can't.

    Attributes:
        lost: lines that could not be written since the last one that could.
    """

    def __init__(self, path: Path, file_bytes: int, files: int) -> None:
        super().__init__(path, maxBytes=file_bytes, backupCount=files, encoding="utf-8", delay=True)
        self.lost = 0
        self._path = path
        self._lock_file = path.with_name(f"{path.name}.lock")
        self._rotate_after = 0.0
        self._is_second_try = False
        self._identity: tuple[int, int] = (0, 0)
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if self.lost:
            lost, self.lost = self.lost, 0
            note = {"event": "log.lost", "count": lost}
            told = _log.makeRecord(
                _log.name, logging.WARNING, "", 0, "Lines of the log were lost.", (), None,
                extra=note,
            )  # fmt: skip
            line = logging.LogRecord(_log.name, logging.WARNING, "", 0, line_of(told), None, None)
            before = self.lost
            super().emit(line)
            if self.lost > before:
                self.lost = lost  # the note was lost as well: log it later
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Reopens the file and tries once more; then the line counts as lost."""
        with contextlib.suppress(OSError, ValueError):
            if self.stream is not None:
                self.stream.close()
        self.stream = None
        if self._is_second_try:
            self.lost += 1
            return
        self._is_second_try = True
        try:
            super().emit(record)
        finally:
            self._is_second_try = False

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        self._follow()
        if self.stream is None:
            self.stream = self._open()
        if time.monotonic() < self._rotate_after:
            return False
        size = os.fstat(self.stream.fileno()).st_size
        return size > 0 and size + len(str(record.msg)) + 1 > self.maxBytes

    def doRollover(self) -> None:
        try:
            # Two processes that rotate at once would delete what the other just moved.
            with FileLock(self._lock_file, timeout=0, mode=0o600):
                self._follow()
                if self.stream is not None:
                    super().doRollover()
        except Timeout:
            self._rotate_after = time.monotonic() + 0.1
        except OSError:
            # A viewer holds one of the files (Windows). What was already moved leaves a gap.
            self._rotate_after = time.monotonic() + _AGAIN
        if self.stream is None:
            self.stream = self._open()

    def _follow(self) -> None:
        """Reopens the file if another process rotated it, or it was removed."""
        if self.stream is None:
            return
        try:
            status = self._path.stat()
        except OSError:
            status = None
        if status is None or (status.st_dev, status.st_ino) != self._identity:
            self.stream.close()
            self.stream = None

    def _open(self) -> TextIOWrapper:
        make_private(self._path.parent)
        descriptor = open_append(self._path)
        stream = os.fdopen(descriptor, "a", encoding="utf-8", newline="\n")
        if _ends_in_half_a_line(self._path):
            stream.write("\n")
        status = os.fstat(descriptor)
        self._identity = status.st_dev, status.st_ino
        assert isinstance(stream, TextIOWrapper)
        return stream


def _ends_in_half_a_line(path: Path) -> bool:
    """Whether a kill or a full disk cut the last line."""
    try:
        with open_shared(path) as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return bool(file.read(1) != b"\n")
    except OSError:
        return False  # another process rotated it at this moment


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Logs that there was a warning, but not its text: pydicom's quote values."""
    _log.warning(
        "A library warned; its words are not kept.",
        extra={
            "event": "library.warning",
            "category": category.__name__,
            "logger": Path(filename).stem,
            "line": lineno,
        },
    )
