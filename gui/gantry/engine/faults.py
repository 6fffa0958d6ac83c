"""Faults of the program, told by their type and where they happened.

An exception's text may hold what was at fault: a value of a file, a path. Python prints it, with
those of its causes, to standard error, which others keep: a scheduler's mail, a session's log.
"""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Final

_FRAMES: Final = 16


def frames_of(trace: TracebackType | None) -> list[str]:
    """Where an exception came from, as `module:function:line`, outermost first."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        found.append(f"{module}:{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-_FRAMES:]


def tell(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Writes type and places to standard error, if there is one."""
    if sys.stderr is not None:
        print("\n  ".join([f"fault: {kind.__name__}", *frames_of(trace)]), file=sys.stderr)  # noqa: T201


def keep_texts_out() -> None:
    """Makes Python itself tell faults in this way, in all threads of this process.

    Hooks that somebody else has set stay.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = lambda kind, _, trace: tell(kind, trace)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: tell(args.exc_type, args.exc_traceback)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda args: tell(args.exc_type, args.exc_traceback)
