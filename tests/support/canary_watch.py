"""Looks for the canary names of the tests' DICOM files in everything that was logged."""

from __future__ import annotations

import re
from pathlib import Path

from support.dicom import CANARIES

LOG_WATCH = "canary_watch.log"


def leaks(base: Path) -> dict[str, str]:
    """Which canary is in which log below a run's temporary folder."""
    logs = [p for p in base.rglob("*") if p.is_file() and re.search(r"\.jsonl(\.\d+)?$", p.name)]
    found = {}
    for path in (base / LOG_WATCH, *logs):
        text = path.read_text("utf-8", "replace")
        for canary in CANARIES:
            # JSON may write a name in escapes
            if canary in text or canary.encode("unicode_escape").decode() in text:
                found[canary] = str(path)
    return found
