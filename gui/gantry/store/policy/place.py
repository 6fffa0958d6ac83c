"""Where a computer's policy is.

The place is fixed: no option and no variable leads to another file. platformdirs is not asked,
because its folders for all users follow variables that every user can set.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

MORE: Final = "GANTRY_POLICY"  # names a second policy, which applies beside the computer's own
_COMMON_APPDATA: Final = 0x23  # CSIDL_COMMON_APPDATA


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


if sys.platform == "win32":
    import ctypes

    def _program_data() -> Path:
        """`C:\\ProgramData`, wherever it is, from Windows itself. Raises OSError."""
        text = ctypes.create_unicode_buffer(1024)
        if ctypes.windll.shell32.SHGetFolderPathW(None, _COMMON_APPDATA, None, 0, text):
            raise OSError("no folder for all users")
        return Path(text.value)
