"""Files that could not be read: a class of their own, shown on their study, tried again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog, CautionCode
from gantry.engine.intake.scan import Scanner, ScanUpdate
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from support.dicom import make_study
from support.refusing import Refusing


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Refusing:
    """Refuses to open some paths, as the system does; the tests may run as root, who may all."""
    refused = Refusing()
    monkeypatch.setattr(files, "open_shared", refused.wrap(files.open_shared))
    monkeypatch.setattr(os, "scandir", refused.wrap(os.scandir))
    return refused


class Listed:
    def __init__(self, *paths: Path) -> None:
        self.updates: list[ScanUpdate] = []
        self.scanner = Scanner(self.updates.append, CancelToken())
        self.scanner.add([str(path) for path in paths])
        self.catalog = self.scanner.run()

    def again(self) -> Catalog:
        assert not self.scanner.again()
        self.catalog = self.scanner.run()
        return self.catalog

    @property
    def skipped(self) -> dict[str, SkipReason]:
        listed: dict[str, SkipReason] = {}
        for update in self.updates:
            for place in update.resolved:
                del listed[place]
            listed.update((one.place, one.reason) for one in update.skipped)
        return listed

    @property
    def cautions(self) -> dict[str, int]:
        """Unread files by study."""
        return {
            study.uid: int(caution.facts["count"])
            for study in self.catalog.studies
            for series in study.series
            for caution in series.warnings
            if caution.code is CautionCode.UNREAD
        }

    @property
    def parcels(self) -> dict[str, Parcel]:
        return {parcel.study_uid: parcel for parcel in plan(self.catalog)}


def test_a_refused_file_is_a_caution_and_part_of_the_parcel(
    tmp_path: Path, refusing: Refusing
) -> None:
    made = make_study(tmp_path, instances=20, study="1.2.3")
    refusing.paths = {str(made[4])}
    listed = Listed(tmp_path)
    assert listed.skipped == {str(made[4]): SkipReason.DENIED}
    assert listed.cautions == {"1.2.3": 1}
    parcel = listed.parcels["1.2.3"]
    assert (len(parcel.files), parcel.unread) == (19, 1)


def test_a_file_that_can_be_read_again_comes_in(tmp_path: Path, refusing: Refusing) -> None:
    made = make_study(tmp_path, instances=5, study="1.2.3")
    refusing.paths = {str(made[1]), str(made[2])}
    listed = Listed(tmp_path)
    refusing.paths = {str(made[2])}
    listed.again()
    assert listed.skipped == {str(made[2]): SkipReason.DENIED}
    assert (len(listed.parcels["1.2.3"].files), listed.parcels["1.2.3"].unread) == (4, 1)
    refusing.paths = set()
    listed.again()
    assert not listed.skipped
    assert not listed.cautions
    assert (len(listed.parcels["1.2.3"].files), listed.parcels["1.2.3"].unread) == (5, 0)


def test_two_studies_in_one_folder_are_both_warned(tmp_path: Path, refusing: Refusing) -> None:
    for study in ("1.2.3", "1.2.4"):
        for path in make_study(tmp_path / study, instances=3, study=study):
            shutil.move(path, tmp_path / f"{study}-{path.name}")
    lost = {str(tmp_path / f"{study}-IM0001") for study in ("1.2.3", "1.2.4")}
    refusing.paths = lost
    listed = Listed(tmp_path)
    assert listed.cautions == {"1.2.3": 2, "1.2.4": 2}
    assert [parcel.unread for parcel in listed.parcels.values()] == [2, 2]


def test_another_folder_s_study_is_not_warned(tmp_path: Path, refusing: Refusing) -> None:
    bad = make_study(tmp_path / "a", instances=3, study="1.2.3")
    make_study(tmp_path / "b", instances=3, study="1.2.4", patient_id="OTHER")
    refusing.paths = {str(bad[0])}
    assert Listed(tmp_path).cautions == {"1.2.3": 1}


def test_a_series_folder_that_may_not_be_opened_belongs_to_its_study(
    tmp_path: Path, refusing: Refusing
) -> None:
    make_study(tmp_path / "a", series=2, instances=3, study="1.2.3")
    make_study(tmp_path / "b", series=1, instances=3, study="1.2.4")
    refusing.paths = {str(tmp_path / "a" / "series 2")}
    listed = Listed(tmp_path)
    assert listed.cautions == {"1.2.3": 1}
    refusing.paths = set()
    listed.again()
    assert len(listed.parcels["1.2.3"].files) == 6
    assert not listed.cautions


def test_a_refused_file_among_others_things_is_nobody_s(tmp_path: Path, refusing: Refusing) -> None:
    make_study(tmp_path / "downloads" / "study", instances=3)
    (tmp_path / "system.dat").write_bytes(b"x" * 500)
    refusing.paths = {str(tmp_path / "system.dat")}
    listed = Listed(tmp_path)
    assert set(listed.skipped.values()) == {SkipReason.DENIED}
    assert not listed.cautions


def test_what_was_taken_off_the_list_does_not_come_back_by_trying_again(
    tmp_path: Path, refusing: Refusing
) -> None:
    made = make_study(tmp_path, instances=5)
    refusing.paths = {str(made[1])}
    listed = Listed(tmp_path)
    listed.scanner.remove([patient.key for patient in listed.catalog.patients])
    refusing.paths = set()
    assert listed.again().instance_count == 0


def test_copies_take_the_place_of_what_is_gone_when_tried_again(tmp_path: Path) -> None:
    made = make_study(tmp_path / "a", instances=3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    listed = Listed(tmp_path / "a", tmp_path / "b")
    kept = {Path(i.source.path) for s in listed.catalog.series for i in s.instances}
    shutil.rmtree(next(iter(kept)).parents[1])
    listed.again()
    left = [Path(i.source.path) for s in listed.catalog.series for i in s.instances]
    assert len(left) == len(made)
    assert all(path.exists() for path in left)
