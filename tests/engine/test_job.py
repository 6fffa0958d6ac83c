"""The pipeline: order of the steps, retries, cancel, stop and resume, with real archives.

The destination is one of the tests' own, in memory: what is proved here is the job, not a wire.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine import events, unheld
from gantry.engine import job as job_module
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.scan import Scanner
from gantry.engine.job import Job, JobOptions, JobRunner, Resumed
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Outcome, Parcel, ParcelState, Receipt
from gantry.engine.plan import plan
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.retry import RetryPolicy
from support.dicom import make_study

QUICK = JobOptions(
    pack=PackOptions(attempts=3, settle=0.05), retry=RetryPolicy(attempts=3, first_wait=0.01)
)


class Shelf:
    """Holds what it was given; `trouble` may raise before a parcel is taken."""

    url = "test:shelf"

    def __init__(self, trouble: Callable[[Shipment], None] = lambda shipment: None) -> None:
        self.held: dict[str, str] = {}
        self.sends = 0
        self.asked: list[str] = []
        self._trouble = trouble
        self._lock = threading.Lock()

    def send(self, shipment: Shipment) -> Receipt:
        with self._lock:
            self.sends += 1
        shipment.token.check()
        self._trouble(shipment)
        data = shipment.archive.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != shipment.archive.sha256:
            raise GantryError(ErrorCode.ARCHIVE_DAMAGED)
        shipment.progress.sent = len(data)
        assert shipment.archive.parcel not in self.held, "sent twice"
        self.held[shipment.archive.parcel] = shipment.archive.sha256
        return self._receipt(shipment)

    def ask(self, shipment: Shipment) -> Receipt | None:
        self.asked.append(shipment.archive.parcel)
        return self._receipt(shipment) if shipment.archive.parcel in self.held else None

    def close(self) -> None:
        pass

    def _receipt(self, shipment: Shipment) -> Receipt:
        archive = shipment.archive
        return Receipt(
            self.url, "2026-01-01T00:00:00Z", 201, archive.sha256, archive.size, Outcome.STORED
        )


class Diary:
    """A sink that keeps all events."""

    def __init__(self) -> None:
        self.events: list[events.Event] = []

    def __call__(self, event: events.Event) -> None:
        self.events.append(event)

    def names(self, parcel: str = "") -> list[str]:
        return [type(e).__name__ for e in self.events if parcel in ("", getattr(e, "parcel", ""))]

    def of(self, kind: type[events.Event]) -> list[events.Event]:
        return [e for e in self.events if isinstance(e, kind)]


@pytest.fixture
def parcels(canary_folder: Path) -> tuple[Parcel, ...]:
    for n in range(3):
        make_study(canary_folder / f"study {n}", instances=3)
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(canary_folder)])
    made = plan(scanner.run())
    assert len(made) == 3
    return made


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def _job(parcels: tuple[Parcel, ...], **resumed: Resumed) -> Job:
    return Job("01JOB", "shelf", "test:shelf", parcels, resumed)


def test_every_parcel_is_packed_proved_sent_and_the_spool_left_empty(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    shelf, diary = Shelf(), Diary()
    done = JobRunner(_job(parcels), shelf, spool, diary, options=QUICK).run()
    assert (done.delivered, done.failed, done.cancelled) == (3, 0, 0)
    assert set(shelf.held) == {p.id for p in parcels}
    assert diary.names()[0] == "JobStarted"
    assert diary.names()[-1] == "JobDone"
    for parcel in parcels:
        assert diary.names(parcel.id) == [
            "ParcelPacking", "ParcelVerified", "ParcelSending", "ParcelDelivered",
        ]  # fmt: skip
    assert list(spool.iterdir()) == []


def test_delivered_archives_stay_where_the_user_wants_them(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    options = JobOptions(keep_delivered=True)
    JobRunner(_job(parcels), Shelf(), spool, Diary(), options=options).run()
    assert {p.name for p in spool.iterdir()} == {f"{p.id}.tar.gz" for p in parcels}


def test_one_refused_parcel_does_not_stop_the_others(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    bad = parcels[1].id

    def refuse(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            raise GantryError(ErrorCode.HTTP_422, facts={"status": 422})

    diary = Diary()
    done = JobRunner(_job(parcels), Shelf(refuse), spool, diary, options=QUICK).run()
    assert (done.delivered, done.failed) == (2, 1)
    (failed,) = diary.of(events.ParcelFailed)
    assert isinstance(failed, events.ParcelFailed)
    assert failed.parcel == bad
    assert failed.error.code is ErrorCode.HTTP_422
    assert list(spool.iterdir()) == []


def test_a_passing_trouble_is_tried_again(parcels: tuple[Parcel, ...], spool: Path) -> None:
    hits: list[str] = []

    def trouble(shipment: Shipment) -> None:
        if not hits:
            hits.append(shipment.archive.parcel)
            raise GantryError(ErrorCode.HTTP_503, facts={"status": 503}, transient=True)

    diary = Diary()
    done = JobRunner(_job(parcels), Shelf(trouble), spool, diary, options=QUICK).run()
    assert done.delivered == 3
    assert hits
    assert len(diary.of(events.AttemptFailed)) == 1


def test_a25_an_archive_that_the_spool_lost_is_packed_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    hits: list[Path] = []
    one_at_a_time = threading.Lock()

    def spoil(shipment: Shipment) -> None:
        with one_at_a_time:
            if not hits:
                path = shipment.archive.path
                data = bytearray(path.read_bytes())
                data[len(data) // 2] ^= 1
                path.write_bytes(data)
                hits.append(path)

    diary = Diary()
    done = JobRunner(_job(parcels), Shelf(spoil), spool, diary, options=QUICK).run()
    assert done.delivered == 3
    assert len(hits) == 1
    spoiled = hits[0].name.removesuffix(".tar.gz")
    assert diary.names(spoiled).count("ParcelPacking") == 2


def test_a06_a_source_that_vanished_fails_its_parcel_by_name_and_the_rest_goes_on(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    Path(parcels[0].files[0].source.path).unlink()
    diary = Diary()
    done = JobRunner(_job(parcels), Shelf(), spool, diary, options=QUICK).run()
    assert (done.delivered, done.failed) == (2, 1)
    (failed,) = diary.of(events.ParcelFailed)
    assert isinstance(failed, events.ParcelFailed)
    assert failed.error.code is ErrorCode.SOURCE_MISSING


def test_a_cancelled_parcel_ends_and_the_others_arrive(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    shelf, diary = Shelf(), Diary()
    runner = JobRunner(_job(parcels), shelf, spool, diary, options=QUICK)
    runner.works[parcels[2].id].token.cancel()
    done = runner.run()
    assert (done.delivered, done.cancelled) == (2, 1)
    assert parcels[2].id not in shelf.held


def test_a_cancelled_job_leaves_nothing_in_the_spool(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    token = CancelToken()
    diary = Diary()

    def stop(shipment: Shipment) -> None:
        token.cancel()
        shipment.token.check()

    done = JobRunner(_job(parcels), Shelf(stop), spool, diary, token, QUICK).run()
    assert (done.delivered, done.cancelled) == (0, 3)
    assert list(spool.iterdir()) == []


def test_a_stopped_job_cancels_nothing_and_is_carried_on_without_packing_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    diary = Diary()
    runner: JobRunner

    def stop(shipment: Shipment) -> None:
        runner.stop()
        shipment.token.check()

    runner = JobRunner(_job(parcels), Shelf(stop), spool, diary, options=QUICK)
    runner.run()
    assert "ParcelCancelled" not in diary.names()
    assert "JobDone" not in diary.names()
    verified = [e for e in diary.events if isinstance(e, events.ParcelVerified)]
    assert verified
    resumed = {p.id: Resumed(ParcelState.WAITING) for p in parcels} | {
        e.parcel: Resumed(ParcelState.SENDING, e.attempt, archive=e.archive) for e in verified
    }
    again, shelf = Diary(), Shelf()
    done = JobRunner(_job(parcels, **resumed), shelf, spool, again, options=QUICK).run()
    assert done.delivered == 3
    assert set(shelf.asked) == {e.parcel for e in verified}, "asked before sending again"
    for event in verified:
        assert "ParcelPacking" not in again.names(event.parcel)


def test_what_arrived_before_the_kill_is_not_sent_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    diary, shelf = Diary(), Shelf()
    JobRunner(_job(parcels), shelf, spool, diary, options=JobOptions(keep_delivered=True)).run()
    verified = [e for e in diary.events if isinstance(e, events.ParcelVerified)]
    resumed = {e.parcel: Resumed(ParcelState.SENDING, 1, archive=e.archive) for e in verified}
    sends = shelf.sends
    done = JobRunner(_job(parcels, **resumed), shelf, spool, Diary(), options=QUICK).run()
    assert done.delivered == 3
    assert shelf.sends == sends


def test_a_history_that_cannot_be_written_stops_the_job_and_is_said(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    def sink(event: events.Event) -> None:
        if isinstance(event, events.ParcelVerified):
            raise GantryError(ErrorCode.HISTORY_FAILED)

    shelf = Shelf()
    with pytest.raises(GantryError, match="history"):
        JobRunner(_job(parcels), shelf, spool, sink, options=QUICK).run()
    assert shelf.held == {}


def test_retry_puts_a_failed_parcel_of_a_running_job_back(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    bad, hits = parcels[0].id, []
    failed = threading.Event()
    runner: JobRunner

    def refuse(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            if not hits:
                hits.append(1)
                raise GantryError(ErrorCode.HTTP_403, facts={"status": 403})
        else:
            assert failed.wait(20)  # keeps the job running until the failure was seen

    def sink(event: events.Event) -> None:
        diary(event)

    def when_failed() -> None:
        while runner.works[bad].state is not ParcelState.FAILED:
            threading.Event().wait(0.01)
        runner.retry(bad)
        failed.set()

    diary, shelf = Diary(), Shelf(refuse)
    runner = JobRunner(_job(parcels), shelf, spool, sink, options=QUICK)
    helper = threading.Thread(target=when_failed)
    helper.start()
    done = runner.run()
    helper.join()
    assert done.delivered == 3
    assert "ParcelRetried" in diary.names(bad)
    assert shelf.asked == [bad], "an earlier send may have arrived"


def test_retry_begins_with_the_first_attempt_and_leaves_alone_what_did_not_fail(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    good, bad = parcels[0].id, parcels[1].id
    refusals = [1] * QUICK.retry.attempts  # one life long, so that the second life delivers
    failed = threading.Event()
    early: list[str] = []

    def busy(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            if refusals:
                refusals.pop()
                raise GantryError(ErrorCode.HTTP_502, transient=True)
        elif shipment.archive.parcel == parcels[2].id:
            assert failed.wait(20)  # keeps the job running until the failure was seen

    def when_failed() -> None:
        wanted = {good: ParcelState.DELIVERED, bad: ParcelState.FAILED}
        while {parcel: runner.works[parcel].state for parcel in wanted} != wanted:
            threading.Event().wait(0.01)
        runner.retry(good)
        early.extend(diary.names(good))
        runner.retry(bad)
        failed.set()

    diary = Diary()
    runner = JobRunner(_job(parcels), Shelf(busy), spool, diary, options=QUICK)
    helper = threading.Thread(target=when_failed)
    helper.start()
    done = runner.run()
    helper.join()
    assert (done.delivered, done.failed) == (3, 0)
    assert "ParcelRetried" not in early
    assert diary.names(good).count("ParcelSending") == 1
    ends = [e.attempt for e in diary.events
            if isinstance(e, events.ParcelDelivered) and e.parcel == bad]  # fmt: skip
    assert ends == [1]


def test_the_attempt_that_delivered_is_counted(parcels: tuple[Parcel, ...], spool: Path) -> None:
    hits: list[int] = []

    def busy_once(shipment: Shipment) -> None:
        if not hits:
            hits.append(1)
            raise GantryError(ErrorCode.HTTP_503, facts={"status": 503}, transient=True)

    diary = Diary()
    JobRunner(_job(parcels[:1]), Shelf(busy_once), spool, diary, options=QUICK).run()
    (delivered,) = diary.of(events.ParcelDelivered)
    assert isinstance(delivered, events.ParcelDelivered)
    assert delivered.attempt == 2


def test_a_long_pause_lends_a_place_once(
    parcels: tuple[Parcel, ...], spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paused packing moves no bytes; it is not taken for one that hangs as well."""
    monkeypatch.setattr(unheld, "STALLED", 0.2)
    begun, over = threading.Semaphore(0), threading.Event()
    first = parcels[0].id

    def packing(
        parcel: Parcel,
        folder: Path,
        *,
        token: CancelToken,
        progress: events.Progress,
        **more: object,
    ) -> object:
        begun.release()
        if parcel.id == first:
            token.pause()
            token.check()
        while not over.wait(0.02):
            progress.packed += 1
        raise GantryError(ErrorCode.SOURCE_MISSING)

    monkeypatch.setattr(job_module, "pack_and_prove", packing)
    runner = JobRunner(_job(parcels), Shelf(), spool, Diary(), options=JobOptions(pack_workers=1))
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert begun.acquire(timeout=20)
    assert begun.acquire(timeout=20), "the paused one lent its place"
    assert not begun.acquire(timeout=1), "and lent it twice"
    over.set()
    runner.works[first].token.resume()
    runner.kick()
    thread.join(20)
    assert not thread.is_alive()


def test_a25_an_archive_that_is_spoilt_each_time_ends_after_so_many_packings(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    bad = parcels[0].id

    def spoil(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            shipment.archive.path.write_bytes(b"spoilt")

    diary = Diary()
    done = JobRunner(_job(parcels), Shelf(spoil), spool, diary, options=QUICK).run()
    assert (done.delivered, done.failed) == (2, 1)
    assert diary.names(bad).count("ParcelPacking") == QUICK.pack.attempts


def test_what_is_packed_again_begins_its_upload_anew(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    bad = parcels[0].id
    positions: list[str] = []

    def spoil(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            positions.append(shipment.position)
            if len(positions) == 1:
                shipment.save("half-way")
                shipment.archive.path.write_bytes(b"spoilt")

    done = JobRunner(_job(parcels), Shelf(spoil), spool, Diary(), options=QUICK).run()
    assert done.delivered == 3
    assert positions == ["", ""]


def test_a_job_that_is_carried_on_knows_its_positions_and_goes_on_counting(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    diary = Diary()
    options = JobOptions(keep_delivered=True)
    JobRunner(_job(parcels), Shelf(), spool, diary, options=options).run()
    resumed = {
        e.parcel: Resumed(ParcelState.SENDING, 1, 2, f"half of {e.parcel}", e.archive)
        for e in diary.events
        if isinstance(e, events.ParcelVerified)
    }
    positions: dict[str, str] = {}
    failed: list[str] = []

    def once(shipment: Shipment) -> None:
        positions[shipment.archive.parcel] = shipment.position
        if shipment.archive.parcel == parcels[0].id and not failed:
            failed.append(parcels[0].id)
            raise GantryError(ErrorCode.HTTP_502, transient=True)

    again = Diary()
    done = JobRunner(_job(parcels, **resumed), Shelf(once), spool, again, options=QUICK).run()
    assert done.delivered == 3
    assert (again.names().count("JobResumed"), again.names().count("JobStarted")) == (1, 0)
    assert positions == {p.id: f"half of {p.id}" for p in parcels}
    (attempt,) = (e for e in again.events if isinstance(e, events.AttemptFailed))
    assert attempt.attempt == 3
    ends = {e.parcel: e.attempt for e in again.events if isinstance(e, events.ParcelDelivered)}
    assert ends == {parcels[0].id: 4, parcels[1].id: 3, parcels[2].id: 3}


def test_c08_a_destination_that_is_too_busy_gets_no_other_parcel(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    sent: list[str] = []
    busy = threading.Event()

    def too_busy(shipment: Shipment) -> None:
        sent.append(shipment.archive.parcel)
        if len(sent) == 1:
            raise GantryError(ErrorCode.HTTP_503, transient=True, retry_after=600.0)
        assert busy.wait(20)  # what had begun before ends after

    def sink(event: events.Event) -> None:
        if isinstance(event, events.AttemptFailed):
            threading.Timer(0.1, busy.set).start()
            threading.Timer(1.0, stop).start()

    def stop() -> None:
        runner.token.cancel()
        runner.kick()

    runner = JobRunner(_job(parcels), Shelf(too_busy), spool, sink, options=QUICK)
    done = runner.run()
    assert len(set(sent)) <= QUICK.parallel_sends < len(parcels)
    assert done.delivered == len(set(sent)) - 1
