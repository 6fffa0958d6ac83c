"""Real servers as child processes on loopback: started, awaited, stopped with the test."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

STARTS_WITHIN = 120.0
STOPS_WITHIN = 30.0

# Given to somebody who may not listen yet: a server with two ports must not get one of them twice.
_GIVEN: deque[int] = deque(maxlen=200)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment, or was given a moment ago.

    It is below those that the system gives to clients, and in a range of this test process: none
    that runs beside it takes the port before the server does.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + worker % 10 * 2_000
    while True:
        port = random.SystemRandom().randrange(first, first + 2_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _GIVEN:
                _GIVEN.append(port)
                return port


class ServerProcess:
    """A command that listens on `port`; its output goes to `log`."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.command = list(command)
        self.port = port
        self.log = log
        self.env = env
        self.cwd = cwd
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the port answers.

        Raises:
            RuntimeError: the server ended, or did not answer in time; with the end of its output.
        """
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdout=output, stderr=output, env=self.env, cwd=self.cwd
            )
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.command[0]} ended: {self.tail()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.command[0]} does not answer: {self.tail()}")

    def tail(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:]

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait(STOPS_WITHIN)
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(STOPS_WITHIN)
                self.process = None
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
