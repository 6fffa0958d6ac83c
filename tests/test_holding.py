"""Held uploads: what the user is shown of them, and which of them are given up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.content import Treatment
from gantry.engine.deidentify.treating import skipping
from gantry.engine.events import ParcelCancelled
from gantry.engine.held import HeldFile
from gantry.engine.job import Job
from gantry.engine.parcel import ParcelState
from gantry.services.holding import held_upload, without_held
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.projects import project_of
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_instance
from support.shipments import parcel_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, services: Services) -> Job:
    """Three studies that were sent: the first two are held, the third one arrived."""
    (tmp_path / "place").mkdir()
    place = Place("Study server", (tmp_path / "place").as_uri())
    parcels = []
    for number, burned in enumerate(("YES", "YES", "NO")):
        uid = f"1.2.840.99999.{number}"
        files = [
            make_instance(tmp_path / f"{number} a.dcm", study=uid, series=f"{uid}.1"),
            make_instance(
                tmp_path / f"{number} b.dcm",
                study=uid,
                series=f"{uid}.2",
                BurnedInAnnotation=burned,
            ),
        ]
        parcels.append(parcel_of(files))
    made = services.jobs.new(treated(parcels, services.privacy.treatment(place, "basic")), place)
    with closing(services.destinations.open(place)) as destination:
        services.jobs.run(made, destination)
    return made


def states(services: Services, job: Job) -> list[ParcelState]:
    found = (services.history.parcel(parcel.id) for parcel in job.parcels)
    return [detail.row.state for detail in found if detail is not None]


def test_only_the_held_ones_that_were_named_are_given_up(services: Services, job: Job) -> None:
    held, arrived = ParcelState.HELD, ParcelState.DELIVERED
    assert states(services, job) == [held, held, arrived]
    first, second, third = (parcel.id for parcel in job.parcels)
    told = services.jobs.give_up_held(job.id, [first, third, "unknown"])
    assert told == [ParcelCancelled(job.id, first)]
    assert states(services, job) == [ParcelState.CANCELLED, held, arrived]
    services.history.retry([second])  # it runs again: no longer held
    assert services.jobs.give_up_held(job.id, [first, second]) == []
    assert states(services, job) == [ParcelState.CANCELLED, ParcelState.INTERRUPTED, arrived]


def test_all_held_files_are_shown_where_they_were_read(
    services: Services, job: Job, tmp_path: Path
) -> None:
    first, second, _ = (parcel.id for parcel in job.parcels)
    place = Place("Study server", (tmp_path / "place").as_uri())
    (tmp_path / "1 b.dcm").unlink()
    found = held_upload(services, job.id, [first, second])
    assert [(Path(file.path).name, file.exists) for file in found.files] == [
        ("0 b.dcm", True),
        ("1 b.dcm", False),
    ]
    assert found.profile is not None
    assert found.profile.name == "basic"
    assert found.project == project_of(services.preferences.settings, place)


def test_two_files_with_the_same_bytes_that_are_skipped_are_two(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "place").mkdir()
    place = Place("Study server", (tmp_path / "place").as_uri())
    sent = make_instance(tmp_path / "sent.dcm", study="1.2.3", series="1.2.3.1")
    one, two = (
        make_instance(tmp_path / name, study="1.2.3", series="1.2.3.2", BurnedInAnnotation="YES")
        for name in ("one.dcm", "two.dcm")
    )
    two.write_bytes(one.read_bytes())
    parcels = [parcel_of([sent, one, two])]
    job = services.jobs.new(treated(parcels, services.privacy.treatment(place, "basic")), place)
    with closing(services.destinations.open(place)) as destination:
        services.jobs.run(job, destination)
    assert states(services, job) == [ParcelState.HELD]
    treatment = without_held(services, job.parcels[0].id)
    assert treatment.skipped == 2
    assert len(json.loads(treatment.details)["skipped"]) == 1  # the content that is not sent


def test_a_file_that_is_skipped_twice_is_one() -> None:
    def held(number: int, digest: str) -> HeldFile:
        return HeldFile(number, "burned in", "", "", digest)

    first = skipping(Treatment("r", details="{}"), [held(1, "a"), held(2, "a")])
    changed = skipping(first, [held(2, "b"), held(4, "c")])
    assert (first.skipped, changed.skipped) == (2, 3)
    # What was decided before numbers were kept still counts.
    before = Treatment("r", details='{"skipped": ["a"]}', skipped=1)
    assert skipping(before, [held(3, "b")]).skipped == 2
    assert skipping(skipping(before, [held(3, "b")]), [held(4, "c")]).skipped == 3
