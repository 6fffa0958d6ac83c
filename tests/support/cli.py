"""Runs gantry-cli as a user would, in its own process; returns exit code and output lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output of `--json`; fails if anything there is no JSON object."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    @property
    def done(self) -> dict[str, Any]:
        last = self.lines[-1]
        assert last["event"] == "done", last
        return last


class Cli:
    """gantry-cli with a home of its own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = {**os.environ, "GANTRY_HOME": str(home), **environment}
        # Without a desktop session keyring has no store; the tests don't want a real one either.
        self.environment.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    def start(self, *args: str | Path) -> subprocess.Popen[str]:
        """Starts it and returns at once."""
        return subprocess.Popen(
            [sys.executable, "-m", "gantry.cli", *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            encoding="utf-8",
        )

    def __call__(self, *args: str | Path, timeout: float = 120) -> Ran:
        """Runs it until it ends."""
        process = self.start(*args)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"gantry-cli did not end\n{out}\n{err}") from None
        return Ran(process.returncode, out, err)
