"""A parcel that a destination finds too big: how big it may be, and the smaller ones it becomes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.transfer.destination import Destination, SizeLimited
from gantry.engine.transfer.split import split


@dataclass(frozen=True, slots=True)
class Smaller:
    """What to send in place of a parcel.

    Attributes:
        limit: bytes that the destination takes; a guess where `is_known` is false.
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
    """Smaller parcels after a 413; None where the error is another, or none can be made.

    Raises:
        Cancelled: while the destination was asked for its limit.
    """
    if error.code is not ErrorCode.HTTP_413 or not isinstance(destination, SizeLimited):
        return None
    limit: int | None = None
    if "learned" in error.facts:
        limit = int(error.facts["limit"])
    else:
        with suppress(GantryError):
            limit = destination.size_limit(token)
    is_known = limit is not None and limit < archive.size
    if limit is None or limit >= archive.size:
        limit = archive.size // 2  # it said no to this one; half as much is the next thing to try
    ratio = archive.size / max(1, archive.content)
    parts = split(parcel, limit, ratio=ratio)
    return Smaller(parts, limit, is_known) if len(parts) > 1 else None


def over(limit: int, archive: Archive, host: str) -> GantryError:
    """What a destination said of such an archive before: it need not be asked again."""
    return GantryError(
        ErrorCode.HTTP_413, facts={"host": host, "status": 413, "limit": limit, "learned": 1}
    )
