"""What dciodvfy (Debian's dicom3tools) says against a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

PROGRAM = shutil.which("dciodvfy")
_VALUE = re.compile(r"<[^>]*>|= *\S+$")


def errors(data: bytes, path: Path) -> Counter[str]:
    """Its errors, without the values in them; `path` is where the file may be written."""
    assert PROGRAM is not None
    path.write_bytes(data)
    ran = subprocess.run([PROGRAM, str(path)], capture_output=True, timeout=60, check=False)
    lines = (ran.stdout + ran.stderr).decode("latin-1").splitlines()
    return Counter(_VALUE.sub("<>", line) for line in lines if line.startswith("Error"))
