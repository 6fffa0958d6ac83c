"""Where a computer's policy is.

The place is fixed: no option and no variable leads to another file. platformdirs is not asked,
because its folders for all users follow variables that every user can set.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

MORE: Final = "GANTRY_POLICY"  # names a second policy, which applies beside the computer's own
_PROFILES: Final = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
_USUAL: Final = r"%SystemDrive%\ProgramData"


def policy_file() -> Path:
    """The file of the computer's policy, which may not exist.

    Raises:
        OSError: Windows does not say where it is.
    """
    if sys.platform == "win32":
        return _program_data() / "Gantry" / "policy.json"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Gantry/policy.json")
    return Path("/etc/gantry/policy.json")


def further_file() -> Path | None:
    """The file of a second policy. It can only forbid more."""
    named = os.environ.get(MORE)
    return Path(named).expanduser().absolute() if named else None


def _expanded(text: str, drive: str) -> Path:
    """A path in which only Windows' drive is a variable. Raises OSError: another one is."""
    text = re.sub("%SystemDrive%", drive, text, flags=re.IGNORECASE)
    if not drive or "%" in text:
        raise OSError("no folder for all users")
    return Path(text)


if sys.platform == "win32":
    import ctypes
    import winreg

    def _program_data() -> Path:
        """`C:\\ProgramData`, wherever it is. Raises OSError.

        From what only administrators can change: Windows' own call for it follows variables.
        """
        buffer = ctypes.create_unicode_buffer(1024)
        ctypes.windll.kernel32.GetSystemWindowsDirectoryW(buffer, len(buffer))
        flags = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _PROFILES, 0, flags) as key:
                text = str(winreg.QueryValueEx(key, "ProgramData")[0])
        except FileNotFoundError:
            text = _USUAL
        return _expanded(text, buffer.value[:2])
