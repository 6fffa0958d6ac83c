"""The receiver: what it stores, refuses and survives."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantry.receiver.limits import ReceiverLimits
from gantry.receiver.server import Receiver
from gantry.receiver.storage import Conflict, Storage, valid_id

ID = "01JZZZZZZZZZZZZZZZZZZZZZZZ"
TOKEN = "token-4711"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def receiver(root: Path) -> Iterator[Receiver]:
    with Receiver(root, token=TOKEN) as running:
        yield running


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rsplit(":", 1)[1].split("/")[0])


def form(data: bytes, field: str = "file", filename: str = "x.tar.gz") -> bytes:
    return (
        f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n'
    ).encode() + data + b"\r\n--b--\r\n"  # fmt: skip


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def ask(
    receiver: Receiver, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(receiver), timeout=120)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names.setdefault("Authorization", f"Bearer {TOKEN}")
    with contextlib.closing(connection):
        connection.request(method, path, body, names)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read() or b"null")


def post(receiver: Receiver, data: bytes, parcel: str = ID, **headers: str) -> tuple[int, Any]:
    headers.setdefault("Content_Type", "multipart/form-data; boundary=b")
    if parcel:
        headers.setdefault("Idempotency_Key", f'"{parcel}"')
    return ask(receiver, "POST", "/parcels", form(data), **headers)


def raw(receiver: Receiver, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port_of(receiver)), 120) as connection:
        connection.sendall(data)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while block := connection.recv(65536):
                answer += block
        return answer


def test_parcel_is_kept_and_answered_with_its_hash(receiver: Receiver, root: Path) -> None:
    status, said = post(receiver, b"hello", Repr_Digest=digest(b"hello"))

    assert status == 201
    assert said["parcel"] == ID
    assert said["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert said["size"] == 5
    assert said["location"] == f"/parcels/{ID}"
    assert (root / f"{ID}.tar.gz").read_bytes() == b"hello"
    assert ask(receiver, "GET", f"/parcels/{ID}") == (200, said)
    assert list((root / ".incoming").iterdir()) == []


def test_repeat_is_answered_200_with_the_same_body(receiver: Receiver) -> None:
    first, again = post(receiver, b"hello"), post(receiver, b"hello")

    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]


def test_other_bytes_under_the_same_name_are_refused(receiver: Receiver, root: Path) -> None:
    post(receiver, b"hello")
    status, said = post(receiver, b"other")

    assert (status, said["error"]["code"]) == (409, "conflict")
    assert (root / f"{ID}.tar.gz").read_bytes() == b"hello"


def test_without_a_name_the_hash_is_the_name(receiver: Receiver) -> None:
    status, said = post(receiver, b"hello", parcel="")

    assert status == 201
    assert said["parcel"] == hashlib.sha256(b"hello").hexdigest()


def test_spoilt_bytes_are_not_kept(receiver: Receiver, root: Path) -> None:
    status, said = post(receiver, b"hellp", Repr_Digest=digest(b"hello"))

    assert (status, said["error"]["code"]) == (422, "digest-mismatch")
    assert list(root.glob("*.tar.gz")) == []
    assert list((root / ".incoming").iterdir()) == []


def test_state_is_read_from_the_disk_after_a_restart(root: Path) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        first = post(receiver, b"hello")
    (root / ".incoming" / "left.part").write_bytes(b"half")
    with Receiver(root, token=TOKEN) as receiver:
        held = ask(receiver, "GET", f"/parcels/{ID}")
        again = post(receiver, b"hello")

    assert held == (200, first[1])
    assert again == (200, first[1])
    assert list((root / ".incoming").iterdir()) == []


@pytest.mark.parametrize("note", [None, "", "{", "[]", '{"parcel": 1}', '{"a": 2}'])
def test_note_that_is_lost_or_broken_is_made_again(root: Path, note: str | None) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        _, first = post(receiver, b"hello")
        path = root / f"{ID}.json"
        path.unlink() if note is None else path.write_text(note, encoding="utf-8")
        status, said = ask(receiver, "GET", f"/parcels/{ID}")

    assert status == 200
    assert said["sha256"] == first["sha256"]


def test_altered_bytes_are_never_answered_with_the_hash_they_had(root: Path) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        post(receiver, b"hello")
        archive = root / f"{ID}.tar.gz"
        times = archive.stat()
        archive.write_bytes(b"HELLO")  # as many bytes, and the times of before
        os.utime(archive, ns=(times.st_atime_ns, times.st_mtime_ns))
        status, said = ask(receiver, "GET", f"/parcels/{ID}")

    assert (status, said["sha256"]) == (200, hashlib.sha256(b"HELLO").hexdigest())


def test_a_resend_mends_what_was_altered_here_and_other_bytes_still_conflict(root: Path) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        post(receiver, b"hello")
        (root / f"{ID}.tar.gz").write_bytes(b"HELLO")
        other = post(receiver, b"other")
        again = post(receiver, b"hello")
        after = post(receiver, b"hello")

    assert other[0] == 409
    assert (again[0], again[1]["sha256"]) == (201, hashlib.sha256(b"hello").hexdigest())
    assert after == (200, again[1])
    assert (root / f"{ID}.tar.gz").read_bytes() == b"hello"


def test_a_note_that_lies_is_not_believed(root: Path) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        _, first = post(receiver, b"hello")
        (root / f"{ID}.json").write_text(json.dumps({**first, "sha256": "0" * 64}))
        said = ask(receiver, "GET", f"/parcels/{ID}")[1]

    assert said["sha256"] == first["sha256"]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer token-4712", "Bearer token-4711x", "Basic dG9rZW4=", TOKEN, "Bearer ü"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_wrong_token_is_refused_before_anything_is_kept(
    receiver: Receiver, root: Path, authorization: str, method: str
) -> None:
    body = form(b"hello") if method == "POST" else None
    status, said = ask(
        receiver,
        method,
        "/parcels",
        body,
        Authorization=authorization.encode().decode("latin-1"),
        Content_Type="multipart/form-data; boundary=b",
    )

    assert (status, said["error"]["code"]) == (401, "token")
    assert list(root.glob("*.tar.gz")) == []


def test_web_page_of_another_origin_is_refused(root: Path) -> None:
    with Receiver(root) as receiver:
        status, said = post(receiver, b"hello", Origin="https://evil.example")

    assert (status, said["error"]["code"]) == (403, "browser")


@pytest.mark.parametrize(
    ("header", "status"),
    [("Origin: https://evil.example", 403), ("Transfer-Encoding: chunked", 411),
     ("Content-Length: many", 400)],
)  # fmt: skip
def test_a_refusal_before_the_body_reaches_who_is_still_sending(
    root: Path, header: str, status: int
) -> None:
    length = "" if "Length" in header else "Content-Length: 5000000\r\n"
    head = f"POST /parcels HTTP/1.1\r\nHost: x\r\n{length}{header}\r\n\r\n"
    with (
        Receiver(root) as receiver,
        socket.create_connection(("127.0.0.1", port_of(receiver)), timeout=120) as client,
    ):
        client.sendall(head.encode() + b"x" * 5_000_000)
        answer = b""
        while block := client.recv(65536):
            answer += block

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.endswith(b"}}")


@pytest.mark.parametrize(
    "parcel",
    ["../x", "..", "a/b", "a\\b", "C:x", "CON", "aux.tar", "a.", "a ", ".hidden", "x" * 65, "ä",
     "a:stream", "a.part", "%2e%2e", "a\x01"],
)  # fmt: skip
def test_name_that_could_leave_the_root_is_refused(
    receiver: Receiver, tmp_path: Path, parcel: str
) -> None:
    before = sorted(p for p in tmp_path.rglob("*"))
    status, said = post(receiver, b"x", parcel.encode().decode("latin-1"))
    asked, _ = ask(receiver, "GET", "/parcels/" + "".join(f"%{b:02x}" for b in parcel.encode()))
    plain = raw(
        receiver,
        b"GET /parcels/" + parcel.encode() + b" HTTP/1.1\r\nConnection: close\r\n"
        b"Authorization: Bearer token-4711\r\n\r\n",
    )

    assert (status, said["error"]["code"]) == (400, "parcel")
    assert asked == 404
    assert b" 200 " not in plain.split(b"\r\n")[0]
    assert sorted(p for p in tmp_path.rglob("*")) == before


@given(st.text(max_size=70))
def test_valid_names_are_plain(text: str) -> None:
    if valid_id(text):
        assert text.isascii()
        assert not set(text) & set('/\\:*?"<>| ')
        assert text[0] != "."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"--b--\r\n", "multipart/form-data; boundary=b"),
        (form(b"x")[:-8], "multipart/form-data; boundary=b"),
        (form(b"x", field="other"), "multipart/form-data; boundary=b"),
        (form(b"x")[:-6] + b"\r\n" + form(b"y"), "multipart/form-data; boundary=b"),
        (b"junk" * 1000, "multipart/form-data; boundary=b"),
        (b"--b\r\n" + b"X: " + b"y" * 10_000, "multipart/form-data; boundary=b"),
        (form(b"x"), "multipart/form-data"),
        (form(b"x"), "multipart/form-data; boundary=" + "c" * 100),
        (form(b"x"), "application/octet-stream"),
        (form(b"x"), "\xff"),
    ],
)
def test_what_is_no_form_with_one_file_is_refused_in_the_one_form_of_errors(
    receiver: Receiver, root: Path, body: bytes, kind: str
) -> None:
    status, said = ask(receiver, "POST", "/parcels", body, Content_Type=kind)

    assert status in (400, 411, 415)
    assert set(said["error"]) >= {"code", "message"}
    assert list(root.glob("*.tar.gz")) == []
    assert list((root / ".incoming").iterdir()) == []


def test_other_fields_of_the_form_are_passed_over(receiver: Receiver, root: Path) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
    status, _ = ask(
        receiver,
        "POST",
        "/parcels",
        head + form(b"hello"),
        Content_Type="multipart/form-data; boundary=b",
        Idempotency_Key=ID,
    )

    assert status == 201
    assert (root / f"{ID}.tar.gz").read_bytes() == b"hello"


@pytest.mark.parametrize(
    "head",
    [
        b"POST /parcels HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
        b"POST /parcels HTTP/1.1\r\n",
        b"POST /parcels HTTP/1.1\r\nContent-Length: -1\r\n",
        b"POST /parcels HTTP/1.1\r\nContent-Length: 1e9\r\n",
        b"POST /parcels HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n",
        b"POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n",
        b"DELETE /parcels HTTP/1.1\r\n",
        b"nonsense\r\n",
        b"GET / HTTP/9.9\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200,
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n",
    ],
)
def test_broken_requests_get_an_error_in_json(receiver: Receiver, head: bytes) -> None:
    answer = raw(receiver, head + b"Authorization: Bearer token-4711\r\n\r\n")

    # HTTP/0.9 and such get a body only
    body = answer[answer.rindex(b"\r\n\r\n") + 4 :] if b"\r\n\r\n" in answer else answer
    assert set(json.loads(body)["error"]) >= {"code", "message"}


@pytest.mark.parametrize("request_", [b"GET /\r\n\r\n", b"GET /\xffHTTP/1.0\r\nAuth\r\n\r\n"])
def test_a_request_of_the_web_s_first_days_is_refused(receiver: Receiver, request_: bytes) -> None:
    assert b'"version"' in raw(receiver, request_)


def test_too_large_is_refused_at_the_head_with_the_limit(root: Path) -> None:
    with Receiver(root, limits=ReceiverLimits(size=1000)) as receiver:
        status, said = post(receiver, b"x" * 2000)
        about = ask(receiver, "GET", "/")
        small, _ = post(receiver, b"x")

    assert (status, said["error"]["code"], said["error"]["limit"]) == (413, "too-large", 1000)
    assert about[1]["limit"] == 1000
    assert small == 201


def test_full_disk_is_a_507(root: Path) -> None:
    with Receiver(root, limits=ReceiverLimits(reserve=1 << 60)) as receiver:
        status, said = post(receiver, b"x")

    assert (status, said["error"]["code"]) == (507, "disk-full")


def test_a_small_disk_takes_what_fits() -> None:
    limits = ReceiverLimits()
    assert limits.reserve_of(6 << 20) == (6 << 20) // 20
    assert limits.reserve_of(1 << 40) == 64 << 20


def test_disk_that_fills_while_storing_is_a_507_and_leaves_nothing(
    receiver: Receiver, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    status, said = post(receiver, b"hello")

    assert (status, said["error"]["code"]) == (507, "disk-full")
    assert list(root.glob("*.tar.gz")) == []


def test_sender_that_goes_away_leaves_nothing(receiver: Receiver, root: Path) -> None:
    body = form(b"x" * 100_000)
    head = (
        f"POST /parcels HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port_of(receiver))) as connection:
        connection.sendall(head + body[:50_000])
        while not list((root / ".incoming").iterdir()):
            threading.Event().wait(0.02)
    for _ in range(3000):
        if not list((root / ".incoming").iterdir()):
            break
        threading.Event().wait(0.02)

    assert list((root / ".incoming").iterdir()) == []
    assert list(root.glob("*.tar.gz")) == []


def test_slow_loris_is_cut_off_and_others_are_served(root: Path) -> None:
    limits = ReceiverLimits(connections=4, head=3, idle=3)
    with Receiver(root, token=TOKEN, limits=limits) as receiver:
        address = ("127.0.0.1", port_of(receiver))
        lazy = [socket.create_connection(address) for _ in range(12)]
        stop = threading.Event()

        def drip() -> None:  # a byte now and then: no single read ever times out
            while not stop.wait(0.1):
                for one in lazy:
                    with contextlib.suppress(OSError):
                        one.sendall(b"X")

        dripping = threading.Thread(target=drip)
        dripping.start()
        status, _ = post(receiver, b"hello")
        stop.set()
        dripping.join()
        for one in lazy:
            one.close()

    assert status == 201


def test_more_than_can_wait_that_say_nothing_keep_nobody_out(root: Path) -> None:
    with Receiver(root, token=TOKEN, limits=ReceiverLimits(waiting=100, polite=0.1)) as receiver:
        address = ("127.0.0.1", port_of(receiver))
        idle = [socket.create_connection(address) for _ in range(400)]
        for one in idle:
            with contextlib.suppress(ConnectionError):
                one.sendall(b"GET / HTTP/1.1\r\nX: ")
        threads = sum(t.name.startswith("Thread-") for t in threading.enumerate())
        statuses = [post(receiver, b"hello", f"P{n}")[0] for n in range(3)]
        for one in idle:
            one.close()

    assert statuses == [201, 201, 201]
    assert threads < 100


def test_strangers_that_stay_after_their_refusal_keep_nobody_out(root: Path) -> None:
    with Receiver(root, token=TOKEN, limits=ReceiverLimits(connections=2)) as receiver:
        address = ("127.0.0.1", port_of(receiver))
        strangers = [socket.create_connection(address) for _ in range(8)]
        for one in strangers:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        status, _ = post(receiver, b"hello")
        for one in strangers:
            one.close()

    assert status == 201


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 72\r\n",
        b"Content-Length: 0\r\nContent-Length: 0\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: \r\n",
        b"Content-Length: 72\r\nTransfer-Encoding: chunked\r\n",
    ],
)
@pytest.mark.parametrize("path", [b"/", b"/parcels/none"])
def test_a_body_after_get_is_not_taken_for_a_request(
    receiver: Receiver, head: bytes, path: bytes
) -> None:
    token = f"Authorization: Bearer {TOKEN}\r\n".encode()
    inner = b"GET / HTTP/1.1\r\n" + token + b"Connection: close\r\n\r\n"
    answer = raw(receiver, b"GET " + path + b" HTTP/1.1\r\n" + token + head + b"\r\n" + inner)

    assert answer.count(b"HTTP/1.1 ") == 1


def test_two_requests_on_one_connection_are_both_answered(receiver: Receiver) -> None:
    token = f"Authorization: Bearer {TOKEN}\r\n".encode()
    first = b"GET /parcels/none HTTP/1.1\r\n" + token + b"\r\n"
    answer = raw(receiver, first + first.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    assert answer.count(b"HTTP/1.1 404") == 2


@pytest.mark.parametrize("target", ["http://any.example/parcels", "HTTP://any.example:1/parcels?a"])
def test_the_absolute_form_of_an_address_is_taken(receiver: Receiver, target: str) -> None:
    status, _ = ask(
        receiver,
        "POST",
        target,
        form(b"hello"),
        Content_Type="multipart/form-data; boundary=b",
        Idempotency_Key=f'"{ID}"',
    )

    assert status == 201
    assert ask(receiver, "GET", f"http://any.example/parcels/{ID}")[0] == 200
    assert ask(receiver, "GET", f"ftp://any.example/parcels/{ID}")[0] == 404


def test_body_that_stops_is_answered_408(root: Path) -> None:
    limits = ReceiverLimits(idle=0.3)
    with Receiver(root, limits=limits) as receiver:
        answer = raw(
            receiver,
            b"POST /parcels HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 5000\r\n\r\n--b\r\n",
        )

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert list((root / ".incoming").iterdir()) == []


@pytest.fixture
def _many_files() -> None:
    """Both ends of every connection are in this process."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))


@pytest.mark.usefixtures("_many_files")
def test_thousand_connections_at_once_are_all_served(root: Path) -> None:
    with Receiver(root, token=TOKEN) as receiver:
        address = ("127.0.0.1", port_of(receiver))
        request = f"GET / HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n"
        connections = [socket.create_connection(address, 60) for _ in range(1000)]
        for one in connections:
            one.sendall(request.encode())
        answers = [one.recv(12) for one in connections]
        for one in connections:
            one.close()

    assert set(answers) == {b"HTTP/1.1 200"}


def test_same_parcel_sent_by_many_at_once_is_stored_once(root: Path) -> None:
    data = random.Random(1).randbytes(200_000)
    statuses: list[int] = []
    with Receiver(root, token=TOKEN) as receiver:
        senders = [
            threading.Thread(target=lambda: statuses.append(post(receiver, data)[0]))
            for _ in range(8)
        ]
        for one in senders:
            one.start()
        for one in senders:
            one.join()

    assert sorted(statuses) == [200] * 7 + [201]
    assert (root / f"{ID}.tar.gz").read_bytes() == data


def test_memory_stays_small_whatever_comes(root: Path) -> None:
    data = b"\r\n--" * 10_000_000  # looks like a boundary all the time
    body = form(data)
    with Receiver(root, token=TOKEN) as receiver:
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            status, _ = ask(
                receiver, "POST", "/parcels", body, Content_Type="multipart/form-data; boundary=b"
            )
            peak = tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    assert status == 201
    assert peak < 8_000_000


def test_early_refusal_reaches_a_sender_that_only_writes(receiver: Receiver) -> None:
    body = form(b"x" * 3_000_000)
    status, said = ask(
        receiver,
        "POST",
        "/parcels",
        body,
        Authorization="Bearer wrong",
        Content_Type="multipart/form-data; boundary=b",
    )

    assert (status, said["error"]["code"]) == (401, "token")


def test_token_is_compared_in_constant_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []
    real: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    ask(receiver, "GET", "/", Authorization="Bearer wrong")

    assert compared == [b"Bearer wrong"]


def test_it_listens_on_this_computer_only(receiver: Receiver) -> None:
    assert receiver.url.startswith("http://127.0.0.1:")


def test_it_can_be_stopped_while_somebody_sends(root: Path) -> None:
    receiver = Receiver(root)
    receiver.start()
    with socket.create_connection(("127.0.0.1", port_of(receiver))) as connection:
        connection.sendall(b"POST /parcels HTTP/1.1\r\nContent-Length: 100\r\n")
        receiver.stop()
        with contextlib.suppress(ConnectionError):
            assert connection.recv(10) == b""


def test_other_letters_of_the_same_name_are_another_parcel(root: Path) -> None:
    storage = Storage(root)
    for parcel in ("abc", "ABC"):
        incoming = storage.begin()
        incoming.write(parcel.encode())
        with contextlib.suppress(Conflict):  # where the file system takes them for one name
            storage.keep(incoming, parcel)
        incoming.discard()

    held = storage.held("abc")
    assert held is not None
    assert held.sha256 == hashlib.sha256(b"abc").hexdigest()


_SERVE = """
import sys, threading
from pathlib import Path
from gantry.receiver.server import Receiver
receiver = Receiver(Path(sys.argv[1]), token="token-4711")
receiver.start()
print(receiver.url, flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("seed", range(6))
def test_c23_killed_receiver_holds_a_parcel_whole_or_not_at_all(root: Path, seed: int) -> None:
    data = random.Random(seed).randbytes(3_000_000)
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1].split("/")[0])
    threading.Timer(random.Random(seed).uniform(0.0, 0.03), process.kill).start()
    body = form(data)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    status = 0
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request(
            "POST",
            "/parcels",
            body,
            {
                "Authorization": f"Bearer {TOKEN}",
                "Idempotency-Key": ID,
                "Content-Type": "multipart/form-data; boundary=b",
            },
        )
        status = connection.getresponse().status
    connection.close()
    process.wait(60)
    process.stdout.close()

    with Receiver(root, token=TOKEN) as receiver:
        held, said = ask(receiver, "GET", f"/parcels/{ID}")
        again, _ = post(receiver, data)
    assert held in (200, 404)
    if held == 200:
        assert said["sha256"] == hashlib.sha256(data).hexdigest()
    assert held == 200 or status != 201
    assert again == (200 if held == 200 else 201)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            [b"GET ", b"POST ", b"/parcels", b"/", b" HTTP/1.1\r\n", b"\r\n", b"Content-Length: ",
             b"5", b"Content-Type: multipart/form-data; boundary=b\r\n", b"--b", b"--", b"\0",
             b"Authorization: Bearer token-4711\r\n",
             b'Content-Disposition: form-data; name="file"', b"Idempotency-Key: ", b'"',
             b"Expect: 100-continue\r\n", b"\xff\xfe"]
        ) | st.binary(max_size=12),
        max_size=30,
    )
)  # fmt: skip
def test_any_bytes_get_an_answer_or_a_closed_connection(
    receiver: Receiver, root: Path, parts: list[bytes]
) -> None:
    connection = socket.create_connection(("127.0.0.1", port_of(receiver)), 120)
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"".join(parts))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    assert ask(receiver, "GET", "/")[0] == 200
    assert list((root / ".incoming").iterdir()) == []
