"""C-STORE if the server's own list contradicts its statuses, or never ends.

What each server keeps, and what it lists, is set; it says 0000 to every instance.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.kinds.c_store import DimseDestination
from gantry.engine.transfer.retry import send_with_retry
from support import odd_scp
from support.odd_scp import Find, OddScp, Store
from support.sending import QUICK, direct
from support.shipments import Positions, make_archive, shipment_of

PATIENCE = Limits(connect=60, idle=60, answer=600, listing=60)
SHORT = Limits(connect=60, idle=60, answer=600, listing=1)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is late is waited for, but not in each of these tests."""
    monkeypatch.setattr("gantry.engine.transfer.dicom.by_instance.SETTLE_WAITS", (0.01,))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, instances=8)


def keeps_half(scp: OddScp, uid: str) -> int:
    if len(scp.offered) % 2:
        scp.kept[uid] = scp.last
    return 0


def keeps_none(scp: OddScp, uid: str) -> int:
    return 0


def send(scp: OddScp, archive: Archive, *, limits: Limits = PATIENCE, **more: object) -> Receipt:
    return DimseDestination(scp.url, limits=limits).send(shipment_of(archive, **more))  # type: ignore[arg-type]


BY_STATUS = [None, odd_scp.fails, odd_scp.never_ends, odd_scp.is_silent]


@pytest.mark.parametrize("keeps", [odd_scp.keeps_all, keeps_half, keeps_none])
@pytest.mark.parametrize("find", BY_STATUS, ids=["absent", "error", "endless", "silent"])
def test_without_a_list_the_statuses_are_the_servers_word(
    archive: Archive, keeps: Store, find: Find | None
) -> None:
    with OddScp(keeps, find) as scp:
        receipt = send(scp, archive, limits=SHORT)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-STORE statuses"
    assert len(scp.offered) == 8
    assert scp.finds <= (3 if find is odd_scp.fails else 1)


@pytest.mark.parametrize(
    ("keeps", "find", "listed"),
    [
        (keeps_half, odd_scp.honest, 4),
        (keeps_half, odd_scp.empty, 0),
        (keeps_half, odd_scp.lists_others, 0),
        (keeps_none, odd_scp.honest, 0),
        (keeps_none, odd_scp.empty, 0),
        (odd_scp.keeps_all, odd_scp.empty, 0),
    ],
)
def test_a_list_that_lacks_instances_leaves_them_accepted_and_says_how_many(
    archive: Archive, keeps: Store, find: Find, listed: int
) -> None:
    with OddScp(keeps, find) as scp:
        receipt = send(scp, archive)
    assert receipt.outcome is Outcome.ACCEPTED
    assert not receipt.is_proved
    assert receipt.proof == f"C-FIND: {listed} of 8 listed"
    outcomes = [i.outcome for i in receipt.instances]
    assert outcomes.count(Outcome.STORED) == listed
    assert outcomes.count(Outcome.ACCEPTED) == 8 - listed


@pytest.mark.parametrize("keeps", [keeps_half, keeps_none])
def test_a_list_that_holds_all_is_the_proof_that_there_is(archive: Archive, keeps: Store) -> None:
    with OddScp(keeps, odd_scp.lies) as scp:
        receipt = send(scp, archive)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-FIND"


def test_the_limit_of_a_list_is_the_destinations_own_where_it_is_set(archive: Archive) -> None:
    with OddScp(find=odd_scp.is_silent) as scp:
        endless = Limits(answer=900, idle=900, listing=900)
        destination = DimseDestination(scp.url, limits=endless, options=direct(listing=0.2))
        receipt = destination.send(shipment_of(archive))
    assert receipt.proof == "C-STORE statuses"


def test_one_lost_among_eight_is_reported(archive: Archive) -> None:
    def loses_the_fifth(scp: OddScp, uid: str) -> int:
        if len(scp.offered) != 5:
            scp.kept[uid] = scp.last
        return 0

    with OddScp(loses_the_fifth, odd_scp.honest) as scp:
        receipt = send(scp, archive)
    assert receipt.proof == "C-FIND: 7 of 8 listed"
    (lost,) = [i for i in receipt.instances if i.outcome is Outcome.ACCEPTED]
    assert lost.sop_instance_uid == scp.offered[4]


def test_a_list_that_is_late_is_waited_for(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gantry.engine.transfer.dicom.by_instance.SETTLE_WAITS", (0.01, 0.01, 0.01))
    late = odd_scp.lists(lambda scp: list(scp.kept)[: 3 * scp.finds])
    with OddScp(find=late) as scp:
        receipt = send(scp, archive)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-FIND"


@pytest.mark.parametrize("find", [odd_scp.never_ends, odd_scp.is_silent])
def test_cancelled_while_the_list_is_awaited_all_has_still_arrived(
    archive: Archive, find: Find
) -> None:
    token = CancelToken()

    def first_look_fails(scp: OddScp, event: object):  # type: ignore[no-untyped-def]
        if scp.finds == 1:
            yield 0xC001, None
            return
        token.cancel()
        yield from find(scp, event)

    with OddScp(find=first_look_fails) as scp:
        destination = DimseDestination(scp.url, limits=Limits(listing=600))
        receipt = destination.send(shipment_of(archive, token=token))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-STORE statuses"


def test_what_was_listed_before_is_there_and_not_compared(archive: Archive) -> None:
    with OddScp(find=odd_scp.honest) as scp:
        first, second = send(scp, archive), send(scp, archive)
    assert first.outcome is Outcome.STORED
    assert second.outcome is Outcome.NOT_COMPARED
    assert len(scp.offered) == 16  # sent anyway: the server may replace the older one


def test_a_list_that_fails_before_and_works_afterwards_proves_nothing(archive: Archive) -> None:
    def find(scp: OddScp, event: object):  # type: ignore[no-untyped-def]
        yield from (odd_scp.fails if scp.finds == 1 else odd_scp.honest)(scp, event)

    with OddScp(find=find) as scp:
        receipt = send(scp, archive)
    assert receipt.outcome is Outcome.NOT_COMPARED


@pytest.mark.parametrize("find", [None, odd_scp.honest])
def test_duplicate_by_status_is_there_and_not_compared(archive: Archive, find: Find | None) -> None:
    def has_the_third(scp: OddScp, uid: str) -> int:
        scp.kept[uid] = scp.last
        return 0x0111 if len(scp.offered) == 3 else 0

    positions = Positions()
    with OddScp(has_the_third, find) as scp:
        receipt = send(scp, archive, save=positions)
        again = send(scp, archive, position=positions[-1])
    assert receipt.outcome is again.outcome is Outcome.NOT_COMPARED
    outcomes = [i.outcome for i in receipt.instances]
    assert outcomes.count(Outcome.NOT_COMPARED) == 1
    assert len(scp.offered) == 8


@pytest.mark.parametrize("status", [0xB000, 0xB007, 0x0107, 0x0116])
def test_warnings_count_as_stored(archive: Archive, status: int) -> None:
    def warns(scp: OddScp, uid: str) -> int:
        scp.kept[uid] = scp.last
        return status

    with OddScp(warns, odd_scp.honest) as scp:
        receipt = send(scp, archive)
    assert receipt.outcome is Outcome.STORED
    assert receipt.status == status
    assert all(f"{status:04X}H" in i.reason for i in receipt.instances)


def test_a_peer_that_is_busy_when_asked_first_is_asked_again_before_it_is_sent_to(
    archive: Archive,
) -> None:
    with OddScp(find=odd_scp.honest) as scp:
        scp.turns_away = 1
        receipt = send_with_retry(
            DimseDestination(scp.url, limits=PATIENCE),
            shipment_of(archive),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: None,
        )
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-FIND"


def test_a_parcel_whose_file_list_was_forgotten_is_not_said_to_be_there(archive: Archive) -> None:
    with OddScp(find=odd_scp.honest) as scp:
        send(scp, archive)
        forgotten = replace(archive, files=())
        assert DimseDestination(scp.url, limits=PATIENCE).ask(shipment_of(forgotten)) is None
