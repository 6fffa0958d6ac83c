"""`wait_until_quiet` waits for as long as somebody writes, and no longer."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.archive import settle
from gantry.engine.archive.pack import pack
from gantry.engine.archive.settle import wait_until_quiet
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from support.fake_clock import FakeClock
from support.parcels import instance_of, parcel_of, source_of, write_files


def append(path: Path) -> Callable[[], object]:
    def action() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    return action


def test_quiet_files_are_waited_for_only_as_long_as_it_takes_to_settle(tmp_path: Path) -> None:
    sources = [source_of(p) for p in write_files(tmp_path, [b"a", b"b"])]
    clock = FakeClock()
    latest = wait_until_quiet(sources, CancelToken(clock=clock), settle=3)
    assert latest == tuple(sources)
    assert 3 <= clock.waited < 4


def test_a_growing_file_is_waited_for_and_then_packed_as_it_is(tmp_path: Path) -> None:
    growing, calm = write_files(tmp_path / "in", [b"a", b"b"])
    sources = [source_of(growing), source_of(calm)]
    clock = FakeClock()
    for second in range(1, 21):
        clock.at(second, append(growing))
    latest = wait_until_quiet(sources, CancelToken(clock=clock), settle=3)
    assert 23 <= clock.waited < 25
    assert latest[0].size == 1 + 20 * 4
    assert [new for old, new in zip(sources, latest, strict=True) if new != old] == [latest[0]]
    parcel = parcel_of(instance_of(s, f"1.{n}") for n, s in enumerate(latest))
    archive = pack(parcel, tmp_path / "spool")
    assert verify(archive.path, expected=archive)


def test_a_file_rewritten_at_the_same_size_is_waited_for(tmp_path: Path) -> None:
    (path,) = write_files(tmp_path, [b"abc"])
    clock = FakeClock()
    clock.at(2, lambda: os.utime(path, (1_000_000_000, 1_000_000_000)))
    wait_until_quiet([source_of(path)], CancelToken(clock=clock), settle=3)
    assert clock.waited >= 5


def test_a_file_that_never_rests_is_given_up(tmp_path: Path) -> None:
    calm, restless = write_files(tmp_path, [b"a", b"b"])
    clock = FakeClock()
    for second in range(1, 100):
        clock.at(second, append(restless))
    with pytest.raises(GantryError) as caught:
        wait_until_quiet(
            [source_of(calm), source_of(restless)], CancelToken(clock=clock),
            settle=3, longest=30,
        )  # fmt: skip
    assert (caught.value.code, caught.value.transient) == (ErrorCode.SOURCE_BUSY, True)
    assert caught.value.private["path"] == str(restless)
    assert 30 <= clock.waited < 32


def test_a04_a_file_that_another_program_has_open_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only Windows can tell; here the answer is made by hand."""
    (path,) = write_files(tmp_path, [b"a"])
    clock = FakeClock()
    monkeypatch.setattr(settle, "is_written", lambda source, status: clock.waited < 10)
    wait_until_quiet([source_of(path)], CancelToken(clock=clock), settle=3)
    assert 13 <= clock.waited < 15


def test_a_file_that_vanishes_meanwhile_is_missing(tmp_path: Path) -> None:
    (path,) = write_files(tmp_path, [b"a"])
    source, clock = source_of(path), FakeClock()
    clock.at(1, path.unlink)
    with pytest.raises(GantryError) as caught:
        wait_until_quiet([source], CancelToken(clock=clock))
    assert caught.value.code == ErrorCode.SOURCE_MISSING


def test_a04_a_zip_that_is_still_being_copied_is_waited_for(tmp_path: Path) -> None:
    path, whole = tmp_path / "in.zip", tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("IM1", b"abc")
        archive.writestr("IM2", b"defg")
    raw = whole.read_bytes()
    path.write_bytes(raw[:50])
    sources = [source_of(path, "IM1", 3), source_of(path, "IM2", 9)]
    clock = FakeClock()
    clock.at(2, lambda: path.write_bytes(raw))
    latest = wait_until_quiet(sources, CancelToken(clock=clock))
    assert [s.size for s in latest] == [3, 4]
    assert latest[0].mtime_ns == path.stat().st_mtime_ns


def test_cancelling_ends_the_wait_at_once(tmp_path: Path) -> None:
    (path,) = write_files(tmp_path, [b"a"])
    clock = FakeClock()
    token = CancelToken(clock=clock)
    clock.during_wait = token.cancel
    with pytest.raises(Cancelled):
        wait_until_quiet([source_of(path)], token, settle=3600, longest=7200)
