"""How a job judges the destination's answer: delivered, accepted, incomplete, unclear.

The destination is in memory: these tests check the job, not a protocol.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.archive.pack import pack
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job import Job, JobOptions, Resumed
from gantry.engine.job_runner import JobRunner
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import InstanceOutcome, Outcome, Parcel, ParcelState, Receipt
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.retry import RetryPolicy
from support.jobs import scanned_parcels

QUICK = JobOptions(
    pack=PackOptions(attempts=3, settle=0.05), retry=RetryPolicy(attempts=3, first_wait=0.01)
)


class Counter(Destination):
    """A destination that answers as told, and counts what it receives."""

    url = "test:counter"

    def __init__(
        self,
        answer: Callable[[Shipment], Receipt],
        asked: Callable[[Shipment], Receipt | None] = lambda shipment: None,
    ) -> None:
        self.sends = 0
        self._answer, self._asked = answer, asked

    def send(self, shipment: Shipment) -> Receipt:
        self.sends += 1
        return self._answer(shipment)

    def ask(self, shipment: Shipment) -> Receipt | None:
        return self._asked(shipment)

    def close(self) -> None:
        pass


def receipt(
    shipment: Shipment, outcome: Outcome, instances: tuple[InstanceOutcome, ...] = ()
) -> Receipt:
    archive = shipment.archive
    return Receipt(
        "test:counter", "2026-01-01T00:00:00Z", 200, archive.sha256, archive.size, outcome,
        instances=instances,
    )  # fmt: skip


def lost(shipment: Shipment) -> Receipt:
    """Everything was sent, and no answer arrived."""
    shipment.hand_over(True)
    raise GantryError(ErrorCode.HTTP_504, facts={"host": "lab", "status": 504}, transient=True)


def cannot_tell(shipment: Shipment) -> Receipt | None:
    if shipment.handed_over:
        raise GantryError(ErrorCode.UNCLEAR, facts={"host": "lab"})
    return None


class Run:
    """One job with one parcel, run to its end."""

    def __init__(
        self, parcel: Parcel, to: Counter, spool: Path, was: Resumed | None = None
    ) -> None:
        self.events: list[events.Event] = []
        job = Job("J", "counter", "test:counter", (parcel,), {parcel.id: was} if was else {})
        self.runner = JobRunner(job, to, spool, self.events.append, options=QUICK)
        self.done = self.runner.run()
        self.state = self.runner.works[parcel.id].state

    def of(self, kind: type[events.Event]) -> list[events.Event]:
        return [e for e in self.events if isinstance(e, kind)]


@pytest.fixture
def parcel(canary_folder: Path) -> Parcel:
    return scanned_parcels(canary_folder)[0]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def test_a_servers_bare_word_is_accepted_and_not_delivered(parcel: Parcel, spool: Path) -> None:
    run = Run(parcel, Counter(lambda s: receipt(s, Outcome.ACCEPTED)), spool)
    assert run.state is ParcelState.ACCEPTED
    assert (run.done.delivered, run.done.accepted, run.done.is_trouble) == (0, 1, False)
    (arrived,) = run.of(events.ParcelArrived)
    assert isinstance(arrived, events.ParcelArrived)
    assert arrived.state is ParcelState.ACCEPTED


def test_one_instance_whose_content_was_not_compared_makes_the_parcel_accepted(
    parcel: Parcel, spool: Path
) -> None:
    said = tuple(
        InstanceOutcome(f.sop_instance_uid, Outcome.STORED if n else Outcome.NOT_COMPARED)
        for n, f in enumerate(parcel.files)
    )
    run = Run(parcel, Counter(lambda s: receipt(s, Outcome.STORED, said)), spool)
    assert run.state is ParcelState.ACCEPTED


def test_a_parcel_some_of_whose_files_could_not_be_read_is_incomplete(
    parcel: Parcel, spool: Path
) -> None:
    run = Run(replace(parcel, unread=1), Counter(lambda s: receipt(s, Outcome.STORED)), spool)
    assert run.state is ParcelState.INCOMPLETE
    assert (run.done.delivered, run.done.incomplete, run.done.is_trouble) == (0, 1, True)


def test_what_may_have_arrived_is_unclear_and_never_sent_twice(parcel: Parcel, spool: Path) -> None:
    counter = Counter(lost, cannot_tell)
    run = Run(parcel, counter, spool)
    assert run.state is ParcelState.UNCLEAR
    assert (run.done.failed, run.done.unclear, run.done.is_trouble) == (0, 1, True)
    assert counter.sends == 1
    run.runner.retry(parcel.id)
    assert run.runner.works[parcel.id].state is ParcelState.UNCLEAR, "Retry is not Send again"
    assert list(spool.iterdir()) == []


def test_a_server_that_cannot_be_asked_to_the_end_leaves_the_parcel_unclear(
    parcel: Parcel, spool: Path
) -> None:
    def down(shipment: Shipment) -> Receipt | None:
        raise GantryError(ErrorCode.HTTP_502, facts={"host": "lab"}, transient=True)

    counter = Counter(lost, down)
    run = Run(parcel, counter, spool)
    assert run.state is ParcelState.UNCLEAR
    assert counter.sends == 1
    (unclear,) = run.of(events.ParcelUnclear)
    assert isinstance(unclear, events.ParcelUnclear)
    assert unclear.error.facts["cause"] == "http.504"


def test_what_the_destination_proves_missing_is_sent_again(parcel: Parcel, spool: Path) -> None:
    def once(shipment: Shipment) -> Receipt:
        return lost(shipment) if counter.sends == 1 else receipt(shipment, Outcome.STORED)

    def is_absent(shipment: Shipment) -> Receipt | None:
        shipment.hand_over(False)
        return None

    counter = Counter(once, is_absent)
    run = Run(parcel, counter, spool)
    assert run.state is ParcelState.DELIVERED
    assert counter.sends == 2


@pytest.mark.parametrize("state", [ParcelState.WAITING, ParcelState.SENDING])
def test_a_resumed_parcel_that_was_handed_over_is_asked_about_before_anything_goes_out(
    state: ParcelState, parcel: Parcel, spool: Path
) -> None:
    counter = Counter(lost, cannot_tell)
    run = Run(parcel, counter, spool, Resumed(state, was_sent=True, handed_over=True))
    assert run.state is ParcelState.UNCLEAR
    assert counter.sends == 0


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_parcel_that_was_handed_over_and_cant_be_packed_again_is_unclear_and_not_failed(
    parcel: Parcel, spool: Path, is_packed: bool
) -> None:
    archive = pack(parcel, spool) if is_packed else None
    for file in parcel.files:
        Path(file.source.path).unlink()
    was = Resumed(ParcelState.WAITING, archive=archive, was_sent=True, handed_over=True)
    counter = Counter(lost, cannot_tell)
    run = Run(parcel, counter, spool, was)
    assert run.state is ParcelState.UNCLEAR
    assert counter.sends == 0


def test_a_parcel_that_is_known_not_to_be_there_and_cant_be_packed_again_failed(
    parcel: Parcel, spool: Path
) -> None:
    archive = pack(parcel, spool)
    for file in parcel.files:
        Path(file.source.path).unlink()
    was = Resumed(ParcelState.WAITING, archive=archive, was_sent=True, handed_over=True)
    assert Run(parcel, Counter(lost), spool, was).state is ParcelState.FAILED


def test_a_resumed_job_says_where_it_goes_and_what_is_in_it(parcel: Parcel, spool: Path) -> None:
    counter = Counter(lambda s: receipt(s, Outcome.STORED))
    run = Run(parcel, counter, spool, Resumed(ParcelState.WAITING))
    assert run.events[0] == events.JobResumed("J", "counter", "test:counter", (parcel,))


def test_a_parcel_that_was_being_sent_is_asked_about_though_no_attempt_is_known(
    parcel: Parcel, spool: Path
) -> None:
    """A history that was salvaged may have lost the attempts, and the spool the archive."""
    counter = Counter(lost, lambda shipment: receipt(shipment, Outcome.ALREADY_THERE))
    run = Run(parcel, counter, spool, Resumed(ParcelState.SENDING))
    assert run.state is ParcelState.DELIVERED
    assert counter.sends == 0


def test_another_copy_of_an_unclear_parcel_goes_out_though_nobody_can_be_asked(
    canary_folder: Path, spool: Path
) -> None:
    first, second = scanned_parcels(canary_folder, 2)
    was_retried, sent = threading.Event(), list[str]()

    def answer(shipment: Shipment) -> Receipt:
        sent.append(shipment.archive.parcel)
        if shipment.archive.parcel == second.id:
            assert was_retried.wait(60)  # keeps the job running
        elif sent.count(first.id) == 1:
            return lost(shipment)
        return receipt(shipment, Outcome.STORED)

    def when_unclear() -> None:
        while runner.works[first.id].state is not ParcelState.UNCLEAR:
            threading.Event().wait(0.01)
        runner.retry(first.id, another_copy=True)
        was_retried.set()

    job = Job("J", "counter", "test:counter", (first, second))
    runner = JobRunner(job, Counter(answer, cannot_tell), spool, lambda event: None, options=QUICK)
    user = threading.Thread(target=when_unclear)
    user.start()
    done = runner.run()
    user.join()
    assert (done.delivered, done.unclear) == (2, 0)
    assert sent.count(first.id) == 2
