"""What is removed from the list while files are read stays removed; dropped again, it returns."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Source
from gantry.engine.intake import inspect_file
from gantry.engine.intake import scan as scanning
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.duplicates import content_digest
from gantry.engine.intake.scan import Scanner, ScanUpdate
from support.dicom import make_study


class Slowed:
    """A scan that waits after the first files until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, files: int = 20) -> None:
        self.met, self.go = threading.Event(), threading.Event()
        self.updates: list[ScanUpdate] = []
        self.told = threading.Event()
        self.scanner = Scanner(self._sink, CancelToken(), workers=1)
        self._left = files
        real = inspect_file._look_into

        def look_into(*args: object) -> None:
            self._left -= 1
            if self._left < 0:
                self.met.set()
                self.go.wait(60)
            real(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(inspect_file, "_look_into", look_into)
        monkeypatch.setattr(scanning, "TELL_EVERY", 0.01)
        monkeypatch.setattr("gantry.engine.intake.scan_workers.BATCH", 10)

    def _sink(self, update: ScanUpdate) -> None:
        self.updates.append(update)
        if update.catalog.instance_count:
            self.told.set()

    def run(self, *paths: Path, meanwhile: Callable[[Catalog], object]) -> Catalog:
        self.scanner.add([str(path) for path in paths])
        thread = threading.Thread(target=self.scanner.run, daemon=True)
        thread.start()
        assert self.met.wait(60)
        assert self.told.wait(60)
        meanwhile(self.updates[-1].catalog)
        self.go.set()
        thread.join(60)
        assert not thread.is_alive()
        assert self.updates[-1].counts.done
        return self.updates[-1].catalog


def test_a_patient_removed_while_it_grows_stays_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path, instances=60)
    slow = Slowed(monkeypatch)
    catalog = (
        slow.run(
            tmp_path, meanwhile=lambda seen: slow.scanner.remove([p.key for p in seen.patients])
        )
        or Catalog()
    )
    assert catalog.instance_count == 0


def test_one_of_two_studies_removed_while_both_grow_stays_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):  # so that both grow together
        for study in ("1.2.3", "1.2.4"):
            make_study(tmp_path / str(number), instances=1, study=study)
            (tmp_path / str(number) / "series 1").rename(tmp_path / str(number) / study)
    slow = Slowed(monkeypatch)

    def remove(seen: Catalog) -> None:
        assert {study.uid for study in seen.studies} == {"1.2.3", "1.2.4"}
        slow.scanner.remove([study.key for study in seen.studies if study.uid == "1.2.3"])

    catalog = slow.run(tmp_path, meanwhile=remove)
    assert [(study.uid, study.instance_count) for study in catalog.studies] == [("1.2.4", 20)]


def test_removed_and_dropped_again_during_one_scan_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path, instances=60)
    slow = Slowed(monkeypatch)

    def remove_and_drop(seen: Catalog) -> None:
        slow.scanner.remove([p.key for p in seen.patients])
        assert slow.scanner.add([str(tmp_path)])

    assert slow.run(tmp_path, meanwhile=remove_and_drop).instance_count == 60


def test_dropped_again_and_then_removed_it_stays_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path, instances=60)
    slow = Slowed(monkeypatch)

    def drop_and_remove(seen: Catalog) -> None:
        assert slow.scanner.add([str(tmp_path)])
        slow.scanner.remove([p.key for p in seen.patients])

    assert slow.run(tmp_path, meanwhile=drop_and_remove).instance_count == 0


def test_another_patient_of_the_same_drop_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path / "a", instances=30)
    make_study(tmp_path / "b", instances=30, patient_id="OTHER")
    slow = Slowed(monkeypatch)
    catalog = slow.run(
        tmp_path, meanwhile=lambda seen: slow.scanner.remove([p.key for p in seen.patients])
    )
    assert [(p.id, p.instance_count) for p in catalog.patients] == [("OTHER", 30)]


def test_a_drop_right_after_cancel_is_read_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path / "a", instances=30)
    make_study(tmp_path / "b", instances=3, patient_id="OTHER")
    token = CancelToken()
    slow = Slowed(monkeypatch)
    scanner = slow.scanner
    scanner.add([str(tmp_path / "a")])

    def run() -> None:
        with pytest.raises(Cancelled):
            scanner.run(token)

    thread = threading.Thread(target=run)
    thread.start()
    assert slow.met.wait(60)
    token.cancel()
    assert not scanner.add([str(tmp_path / "b")])
    slow.go.set()
    thread.join(60)
    catalog = scanner.run(CancelToken())
    assert "OTHER" in {p.id for p in catalog.patients}


def test_a_folder_that_hangs_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walking hangs in one folder, reading in another; a third, dropped last, is read whole."""
    make_study(tmp_path / "walk", instances=3, patient_id="W")
    make_study(tmp_path / "read", instances=300, patient_id="R")
    make_study(tmp_path / "good", instances=30, patient_id="G")
    monkeypatch.setattr("gantry.engine.intake.fair_queue.SILENT_AFTER", 0.3)
    release = threading.Event()
    real_open, real_scandir = inspect_file._open, __import__("os").scandir

    def open_(path: str) -> object:
        if "read" in Path(path).parts:
            release.wait(60)
        return real_open(path)

    def scandir(path: str) -> object:
        if Path(path).name == "walk":
            release.wait(60)
        return real_scandir(path)

    monkeypatch.setattr(inspect_file, "_open", open_)
    monkeypatch.setattr("gantry.engine.intake.walk.os.scandir", scandir)
    updates: list[ScanUpdate] = []
    token = CancelToken()
    scanner = Scanner(updates.append, token)

    def run() -> None:
        with pytest.raises(Cancelled):
            scanner.run()

    scanner.add([str(tmp_path / name) for name in ("walk", "read", "good")])
    thread = threading.Thread(target=run)
    thread.start()
    wanted = {str(tmp_path / "walk"), str(tmp_path / "read")}
    until = time.monotonic() + 60
    while not (
        updates
        and [(p.id, p.instance_count) for p in updates[-1].catalog.patients] == [("G", 30)]
        and set(updates[-1].counts.silent) == wanted
    ):
        assert time.monotonic() < until
        time.sleep(0.01)
    token.cancel()
    thread.join(60)
    assert not thread.is_alive()
    release.set()
    stopped = {one.path for update in updates for one in update.skipped}
    assert stopped == wanted  # what Stop dropped is said


def test_copies_of_what_hangs_hold_up_no_other_and_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share hangs after it was read; a copy of it is dropped, and then something else."""
    make_study(tmp_path / "share", instances=20)
    shutil.copytree(tmp_path / "share", tmp_path / "copy")
    make_study(tmp_path / "good", instances=30, patient_id="G")
    monkeypatch.setattr("gantry.engine.intake.fair_queue.SILENT_AFTER", 0.3)
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, CancelToken())
    scanner.add([str(tmp_path / "share")])
    scanner.run()
    release = threading.Event()

    def digest(source: Source, token: CancelToken) -> bytes:
        if "share" in Path(source.path).parts:
            release.wait(60)
        return content_digest(source, token)

    monkeypatch.setattr(inspect_file, "content_digest", digest)
    token = CancelToken()
    scanner.add([str(tmp_path / "copy")])
    scanner.add([str(tmp_path / "good")])

    def run() -> None:
        with pytest.raises(Cancelled):
            scanner.run(token)

    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 60
    while ("G", 30) not in {(p.id, p.instance_count) for p in updates[-1].catalog.patients}:
        assert time.monotonic() < until
        time.sleep(0.01)
    token.cancel()
    thread.join(60)
    release.set()
    stopped = {one.path for update in updates for one in update.skipped}
    assert stopped == {str(tmp_path / "copy")}
