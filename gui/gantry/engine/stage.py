"""A step of the pipeline: a queue of parcels, at most `width` of them in work at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Generic, Protocol, TypeVar

from gantry.engine.cancel import CancelToken


class HasToken(Protocol):
    @property
    def token(self) -> CancelToken: ...


T = TypeVar("T", bound=HasToken)


class Stage(Generic[T]):
    """Starts a thread a parcel while there are free places; a paused parcel lends its place.

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
        self._free = width
        self._queue: list[T] = []
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()

    def put(self, item: T) -> None:
        """Queues a parcel; returns at once."""
        with self._changed:
            self._queue.append(item)
            self._start()

    def kick(self) -> None:
        """Looks again whether work may go on: a pause ended, a parcel was cancelled, room came."""
        with self._changed:
            self._start()
            self._changed.notify_all()

    def join(self) -> None:
        """Waits for the threads that are in work now."""
        while True:
            with self._changed:
                threads = list(self._threads)
            if not threads:
                return
            for thread in threads:
                thread.join()

    def _start(self) -> None:
        while (ready := self._next()) is not None:
            self._queue.remove(ready)
            self._free -= 1
            thread = threading.Thread(
                target=self._run, args=(ready,), name=f"gantry-{self._name}", daemon=True
            )
            self._threads.add(thread)
            thread.start()

    def _next(self) -> T | None:
        """What may start now: what was cancelled always, it only has its end to report."""
        open_ = self._free > 0 and self._gate()
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
    def lent(self, token: CancelToken) -> Iterator[None]:
        """While entered, a parcel in work gives its place to another; waits for one at the end."""
        with self._changed:
            self._free += 1
            self._start()
        try:
            yield
        finally:
            with self._changed:
                self._changed.wait_for(lambda: self._free > 0 or token.cancelled)
                self._free -= 1
