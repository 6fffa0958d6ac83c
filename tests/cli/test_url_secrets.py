"""No secret of a destination's URL is stored in a file, or printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cli import Cli, Ran
from support.dicom import make_study
from support.script_server import ScriptServer, Talk, response

pytestmark = pytest.mark.same_everywhere

SECRET = "Zx8-canary/ß".replace("ß", "%C3%9F")


@pytest.fixture
def server() -> Iterator[ScriptServer]:
    """Accepts any upload, and repeats the address in its answer and in a header."""

    def take(talk: Talk) -> None:
        head = talk.read_head()
        talk.read_body(head)
        target = head.split(b" ")[1]
        body = json.dumps({"ok": True, "stored": target.decode()}).encode()
        talk.socket.sendall(response(201, body, f"Location: {target.decode()}"))

    with ScriptServer(take) as running:
        yield running


def clear_of_secrets(cli: Cli, *ran: Ran) -> bool:
    files = [p for p in cli.home.rglob("*") if p.is_file()]
    texts = [p.read_bytes() for p in files]
    texts += [(r.out + r.err).encode() for r in ran]
    return not any(b"Zx8-canary" in text for text in texts)


def address_of(server: ScriptServer) -> str:
    return f"{server.url}?site=3&sig={SECRET}"


def test_a_secret_in_an_address_is_sent_and_neither_kept_nor_said(
    cli: Cli, tmp_path: Path, server: ScriptServer
) -> None:
    make_study(tmp_path / "src", instances=1)
    ran = cli("send", tmp_path / "src", "--to", address_of(server), "--json")
    assert ran.code == 0, ran.err
    posts = [h.split()[1] for h in server.heads if h.startswith("POST")]
    assert posts
    assert all(f"?site=3&sig={SECRET}" in target for target in posts)
    history = cli("history", "--json")
    detail = cli("history", "--parcel", history.of("parcel")[0]["id"], "--json")
    assert "sig=***" in history.out + detail.out + ran.out
    assert clear_of_secrets(cli, ran, history, detail)


@pytest.mark.parametrize("place", [";jsessionid={}", "?a=1;sig={}", "?usertoken={}"])
def test_so_is_one_in_an_unusual_place(
    cli: Cli, tmp_path: Path, server: ScriptServer, place: str
) -> None:
    make_study(tmp_path / "src", instances=1)
    ran = cli("send", tmp_path / "src", "--to", server.url + place.format(SECRET), "--json")
    assert ran.code == 0, ran.err
    assert any(place.format(SECRET) in h for h in server.heads if h.startswith("POST"))
    assert clear_of_secrets(cli, ran, cli("history", "--json"))


def test_two_secrets_of_one_name_are_both_sent_and_both_kept(
    cli: Cli, tmp_path: Path, server: ScriptServer
) -> None:
    make_study(tmp_path / "src", instances=1)
    cli.home.mkdir()
    place = {"name": "Inbox", "url": f"{server.url}?token={SECRET}1&token={SECRET}2"}
    (cli.home / "settings.json").write_text(json.dumps({"destinations": [place]}))
    ran = cli("send", tmp_path / "src", "--to", "Inbox")
    assert ran.code == 0, ran.err
    assert any(f"?token={SECRET}1&token={SECRET}2" in h for h in server.heads)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps secrets, always")
def test_a_saved_destination_takes_its_secret_from_the_environment_for_one_run(
    cli: Cli, tmp_path: Path, server: ScriptServer
) -> None:
    """Without a credential store, as here; without the variable nothing is sent, with a message."""
    make_study(tmp_path / "src", instances=1)
    added = cli("destinations", "--add", "Inbox", address_of(server))
    listed = cli("destinations", "--json")
    assert listed.of("destination")[1]["url"].endswith("?site=3&sig=***")
    without = cli("send", tmp_path / "src", "--to", "Inbox")
    assert without.code == 2
    assert server.heads == []
    cli.environment["GANTRY_SECRET_SIG"] = SECRET
    ran = cli("send", tmp_path / "src", "--to", "Inbox")
    assert ran.code == 0, ran.err
    assert any(f"sig={SECRET}" in head for head in server.heads)
    assert clear_of_secrets(cli, added, listed, without, ran)


def test_a_secret_that_somebody_wrote_into_the_settings_serves_and_is_not_said(
    cli: Cli, tmp_path: Path, server: ScriptServer
) -> None:
    make_study(tmp_path / "src", instances=1)
    cli.home.mkdir()
    place = {"name": "Inbox", "url": address_of(server)}
    (cli.home / "settings.json").write_text(json.dumps({"destinations": [place]}))
    listed = cli("destinations", "--json")
    ran = cli("send", tmp_path / "src", "--to", "Inbox", "--json")
    assert ran.code == 0, ran.err
    assert any(f"sig={SECRET}" in head for head in server.heads)
    (cli.home / "settings.json").unlink()  # without a credential store, its only place
    assert clear_of_secrets(cli, listed, ran)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/in", "https://127.0.0.1:1/in"])
def test_an_address_that_fails_is_reported_without_its_secret(
    cli: Cli, tmp_path: Path, url: str
) -> None:
    make_study(tmp_path / "src", instances=1)
    cli.home.mkdir()
    (cli.home / "settings.json").write_text('{"send_attempts": 1}')
    ran = cli("doctor", f"{url}?token={SECRET}", "--json")
    assert ran.code == 1
    bad = cli("send", tmp_path / "src", "--to", f"https://exa mple/?token={SECRET}")
    odd = cli("send", tmp_path / "src", "--to", f"ht!tp://me:{SECRET}@example.org/?token={SECRET}")
    assert (bad.code, odd.code) == (2, 2)
    assert clear_of_secrets(cli, ran, bad, odd)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps secrets, always")
def test_send_says_that_secrets_cant_be_kept_where_no_system_keeps_them(
    cli: Cli, tmp_path: Path, server: ScriptServer
) -> None:
    make_study(tmp_path / "src", instances=1)
    ran = cli("send", tmp_path / "src", "--to", address_of(server))
    assert ran.code == 0, ran.err
    assert "resume" in ran.err
    assert "GANTRY_SECRET_" in ran.err
    plain = cli("send", tmp_path / "src", "--to", server.url)
    assert "GANTRY_SECRET_" not in plain.err
