"""Uploads are kept to the policy of the computer, whenever they began."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import JobDone
from gantry.engine.job import Job
from gantry.engine.parcel import Parcel
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_study
from support.shipments import parcel_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a policy would be; there is none yet."""
    path = tmp_path / "policy.json"
    monkeypatch.setattr("gantry.store.policy.read.policy_file", lambda: path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "server"
    folder.mkdir()
    return Place("server", folder.as_uri())


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return parcel_of(make_study(tmp_path / "in", instances=2))


def _begun(services: Services, place: Place, parcel: Parcel) -> Job:
    """A job that was begun, and whose process was killed then."""
    job = services.jobs.new([parcel], place)
    services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    (left,) = services.jobs.unfinished()
    return left


def _run(services: Services, job: Job, token: CancelToken | None = None) -> JobDone:
    place = Place(job.destination, job.url)
    with closing(services.destinations.open(place, job=job.id)) as destination:
        return services.jobs.run(job, destination, token=token)


def _sent(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "server").rglob("*.tar.gz"))


def test_a_policy_that_can_t_be_read_lets_nothing_out_and_loses_nothing(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    before = _begun(services, place, parcel)
    policy.write_text("{", encoding="utf-8")
    for try_it in (lambda: services.jobs.new([parcel], place), lambda: _run(services, before)):
        with pytest.raises(GantryError) as refused:
            try_it()
        assert refused.value.code is ErrorCode.POLICY_INVALID
    assert _sent(tmp_path) == []
    (waits,) = services.jobs.unfinished()
    policy.unlink()
    assert _run(services, waits).delivered == 1


def test_a_job_may_be_given_up_whatever_the_policy_says(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    job = _begun(services, place, parcel)
    policy.write_text("{", encoding="utf-8")
    token = CancelToken()
    token.cancel()
    assert _run(services, job, token).cancelled == 1
    assert services.jobs.unfinished() == []
    assert _sent(tmp_path) == []
