"""D10 to D12 without a window: sleep is inhibited only while a job moves, whatever ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gantry.ui.system.awake import kept_awake


class _Mode:
    active = True


def test_d11_sleep_is_allowed_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's part is faked: there is no desktop here (Windows' own: tests/windows)."""
    import wakepy

    held: list[str] = []

    @contextmanager
    def running(**_: object) -> Iterator[_Mode]:
        held.append("held")
        try:
            yield _Mode()
        finally:
            held.append("released")

    monkeypatch.setattr(wakepy.keep, "running", running)

    def job() -> None:
        with kept_awake() as agreed:
            assert agreed
            assert held == ["held"]
            raise RuntimeError("the job failed")

    with pytest.raises(RuntimeError):
        job()
    assert held == ["held", "released"]


def test_d11_a_system_that_refuses_stops_no_job() -> None:
    with kept_awake() as agreed:
        assert agreed in (True, False)
