"""One bad instance costs only itself, whatever the server answers; the rest arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine.clock import SYSTEM
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Destination, Limits, pacer_of
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.kinds.c_store import DimseDestination
from gantry.engine.transfer.registry import open_destination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.messages import error_message
from support import odd_scp
from support.bad_front import CUT, BadFront
from support.dicom import CANARIES
from support.odd_scp import ABORT, OddScp
from support.orthanc import PASSWORD, USER, Orthanc
from support.sending import direct
from support.shipments import Positions, make_archive, shipment_of

SIGN_IN = Credentials(user=USER, password=PASSWORD)
LIMITS = Limits(connect=5, idle=10, answer=20)
POLICY = RetryPolicy(attempts=8, first_wait=0.01, longest_wait=0.05, longest_retry_after=0.01)


class Attempts(list[GantryError]):
    def __call__(self, attempt: int, error: GantryError, wait: float | None) -> None:
        self.append(error)


def deliver(
    destination: Destination,
    archive: Archive,
    positions: Positions | None = None,
    failures: Attempts | None = None,
) -> Receipt:
    positions = Positions() if positions is None else positions
    position = positions[-1] if positions else ""
    pacer = pacer_of(destination, SYSTEM)
    pacer.waits = POLICY
    try:
        return send_with_retry(
            destination,
            shipment_of(archive, position=position, save=positions),
            policy=POLICY,
            pacer=pacer,
            on_failure=Attempts() if failures is None else failures,
            ask_first=bool(position),
        )
    finally:
        destination.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc") as running:
        yield running


KINDS: dict[str, Callable[[int], str]] = {
    "dicomweb": lambda port: f"dicomweb+http://127.0.0.1:{port}/dicom-web",
    "orthanc": lambda port: f"orthanc+http://127.0.0.1:{port}",
}


def through(front: BadFront, kind: str) -> Destination:
    return open_destination(KINDS[kind](front.port), SIGN_IN, LIMITS, direct())


def uids(archive: Archive) -> list[str]:
    return [f.sop_instance_uid for f in archive.files]


def assert_only_lacks(error: NotAllStored, archive: Archive, bad: list[str]) -> None:
    """The message names them, and how many arrived; it names no patient."""
    assert error.code is ErrorCode.PARTLY_STORED
    outcomes = {o.sop_instance_uid: o.outcome for o in error.receipt.instances}
    assert [uid for uid, outcome in outcomes.items() if outcome is Outcome.REJECTED] == bad
    assert error.facts["stored"] == len(archive.files) - len(bad)
    said = error_message(error).what
    assert all(uid in said for uid in bad)
    assert all(f.series_instance_uid in said for f in archive.files if f.sop_instance_uid in bad)
    assert f"{len(archive.files) - len(bad)} of {len(archive.files)}" in said
    assert not any(canary in said for canary in CANARIES)


CASES = [(500, which) for which in ([3], [0], [7], [6, 7], [0, 4])]
CASES += [(status, [3]) for status in (501, 502, 503, 504, 507, 422, 415, CUT)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("status", "which"), CASES, ids=str)
def test_the_rest_arrives_and_the_message_names_it(
    tmp_path: Path, server: Orthanc, kind: str, status: int, which: list[int]
) -> None:
    archive = make_archive(tmp_path, instances=8)
    bad = [uids(archive)[n] for n in which]
    with (
        BadFront(server.http_port, bad, status) as front,
        pytest.raises(NotAllStored) as caught,
    ):
        deliver(through(front, kind), archive)
    assert_only_lacks(caught.value, archive, bad)
    assert sorted(server.stored_uids()) == sorted(set(uids(archive)) - set(bad))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [403, 418])
def test_a_firewall_that_forbids_one_costs_only_that_one(
    tmp_path: Path, server: Orthanc, kind: str, status: int
) -> None:
    archive = make_archive(tmp_path, instances=120)
    bad = uids(archive)[110]  # in the second batch: the server took others before
    with BadFront(server.http_port, [bad], status) as front, pytest.raises(NotAllStored) as caught:
        deliver(through(front, kind), archive)
    assert_only_lacks(caught.value, archive, [bad])
    assert len(server.stored_uids()) == 119


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_forbids_all_is_not_asked_long(
    tmp_path: Path, server: Orthanc, kind: str
) -> None:
    archive, failures = make_archive(tmp_path, instances=8), Attempts()
    front = BadFront(server.http_port, uids(archive), 403)
    with front, pytest.raises(GantryError) as caught:
        deliver(through(front, kind), archive, failures=failures)
    assert caught.value.code is ErrorCode.HTTP_403
    assert len(failures) == 1
    assert len(front.refused) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_retry_sends_only_what_lacks(tmp_path: Path, server: Orthanc, kind: str) -> None:
    archive, positions = make_archive(tmp_path, instances=8), Positions()
    bad = uids(archive)[2]
    with BadFront(server.http_port, [bad], 500) as front, pytest.raises(NotAllStored):
        deliver(through(front, kind), archive, positions)
    with BadFront(server.http_port, uids(archive)[3:], 500) as front:  # those would fail now
        receipt = deliver(through(front, kind), archive, positions)
    assert not front.refused
    assert receipt.outcome is Outcome.STORED
    assert sorted(server.stored_uids()) == sorted(uids(archive))


def test_a_bad_one_among_many_is_found_in_few_requests(tmp_path: Path, server: Orthanc) -> None:
    archive = make_archive(tmp_path, instances=250)
    bad = uids(archive)[137]
    with BadFront(server.http_port, [bad], 500) as front, pytest.raises(NotAllStored) as caught:
        deliver(through(front, "dicomweb"), archive)
    assert_only_lacks(caught.value, archive, [bad])
    assert len(front.refused) < 15


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_fails_at_everything_is_said_to_fail(
    tmp_path: Path, server: Orthanc, kind: str
) -> None:
    archive, failures = make_archive(tmp_path, instances=8), Attempts()
    with (
        BadFront(server.http_port, uids(archive), 500) as front,
        pytest.raises(GantryError) as caught,
    ):
        deliver(through(front, kind), archive, failures=failures)
    assert caught.value.code is ErrorCode.HTTP_500
    assert len(failures) == POLICY.attempts
    assert server.stored_uids() == []


STATUSES = {"A700": 0xA700, "abort": ABORT}


def bad_ones(status: int, bad: list[str]) -> odd_scp.Store:
    def store(scp: OddScp, uid: str) -> int:
        return status if uid in bad else odd_scp.keeps_all(scp, uid)

    return store


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("find", [None, odd_scp.honest], ids=["no list", "list"])
@pytest.mark.parametrize("which", [[3], [0], [7], [6, 7], [0, 4], [3, 4]], ids=str)
def test_a_status_or_an_abort_at_one_costs_only_that_one(
    tmp_path: Path, status: str, find: odd_scp.Find | None, which: list[int]
) -> None:
    archive = make_archive(tmp_path, instances=8)
    bad = [uids(archive)[n] for n in which]
    with (
        OddScp(bad_ones(STATUSES[status], bad), find) as scp,
        pytest.raises(NotAllStored) as caught,
    ):
        deliver(DimseDestination(scp.url, limits=LIMITS), archive)
    assert_only_lacks(caught.value, archive, bad)
    assert sorted(scp.kept) == sorted(set(uids(archive)) - set(bad))


@pytest.mark.parametrize("code", [0x0110, 0x0122, 0x0124, 0xA900, 0xC000])
def test_a_refusal_is_recorded_at_once_and_retry_tries_that_one_again(
    tmp_path: Path, code: int
) -> None:
    archive, positions = make_archive(tmp_path, instances=8), Positions()
    bad = uids(archive)[3]
    with OddScp(bad_ones(code, [bad]), odd_scp.lies) as scp:
        for sent in (8, 9):
            with pytest.raises(NotAllStored) as caught:
                deliver(DimseDestination(scp.url, limits=LIMITS), archive, positions)
            assert_only_lacks(caught.value, archive, [bad])
            assert len(scp.offered) == sent


def test_a_peer_that_is_out_of_room_for_all_says_so(tmp_path: Path) -> None:
    archive, failures = make_archive(tmp_path, instances=8), Attempts()
    with OddScp(bad_ones(0xA700, uids(archive))) as scp, pytest.raises(GantryError) as caught:
        deliver(DimseDestination(scp.url, limits=LIMITS), archive, failures=failures)
    assert caught.value.code is ErrorCode.HTTP_507
    assert len(scp.offered) <= 2 * POLICY.attempts


def test_a_peer_that_runs_out_of_room_midway_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=12)

    def three(scp: OddScp, uid: str) -> int:
        if len(scp.kept) >= 3 and uid not in scp.kept:
            return 0xA700
        return odd_scp.keeps_all(scp, uid)

    with OddScp(three, odd_scp.honest) as scp, pytest.raises(GantryError) as caught:
        deliver(DimseDestination(scp.url, limits=LIMITS), archive)
    assert caught.value.code is ErrorCode.HTTP_507
    assert (caught.value.facts["stored"], caught.value.facts["count"]) == (3, 12)
    assert len(scp.kept) == 3


def test_a_peer_that_aborts_now_and_then_gets_all(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=10)

    def every_fourth(scp: OddScp, uid: str) -> int:
        return ABORT if len(scp.offered) % 4 == 0 else odd_scp.keeps_all(scp, uid)

    with OddScp(every_fourth, odd_scp.honest) as scp:
        receipt = deliver(DimseDestination(scp.url, limits=LIMITS), archive)
    assert receipt.outcome is Outcome.STORED
    assert sorted(scp.kept) == sorted(uids(archive))


def test_room_that_is_made_after_a_while_is_used(tmp_path: Path) -> None:
    archive, tries = make_archive(tmp_path, instances=8), dict[str, int]()

    def third_try(scp: OddScp, uid: str) -> int:
        tries[uid] = tries.get(uid, 0) + 1
        return 0xA700 if tries[uid] <= 2 else odd_scp.keeps_all(scp, uid)

    with OddScp(third_try, odd_scp.honest) as scp:
        receipt = deliver(DimseDestination(scp.url, limits=LIMITS), archive)
    assert receipt.outcome is Outcome.STORED
