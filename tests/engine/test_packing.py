"""Packing again in place: what is retried, what waits, what is final."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.intake.scan import Scanner
from gantry.engine.packing import PackOptions, pack_and_prove
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from support.dicom import make_instance, make_study


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
    proved = pack_and_prove(
        parcel,
        spool,
        token=CancelToken(),
        progress=Progress(),
        options=PackOptions(settle=0.05),
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
        pack_and_prove(
            parcel,
            spool,
            token=CancelToken(),
            progress=Progress(),
            options=PackOptions(settle=0.05),
        )
    assert caught.value.code is ErrorCode.SOURCE_CHANGED
    assert caught.value.facts["reason"] == "rescan"
    assert list(spool.iterdir()) == []


def test_a_damaged_archive_is_packed_again_and_only_then_failed(
    canary_folder: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The damage is done here between rename and proof: no disk can be told to."""
    import gantry.engine.packing as packing

    make_study(canary_folder, instances=2)
    parcel = _parcel(canary_folder)
    real, hits = packing.verify, []

    def spoilt(path: Path, **kwargs: object) -> object:
        hits.append(path)
        path.write_bytes(path.read_bytes()[:-9])
        return real(path, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "verify", spoilt)
    failures = Failures()
    monkeypatch.setattr(CancelToken, "wait", lambda self, seconds: None)
    with pytest.raises(GantryError) as caught:
        pack_and_prove(parcel, spool, token=CancelToken(), progress=Progress(), on_failure=failures)
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
    real, hits = packing.pack, []

    def full(*args: object, **kwargs: object) -> object:
        hits.append(1)
        if len(hits) <= 5:
            raise GantryError(ErrorCode.SPOOL_FULL, facts={"needed": 2, "free": 1})
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "pack", full)
    monkeypatch.setattr(CancelToken, "wait", lambda self, seconds: None)
    proved = pack_and_prove(parcel, spool, token=CancelToken(), progress=Progress())
    assert proved.attempt == 1
    assert len(hits) == 6


@pytest.mark.skipif(os.name == "nt", reason="POSIX: a writer that can be seen by size alone")
def test_a01_a_growing_file_is_packed_when_it_is_quiet(canary_folder: Path, spool: Path) -> None:
    path, *_ = make_study(canary_folder, instances=1)
    parcel = _parcel(canary_folder)
    stop, growing = threading.Event(), threading.Event()

    def grow() -> None:
        while not stop.wait(0.02):
            with path.open("ab") as file:
                file.write(b"\0" * 64)
            growing.set()

    writer = threading.Thread(target=grow)
    writer.start()
    assert growing.wait(5)
    threading.Timer(0.6, stop.set).start()
    proved = pack_and_prove(
        parcel, spool, token=CancelToken(), progress=Progress(), options=PackOptions(settle=0.3)
    )
    writer.join()
    assert proved.attempt > 1
    assert proved.archive.files[0].size == path.stat().st_size
