"""Moments as Gantry writes them: RFC 3339, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


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
