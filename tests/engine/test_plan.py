"""From the ticked series to parcels: by study, series or patient, and their labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.uid import generate_uid

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import Scanner
from gantry.engine.parcel import ParcelRule
from gantry.engine.plan import plan
from support.dicom import CANARY_ID, make_instance, make_study


@pytest.fixture
def catalog(canary_folder: Path) -> Catalog:
    """Two patients; the first has two studies, one of two series, and a file without study UID."""
    make_study(canary_folder / "a", series=2, instances=2)
    make_study(canary_folder / "b", instances=1)
    make_instance(canary_folder / "no study", study="", series=generate_uid())
    make_study(canary_folder / "c", instances=1, patient_id="OTHER", patient_name="Other^One")
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(canary_folder)])
    return scanner.run()


def test_one_parcel_a_study_unless_told_otherwise(catalog: Catalog) -> None:
    parcels = plan(catalog)
    assert sorted(len(p.files) for p in parcels) == [1, 1, 1, 4]
    assert len({p.id for p in parcels}) == 4
    assert sum(p.study_uid == "" for p in parcels) == 1, "those without UIDs travel apart"


def test_one_parcel_a_series(catalog: Catalog) -> None:
    assert sorted(len(p.files) for p in plan(catalog, ParcelRule.SERIES)) == [1, 1, 1, 2, 2]


def test_one_parcel_a_patient_but_files_without_uids_apart(catalog: Catalog) -> None:
    parcels = plan(catalog, ParcelRule.PATIENT)
    assert sorted((p.patient_id, len(p.files)) for p in parcels) == [
        (CANARY_ID, 1), (CANARY_ID, 5), ("OTHER", 1),
    ]  # fmt: skip


def test_unticked_series_stay_at_home(catalog: Catalog) -> None:
    every = {s.key for s in catalog.series}
    kept = next(iter(every))
    (parcel,) = plan(catalog, without=every - {kept})
    assert {f.series_instance_uid for f in parcel.files} == {
        s.uid for s in catalog.series if s.key == kept
    }
    assert plan(catalog, without=every) == ()


def test_a_parcel_is_called_by_modality_day_and_description(catalog: Catalog) -> None:
    labels = {p.label for p in plan(catalog) if p.study_uid}
    assert labels == {"MR · 2026-01-02 · Head"}
