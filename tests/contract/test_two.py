"""Cases of two: parcels and files that have something in common are never mistaken for each other.

The delivery of one never counts for the other, and what is reported as stored is what the place
has: not an older file with the same UID.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from support import twos
from support.fault_proxy import Fault, FaultProxy
from support.places import Place
from support.shipments import EndsAfter, Positions, make_archive, shipment_of

QUICK = RetryPolicy(attempts=5, first_wait=0.01, longest_wait=0.1, offline=1.0)
_SURE = (Outcome.STORED, Outcome.ALREADY_THERE)


def deliver(
    destination: Destination,
    archive: Archive,
    positions: Positions | None = None,
    *,
    token: CancelToken | None = None,
    ask_first: bool = False,
) -> Receipt:
    """Sends as a job does, and closes the destination."""
    positions = Positions() if positions is None else positions
    position = positions[-1] if positions else ""
    try:
        return send_with_retry(
            destination,
            shipment_of(archive, position=position, save=positions, token=token),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: None,
            ask_first=ask_first,
        )
    finally:
        destination.close()


def is_said_to_be_there(receipt: Receipt | None) -> bool:
    """Whether a receipt claims, without reservation, that the place has exactly these bytes."""
    return (
        receipt is not None
        and receipt.outcome in _SURE
        and all(i.outcome in _SURE for i in receipt.instances)
    )


def holds(place: Place, archive: Archive, pixels: dict[str, bytes]) -> bool:
    """Whether the place has exactly these bytes: the archive, or each of its images."""
    if place.archives is not None:
        return archive.sha256 in place.archives()
    assert place.kept is not None
    return all(pixels[uid] in map(twos.pixels, place.kept(uid)) for uid in pixels)


def test_two_of_one_study_count_and_size_arrive_one_after_another(
    place: Place, tmp_path: Path
) -> None:
    first, second = twos.of_one_study(tmp_path)
    receipts = [deliver(place.open(), archive) for archive in (first, second)]

    assert [place.copies(a) for a in (first, second)] == [1, 1]
    assert all(r.outcome.is_delivered for r in receipts)
    assert [r.sha256 for r in receipts] == [first.sha256, second.sha256]


def test_two_of_one_study_arrive_at_the_same_time(place: Place, tmp_path: Path) -> None:
    archives, destination = twos.of_one_study(tmp_path), place.open()
    receipts: list[Receipt] = []
    threads = [
        threading.Thread(target=lambda a=a: receipts.append(destination.send(shipment_of(a))))
        for a in archives
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    destination.close()

    assert [place.copies(a) for a in archives] == [1, 1]
    assert [r.outcome.is_delivered for r in receipts] == [True, True]


@pytest.mark.parametrize("checks", [3, 6, 12])
def test_one_that_was_stopped_continues_after_the_other_arrived(
    place: Place, tmp_path: Path, checks: int
) -> None:
    first, second = twos.of_one_study(tmp_path)
    positions = Positions()
    with contextlib.suppress(Cancelled):
        deliver(place.open(), first, positions, token=EndsAfter(checks))
    deliver(place.open(), second)
    receipt = deliver(place.open(), first, positions, ask_first=True)

    assert [place.copies(a) for a in (first, second)] == [1, 1]
    assert receipt.outcome.is_delivered


def test_one_that_was_never_sent_does_not_count_as_delivered_because_the_other_does(
    place: Place, tmp_path: Path
) -> None:
    first, second = twos.of_one_study(tmp_path)
    positions = Positions()
    deliver(place.open(), first, positions)
    destination = place.open()
    for position in ("", positions[-1] if positions else ""):
        said = destination.ask(shipment_of(second, position=position))
        assert said is None or not said.outcome.is_delivered
    destination.close()


def test_the_position_of_one_is_none_of_the_other(place: Place, tmp_path: Path) -> None:
    first, second = twos.of_one_study(tmp_path)
    positions = Positions()
    deliver(place.open(), first, positions)
    receipt = deliver(place.open(), second, positions, ask_first=True)

    assert [place.copies(a) for a in (first, second)] == [1, 1]
    assert receipt.outcome.is_delivered
    assert receipt.sha256 == second.sha256


@pytest.mark.parametrize("ask_first", [False, True])
def test_both_halves_of_a_split_series_arrive(
    place: Place, tmp_path: Path, ask_first: bool
) -> None:
    both = twos.halves(tmp_path)
    receipts = [deliver(place.open(), half, ask_first=ask_first) for half in both]

    assert [place.copies(half) for half in both] == [1, 1]
    assert all(r.outcome.is_delivered for r in receipts)


def test_one_of_the_same_name_and_other_content_is_not_the_other(
    place: Place, tmp_path: Path
) -> None:
    old, new = twos.of_one_name(tmp_path)
    if place.archives is None:
        pytest.skip("instances have no parcel's name: see the corrected files below")
    positions = Positions()
    deliver(place.open(), old, positions)
    said = place.open().ask(shipment_of(new, position=positions[-1] if positions else ""))
    assert said is None or not said.outcome.is_delivered
    if place.keeps_names:
        with pytest.raises(GantryError) as caught:
            deliver(place.open(), new, positions, ask_first=True)
        assert caught.value.code is ErrorCode.HTTP_409
        return
    receipt = deliver(place.open(), new, positions, ask_first=True)
    assert receipt.outcome.is_delivered
    assert new.sha256 in place.archives()


WAYS = ("on a good line", "after a cut", "after a kill")


@pytest.mark.parametrize("way", WAYS)
def test_a_corrected_file_is_never_said_to_be_there_while_the_old_one_is_kept(
    place: Place, tmp_path: Path, way: str
) -> None:
    old, new = twos.corrected(tmp_path)
    pixels = twos.pixels_of(tmp_path / "new")
    deliver(place.open(), old)
    receipt, positions = None, Positions()
    try:
        if way == "after a cut":
            if place.through is None:
                pytest.skip("this destination is not reached over the network")
            with FaultProxy(place.port, Fault(drop_answer=True), Fault(drop_answer=True)) as proxy:
                receipt = deliver(place.through(proxy.port), new, positions)
        elif way == "after a kill":
            with contextlib.suppress(Cancelled):
                deliver(place.open(), new, positions, token=EndsAfter(6))
            receipt = deliver(place.open(), new, positions, ask_first=True)
        else:
            receipt = deliver(place.open(), new, positions)
    except GantryError:
        pass  # an honest no

    if is_said_to_be_there(receipt):
        assert holds(place, new, pixels)


def test_a_corrected_file_does_not_count_as_delivered_because_the_old_one_does(
    place: Place, tmp_path: Path
) -> None:
    old, new = twos.corrected(tmp_path)
    deliver(place.open(), old)
    try:
        said = place.open().ask(shipment_of(new))
    except GantryError:
        return

    assert not is_said_to_be_there(said)


SPOILT = ("changed", "shorter", "gone", "changed in its last bytes")


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("asked", [False, True])
def test_an_archive_spoilt_in_the_spool_is_packed_again_at_once(
    place: Place, tmp_path: Path, how: str, asked: bool
) -> None:
    archive = make_archive(tmp_path, instances=4, size=256)
    spoil(archive.path, how)
    attempts: list[GantryError] = []
    with pytest.raises(GantryError) as caught:
        send_with_retry(
            place.open(),
            shipment_of(archive),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: attempts.append(error),
            ask_first=asked,
        )

    assert caught.value.code in (ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_MISSING)
    assert len(attempts) == 1
    if place.archives is not None:
        assert place.archives() == []


def spoil(path: Path, how: str) -> None:
    """Damages an archive as a disk or a virus scanner may."""
    whole = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
        return
    if how == "shorter":
        del whole[len(whole) // 2 :]
    else:
        whole[-6 if how != "changed" else len(whole) // 2] ^= 1
    path.write_bytes(whole)
