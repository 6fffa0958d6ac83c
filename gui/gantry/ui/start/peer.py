"""Identifies the peer of a local socket, and finds folders that only this user can write.

Another user can take a name in a shared folder before Gantry starts, and would then receive the
paths of later starts. So the socket is in a private folder, and before anything is sent the other
end must be a process of this user.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket


_IN_HOME = Path("~/.cache/gantry-run").expanduser()


if sys.platform != "win32":

    def private_folder() -> str:
        """A folder for sockets and locks that only this user can access, always the same."""
        for folder in _given():
            with suppress(OSError):
                if _is_private(folder):
                    return str(folder)
        # The second if another user took the first: nobody else can take that one.
        for folder in (Path(tempfile.gettempdir()) / f"gantry-{os.getuid()}", _IN_HOME):
            with suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if _is_private(folder):
                    return str(folder)
        return str(_IN_HOME)

    def is_ours(connection: QLocalSocket) -> bool:
        """Whether a process of this user is at the other end."""
        descriptor = os.dup(int(connection.socketDescriptor()))
        with socket.socket(fileno=descriptor) as other:
            return _uid_of(other) == os.getuid()

    def _given() -> Iterator[Path]:
        if runtime := os.environ.get("XDG_RUNTIME_DIR", ""):
            yield Path(runtime)
        yield Path(f"/run/user/{os.getuid()}")
        yield Path(tempfile.gettempdir())  # macOS: the user's own

    def _is_private(folder: Path) -> bool:
        """Never true for a link: its target may change."""
        found = folder.lstat()
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        return mine and not found.st_mode & 0o077

    def _uid_of(other: socket.socket) -> int:
        if sys.platform == "darwin":
            # struct xucred: version, uid, … (sys/ucred.h); SOL_LOCAL 0, LOCAL_PEERCRED 1
            return int(struct.unpack_from("=II", other.getsockopt(0, 1, 76))[1])
        found = other.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", found)[1])  # struct ucred: pid, uid, gid (unix(7))

else:

    def private_folder() -> str:
        """A folder for locks that only this user can access: in the profile."""
        return tempfile.gettempdir()

    def is_ours(connection: QLocalSocket) -> bool:
        """Whether a process of this user made the pipe."""
        return _serves_this_user(int(connection.socketDescriptor()))

    def _serves_this_user(pipe: int) -> bool:
        """Whether the process that made a pipe runs as this user; false if it may not be queried.

        Windows lets users query their own processes.
        """
        kernel, security = ctypes.windll.kernel32, ctypes.windll.advapi32
        kernel.OpenProcess.restype = kernel.GetCurrentProcess.restype = wintypes.HANDLE
        number = wintypes.ULONG()
        pipe_handle = wintypes.HANDLE(pipe)
        if not kernel.GetNamedPipeServerProcessId(pipe_handle, ctypes.byref(number)):
            return False

        def user_of(process: wintypes.HANDLE) -> bytes:
            """The SID of a process's user, in a TOKEN_USER; empty if it can't be read."""
            token, size = wintypes.HANDLE(), wintypes.DWORD()
            if not security.OpenProcessToken(process, 0x0008, ctypes.byref(token)):  # TOKEN_QUERY
                return b""
            try:
                data = ctypes.create_string_buffer(256)
                if not security.GetTokenInformation(token, 1, data, 256, ctypes.byref(size)):
                    return b""
                sid = ctypes.cast(data, ctypes.POINTER(ctypes.c_void_p))[0]
                length = security.GetLengthSid(ctypes.c_void_p(sid))
                return ctypes.string_at(sid, length)
            finally:
                kernel.CloseHandle(token)

        process = kernel.OpenProcess(0x1000, False, number)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not process:
            return False
        try:
            theirs = user_of(wintypes.HANDLE(process))
            return bool(theirs) and theirs == user_of(wintypes.HANDLE(kernel.GetCurrentProcess()))
        finally:
            kernel.CloseHandle(wintypes.HANDLE(process))
