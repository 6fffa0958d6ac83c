"""Moments as Gantry writes them: RFC 3339, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from ulid import ULID


def rfc3339(moment: datetime, timespec: str = "milliseconds") -> str:
    """`2026-01-31T12:00:00.000Z`; to the second with `timespec="seconds"`."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def now(timespec: str = "milliseconds") -> str:
    """This moment as `rfc3339` writes it."""
    return rfc3339(datetime.now(UTC), timespec)


def moment_of(text: str) -> datetime:
    """The moment that RFC 3339 text names, in UTC.

    Raises:
        ValueError: it is no time, or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC)


def planned(parcel: str) -> datetime:
    """The time in a parcel's ULID, or now if it is none.

    Not the time of packing: a parcel that is packed again after its answer was lost must have the
    same bytes, or the destination would take it for a different one with the same name.
    """
    try:
        return ULID.from_str(parcel).datetime
    except (ValueError, OverflowError):
        return datetime.now(UTC)
