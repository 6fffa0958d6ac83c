"""The pipeline: order of the steps, retries, cancel, stop and resume, with real archives.

The destination is in memory: these tests check the job, not a protocol.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine import events, parcel_run, parcel_steps
from gantry.engine.archive.pack import pack
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.scan import Scanner
from gantry.engine.job import Job, JobOptions, Resumed
from gantry.engine.job_runner import JobRunner
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Archive, Outcome, Parcel, ParcelState, Receipt
from gantry.engine.plan import plan
from gantry.engine.stage import STALLED
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.pacer import Pacer
from gantry.engine.transfer.retry import RetryPolicy
from gantry.engine.transfer.size_limit import Remembered
from gantry.messages import error_message
from support.dicom import make_study
from support.fake_clock import FakeClock
from support.parcels import dense, parcel_with

QUICK = JobOptions(
    pack=PackOptions(attempts=3, settle=0.05), retry=RetryPolicy(attempts=3, first_wait=0.01)
)


class Shelf(Destination):
    """Keeps what it receives; `trouble` may raise before a parcel is accepted."""

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


class PacedShelf(Shelf):
    """One whose pacer outlives a job."""

    pacer: Pacer

    def __init__(self, trouble: Callable[[Shipment], None] = lambda shipment: None) -> None:
        super().__init__(trouble)
        self.pacer = Pacer()


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


def test_every_parcel_is_packed_verified_sent_and_the_spool_left_empty(
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
            "ParcelPacking", "ParcelVerified", "ParcelSending", "ParcelArrived",
        ]  # fmt: skip
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("ahead", [1, 2])
def test_packing_waits_for_sending_when_enough_archives_are_in_the_spool(
    parcels: tuple[Parcel, ...], spool: Path, ahead: int
) -> None:
    in_spool: list[int] = []

    def slow(shipment: Shipment) -> None:
        if not in_spool:  # the first: wait for those that may be packed meanwhile
            while len(list(spool.iterdir())) < ahead:
                threading.Event().wait(0.01)
        threading.Event().wait(0.5)  # long enough to pack one too many
        in_spool.append(len(list(spool.iterdir())))

    options = dataclasses.replace(QUICK, pack_workers=1, parallel_sends=1, ahead=ahead)
    done = JobRunner(_job(parcels), Shelf(slow), spool, Diary(), options=options).run()
    assert done.delivered == 3
    assert max(in_spool) == ahead


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
        if shipment.archive.parcel == parcels[0].id and not hits:
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


def test_a06_a_source_that_vanished_fails_its_parcel_by_name_and_the_rest_continues(
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


def test_a_stopped_job_cancels_nothing_and_resumes_without_packing_again(
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


def test_a_history_that_cannot_be_written_stops_the_job_and_is_reported(
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
    bad = parcels[0].id
    hits: list[int] = []
    failed = threading.Event()
    runner: JobRunner

    def refuse(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad:
            if not hits:
                hits.append(1)
                raise GantryError(ErrorCode.HTTP_403, facts={"status": 403})
        else:
            assert failed.wait(60)  # keeps the job running until the failure was seen

    def sink(event: events.Event) -> None:
        diary(event)

    def when_failed() -> None:
        while runner.works[bad].state is not ParcelState.FAILED:
            threading.Event().wait(0.01)
        runner.retry(bad)
        failed.set()

    diary, shelf = Diary(), Shelf(refuse)
    # A place for each parcel: the two that wait must not keep the first one from its place.
    options = dataclasses.replace(QUICK, parallel_sends=3)
    runner = JobRunner(_job(parcels), shelf, spool, sink, options=options)
    helper = threading.Thread(target=when_failed)
    helper.start()
    done = runner.run()
    helper.join()
    assert done.delivered == 3
    assert "ParcelRetried" in diary.names(bad)
    assert shelf.asked == [bad], "an earlier send may have arrived"


def test_retry_of_a_parcel_that_is_still_tidied_up_sends_it(
    parcels: tuple[Parcel, ...], spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window hears that it was cancelled while a virus scanner still holds its archive."""
    parcel, retried = parcels[0].id, threading.Event()
    taken: list[bool] = []

    def cancel_once(shipment: Shipment) -> None:
        if shipment.archive.parcel != parcel:
            assert retried.wait(60)  # keeps the job running
        elif not taken:
            runner.works[parcel].token.cancel()
            shipment.token.check()

    def retry() -> None:
        taken.append(runner.retry(parcel))
        retried.set()

    def sink(event: events.Event) -> None:
        if isinstance(event, events.ParcelCancelled):
            helper.start()

    def slowly(path: Path) -> None:
        retried.wait(0.5)
        path.unlink()

    monkeypatch.setattr(parcel_run, "unlink_retry", slowly)
    helper, shelf = threading.Thread(target=retry), Shelf(cancel_once)
    runner = JobRunner(_job(parcels[:2]), shelf, spool, sink, options=QUICK)
    done = runner.run()
    helper.join()
    assert taken == [True]
    assert (done.delivered, done.cancelled) == (2, 0)


def test_retry_after_the_end_leaves_the_parcel_to_the_next_run(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    def refuse(shipment: Shipment) -> None:
        raise GantryError(ErrorCode.HTTP_403)

    diary, shelf = Diary(), Shelf(refuse)
    runner = JobRunner(_job(parcels), shelf, spool, diary, options=QUICK)
    runner.run()
    sends = shelf.sends
    assert runner.retry(parcels[0].id) is False
    assert diary.names()[-1] == "ParcelRetried", "the history knows that it waits"
    assert runner.works[parcels[0].id].state is ParcelState.FAILED
    assert shelf.sends == sends


def test_retry_while_the_job_is_being_cancelled_leaves_the_parcel_to_the_next_run(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    runner: JobRunner
    taken: list[bool] = []

    def sink(event: events.Event) -> None:
        diary(event)
        if isinstance(event, events.ParcelFailed):
            runner.token.cancel()
            threading.Thread(target=retry).start()

    def retry() -> None:
        while runner.works[parcels[0].id].state is not ParcelState.FAILED:
            threading.Event().wait(0.01)
        taken.append(runner.retry(parcels[0].id))
        retried.set()

    def trouble(shipment: Shipment) -> None:
        if shipment.archive.parcel == parcels[0].id:
            raise GantryError(ErrorCode.HTTP_403)
        assert retried.wait(60)
        shipment.token.check()

    diary, retried = Diary(), threading.Event()
    runner = JobRunner(_job(parcels[:2]), Shelf(trouble), spool, sink, options=QUICK)
    runner.run()
    assert retried.wait(60)
    assert taken == [False]


@pytest.mark.parametrize("over", [True, False], ids=["job over", "job running"])
def test_a_retry_that_cannot_be_kept_says_what_the_history_said(
    parcels: tuple[Parcel, ...], spool: Path, over: bool
) -> None:
    hold = threading.Event()

    def trouble(shipment: Shipment) -> None:
        if shipment.archive.parcel == parcels[0].id:
            raise GantryError(ErrorCode.HTTP_403)
        assert hold.wait(60)

    def sink(event: events.Event) -> None:
        if isinstance(event, events.ParcelRetried):
            raise GantryError(ErrorCode.HISTORY_FAILED)
        if isinstance(event, events.ParcelFailed):
            failed.set()

    failed = threading.Event()
    ended: list[ErrorCode] = []

    def run() -> None:
        try:
            runner.run()
        except GantryError as error:
            ended.append(error.code)

    runner = JobRunner(_job(parcels[:2]), Shelf(trouble), spool, sink, options=QUICK)
    thread = threading.Thread(target=run)
    thread.start()
    assert failed.wait(60)
    while runner.works[parcels[0].id].state is not ParcelState.FAILED:
        threading.Event().wait(0.01)
    if over:
        hold.set()
        thread.join(60)
        assert not thread.is_alive()
    with pytest.raises(GantryError, match="history"):
        runner.retry(parcels[0].id)
    hold.set()
    thread.join(60)
    assert ended == ([] if over else [ErrorCode.HISTORY_FAILED])


def test_a_parcel_that_was_cancelled_before_a_stop_stays_cancelled(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    runner: JobRunner

    def cancel_and_stop(shipment: Shipment) -> None:
        begun.append(shipment.archive.parcel)
        runner.works[begun[0]].token.cancel()
        runner.stop()
        shipment.token.check()

    diary, begun = Diary(), list[str]()
    options = JobOptions(parallel_sends=1)
    runner = JobRunner(_job(parcels), Shelf(cancel_and_stop), spool, diary, options=options)
    runner.run()
    (cancelled,) = diary.of(events.ParcelCancelled)
    assert isinstance(cancelled, events.ParcelCancelled)
    assert [cancelled.parcel] == begun
    assert runner.unfinished == 2
    assert "JobDone" not in diary.names()


def test_a_stop_that_cuts_a_connection_fails_no_parcel(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    runner: JobRunner

    def cut(shipment: Shipment) -> None:
        runner.stop()
        raise GantryError(ErrorCode.DISCONNECTED)

    diary = Diary()
    runner = JobRunner(_job(parcels), Shelf(cut), spool, diary, options=QUICK)
    runner.run()
    assert "ParcelFailed" not in diary.names()
    assert runner.unfinished == 3


def test_a_resumed_job_continues_first_what_was_half_sent(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    diary = Diary()
    JobRunner(_job(parcels), Shelf(), spool, diary, options=JobOptions(keep_delivered=True)).run()
    verified = {e.parcel: e for e in diary.events if isinstance(e, events.ParcelVerified)}
    last = parcels[-1].id
    resumed = {
        p.id: Resumed(
            ParcelState.SENDING if p.id == last else ParcelState.VERIFIED,
            1,
            archive=verified[p.id].archive,
        )
        for p in parcels
    }
    again = Diary()
    options = JobOptions(parallel_sends=1)
    JobRunner(_job(parcels, **resumed), Shelf(), spool, again, options=options).run()
    first = next(e for e in again.events if isinstance(e, events.ParcelSending))
    assert first.parcel == last


def test_a_parcel_that_was_sent_before_a_retry_is_asked_for_after_a_restart(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    one = parcels[:1]
    shelf = Shelf()
    resumed = {one[0].id: Resumed(ParcelState.WAITING, was_sent=True)}
    JobRunner(_job(one, **resumed), shelf, spool, Diary(), options=QUICK).run()
    assert shelf.asked == [one[0].id]


class Limited(Shelf):
    """Takes archives up to `most` bytes, and says so when asked."""

    features = Features(splits=True)

    def __init__(self, most: int) -> None:
        super().__init__(self._refuse)
        self.most = most

    def _refuse(self, shipment: Shipment) -> None:
        if shipment.archive.size > self.most:
            raise GantryError(ErrorCode.HTTP_413, facts={"host": "server", "status": 413})

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        return self.most


@pytest.mark.parametrize("split", [True, False], ids=["split", "no split"])
def test_what_cannot_be_split_is_tried_though_a_learned_limit_says_no(
    tmp_path: Path, spool: Path, split: bool
) -> None:
    """The administrator has raised the limit; nobody but the server can tell."""
    parcel = parcel_with(tmp_path / "source", [dense(50_000)])
    shelf = Limited(10**6)
    options = JobOptions(split=split, limit=20_000)
    done = JobRunner(_job((parcel,)), shelf, spool, Diary(), options=options).run()
    assert done.delivered == 1
    assert shelf.sends == 1


def test_what_cannot_be_split_and_is_still_too_big_fails_by_the_servers_word(
    tmp_path: Path, spool: Path
) -> None:
    parcel = parcel_with(tmp_path / "source", [dense(50_000)])
    shelf, diary = Limited(20_000), Diary()
    options = JobOptions(split=True, limit=20_000)
    JobRunner(_job((parcel,)), shelf, spool, diary, options=options).run()
    (failed,) = diary.of(events.ParcelFailed)
    assert isinstance(failed, events.ParcelFailed)
    assert failed.error.facts["host"] == "server"
    assert shelf.sends == 1


def test_a_learned_limit_splits_before_a_byte_is_sent_and_ends_when_more_is_taken(
    tmp_path: Path, spool: Path
) -> None:
    whole = parcel_with(tmp_path / "whole", [dense(50_000)])
    many = parcel_with(tmp_path / "many", [dense(15_000, n) for n in range(4)])
    many = dataclasses.replace(many, id=str(ULID()))
    options = JobOptions(split=True, limit=40_000, parallel_sends=1, pack_workers=1)
    for order, splits in (((many, whole), 1), ((whole, many), 0)):
        shelf, diary = Limited(10**6), Diary()
        done = JobRunner(_job(order), shelf, spool, diary, options=options).run()
        assert done.failed == 0
        assert len(list(diary.of(events.ParcelSplit))) == splits
        assert shelf.sends == done.delivered


def test_nothing_is_split_that_the_user_wants_whole(tmp_path: Path, spool: Path) -> None:
    parcel = parcel_with(tmp_path / "source", [dense(15_000, n) for n in range(4)])
    shelf, diary = Limited(40_000), Diary()
    options = JobOptions(split=False)
    done = JobRunner(_job((parcel,)), shelf, spool, diary, options=options).run()
    assert (done.delivered, done.failed) == (0, 1)
    assert diary.of(events.ParcelSplit) == []
    (failed,) = diary.of(events.ParcelFailed)
    assert isinstance(failed, events.ParcelFailed)
    assert failed.error.code is ErrorCode.HTTP_413


def test_what_is_just_as_long_as_the_learned_limit_is_sent_whole(
    tmp_path: Path, spool: Path
) -> None:
    made = parcel_with(tmp_path / "source", [dense(15_000, n) for n in range(4)])
    parcel = dataclasses.replace(made, id=str(ULID()))  # otherwise it has the time of packing
    size = pack(parcel, tmp_path / "elsewhere").size
    for limit, parts in ((size, 1), (size - 1, 2)):
        shelf = Limited(10**6)
        options = JobOptions(split=True, limit=limit)
        done = JobRunner(_job((parcel,)), shelf, spool, Diary(), options=options).run()
        assert (done.delivered, shelf.sends) == (parts, parts)


def test_a_learned_limit_names_the_server_the_limit_and_the_archive(tmp_path: Path) -> None:
    archive = Archive("P", tmp_path / "x", 9_000_000, "0" * 64, "", ())
    message = error_message(
        Remembered(5 << 20, archive, "https://up.example.org:8443/inbox?site=3")
    )
    assert "up.example.org:8443 accepts at most 5 MB" in message.what
    assert "9 MB" in message.what
    assert "inbox" not in message.what


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
            assert failed.wait(60)  # keeps the job running until the failure was seen

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
            if isinstance(e, events.ParcelArrived) and e.parcel == bad]  # fmt: skip
    assert ends == [1]


def test_the_attempt_that_delivered_is_counted(parcels: tuple[Parcel, ...], spool: Path) -> None:
    hits: list[int] = []

    def busy_once(shipment: Shipment) -> None:
        if not hits:
            hits.append(1)
            raise GantryError(ErrorCode.HTTP_503, facts={"status": 503}, transient=True)

    diary = Diary()
    JobRunner(_job(parcels[:1]), Shelf(busy_once), spool, diary, options=QUICK).run()
    (delivered,) = diary.of(events.ParcelArrived)
    assert isinstance(delivered, events.ParcelArrived)
    assert delivered.attempt == 2


def test_a_long_pause_lends_a_place_once(
    parcels: tuple[Parcel, ...], spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paused packing moves no bytes; it is not taken for one that hangs as well."""
    clock = FakeClock()
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

    monkeypatch.setattr(parcel_steps, "pack_and_verify", packing)
    token, options = CancelToken(clock=clock), JobOptions(pack_workers=1)
    runner = JobRunner(_job(parcels), Shelf(), spool, Diary(), token, options)
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert begun.acquire(timeout=120)
    assert begun.acquire(timeout=120), "the paused one lent its place"
    for _ in range(3):  # it is looked after ten times a second
        clock.advance(2 * STALLED)
        assert not begun.acquire(timeout=0.15), "and lent it twice"
    over.set()
    runner.works[first].token.resume()
    runner.kick()
    thread.join(60)
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


def test_what_is_packed_again_starts_its_upload_again(
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


def test_the_position_of_a_spoilt_archive_is_forgotten_before_it_is_packed_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    """On the disk, too: what the destination holds may come of the spoilt one, and a kill while it
    is packed again would have the next run resume there."""
    bad = parcels[0].id
    hits: list[str] = []

    def spoil(shipment: Shipment) -> None:
        if shipment.archive.parcel == bad and not hits:
            hits.append(bad)
            shipment.save("half-way")
            shipment.archive.path.write_bytes(b"spoilt")

    diary = Diary()
    JobRunner(_job(parcels), Shelf(spoil), spool, diary, options=QUICK).run()
    told = [e for e in diary.events if getattr(e, "parcel", "") == bad]
    positions = [e.state for e in told if isinstance(e, events.SendPosition)]
    assert positions == ["half-way", ""]
    again = max(n for n, e in enumerate(told) if isinstance(e, events.ParcelPacking))
    assert told.index(events.SendPosition("01JOB", bad, "")) < again


def test_a_retried_parcel_whose_archive_was_spoilt_starts_its_upload_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    bad = parcels[0].id
    was_retried = threading.Event()
    positions: list[str] = []

    def spoil(shipment: Shipment) -> None:
        if shipment.archive.parcel != bad:
            assert was_retried.wait(60)  # keeps the job running
        else:
            positions.append(shipment.position)
            if len(positions) <= QUICK.pack.attempts:
                shipment.save("half-way")
                shipment.archive.path.write_bytes(b"spoilt")

    def when_failed() -> None:
        while runner.works[bad].state is not ParcelState.FAILED:
            threading.Event().wait(0.01)
        runner.retry(bad)
        was_retried.set()

    runner = JobRunner(_job(parcels[:2]), Shelf(spoil), spool, Diary(), options=QUICK)
    helper = threading.Thread(target=when_failed)
    helper.start()
    done = runner.run()
    helper.join()
    assert done.delivered == 2
    assert positions == [""] * (QUICK.pack.attempts + 1)


def test_a_resumed_job_knows_its_positions_and_continues_counting(
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
    ends = {e.parcel: e.attempt for e in again.events if isinstance(e, events.ParcelArrived)}
    assert ends == {parcels[0].id: 4, parcels[1].id: 3, parcels[2].id: 3}


def test_c08_a_destination_that_is_too_busy_gets_no_other_parcel(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    sent: list[str] = []
    busy = threading.Event()

    def too_busy(shipment: Shipment) -> None:
        sent.append(shipment.archive.parcel)
        if shipment.archive.parcel == sent[0]:
            raise GantryError(ErrorCode.HTTP_503, transient=True, retry_after=600.0)
        assert busy.wait(60)  # what had begun before ends after

    def sink(event: events.Event) -> None:
        if isinstance(event, events.AttemptFailed):
            stopper.start()

    def is_sent(parcel: Parcel) -> bool:
        return runner.works[parcel.id].state is ParcelState.SENDING and parcel.id != sent[0]

    def stop() -> None:
        threading.Event().wait(0.1)
        busy.set()
        while any(is_sent(parcel) and parcel.id in sent for parcel in parcels):
            threading.Event().wait(0.01)
        threading.Event().wait(0.4)  # long enough to send another
        runner.token.cancel()
        runner.kick()

    stopper = threading.Thread(target=stop)
    runner = JobRunner(_job(parcels), Shelf(too_busy), spool, sink, options=QUICK)
    done = runner.run()
    stopper.join()
    assert len(set(sent)) <= QUICK.parallel_sends < len(parcels)
    assert done.delivered == len(set(sent)) - 1


def test_c08_parcels_that_were_held_back_are_sent_when_the_destination_is_ready_again(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    """The parcel that met the busy server is cancelled meanwhile: nothing but the time is left to
    start the others."""
    options = dataclasses.replace(QUICK, parallel_sends=1)
    sent: list[str] = []

    def busy_once(shipment: Shipment) -> None:
        sent.append(shipment.archive.parcel)
        if len(sent) == 1:
            raise GantryError(ErrorCode.HTTP_503, transient=True, retry_after=0.5)

    def sink(event: events.Event) -> None:
        if isinstance(event, events.AttemptFailed):
            runner.works[event.parcel].token.cancel()

    runner = JobRunner(_job(parcels), Shelf(busy_once), spool, sink, options=options)
    done = runner.run()
    assert (done.delivered, done.cancelled) == (2, 1)


def test_a_runner_that_begins_while_the_destination_is_held_sends_when_the_hold_ends(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    shelf = PacedShelf()
    shelf.pacer.busy(1.0)
    runner = JobRunner(_job(parcels), shelf, spool, Diary(), options=QUICK)
    rescue = threading.Timer(100, runner.stop)
    rescue.start()
    assert runner.run().delivered == 3
    rescue.cancel()


def test_a_parcel_that_is_retried_while_the_last_step_ends_is_sent_when_the_hold_ends(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    """The other parcel has ended, but the destination still drops what it holds of it."""
    dropped, dropping, was_retried = (threading.Event() for _ in range(3))
    cancelled, refused = parcels[0].id, parcels[1].id
    late: list[bool] = []

    class Dropping(PacedShelf):
        features = Features(abandons=True)

        def abandon(self, shipment: Shipment) -> None:
            dropping.set()
            late.append(not dropped.wait(60))

    def trouble(shipment: Shipment) -> None:
        if shipment.archive.parcel == cancelled:
            runner.works[cancelled].token.cancel()
            shipment.token.check()
        if not was_retried.is_set():
            raise GantryError(ErrorCode.HTTP_403, facts={"status": 403})
        dropped.set()

    def when_all_have_ended() -> None:
        while runner.works[refused].state is not ParcelState.FAILED or not dropping.is_set():
            threading.Event().wait(0.01)
        threading.Event().wait(0.3)  # `run` waits for the threads by now
        shelf.pacer.busy(1.5)
        was_retried.set()
        runner.retry(refused)

    shelf = Dropping(trouble)
    runner = JobRunner(_job(parcels[:2]), shelf, spool, Diary(), options=QUICK)
    helper = threading.Thread(target=when_all_have_ended)
    helper.start()
    done = runner.run()
    helper.join()
    assert (done.delivered, done.cancelled) == (1, 1)
    assert late == [False]


def test_a_parcel_whose_sources_are_gone_is_asked_for_before_it_fails(
    parcels: tuple[Parcel, ...], spool: Path
) -> None:
    """Its archive is gone, too, and the first question needed it; the second tells that it came."""

    class Forgetful(Shelf):
        def ask(self, shipment: Shipment) -> Receipt | None:
            super().ask(shipment)
            if len(self.asked) == 1:
                raise GantryError(ErrorCode.ARCHIVE_MISSING)
            return self._receipt(shipment)

    parcel = parcels[0]
    archive = pack(parcel, spool)
    archive.path.unlink()
    for file in parcel.files:
        Path(file.source.path).unlink()
    shelf, diary = Forgetful(), Diary()
    resumed = {parcel.id: Resumed(ParcelState.VERIFIED, attempt=1, archive=archive)}
    done = JobRunner(_job((parcel,), **resumed), shelf, spool, diary, options=QUICK).run()
    assert (done.delivered, done.failed) == (1, 0)
    assert shelf.sends == 0
