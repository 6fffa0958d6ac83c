"""Several processes on one home: each job is worked on by one, and nothing is swept from under it.

Two `Services` on one home stand for two processes; the lock files don't know the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive
from gantry.services import Services
from gantry.store.home import Home
from support.jobs import PRACTICE, scanned_parcels


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Services, Services]]:
    home = Home.find(str(tmp_path / "home"))
    with ExitStack() as stack:
        yield stack.enter_context(Services(home)), stack.enter_context(Services(home))


def _left_behind(services: Services, folder: Path, studies: int = 1) -> str:
    """A job that was made, and whose process was killed then."""
    job = services.new_job(scanned_parcels(folder, studies), PRACTICE)
    services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    return job.id


def test_a_job_that_another_process_finished_meanwhile_is_not_run_again(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder)
    (mine,), (theirs,) = one.unfinished(), other.unfinished()
    assert other.run(theirs, other.open(PRACTICE)).delivered == 1
    with pytest.raises(GantryError) as caught:
        one.run(mine, one.open(PRACTICE))
    assert caught.value.code is ErrorCode.JOB_RUNNING
    (row,) = one.history.parcels()
    detail = one.history.parcel(row.id)
    assert detail is not None
    assert len(detail.receipts) == 1


def test_a_job_that_another_process_began_is_carried_on_from_where_that_got(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    one, other = two
    _left_behind(one, canary_folder, studies=6)
    (mine,), (theirs,) = one.unfinished(), other.unfinished()

    class Killed(Exception):
        pass

    def die(event: events.Event) -> None:
        if isinstance(event, events.ParcelDelivered):
            raise Killed

    with pytest.raises(Killed):
        other.run(theirs, other.open(PRACTICE), sink=die)
    seen: list[events.Event] = []
    delivered = {r.id for r in one.history.parcels() if r.state == "delivered"}
    assert delivered
    one.run(mine, one.open(PRACTICE), sink=seen.append)
    assert not delivered & {getattr(e, "parcel", "") for e in seen}
    assert {r.state for r in one.history.parcels()} == {"delivered"}


def test_a_sweep_spares_what_another_process_began_while_it_asked(
    two: tuple[Services, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's job comes to be between our question to the history and our look at the spool."""
    one, other = two
    part = other.spool / f"{ULID()}.tar.gz.part"
    left = one.history.left

    def asked() -> list[object]:
        answer = left()
        part.write_bytes(b"x")
        return list(answer)

    monkeypatch.setattr(one.history, "left", asked)
    one.sweep_spool()
    assert part.exists()


def test_a_look_at_a_lock_does_not_keep_a_job_from_starting(
    two: tuple[Services, Services], canary_folder: Path
) -> None:
    """A look takes the lock for a moment; whoever wants to work on the job then waits for it."""
    import threading

    from filelock import FileLock

    one, _ = two
    _left_behind(one, canary_folder)
    (job,) = one.unfinished()
    look = FileLock(one.home.state / f"{job.id}.lock", thread_local=False)
    look.acquire()
    timer = threading.Timer(0.3, look.release)
    timer.start()
    assert one.run(job, one.open(PRACTICE)).delivered == 1
    timer.join()


def test_a_cancelled_job_leaves_nothing_in_the_spool_though_a_step_hangs(
    two: tuple[Services, Services], canary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packing that the disk holds up (a slow sync, say) was left behind by Cancel."""
    import threading

    from gantry.engine import job as jobs
    from gantry.engine import unheld
    from gantry.engine.cancel import CancelToken

    one, _ = two
    token, hang = CancelToken(), threading.Event()

    def hanging(parcel: object, folder: Path, **more: object) -> Archive:
        (folder / f"{job.parcels[0].id}.tar.gz.part").write_bytes(b"x")
        token.cancel()
        hang.wait(30)
        raise AssertionError("never reached in time")

    monkeypatch.setattr(jobs, "pack_and_prove", hanging)
    monkeypatch.setattr(unheld, "GRACE", 0.1)
    job = one.new_job(scanned_parcels(canary_folder), PRACTICE)
    assert one.run(job, one.open(PRACTICE), token=token).cancelled == 1
    assert list(one.spool.iterdir()) == []
    hang.set()
