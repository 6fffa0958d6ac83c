"""Moments, written down and read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gantry.engine.times import moment_of, now, rfc3339


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    noon_in_china = datetime(2026, 1, 31, 12, 0, 0, 999_999, timezone(timedelta(hours=8)))
    assert rfc3339(noon_in_china) == "2026-01-31T04:00:00.999Z"
    assert rfc3339(noon_in_china, "seconds") == "2026-01-31T04:00:00Z"


def test_what_was_written_is_read_again() -> None:
    assert rfc3339(moment_of(text := now())) == text


def test_text_that_names_no_moment_is_refused() -> None:
    for text in ("", "yesterday", "2026-01-31T12:00:00"):
        with pytest.raises(ValueError, match=r"time|Invalid"):
            moment_of(text)
    assert moment_of("2026-01-31T12:00:00+01:00") == datetime(2026, 1, 31, 11, tzinfo=UTC)
