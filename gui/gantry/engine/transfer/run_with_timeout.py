"""Runs calls that may never return (a dead share, a name look-up) without hanging."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from gantry.engine.cancel import CancelToken

Result = TypeVar("Result")

TICK = 0.1  # seconds between checks of the token; cancelling must take effect within a second


class _Call(threading.Thread, Generic[Result]):
    def __init__(self, work: Callable[[], Result], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._error: BaseException | None = None
        self._result: list[Result] = []
        self.over = threading.Event()

    def run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            self._error = error
        finally:
            self.over.set()

    def result(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._result[0]


def run_patiently(
    work: Callable[[], Result],
    *,
    token: CancelToken | None,
    give_up: Callable[[], bool],
    name: str = "gantry-call",
) -> Result:
    """Runs `work` on its own thread and waits until it ends, the token is cancelled, or `give_up`.

    An abandoned call keeps its (daemon) thread until the system returns; its result is then
    dropped. So `work` must check that it is still wanted before it changes anything.

    Raises:
        Cancelled: the token was cancelled.
        TimeoutError: `give_up` returned true.
    """
    call = _Call(work, name)
    call.start()
    while not call.over.wait(TICK):
        if token is not None:
            token.raise_if_over()
        if give_up():
            raise TimeoutError("no answer from the system")
    return call.result()
