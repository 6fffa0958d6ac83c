"""What the terminal and scripts read: JSON lines or plain text out, progress and errors beside."""

from __future__ import annotations

import errno
import json as jsonlib
import os
import sys
import threading
from dataclasses import replace
from typing import Any

from gantry.engine.errors import GantryError
from gantry.messages import error_message, technical


def printable(text: str) -> str:
    """Text from files or servers, without what could drive a terminal (ESC, bidi controls …)."""
    return "".join(c if c.isprintable() else "�" for c in text)


def reader_is_gone(error: OSError) -> bool:
    """Whether nobody reads a pipe any more; the C runtime of Windows calls that EINVAL."""
    return error.errno == errno.EPIPE or (os.name == "nt" and error.errno == errno.EINVAL)


class Output:
    """One a command. With `json`, every result is a line of JSON and text is dropped.

    Attributes:
        outlives_reader: whether the work goes on when nobody reads the results any more; if not,
            writing them raises BrokenPipeError then.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self.outlives_reader = False
        self._lock = threading.Lock()  # parcels report from their own threads
        self._summary: dict[str, Any] = {}

    def emit(self, event: str, **values: Any) -> None:
        """A result for scripts; does nothing without `--json`."""
        if self.json:
            line = jsonlib.dumps({"event": event, **values}, ensure_ascii=False, default=str)
            # A file name that is no Unicode holds lone surrogates: they go out escaped.
            self._write(line.encode("utf-8", "backslashreplace").decode("utf-8"))

    def text(self, line: str = "") -> None:
        """A result for people; does nothing with `--json`."""
        if not self.json:
            self._write(printable(line))

    def say(self, line: str) -> None:
        """A message beside the results: on standard error."""
        with self._lock:
            try:
                print(printable(line), file=sys.stderr, flush=True)
            except OSError as error:
                if not reader_is_gone(error):
                    raise

    def error(
        self,
        error: GantryError,
        *,
        what: str = "",
        do: str = "",
        told: bool = False,
        **context: Any,
    ) -> None:
        """What happened, to what, what to do now, or what a command says instead; the detail.

        What people were `told` a moment ago, only scripts hear again.
        """
        message = error_message(error)
        message = replace(message, what=what or message.what, do=do or message.do)
        self.emit(
            "error",
            code=error.code.value,
            what=message.what,
            do=message.do,
            facts=error.facts,
            detail=technical(error),
            **context,
        )
        if told:
            return
        self.say(f"{message.what} {message.do}".strip())
        if detail := technical(error):
            for line in detail.splitlines():
                self.say(f"    {line}")

    def done(self, code: int) -> None:
        """The last line with `--json`."""
        self.outlives_reader = True
        self.emit("done", exit=code, **self._summary)

    def summary(self, **values: Any) -> None:
        """What the closing line will carry."""
        self._summary.update(values)

    def _write(self, line: str) -> None:
        with self._lock:
            if sys.stdout is None:
                return
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except OSError as error:
                if not reader_is_gone(error):
                    raise
                if not self.outlives_reader:
                    raise BrokenPipeError(error.errno, error.strerror) from error
                # Keeps the interpreter's own flush at the end from failing as well.
                sys.stdout = None
