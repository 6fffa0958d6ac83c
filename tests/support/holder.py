"""Another program that holds a file open on Windows, with the access and sharing it is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

READ, WRITE = 0x80000000, 0x40000000
SHARE_NOTHING, SHARE_READ, SHARE_READ_WRITE, SHARE_ALL = 0, 1, 3, 7

# Opens by CreateFileW and holds until a line comes. Arguments: path, access, sharing.
_PROGRAM = """
import ctypes, sys
from ctypes import wintypes
create = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
create.restype = wintypes.HANDLE
handle = create(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), None, 3, 0, None)
if handle == ctypes.c_void_p(-1).value:
    sys.exit("WinError %d" % ctypes.get_last_error())
print("held", flush=True)
sys.stdin.readline()
"""


class Holder:
    """A program that has a file open from construction to `let_go`."""

    def __init__(self, path: Path, access: int, share: int) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(path), str(access), str(share)],
            stdin=pipe, stdout=pipe, stderr=pipe, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        if self._process.stdout.readline().strip() != "held":
            raise AssertionError(f"not held: {self._process.stderr.read()}")

    def let_go(self) -> None:
        """Ends the program; the file is free when this returns."""
        if self._process.poll() is None:
            self._process.communicate("\n", timeout=120)


Hold = Callable[[Path, int, int], Holder]
