"""The biggest request that a server lets in, found by announcing sizes and sending next to none."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.http import Client

_MIB = 1 << 20
# Limits that servers are known to have, and round ones between them.
_SIZES = sorted(
    {n * _MIB for n in (1, 2, 4, 5, 8, 10, 16, 20, 25, 28, 32, 50, 64, 100, 128, 200, 250, 256)}
    | {n * _MIB for n in (500, 512, 1024, 2048, 4096, 5120, 8192, 10240, 51200, 102400)}
    | {30_000_000, 100_000_000}
)
_HUGE = 1 << 40
_PATIENCE = 8  # tenths of a second for which a server may think about a request's size


@dataclass(frozen=True, slots=True)
class Largest:
    """What was found.

    Attributes:
        size: bytes that are let in; 0: not even the smallest that was tried.
        refusal: the 413 to what is bigger; None: nothing was refused.
        is_open: more than `size` may pass too; nothing bigger was tried.
    """

    size: int
    refusal: Answer | None
    is_open: bool = False


def largest_request(
    client: Client, url: str, headers: Mapping[str, str], token: CancelToken
) -> Largest:
    """Finds the limit of POST to `url` in about seven requests of a few bytes each.

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
        return answer if answer.status == 413 else None

    refusal = refused(_HUGE)
    if refusal is None:
        return Largest(_HUGE, None)
    at = bisect_left(_SIZES, True, key=lambda size: refused(size + 1) is not None)
    if at == len(_SIZES):
        return Largest(_SIZES[-1], refusal, is_open=True)
    # `refused(size + 1)` told: size may still pass, the next one up may not.
    exact = refused(_SIZES[at]) is None
    below = _SIZES[at - 1] if at else 0
    return Largest(_SIZES[at] if exact else below, refusal)


class _Unanswered(Exception):
    """The server would take what was announced: it waits for more of it."""


class _Announced:
    """A body of which only some bytes ever come, slowly, so that a refusal can be heard."""

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
