"""Sends requests in parallel: one thread reads the archive, a few send what it has read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.run_with_timeout import TICK


class RequestPool:
    """Runs work in up to `count` threads; in only one until the first has succeeded.

    The first runs alone, because it finds out whether the server accepts anything at all, and so
    that no server has to create one study for two requests at the same moment.

        with RequestPool(2, token, "gantry-stow") as lanes:
            for batch in batches:
                lanes.run(partial(send, batch))

    After a failure nothing else is started. The block ends when the running work has ended; it then
    raises the first failure, unless it was left by another exception.
    """

    def __init__(self, count: int, token: CancelToken, name: str) -> None:
        self._token = token
        self._count, self._open = count, 1
        self._running: set[Future[object]] = set()
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    def __enter__(self) -> RequestPool:
        return self

    def run(self, work: Callable[[], object]) -> None:
        """Starts the work as soon as a lane is free.

        Raises:
            Cancelled: the token was cancelled while waiting.
            Exception: what earlier work raised; this work was not started.
        """
        self._collect()
        while len(self._running) >= self._open:
            wait(self._running, timeout=TICK, return_when=FIRST_COMPLETED)
            self._token.check()
            self._collect()
        self._running.add(self._pool.submit(work))

    def _collect(self) -> None:
        over = {future for future in self._running if future.done()}
        self._running -= over
        for future in over:
            future.result()
            self._open = self._count

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True)
        if error is None:
            self._collect()
