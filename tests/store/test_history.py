"""Events become rows, states move forward, and what was stored is read back completely."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import (
    InstanceOutcome,
    Outcome,
    Parcel,
    ParcelState,
    Receipt,
)
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.store.history import History, ParcelFilter
from support.history import archive_of, make_parcels, receipt_for
from support.rewriting import RENAMED, rewritten_archive

Start = Callable[..., tuple[Parcel, ...]]
JOB = "JOB-1"


def accepted(parcel: Parcel) -> events.ParcelArrived:
    receipt = replace(receipt_for(parcel), outcome=Outcome.ACCEPTED)
    return events.ParcelArrived(JOB, parcel.id, 1, receipt, 2.0, ParcelState.ACCEPTED)


def state_of(history: History, parcel: Parcel) -> ParcelState:
    detail = history.parcel(parcel.id)
    assert detail is not None
    return detail.row.state


def verified(parcel: Parcel, attempt: int = 1) -> events.ParcelVerified:
    return events.ParcelVerified(JOB, parcel.id, attempt, archive_of(parcel), 1.5, 0.5)


def delivered(parcel: Parcel) -> events.ParcelArrived:
    return events.ParcelArrived(JOB, parcel.id, 1, receipt_for(parcel), 2.0)


def whole_way(parcel: Parcel) -> list[events.Event]:
    return [
        events.ParcelPacking(JOB, parcel.id, 1),
        verified(parcel),
        events.ParcelSending(JOB, parcel.id, 1),
        delivered(parcel),
    ]


def test_a_parcel_goes_its_way_and_every_step_is_kept(history: History, started: Start) -> None:
    (parcel,) = started()
    for event, state in zip(
        whole_way(parcel),
        (ParcelState.PACKING, ParcelState.VERIFIED, ParcelState.SENDING, ParcelState.DELIVERED),
        strict=True,
    ):
        history.record(event)
        assert state_of(history, parcel) is state
    history.record(events.JobDone(JOB, 1, 0, 0, 4.0))
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert [(a.step, a.outcome) for a in detail.attempts] == [("pack", "done"), ("send", "done")]
    assert detail.attempts[0].seconds == 1.5
    assert detail.attempts[0].verify_seconds == 0.5
    assert detail.receipts == (receipt_for(parcel),)
    assert detail.row.patient_id == parcel.patient_id
    job = history.job(JOB)
    assert job is not None
    assert job.finished
    assert job.states == {ParcelState.DELIVERED: 1}


def test_files_are_listed_with_their_place_in_the_archive(history: History, started: Start) -> None:
    (parcel,) = started(files=5)
    history.record(verified(parcel))
    rows = history.sources(parcel.id)
    assert [(r.path, r.size, r.sop_instance_uid) for r in rows] == [
        (f.source.path, f.source.size, f.sop_instance_uid) for f in parcel.files
    ]
    assert [(r.name, r.sha256) for r in rows] == [
        (f.name, f.sha256) for f in archive_of(parcel).files
    ]
    assert [r.path for r in history.sources(parcel.id, start=2, limit=2)] == [
        f.source.path for f in parcel.files[2:4]
    ]


def test_two_files_under_one_uid_get_their_own_names(history: History) -> None:
    (parcel,) = make_parcels(1, files=3)
    first, second, third = parcel.files
    twin = Instance(
        Source(second.source.path, first.source.size, 1, 1), first.sop_instance_uid,
        first.sop_class_uid, first.series_instance_uid, first.study_instance_uid,
        first.transfer_syntax_uid,
    )  # fmt: skip
    parcel = Parcel(parcel.id, parcel.study_uid, (first, twin, third))
    history.record(events.JobStarted(JOB, "d", "u", (parcel,)))
    history.record(verified(parcel))
    assert [r.sha256 for r in history.sources(parcel.id)] == [
        f.sha256 for f in archive_of(parcel).files
    ]


def test_a_parcel_that_is_packed_again_has_the_members_of_its_last_archive(
    history: History, started: Start
) -> None:
    """A file that has become a copy of another is no longer a member."""
    (parcel,) = started(files=4)
    again = replace(archive_of(parcel), files=archive_of(parcel).files[::2])
    for archive in (rewritten_archive(parcel), again):
        history.record(events.ParcelPacking(JOB, parcel.id, 1))
        history.record(events.ParcelVerified(JOB, parcel.id, 1, archive, 1.5, 0.5))
    kept = history.archive(parcel.id)
    assert kept is not None
    assert [(f, f.read) for f in kept.files] == [(f, None) for f in again.files]
    assert [r.name for r in history.sources(parcel.id)][1::2] == ["", ""]


@pytest.mark.parametrize("end", ["delivered", "failed", "cancelled"])
def test_a_final_state_is_not_left_by_a_late_event(
    history: History, started: Start, end: str
) -> None:
    (parcel,) = started()
    error = GantryError(ErrorCode.HTTP_413)
    ends: dict[str, events.Event] = {
        "delivered": delivered(parcel),
        "failed": events.ParcelFailed(JOB, parcel.id, error),
        "cancelled": events.ParcelCancelled(JOB, parcel.id),
    }
    history.record(ends.pop(end))
    late = [*whole_way(parcel)[:3], events.SendPosition(JOB, parcel.id, "late")]
    for event in [*late, *(e for name, e in ends.items() if name != "delivered")]:
        history.record(event)
        assert state_of(history, parcel).value == end
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert detail.position == ""


def test_a_receipt_beats_a_cancel(history: History, started: Start) -> None:
    (parcel,) = started()
    history.record(events.ParcelCancelled(JOB, parcel.id))
    history.record(delivered(parcel))
    assert state_of(history, parcel) is ParcelState.DELIVERED


def test_retry_puts_back_what_failed_and_nothing_else(history: History, started: Start) -> None:
    done, failed, cancelled, packing = started(4)
    history.record(delivered(done))
    history.record(events.ParcelFailed(JOB, failed.id, GantryError(ErrorCode.HTTP_413)))
    history.record(events.ParcelCancelled(JOB, cancelled.id))
    history.record(events.ParcelPacking(JOB, packing.id, 1))
    history.record(events.JobDone(JOB, 1, 1, 1, 1.0))
    history.retry(p.id for p in (done, failed, cancelled, packing))
    assert [state_of(history, p).value for p in (done, failed, cancelled, packing)] == [
        "delivered", "waiting", "waiting", "packing",
    ]  # fmt: skip
    row = history.job(JOB)
    assert row is not None
    assert row.finished == ""


def test_attempts_before_a_retry_dont_count_after_it(history: History, started: Start) -> None:
    (parcel,) = started()
    error = GantryError(ErrorCode.TIMED_OUT)
    history.record(verified(parcel, 3))
    for number in (1, 2):
        history.record(events.AttemptFailed(JOB, parcel.id, number, "send", error, 1.0))
    (job,) = history.unfinished()
    assert job.resumed[parcel.id].send_attempt == 2
    history.record(events.ParcelFailed(JOB, parcel.id, error))
    history.record(events.ParcelRetried(JOB, parcel.id))
    (job,) = history.unfinished()
    assert job.resumed[parcel.id].send_attempt == 0
    assert job.resumed[parcel.id].state is ParcelState.WAITING
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert len(detail.attempts) == 2, "the history forgets no attempt"


def test_an_error_comes_back_with_its_facts(history: History, started: Start) -> None:
    (parcel,) = started()
    error = GantryError(
        ErrorCode.HTTP_413,
        facts={"limit": 1048576, "server": "nginx"},
        private={"path": "/Kanarienvogel/IM1"},
        detail="413 Request Entity Too Large",
        transient=True,
        retry_after=2.5,
    )
    history.record(events.ParcelPacking(JOB, parcel.id, 1))
    history.record(events.AttemptFailed(JOB, parcel.id, 1, "verify", error, 2.0))
    detail = history.parcel(parcel.id)
    assert detail is not None
    (attempt,) = detail.attempts
    for kept in (attempt.error, detail.row.error):
        assert kept is not None
        assert (kept.code, kept.facts, kept.private) == (error.code, error.facts, error.private)
        assert (kept.detail, kept.transient, kept.retry_after) == (error.detail, True, 2.5)
    assert (attempt.step, attempt.failed_step, attempt.wait) == ("pack", "verify", 2.0)


def test_an_error_code_of_another_version_is_still_named(
    history: History, started: Start, tmp_path: Path
) -> None:
    (parcel,) = started()
    history.record(events.ParcelFailed(JOB, parcel.id, GantryError(ErrorCode.INTERNAL)))
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        other.execute("UPDATE parcel SET error = replace(error, 'internal', 'moon.full')")
        other.commit()
    (row,) = history.parcels()
    assert row.error is not None
    assert row.error.code is ErrorCode.INTERNAL
    assert "moon.full" in row.error.detail


def test_retries_that_begin_by_themselves_are_attempts_too(
    history: History, started: Start
) -> None:
    (parcel,) = started()
    error = GantryError(ErrorCode.HTTP_503)
    history.record(events.ParcelSending(JOB, parcel.id, 1))
    history.record(events.AttemptFailed(JOB, parcel.id, 1, "send", error, 0.5))
    history.record(events.AttemptFailed(JOB, parcel.id, 2, "send", error, 0.5))
    history.record(events.ParcelArrived(JOB, parcel.id, 3, receipt_for(parcel), 9.0))
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert [(a.number, a.outcome) for a in detail.attempts] == [
        (1, "failed"), (2, "failed"), (3, "done"),
    ]  # fmt: skip
    assert detail.row.attempts == 3
    assert detail.row.error is None
    assert all(a.started <= a.ended for a in detail.attempts)


def test_what_is_resumed_is_what_was_started(history: History, started: Start) -> None:
    parcels = started(3, files=4)
    history.record(verified(parcels[1]))
    history.record(events.ParcelSending(JOB, parcels[1].id, 1))
    history.record(events.SendPosition(JOB, parcels[1].id, "https://example.org/up/7 4096"))
    (job,) = history.unfinished()
    assert (job.id, job.destination, job.url) == (JOB, "Klinik", "https://example.org/in")
    assert job.parcels == parcels
    was = job.resumed[parcels[1].id]
    assert was.state is ParcelState.SENDING
    assert was.position == "https://example.org/up/7 4096"
    assert was.archive == archive_of(parcels[1])
    assert job.resumed[parcels[0].id].archive is None


def test_a_finished_job_is_not_unfinished(history: History, started: Start) -> None:
    parcels = started(2)
    for parcel in parcels:
        assert {left.parcel for left in history.left()} >= {parcel.id}
        history.record(delivered(parcel))
    assert history.unfinished() == []
    assert history.left() == []


def test_resuming_closes_the_attempt_that_a_kill_cut(history: History, started: Start) -> None:
    (parcel,) = started()
    history.record(events.ParcelPacking(JOB, parcel.id, 1))
    history.record(events.JobResumed(JOB, "d", "u", ()))
    history.record(events.ParcelPacking(JOB, parcel.id, 2))
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert [a.outcome for a in detail.attempts] == ["interrupted", ""]


def test_paths_that_are_not_unicode_come_back_the_same(history: History) -> None:
    (parcel,) = make_parcels(1, files=1, folder="/data/\udcff患者")
    history.record(events.JobStarted(JOB, "d", "u", (parcel,)))
    (job,) = history.unfinished()
    assert job.parcels == (parcel,)
    (row,) = history.sources(parcel.id)
    assert row.path == parcel.files[0].source.path
    assert history.resolve_path(history.path_hash(row.path)) == row.path


def test_hostile_text_is_kept_as_text(history: History, started: Start) -> None:
    (parcel,) = started(label="x'; DROP TABLE parcel; --\x1b\ud800\0")
    (row,) = history.parcels()
    assert row.label.startswith("x'; DROP TABLE parcel; --\x1b")
    assert "\0" not in row.label
    assert parcel.id == row.id


def test_a_parcel_that_was_stored_in_part_keeps_what_was_said_of_each_instance(
    history: History, started: Start
) -> None:
    (parcel,) = started()
    outcomes = (
        InstanceOutcome("1.2.1", Outcome.STORED),
        InstanceOutcome("1.2.2", Outcome.REJECTED, "transfer syntax not supported"),
    )
    receipt = dataclasses.replace(receipt_for(parcel), outcome=Outcome.REJECTED, instances=outcomes)
    error = NotAllStored(receipt, GantryError(ErrorCode.PARTLY_STORED))
    history.record(events.ParcelSending(JOB, parcel.id, 1))
    history.record(events.AttemptFailed(JOB, parcel.id, 1, "send", error, None))
    history.record(events.ParcelFailed(JOB, parcel.id, error))
    detail = history.parcel(parcel.id)
    assert detail is not None
    (kept,) = detail.receipts
    assert kept.instances == outcomes
    assert detail.row.state is ParcelState.FAILED


def test_receipts_hold_what_was_said_of_each_instance(history: History, started: Start) -> None:
    (parcel,) = started()
    receipt = Receipt(
        "https://example.org/in", "2026-01-01T00:00:00Z", 202, "b" * 64, 7, Outcome.STORED,
        body="x" * 9000,
        instances=(
            InstanceOutcome("1.2.3", Outcome.STORED),
            InstanceOutcome("1.2.4", Outcome.REJECTED, "0110"),
        ),
    )  # fmt: skip
    history.record(events.ParcelArrived(JOB, parcel.id, 1, receipt, 1.0))
    detail = history.parcel(parcel.id)
    assert detail is not None
    (kept,) = detail.receipts
    assert kept.instances == receipt.instances
    assert len(kept.body) == 4096


def test_any_sqlite_tool_opens_it(history: History, started: Start, tmp_path: Path) -> None:
    (parcel,) = started()
    history.record(delivered(parcel))
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as tool:
        names = {r[0] for r in tool.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert names >= {"job", "parcel", "attempt", "receipt", "source"}
        assert tool.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert tool.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert tool.execute("SELECT id, state FROM parcel").fetchall() == [(parcel.id, "delivered")]


def test_pruning_forgets_file_lists_and_keeps_receipts(
    history: History, started: Start, tmp_path: Path
) -> None:
    old, unsent = started(2)
    history.record(delivered(old))
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        for table in ("attempt", "receipt", "source"):
            other.execute(f"UPDATE {table} SET parcel = parcel - (9000000000 << 16)")
        other.execute("UPDATE parcel SET seq = seq - (9000000000 << 16), changed = '2026-01-01'")
        other.commit()
    new = started(1, job="JOB-2")[0]
    history.record(events.ParcelArrived("JOB-2", new.id, 1, receipt_for(new), 1.0))
    assert history.prune(0) == 0
    assert history.prune(30) == 1
    assert history.prune(30) == 0
    assert history.sources(old.id) == []
    assert len(history.sources(unsent.id)) == 2
    assert len(history.sources(new.id)) == 2
    detail = history.parcel(old.id)
    assert detail is not None
    assert len(detail.receipts) == 1
    again = history.send_again([old.id, new.id])
    assert again.parcels == (new,)
    assert again.forgotten == (old.id,)


def test_many_threads_write_while_others_read(history: History, started: Start) -> None:
    parcels = started(40)
    failures: list[BaseException] = []

    def work(mine: tuple[Parcel, ...]) -> None:
        try:
            for parcel in mine:
                for event in whole_way(parcel):
                    history.record(event)
                assert history.parcels(limit=10)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(parcels[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    job = history.job(JOB)
    assert job is not None
    assert job.states == {ParcelState.DELIVERED: 40}


def test_two_processes_worth_of_connections_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with History(path) as one, History(path) as two:
        assert one.salt == two.salt
        first, second = make_parcels(2)
        one.record(events.JobStarted("A", "d", "u", (first,)))
        two.record(events.JobStarted("B", "d", "u", (second,)))
        assert {r.job for r in one.parcels()} == {r.job for r in two.parcels()} == {"A", "B"}


STEPS = (
    "packing", "verified", "sending", "delivered", "accepted", "unclear", "failed", "cancelled",
    "retry", "resumed",
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=25))
def test_whatever_comes_totals_are_true_and_delivered_is_for_good(
    history: History, steps: list[str]
) -> None:
    (parcel,) = make_parcels(1)
    history.record(events.JobStarted(JOB + parcel.id, "d", "u", (parcel,)))
    model = ParcelState.WAITING
    error = GantryError(ErrorCode.INTERNAL)
    for step in steps:
        told: dict[str, events.Event] = {
            "packing": events.ParcelPacking(JOB, parcel.id, 1),
            "verified": verified(parcel),
            "sending": events.ParcelSending(JOB, parcel.id, 1),
            "delivered": delivered(parcel),
            "accepted": accepted(parcel),
            "unclear": events.ParcelUnclear(JOB, parcel.id, error),
            "failed": events.ParcelFailed(JOB, parcel.id, error),
            "cancelled": events.ParcelCancelled(JOB, parcel.id),
            "retry": events.ParcelRetried(JOB, parcel.id),
            "resumed": events.JobResumed(JOB + parcel.id, "d", "u", (parcel,)),
        }
        history.record(told[step])
        if step in ("delivered", "accepted"):
            model = model if model is ParcelState.DELIVERED else ParcelState(step)
        elif step == "retry":
            if model in (ParcelState.FAILED, ParcelState.CANCELLED):
                model = ParcelState.WAITING
        elif step != "resumed" and not model.is_final:
            model = ParcelState(step)
        assert state_of(history, parcel) is model
    rows = list(history.all_parcels())
    for state in set(ParcelState) - {ParcelState.INTERRUPTED}:
        counted = history.count(ParcelFilter(states=frozenset({state})))
        assert (counted.number, counted.exact) == (sum(r.state is state for r in rows), True)
    detail = history.parcel(parcel.id)
    assert detail is not None
    assert sum(a.ended == "" for a in detail.attempts) <= 1


@pytest.mark.parametrize("state", [ParcelState.ACCEPTED, ParcelState.INCOMPLETE])
def test_an_arrival_that_is_not_plain_is_kept_as_such_with_its_outcome_and_proof(
    history: History, state: ParcelState
) -> None:
    (parcel,) = make_parcels(1)
    parcel = replace(parcel, unread=2)
    history.record(events.JobStarted(JOB, "d", "u", (parcel,)))
    receipt = replace(receipt_for(parcel), outcome=Outcome.ACCEPTED, proof="")
    history.record(events.ParcelArrived(JOB, parcel.id, 1, receipt, 1.0, state))
    (row,) = history.parcels(ParcelFilter(states=frozenset({state})))
    assert (row.state, row.outcome, row.proof, row.unread) == (state, Outcome.ACCEPTED, "", 2)
    assert history.unfinished() == []
    assert history.send_again([parcel.id]).parcels[0].unread == 2


def test_an_unclear_parcel_waits_again_only_where_another_copy_is_wanted(history: History) -> None:
    (parcel,) = parcels = make_parcels(1)
    history.record(events.JobStarted(JOB, "d", "u", parcels))
    history.record(events.ParcelSending(JOB, parcel.id, 1))
    history.record(events.BodyHandedOver(JOB, parcel.id, True))
    (job,) = history.unfinished()
    assert job.resumed[parcel.id].handed_over
    assert job.resumed[parcel.id].was_sent
    history.record(events.ParcelUnclear(JOB, parcel.id, GantryError(ErrorCode.UNCLEAR)))
    assert history.unfinished() == []
    history.retry([parcel.id])
    assert state_of(history, parcel) is ParcelState.UNCLEAR
    history.retry([parcel.id], another_copy=True)
    (job,) = history.unfinished()
    assert not job.resumed[parcel.id].handed_over


def test_a_cancelled_parcel_that_was_handed_over_is_asked_about_when_it_is_retried(
    history: History,
) -> None:
    (parcel,) = parcels = make_parcels(1)
    history.record(events.JobStarted(JOB, "d", "u", parcels))
    history.record(events.BodyHandedOver(JOB, parcel.id, True))
    history.record(events.ParcelCancelled(JOB, parcel.id))
    history.retry([parcel.id])
    (job,) = history.unfinished()
    assert job.resumed[parcel.id].handed_over


def test_a_parcel_whose_process_dies_is_interrupted_from_then_on(tmp_path: Path) -> None:
    running = {JOB}
    with History(tmp_path / "history.sqlite", lambda job: job in running) as history:
        (parcel,) = parcels = make_parcels(1)
        history.record(events.JobStarted(JOB, "d", "u", parcels))
        history.record(events.ParcelPacking(JOB, parcel.id, 1))
        assert state_of(history, parcel) is ParcelState.PACKING
        running.clear()
        assert state_of(history, parcel) is ParcelState.INTERRUPTED
        running.add(JOB)
        assert state_of(history, parcel) is ParcelState.PACKING


def test_a_parcel_that_was_packed_again_is_resumed_with_the_archive_that_went_out(
    history: History, started: Start
) -> None:
    """The destination can be asked about it, even if the sources are gone."""
    (parcel,) = started()
    lost = GantryError(ErrorCode.ARCHIVE_DAMAGED)
    for event in (
        events.ParcelPacking(JOB, parcel.id, 1),
        verified(parcel),
        events.ParcelSending(JOB, parcel.id, 1),
        events.AttemptFailed(JOB, parcel.id, 1, "send", lost, 0.0),
        events.ParcelPacking(JOB, parcel.id, 2),
    ):
        history.record(event)
    (job,) = history.unfinished()
    resumed = job.resumed[parcel.id]
    assert (resumed.state, resumed.archive) == (ParcelState.PACKING, archive_of(parcel))


def test_a_file_list_is_kept_until_long_after_a_late_arrival(
    history: History, started: Start, tmp_path: Path
) -> None:
    """It started a year ago and arrived today: its time starts now."""
    (parcel,) = started()
    history.record(delivered(parcel))
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        for table in ("attempt", "receipt", "source"):
            other.execute(f"UPDATE {table} SET parcel = parcel - (9000000000 << 16)")
        other.execute("UPDATE parcel SET seq = seq - (9000000000 << 16)")
        other.commit()
    assert history.prune(30) == 0
    assert len(history.sources(parcel.id)) == 2


def test_a_rewritten_archive_comes_back_as_it_is_sent(history: History) -> None:
    parcel = replace(make_parcels(1)[0], treatment=RENAMED)
    history.record(events.JobStarted(JOB, "d", "u", (parcel,)))
    history.record(events.ParcelPacking(JOB, parcel.id, 1))
    history.record(events.ParcelVerified(JOB, parcel.id, 1, rewritten_archive(parcel), 1.5, 0.5))
    assert history.archive(parcel.id) == rewritten_archive(parcel)


def test_a_send_that_a_kill_cut_is_no_attempt_that_failed(history: History, started: Start) -> None:
    (parcel,) = started()
    for event in whole_way(parcel)[:3]:
        history.record(event)
    (job,) = history.unfinished()
    assert (job.resumed[parcel.id].send_attempt, job.resumed[parcel.id].was_sent) == (0, True)
    refused = GantryError(ErrorCode.HTTP_502)
    history.record(events.AttemptFailed(JOB, parcel.id, 1, "send", refused, 1.0))
    (job,) = history.unfinished()
    assert job.resumed[parcel.id].send_attempt == 1
