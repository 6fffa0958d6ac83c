"""Reads a source once, and proves that nobody changed it meanwhile."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import extended, is_fresh, is_held, open_shared, probe_writer, retry_held
from gantry.engine.instance import Source

Result = TypeVar("Result")

LOCKED_SECONDS = 60.0
TRIES = 3
READ = 1 << 20

_GONE = {errno.ENODEV, errno.ENXIO, getattr(errno, "ESTALE", -1), getattr(errno, "EHOSTDOWN", -1)}
_GONE_WINDOWS = {21, 53, 55, 59, 64, 67, 1167, 1231}  # device not ready, network path lost …
_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, EOFError)


def failed(code: ErrorCode, source: Source, detail: str = "", **facts: Fact) -> GantryError:
    """An error about a source; its path is private, and tells whether waiting can help."""
    private: dict[str, Fact] = {"path": source.path}
    if source.member:
        private["member"] = source.member
    transient = code in (
        ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY, ErrorCode.SOURCE_LOCKED,
        ErrorCode.SOURCE_UNREADABLE, ErrorCode.SOURCE_GONE,
    )  # fmt: skip
    return GantryError(code, facts=facts, private=private, detail=detail, transient=transient)


class OpenSource:
    """One source, open for reading: `read` to the end, then `finish`, which proves it unchanged."""

    def __init__(self, reader: SourceReader, source: Source) -> None:
        self._reader, self.source = reader, source
        self._at = 0
        self._stream = reader.open(source)

    def __enter__(self) -> OpenSource:
        return self

    def __exit__(self, *exc: object) -> None:
        self._reader.release(self._stream)

    def read(self, most: int) -> bytes:
        """The next bytes; b"" at the end. A failing read is tried again, the file opened anew."""
        failures = 0
        while True:
            try:
                data = self._stream.read(most)
            except (OSError, EOFError, zipfile.BadZipFile, ValueError) as error:
                failures += 1
                if failures == TRIES or not isinstance(error, OSError):
                    raise self._reader.explain(error, self.source) from error
                self._reopen()
            except Exception as error:  # zlib.error, lzma.LZMAError: a damaged ZIP member
                raise self._reader.explain(error, self.source) from error
            else:
                self._at += len(data)
                if self._at > self.source.size:
                    raise self._changed("longer than it was")
                return data

    def finish(self) -> None:
        """Raises SOURCE_CHANGED or SOURCE_BUSY unless what was read is the file, whole."""
        if self._at != self.source.size:
            raise self._changed("shorter than it was")
        self._reader.check(self.source)

    def _reopen(self) -> None:
        self._reader.token.wait(0.2)
        self._reader.release(self._stream)
        self._reader.forget()
        self._stream = self._reader.open(self.source)
        try:
            self._stream.seek(self._at)
        except OSError as error:
            raise self._reader.explain(error, self.source) from error

    def _changed(self, how: str) -> GantryError:
        return failed(ErrorCode.SOURCE_CHANGED, self.source, how, size=self.source.size)


class SourceReader:
    """Opens sources; keeps the last ZIP open, for its members come one after another."""

    def __init__(self, token: CancelToken) -> None:
        self.token = token
        self._zip: zipfile.ZipFile | None = None
        self._file: FileIO | None = None
        self._path = ""

    def open(self, source: Source) -> IO[bytes] | FileIO:
        """Opens it, and proves that it is as the scan found it and that nobody is writing it.

        Raises:
            GantryError: SOURCE_MISSING, SOURCE_GONE, SOURCE_DENIED, SOURCE_LOCKED (held for a
                minute), SOURCE_BUSY, SOURCE_CHANGED, SOURCE_UNREADABLE.
        """
        if not source.member:
            file = self._retry(source, lambda: open_shared(source.path))
            try:
                self._compare(source, os.fstat(file.fileno()))
                if os.fstat(file.fileno()).st_size != source.size:
                    raise failed(ErrorCode.SOURCE_CHANGED, source, "size", size=source.size)
                self._file = file
            except BaseException:
                file.close()
                raise
            return file
        if self._zip is None or self._path != source.path:
            self.forget()
            file = self._retry(source, lambda: open_shared(source.path))
            self._file, self._path = file, source.path
            try:
                self._zip = zipfile.ZipFile(BufferedReader(file, READ))
            except (OSError, ValueError, *_ZIP_ERRORS) as error:
                self.forget()
                raise self.explain(error, source) from error
        assert self._file is not None
        self._compare(source, os.fstat(self._file.fileno()))
        try:
            info = self._zip.getinfo(source.member)
            if info.file_size != source.size:
                raise failed(ErrorCode.SOURCE_CHANGED, source, "size", size=source.size)
            return self._zip.open(info)
        except (OSError, ValueError, *_ZIP_ERRORS) as error:
            raise self.explain(error, source) from error

    def check(self, source: Source) -> None:
        """Proves the open file unchanged since `open`."""
        assert self._file is not None
        try:
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise self.explain(error, source) from error
        self._compare(source, status)

    def check_path(self, source: Source) -> None:
        """Proves a file unchanged since it was read; one that is gone by now did not change."""
        try:
            status = Path(extended(source.path)).stat()
        except OSError:
            return
        self._compare(source, status, probe=False)
        if not source.member and status.st_size != source.size:
            raise failed(ErrorCode.SOURCE_CHANGED, source, "size", size=source.size)

    def release(self, stream: IO[bytes] | FileIO) -> None:
        """Closes a stream that `open` gave."""
        stream.close()

    def forget(self) -> None:
        """Closes the ZIP that is kept open."""
        if self._zip:
            self._zip.close()
            self._zip = None
        if self._file:
            self._file.close()
            self._file = None
        self._path = ""

    def explain(self, error: BaseException, source: Source) -> GantryError:
        """What an exception from opening or reading means."""
        if isinstance(error, GantryError):
            return error
        detail = f"{type(error).__name__}"
        if isinstance(error, OSError):
            windows = getattr(error, "winerror", None)
            detail = f"errno {error.errno}" + (f", WinError {windows}" if windows else "")
            if is_held(error):
                return failed(ErrorCode.SOURCE_LOCKED, source, detail)
            if error.errno in _GONE or windows in _GONE_WINDOWS:
                return failed(ErrorCode.SOURCE_GONE, source, detail)
            if isinstance(error, (FileNotFoundError, NotADirectoryError)):
                folder_gone = not Path(extended(source.path)).parent.exists()
                code = ErrorCode.SOURCE_GONE if folder_gone else ErrorCode.SOURCE_MISSING
                return failed(code, source, detail)
            if isinstance(error, (PermissionError, IsADirectoryError)):
                return failed(ErrorCode.SOURCE_DENIED, source, detail)
        return failed(ErrorCode.SOURCE_UNREADABLE, source, detail)

    def _retry(self, source: Source, action: Callable[[], Result]) -> Result:
        try:
            return retry_held(action, seconds=LOCKED_SECONDS, pause=self.token.wait)
        except OSError as error:
            raise self.explain(error, source) from error

    def _compare(self, source: Source, status: os.stat_result, *, probe: bool = True) -> None:
        changed = status.st_mtime_ns != source.mtime_ns or (
            os.name != "nt" and source.ctime_ns and status.st_ctime_ns != source.ctime_ns
        )
        if changed:
            raise failed(ErrorCode.SOURCE_CHANGED, source, "time", size=source.size)
        if probe and is_fresh(status):
            try:
                writing = probe_writer(source.path)
            except OSError as error:
                raise self.explain(error, source) from error
            if writing:
                raise failed(ErrorCode.SOURCE_BUSY, source, "open for writing")
