"""Many short runs of gantry-cli: one process imports it once, then forks a child for each run.

A child is a process of its own that does what `gantry-cli` does, and can be killed like one; it
only skips the second that starting Python and importing takes. POSIX only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_MODULES = ("send", "scan", "archives", "records", "places", "progress", "output")


class Child:
    """A forked run; its output goes to files, which survive the kill."""

    def __init__(self, zygote: Zygote, pid: int, out: Path, err: Path) -> None:
        self.pid, self.out, self.err = pid, out, err
        self._zygote = zygote
        self.code: int | None = None

    def kill(self) -> None:
        """SIGKILL; harmless once the child has ended (its pid is kept until `wait`)."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float = 120.0) -> int:
        """The exit code, negative for the signal that ended it."""
        if self.code is None:
            self.code = self._zygote.reap(self.pid, timeout)
        return self.code

    @property
    def events(self) -> list[str]:
        """The events that it said on standard output; the last line may be cut by the kill."""
        found: list[str] = []
        if not self.out.exists():
            return found
        for line in self.out.read_text("utf-8").splitlines():
            try:
                found.append(str(json.loads(line)["event"]))
            except ValueError:
                break
        return found


class Zygote:
    """The parent of the runs. Use as a context."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, dict(env)
        self._count = 0

    def __enter__(self) -> Zygote:
        folder = str(Path(__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**self._env, "PYTHONPATH": folder, "PYTHONUNBUFFERED": "1"},
        )
        assert self._ask({}) == {"ready": True}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def start(self, *args: str | Path, **env: str) -> Child:
        """Starts a run of gantry-cli with these arguments, and returns at once."""
        self._count += 1
        out, err = (self._folder / f"{self._count}.{kind}" for kind in ("out", "err"))
        said = self._ask(
            {"args": [str(a) for a in args], "env": env, "out": str(out), "err": str(err)}
        )
        return Child(self, int(said["pid"]), out, err)

    def reap(self, pid: int, timeout: float) -> int:
        return int(self._ask({"wait": pid, "timeout": timeout})["code"])

    def _ask(self, what: Mapping[str, object]) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        said: dict[str, int] = json.loads(self._process.stdout.readline())
        if "late" in said:
            raise TimeoutError(f"a run of gantry-cli did not end in {what['timeout']} s")
        return said


def _child(ask: dict[str, object]) -> None:
    """In the fork: becomes gantry-cli. Never returns."""
    code = 70
    try:
        os.setpgid(0, 0)
        for name, number in (("out", 1), ("err", 2)):
            opened = os.open(str(ask[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        env = ask["env"]
        assert isinstance(env, dict)
        os.environ.update(env)
        from gantry.cli import main

        args = ask["args"]
        assert isinstance(args, list)
        code = main(args)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - what ends the child must be seen by the parent
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reap(pid: int, timeout: float) -> dict[str, object]:
    import time

    end = time.monotonic() + timeout
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return {"code": os.waitstatus_to_exitcode(status)}
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"late": pid}
        time.sleep(0.005)


def _serve() -> None:
    import importlib

    for name in _MODULES:
        importlib.import_module(f"gantry.cli.{name}")
    importlib.import_module("gantry.services.services")
    importlib.import_module("gantry.services.privacy_report")
    for line in sys.stdin:
        ask = json.loads(line)
        said: dict[str, object]
        if "wait" in ask:
            said = _reap(int(ask["wait"]), float(ask["timeout"]))
        elif "args" in ask:
            pid = os.fork()
            if pid == 0:
                _child(ask)
            said = {"pid": pid}
        else:
            said = {"ready": True}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    _serve()
