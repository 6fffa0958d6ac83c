"""How work stops: one token a job, one child a parcel; pause holds, cancel ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


class Cancelled(Exception):
    """The user stopped this work. Not an error: nothing is to be retried or reported as failed."""


class _OneForAll:
    """A context for several threads at once: the first enters it, and the first to come back
    leaves it for all; the others wait until it has."""

    def __init__(self, made: Callable[[], AbstractContextManager[None]]) -> None:
        self._made = made
        self._inside: AbstractContextManager[None] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside is None:
                inside = self._made()
                inside.__enter__()
                self._inside = inside

    def __exit__(self, *_: object) -> None:
        with self._lock:
            inside, self._inside = self._inside, None
            if inside is not None:
                inside.__exit__(None, None, None)


class CancelToken:
    """Asked by workers between blocks; set from any thread.

    A child is cancelled or paused when it, or any ancestor, is.
    """

    def __init__(self, parent: CancelToken | None = None) -> None:
        self._parent = parent
        self._held = _OneForAll(nullcontext)
        self._cancelled = False
        self._paused = False
        # One condition for the family: a change anywhere wakes every waiter.
        self._changed: threading.Condition = parent._changed if parent else threading.Condition()
        self._pauses = 0

    def child(self) -> CancelToken:
        """A token for a part of this work."""
        return CancelToken(self)

    def cancel(self) -> None:
        """Ends the work at the next check; also wakes what is paused or waiting."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Holds the work at its next check until `resume`."""
        with self._changed:
            self._paused = True
            self._pauses += 1
            self._changed.notify_all()

    def resume(self) -> None:
        """Lets paused work go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        return self._cancelled or (self._parent is not None and self._parent.cancelled)

    @property
    def paused(self) -> bool:
        return self._paused or (self._parent is not None and self._parent.paused)

    @property
    def pauses(self) -> int:
        """How often this work was paused so far: a cut after a pause is no fault of the server."""
        return self._pauses + (self._parent.pauses if self._parent else 0)

    def while_held(self, held: Callable[[], AbstractContextManager[None]]) -> None:
        """Sets what surrounds a pause, e.g. lending the worker's place to another parcel.

        It is entered once, however many threads of this work are held.
        """
        self._held = _OneForAll(held)

    def check(self) -> None:
        """Returns at once, or holds while paused.

        Raises:
            Cancelled: the work was cancelled.
        """
        if self.paused and not self.cancelled:
            with self._held, self._changed:
                while self.paused and not self.cancelled:
                    self._changed.wait()
        if self.cancelled:
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleeps, but wakes at once when cancelled. A pause holds it longer.

        Raises:
            Cancelled: the work was cancelled.
        """
        end = time.monotonic() + seconds
        with self._changed:
            while not self.cancelled and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
        self.check()
