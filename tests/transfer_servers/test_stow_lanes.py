"""STOW-RS over two connections at once: what happens to one of them, with a real Orthanc."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.access import RequestAuth
from gantry.engine.transfer.kinds.stow import StowDestination
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.retry import send_with_retry
from support.dicom import make_study
from support.fault_proxy import Fault, FaultProxy
from support.nginx import nginx
from support.orthanc import PASSWORD, USER, Orthanc
from support.sending import QUICK, direct
from support.shipments import Positions, archive_of, make_archive, shipment_of

SIGN_IN = Credentials(user=USER, password=PASSWORD)
SHORT = Limits(connect=60, idle=60, answer=60)
BATCH = 300_000  # bytes: two instances of 256 × 256 × 16 bit


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Some 3 MB in 12 batches."""
    return make_archive(tmp_path, series=2, instances=12, size=256)


def uids(archive: Archive) -> list[str]:
    return sorted(f.sop_instance_uid for f in archive.files)


class Watched(StowDestination):
    """In small batches; notes the requests that store, and how many are under way at once."""

    def __init__(self, url: str, limits: Limits = SHORT, options: Options | None = None) -> None:
        super().__init__(url, SIGN_IN, limits, options or direct())
        self.batch_bytes = BATCH
        self.under_way: list[int] = []  # with each request: how many there are with it
        self.before: Callable[[int], None] = lambda number: None
        self._inside = 0
        self._lock = threading.Lock()
        self._original = self._client.request
        self._client.request = self._request  # type: ignore[method-assign]

    def _request(self, method: str, url: str, **more: Any) -> Any:
        if method != "POST":
            return self._original(method, url, **more)
        with self._lock:
            self._inside += 1
            self.under_way.append(self._inside)
            number = len(self.under_way)
        self.before(number)
        try:
            return self._original(method, url, **more)
        finally:
            with self._lock:
                self._inside -= 1


def at(server: Orthanc, proxy: FaultProxy) -> str:
    return server.web_url.replace(f":{server.http_port}", f":{proxy.port}")


def test_two_requests_are_under_way_after_a_first_one_alone(
    server: Orthanc, archive: Archive
) -> None:
    with FaultProxy(server.http_port, *[Fault(latency=0.01)] * 4) as proxy:
        destination = Watched(at(server, proxy))
        assert destination.send(shipment_of(archive)).outcome is Outcome.STORED
    assert destination.under_way[0] == 1
    assert max(destination.under_way) == 2
    assert len(destination.under_way) == 12
    assert sorted(server.stored_uids()) == uids(archive)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset_up=200_000),
        Fault(close_up=450_000),
        Fault(drop_answer=True),
        Fault(cut_answer=9),
    ],
    ids=["reset", "closed", "answer dropped", "answer cut"],
)
def test_one_of_two_connections_cut_the_rest_is_sent_and_nothing_more(
    server: Orthanc, archive: Archive, fault: Fault
) -> None:
    positions, failures = Positions(), []
    with FaultProxy(server.http_port, Fault(), fault) as proxy:  # the second lane's is cut
        destination = Watched(at(server, proxy))
        receipt = send_with_retry(
            destination,
            shipment_of(archive, save=positions),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: failures.append(error),
        )
    assert proxy.fired == 1
    assert len(failures) == 1
    assert receipt.outcome.is_delivered
    assert sorted(server.stored_uids()) == uids(archive)
    assert sum(proxy.sent_up) < archive.content + 3 * BATCH


def test_too_big_for_both_lanes_goes_again_in_smaller_requests(
    server: Orthanc, tmp_path: Path
) -> None:
    paths = make_study(tmp_path / "source", instances=1, size=672)  # passes nginx's 1 MB alone
    paths += make_study(tmp_path / "more", instances=8, size=512)  # two of them don't
    archive = archive_of(paths, tmp_path / "spool")
    with nginx(tmp_path / "nginx", server.http_port) as front:
        destination = Watched(f"dicomweb+{front.url}/dicom-web")
        destination.batch_bytes = 1_300_000
        both = threading.Barrier(2)

        def before(number: int) -> None:
            if number in (2, 3):
                both.wait(60)

        destination.before = before
        assert destination.send(shipment_of(archive)).outcome is Outcome.STORED
    assert destination.under_way[:3] == [1, 1, 2]
    assert destination.batch_bytes == 1 << 20
    assert sorted(server.stored_uids()) == uids(archive)


def test_sign_in_that_ends_on_the_way_keeps_what_was_stored(
    server: Orthanc, archive: Archive
) -> None:
    positions = Positions()
    first = Watched(server.web_url)

    def before(number: int) -> None:
        if number == 4:
            first._client._auth = RequestAuth(Credentials(user=USER, password="ended"), "")

    first.before = before
    with pytest.raises(GantryError) as caught:
        first.send(shipment_of(archive, save=positions))
    assert caught.value.code is ErrorCode.HTTP_401
    stored = server.stored_uids()
    assert 0 < len(stored) < 24
    second = Watched(server.web_url)
    receipt = second.send(shipment_of(archive, position=positions[-1], save=positions))
    assert receipt.outcome is Outcome.STORED
    assert len(second.under_way) <= (24 - len(stored)) // 2 + 1
    assert sorted(server.stored_uids()) == uids(archive)


def test_cancelled_with_two_under_way_both_end_and_the_rest_can_follow(
    server: Orthanc, archive: Archive
) -> None:
    positions, token = Positions(), CancelToken()
    slow = Fault(trickle_up=200_000)
    with FaultProxy(server.http_port, slow, slow) as proxy:
        first = Watched(at(server, proxy))

        def before(number: int) -> None:
            if number == 3:
                threading.Timer(0.05, token.cancel).start()

        first.before = before
        with pytest.raises(Cancelled):
            first.send(shipment_of(archive, save=positions, token=token))
    assert not [t for t in threading.enumerate() if t.name.startswith("gantry-stow")]
    assert len(first.under_way) < 12
    receipt = Watched(server.web_url).send(shipment_of(archive, position=positions[-1]))
    assert receipt.outcome is Outcome.STORED
    assert sorted(server.stored_uids()) == uids(archive)


def test_a_pause_holds_both_and_they_continue(server: Orthanc, archive: Archive) -> None:
    token = CancelToken()
    shipment = shipment_of(archive, token=token)
    destination = Watched(server.web_url, options=direct(bandwidth=Bandwidth(4_000_000)))
    held: list[int] = []

    def look() -> None:
        for _ in range(2):
            threading.Event().wait(1)
            held.append(shipment.progress.sent)
        token.resume()

    def before(number: int) -> None:
        if number == 5:
            token.pause()
            threading.Thread(target=look).start()

    destination.before = before
    # In attempts: Orthanc may hang up on what is paused for longer than a second.
    receipt = send_with_retry(
        destination, shipment, policy=QUICK, on_failure=lambda attempt, error, wait: None
    )
    assert receipt.outcome is Outcome.STORED
    assert 0 < held[0] == held[1] < archive.content
    assert sorted(server.stored_uids()) == uids(archive)


def test_damage_met_after_the_first_batches_is_reported_when_they_have_ended(
    server: Orthanc, archive: Archive
) -> None:
    spoilt = bytearray(archive.path.read_bytes())
    spoilt[len(spoilt) * 3 // 4] ^= 1
    archive.path.chmod(0o600)
    archive.path.write_bytes(spoilt)
    positions = Positions()
    with pytest.raises(GantryError) as caught:
        Watched(server.web_url).send(shipment_of(archive, save=positions))
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED
    stored = server.stored_uids()
    assert 0 < len(stored) < 24
    assert set(stored) < set(uids(archive))
    assert positions
