"""The form POST: the contract with the receiver, and what counts as delivered elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.http.answer import ANSWER_LIMIT, Answer
from gantry.engine.transfer.kinds.form import FormDestination
from gantry.engine.transfer.verdict.form_receipt import PROOF, RULE_PROOF, is_definite
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
        (201, b"stored", "Content-Type: text/plain"),
        (200, b"OK", "Content-Type: text/plain"),
        (200, b"File uploaded successfully", HTML),
        (200, b'{"code": 0, "msg": "ok"}', HTML),
        (202, b'{"success": true}', JSON),
        (200, b"<?xml version='1.0'?><r><status>ok</status></r>", "Content-Type: application/xml"),
        (200, b"<h1>Upload complete</h1>", HTML),
    ],
)
def test_a_known_sign_of_success_is_delivered_whatever_its_type(
    archive: Archive, status: int, body: bytes, header: str
) -> None:
    with ScriptServer(answer(status, body, header, "Location: /files/12")) as server:
        receipt = send(server.url, archive)

    assert (receipt.outcome, receipt.proof) == (Outcome.STORED, "")
    assert receipt.location == "/files/12"


@pytest.mark.parametrize(
    ("status", "body", "header"),
    [
        (200, b"", "X: 1"),
        (200, b" \r\n", HTML),
        (201, b"", "X: 1"),
        (202, b"", JSON),
        (204, b"", HTML),
        (205, b"", "X: 1"),
        (200, b"null", JSON),
        (200, b'{"id": 12}', JSON),
        (200, b'{"filename": "x.tar.gz"}', JSON),
        (202, b'{"status": "queued"}', JSON),
        (200, b"<!DOCTYPE html><title>Lab</title><p>Welcome</p>", HTML),
        (201, b"  \r\n<HTML>", "Content-Type: text/plain"),
        (200, b"x" * 70_000, "Content-Type: text/plain"),
    ],
)
def test_a_servers_bare_word_is_accepted_with_its_answer(
    archive: Archive, status: int, body: bytes, header: str
) -> None:
    with ScriptServer(answer(status, body, header)) as server:
        receipt = send(server.url, archive)

    assert (receipt.outcome, receipt.proof, server.hits) == (Outcome.ACCEPTED, "", 1)
    assert receipt.body.strip() == body.decode()[:4095].strip() + "…" * (len(body) > 4096)


@pytest.mark.parametrize(
    ("status", "body", "header", "reason"),
    [
        (200, b"<!DOCTYPE html><title>Sign in</title>", HTML, "html"),
        (200, b"<html><script>location='/login'</script>", "X: 1", "html"),
        (200, b"<form><input type=password></form>", HTML, "html"),
        (200, b'{"parcel": "01', JSON, "cut"),
        (201, b'{"sha256": "', "X: 1", "cut"),
        (200, b"[" * 50_000, JSON, "cut"),
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
    "body",
    [
        {"success": False},
        {"code": 500, "msg": "失败"},
        {"data": {"success": False}},
        {"errcode": 40001},
        "上传失败",
        "fail",
        False,
    ],
)
@pytest.mark.parametrize("header", [JSON, HTML, "Content-Type: text/plain"])
def test_failure_reported_by_a_200_is_a_rejection(
    archive: Archive, body: object, header: str
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    with ScriptServer(answer(200, text.encode(), header)) as server:
        error = failure(server.url, archive)

    assert error.code is ErrorCode.REJECTED
    assert not error.transient


def test_a_no_counts_even_beside_the_right_checksum(archive: Archive) -> None:
    said = {"sha256": archive.sha256, "size": archive.size, "stored": False}
    with ScriptServer(answer(200, json.dumps(said).encode(), JSON)) as server:
        assert failure(server.url, archive).code is ErrorCode.REJECTED


@pytest.mark.parametrize(
    ("status", "location", "redirect", "outcome"),
    [
        (302, "/list", "", Outcome.ACCEPTED),
        (303, "/upload", "", Outcome.ACCEPTED),
        (303, "/files/12?done=1", "", Outcome.ACCEPTED),
        (302, "/list", "ok", Outcome.STORED),
        (303, "http://elsewhere.test/thanks", "ok", Outcome.STORED),
    ],
)
def test_a_redirect_after_the_whole_body_took_it(
    archive: Archive, status: int, location: str, redirect: str, outcome: Outcome
) -> None:
    with ScriptServer(answer(status, b"", f"Location: {location}")) as server:
        options = direct(redirect=redirect)
        receipt = FormDestination(server.url, options=options).send(shipment(archive))

    assert (receipt.outcome, receipt.status) == (outcome, status)
    assert server.hits == 1


@pytest.mark.parametrize("redirect", ["", "ok"])
@pytest.mark.parametrize(
    "location",
    ["/login", "/login?next=/upload", "/users/sign_in", "https://sso.test/saml2?x=1",
     "/account/login/", "/?redirect_uri=/upload"],
)  # fmt: skip
def test_a_redirect_to_a_sign_in_page_is_a_no(
    archive: Archive, location: str, redirect: str
) -> None:
    with (
        ScriptServer(answer(302, b"", f"Location: {location}")) as server,
        pytest.raises(GantryError) as caught,
    ):
        FormDestination(server.url, options=direct(redirect=redirect)).send(shipment(archive))

    assert (caught.value.code, caught.value.facts["reason"]) == (ErrorCode.NOT_A_RECEIPT, "html")


@pytest.mark.parametrize(
    "location", ["/upload/", "https://127.0.0.1/upload", "http://elsewhere.test/welcome", ""]
)
def test_a_redirect_to_another_address_is_a_moved_destination(
    archive: Archive, location: str
) -> None:
    with ScriptServer(answer(302, b"", f"Location: {location}")) as server:
        assert failure(server.url, archive).code is ErrorCode.HTTP_MOVED


@pytest.mark.parametrize("location", ["/upload/failed", "/upload?error=quota", "/?status=fail"])
def test_a_redirect_that_speaks_of_an_error_is_a_no(archive: Archive, location: str) -> None:
    with ScriptServer(answer(303, b"", f"Location: {location}")) as server:
        assert failure(server.url, archive).code is ErrorCode.REJECTED


@pytest.mark.parametrize(
    ("rule", "body", "outcome"),
    [
        ("status", b"", Outcome.STORED),
        ("status", b"{}", Outcome.STORED),
        ("/code=1", b'{"code": 1, "msg": "x"}', Outcome.STORED),
        ("/code=0", b'{"code": "0"}', Outcome.STORED),
        ("/code=0", b'{"code": 1, "msg": "ok"}', None),
        ("/code=0", b'{"code": 0.0}', Outcome.STORED),
        ("/code=0", b'{"code": false}', None),
        ("/a~1b/c~0d=1e3", b'{"a/b": {"c~d": 1000}}', Outcome.STORED),
        ("/data/state=ok|queued", b'{"data": {"state": "queued"}}', Outcome.STORED),
        ("/data/0/done=true", b'{"data": [{"done": true}]}', Outcome.STORED),
        ("/code=0", b"ok", None),
        ("/code=0", b'{"state": 0}', None),
        ("text~^stored in \\S+$", b"stored in /x", Outcome.STORED),
        ("text~^stored", b"not stored", None),
    ],
)
def test_a_rule_of_the_users_decides(
    archive: Archive, rule: str, body: bytes, outcome: Outcome | None
) -> None:
    with ScriptServer(answer(200, body)) as server:
        destination = FormDestination(server.url, options=direct(success=rule))
        if outcome is None:
            with pytest.raises(GantryError) as caught:
                destination.send(shipment(archive))
            assert (caught.value.code, caught.value.facts["reason"]) == (ErrorCode.REJECTED, "rule")
        else:
            receipt = destination.send(shipment(archive))
            assert (receipt.outcome, receipt.proof) == (outcome, RULE_PROOF)


@pytest.mark.parametrize(
    "rule", ["code=0", "/code", "/code=", "text~(", "text~a{99999999999999}", "/a~2=1", "yes"]
)
def test_a_rule_that_is_none_is_reported(rule: str) -> None:
    with pytest.raises(GantryError) as caught:
        FormDestination("http://lab.test/up", options=direct(success=rule))
    assert caught.value.code is ErrorCode.CALL_INVALID


@pytest.mark.parametrize(
    ("status", "body", "is_left_open"),
    [
        (504, b"", True),
        (502, b"", True),
        (524, b"", True),
        (408, b"", True),
        (499, b"", True),
        (503, b"Guru Meditation", True),
        (503, b"No server is available", False),
        (500, b"", False),
        (413, b"", False),
        (200, b'{"success": false}', False),
        (200, b'{"success', True),
        (201, b'[{"stored": tr', True),
    ],
)
def test_only_an_answer_about_its_outcome_closes_the_question(
    archive: Archive, status: int, body: bytes, is_left_open: bool
) -> None:
    one = shipment(archive)
    kept: list[bool] = []
    one.keep_handed_over = kept.append
    with ScriptServer(answer(status, body)) as server, pytest.raises(GantryError):
        FormDestination(server.url, options=direct()).send(one)

    assert one.handed_over is is_left_open
    assert kept == ([True] if is_left_open else [True, False])


def test_a_408_before_the_whole_body_says_that_it_never_arrived() -> None:
    assert is_definite(Answer("http://lab/up", 408, {}, b"", early=True))
    assert not is_definite(Answer("http://lab/up", 408, {}, b""))


def test_a_503_that_asks_for_patience_is_the_servers_own_whatever_its_words() -> None:
    words = b"upstream request timeout"
    assert is_definite(Answer("http://lab/up", 503, {"retry-after": "5"}, words))
    assert not is_definite(Answer("http://lab/up", 503, {}, words))


def test_an_answer_that_cannot_be_unpacked_leaves_the_question_open(archive: Archive) -> None:
    one = shipment(archive)
    with (
        ScriptServer(answer(200, b"abcd", "Content-Encoding: gzip")) as server,
        pytest.raises(GantryError),
    ):
        FormDestination(server.url, options=direct()).send(one)

    assert one.handed_over


def test_a_body_that_breaks_off_before_its_end_was_not_handed_over(archive: Archive) -> None:
    one = shipment(archive)
    archive.path.write_bytes(archive.path.read_bytes()[:-1] + b"?")
    with ScriptServer(answer(200, b"ok")) as server, pytest.raises(GantryError):
        FormDestination(server.url, options=direct()).send(one)

    assert not one.handed_over


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
     (200, b"[1]"), (200, b"cut {"), (301, b""), (200, b'{"parcel": "another"}'),
     (404, b'{"error": {"code": "NoSuchKey"}}'), (404, b'{"error": "not-found"}'),
     (404, b"x" * (ANSWER_LIMIT + 1))],
)  # fmt: skip
def test_server_that_does_not_know_the_question_can_not_tell(
    archive: Archive, status: int, body: bytes
) -> None:
    handed_over = shipment(archive)
    handed_over.hand_over(True)
    with ScriptServer(answer(status, body)) as server:
        destination = FormDestination(server.url + "?a=1", options=direct())
        held = destination.ask(shipment(archive))
        with pytest.raises(GantryError) as caught:
            destination.ask(handed_over)

    assert held is None
    assert caught.value.code is ErrorCode.UNCLEAR
    assert server.heads[0].startswith(
        f"GET /upload/{archive.parcel}?a=1&sha256={archive.sha256} HTTP/1.1"
    )


def test_a_receiver_that_keeps_the_contract_proves_that_a_parcel_has_not_arrived(
    tmp_path: Path, archive: Archive
) -> None:
    one = shipment(archive)
    one.hand_over(True)
    with Receiver(tmp_path / "root") as receiver:
        assert FormDestination(receiver.url, options=direct()).ask(one) is None

    assert not one.handed_over


def test_half_an_answer_about_a_parcel_is_asked_for_again(archive: Archive) -> None:
    one = shipment(archive)
    one.hand_over(True)
    body = b'{"error": {"code": "not-found", "message": "Nothing is held under this name."}}'
    with ScriptServer(answer(404, body[:40], length=len(body)), answer(404, body)) as server:
        destination = FormDestination(server.url, options=direct())
        with pytest.raises(GantryError) as caught:
            destination.ask(one)
        handed_over = one.handed_over
        held = destination.ask(one)

    assert (caught.value.code, caught.value.transient) == (ErrorCode.DISCONNECTED, True)
    assert handed_over
    assert (held, one.handed_over) == (None, False)


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


@pytest.mark.parametrize(
    "more", [{"sha256": "0" * 64}, {"size": 1}, {"sha256": "0" * 64, "size": 1}], ids=str
)
def test_a_parcels_name_with_other_content_is_not_the_parcel(
    archive: Archive, more: dict[str, object]
) -> None:
    """A receiver that keeps the contract, but does not look at the SHA-256 of the question."""
    held = {"parcel": archive.parcel, "sha256": archive.sha256, "size": archive.size}
    one = shipment(archive)
    one.hand_over(True)
    with ScriptServer(answer(200, json.dumps({**held, **more}).encode())) as server:
        assert FormDestination(server.url, options=direct()).ask(one) is None

    assert not one.handed_over
