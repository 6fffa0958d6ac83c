"""Tokens that pause, stop and cancel work: one per job, with one child per parcel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from gantry.engine.clock import SYSTEM, Clock


class Cancelled(Exception):
    """The work must end. Not an error: nothing is retried or reported as failed.

    If it is not a `Stopped`, the user has given the work up: partial results are discarded.
    """


class Stopped(Cancelled):
    """The work ends here and is resumed later, perhaps by another process: partial results are
    kept, even at the destination."""


class _OneForAll:
    """A context for several threads at once: the first to arrive enters it, and the first to
    return leaves it for all; the others wait until that is done."""

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
            if self._inside is not None:
                try:
                    self._inside.__exit__(None, None, None)
                finally:
                    self._inside = None

    @property
    def is_entered(self) -> bool:
        return self._inside is not None


class CancelToken:
    """Checked by workers between blocks; set from any thread.

    A child is cancelled, stopped or paused when it or any ancestor is. If it is both cancelled and
    stopped, it counts as cancelled: nobody will resume it.

    Attributes:
        clock: measures `wait`, here and in all children.
    """

    def __init__(self, parent: CancelToken | None = None, clock: Clock = SYSTEM) -> None:
        self.clock: Clock = parent.clock if parent else clock
        self._parent = parent
        self._held: _OneForAll = parent._held if parent else _OneForAll(nullcontext)
        self._cancelled = False
        self._stopped = False
        self._paused = False
        # One condition for the family: a change anywhere wakes every waiter.
        self._changed: threading.Condition = parent._changed if parent else threading.Condition()
        self._pauses = 0

    def child(self) -> CancelToken:
        """A token for a part of this work."""
        return CancelToken(self)

    def cancel(self) -> None:
        """Ends the work at the next check; wakes paused and waiting threads."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Ends the work so that it can be resumed later: `check` raises Stopped."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Pauses the work at its next check until `resume`."""
        with self._changed:
            self._paused = True
            self._pauses += 1
            self._changed.notify_all()

    def resume(self) -> None:
        """Resumes paused work."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        """Whether the work must end: it was cancelled or stopped."""
        ended = self._cancelled or self._stopped
        return ended or (self._parent is not None and self._parent.cancelled)

    @property
    def discarded(self) -> bool:
        """Whether the user cancelled it, so that partial results are no longer wanted."""
        return self._cancelled or (self._parent is not None and self._parent.discarded)

    @property
    def paused(self) -> bool:
        return self._paused or (self._parent is not None and self._parent.paused)

    @property
    def pauses(self) -> int:
        """How often this work was paused so far. A cut after a pause is not the server's fault."""
        return self._pauses + (self._parent.pauses if self._parent else 0)

    def while_held(self, held: Callable[[], AbstractContextManager[None]]) -> None:
        """Sets the context to enter during a pause, e.g. to lend the worker's place.

        It is entered once, however many threads of this work, or of later children, are paused.
        """
        self._held = _OneForAll(held)

    @property
    def is_held(self) -> bool:
        """Whether a pause holds this work, or its context has not been left yet."""
        return self._held.is_entered

    def check(self) -> None:
        """Returns at once, or waits while paused.

        Raises:
            Cancelled: the work was cancelled (or Stopped).
        """
        if self.paused and not self.cancelled:
            with self._held, self._changed:
                while self.paused and not self.cancelled:
                    self._changed.wait()
        self.raise_if_over()

    def raise_if_over(self) -> None:
        """Like `check`, but does not wait during a pause.

        Raises:
            Cancelled: the work was cancelled (or Stopped).
        """
        if self.cancelled:
            raise Cancelled if self.discarded else Stopped

    def wait(self, seconds: float) -> None:
        """Sleeps, but wakes at once when cancelled. A pause prolongs it.

        Raises:
            Cancelled: the work was cancelled (or Stopped).
        """
        end = self.clock.now() + seconds
        with self._changed:
            while not self.cancelled and (left := end - self.clock.now()) > 0:
                self.clock.wait(self._changed, left)
        self.check()
