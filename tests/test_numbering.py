"""Uploads whose patients are counted: the number comes when they begin, and stays with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gantry.engine.content import Treatment
from gantry.engine.deidentify.treating import subject_in
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job import Job
from gantry.engine.parcel import Labels, Parcel, ParcelRule, ParcelState
from gantry.engine.plan import plan
from gantry.services.named_destinations import Place
from gantry.services.numbering import numbers_of
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_instance
from support.scanned import scan

PATTERN = "STROKE-{number:04}"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "server").mkdir()
    return Place("Study server", (tmp_path / "server").as_uri())


def write_profile(tmp_path: Path, pattern: str = PATTERN) -> str:
    file = tmp_path / "ours.json"
    made = {"schema": "gantry.privacy/1", "name": "ours", "pseudonym": pattern}
    file.write_text(json.dumps(made), encoding="utf-8")
    return str(file)


def file(folder: Path, patient: str, study: str, series: str = "1", **tags: Any) -> Path:
    uid = f"1.2.840.99999.{study}"
    path = folder / f"{patient}-{study}-{series}.dcm"
    return make_instance(
        path, study=uid, series=f"{uid}.{series}", patient_id=patient, patient_name="", **tags
    )


def parcels_of(
    folder: Path, rule: ParcelRule = ParcelRule.STUDY, labels: dict[str, Labels] | None = None
) -> tuple[Parcel, ...]:
    catalog, _ = scan(folder)
    by_study = {
        study.key: (labels or {}).get(patient.id, ())
        for patient in catalog.patients
        for study in patient.studies
    }
    return plan(catalog, rule, labels=by_study)


def begin(
    services: Services, place: Place, profile: str, parcels: tuple[Parcel, ...]
) -> tuple[Job, dict[str, set[str]]]:
    """A new job, and the pseudonyms of each Patient ID in it."""
    job = services.jobs.new(treated(parcels, services.privacy.treatment(place, profile)), place)
    found: dict[str, set[str]] = {}
    for parcel in job.parcels:
        found.setdefault(parcel.patient_id, set()).add(subject_in(parcel.treatment))
    return job, found


def run(services: Services, place: Place, job: Job) -> list[str]:
    """Sends a job; returns the new Patient IDs that left, ever."""
    with closing(services.destinations.open(place)) as destination:
        services.jobs.run(job, destination)
    return sorted(services.relink.pseudonyms())


def test_each_patient_has_one_number_in_all_studies_and_later_jobs(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    for patient, study in (("A17", "1"), ("A17", "2"), ("B18", "3")):
        file(folder, patient, study)
    job, first = begin(services, place, profile, parcels_of(folder))
    assert sorted(map(sorted, first.values())) == [["STROKE-0001"], ["STROKE-0002"]]
    file(folder, "C19", "4")
    for rule in ParcelRule:
        _, again = begin(services, place, profile, parcels_of(folder, rule))
        assert again == first | {"C19": {"STROKE-0003"}}
    assert run(services, place, job) == ["STROKE-0001", "STROKE-0002"]


def test_a_parcel_of_another_rewriter_begins_beside_one_that_is_counted(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    file(folder, "B18", "2")
    first, second = treated(parcels_of(folder), services.privacy.treatment(place, profile))
    other = Treatment("another", first.treatment.deidentified, "not JSON")
    job = services.jobs.new((first, *treated((second,), other)), place)
    assert job.parcels[1].treatment == other
    assert subject_in(job.parcels[0].treatment) == "STROKE-0001"


def test_one_id_of_two_issuers_is_two_patients(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1", "1", IssuerOfPatientID="North")
    file(folder, "A17", "1", "2", IssuerOfPatientID="South")
    with pytest.raises(GantryError) as refused:
        begin(services, place, profile, parcels_of(folder))
    assert refused.value.code is ErrorCode.NUMBERS_FAILED
    assert not services.home.numbers_file.exists()
    _, found = begin(services, place, profile, parcels_of(folder, ParcelRule.SERIES))
    assert found == {"A17": {"STROKE-0001", "STROKE-0002"}}


def test_what_was_begun_keeps_its_number_when_the_table_and_the_profile_are_gone(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    file(folder, "A17", "1", "2", BurnedInAnnotation="YES")
    job, _ = begin(services, place, profile, parcels_of(folder))
    home = services.home
    home.numbers_file.unlink()
    Path(profile).unlink()
    run(services, place, job)
    (parcel,) = job.parcels
    detail = services.history.parcel(parcel.id)
    assert detail is not None
    assert detail.row.state is ParcelState.HELD
    kept = services.history.treatment(parcel.id)
    assert kept is not None
    assert subject_in(kept) == "STROKE-0001"
    one, two = (services.privacy.rewriter_of(made) for made in (parcel.treatment, kept))
    data = memoryview(Path(parcel.files[0].source.path).read_bytes())
    assert one.rewrite(parcel.files[0], data) == two.rewrite(parcel.files[0], data)
    write_profile(tmp_path)
    assert subject_in(services.privacy.renewed(kept)) == "STROKE-0001"
    with pytest.raises(GantryError) as lost:
        begin(services, place, profile, parcels_of(folder))
    assert lost.value.facts["reason"] == "lost"


def test_an_upload_without_a_number_is_never_sent(
    tmp_path: Path, services: Services, place: Place
) -> None:
    treatment = services.privacy.treatment(place, write_profile(tmp_path))
    with pytest.raises(GantryError) as refused:
        services.privacy.rewriter_of(treatment)
    assert refused.value.code is ErrorCode.TREATMENT_UNKNOWN


def test_a_label_wins_and_no_number_equals_one_of_this_job_or_an_earlier_one(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder, earlier = write_profile(tmp_path), tmp_path / "in", tmp_path / "earlier"
    folder.mkdir()
    earlier.mkdir()
    file(earlier, "Z99", "9")
    labels: dict[str, Labels] = {"Z99": (("subject", "stroke-0001"),)}
    begin(services, place, "basic", parcels_of(earlier, labels=labels))  # never sent
    for patient, study in (("A17", "1"), ("B18", "2")):
        file(folder, patient, study)
    labels = {"A17": (("subject", "STROKE-0002"),)}
    _, found = begin(services, place, profile, parcels_of(folder, labels=labels))
    assert found == {"A17": {"STROKE-0002"}, "B18": {"STROKE-0003"}}


def test_no_number_equals_what_left_before_there_was_a_table(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    labels: dict[str, Labels] = {"A17": (("subject", "STROKE-0001"),)}
    job, _ = begin(services, place, "basic", parcels_of(folder, labels=labels))
    assert run(services, place, job) == ["STROKE-0001"]
    services.home.numbers_file.unlink()
    file(folder, "B18", "2")
    _, found = begin(services, place, profile, parcels_of(folder))
    assert found == {"A17": {"STROKE-0002"}, "B18": {"STROKE-0003"}}


def test_a_label_that_is_another_patients_number_is_refused(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    begin(services, place, profile, parcels_of(folder))
    own: dict[str, Labels] = {"A17": (("subject", "stroke-0001"),)}
    begin(services, place, profile, parcels_of(folder, labels=own))
    (folder / "A17-1-1.dcm").unlink()
    file(folder, "B18", "2")
    with pytest.raises(GantryError) as refused:
        begin(services, place, "basic", parcels_of(folder, labels={"B18": own["A17"]}))
    assert refused.value.code is ErrorCode.LABEL_CONFLICT


def test_patients_without_an_id_are_known_by_name_and_birth_date_or_by_the_study(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    for study, name in (("1", "Overton^Kim"), ("2", "Overton^Kim"), ("3", ""), ("4", "")):
        uid = f"1.2.840.99999.{study}"
        make_instance(
            folder / f"{study}.dcm",
            study=uid, series=f"{uid}.1", patient_id="", patient_name=name,
        )  # fmt: skip
    job, _ = begin(services, place, profile, parcels_of(folder))
    found = {p.study_uid[-1]: subject_in(p.treatment) for p in job.parcels}
    assert found["1"] == found["2"]
    assert len(set(found.values())) == 3
    assert "STROKE-0000" not in found.values()


def test_nothing_is_made_for_uploads_that_are_not_counted(
    tmp_path: Path, services: Services, place: Place
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    hashed = write_profile(tmp_path, "S{hash:8}")
    for profile in ("", "basic", "research", hashed):
        treatment = services.privacy.treatment(place, profile)
        services.jobs.new(treated(parcels_of(folder), treatment), place)
    assert not services.home.numbers_file.exists()
    assert not numbers_of(services.home).counted_path.exists()


def test_a_patient_of_two_projects_has_two_numbers(
    tmp_path: Path, services: Services, place: Place
) -> None:
    profile, folder = write_profile(tmp_path), tmp_path / "in"
    folder.mkdir()
    file(folder, "A17", "1")
    parcels = parcels_of(folder)
    _, first = begin(services, place, profile, parcels)
    (tmp_path / "second").mkdir()
    other = Place("Second", (tmp_path / "second").as_uri())
    _, second = begin(services, other, profile, parcels)
    assert (first, second) == ({"A17": {"STROKE-0001"}}, {"A17": {"STROKE-0002"}})
