"""tus servers that misbehave, played by a mock: the real one keeps to its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.kinds.tus_upload import STALLS, TusDestination
from support import twos
from support.odd_tus import OddTus
from support.sending import bytes_archive
from support.shipments import Positions, make_archive, shipment_of


@pytest.fixture
def server() -> Iterator[OddTus]:
    with OddTus() as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, instances=4, size=128)


def send(server: OddTus, archive: Archive, pieces: int = 4) -> tuple[TusDestination, Outcome]:
    tus = TusDestination(server.url)
    tus.chunk = archive.size // pieces
    outcome = tus.send(shipment_of(archive)).outcome
    assert bytes(server.data) == archive.path.read_bytes()
    return tus, outcome


def test_a_wrong_offset_is_asked_for_again(server: OddTus, archive: Archive) -> None:
    def ahead(number: int, body: bytes) -> int | None:
        if number == 2:  # the answer to this piece gets lost, but not the piece
            server.data += body
            return 409
        return None

    server.spoil = ahead
    assert send(server, archive)[1] is Outcome.STORED


@pytest.mark.parametrize("status", [404, 410])
def test_an_upload_that_is_gone_starts_again(server: OddTus, archive: Archive, status: int) -> None:
    def gone(number: int, body: bytes) -> int | None:
        if number == 3:
            server.uploads += 1000
            return status
        return None

    server.spoil = gone
    assert send(server, archive)[1] is Outcome.STORED
    assert [offset for _, offset in server.patches].count(0) == 2


def test_a_locked_upload_is_waited_for(server: OddTus, archive: Archive) -> None:
    server.spoil = lambda number, body: 423 if number == 2 else None
    assert send(server, archive)[1] is Outcome.STORED


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_that_was_spoilt_on_the_way_is_sent_again(archive: Archive, algorithm: str) -> None:
    with OddTus(checksum=f"md5,{algorithm}") as server:
        server.checksum = algorithm
        server.spoil = lambda number, body: 460 if number == 2 else None
        assert send(server, archive)[1] is Outcome.STORED
        assert [offset for _, offset in server.patches].count(archive.size // 4) == 2


@pytest.mark.parametrize("status", [405, 501, 403])
def test_a_front_end_without_patch_gets_a_post(
    server: OddTus, archive: Archive, status: int
) -> None:
    server.spoil = lambda number, body: status if server.patches[-1][0] == "PATCH" else None
    assert send(server, archive)[1] is Outcome.STORED
    assert [method for method, _ in server.patches].count("PATCH") == 1


def test_pieces_shrink_until_a_front_end_takes_them(server: OddTus, archive: Archive) -> None:
    server.spoil = lambda number, body: 413 if len(body) > 40_000 else None
    tus, outcome = send(server, archive, pieces=1)
    assert outcome is Outcome.STORED
    assert tus.chunk <= 40_000


def test_a_front_end_that_takes_nothing_is_final(server: OddTus, archive: Archive) -> None:
    server.spoil = lambda number, body: 413
    with pytest.raises(GantryError) as caught:
        send(server, archive)
    assert caught.value.code is ErrorCode.HTTP_413
    assert not caught.value.transient


@pytest.mark.parametrize(
    "report", ["-1", "9" * 12, "many", ""], ids=["negative", "beyond", "text", "none"]
)
def test_an_impossible_offset_is_an_error(server: OddTus, archive: Archive, report: str) -> None:
    server.report = lambda offset: report
    with pytest.raises(GantryError) as caught:
        send(server, archive)
    assert caught.value.code is ErrorCode.HTTP_UNEXPECTED


def test_an_offset_that_stands_still_ends_the_send(server: OddTus, archive: Archive) -> None:
    server.spoil = lambda number, body: 409
    with pytest.raises(GantryError) as caught:
        send(server, archive)
    assert caught.value.code is ErrorCode.NO_PROGRESS
    assert len(server.patches) == STALLS + 1


def test_an_offset_that_goes_back_is_followed(server: OddTus, archive: Archive) -> None:
    def back(number: int, body: bytes) -> int | None:
        if number == 3:
            del server.data[archive.size // 8 :]
            return 409
        return None

    server.spoil = back
    assert send(server, archive)[1] is Outcome.STORED


def test_an_upload_on_another_host_is_refused(archive: Archive) -> None:
    with OddTus() as server:
        tus = TusDestination(server.url)
        answer = tus._endpoint._client.request("OPTIONS", server.url.removeprefix("tus+"))
        for location in ("http://evil.example/files/1", "", "ftp://127.0.0.1/x", "//evil/1"):
            fake = type(answer)(answer.url, 201, {"location": location}, b"")
            with pytest.raises(GantryError):
                tus._endpoint._upload_url(fake)
        inner = type(answer)(answer.url, 201, {"location": "http://127.0.0.1:1080/files/7"}, b"")
        assert tus._endpoint._upload_url(inner) == f"{server.url.removeprefix('tus+')}/7"


def test_an_address_that_was_given_to_another_upload_of_the_same_length_is_not_ours(
    server: OddTus, tmp_path: Path
) -> None:
    """The server was set up again and counts its uploads from the start."""
    first, second = twos.of_one_study(tmp_path)
    assert first.size == second.size
    positions = Positions()
    TusDestination(server.url).send(shipment_of(first, save=positions))
    server.uploads = 0
    TusDestination(server.url).send(shipment_of(second))

    again = shipment_of(first, position=positions[-1])
    assert TusDestination(server.url).ask(again) is None
    assert TusDestination(server.url).send(again).outcome is Outcome.STORED
    assert bytes(server.data) == first.path.read_bytes()


def test_an_upload_of_the_same_length_is_not_taken_for_another_archives(
    server: OddTus, tmp_path: Path
) -> None:
    """By the position alone: this server doesn't tell what its uploads are made of."""
    old, new = (bytes_archive(tmp_path / str(seed), 100_000, seed) for seed in (1, 2))
    positions = Positions()
    TusDestination(server.url).send(shipment_of(old, save=positions))
    server.metadata = ""
    held = TusDestination(server.url).ask(shipment_of(new, position=positions[-1]))
    assert held is None
    receipt = TusDestination(server.url).send(shipment_of(new, position=positions[-1]))
    assert receipt.outcome is Outcome.STORED
    assert bytes(server.data) == new.path.read_bytes()
