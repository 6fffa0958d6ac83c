"""Reads files without locking anyone out, and moves files although a scanner holds them.

On Windows, the program that opens a file decides what others may do with it. Python's `open()`
forbids renaming and deleting, and keeps reading while another program writes. Here every read
shares all three rights (`CreateFileW`), writers are detected by a probe, and a rename or delete
that meets a virus scanner is retried for a while. On other systems these are the plain calls.
"""

import errno
import ntpath
import os
import stat
import sys
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path, PurePath
from typing import TypeVar

from gantry.engine.os_errors import ACCESS_DENIED, is_held, windows_number

Pathlike = str | PurePath
Result = TypeVar("Result")

FRESH_SECONDS = 300.0  # the probe can lock a writer out for microseconds: old files are spared
HELD_SECONDS = 10.0  # how long a scanner or an indexer may hold a file that was just written

_NAME_SURROGATE = 0x20000000  # reparse tags that stand for another name: links and junctions
_RECALL = 0x1000 | 0x40000 | 0x400000  # OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS
_DEVICE_PATHS = ("\\\\?\\", "\\\\.\\")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"]
)


def extended(path: Pathlike) -> str:
    r"""The path in the form that has no limit of 260 characters and no reserved names.

    `C:\a` becomes `\\?\C:\a`, `\\server\share\a` becomes `\\?\UNC\server\share\a`. Names keep
    their trailing dots and spaces, which `os.path.abspath` would drop. Elsewhere: unchanged.
    """
    text = os.fspath(path)
    if os.name != "nt" or text.startswith(_DEVICE_PATHS):
        return text
    drive, rest = ntpath.splitdrive(text)
    if not (drive and rest[:1] in ("\\", "/")):
        # relative, perhaps to a drive: Windows may interpret the folder part, but not the names
        base = ntpath.abspath(drive or ".")
        if rest[:1] in ("\\", "/"):
            base = ntpath.splitdrive(base)[0]
        text = ntpath.join(base, rest)
    text = ntpath.normpath(text)
    if text.startswith(_DEVICE_PATHS):
        return text
    return "\\\\?\\UNC\\" + text[2:] if text.startswith("\\\\") else "\\\\?\\" + text


def plain(path: Pathlike) -> str:
    """The path in its usual form: the opposite of `extended`."""
    text = os.fspath(path)
    if text.startswith("\\\\?\\UNC\\"):
        return "\\\\" + text[8:]
    return text[4:] if text.startswith("\\\\?\\") else text


def reserved(name: str) -> bool:
    r"""Whether Windows would interpret this name, from an archive or a server, differently.

    True for devices (`AUX.dcm`, `COM¹`), streams and forbidden characters (`a:b`, `a?`), and names
    whose end it would drop (`trail.`, `trail `). The answer is the same on every system.
    """
    if not name or name != name.rstrip(" .") or any(c < " " or c in '<>:"|?*\\/' for c in name):
        return True
    return name.split(".", 1)[0].rstrip(" ").lower() in _DEVICES


def is_link(status: os.stat_result) -> bool:
    """Whether an `lstat` result is a symbolic link or a Windows junction (both lead elsewhere)."""
    if stat.S_ISLNK(status.st_mode):
        return True
    return bool(getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE)


def needs_download(status: os.stat_result) -> bool:
    """Whether the file is a placeholder whose bytes a cloud drive must fetch first."""
    return bool(getattr(status, "st_file_attributes", 0) & _RECALL)


def is_fresh(status: os.stat_result, now: float | None = None) -> bool:
    """Whether a file was created or changed so recently that it may still be being written.

    Times from the future count as fresh. `st_ctime` is the time of creation on Windows, which a
    copy sets even if it keeps the time of change.
    """
    age = (time.time() if now is None else now) - max(status.st_mtime, status.st_ctime)
    return age < FRESH_SECONDS


class NotAFile(OSError):
    """A pipe, a device or a socket has replaced the file: reading it might never end."""


def open_shared(path: Pathlike) -> FileIO:
    """Opens a file for unbuffered reading; others may write, rename and delete it meanwhile.

    Raises OSError (`is_held(error)` is true if another program locks it) and NotAFile.
    """
    if sys.platform == "win32":
        share = _SHARE_READ | _SHARE_WRITE | _SHARE_DELETE
        return _open_handle(_create_file(extended(path), share))
    else:
        file = open(path, "rb", buffering=0, opener=_open_at_once)  # noqa: SIM115
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise NotAFile(errno.EINVAL, "not a regular file", plain(path))
        return file


def _open_at_once(path: str, flags: int) -> int:
    """Opens without waiting for the other end of a pipe; makes no difference for files."""
    try:
        return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        # A socket can't be opened at all, and its error number also means that a drive is gone.
        if error.errno == errno.ENXIO and stat.S_ISSOCK(os.stat(path).st_mode):  # noqa: PTH116
            raise NotAFile(errno.EINVAL, "not a regular file", path) from None
        raise


def open_append(path: Pathlike) -> int:
    """A descriptor whose every write goes to the file's end, even if others write there.

    Creates the file, for this user only. Others may rename and delete it meanwhile. Raises OSError.
    """
    if sys.platform == "win32":
        # The C library would seek, then write: between the two, another process may have written.
        share = _SHARE_READ | _SHARE_WRITE | _SHARE_DELETE
        handle = _create_file(extended(path), share, _APPEND_ONLY, _OPEN_ALWAYS)
        try:
            return msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_APPEND | os.O_NOINHERIT)
        except OSError:
            _close_handle(handle)
            raise
    else:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def probe_writer(path: Pathlike) -> bool:
    """Whether another program has the file open for writing; False if that can't be told.

    Opens the file for an instant as 7-Zip and Explorer do, without sharing write access. A writer
    that opens it in that instant is refused, so use it only for files that are `is_fresh`. Raises
    OSError for a file that can't be read at all.
    """
    if sys.platform == "win32":
        try:
            _close_handle(_create_file(extended(path), _SHARE_READ | _SHARE_DELETE))
        except OSError as error:
            if is_held(error):
                return True
            raise
    return False


def retry_held(
    action: Callable[[], Result],
    *,
    seconds: float = HELD_SECONDS,
    pause: Callable[[float], None] = time.sleep,
    denied_too: bool = False,
) -> Result:
    """Repeats the action while another program holds the file: 0.1 s apart, growing to 5 s.

    `denied_too` also repeats on "access denied", which is how Windows refuses to replace or delete
    a file that is open or about to vanish. `pause` may raise, to cancel. Raises the last OSError.
    """
    end, wait = time.monotonic() + seconds, 0.1
    while True:
        try:
            return action()
        except OSError as error:
            denied = denied_too and windows_number(error) == ACCESS_DENIED
            left = end - time.monotonic()
            if not (denied or is_held(error)) or left <= 0:
                raise
        pause(min(wait, left))
        wait = min(wait * 2, 5.0)


def replace_retry(
    source: Pathlike,
    target: Pathlike,
    *,
    seconds: float = HELD_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Like `os.replace`, but retries while a virus scanner holds either file. Raises OSError."""
    old, new = Path(extended(source)), Path(extended(target))
    retry_held(lambda: old.replace(new), seconds=seconds, pause=pause, denied_too=True)


def unlink_retry(
    path: Pathlike, *, seconds: float = HELD_SECONDS, pause: Callable[[float], None] = time.sleep
) -> None:
    """Deletes a file, with the same retries; a missing file counts as deleted."""
    name = Path(extended(path))
    retry_held(lambda: name.unlink(missing_ok=True), seconds=seconds, pause=pause, denied_too=True)


def sync_folder(path: Pathlike) -> None:
    """Makes a rename in this folder survive a power cut; Windows keeps folders safe by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # network folders may not support it
            raise
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _SHARE_READ, _SHARE_WRITE, _SHARE_DELETE = 1, 2, 4
    _GENERIC_READ, _OPEN_EXISTING, _SEQUENTIAL = 0x80000000, 3, 0x08000000
    _APPEND_ONLY = 0x0004 | 0x0080 | 0x00100000  # APPEND_DATA, READ_ATTRIBUTES, SYNCHRONIZE
    _OPEN_ALWAYS = 4
    _INVALID_HANDLE = ctypes.c_void_p(-1).value

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateFileW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID,
        wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
    ]  # fmt: skip
    _kernel32.CreateFileW.restype = wintypes.HANDLE
    _kernel32.CloseHandle.argtypes = [wintypes.HANDLE]

    def _create_file(
        name: str, share: int, access: int = _GENERIC_READ, making: int = _OPEN_EXISTING
    ) -> int:
        handle = _kernel32.CreateFileW(name, access, share, None, making, _SEQUENTIAL, None)
        if handle is None or handle == _INVALID_HANDLE:
            code = ctypes.get_last_error()
            raise OSError(None, ctypes.FormatError(code).strip(), plain(name), code)
        return int(handle)

    def _open_handle(handle: int) -> FileIO:
        try:
            descriptor = msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_NOINHERIT)
        except OSError:
            _close_handle(handle)
            raise
        return open(descriptor, "rb", buffering=0)

    def _close_handle(handle: int) -> None:
        _kernel32.CloseHandle(handle)
