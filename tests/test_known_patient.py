"""What one file says of a patient is searched for in all his files before they leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.events import JobDone
from gantry.engine.held import files_in
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import Scanner
from gantry.engine.job import Job
from gantry.engine.parcel import ParcelRule
from gantry.engine.plan import plan
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_instance

ACCESSION = "QX7741882"
PROFILE = {
    "schema": "gantry.privacy/1",
    "name": "keeps a text",
    "base": "research",
    "rules": {"ImageComments": "keep"},
}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return Place("Shelf", folder.as_uri())


@pytest.fixture
def profile(tmp_path: Path) -> str:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(PROFILE), "utf-8")
    return str(file)


def put(folder: Path, number: int, **elements: str) -> None:
    folder.mkdir(exist_ok=True)
    made: dict[str, Any] = {"PatientID": "P-1", "PatientName": "Q", "StudyDate": "20260102"}
    made |= elements
    make_instance(
        folder / f"{number}.dcm", study=f"1.2.3.{number}", series=f"1.2.3.{number}.1", **made
    )


def scanned(folder: Path) -> Catalog:
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(folder)])
    return scanner.run()


def sent(
    services: Services,
    place: Place,
    profile: str,
    catalog: Catalog,
    rule: ParcelRule = ParcelRule.STUDY,
) -> tuple[Job, JobDone]:
    treatment = services.privacy.treatment(place, profile)
    job = services.jobs.new(treated(plan(catalog, rule), treatment), place)
    with closing(services.destinations.open(place)) as destination:
        return job, services.jobs.run(job, destination)


@pytest.mark.parametrize("rule", list(ParcelRule))
@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({"AccessionNumber": ACCESSION}, f"compare {ACCESSION}"),
        ({"PatientName": "Qviller^Ottoline"}, "as Ottoline said"),
        ({"PatientBirthDate": "19530821"}, "since 1953-08-21"),
        ({"StudyDate": "20190417"}, "as on 17.04.2019"),
    ],
)
def test_a_value_of_another_study_of_the_patient_is_found(
    tmp_path: Path,
    services: Services,
    place: Place,
    profile: str,
    known: dict[str, str],
    text: str,
    rule: ParcelRule,
) -> None:
    put(tmp_path / "in", 1, **known)
    put(tmp_path / "in", 2, ImageComments=text)
    job, done = sent(services, place, profile, scanned(tmp_path / "in"), rule)
    assert done.held == 1
    details = [services.history.parcel(parcel.id) for parcel in job.parcels]
    (held,) = [f for d in details if d is not None for f in files_in(d.row.error)]
    assert (held.rule, held.place) == ("residue", "00204000")


@pytest.mark.parametrize("two", ["1.2.3.7", "1.2.3.8"])
def test_two_accession_numbers_are_known_in_one_study_and_in_two(
    tmp_path: Path, services: Services, place: Place, profile: str, two: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, (study, accession, text) in enumerate(
        [("1.2.3.7", "FIRST1234", ""), (two, ACCESSION, ""), (two, "", f"see {ACCESSION}")]
    ):
        make_instance(
            folder / f"{number}.dcm", study=study, series=f"{study}.1", PatientID="P-1",
            AccessionNumber=accession, ImageComments=text,
        )  # fmt: skip
    _, done = sent(services, place, profile, scanned(folder))
    assert done.held == 1


def test_of_two_patients_each_is_searched_for_in_its_own_files_only(
    tmp_path: Path, services: Services, place: Place, profile: str
) -> None:
    put(tmp_path / "in", 1, PatientID="P-1", AccessionNumber=ACCESSION)
    put(tmp_path / "in", 2, PatientID="P-2", ImageComments=f"see {ACCESSION}")
    _, done = sent(services, place, profile, scanned(tmp_path / "in"))
    assert (done.delivered, done.held) == (2, 0)


def test_what_a_profile_keeps_is_not_searched_for(
    tmp_path: Path, services: Services, place: Place
) -> None:
    keeps = {**PROFILE, "dates": "kept", "rules": {"AccessionNumber": "keep"}}
    (tmp_path / "keeps.json").write_text(json.dumps(keeps), "utf-8")
    for number in (1, 2):
        put(tmp_path / "in", number, AccessionNumber=ACCESSION)
    _, done = sent(services, place, str(tmp_path / "keeps.json"), scanned(tmp_path / "in"))
    assert (done.delivered, done.held) == (2, 0)


def test_a_resumed_parcel_is_searched_for_the_same_although_the_other_file_is_gone(
    tmp_path: Path, services: Services, place: Place, profile: str
) -> None:
    put(tmp_path / "in", 1, AccessionNumber=ACCESSION)
    put(tmp_path / "in", 2, ImageComments=f"see {ACCESSION}")
    job, _ = sent(services, place, profile, scanned(tmp_path / "in"))
    (tmp_path / "in" / "1.dcm").unlink()
    held = [
        parcel.id
        for parcel in job.parcels
        if (detail := services.history.parcel(parcel.id)) and files_in(detail.row.error)
    ]
    for again in (None, services.privacy.renewed(job.parcels[1].treatment)):
        services.history.retry(held, treatment=again)
        (left,) = services.jobs.unfinished()
        assert {parcel.id: parcel.treatment.known for parcel in left.parcels} == {
            parcel.id: parcel.treatment.known for parcel in job.parcels
        }
        with closing(services.destinations.open(place)) as destination:
            assert services.jobs.run(left, destination).held == 1


def test_all_parcels_of_a_patient_share_what_is_known(tmp_path: Path, services: Services) -> None:
    for number in range(4):
        put(tmp_path / "in", number, PatientID=f"P-{number % 2}")
    place = Place("x", (tmp_path / "x").as_uri())
    treatment = services.privacy.treatment(place, "basic")
    parcels = treated(plan(scanned(tmp_path / "in")), treatment)
    assert len({id(parcel.treatment) for parcel in parcels}) == 2
