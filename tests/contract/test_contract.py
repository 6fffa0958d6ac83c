"""The promise of every destination: delivered means arrived once, byte for byte, and proved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from gantry.engine.cancel import Cancelled, CancelToken, Stopped
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from support.fault_proxy import Fault, FaultProxy
from support.places import Place
from support.shipments import EndsAfter, Positions, shipment_of

Pack = Callable[..., Archive]
QUICK = RetryPolicy(attempts=5, first_wait=0.01, longest_wait=0.1, offline=1.0)


def deliver(destination: Destination, archive: Archive, positions: Positions) -> Receipt:
    position = positions[-1] if positions else ""
    try:
        return send_with_retry(
            destination,
            shipment_of(archive, position=position, save=positions),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: None,
        )
    finally:
        destination.close()


def test_parcel_arrives_whole_and_the_receipt_says_so(place: Place, pack: Pack) -> None:
    archive, destination = pack(), place.open()
    receipt = destination.send(shipment_of(archive))
    destination.close()

    assert place.copies(archive) == 1
    assert receipt.outcome.is_delivered
    assert receipt.proof
    assert (receipt.sha256, receipt.size) == (archive.sha256, archive.size)
    assert receipt.destination == destination.url
    assert datetime.fromisoformat(receipt.time).utcoffset() is not None
    assert len(receipt.body.encode()) <= 3 * 4096
    if receipt.instances:
        assert {i.sop_instance_uid for i in receipt.instances} == {
            f.sop_instance_uid for f in archive.files
        }
        assert all(i.outcome.is_delivered for i in receipt.instances)


def test_sent_again_after_a_restart_it_is_there_once(place: Place, pack: Pack) -> None:
    archive, positions = pack(), Positions()
    receipts = []
    for _ in range(3):
        destination = place.open()
        position = positions[-1] if positions else ""
        receipts.append(destination.send(shipment_of(archive, position=position, save=positions)))
        destination.close()

    assert place.copies(archive) == 1
    assert all(r.outcome.is_delivered for r in receipts)
    assert receipts[-1].outcome is Outcome.ALREADY_THERE


def test_asked_it_tells_what_it_holds(place: Place, pack: Pack) -> None:
    archive, destination, positions = pack(), place.open(), Positions()
    before = destination.ask(shipment_of(archive))
    destination.send(shipment_of(archive, save=positions))
    position = positions[-1] if positions else ""
    after = destination.ask(shipment_of(archive, position=position))
    destination.close()

    if not place.can_list:
        assert before is after is None
        return
    assert before is None or not before.outcome.is_delivered
    assert after is not None
    assert after.outcome.is_delivered
    assert after.sha256 == archive.sha256


def test_it_proves_an_arrival_later_where_its_features_say_so(place: Place, pack: Pack) -> None:
    archive, destination, positions = pack(), place.open(), Positions()
    receipt = destination.send(shipment_of(archive, save=positions))
    destination.close()
    archive.path.unlink()
    later, features = place.open(), destination.features
    position = positions[-1] if positions and features.remembers else ""

    if features.can_prove_later(receipt.proof):
        held = later.ask(Shipment(archive, Progress(), CancelToken(), position=position))
        assert held is not None
        assert held.outcome.is_taken
    later.close()


def test_counters_end_where_they_said_and_never_run_over(place: Place, pack: Pack) -> None:
    shipment, destination = shipment_of(pack(size=256)), place.open()
    destination.send(shipment)
    destination.close()

    assert shipment.progress.sent == shipment.progress.to_send > 0
    assert not shipment.progress.handed_over


def test_cancelled_before_it_begins_nothing_arrives(place: Place, pack: Pack) -> None:
    archive, token, destination = pack(), CancelToken(), place.open()
    token.cancel()
    with pytest.raises(Cancelled):
        destination.send(shipment_of(archive, token=token))
    destination.close()

    assert place.copies(archive) == 0


@pytest.mark.parametrize("checks", [2, 5, 9])
def test_cancelled_on_the_way_it_can_be_sent_later(place: Place, pack: Pack, checks: int) -> None:
    archive, positions = pack(instances=6, size=512), Positions()
    destination = place.open()
    try:
        destination.send(shipment_of(archive, token=EndsAfter(checks), save=positions))
    except Cancelled:
        pass
    finally:
        destination.close()
    receipt = deliver(place.open(), archive, positions)

    assert receipt.outcome.is_delivered
    assert place.copies(archive) == 1


class StopsAfter(CancelToken):
    """Is stopped at the given check."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.stop()
        super().check()


@pytest.mark.parametrize("checks", [1, 4, 8])
def test_stopped_on_the_way_it_ends_as_stopped_and_is_sent_later(
    place: Place, pack: Pack, checks: int
) -> None:
    """A destination that took it for cancelled would discard what was sent so far."""
    archive, positions = pack(instances=6, size=512), Positions()
    token, destination = StopsAfter(checks), place.open()
    try:
        destination.send(shipment_of(archive, token=token, save=positions))
        assert not token.cancelled, "it continued after it was stopped"
    except Cancelled as ended:
        assert isinstance(ended, Stopped)  # noqa: PT017
    finally:
        destination.close()
    receipt = deliver(place.open(), archive, positions)

    assert receipt.outcome.is_delivered
    assert place.copies(archive) == 1


def test_archive_that_changed_after_it_was_verified_does_not_arrive(
    place: Place, pack: Pack
) -> None:
    archive, destination = pack(instances=4, size=256), place.open()
    whole = archive.path.read_bytes()
    spoilt = bytearray(whole)
    spoilt[len(spoilt) // 2] ^= 1
    archive.path.write_bytes(spoilt)
    with pytest.raises(GantryError) as caught:
        destination.send(shipment_of(archive))
    destination.close()
    archive.path.write_bytes(whole)

    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED
    assert place.copies(archive) == 0


def test_archive_that_is_gone_is_reported(place: Place, pack: Pack) -> None:
    archive, destination = pack(), place.open()
    archive.path.unlink()
    with pytest.raises(GantryError) as caught:
        destination.send(shipment_of(archive))
    destination.close()

    assert caught.value.code is ErrorCode.ARCHIVE_MISSING


def test_parcels_go_side_by_side(place: Place, pack: Pack) -> None:
    archives = [pack(size=256) for _ in range(3)]
    destination, receipts = place.open(), []
    threads = [
        threading.Thread(target=lambda a=a: receipts.append(destination.send(shipment_of(a))))
        for a in archives
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    destination.close()

    assert len(receipts) == 3
    assert [place.copies(archive) for archive in archives] == [1, 1, 1]


def test_nobody_there_is_a_failure_that_may_pass(place: Place, pack: Pack) -> None:
    destination = place.unreachable()
    with pytest.raises(GantryError) as caught:
        destination.send(shipment_of(pack()))
    destination.close()

    assert caught.value.transient


def test_wrong_secret_is_final_and_nothing_arrives(place: Place, pack: Pack) -> None:
    if place.open_with is None:
        pytest.skip("this destination knows no sign-in")
    archive = pack()
    destination = place.open_with(Credentials(user="who", password="ever", token="wrong-one"))
    for _ in range(20):
        with pytest.raises(GantryError) as caught:
            destination.send(shipment_of(archive))
        if caught.value.code is not ErrorCode.DISCONNECTED:
            break  # a server that refuses may cut its answer by not reading the rest
    destination.close()

    assert not caught.value.transient
    assert caught.value.code in (ErrorCode.HTTP_401, ErrorCode.HTTP_403)
    assert place.copies(archive) == 0
    assert "wrong-one" not in str(caught.value) + caught.value.detail


def test_secret_is_in_no_receipt_url_or_repr(place: Place, pack: Pack) -> None:
    if not place.secret:
        pytest.skip("this destination knows no sign-in")
    destination = place.open()
    receipt = destination.send(shipment_of(pack()))
    destination.close()

    assert place.secret not in repr(receipt) + destination.url + repr(destination)


FAULTS = {
    "refused": Fault(refuse=True),
    "reset in the head": Fault(reset_up=10),
    "reset in the body": Fault(reset_up=50_000),
    "closed in the body": Fault(close_up=50_000),
    "answer dropped": Fault(drop_answer=True),
    "answer cut": Fault(cut_answer=20),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_cut_on_the_way_it_still_arrives_once(place: Place, pack: Pack, fault: str) -> None:
    if place.through is None:
        pytest.skip("this destination is not reached over the network")
    archive = pack(instances=4, size=256)
    with FaultProxy(place.port, FAULTS[fault], FAULTS[fault]) as proxy:
        receipt = deliver(place.through(proxy.port), archive, Positions())

    assert proxy.fired
    assert receipt.outcome.is_delivered
    assert place.copies(archive) == 1
