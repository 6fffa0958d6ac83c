"""The form POST: the contract with the receiver, and what counts as delivered elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.form import PROOF, FormDestination
from gantry.receiver.server import Receiver
from support.nginx import nginx
from support.script_server import ScriptServer, answer, answer_early
from support.sending import bytes_archive, direct, shipment

JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html; charset=utf-8"


def send(url: str, archive: Archive, token: str = "") -> Receipt:
    destination = FormDestination(url, Credentials(token=token), options=direct())
    return destination.send(shipment(archive))


def failure(url: str, archive: Archive) -> GantryError:
    with pytest.raises(GantryError) as caught:
        send(url, archive)
    return caught.value


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return bytes_archive(tmp_path / "spool", 300_000)


def test_receiver_gets_the_bytes_and_the_receipt_proves_it(
    tmp_path: Path, archive: Archive
) -> None:
    with Receiver(tmp_path / "root", token="t") as receiver:
        receipt = send(receiver.url, archive, "t")

    stored = tmp_path / "root" / f"{archive.parcel}.tar.gz"
    assert stored.read_bytes() == archive.path.read_bytes()
    assert (receipt.outcome, receipt.status, receipt.proof) == (Outcome.STORED, 201, PROOF)
    assert receipt.location == f"/parcels/{archive.parcel}"
    assert json.loads(receipt.body)["sha256"] == archive.sha256


def test_repeat_is_answered_as_already_there_and_doubles_nothing(
    tmp_path: Path, archive: Archive
) -> None:
    with Receiver(tmp_path / "root") as receiver:
        send(receiver.url, archive)
        again = send(receiver.url, archive)

    assert (again.outcome, again.status) == (Outcome.ALREADY_THERE, 200)
    assert len(list((tmp_path / "root").glob("*.tar.gz"))) == 1


def test_form_is_what_a_plain_server_expects(archive: Archive) -> None:
    with ScriptServer(answer(201)) as server:
        send(server.url + "?project=7", archive)

    head, body = server.heads[0], server.bodies[0]
    boundary = head.split("boundary=")[1].split("\r\n")[0]
    assert head.startswith("POST /upload?project=7 HTTP/1.1")
    assert f'Idempotency-Key: "{archive.parcel}"' in head
    assert "Repr-Digest: sha-256=:" in head
    assert body.startswith(
        f"--{boundary}\r\nContent-Disposition: form-data; "
        f'name="file"; filename="{archive.parcel}.tar.gz"\r\n'.encode()
    )
    assert body.endswith(f"\r\n--{boundary}--\r\n".encode())
    assert archive.path.read_bytes() in body


def test_field_of_the_form_can_be_chosen(archive: Archive) -> None:
    with ScriptServer(answer(201)) as server:
        FormDestination(server.url, options=direct(field='up"load')).send(shipment(archive))

    assert b'name="up%22load"' in server.bodies[0]


def test_progress_counts_what_is_on_the_wire(archive: Archive) -> None:
    one = shipment(archive)
    with ScriptServer(answer(201)) as server:
        FormDestination(server.url, options=direct()).send(one)

    assert one.progress.sent == one.progress.to_send == len(server.bodies[0])
    assert not one.progress.handed_over


@pytest.mark.parametrize(
    ("status", "body", "header"),
    [
        (201, b"", "X: 1"),
        (204, b"", "X: 1"),
        (201, b"stored", "Content-Type: text/plain"),
        (200, b"OK", "Content-Type: text/plain"),
        (200, b'{"id": 12}', JSON),
        (202, b'{"status": "queued"}', JSON),
        (200, b"null", JSON),
    ],
)
def test_server_of_another_kind_is_taken_at_its_word(
    archive: Archive, status: int, body: bytes, header: str
) -> None:
    with ScriptServer(answer(status, body, header, "Location: /files/12")) as server:
        receipt = send(server.url, archive)

    assert (receipt.outcome, receipt.proof) == (Outcome.STORED, "")
    assert receipt.location == "/files/12"


@pytest.mark.parametrize(
    ("status", "body", "header", "reason"),
    [
        (200, b"<!DOCTYPE html><title>Sign in</title>", HTML, "html"),
        (200, b"<html><script>location='/login'</script>", "X: 1", "html"),
        (201, b"  \r\n<HTML>", "Content-Type: text/plain", "html"),
        (200, b"", JSON, "empty"),
        (200, b"", "X: 1", "empty"),
        (200, b" \r\n", "X: 1", "empty"),
        (202, b"", "X: 1", "empty"),
        (200, b'{"parcel": "01', JSON, "cut"),
        (201, b'{"sha256": "', "X: 1", "cut"),
        (200, b"[" * 50_000, JSON, "cut"),
        (200, b"x" * 70_000, "Content-Type: text/plain", "cut"),
    ],
)
def test_c19_answer_that_is_no_receipt_delivers_nothing(
    archive: Archive, status: int, body: bytes, header: str, reason: str
) -> None:
    with ScriptServer(answer(status, body, header)) as server:
        error = failure(server.url, archive)

    assert server.hits == 1
    assert error.code is ErrorCode.NOT_A_RECEIPT
    assert error.facts["reason"] == reason


def test_c19_receipt_that_breaks_off_on_the_way_is_tried_again(archive: Archive) -> None:
    with ScriptServer(answer(201, b'{"parcel"', JSON, length=200)) as server:
        error = failure(server.url, archive)

    assert error.code is ErrorCode.DISCONNECTED
    assert error.transient


def test_good_answer_before_the_whole_body_delivers_nothing(tmp_path: Path) -> None:
    large = bytes_archive(tmp_path / "large", 20_000_000)
    with ScriptServer(answer_early(200, b"OK", "Content-Type: text/plain")) as server:
        error = failure(server.url, large)

    assert (error.code, error.facts["reason"]) == (ErrorCode.NOT_A_RECEIPT, "early")


@pytest.mark.parametrize("key", ["sha256", "size", "parcel"])
def test_receipt_that_speaks_of_something_else_is_a_mismatch(archive: Archive, key: str) -> None:
    said = {"parcel": archive.parcel, "sha256": archive.sha256, "size": archive.size, key: "other"}
    with ScriptServer(answer(201, json.dumps(said).encode(), JSON)) as server:
        error = failure(server.url, archive)

    assert error.code is ErrorCode.RECEIPT_MISMATCH
    assert error.facts["reason"] == key
    assert error.transient


@pytest.mark.parametrize(
    "body", [{"success": False}, {"error": "no such project"}, {"status": "FAILED"}, {"ok": False}]
)
def test_failure_behind_a_200_is_a_rejection(archive: Archive, body: object) -> None:
    with ScriptServer(answer(200, json.dumps(body).encode(), JSON)) as server:
        error = failure(server.url, archive)

    assert error.code is ErrorCode.REJECTED
    assert not error.transient


def test_c21_rejected_content_is_final_and_the_server_s_words_are_kept(archive: Archive) -> None:
    with ScriptServer(answer(422, b'{"error": {"message": "No \\u001b[31mCT"}}', JSON)) as server:
        error = failure(server.url, archive)

    assert error.code is ErrorCode.HTTP_422
    assert not error.transient
    assert error.private["words"] == "No [31mCT"


def test_hostile_location_and_body_are_cleaned(archive: Archive) -> None:
    with ScriptServer(
        answer(201, b"a\x1b[2Jb\x00", "Location: /x\x01\xc2\x9b" + "y" * 900)
    ) as server:
        receipt = send(server.url, archive)

    assert receipt.body == "a[2Jb"
    assert len(receipt.location) == 500
    assert receipt.location.isprintable()


def test_asked_receiver_tells_what_it_holds(tmp_path: Path, archive: Archive) -> None:
    other = bytes_archive(tmp_path / "other", 100)
    with Receiver(tmp_path / "root", token="t") as receiver:
        destination = FormDestination(receiver.url, Credentials(token="t"), options=direct())
        before = destination.ask(shipment(archive))
        destination.send(shipment(archive))
        after = destination.ask(shipment(archive))
        (tmp_path / "root" / f"{other.parcel}.tar.gz").write_bytes(b"something else")
        different = destination.ask(shipment(other))

    assert before is None
    assert after is not None
    assert (after.outcome, after.proof) == (Outcome.ALREADY_THERE, PROOF)
    assert different is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b""), (405, b"no"), (500, b"oops"), (401, b""), (200, b"<html>"), (200, b"{}"),
     (200, b"[1]"), (200, b"cut {"), (301, b"")],
)  # fmt: skip
def test_server_that_does_not_know_the_question_holds_nothing(
    archive: Archive, status: int, body: bytes
) -> None:
    with ScriptServer(answer(status, body)) as server:
        held = FormDestination(server.url + "?a=1", options=direct()).ask(shipment(archive))

    assert held is None
    assert server.heads[0].startswith(
        f"GET /upload/{archive.parcel}?a=1&sha256={archive.sha256} HTTP/1.1"
    )


def test_server_that_is_down_can_not_be_asked(archive: Archive) -> None:
    with ScriptServer(answer(503)) as server, pytest.raises(GantryError) as caught:
        FormDestination(server.url, options=direct()).ask(shipment(archive))

    assert caught.value.code is ErrorCode.HTTP_503


def test_c05_nginx_with_its_default_limit_is_explained(tmp_path: Path) -> None:
    large = bytes_archive(tmp_path / "spool", 20_000_000)
    with (
        Receiver(tmp_path / "root") as receiver,
        nginx(tmp_path / "nginx", port_of(receiver)) as front,
    ):
        error = failure(f"{front.url}/parcels", large)
        small = send(f"{front.url}/parcels", bytes_archive(tmp_path / "spool", 900_000))

    assert error.code is ErrorCode.HTTP_413
    assert error.facts["front_end"] == "nginx"
    assert error.facts["setting"] == "client_max_body_size"
    assert not error.transient
    assert small.outcome is Outcome.STORED
    assert len(list((tmp_path / "root").glob("*.tar.gz"))) == 1


@pytest.mark.parametrize("buffering", [True, False])
def test_nginx_without_a_limit_lets_everything_through(tmp_path: Path, buffering: bool) -> None:
    large = bytes_archive(tmp_path / "spool", 20_000_000)
    with (
        Receiver(tmp_path / "root") as receiver,
        nginx(tmp_path / "nginx", port_of(receiver), max_body="0", buffering=buffering) as front,
    ):
        receipt = send(f"{front.url}/parcels", large)

    assert (receipt.outcome, receipt.proof) == (Outcome.STORED, PROOF)


def test_nginx_in_front_of_nothing_is_a_502(tmp_path: Path, archive: Archive) -> None:
    with Receiver(tmp_path / "root") as receiver:
        port = port_of(receiver)
    with nginx(tmp_path / "nginx", port, max_body="0") as front:
        error = failure(f"{front.url}/parcels", archive)

    assert error.code is ErrorCode.HTTP_502
    assert error.facts["front_end"] == "nginx"
    assert error.transient


def test_any_http_client_can_send_to_the_receiver(tmp_path: Path) -> None:
    with Receiver(tmp_path / "root") as receiver, requests.Session() as session:
        session.trust_env = False
        reply = session.post(receiver.url, files={"file": ("x.tar.gz", b"hello")})

    assert reply.status_code == 201
    assert (tmp_path / "root" / f"{reply.json()['sha256']}.tar.gz").read_bytes() == b"hello"


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rsplit(":", 1)[1].split("/")[0])
