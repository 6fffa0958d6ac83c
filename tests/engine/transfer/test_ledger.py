"""What is known about each instance of a parcel from answers, lists and earlier runs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive, Outcome, PackedFile, Receipt
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.dicom.ledger import Ledger

A, B, C = "1.2.1", "1.2.2", "1.2.3"
STORED, THERE = Outcome.STORED, Outcome.ALREADY_THERE
NOT_COMPARED, UNKNOWN, REJECTED = Outcome.NOT_COMPARED, Outcome.UNKNOWN, Outcome.REJECTED


def archive_of(*uids: str, contents: str = "") -> Archive:
    """An archive of instances with these UIDs; `contents` has a letter for each one's bytes."""
    files = tuple(
        PackedFile(f"{n}.dcm", 100, (contents[n : n + 1] or str(n)) * 64, uid, "1.2", "1.4", "1.5")
        for n, uid in enumerate(uids)
    )
    return Archive("P", Path("P.tar.gz"), 1000, "0" * 64, "1.1", files)


def shipment(archive: Archive, position: str = "") -> Shipment:
    return Shipment(archive, Progress(), CancelToken(), position=position)


def begun(*uids: str, listed: Collection[str] | None = ()) -> Ledger:
    """A ledger whose server was asked before the first send."""
    ledger = Ledger(shipment(archive_of(*uids)))
    ledger.look(listed)
    return ledger


def restarted(ledger: Ledger) -> Ledger:
    """The ledger of the next run, which knows what was kept."""
    ledger.save()
    return Ledger(shipment(ledger.archive, ledger._shipment.position))


def settled(ledger: Ledger) -> Receipt | GantryError:
    try:
        return ledger.settle("dicom://X@y", status=0, proof="list")
    except NotAllStored as error:
        return error


def outcomes(ledger: Ledger) -> list[Outcome]:
    found = settled(ledger)
    receipt = found.receipt if isinstance(found, NotAllStored) else found
    assert isinstance(receipt, Receipt)
    return [instance.outcome for instance in receipt.instances]


def test_what_the_server_took_and_does_not_list_afterwards_is_not_called_stored() -> None:
    ledger = begun(A, B)
    for number in (0, 1):
        ledger.record(number, STORED)
    ledger.confirm({A})
    assert outcomes(ledger) == [STORED, UNKNOWN]


def test_what_nobody_answered_for_and_is_listed_now_has_arrived() -> None:
    ledger = begun(A, B)
    ledger.record(0, STORED)
    ledger.confirm({A, B})
    assert outcomes(ledger) == [STORED, STORED]


def test_a_good_answer_about_what_was_listed_before_may_mean_the_older_file() -> None:
    ledger = begun(A, B, listed={A})
    for number in (0, 1):
        ledger.record(number, STORED)
    ledger.confirm({A, B})
    assert outcomes(ledger) == [NOT_COMPARED, STORED]
    receipt = settled(ledger)
    assert isinstance(receipt, Receipt)
    assert receipt.outcome is NOT_COMPARED
    assert not receipt.is_proved


def test_where_no_list_was_to_be_had_before_a_later_one_proves_nothing() -> None:
    ledger = begun(A, B, listed=None)
    ledger.record(0, STORED)
    ledger.record(1, STORED, proved=True)  # its content was compared
    ledger.confirm({A, B})
    assert outcomes(ledger) == [NOT_COMPARED, STORED]


def test_what_was_not_compared_is_not_proved_after_a_restart_either() -> None:
    ledger = begun(A, B, listed={A})
    for number in (0, 1):
        ledger.record(number, STORED)
    again = restarted(ledger)
    assert again.outstanding() == []
    assert outcomes(again) == [NOT_COMPARED, THERE]


def test_what_was_compared_once_and_got_lost_is_ours_when_it_is_stored_again() -> None:
    ledger = begun(A, listed={A})
    ledger.record(0, THERE, proved=True)
    again = restarted(ledger)
    again.compare_with(set())
    assert again.outstanding() == [0]
    again.record(0, STORED)
    assert outcomes(again) == [STORED]


def test_what_is_known_by_a_list_alone_and_may_be_older_is_sent_again_after_a_restart() -> None:
    ledger = begun(A, B, listed=None)
    ledger.record(0, STORED)
    ledger.confirm({A, B})
    assert restarted(ledger).outstanding() == [1]


def test_what_the_server_lost_meanwhile_is_sent_again_and_the_rest_is_not() -> None:
    ledger = begun(A, B, C)
    ledger.record(0, STORED)
    ledger.record(1, STORED)
    again = restarted(ledger)
    again.compare_with({A})
    assert again.outstanding() == [1, 2]


@pytest.mark.parametrize(
    ("listed", "left"), [(set(), [0]), ({B}, [0, 1]), (None, [0, 1])], ids=["no", "yes", "unknown"]
)
def test_an_unanswered_instance_has_arrived_where_it_is_listed_now_and_was_not_before(
    listed: set[str] | None, left: list[int]
) -> None:
    again = restarted(begun(A, B, listed=listed))
    again.compare_with({B})
    assert again.outstanding() == left


def test_a_refused_instance_is_tried_again_though_the_server_lists_one() -> None:
    ledger = begun(A, B)
    ledger.record(0, REJECTED, "no")
    again = restarted(ledger)
    again.compare_with({A, B})
    assert again.outstanding() == [0]
    assert again.has_refusals
    again.record(0, STORED)
    assert not again.has_refusals


def test_of_two_files_under_one_uid_the_second_is_refused_for_good() -> None:
    ledger = Ledger(shipment(archive_of(A, A, B, B, contents="xyzz")))
    ledger.look(set())
    assert ledger.outstanding() == [0, 2, 3]
    ledger.compare_with(set())
    assert ledger.outstanding() == [0, 2, 3]


def test_all_has_arrived_only_when_nothing_is_left_to_send() -> None:
    ledger = begun(A, B)
    assert not ledger.has_all
    ledger.record(0, STORED)
    assert not ledger.has_all
    ledger.record(1, NOT_COMPARED)
    assert ledger.has_all


@pytest.mark.parametrize(
    ("second", "code", "transient"),
    [
        ((STORED, REJECTED), ErrorCode.PARTLY_STORED, False),
        ((STORED, UNKNOWN), ErrorCode.PARTLY_STORED, True),
        ((REJECTED, REJECTED), ErrorCode.REJECTED, False),
        ((REJECTED, UNKNOWN), ErrorCode.REJECTED, False),
    ],
)
def test_another_attempt_is_worth_it_unless_something_was_refused(
    second: tuple[Outcome, Outcome], code: ErrorCode, transient: bool
) -> None:
    ledger = begun(A, B)
    for number, outcome in enumerate(second):
        ledger.record(number, outcome)
    error = settled(ledger)
    assert isinstance(error, GantryError)
    assert (error.code, error.transient) == (code, transient)


def test_what_arrived_counts_as_progress_so_that_no_attempt_is_burnt() -> None:
    ledger = begun(A, B, C)
    assert ledger._shipment.confirmed == 0
    ledger.record(0, STORED)
    ledger.record(2, STORED)
    ledger.save()
    assert ledger._shipment.confirmed == 200
