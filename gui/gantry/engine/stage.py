"""One step of the pipeline: a queue of parcels, of which at most `width` run at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.run_with_timeout import run_patiently

STALLED = 10.0  # seconds without a byte after which a parcel's place is given to another
GRACE = 1.0  # seconds in which a cancelled step must end by itself, or is abandoned


class HasToken(Protocol):
    @property
    def token(self) -> CancelToken: ...


T = TypeVar("T", bound=HasToken)
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Loan:
    """The place of a parcel that has lent it to others.

    Attributes:
        reasons: how many `lent` blocks are active (a pause, a stall); one place is lent for all.
        turn: when it began to wait for a place, as a growing number; 0: it is not waiting.
    """

    token: CancelToken
    reasons: int = 0
    pauses: int = 0
    turn: int = 0

    @property
    def is_wanted(self) -> bool:
        """Whether the parcel continues as soon as it has a place."""
        return self.reasons == self.pauses and not self.token.paused and not self.token.cancelled


class Stage(Generic[T]):
    """Starts one thread per parcel while there are free places; a paused parcel lends its place.

    Places go to the parcel that has waited longest, and parcels that have begun come before queued
    ones: a half-sent upload holds an open connection that the server will not keep for ever.
    `gate` holds new work back (a full spool, say) until `kick` is called and it answers True.
    """

    def __init__(
        self,
        name: str,
        width: int,
        work: Callable[[T], None],
        gate: Callable[[], bool] = lambda: True,
    ) -> None:
        self._name = name
        self._work = work
        self._gate = gate
        self._free = width  # below 0 while parcels run that could not wait for a place
        self._queue: list[T] = []
        self._loans: dict[CancelToken, _Loan] = {}
        self._turns = 0
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()

    def put(self, item: T) -> None:
        """Queues a parcel; returns at once."""
        with self._changed:
            self._queue.append(item)
            self._start()

    def kick(self) -> None:
        """Starts what may start now: a pause ended, a parcel was cancelled, or room was freed."""
        with self._changed:
            self._start()
            self._changed.notify_all()

    def join(self, seconds: float | None = None) -> bool:
        """Waits until no parcel is running, at most for this time; returns whether none is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._threads, seconds)

    def _start(self) -> None:
        self._line_up()
        while (ready := self._next()) is not None:
            self._queue.remove(ready)
            self._free -= 1
            thread = threading.Thread(
                target=self._run, args=(ready,), name=f"gantry-{self._name}", daemon=True
            )
            self._threads.add(thread)
            thread.start()

    def _line_up(self) -> None:
        """Gives a turn to every started parcel that wants its place back, whether or not its
        thread has noticed yet: the queue must not be faster than a thread that is waking up."""
        for loan in self._loans.values():
            if not loan.is_wanted:
                loan.turn = 0
            elif not loan.turn:
                self._turns += 1
                loan.turn = self._turns

    def _next(self) -> T | None:
        """The next parcel to start; a cancelled one needs no place, as it only reports its end."""
        waiting = sum(1 for loan in self._loans.values() if loan.turn)
        open_ = self._free > waiting and self._gate()
        for item in self._queue:
            if item.token.cancelled or (open_ and not item.token.paused):
                return item
        return None

    def _run(self, item: T) -> None:
        item.token.while_held(partial(self.lent, item.token))
        try:
            self._work(item)
        finally:
            with self._changed:
                self._free += 1
                self._threads.discard(threading.current_thread())
                self._start()
                self._changed.notify_all()

    @contextmanager
    def lent(self, token: CancelToken, *, stalled: bool = False) -> Iterator[None]:
        """While entered, a parcel that was started gives its place to another.

        At the end, a paused parcel waits for its turn. A `stalled` one can't be made to wait,
        because its bytes already move: it takes its place at once, and the next place that becomes
        free makes up for it. A parcel that is both lends only one place.
        """
        with self._changed:
            loan = self._loans.setdefault(token, _Loan(token))
            loan.reasons += 1
            loan.pauses += not stalled
            if loan.reasons == 1:
                self._free += 1
                self._start()
        try:
            yield
        finally:
            with self._changed:
                if not stalled:
                    self._await_turn(loan)
                loan.reasons -= 1
                loan.pauses -= not stalled
                if not loan.reasons:
                    del self._loans[token]
                    self._free -= 1
                self._changed.notify_all()

    def lending(
        self, token: CancelToken, moved: Callable[[], object], call: Callable[[], Result]
    ) -> Result:
        """Runs `call`, which may hang for ever in the system (a hung share): lends the parcel's
        place while it hangs, and abandons it when the parcel is cancelled.

        When bytes move again, the parcel takes its place back at once. An abandoned call keeps its
        thread until the system returns, and then meets the cancelled token.

        Args:
            moved: a value that changes as the parcel's bytes move.

        Raises:
            Exception: what `call` raised.
            Cancelled.
        """
        seen, since = moved(), token.clock.now()
        cancelled: float | None = None

        def given_up() -> bool:
            nonlocal seen, since, cancelled
            now, by_now = token.clock.now(), moved()
            # A paused parcel moves no bytes either, nor does one that waits for its place after a
            # pause.
            if by_now != seen or token.paused or token.is_held:
                if by_now != seen:
                    lent.close()
                seen, since = by_now, now
            elif now - since > STALLED and not lent.is_entered:
                lent.enter(self.lent(token, stalled=True))
            if token.cancelled:
                cancelled = cancelled or now
                return now - cancelled > GRACE
            return False

        with _Once() as lent:
            try:
                name = f"gantry-{self._name}-call"
                return run_patiently(call, token=None, give_up=given_up, name=name)
            except TimeoutError:
                token.raise_if_over()
                raise

    def _await_turn(self, loan: _Loan) -> None:
        """Returns when the parcel may continue, or when it is cancelled.

        A parcel that stalled before it was paused has nothing to wait for: see `lent`.
        """

        def may_continue() -> bool:
            self._line_up()
            if loan.token.cancelled or (loan.reasons > loan.pauses and not loan.token.paused):
                return True
            ahead = sum(1 for other in self._loans.values() if 0 < other.turn <= loan.turn)
            return 0 < ahead <= self._free

        self._changed.wait_for(may_continue)


class _Once(ExitStack):
    """Holds at most one context."""

    is_entered = False

    def enter(self, context: AbstractContextManager[None]) -> None:
        self.enter_context(context)
        self.is_entered = True

    def close(self) -> None:
        super().close()
        self.is_entered = False
