"""Splits parcels after a 413: finds out how large an archive may be, and what to send instead.

A refusal knows its limit in one of three ways: an earlier upload taught it (`Remembered`), every
attempt ended at the same byte (`SeemsLimited`, which `Wall` notices), or the destination is asked
now (`Destination.size_limit`; over HTTP `http/size_probe.py` finds it). `smaller` cuts the parcel
accordingly.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass

from ulid import ULID

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Instance
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.http.answer import host_of

# This many ends in a row within this share of the body: a bad line hardly ever does that by chance.
# The amount that systems on the way buffer varies by megabytes.
_RULES = (
    (3, 32, 4 << 20),
    (4, 8, 4 << 20),
    (5, 6, 8 << 20),
)  # times, share of the body, bytes at most
_ANSWERS = 3

_ROOM = 0.95  # tar headers and the manifest take part of the limit
_OVERHEAD = 2048  # overhead per member in bytes: tar header, padding, manifest entry


class Remembered(GantryError):
    """A 413 from memory: the destination has said before that it accepts no more."""

    def __init__(self, limit: int, archive: Archive, url: str) -> None:
        super().__init__(
            ErrorCode.HTTP_413,
            facts={
                "host": host_of(url),
                "reason": "learned",
                "limit": limit,
                "size": archive.size,
            },
        )
        self.limit = limit


class SeemsLimited(GantryError):
    """A 413 inferred from attempts that all ended at the same byte.

    Attributes:
        limit: bytes that were sent, which is up to a buffer too many.
    """

    def __init__(self, limit: int, last: GantryError, times: int) -> None:
        super().__init__(
            ErrorCode.HTTP_413,
            facts={**last.facts, "reason": "about", "limit": limit},
            private=last.private,
            detail=f"{times} attempts ended like this: {last.detail}",
        )
        self.limit = limit


class Wall:
    """Detects a size limit that a server doesn't name: every attempt ends at the same byte.

    Some front ends close the connection, or answer 500 or 502, if a request exceeds their limit
    (Caddy's `max_size`, multer's `fileSize`, firewalls). Sending the same again ends at the same
    byte. One per parcel; call it for each failed attempt.
    """

    def __init__(self) -> None:
        self._places: list[int] = []
        self._answered = False

    def hit(self, error: GantryError) -> SeemsLimited | None:
        """The 413 that this failure and the earlier ones imply; None: not certain yet.

        An answer before the whole body was sent is the server's own decision, at any byte; a cut
        counts only if it is always at the same byte, give or take a buffer.
        """
        sent, size = int(error.facts.get("sent", 0)), int(error.facts.get("asked", 0))
        answered = error.code.value.startswith("http.")
        if not 0 < sent < size or not (answered or error.code is ErrorCode.DISCONNECTED):
            self._places.clear()
            return None
        if answered is not self._answered:
            self._places.clear()
        self._answered = answered
        self._places.append(sent)
        if not self._is_one_place(size):
            return None
        return SeemsLimited(min(self._places), error, len(self._places))

    def _is_one_place(self, size: int) -> bool:
        if self._answered:
            return len(self._places) >= _ANSWERS
        for times, share, most in _RULES:
            last = self._places[-times:]
            near = max(1 << 16, min(most, size // share))
            if len(last) == times and max(last) - min(last) <= 2 * near:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Smaller:
    """What to send instead of a parcel.

    Attributes:
        limit: bytes that the destination accepts; a guess if `is_known` is false.
    """

    parts: tuple[Parcel, ...]
    limit: int
    is_known: bool


def smaller(
    parcel: Parcel,
    archive: Archive,
    error: GantryError,
    destination: Destination,
    token: CancelToken,
) -> Smaller | None:
    """Smaller parcels after a 413; None for any other error, or if the parcel can't be split.

    Raises:
        Cancelled: while the destination was asked for its limit.
    """
    if error.code is not ErrorCode.HTTP_413 or not destination.features.splits:
        return None
    limit, is_known = _limit_of(error, archive, destination, token)
    ratio = archive.size / max(1, archive.source_content)
    parts = split(parcel, limit, ratio=ratio)
    return Smaller(parts, limit, is_known) if len(parts) > 1 else None


def _limit_of(
    error: GantryError, archive: Archive, destination: Destination, token: CancelToken
) -> tuple[int, bool]:
    """The limit in bytes, below the archive's size, and whether the destination named it."""
    named: int | None = None
    if isinstance(error, SeemsLimited):
        half = error.limit // 2  # what was sent was too much, by a buffer or more
        return min(half, archive.size // 2), False
    if isinstance(error, Remembered):
        named = error.limit
    else:
        with suppress(GantryError):
            named = destination.size_limit(token, archive.size)
    if named is None or named >= archive.size:
        return archive.size // 2, False  # it refused this one: try half as much next
    return named, True


def split(parcel: Parcel, limit: int, *, ratio: float = 1.0) -> tuple[Parcel, ...]:
    """Splits a parcel into ones whose archives stay below `limit` bytes, each with its own id.

    Series that fit together are sent together; a series that fits alone is not split. A single
    instance over the limit becomes its own parcel, which the server will refuse by name. A parcel
    that can't be made smaller is returned unchanged.

    Args:
        ratio: archive bytes per source byte, as measured when the whole parcel was packed.
    """
    room = limit * _ROOM
    series: dict[str, list[Instance]] = {}
    for instance in parcel.files:
        series.setdefault(instance.series_instance_uid, []).append(instance)
    bins: list[list[Instance]] = []
    sizes: list[float] = []
    for instances in series.values():
        for part in _parts(instances, room, ratio):
            size = sum(_packed(i, ratio) for i in part)
            if bins and sizes[-1] + size <= room:
                bins[-1] += part
                sizes[-1] += size
            else:
                bins.append(list(part))
                sizes.append(size)
    if len(bins) < 2:
        return (parcel,)
    return tuple(
        dataclasses.replace(
            parcel,
            id=str(ULID()),
            files=tuple(files),
            label=f"{parcel.label} ({n}/{len(bins)})" if parcel.label else "",
            unread=parcel.unread if n == 1 else 0,  # counted once
        )
        for n, files in enumerate(bins, 1)
    )


def _parts(instances: list[Instance], room: float, ratio: float) -> list[list[Instance]]:
    if sum(_packed(i, ratio) for i in instances) <= room:
        return [instances]
    parts: list[list[Instance]] = [[]]
    size = 0.0
    for instance in instances:
        packed = _packed(instance, ratio)
        if parts[-1] and size + packed > room:
            parts.append([])
            size = 0.0
        parts[-1].append(instance)
        size += packed
    return parts


def _packed(instance: Instance, ratio: float) -> float:
    return instance.size * ratio + _OVERHEAD
