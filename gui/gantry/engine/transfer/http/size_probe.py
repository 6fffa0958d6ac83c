"""Finds the largest request that a server accepts, by announcing sizes without sending them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.client import Client

_KIB, _MIB = 1 << 10, 1 << 20
# Limits that servers are known to have, and round ones between them.
_SIZES = sorted(
    {n * _KIB for n in (1, 2, 4, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000)}
    | {n * _MIB for n in (1, 2, 4, 5, 8, 10, 16, 20, 25, 28, 32, 50, 64, 100, 128, 200, 250, 256)}
    | {n * _MIB for n in (500, 512, 1024, 2048, 4096, 5120, 8192, 10240, 51200, 102400)}
    | {n * 1000 for n in (1, 2, 5, 10, 20, 50, 100, 200, 250, 500)}
    | {n * 1_000_000 for n in (1, 2, 5, 8, 10, 16, 20, 25, 28, 30, 32, 50, 64, 100, 200, 250, 500)}
)
_STEPS = tuple(1 << n for n in (16, 20, 24, 28, 32, 36))
WITHOUT_ARCHIVE = 64 * _MIB  # the most that is announced unless an archive needs more
_PATIENCE = 8  # tenths of a second that a server may take to judge a request's size


@dataclass(frozen=True, slots=True)
class Largest:
    """The result of the probe.

    Attributes:
        size: bytes that are accepted; 0: not even the smallest size that was tried.
        refusal: the 413 for anything larger; None: nothing was refused, up to `size`. A limit that
            applies only to received bytes can't be found this way.
    """

    size: int
    refusal: Answer | None


def largest_request(
    client: Client, url: str, headers: Mapping[str, str], token: CancelToken, *, most: int
) -> Largest:
    """Finds the limit of POST to `url` in about eight requests of a few bytes each.

    It starts with small sizes and stops at the first that is refused, because a server that
    reserves room for announced bytes must not reserve more than it will need.

    Args:
        most: bytes; nothing larger is ever announced.

    Raises:
        GantryError: the server drops connections that announce too much.
        Cancelled.
    """

    def refused(size: int) -> Answer | None:
        try:
            answer = client.request(
                "POST", url, token=token, headers=headers, body=_Announced(size, token)
            )
        except _Unanswered:
            return None
        too_large = answer.status >= 400 and answer.error().code is ErrorCode.HTTP_413
        return answer if too_large else None

    passed = 0
    for high in (*(size for size in _STEPS if size < most), most):
        if refusal := refused(high):
            break
        passed = high
    else:
        return Largest(most, None)
    between = [size for size in _SIZES if passed < size < high]
    at = bisect_left(between, True, key=lambda size: refused(size) is not None)
    return Largest(between[at - 1] if at else passed, refusal)


class _Unanswered(Exception):
    """The server accepts the announced size: it waits for more bytes."""


class _Announced:
    """A body of which only a few bytes are ever sent, slowly, to leave time for a refusal."""

    def __init__(self, length: int, token: CancelToken) -> None:
        self.length = length
        self._token = token
        self._reads = 0

    def read(self, size: int) -> bytes:
        self._reads += 1
        if self._reads > _PATIENCE:
            raise _Unanswered
        if self._reads > 1:
            self._token.wait(0.1)
        return b"-"

    def rewind(self) -> None:
        self._reads = 0

    def close(self) -> None:
        pass
