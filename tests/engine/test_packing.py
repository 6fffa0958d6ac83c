"""Packing again in place: what is retried, what waits, what is final."""

from __future__ import annotations

from pathlib import Path

import pytest

from gantry.engine import packing
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.intake.scan import Scanner
from gantry.engine.packing import pack_and_verify
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from support.dicom import make_instance, make_study
from support.fake_clock import FakeClock


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def _parcel(folder: Path) -> Parcel:
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(folder)])
    (parcel,) = plan(scanner.run())
    return parcel


class Failures:
    def __init__(self) -> None:
        self.seen: list[tuple[int, str, ErrorCode, float | None]] = []

    def __call__(self, attempt: int, step: str, error: GantryError, wait: float | None) -> None:
        self.seen.append((attempt, step, error.code, wait))


def test_a_file_that_changed_since_the_scan_is_read_again_and_packed_as_it_is_now(
    canary_folder: Path, spool: Path
) -> None:
    path, *_ = make_study(canary_folder, instances=2)
    parcel = _parcel(canary_folder)
    known = next(f for f in parcel.files if f.source.path == str(path))
    make_instance(
        path, study=known.study_instance_uid, series=known.series_instance_uid, sop="1.2.3.4"
    )
    failures = Failures()
    proved = pack_and_verify(
        parcel,
        spool,
        token=CancelToken(clock=FakeClock()),
        progress=Progress(),
        on_failure=failures,
    )
    assert [f[2] for f in failures.seen] == [ErrorCode.SOURCE_CHANGED]
    assert proved.attempt == 2
    assert "1.2.3.4" in {f.sop_instance_uid for f in proved.archive.files}


def test_a_file_that_belongs_to_another_study_now_is_for_a_new_scan(
    canary_folder: Path, spool: Path
) -> None:
    path, *_ = make_study(canary_folder, instances=2)
    parcel = _parcel(canary_folder)
    make_instance(path, study="1.9.9", series="1.9.9.1")
    with pytest.raises(GantryError) as caught:
        pack_and_verify(
            parcel,
            spool,
            token=CancelToken(clock=FakeClock()),
            progress=Progress(),
        )
    assert caught.value.code is ErrorCode.SOURCE_CHANGED
    assert caught.value.facts["reason"] == "rescan"
    assert list(spool.iterdir()) == []


def test_a_damaged_archive_is_packed_again_and_only_then_failed(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The damage is done between renaming and verifying, because no disk can be told to do so."""
    import gantry.engine.packing as packing

    make_study(canary_folder, instances=2)
    parcel = _parcel(canary_folder)
    hits: list[Path] = []

    def spoilt(path: Path, **kwargs: object) -> object:
        hits.append(path)
        path.write_bytes(path.read_bytes()[:-9])
        return verify(path, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "verify", spoilt)
    failures = Failures()
    token = CancelToken(clock=FakeClock())
    with pytest.raises(GantryError) as caught:
        pack_and_verify(parcel, spool, token=token, progress=Progress(), on_failure=failures)
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED
    assert len(hits) == 3
    assert [(f[0], f[1]) for f in failures.seen] == [(1, "verify"), (2, "verify"), (3, "verify")]
    assert [f[3] is None for f in failures.seen] == [False, False, True]
    assert list(spool.iterdir()) == []


def test_a21_a_full_disk_burns_no_attempt_and_the_parcel_is_packed_when_there_is_room(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full by a raised ENOSPC; a really full one is in the fault tests."""
    import gantry.engine.packing as packing

    make_study(canary_folder, instances=1)
    parcel = _parcel(canary_folder)
    hits: list[int] = []

    def full(*args: object, **kwargs: object) -> object:
        hits.append(1)
        if len(hits) <= 5:
            raise GantryError(ErrorCode.SPOOL_FULL, facts={"needed": 2, "free": 1})
        return pack(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "pack", full)
    token = CancelToken(clock=FakeClock())
    proved = pack_and_verify(parcel, spool, token=token, progress=Progress())
    assert proved.attempt == 1
    assert len(hits) == 6


def test_a21_a_disk_that_stays_full_fails_the_parcel_after_ten_minutes(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gantry.engine.packing as packing

    make_study(canary_folder, instances=1)
    parcel, clock = _parcel(canary_folder), FakeClock()

    def full(*args: object, **kwargs: object) -> object:
        raise GantryError(ErrorCode.SPOOL_FULL, facts={"needed": 2, "free": 1})

    monkeypatch.setattr(packing, "pack", full)
    with pytest.raises(GantryError) as caught:
        pack_and_verify(parcel, spool, token=CancelToken(clock=clock), progress=Progress())
    assert caught.value.code is ErrorCode.SPOOL_FULL
    assert clock.waited == 600


def test_a01_a_growing_file_is_packed_when_it_is_quiet(canary_folder: Path, spool: Path) -> None:
    path, *_ = make_study(canary_folder, instances=1)
    parcel, clock = _parcel(canary_folder), FakeClock()

    def grow() -> None:
        with path.open("ab") as file:
            file.write(bytes(64))

    grow()
    for second in range(1, 60):
        clock.at(second, grow)
    proved = pack_and_verify(parcel, spool, token=CancelToken(clock=clock), progress=Progress())
    assert proved.attempt == 2
    assert proved.archive.files[0].size == path.stat().st_size
    assert 59 <= clock.waited < 65


def test_an_abandoned_packing_reports_no_failure_of_a_parcel_that_has_ended(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that hung answers at last, with an error, after the parcel was cancelled."""
    make_study(canary_folder, instances=1)
    parcel, token, failures = _parcel(canary_folder), CancelToken(), Failures()

    def answers_late(*_: object, **__: object) -> None:
        token.cancel()
        raise GantryError(ErrorCode.SOURCE_UNREADABLE)

    monkeypatch.setattr(packing, "pack", answers_late)
    with pytest.raises(Cancelled):
        pack_and_verify(parcel, spool, token=token, progress=Progress(), on_failure=failures)
    assert failures.seen == []


def test_a21_each_time_that_the_disk_is_full_has_ten_minutes_of_its_own(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(canary_folder, instances=1)
    parcel, real = _parcel(canary_folder), pack
    full = GantryError(ErrorCode.SPOOL_FULL, facts={"needed": 2, "free": 1})
    bad_sector = GantryError(ErrorCode.SOURCE_UNREADABLE, transient=True)
    troubles = [full] * 70 + [bad_sector] + [full] * 70  # 350 seconds, and 350 more

    def troubled(*args: object, **kwargs: object) -> object:
        if troubles:
            raise troubles.pop(0)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "pack", troubled)
    token = CancelToken(clock=FakeClock())
    assert pack_and_verify(parcel, spool, token=token, progress=Progress()).attempt == 2


def test_a_parcel_that_is_cancelled_while_it_is_verified_leaves_nothing_in_the_spool(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(canary_folder, instances=1)
    parcel, token = _parcel(canary_folder), CancelToken()

    def cancelled(path: Path, **_: object) -> None:
        assert path.exists()
        token.cancel()
        token.check()

    monkeypatch.setattr(packing, "verify", cancelled)
    with pytest.raises(Cancelled):
        pack_and_verify(parcel, spool, token=token, progress=Progress())
    assert list(spool.iterdir()) == []
