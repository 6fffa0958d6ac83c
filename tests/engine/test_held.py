"""Files that must not be sent as they would be: their parcel waits until the user decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.test_job import QUICK, Diary, Shelf
from gantry.engine import events
from gantry.engine.archive.source import source_failed
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Rewritten, Treatment, identity_of
from gantry.engine.errors import ErrorCode
from gantry.engine.held import files_in
from gantry.engine.instance import Instance
from gantry.engine.intake.scan import Scanner
from gantry.engine.job import Job, Resumed
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.plan import plan
from gantry.engine.rewriters import REWRITERS
from support.dicom import make_study
from support.rewriting import PROFILE, Renaming

Plan = Callable[..., tuple[Parcel, ...]]
CAREFUL = Treatment("careful", PROFILE, "")


class Careful(Renaming):
    """Holds the instances numbered in `details`, and skips those after the bar."""

    def __init__(self, treatment: Treatment) -> None:
        super().__init__()
        held, _, skipped = treatment.details.partition("|")
        self._held, self._skipped = set(held.split(",")), set(skipped.split(","))

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        number = str(source.instance_number)
        if number in self._skipped:
            return Rewritten((), identity_of(source))
        if number in self._held:
            error = source_failed(
                ErrorCode.TREATMENT_HELD, source.source, reason="residue", place="00081030"
            )
            error.private["value"] = "K•••N"
            raise error
        return super().rewrite(source, data)


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Makes one parcel of three instances for each treatment's details."""
    monkeypatch.setitem(REWRITERS, "careful", Careful)

    def make(*details: str) -> tuple[Parcel, ...]:
        for n in range(len(details)):
            make_study(tmp_path / "source" / f"study {n}", instances=3)
        scanner = Scanner(lambda update: None, CancelToken())
        scanner.add([str(tmp_path / "source")])
        parcels = plan(scanner.run())
        return tuple(
            replace(parcel, treatment=replace(CAREFUL, details=said))
            for parcel, said in zip(parcels, details, strict=True)
        )

    return make


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def job_of(parcels: tuple[Parcel, ...], **resumed: Resumed) -> Job:
    return Job("01JOB", "shelf", "test:shelf", parcels, resumed)


def test_all_held_files_of_a_parcel_are_named_at_once_and_nothing_of_it_is_sent(
    planned: Plan, spool: Path
) -> None:
    parcels, shelf, diary = planned("1,3"), Shelf(), Diary()
    done = JobRunner(job_of(parcels), shelf, spool, diary, options=QUICK).run()
    assert (done.held, done.failed, done.delivered) == (1, 0, 0)
    assert done.is_trouble
    (held,) = diary.of(events.ParcelHeld)
    assert isinstance(held, events.ParcelHeld)
    files = files_in(held.error)
    assert {parcels[0].files[file.number].instance_number for file in files} == {1, 3}
    assert len(files) == 2
    assert {(f.rule, f.place, f.value) for f in files} == {("residue", "00081030", "K•••N")}
    assert shelf.held == {}
    assert list(spool.iterdir()) == []


def test_of_two_parcels_only_the_one_without_held_files_arrives(planned: Plan, spool: Path) -> None:
    parcels, shelf = planned("2", ""), Shelf()
    done = JobRunner(job_of(parcels), shelf, spool, Diary(), options=QUICK).run()
    assert (done.held, done.delivered) == (1, 1)
    assert set(shelf.held) == {parcels[1].id}


def test_two_held_parcels_are_decided_one_by_one(planned: Plan, spool: Path) -> None:
    parcels, shelf, diary = planned("1", "2"), Shelf(), Diary()
    runner = JobRunner(job_of(parcels), shelf, spool, diary, options=QUICK)
    assert runner.run().held == 2
    # Its run is over: the decision is kept for the next one.
    decided = replace(CAREFUL, details="1|1")
    assert runner.retry(parcels[0].id, treatment=decided) is False
    (retried,) = diary.of(events.ParcelRetried)
    assert isinstance(retried, events.ParcelRetried)
    assert retried.treatment == decided

    again = (replace(parcels[0], treatment=decided), parcels[1])
    held = Resumed(ParcelState.HELD)
    resumed = {parcels[0].id: Resumed(ParcelState.WAITING), parcels[1].id: held}
    done = JobRunner(job_of(again, **resumed), shelf, spool, Diary(), options=QUICK).run()
    assert (done.delivered, done.held) == (1, 1)
    assert set(shelf.held) == {parcels[0].id}


def test_what_the_user_skipped_is_not_in_the_archive(planned: Plan, spool: Path) -> None:
    parcels, diary = planned("1|1"), Diary()
    JobRunner(job_of(parcels), Shelf(), spool, diary, options=QUICK).run()
    (verified,) = diary.of(events.ParcelVerified)
    assert isinstance(verified, events.ParcelVerified)
    assert len(verified.archive.files) == 2


def test_a_parcel_of_which_nothing_is_left_is_not_sent(planned: Plan, spool: Path) -> None:
    parcels, shelf = planned("1,2,3|1,2,3"), Shelf()
    done = JobRunner(job_of(parcels), shelf, spool, Diary(), options=QUICK).run()
    assert (done.failed, shelf.held) == (1, {})


def test_a_held_parcel_that_may_have_arrived_before_is_asked_about(
    planned: Plan, spool: Path
) -> None:
    """Its rules may have become stricter since it was sent."""
    parcels, shelf, diary = planned(""), Shelf(), Diary()
    JobRunner(job_of(parcels), shelf, spool, diary, options=QUICK).run()
    (verified,) = diary.of(events.ParcelVerified)
    assert isinstance(verified, events.ParcelVerified)
    stricter = (replace(parcels[0], treatment=replace(CAREFUL, details="1")),)
    was = Resumed(ParcelState.WAITING, archive=verified.archive, was_sent=True)
    job = job_of(stricter, **{parcels[0].id: was})
    done = JobRunner(job, shelf, spool, Diary(), options=QUICK).run()
    assert (done.delivered, done.held) == (1, 0)
    assert shelf.asked == [parcels[0].id]
