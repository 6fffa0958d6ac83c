"""Policies for tests: a second one, which applies beside the computer's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gantry.store.policy.policy import SCHEMA


def write_policy(path: Path, **entries: Any) -> Path:
    """Writes a valid policy with these entries."""
    path.write_text(json.dumps({"schema": SCHEMA, **entries}, indent=2), encoding="utf-8")
    return path
