"""Several processes on one home: one works on each job, and nobody sweeps its files.

Two `Services` on one home represent two processes; to the lock files there is no difference.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Archive
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.replace import replace
from support.history import archive_of
from support.jobs import PRACTICE, scanned_parcels


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Services, Services]]:
    home = Home.find(str(tmp_path / "home"))
    with ExitStack() as stack:
        yield stack.enter_context(Services(home)), stack.enter_context(Services(home))


def _left_behind(services: Services, folder: Path, studies: int = 1) -> str:
    """A job that was made, and whose process was killed then."""
    job = services.jobs.new(scanned_parcels(folder, studies), PRACTICE)
    services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    return job.id


def test_a_job_that_another_process_finished_meanwhile_is_not_run_again(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder)
    (mine,), (theirs,) = one.jobs.unfinished(), other.jobs.unfinished()
    assert other.jobs.run(theirs, other.destinations.open(PRACTICE)).delivered == 1
    with pytest.raises(GantryError) as caught:
        one.jobs.run(mine, one.destinations.open(PRACTICE))
    assert caught.value.code is ErrorCode.JOB_RUNNING
    (row,) = one.history.parcels()
    detail = one.history.parcel(row.id)
    assert detail is not None
    assert len(detail.receipts) == 1


def test_a_job_that_another_process_began_is_resumed_where_it_stopped(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder, studies=6)
    (mine,), (theirs,) = one.jobs.unfinished(), other.jobs.unfinished()

    class Killed(Exception):
        pass

    def die(event: events.Event) -> None:
        if isinstance(event, events.ParcelArrived):
            raise Killed

    with pytest.raises(Killed):
        other.jobs.run(theirs, other.destinations.open(PRACTICE), sink=die)
    seen: list[events.Event] = []
    delivered = {r.id for r in one.history.parcels() if r.state == "delivered"}
    assert delivered
    one.jobs.run(mine, one.destinations.open(PRACTICE), sink=seen.append)
    assert not delivered & {getattr(e, "parcel", "") for e in seen}
    assert {r.state for r in one.history.parcels()} == {"delivered"}


def test_what_another_process_handed_over_meanwhile_is_known_though_no_state_changed(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder)
    (job,) = one.jobs.unfinished()
    (parcel,) = job.parcels
    for services in two:
        services.history.record(events.ParcelPacking(job.id, parcel.id, 1))
        services.history.record(
            events.ParcelVerified(job.id, parcel.id, 1, archive_of(parcel), 1.0, 1.0)
        )
        services.history.record(events.ParcelSending(job.id, parcel.id, 1))
        if services is one:
            (mine,) = one.jobs.unfinished()
    other.history.record(events.BodyHandedOver(job.id, parcel.id, True))
    seen: list[bool] = []

    def look(runner: JobRunner) -> None:
        seen.append(runner.works[parcel.id].handed_over)
        runner.stop()

    one.jobs.run(mine, one.destinations.open(PRACTICE), on_runner=look)
    assert seen == [True]


def test_a_sweep_spares_what_another_process_began_while_it_asked(
    two: tuple[Services, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's job is created between the query of the history and the listing of the spool."""
    one, other = two
    part = other.preferences.spool / f"{ULID()}.tar.gz.part"
    left = one.history.left

    def asked() -> list[object]:
        answer = left()
        part.write_bytes(b"x")
        return list(answer)

    monkeypatch.setattr(one.history, "left", asked)
    one.jobs.sweep_spool()
    assert part.exists()


def test_a_look_at_a_lock_does_not_keep_a_job_from_starting(
    two: tuple[Services, Services], canary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look takes the lock for a moment; a process that wants to work on the job waits for it."""
    import threading

    from filelock import FileLock

    from gantry.store import locks

    one, _ = two
    _left_behind(one, canary_folder)
    (job,) = one.jobs.unfinished()
    look = FileLock(one.home.state / f"{job.id}.lock", thread_local=False)
    look.acquire()
    monkeypatch.setattr(locks, "_PATIENCE", 60)  # the moment may be long on a busy machine
    timer = threading.Timer(0.3, look.release)
    timer.start()
    assert one.jobs.run(job, one.destinations.open(PRACTICE)).delivered == 1
    timer.join()


def test_a_cancelled_job_leaves_nothing_in_the_spool_though_a_step_hangs(
    two: tuple[Services, Services], canary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packing that the disk holds up (a slow sync, say) was abandoned by Cancel."""
    import threading

    from gantry.engine import parcel_steps, stage
    from gantry.engine.cancel import CancelToken

    one, _ = two
    token, hang = CancelToken(), threading.Event()

    def hanging(parcel: object, folder: Path, **more: object) -> Archive:
        (folder / f"{job.parcels[0].id}.tar.gz.part").write_bytes(b"x")
        token.cancel()
        hang.wait(60)
        raise AssertionError("never reached in time")

    monkeypatch.setattr(parcel_steps, "pack_and_verify", hanging)
    monkeypatch.setattr(stage, "GRACE", 0.1)
    job = one.jobs.new(scanned_parcels(canary_folder), PRACTICE)
    assert one.jobs.run(job, one.destinations.open(PRACTICE), token=token).cancelled == 1
    assert list(one.preferences.spool.iterdir()) == []
    hang.set()


def test_another_log_level_holds_as_soon_as_it_is_chosen(two: tuple[Services, Services]) -> None:
    services, _ = two
    settings, own = services.preferences.settings, logging.getLogger("gantry")
    services.preferences.save(replace(settings, log_level="debug"))
    assert own.level == logging.DEBUG
    services.preferences.save(replace(settings, log_level="info"))
    assert own.level == logging.INFO


def test_a_job_that_another_process_works_on_is_not_offered_but_counted(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder)
    (theirs,) = other.jobs.unfinished()
    seen: list[tuple[int, int]] = []

    def look(runner: JobRunner) -> None:
        seen.append((len(one.jobs.unfinished()), one.jobs.running_elsewhere()))

    other.jobs.run(theirs, other.destinations.open(PRACTICE), on_runner=look)
    assert seen == [(0, 1)]
    assert (one.jobs.unfinished(), one.jobs.running_elsewhere()) == ([], 0)


def test_file_lists_are_forgotten_at_the_end_of_a_job_when_their_time_is_over(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, _ = two
    one.preferences.save(replace(one.preferences.settings, keep_file_lists=30))
    jobs = []
    for name in ("old", "new"):
        jobs.append(one.jobs.new(scanned_parcels(canary_folder / name), PRACTICE))
        one.jobs.run(jobs[-1], one.destinations.open(PRACTICE))
        if name == "old":
            assert len(one.history.sources(jobs[0].parcels[0].id)) == 3
            with closing(sqlite3.connect(one.home.history_file)) as db:
                for table in ("attempt", "receipt", "source"):
                    db.execute(f"UPDATE {table} SET parcel = parcel - (9000000000 << 16)")
                db.execute(
                    "UPDATE parcel SET seq = seq - (9000000000 << 16), changed = '2020-01-01'"
                )
                db.commit()
    old, new = (job.parcels[0].id for job in jobs)
    assert one.history.sources(old) == []
    assert len(one.history.sources(new)) == 3


def test_each_of_two_jobs_that_were_left_is_resumed_as_itself(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, _ = two
    for name in ("first", "second"):
        _left_behind(one, canary_folder / name)
    left = one.jobs.unfinished()
    assert len(left) == 2
    for job in reversed(left):
        seen: list[events.Event] = []
        one.jobs.run(job, one.destinations.open(PRACTICE), sink=seen.append)
        assert {event.job for event in seen} == {job.id}
        arrived = [e.parcel for e in seen if isinstance(e, events.ParcelArrived)]
        assert arrived == [parcel.id for parcel in job.parcels]


def test_nothing_is_told_that_the_history_did_not_keep(
    two: tuple[Services, Services],
    canary_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one, _ = two
    record = one.history.record

    def full_disk(event: events.Event) -> None:
        if isinstance(event, events.ParcelArrived):
            raise GantryError(ErrorCode.HISTORY_FAILED)
        record(event)

    monkeypatch.setattr(one.history, "record", full_disk)
    job = one.jobs.new(scanned_parcels(canary_folder), PRACTICE)
    told: list[events.Event] = []
    with caplog.at_level("INFO", "gantry.job"), pytest.raises(GantryError):
        one.jobs.run(job, one.destinations.open(PRACTICE), sink=told.append)
    logged = [getattr(line, "event", "") for line in caplog.records]
    assert "transfer.started" in logged
    assert "parcel.delivered" not in logged
    assert not any(isinstance(event, events.ParcelArrived) for event in told)


def test_a_sweep_spares_what_another_process_packs_for_a_job_of_this_home(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder)
    (theirs,) = other.jobs.unfinished()
    part = one.preferences.spool / f"{theirs.parcels[0].id}.tar.gz.part"
    left: list[bool] = []

    def look(runner: JobRunner) -> None:
        part.write_bytes(b"x")
        one.jobs.sweep_spool()
        left.append(part.exists())

    other.jobs.run(theirs, other.destinations.open(PRACTICE), on_runner=look)
    assert left == [True]
