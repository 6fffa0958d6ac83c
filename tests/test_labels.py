"""Labels of a de-identified upload: whose they are, and what they must not say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.deidentify.treating import subject_in
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.plan import plan
from gantry.services.labels import assign, check_deidentified, given_labels, want_rows
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_instance
from support.scanned import scan

PLACE = Place("lab", "https://lab.example/in")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    for n, study in (("1", "2.25.71"), ("2", "2.25.72")):
        make_instance(
            tmp_path / f"{n}.dcm",
            study=study,
            series=f"{study}.1",
            patient_id=f"CANARY-{n}",
            patient_name=f"Kanarienvogel^{n}",
        )
    return scan(tmp_path)[0]


def labelled(tmp_path: Path, catalog: Catalog, one: str, two: str, name: str = "subject") -> None:
    table = tmp_path / "labels.csv"
    table.write_text(f"PatientID,{name}\nCANARY-1,{one}\nCANARY-2,{two}\n", encoding="utf-8")
    check_deidentified(catalog, assign(given_labels([], str(table)), catalog).by_study)


@pytest.mark.parametrize(
    ("name", "one", "two", "code"),
    [
        ("subject", "S", "S", ErrorCode.LABEL_CONFLICT),
        ("subject", "Ä1", "A1", ErrorCode.LABEL_COLLISION),
        ("subject", "x" * 65, "A1", ErrorCode.LABEL_INVALID),
        ("subject", "canary_1", "S2", ErrorCode.LABEL_IDENTIFIES),
        ("note", "Herr Kanarienvogel", "x", ErrorCode.LABEL_IDENTIFIES),
        ("born", "7.11.1903", "1903-11-07", ErrorCode.LABEL_IDENTIFIES),
        ("study", "2.25.71", "x", ErrorCode.LABEL_IDENTIFIES),
    ],
)
def test_labels_that_mix_or_name_patients_are_refused(
    tmp_path: Path, catalog: Catalog, name: str, one: str, two: str, code: ErrorCode
) -> None:
    with pytest.raises(GantryError) as error:
        labelled(tmp_path, catalog, one, two, name)
    assert error.value.code is code
    assert one not in str(error.value)


def test_ordinary_labels_are_not_refused(tmp_path: Path, catalog: Catalog) -> None:
    labelled(tmp_path, catalog, "S-001", "S-002")
    labelled(tmp_path, catalog, "1", "1", "visit")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PatientID,s\nCANARY-1,a\n", None),
        ("PatientID,s\nCANARY-1,a\nCANARY-2,b\nCANARY-2,c\n", "ambiguous"),
    ],
)
def test_a_study_needs_one_row(
    tmp_path: Path, catalog: Catalog, text: str, reason: str | None
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(GantryError) as error:
        want_rows(assign(given_labels([], str(table)), catalog))
    assert (error.value.code, error.value.facts.get("reason"), error.value.facts["count"]) == (
        ErrorCode.LABEL_UNMATCHED,
        reason,
        1,
    )


def test_the_subject_stays_when_a_held_upload_is_tried_by_the_rules_of_today(
    tmp_path: Path, catalog: Catalog
) -> None:
    with Services(Home.find(str(tmp_path / "home"))) as services:
        treatment = services.privacy.treatment(PLACE, "basic")
        labels = {study.key: (("subject", f"S {n}"),) for n, study in enumerate(catalog.studies)}
        parcels = treated(plan(catalog, labels=labels), treatment)
        assert [subject_in(p.treatment) for p in parcels] == ["S 0", "S 1"]
        again = [services.privacy.renewed(p.treatment) for p in parcels]
        assert again == [p.treatment for p in parcels]
        unnamed = treated(plan(catalog), treatment)
        assert [replace(p.treatment, known="") for p in unnamed] == [treatment, treatment]
