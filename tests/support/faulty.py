"""gantry-cli with a function that raises what a file says: `python -m support.faulty WHERE FILE …`.

An exception quotes what was at fault: a value, a path. What the program prints and writes may not.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from gantry.cli import main
from gantry.cli import send as command
from gantry.engine import parcel_steps
from gantry.engine.deidentify.rewriter import Deidentifier

send = command.send


def quoting(said: str) -> Callable[..., NoReturn]:
    """A function that raises it, as a cause, too."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise ValueError(f"can't convert {said!r}") from RuntimeError(said)

    return fail


class _Left:
    def __init__(self, said: str) -> None:
        self._fail = quoting(said)

    def __del__(self) -> None:
        self._fail()


def _leave(said: str) -> None:
    _Left(said)


def _first(work: Callable[[], None]) -> None:
    def run(*given: object) -> int:
        work()
        return send(*given)  # type: ignore[arg-type]

    command.send = run  # type: ignore[assignment]


def _in_a_thread(said: str) -> None:
    thread = threading.Thread(target=quoting(said))
    thread.start()
    thread.join(60)


def spoil(where: str, said: str) -> None:
    """Puts the fault into place."""
    match where:
        case "rules":
            Deidentifier.deidentify = quoting(said)  # type: ignore[method-assign]
        case "packing":
            parcel_steps.pack_and_verify = quoting(said)  # type: ignore[attr-defined]
        case "command":
            command.send = quoting(said)
        case "thread":
            _first(lambda: _in_a_thread(said))
        case "end of an object":
            _first(lambda: _leave(said))
        case _:
            raise LookupError(where)


if __name__ == "__main__":
    spoil(sys.argv[1], Path(sys.argv[2]).read_bytes().decode("latin-1"))
    sys.exit(main(sys.argv[3:]))
