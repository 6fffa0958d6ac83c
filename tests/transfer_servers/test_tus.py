"""tus against the tus project's own server, and behind a real nginx."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from support.shipments import Positions, make_archive, shipment_of
from support.tus_server import TusServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TusServer]:
    with TusServer(tmp_path / "server") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, instances=6, size=512)


def arrived(server: TusServer) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in server.finished()]


def test_an_archive_arrives_whole(server: TusServer, archive: Archive) -> None:
    tus = TusDestination(server.url)
    shipment = shipment_of(archive)
    receipt = tus.send(shipment)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "tus offset and length"
    assert arrived(server) == [archive.sha256]
    assert shipment.progress.sent == archive.size


def test_c14_a_cut_send_resumes_at_the_servers_offset(server: TusServer, archive: Archive) -> None:
    tus = TusDestination(server.url)
    tus.chunk = archive.size // 5
    token, positions = CancelToken(), Positions()
    shipment = shipment_of(archive, token=token, save=positions)
    original = tus._endpoint.patch

    def two_chunks_then_cut(upload, offset, body, shipment):  # type: ignore[no-untyped-def]
        if offset >= 2 * tus.chunk:
            token.cancel()
        return original(upload, offset, body, shipment)

    tus._endpoint.patch = two_chunks_then_cut  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        tus.send(shipment)
    fresh = TusDestination(server.url)
    again = shipment_of(archive, position=positions[-1])
    sent = []
    client = fresh._endpoint._client
    original_request = client.request
    client.request = lambda *a, **k: sent.append(k.get("body")) or original_request(*a, **k)  # type: ignore
    assert fresh.send(again).outcome is Outcome.STORED
    assert sum(body.size for body in sent if body) == archive.size - 2 * tus.chunk
    assert arrived(server) == [archive.sha256]


def test_c23_a_killed_server_is_asked_how_far_it_got(
    server: TusServer, archive: Archive, tmp_path: Path
) -> None:
    tus = TusDestination(server.url)
    tus.chunk = archive.size // 4
    positions = Positions()
    shipment = shipment_of(archive, save=positions)
    original = tus._endpoint.patch

    def kill_before_third(upload, offset, body, shipment):  # type: ignore[no-untyped-def]
        if offset == 2 * tus.chunk:
            server.kill()
        return original(upload, offset, body, shipment)

    tus._endpoint.patch = kill_before_third  # type: ignore[method-assign]
    with pytest.raises(GantryError) as caught:
        tus.send(shipment)
    assert caught.value.transient
    server.start()
    tus._endpoint.patch = original  # type: ignore[method-assign]
    assert tus.send(shipment).outcome is Outcome.STORED
    assert arrived(server) == [archive.sha256]


def test_c11_a_dropped_upload_starts_again(server: TusServer, archive: Archive) -> None:
    positions = Positions()
    tus = TusDestination(server.url)
    shipment = shipment_of(archive, save=positions)
    tus._create(shipment)
    for file in server.folder.iterdir():
        file.unlink()
    assert tus.send(shipment).outcome is Outcome.STORED
    assert arrived(server) == [archive.sha256]
    assert len(positions) == 2


def test_the_position_of_another_archive_is_not_used(server: TusServer, archive: Archive) -> None:
    tus = TusDestination(server.url)
    upload = f"{server.url.removeprefix('tus+')}/abc"
    foreign = json.dumps({"upload": upload, "archive": "00"})
    assert tus.ask(shipment_of(archive, position=foreign)) is None
    assert tus.ask(shipment_of(archive, position="{broken")) is None


def test_c24_an_upload_url_of_another_server_is_never_asked(
    server: TusServer, archive: Archive
) -> None:
    position = json.dumps({"upload": "http://127.0.0.2:1/files/x", "archive": archive.sha256})
    assert TusDestination(server.url).ask(shipment_of(archive, position=position)) is None


def test_a_finished_upload_is_already_there(server: TusServer, archive: Archive) -> None:
    positions = Positions()
    tus = TusDestination(server.url)
    tus.send(shipment_of(archive, save=positions))
    receipt = tus.ask(shipment_of(archive, position=positions[-1]))
    assert receipt is not None
    assert receipt.outcome is Outcome.ALREADY_THERE
    assert tus.send(shipment_of(archive, position=positions[-1])).outcome is Outcome.ALREADY_THERE
    assert arrived(server) == [archive.sha256]


def test_the_servers_limit_is_known_before_a_byte_is_sent(tmp_path: Path, archive: Archive) -> None:
    with TusServer(tmp_path / "small", max_size=10_000) as small:
        shipment = shipment_of(archive)
        with pytest.raises(GantryError) as caught:
            TusDestination(small.url).send(shipment)
    assert caught.value.code is ErrorCode.HTTP_413
    assert caught.value.facts["limit"] == 10_000
    assert shipment.progress.sent == 0


def test_a_bearer_token_signs_in(tmp_path: Path, archive: Archive) -> None:
    with TusServer(tmp_path / "closed", token="geheim") as closed:
        with pytest.raises(GantryError) as caught:
            TusDestination(closed.url).send(shipment_of(archive))
        assert caught.value.code is ErrorCode.HTTP_401
        receipt = TusDestination(closed.url, Credentials(token="geheim")).send(shipment_of(archive))
        assert receipt.outcome is Outcome.STORED
        assert arrived(closed) == [archive.sha256]


def test_a_damaged_archive_never_arrives_whole(server: TusServer, archive: Archive) -> None:
    data = bytearray(archive.path.read_bytes())
    data[len(data) // 2] ^= 1
    archive.path.chmod(0o600)
    archive.path.write_bytes(data)
    with pytest.raises(GantryError) as caught:
        TusDestination(server.url).send(shipment_of(archive))
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED
    assert arrived(server) == []


def test_abandoning_frees_the_servers_disk(server: TusServer, archive: Archive) -> None:
    tus, shipment = TusDestination(server.url), shipment_of(archive)
    tus._create(shipment)
    assert len(list(server.folder.iterdir())) == 2
    tus.abandon(shipment)
    assert list(server.folder.iterdir()) == []
