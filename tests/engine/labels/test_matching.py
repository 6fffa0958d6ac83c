"""Which row of a table belongs to which study, and whose subject a patient becomes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.labels.matching import Matches, match
from gantry.engine.labels.subjects import check_subjects
from gantry.engine.labels.table import read_table
from gantry.engine.parcel import Labels, ParcelRule
from gantry.engine.plan import plan
from support.dicom import make_instance
from support.scanned import scan

STUDIES = ("2.25.11", "2.25.12", "2.25.13")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Patient 007 with two studies, patient 8 with one."""
    for n, (study, who) in enumerate(zip(STUDIES, ("007", "007", "8"), strict=True)):
        make_instance(
            tmp_path / "in" / f"site {who}" / f"v{n}" / "a" / "1.dcm",
            study=study,
            series=f"{study}.1",
            patient_id=who,
            patient_name=f"Doe {who}^Jo=王^小明",
            AccessionNumber=f"A{n} ",
        )
        make_instance(
            tmp_path / "in" / f"site {who}" / f"v{n}" / "b" / "1.dcm",
            study=study,
            series=f"{study}.2",
            modality="CT",
            patient_id=who,
            patient_name=f"Doe {who}^Jo=王^小明",
            AccessionNumber=f"A{n} ",
        )
    return scan(tmp_path / "in")[0]


def matched(tmp_path: Path, catalog: Catalog, text: str) -> Matches:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return match(read_table(path), catalog)


def lines(found: Matches) -> dict[str, list[int]]:
    return {one.study.uid: [row.line for row in one.rows] for one in found.studies}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PatientID,x\n007,1\n8 ,2\n", [[2], [2], [3]]),
        ("StudyInstanceUID,x\n2.25.12,1\n2.25.13,2\n", [[], [2], [3]]),
        ("AccessionNumber,x\nA0,1\nA2,2\n", [[2], [], [3]]),
        ("PatientID,AccessionNumber,x\n007,A1,1\n8,A1,2\n", [[], [2], []]),
        ("PatientID,AccessionNumber,x\n007,A1,1\n007,,2\n", [[3], [2, 3], []]),
        ("PatientName,x\nDOE 007^Jo,1\n王小明,2\n", [[2], [2], []]),
        ("PatientName,x\n王 小明,2\n", [[2], [2], [2]]),
        ('PatientName,x\n"Doe 8, Jo",2\n', [[], [], [2]]),
        ("Folder,x\nsite 8,1\nv0,2\nsite 007/v1,3\n", [[3], [4], [2]]),
        ("Folder,x\nin\\site 007,1\na,2\n", [[2], [2], []]),
        ("Folder,x\n1/v0,1\nte 8,2\n", [[], [], []]),
        ("PatientID,x\n7,1\n", [[], [], []]),
    ],
)
def test_all_filled_cells_must_match(
    tmp_path: Path, catalog: Catalog, text: str, wanted: list[list[int]]
) -> None:
    found = lines(matched(tmp_path, catalog, text))
    assert [found[study] for study in STUDIES] == wanted


def test_the_result_says_what_matches_nothing_and_what_is_ambiguous(
    tmp_path: Path, catalog: Catalog
) -> None:
    found = matched(tmp_path, catalog, "PatientID,x\n8,1\n8,2\n9,3\n")
    assert [one.study.uid for one in found.ambiguous] == ["2.25.13"]
    assert [one.study.uid for one in found.without_row] == ["2.25.11", "2.25.12"]
    assert [row.line for row in found.unused] == [4]
    assert set(found.labels().values()) == {()}


def test_lost_leading_zeros_are_shown_and_never_merged(tmp_path: Path, catalog: Catalog) -> None:
    found = matched(tmp_path, catalog, "PatientID,x\n7,1\n8,2\n")
    assert [[row.line for row in one.almost] for one in found.studies] == [[2], [2], []]
    assert [one.labels for one in found.studies] == [(), (), (("x", "2"),)]


def test_a_whole_path_matches_as_a_folder(tmp_path: Path, catalog: Catalog) -> None:
    folder = tmp_path / "in" / "site 8"
    found = matched(tmp_path, catalog, f'Folder,x\n"{folder}{os.sep}",1\n')
    assert lines(found)["2.25.13"] == [2]


def labels(catalog: Catalog, *of_studies: Labels) -> dict[str, Labels]:
    by_uid = dict(zip(STUDIES, of_studies, strict=True))
    return {study.key: by_uid[study.uid] for study in catalog.studies}


def test_parcels_get_the_labels_of_their_study(catalog: Catalog) -> None:
    one, two, three = (("subject", "A"), ("visit", "1")), (("visit", "2"),), ()
    chosen = labels(catalog, one, two, three)
    for rule in (ParcelRule.STUDY, ParcelRule.SERIES):
        got = {(p.study_uid, p.labels) for p in plan(catalog, rule, labels=chosen)}
        assert got == {(STUDIES[0], one), (STUDIES[1], two), (STUDIES[2], three)}
    assert {p.modality for p in plan(catalog)} == {"CT-MR"}
    assert {p.modality for p in plan(catalog, ParcelRule.SERIES)} == {"CT", "MR"}


def test_studies_with_different_labels_never_share_a_parcel(catalog: Catalog) -> None:
    same = labels(catalog, (("subject", "A"),), (("subject", "A"),), ())
    assert len(plan(catalog, ParcelRule.PATIENT, labels=same)) == 2
    other = labels(catalog, (("subject", "A"),), (("subject", "A"), ("visit", "2")), ())
    with pytest.raises(GantryError) as error:
        plan(catalog, ParcelRule.PATIENT, labels=other)
    assert error.value.code is ErrorCode.LABEL_CONFLICT
    assert error.value.private == {"label": "visit"}


def with_issuers(catalog: Catalog, *issuers: str) -> Catalog:
    by_uid = dict(zip(STUDIES, issuers, strict=True))
    patients = []
    for patient in catalog.patients:
        studies = tuple(
            replace(s, series=tuple(replace(x, issuer=by_uid[s.uid]) for x in s.series))
            for s in patient.studies
        )
        patients.append(replace(patient, studies=studies))
    return replace(catalog, patients=tuple(patients))


@pytest.mark.parametrize(
    ("subjects", "issuers", "wrong"),
    [
        (("A", "A", "B"), ("", "", ""), ""),
        (("A", "A", ""), ("", "", ""), ""),
        (("A", "A", "A"), ("", "", ""), "patients"),
        (("A", "A", "a"), ("", "", ""), "collision"),
        (("A", "B", "C"), ("", "", ""), "subjects"),
        (("A", "", "C"), ("", "", ""), "subjects"),
        (("A", "A", "C"), ("H", "K", ""), "patients"),  # one ID of two hospitals
        (("A", "B", "C"), ("H", "K", ""), ""),
        (("A", "A", "C"), ("H", "", ""), ""),
        (("A", "B", "C"), ("H", "", ""), "subjects"),
        (("患1", "患1", "病1"), ("", "", ""), "collision"),
    ],
)
def test_a_patient_is_one_subject_and_a_subject_one_patient(
    catalog: Catalog, subjects: tuple[str, ...], issuers: tuple[str, ...], wrong: str
) -> None:
    chosen = labels(catalog, *((("subject", s),) if s else () for s in subjects))
    several = with_issuers(catalog, *issuers)
    if not wrong:
        check_subjects(several, chosen)
        return
    with pytest.raises(GantryError) as error:
        check_subjects(several, chosen)
    code = error.value.code
    assert (
        error.value.facts.get("reason") if code is ErrorCode.LABEL_CONFLICT else "collision"
    ) == wrong


def test_the_scan_reads_who_issued_an_id(tmp_path: Path) -> None:
    for n, issuer in enumerate(("Klinik A", "Klinik B")):
        make_instance(
            tmp_path / f"{n}.dcm",
            study=f"2.25.{n + 1}",
            series=f"2.25.3{n}",
            IssuerOfPatientID=issuer,
        )
    catalog, _ = scan(tmp_path)
    assert len(catalog.patients) == 1
    assert {series.issuer for series in catalog.series} == {"Klinik A", "Klinik B"}
