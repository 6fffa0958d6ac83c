"""Reads a source once, and checks that nobody changed it meanwhile."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BufferedIOBase, BufferedReader, FileIO
from pathlib import Path
from typing import TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import (
    NotAFile,
    extended,
    is_fresh,
    open_shared,
    probe_writer,
    retry_held,
)
from gantry.engine.instance import Source
from gantry.engine.os_errors import is_denied, is_gone, is_held, numbers
from gantry.engine.tar_members import TarMembers
from gantry.engine.zip_locks import PasswordNeeded
from gantry.engine.zip_members import Members, open_members, release

Result = TypeVar("Result")
Stream = FileIO | BufferedIOBase

LOCKED_SECONDS = 60.0
TRIES = 3

_PASSING = (
    ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY, ErrorCode.SOURCE_LOCKED,
    ErrorCode.SOURCE_UNREADABLE, ErrorCode.SOURCE_GONE,
)  # fmt: skip


def source_failed(code: ErrorCode, source: Source, detail: str = "", **facts: Fact) -> GantryError:
    """Returns an error about a source, whose path is private; it says whether waiting can help."""
    private: dict[str, Fact] = {"path": source.path}
    if source.member:
        private["member"] = source.member
    return GantryError(
        code, facts=facts, private=private, detail=detail, transient=code in _PASSING
    )


def explain(error: Exception, source: Source) -> GantryError:
    """Translates an exception from opening or reading a source."""
    if isinstance(error, GantryError):
        return error
    if isinstance(error, PasswordNeeded):
        return source_failed(ErrorCode.SOURCE_PASSWORD, source)
    if not isinstance(error, OSError):  # zipfile and its decompressors raise all sorts
        return source_failed(ErrorCode.SOURCE_UNREADABLE, source, type(error).__name__)
    if isinstance(error, NotAFile):
        return source_failed(
            ErrorCode.SOURCE_CHANGED, source, "not a regular file", reason="rescan"
        )
    detail = numbers(error)
    if is_held(error):
        return source_failed(ErrorCode.SOURCE_LOCKED, source, detail)
    if is_gone(error):
        return source_failed(ErrorCode.SOURCE_GONE, source, detail)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        folder_gone = not Path(extended(source.path)).parent.exists()
        code = ErrorCode.SOURCE_GONE if folder_gone else ErrorCode.SOURCE_MISSING
        return source_failed(code, source, detail)
    if is_denied(error) or isinstance(error, IsADirectoryError):
        return source_failed(ErrorCode.SOURCE_DENIED, source, detail)
    return source_failed(ErrorCode.SOURCE_UNREADABLE, source, detail)


def open_held(source: Source, token: CancelToken, seconds: float | None = None) -> FileIO:
    """Opens the file; retries while another program has locked it.

    Raises:
        GantryError: SOURCE_MISSING, SOURCE_GONE, SOURCE_DENIED, SOURCE_LOCKED, SOURCE_UNREADABLE.
    """
    seconds = LOCKED_SECONDS if seconds is None else seconds
    try:
        return retry_held(lambda: open_shared(source.path), seconds=seconds, pause=token.wait)
    except OSError as error:
        raise explain(error, source) from error


def is_written(source: Source, status: os.stat_result) -> bool:
    """Whether a program has the file open for writing; only recent files are checked."""
    try:
        return is_fresh(status) and probe_writer(source.path)
    except OSError as error:
        raise explain(error, source) from error


class SourceReader:
    """Opens sources; keeps the last ZIP open, because its members follow one another."""

    def __init__(self, token: CancelToken) -> None:
        self.token = token
        self._path = ""
        self._zip: Members | TarMembers | None = None
        self._zip_file: BufferedIOBase | None = None

    def open(self, source: Source) -> tuple[Stream, Stream]:
        """A stream of the source's bytes, and the open file that they come from, to compare.

        Raises:
            GantryError: as `open_held`, and SOURCE_UNREADABLE for a damaged ZIP.
        """
        if not source.member:
            plain = open_held(source, self.token)
            return plain, plain
        archive, file = self._open_zip(source)
        try:
            return archive.open(source.member), file
        except Exception as error:
            raise explain(error, source) from error

    def member_size(self, source: Source) -> int:
        """The size of a ZIP's member, as the ZIP's directory says."""
        archive, _ = self._open_zip(source)
        try:
            return archive.size(source.member)
        except KeyError as error:
            raise source_failed(ErrorCode.SOURCE_MISSING, source, "not in the ZIP") from error

    def close(self) -> None:
        """Closes the ZIP that is kept open."""
        if self._zip:
            self._zip.close()
        if self._zip_file:
            self._zip_file.close()
            release()
        self._zip, self._zip_file, self._path = None, None, ""

    def _open_zip(self, source: Source) -> tuple[Members | TarMembers, BufferedIOBase]:
        if self._zip and self._zip_file and self._path == source.path:
            return self._zip, self._zip_file
        self.close()
        file: BufferedIOBase = BufferedReader(open_held(source, self.token), 1 << 18)
        try:
            archive = open_members(file, source.path)
        except Exception as error:
            file.close()
            raise explain(error, source) from error
        self._path, self._zip, self._zip_file = source.path, archive, file
        return archive, file


class OpenSource:
    """One source, open for reading: `readinto` to its end, then `finish`, which checks it.

    Every call raises GantryError (SOURCE_*) if the file is not, or no longer, what the scan found,
    or if another program is writing it.
    """

    def __init__(self, reader: SourceReader, source: Source) -> None:
        self._reader, self._source = reader, source
        self._at = 0
        self._stream, self._file = reader.open(source)
        try:
            self._check_unchanged()
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> OpenSource:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stream.close()

    def readinto(self, buffer: memoryview) -> int:
        """Reads the next bytes; returns 0 at the end. A failed read is retried."""
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
        """Checks that what was read is the whole file, unchanged since the scan."""
        if self._at != self._source.size:
            raise self._changed("shorter than it was")
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        try:
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise explain(error, self._source) from error
        compare(self._source, status)
        if is_written(self._source, status):
            raise source_failed(ErrorCode.SOURCE_BUSY, self._source, "open for writing")

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
        return source_failed(ErrorCode.SOURCE_CHANGED, self._source, how)


def compare(source: Source, status: os.stat_result) -> None:
    """Raises SOURCE_CHANGED unless the file has the size and the times that the scan saw."""
    if not source.member and status.st_size != source.size:
        raise source_failed(
            ErrorCode.SOURCE_CHANGED, source, f"size {source.size}, now {status.st_size}"
        )
    if differs(source, status):
        raise source_failed(ErrorCode.SOURCE_CHANGED, source, "time of change")


def differs(source: Source, status: os.stat_result) -> bool:
    """Whether the file's times differ from those that the scan saw."""
    if status.st_mtime_ns != source.mtime_ns:
        return True
    return bool(os.name != "nt" and source.ctime_ns and status.st_ctime_ns != source.ctime_ns)


def compare_path(source: Source) -> None:
    """As `compare`, for a file that was read before; one that is gone by now has not changed."""
    try:
        status = Path(extended(source.path)).stat()
    except OSError:
        return
    compare(source, status)


def refreshed(source: Source, status: os.stat_result, size: int) -> Source:
    """The source as it is now."""
    ctime = 0 if os.name == "nt" else status.st_ctime_ns
    return replace(source, size=size, mtime_ns=status.st_mtime_ns, ctime_ns=ctime)
