"""Alerts are sent once, signed and without patient data; their target never delays a parcel."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from gantry.alerts import AlertFailed, AlertRules, Alerts, Outbox, Webhook, check_url
from gantry.alerts import webhook as webhook_module
from gantry.alerts.rules import Payload
from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import CANARIES
from support.jobs import PRACTICE, scanned_parcels
from support.process import free_port
from support.script_server import Script, ScriptServer, Talk, answer, never_answer, response

STARTED = events.JobStarted("01JOB", "Archive", "https://pacs.example/in", ())
FAILED = events.JobDone("01JOB", 2, 1, 0, 12.345)
GOOD = events.JobDone("01JOB", 3, 0, 0, 1.0)


def tell(
    outbox: Outbox,
    hook: Webhook | None,
    *told: events.Event,
    always: bool = False,
    silent: ScriptServer | None = None,
) -> None:
    """Runs alerts over these events until they are sent; until the program ends, if the target is
    `silent`: as soon as it was asked."""
    alerts = Alerts(outbox, AlertRules(always), lambda: hook)
    for event in told:
        alerts(event)
    if silent is not None:
        wait_for(lambda: silent.hits)
    alerts.close(60 if silent is None else 1.5)  # more than an alert's chance
    alerts._thread.join(60)
    assert not alerts._thread.is_alive()


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "alerts.sqlite")


def here(server: ScriptServer, **more: object) -> Webhook:
    return Webhook(server.url, loopback_http=True, **more)  # type: ignore[arg-type]


def test_a_failed_job_is_told_once_and_signed(outbox: Outbox) -> None:
    with ScriptServer(answer(204)) as server:
        tell(outbox, here(server, secret="s3cret"), STARTED, FAILED)
        assert server.hits == 1
        head, body = server.heads[0], server.bodies[0]
    assert len(outbox) == 0
    said = json.loads(body)
    assert said["state"] == "failed"
    assert said["destination"] == "Archive"
    assert (said["delivered"], said["failed"], said["job"]) == (2, 1, "01JOB")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b"s3cret", signed, hashlib.sha256).digest()
    assert fields["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert fields["webhook-id"] == said["id"]


def test_a_good_job_is_told_only_where_that_is_wished(outbox: Outbox) -> None:
    with ScriptServer(answer(204)) as server:
        tell(outbox, here(server), STARTED, GOOD)
        assert server.hits == 0
        tell(outbox, here(server), STARTED, GOOD, always=True)
        assert server.hits == 1


@pytest.mark.parametrize(
    ("destination", "label"),
    [
        ("file:///data/Kanarienvogel", "folder"),
        (r"\\server\Kanarienvogel", "folder"),
        (r"D:\Kanarienvogel", "folder"),
        ("https://pacs.example:8443/Kanarienvogel", "pacs.example:8443"),
        ("Our archive", "Our archive"),
    ],
)
def test_a_destination_is_told_by_its_name_or_host(destination: str, label: str) -> None:
    rules = AlertRules()
    rules.payload(events.JobStarted("01JOB", destination, "", ()))
    payload = rules.payload(FAILED)
    assert payload is not None
    assert payload["destination"] == label


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (events.JobDone("01JOB", 2, 0, 0, 1.0), "delivered"),
        (events.JobDone("01JOB", 1, 0, 0, 1.0, accepted=1), "accepted"),
        (events.JobDone("01JOB", 1, 0, 0, 1.0, accepted=1, incomplete=1), "incomplete"),
        (events.JobDone("01JOB", 1, 0, 1, 1.0, unclear=1), "unclear"),
        (events.JobDone("01JOB", 1, 1, 1, 1.0, unclear=1), "failed"),
    ],
)
def test_a_resumed_job_is_told_by_its_destination_and_its_worst_state(
    done: events.JobDone, state: str
) -> None:
    rules = AlertRules(always=True)
    rules.payload(events.JobResumed("01JOB", "Archive", "https://pacs.example/in", ()))
    payload = rules.payload(done)
    assert payload is not None
    assert (payload["destination"], payload["state"]) == ("Archive", state)
    quiet = AlertRules()
    assert (quiet.payload(done) is not None) is (state not in ("delivered", "accepted"))


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_d07_a_target_in_trouble_is_told_later_under_the_same_id(
    tmp_path: Path, status: int
) -> None:
    now = [1000.0]
    outbox = Outbox(tmp_path / "alerts.sqlite", lambda: now[0])
    with ScriptServer(answer(status), answer(204)) as server:
        tell(outbox, here(server), STARTED, FAILED)
        assert (server.hits, len(outbox)) == (1, 1)
        tell(outbox, here(server))  # a restart before its time
        assert server.hits == 1
        now[0] += 31
        alerts = Alerts(outbox, AlertRules(), lambda: here(server))
        wait_for(lambda: not len(outbox))
        alerts.close()
        assert (server.hits, len(outbox)) == (2, 0)
        first, second = (json.loads(body)["id"] for body in server.bodies)
        assert first == second


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_d07_a_target_that_refuses_for_good_is_asked_once(outbox: Outbox, status: int) -> None:
    with ScriptServer(answer(status)) as server:
        tell(outbox, here(server), STARTED, FAILED)
        assert (server.hits, len(outbox)) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_d07_a_redirect_is_not_followed(outbox: Outbox, status: int) -> None:
    with ScriptServer(answer(204)) as elsewhere:
        moved = answer(status, b"", f"Location: {elsewhere.url}")
        with ScriptServer(moved) as server:
            tell(outbox, here(server, secret="s"), STARTED, FAILED)
            assert server.hits == 1
        assert elsewhere.hits == 0


def _trickle(talk: Talk) -> None:
    talk.read_request()
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600:
        talk.send(bytes([byte]))
        if talk.server.stopped.wait(0.1):
            return


def test_d07_a_target_that_trickles_or_is_silent_is_left_after_the_time_limit(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_module, "SECONDS", 0.5)
    for script in (_trickle, never_answer):
        with ScriptServer(script) as server:
            outbox.put({"schema": "x"})
            waiting = outbox.due()
            assert waiting is not None
            with pytest.raises(AlertFailed) as caught:
                here(server).send(waiting)
            assert not caught.value.lasting
            wait_for(lambda: server.hits)
            assert server.hits == 1
            outbox.done(waiting)


@pytest.mark.parametrize("script", [never_answer, _trickle], ids=["silent", "trickling"])
def test_a_target_that_the_end_of_the_program_cuts_off_has_failed_and_holds_up_no_other_run(
    tmp_path: Path, script: Script
) -> None:
    outbox = Outbox(tmp_path / "alerts.sqlite", lambda: 1000.0)
    with ScriptServer(script) as server:
        tell(outbox, here(server), STARTED, FAILED, silent=server)
        with closing(sqlite3.connect(outbox._path)) as db:
            assert db.execute("SELECT failures FROM outbox").fetchall() == [(1,)]
        alerts = Alerts(outbox, AlertRules(), lambda: here(server))
        alerts(STARTED)
        alerts(FAILED)
        assert alerts._idle.wait(60), "the new one waits with the other, and nobody for it"
        alerts.close()
        assert server.hits == 1
    assert len(outbox) == 2


def test_an_alert_of_an_earlier_job_gets_no_time_at_the_end(tmp_path: Path) -> None:
    now = [1000.0]
    outbox = Outbox(tmp_path / "alerts.sqlite", lambda: now[0])
    with ScriptServer(never_answer) as server:
        tell(outbox, here(server), STARTED, FAILED, silent=server)
        now[0] += 31
        alerts = Alerts(outbox, AlertRules(), lambda: here(server))
        wait_for(lambda: server.hits == 2)
        assert alerts._idle.is_set()
        alerts.close()
    assert len(outbox) == 1


def test_an_alert_of_a_resumed_job_names_its_destination(outbox: Outbox) -> None:
    resumed = events.JobResumed(STARTED.job, STARTED.destination, STARTED.url, ())
    with ScriptServer(answer(204)) as server:
        tell(outbox, here(server), resumed, FAILED)
        assert json.loads(server.bodies[0])["destination"] == "Archive"


def test_d07_an_endless_answer_is_not_read(outbox: Outbox) -> None:
    sent = [0]

    def endless(talk: Talk) -> None:
        talk.read_request()
        talk.send(response(200, b"", length=1 << 40))
        for _ in range(4096):
            talk.send(bytes(65536))
            sent[0] += 65536

    with ScriptServer(endless) as server:
        tell(outbox, here(server), STARTED, FAILED)
        assert server.hits == 1
    assert len(outbox) == 0, "the status was what mattered"
    assert sent[0] < 64 << 20, "only what the sockets hold"


def test_d07_no_target_delays_a_parcel(
    canary_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_module, "SECONDS", 600)  # the first one hangs to the end
    parcels = scanned_parcels(canary_folder, studies=2)
    with (
        ScriptServer(never_answer) as server,
        Services(Home.find(str(tmp_path / "home"))) as services,
    ):
        services.preferences.use(
            replace(services.preferences.settings, alert_url=server.url, alert_on="always",
                    alert_loopback_http=True)
        )  # fmt: skip
        destination = services.destinations.open(PRACTICE)
        for round_ in range(2):  # the second, while the first's alert hangs
            done = services.jobs.run(
                services.jobs.new(parcels[round_ : round_ + 1], PRACTICE), destination
            )
            assert done.delivered == 1
            wait_for(lambda: server.hits)
            assert server.hits == 1
        assert not server.stopped.is_set(), "it still says nothing"
        destination.close()
    left = sqlite3.connect(tmp_path / "home" / "state" / "alerts.sqlite")
    kept = [json.loads(row[0]) for row in left.execute("SELECT payload FROM outbox")]
    left.close()
    assert [alert["state"] for alert in kept] == ["delivered", "delivered"]


def test_no_alert_names_a_patient(canary_folder: Path, tmp_path: Path) -> None:
    parcels = scanned_parcels(canary_folder, studies=1)
    with (
        ScriptServer(answer(204)) as server,
        Services(Home.find(str(tmp_path / "home"))) as services,
    ):
        services.preferences.use(
            replace(services.preferences.settings, alert_url=server.url, alert_on="always",
                    alert_loopback_http=True)
        )  # fmt: skip
        destination = services.destinations.open(PRACTICE)
        services.jobs.run(services.jobs.new(parcels, PRACTICE), destination)
        destination.close()
        wait_for(lambda: server.bodies)
        said = server.heads[0] + server.bodies[0].decode()
    assert not any(canary in said for canary in CANARIES)
    assert parcels[0].study_uid not in said


def test_a_broken_outbox_is_replaced_by_an_empty_one(outbox: Outbox, tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    path.write_bytes(b"no database" * 100)
    outbox.put({"schema": "x"})
    assert len(outbox) == 1


def test_an_outbox_that_is_locked_or_full_stops_nobody(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.put({"schema": "x"})
    other = sqlite3.connect(tmp_path / "alerts.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    put, putters = outbox.put, list[str]()

    def put_by(payload: Payload) -> None:
        putters.append(threading.current_thread().name)
        put(payload)

    monkeypatch.setattr(outbox, "put", put_by)
    alerts = Alerts(outbox, AlertRules(), lambda: None)
    alerts(STARTED)
    alerts(FAILED)
    wait_for(lambda: putters)
    assert putters[0] == "gantry-alerts", "who tells of an event never waits for the file"
    alerts.close(0.2)
    other.rollback()
    other.close()


def test_old_alerts_are_dropped_and_there_are_never_too_many(tmp_path: Path) -> None:
    now = [1000.0]
    outbox = Outbox(tmp_path / "alerts.sqlite", lambda: now[0])
    for number in range(510):
        outbox.put({"schema": "x", "n": number})
    assert len(outbox) == 500
    now[0] += 25 * 3600
    assert outbox.due() is None
    assert len(outbox) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the profile's rights are inherited")
def test_the_outbox_is_the_users_alone(outbox: Outbox, tmp_path: Path) -> None:
    outbox.put({"schema": "x"})
    assert stat.S_IMODE((tmp_path / "alerts.sqlite").stat().st_mode) & 0o077 == 0


# Where an alert may go


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x", "ftp://hooks.example/x", "https://user:pw@hooks.example/",
        "https://metadata.google.internal/", "https://METADATA/", "https:///x", "https://[::1/x",
        "https://hooks.example/a b", "https://hooks.example/\r\nX: y", "https://hooks.example:99999/",
        "file:///etc/passwd", "hooks.example",
    ],
)  # fmt: skip
def test_a_url_that_no_webhook_has_is_refused(url: str) -> None:
    with pytest.raises(AlertFailed) as caught:
        check_url(url, loopback_http=False)
    assert caught.value.lasting


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("169.254.169.254", "forbidden address"),
        ("fe80::1", "forbidden address"),
        ("::ffff:169.254.169.254", "forbidden address"),
        ("2002:a9fe:a9fe::1", "forbidden address"),
        ("fd00:ec2::254", "forbidden address"),
        ("100.100.100.200", "forbidden address"),
        ("0.0.0.0", "forbidden address"),
        ("224.0.0.1", "forbidden address"),
        ("127.0.0.1", "this computer"),
        ("::1", "this computer"),
        ("10.1.2.3", "own network"),
        ("192.168.1.1", "own network"),
        ("fd12::1", "own network"),
        ("100.64.0.1", "own network"),
    ],
)
def test_an_address_inside_is_refused_after_the_look_up(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, address: str, reason: str
) -> None:
    """The look-up is faked: no name here leads to such addresses."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        good = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))
        return [good, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    tried = Webhook("https://hooks.example/x")
    outbox.put({"schema": "x"})
    waiting = outbox.due()
    assert waiting is not None
    with pytest.raises(AlertFailed) as caught:
        tried.send(waiting)
    assert (caught.value.reason, caught.value.lasting) == (reason, True)
    assert asked == ["hooks.example"]


def test_connected_is_the_address_that_was_checked_and_the_certificate_is_the_names(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between check and connection a hostile name server may answer otherwise (DNS rebinding)."""
    import ssl

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example").configure_cert(context)
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: object, **more: object) -> list[object]:
        if host == "hooks.example":
            looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, port, *args, **more)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with ScriptServer(answer(204), tls=context) as server:
        hook = Webhook(
            f"https://hooks.example:{server.port}/x",
            intranet=True,
            ca_file=str(tmp_path / "ca.pem"),
        )
        outbox.put({"schema": "x"})
        waiting = outbox.due()
        assert waiting is not None
        assert hook.send(waiting) == 204
        assert f"Host: hooks.example:{server.port}" in server.heads[0]
        assert looked_up == ["hooks.example"], "looked up once: the checked address is used"
        wrong = Webhook(hook.url.replace("hooks", "other"), intranet=True, ca_file=hook.ca_file)
        monkeypatch.setattr(
            socket, "getaddrinfo",
            lambda host, port, *a, **k: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))],
        )  # fmt: skip
        with pytest.raises(AlertFailed):
            wrong.send(waiting)


def test_a_secret_is_in_no_repr() -> None:
    assert "s3cret" not in repr(Webhook("https://x/", secret="s3cret"))


def test_a_store_that_cannot_be_opened_only_delays_the_alert(outbox: Outbox) -> None:
    tried = threading.Event()

    def locked() -> Webhook:
        tried.set()
        raise GantryError(ErrorCode.CREDENTIALS_STORE)

    alerts = Alerts(outbox, AlertRules(), locked)
    alerts(STARTED)
    alerts(FAILED)
    assert tried.wait(60)
    alerts.close()
    assert len(outbox) == 1


def test_nobody_there_is_tried_again_later(outbox: Outbox) -> None:
    hook = Webhook(f"http://127.0.0.1:{free_port()}/", loopback_http=True)
    tell(outbox, hook, STARTED, FAILED)
    assert len(outbox) == 1
