"""The exit codes of `gantry-cli`."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1
WRONG_CALL: Final = 2  # an invalid command line, or invalid settings
INTERRUPTED: Final = 130
