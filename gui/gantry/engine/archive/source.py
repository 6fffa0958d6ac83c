"""Reads a source once, and proves that nobody changed it meanwhile."""

from __future__ import annotations

import errno
import os
import zipfile
from dataclasses import replace
from io import BufferedIOBase, BufferedReader, FileIO
from pathlib import Path
from typing import IO, TypeVar, cast

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import extended, is_fresh, is_held, open_shared, probe_writer, retry_held
from gantry.engine.instance import Source

Result = TypeVar("Result")
Stream = FileIO | BufferedIOBase

LOCKED_SECONDS = 60.0
TRIES = 3

_GONE = {errno.ENODEV, errno.ENXIO, getattr(errno, "ESTALE", -1), getattr(errno, "EHOSTDOWN", -1)}
_GONE_WINDOWS = {21, 53, 55, 59, 64, 67, 1167, 1231}  # device not ready, network path lost …
_PASSING = (
    ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY, ErrorCode.SOURCE_LOCKED,
    ErrorCode.SOURCE_UNREADABLE, ErrorCode.SOURCE_GONE,
)  # fmt: skip


def failed(code: ErrorCode, source: Source, detail: str = "", **facts: Fact) -> GantryError:
    """An error about a source; its path is private, and tells whether waiting can help."""
    private: dict[str, Fact] = {"path": source.path}
    if source.member:
        private["member"] = source.member
    return GantryError(
        code, facts=facts, private=private, detail=detail, transient=code in _PASSING
    )


def explain(error: Exception, source: Source) -> GantryError:
    """What an exception from opening or reading a source means."""
    if isinstance(error, GantryError):
        return error
    if not isinstance(error, OSError):  # zipfile and its decompressors raise all sorts
        return failed(ErrorCode.SOURCE_UNREADABLE, source, type(error).__name__)
    windows = getattr(error, "winerror", None)
    detail = f"errno {error.errno}" + (f", WinError {windows}" if windows else "")
    if is_held(error):
        return failed(ErrorCode.SOURCE_LOCKED, source, detail)
    if error.errno in _GONE or windows in _GONE_WINDOWS:
        return failed(ErrorCode.SOURCE_GONE, source, detail)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        folder_gone = not Path(extended(source.path)).parent.exists()
        code = ErrorCode.SOURCE_GONE if folder_gone else ErrorCode.SOURCE_MISSING
        return failed(code, source, detail)
    if isinstance(error, PermissionError | IsADirectoryError):
        return failed(ErrorCode.SOURCE_DENIED, source, detail)
    return failed(ErrorCode.SOURCE_UNREADABLE, source, detail)


def open_held(source: Source, token: CancelToken, seconds: float | None = None) -> FileIO:
    """Opens the file, again and again while another program keeps everyone out of it.

    Raises:
        GantryError: SOURCE_MISSING, SOURCE_GONE, SOURCE_DENIED, SOURCE_LOCKED, SOURCE_UNREADABLE.
    """
    seconds = LOCKED_SECONDS if seconds is None else seconds
    try:
        return retry_held(lambda: open_shared(source.path), seconds=seconds, pause=token.wait)
    except OSError as error:
        raise explain(error, source) from error


def is_written(source: Source, status: os.stat_result) -> bool:
    """Whether a program has the file open for writing; only fresh files are asked about."""
    try:
        return is_fresh(status) and probe_writer(source.path)
    except OSError as error:
        raise explain(error, source) from error


class SourceReader:
    """Opens sources; keeps the last ZIP open, for its members come one after another."""

    def __init__(self, token: CancelToken) -> None:
        self.token = token
        self._path = ""
        self._zip: zipfile.ZipFile | None = None
        self._zip_file: BufferedIOBase | None = None

    def open(self, source: Source) -> tuple[Stream, Stream]:
        """A stream of the source's bytes, and the open file behind it, which is to be compared.

        Raises:
            GantryError: as `open_held`, and SOURCE_UNREADABLE for a damaged ZIP.
        """
        if not source.member:
            plain = open_held(source, self.token)
            return plain, plain
        archive, file = self._open_zip(source)
        try:
            return cast(BufferedIOBase, archive.open(source.member)), file
        except Exception as error:
            raise explain(error, source) from error

    def member_size(self, source: Source) -> int:
        """The size of a ZIP's member, as the ZIP's directory says."""
        archive, _ = self._open_zip(source)
        try:
            return archive.getinfo(source.member).file_size
        except KeyError as error:
            raise failed(ErrorCode.SOURCE_MISSING, source, "not in the ZIP") from error

    def close(self) -> None:
        """Closes the ZIP that is kept open."""
        if self._zip:
            self._zip.close()
        if self._zip_file:
            self._zip_file.close()
        self._zip, self._zip_file, self._path = None, None, ""

    def _open_zip(self, source: Source) -> tuple[zipfile.ZipFile, BufferedIOBase]:
        if self._zip and self._zip_file and self._path == source.path:
            return self._zip, self._zip_file
        self.close()
        file: BufferedIOBase = BufferedReader(open_held(source, self.token), 1 << 18)
        try:
            archive = zipfile.ZipFile(cast(IO[bytes], file))
        except Exception as error:
            file.close()
            raise explain(error, source) from error
        self._path, self._zip, self._zip_file = source.path, archive, file
        return archive, file


class OpenSource:
    """One source, open for reading: `readinto` to its end, then `finish`, to prove it unchanged.

    Every call raises GantryError (SOURCE_*) where the file is not, or no longer, what the scan
    found, or where another program is writing it.
    """

    def __init__(self, reader: SourceReader, source: Source) -> None:
        self._reader, self._source = reader, source
        self._at = 0
        self._stream, self._file = reader.open(source)
        try:
            self._prove_unchanged()
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> OpenSource:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stream.close()

    def readinto(self, buffer: memoryview) -> int:
        """Reads the next bytes; 0 at the end. A failing read is tried again."""
        for failures in range(1, TRIES + 1):
            try:
                count: int = self._stream.readinto(buffer) or 0
            except OSError as error:
                if failures == TRIES:
                    raise explain(error, self._source) from error
                self._reopen()
            except Exception as error:  # whatever a damaged ZIP makes a decompressor raise
                raise explain(error, self._source) from error
            else:
                break
        self._at += count
        if self._at > self._source.size:
            raise self._changed("longer than it was")
        return count

    def finish(self) -> None:
        """Proves that what was read is the file, whole, and unchanged since the scan."""
        if self._at != self._source.size:
            raise self._changed("shorter than it was")
        self._prove_unchanged()

    def _prove_unchanged(self) -> None:
        try:
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise explain(error, self._source) from error
        compare(self._source, status)
        if is_written(self._source, status):
            raise failed(ErrorCode.SOURCE_BUSY, self._source, "open for writing")

    def _reopen(self) -> None:
        self._reader.token.wait(0.2)
        self._stream.close()
        self._reader.close()
        self._stream, self._file = self._reader.open(self._source)
        try:
            self._stream.seek(self._at)
        except Exception as error:
            raise explain(error, self._source) from error

    def _changed(self, how: str) -> GantryError:
        return failed(ErrorCode.SOURCE_CHANGED, self._source, how)


def compare(source: Source, status: os.stat_result) -> None:
    """Raises SOURCE_CHANGED unless the file has the size and the times that the scan saw."""
    if not source.member and status.st_size != source.size:
        raise failed(ErrorCode.SOURCE_CHANGED, source, f"size {source.size}, now {status.st_size}")
    if differs(source, status):
        raise failed(ErrorCode.SOURCE_CHANGED, source, "time of change")


def differs(source: Source, status: os.stat_result) -> bool:
    """Whether the file's times are others than the scan saw."""
    if status.st_mtime_ns != source.mtime_ns:
        return True
    return bool(os.name != "nt" and source.ctime_ns and status.st_ctime_ns != source.ctime_ns)


def compare_path(source: Source) -> None:
    """As `compare`, for a file that was read before; one that is gone by now did not change."""
    try:
        status = Path(extended(source.path)).stat()
    except OSError:
        return
    compare(source, status)


def refreshed(source: Source, status: os.stat_result, size: int) -> Source:
    """The source as it is now."""
    ctime = 0 if os.name == "nt" else status.st_ctime_ns
    return replace(source, size=size, mtime_ns=status.st_mtime_ns, ctime_ns=ctime)
