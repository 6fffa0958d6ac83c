"""The transfers tree shows the engine's events, and follows Qt's rules for models."""

from __future__ import annotations

import pytest
from pytestqt.modeltest import ModelTester

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.ui.models.job_track import problems
from gantry.ui.models.transfer_columns import position
from gantry.ui.models.transfer_model import Role, TransferModel
from gantry.ui.models.transfer_state import ParcelStep
from support.sent import delivery, make_archive, make_parcel, started

GIB = 1024**3


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model(qtmodeltester: ModelTester, clock: Clock) -> TransferModel:
    made = TransferModel()
    made._clock = clock
    qtmodeltester.check(made)  # stays connected: every later change is checked
    return made


def _text(model: TransferModel, parcel: str, column: str) -> str:
    return str(model.index_of_parcel(parcel, position(column)).data())


def test_the_model_keeps_to_the_rules_while_jobs_come_move_and_go(
    model: TransferModel,
) -> None:
    for number, job in enumerate(("J1", "J2")):
        parcels = [make_parcel(10 * number + n) for n in range(3)]
        model.apply(started(job, parcels))
        for parcel in parcels:
            for event in delivery(job, parcel):
                model.apply(event)
    model.remove_job("J1")
    assert [j.id for j in model.jobs] == ["J2"]


def test_a_parcel_walks_through_its_steps(model: TransferModel) -> None:
    parcel = make_parcel(1)
    model.apply(started("J", [parcel]))
    steps = [model.index_of_parcel(parcel.id).data(Role.STEP)]
    for event in delivery("J", parcel):
        model.apply(event)
        steps.append(model.index_of_parcel(parcel.id).data(Role.STEP))
    assert steps == [
        ParcelStep.WAITING,
        ParcelStep.PACKING,
        ParcelStep.READY,
        ParcelStep.SENDING,
        ParcelStep.DELIVERED,
    ]
    assert _text(model, parcel.id, "step") == "Delivered"
    assert model.index_of_parcel(parcel.id).data(Role.PERMILLE) == 1000
    assert model.index_of_job("J", position("step")).data() == "1 of 1 delivered"


def test_counters_show_proving_and_waiting_for_the_server(model: TransferModel) -> None:
    parcel = make_parcel(1)
    model.apply(started("J", [parcel]))
    model.apply(events.ParcelPacking("J", parcel.id, 1))
    model.sample("J", {parcel.id: (Progress(packed=3000, verified=1), False)})
    assert _text(model, parcel.id, "step") == "Verifying"
    model.apply(events.ParcelVerified("J", parcel.id, 1, make_archive(parcel), 0.1, 0.1))
    model.apply(events.ParcelSending("J", parcel.id, 1))
    done = Progress(3000, 3000, sent=2000, to_send=2000, handed_over=True)
    model.sample("J", {parcel.id: (done, False)})
    assert _text(model, parcel.id, "step") == "Waiting for the server"


def test_counts_beyond_32_bits_are_shown_whole(model: TransferModel, clock: Clock) -> None:
    parcel = make_parcel(1, files=1, size=12 * GIB)
    model.apply(started("J", [parcel]))
    model.apply(events.ParcelPacking("J", parcel.id, 1))
    for _ in range(40):
        clock.now += 0.1
        packed = int((clock.now - 1000) * GIB)
        model.sample("J", {parcel.id: (Progress(packed=packed), False)})
    assert _text(model, parcel.id, "size") == "4.0 GB of 12.0 GB"
    assert _text(model, parcel.id, "speed") == "1.0 GB/s"
    assert _text(model, parcel.id, "left") == "8 s"
    assert 0 < model.index_of_parcel(parcel.id).data(Role.PERMILLE) < 1000


def test_a_stalled_send_says_so_and_promises_no_time(model: TransferModel, clock: Clock) -> None:
    parcel = make_parcel(1)
    model.apply(started("J", [parcel]))
    for event in delivery("J", parcel)[:3]:
        model.apply(event)
    for sent in (0, 500, 900, *[1000] * 8):
        model.sample("J", {parcel.id: (Progress(3000, 3000, sent=sent, to_send=2000), False)})
        clock.now += 1.0
    assert _text(model, parcel.id, "step") == "Sending (stalled)"
    assert _text(model, parcel.id, "left") == ""
    assert model.index_of_job("J", position("left")).data() == ""


def test_a_failed_attempt_counts_down_to_the_next(model: TransferModel, clock: Clock) -> None:
    parcel = make_parcel(1)
    model.apply(started("J", [parcel]))
    for event in delivery("J", parcel)[:3]:
        model.apply(event)
    error = GantryError(ErrorCode.HTTP_503, facts={"host": "pacs"}, transient=True)
    model.apply(events.AttemptFailed("J", parcel.id, 2, "send", error, 20.0))
    assert _text(model, parcel.id, "step") == "Next try in 20 s"
    clock.now += 12
    assert _text(model, parcel.id, "step") == "Next try in 8 s"
    assert _text(model, parcel.id, "attempt") == "2"
    clock.now += 9
    model.sample("J", {parcel.id: (Progress(3000, 3000, sent=1, to_send=2000), False)})
    assert _text(model, parcel.id, "step") == "Sending"


def test_a_held_parcel_and_a_held_job_say_paused(model: TransferModel) -> None:
    parcels = [make_parcel(1), make_parcel(2)]
    model.apply(started("J", parcels))
    model.sample("J", {parcels[0].id: (Progress(), True), parcels[1].id: (Progress(), False)})
    assert _text(model, parcels[0].id, "step") == "Paused"
    assert model.index_of_job("J", position("step")).data() == "0 of 2 delivered"
    model.sample("J", {p.id: (Progress(), True) for p in parcels})
    assert model.index_of_job("J", position("step")).data() == "Paused"


def test_a_retried_parcel_waits_again_without_its_error(model: TransferModel) -> None:
    parcel = make_parcel(1)
    model.apply(started("J", [parcel]))
    model.apply(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.HTTP_401)))
    model.apply(events.JobDone("J", 0, 1, 0, 1.0))
    assert _text(model, parcel.id, "step") == "Failed"
    model.apply(events.ParcelRetried("J", parcel.id))
    assert _text(model, parcel.id, "step") == "Waiting"
    track = model.parcel(parcel.id)
    assert track is not None
    assert track.error is None
    job = model.job("J")
    assert job is not None
    assert job.done is None


def test_several_failures_of_one_kind_are_one_problem(model: TransferModel) -> None:
    parcels = [make_parcel(n) for n in range(5)]
    model.apply(started("J", parcels))
    for parcel in parcels[:3]:
        model.apply(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.HTTP_413)))
    model.apply(events.ParcelFailed("J", parcels[3].id, GantryError(ErrorCode.SOURCE_MISSING)))
    job = model.job("J")
    assert job is not None
    found = problems(job)
    assert [(p.error.code, len(p.parcels)) for p in found] == [
        (ErrorCode.HTTP_413, 3),
        (ErrorCode.SOURCE_MISSING, 1),
    ]


def test_time_left_of_a_job_follows_what_leaves_the_computer(
    model: TransferModel, clock: Clock
) -> None:
    parcels = [make_parcel(n, files=1, size=100_000_000) for n in range(2)]
    model.apply(started("J", parcels))
    first = parcels[0]
    for event in delivery("J", first)[:2]:
        model.apply(event)
    model.apply(events.ParcelSending("J", first.id, 1))
    for second in range(11):
        sent = second * 100  # of 2000: five per cent a second
        model.sample("J", {first.id: (Progress(0, 0, sent=sent, to_send=2000), False)})
        clock.now += 1.0
    clock.now -= 1.0
    # Half of the first is gone after ten seconds: a half and a whole one are left.
    assert model.index_of_job("J", position("left")).data() == "30 s"


def test_a_parcel_that_was_cut_gives_way_to_its_parts(model: TransferModel) -> None:
    whole, *parts = (make_parcel(n) for n in range(4))
    model.apply(started("J", [whole]))
    error = GantryError(ErrorCode.HTTP_413, facts={"host": "pacs"})
    model.apply(events.ParcelSplit("J", whole.id, tuple(parts), 1000, True, error))
    assert _text(model, whole.id, "step") == "Split into smaller uploads"
    for parcel in parts:
        for event in delivery("J", parcel):
            model.apply(event)
    assert model.index_of_job("J", position("step")).data() == "3 of 3 delivered"
    assert model.index_of_job("J").data(Role.PERMILLE) == 1000
    job = model.job("J")
    assert job is not None
    assert job.is_over
    assert problems(job) == []
