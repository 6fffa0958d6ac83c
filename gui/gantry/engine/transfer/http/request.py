"""One HTTP request, and its body while it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.http.answer import ANSWER_LIMIT
from gantry.engine.transfer.http.body import Body
from gantry.engine.transfer.http.wire import Exchange
from gantry.engine.transfer.rate_limit import Bandwidth

_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a server.

    Attributes:
        body: closed when the request is over.
        sent: called with the number of further bytes of the body that were sent.
        handed_over: called when all of the body was sent and the answer is pending.
        limit: how much of the answer to read; the rest is dropped.
        into: receives the whole body of a 200, instead of the answer; needs a new request if this
            one is cut.
    """

    method: str
    url: str
    token: CancelToken | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    sent: Callable[[int], None] | None = None
    handed_over: Callable[[], None] | None = None
    limit: int = ANSWER_LIMIT
    into: IO[bytes] | None = None

    def rewind(self, sent: int) -> None:
        """Rewinds the body and its counters to the start, after `sent` bytes went out.

        Raises:
            Spent: the body can't be read again.
        """
        if self.body is not None:
            self.body.rewind()
        if self.sent is not None:
            self.sent(-sent)


class OutgoingBody:
    """The body in the form that requests needs: limited in bandwidth, known to the exchange."""

    def __init__(self, request: Request, body: Body, exchange: Exchange, bandwidth: Bandwidth):
        self._body, self._handed_over = body, request.handed_over
        self._exchange, self._bandwidth = exchange, bandwidth
        self.len = self._left = body.length

    def __iter__(self) -> Iterator[bytes]:  # requests streams only iterables
        while block := self.read():
            yield block

    def read(self, size: int = _BLOCK) -> bytes:
        self._exchange.body = True
        if self._bandwidth.rate > 0:
            size = min(size, self._bandwidth.slice)
        block = self._body.read(min(size, self._left))
        self._left -= len(block)
        if block:
            if wait := self._bandwidth.take(len(block)):
                self._exchange.hold(wait)
        elif self._left:
            raise ValueError("the body is shorter than it said")
        elif self._handed_over:
            self._handed_over()
        return block
