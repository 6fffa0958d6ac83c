"""Writes results as JSON lines or text; progress and errors go to standard error."""

from __future__ import annotations

import errno
import json as jsonlib
import os
import sys
import threading
from dataclasses import replace
from typing import Any

from gantry.engine.errors import GantryError
from gantry.engine.text import mark_hidden
from gantry.messages import error_message, technical


def reader_is_gone(error: OSError) -> bool:
    """Whether the reader of a pipe has gone; the C runtime of Windows calls that EINVAL."""
    return error.errno == errno.EPIPE or (os.name == "nt" and error.errno == errno.EINVAL)


def use_streams() -> None:
    """Makes names in any script printable, whatever the console's code page, without exceptions.

    A stream that the caller closed is replaced: what is written to it is dropped.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            _drop(name)
        if (reconfigure := getattr(getattr(sys, name), "reconfigure", None)) is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def end_streams() -> None:
    """Flushes buffered output. If the reader has gone, it is dropped: otherwise the interpreter
    would fail to write it at the end, and exit with 120 whatever the result of the work."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError as error:
            if not reader_is_gone(error):
                raise
            _drop(name)


def _drop(name: str) -> None:
    # Not None: `print` would then write to the other one.
    setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


class Output:
    """One per command. With `json`, every result is a line of JSON and text is dropped.

    Attributes:
        outlives_reader: whether the work continues when nobody reads the results any more; if not,
            writing them raises BrokenPipeError then.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self.outlives_reader = False
        self._lock = threading.Lock()  # parcels report from different threads
        self._summary: dict[str, Any] = {}

    def emit(self, event: str, **values: Any) -> None:
        """Writes a result for scripts; does nothing without `--json`."""
        if self.json:
            line = jsonlib.dumps({"event": event, **values}, ensure_ascii=False, default=str)
            # A file name that is not Unicode contains lone surrogates, which are escaped.
            self._write(line.encode("utf-8", "backslashreplace").decode("utf-8"))

    def text(self, line: str = "") -> None:
        """Writes a result for people; does nothing with `--json`."""
        if not self.json:
            self._write(mark_hidden(line))

    def say(self, line: str) -> None:
        """Writes a message to standard error."""
        with self._lock:
            try:
                print(mark_hidden(line), file=sys.stderr, flush=True)
            except OSError as error:
                if not reader_is_gone(error):
                    raise
                _drop("stderr")

    def error(
        self,
        error: GantryError,
        *,
        what: str = "",
        do: str = "",
        told: bool = False,
        **context: Any,
    ) -> None:
        """Reports an error: what happened, to what, what to do now, technical details.

        An error that was just `told` is repeated for scripts only.
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
        """Writes the last line with `--json`."""
        self.outlives_reader = True
        self.emit("done", exit=code, **self._summary)

    def summary(self, **values: Any) -> None:
        """Sets what the last line will contain."""
        self._summary.update(values)

    def _write(self, line: str) -> None:
        with self._lock:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except OSError as error:
                if not reader_is_gone(error):
                    raise
                _drop("stdout")
                if not self.outlives_reader:
                    raise BrokenPipeError(error.errno, error.strerror) from error
