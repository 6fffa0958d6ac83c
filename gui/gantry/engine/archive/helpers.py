"""Shares work with the other cores without queueing it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")


def cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class Helpers:
    """`cores - 1` threads beside the caller's; when all are busy, the caller works as well.

    So no more threads run than there are cores, and no more than `cores` pieces of work, with the
    memory they hold, are ever waiting.
    """

    def __init__(self, cores: int) -> None:
        helpers = max(0, cores - 1)
        self.most = helpers + 1 if helpers else 0
        self._pool = ThreadPoolExecutor(helpers, "pack") if helpers else None
        self._free = threading.Semaphore(self.most)

    def run(self, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Runs the work on an idle helper, or on the caller's thread if all are busy."""
        if self._pool and self._free.acquire(blocking=False):
            future = self._pool.submit(work, *args, **kwargs)
            future.add_done_callback(lambda _: self._free.release())
            return future
        done: Future[Result] = Future()
        done.set_result(work(*args, **kwargs))
        return done

    def stop(self) -> None:
        """Ends the threads; work that has not begun is dropped."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
