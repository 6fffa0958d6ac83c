"""Calls that fail outside Gantry: unwritable files, readers that disappear, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from support.cli import Cli, Ran
from support.dicom import make_study


def _said(ran: Ran) -> str:
    assert "Traceback" not in ran.err, ran.err
    assert ran.done["exit"] == ran.code
    return ran.err


@pytest.mark.parametrize("command", ["history", "resume", "destinations", "send"])
def test_a_home_that_cannot_be_made_is_reported(
    tmp_path: Path, canary_folder: Path, command: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    cli = Cli(tmp_path / "file" / "home")
    more = [str(canary_folder), "--to", "practice"] if command == "send" else []
    ran = cli(command, *more, "--json")
    assert ran.code == 1
    assert str(tmp_path / "file") in _said(ran)
    assert ran.of("error")[0]["code"] == "export.failed"


def test_a_support_bundle_that_cannot_be_written_is_reported(cli: Cli, tmp_path: Path) -> None:
    ran = cli("bundle", tmp_path / "nowhere" / "bundle.zip", "--json")
    assert ran.code == 1
    assert "nowhere" in _said(ran)


def test_a_support_bundle_is_written_though_the_history_does_not_work(
    cli: Cli, tmp_path: Path
) -> None:
    """It is needed most when something is broken."""
    (cli.home / "history.sqlite").mkdir(parents=True)
    assert cli("history").code == 1
    ran = cli("bundle", tmp_path / "bundle.zip", "--json")
    assert ran.code == 0, ran.err
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert json.loads(bundle.read("history.json")) == {"open": False}


def test_an_output_folder_that_is_a_file_is_reported(
    cli: Cli, tmp_path: Path, canary_folder: Path
) -> None:
    make_study(canary_folder, instances=1)
    (tmp_path / "taken").write_bytes(b"")
    ran = cli("pack", canary_folder, "-o", tmp_path / "taken", "--json")
    assert ran.code == 1
    assert "taken" in _said(ran)


def test_a_port_that_does_not_exist_is_a_wrong_call(cli: Cli, tmp_path: Path) -> None:
    ran = cli("receive", "--root", tmp_path / "in", "--port", "99999")
    assert ran.code == 2
    assert "65535" in ran.err
    assert "Traceback" not in ran.err


def test_a_root_that_cannot_be_made_is_blamed_on_the_folder_not_on_the_port(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    ran = cli("receive", "--root", tmp_path / "file" / "in", "--json")
    assert ran.code == 1
    assert "--port" not in _said(ran)


def test_verify_names_a_missing_file_and_mentions_no_retry(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "text.tar.gz").write_text("hello")
    ran = cli("verify", tmp_path / "gone.tar.gz", tmp_path / "text.tar.gz", "--json")
    assert ran.code == 1
    assert "gone.tar.gz" in _said(ran)
    assert "Retry" not in ran.err
    assert [line["archive"] for line in ran.of("error")] == [
        str(tmp_path / "gone.tar.gz"),
        str(tmp_path / "text.tar.gz"),
    ]


# What reaches a pipe at once with it is buffered without it, and written at the very end.
@pytest.fixture(params=["buffered", "unbuffered"])
def any_cli(request: pytest.FixtureRequest, cli: Cli) -> Cli:
    cli.environment.pop("PYTHONUNBUFFERED", None)
    if request.param == "unbuffered":
        cli.environment["PYTHONUNBUFFERED"] = "1"
    return cli


COMMANDS = {
    "help": ["--help"],
    "scan": ["scan", "SOURCE"],
    "scan --json": ["scan", "SOURCE", "--json"],
    "pack": ["pack", "SOURCE", "-o", "OUT"],
    "history": ["history"],
    "destinations": ["destinations"],
    "log": ["log"],
    "resume": ["resume"],
    "unknown destination": ["doctor", "nowhere"],
    "wrong call": ["send"],
}


# One for each part that writes: the parser, the work, an error. Windows, too, tries these.
EACH_WRITER = {"help", "scan --json", "wrong call"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(c, marks=() if c in EACH_WRITER else pytest.mark.same_everywhere)
        for c in COMMANDS
    ],
)
@pytest.mark.parametrize("gone", ["stdout", "stderr"])
def test_no_command_ends_with_120_when_the_reader_goes_away(
    any_cli: Cli, canary_folder: Path, tmp_path: Path, gone: str, command: str
) -> None:
    make_study(canary_folder, instances=2)
    (canary_folder / "notes.txt").write_text("no DICOM")
    places = {"SOURCE": str(canary_folder), "OUT": str(tmp_path / "out")}
    words = [places.get(word, word) for word in COMMANDS[command]]
    process = any_cli.start(*words)
    assert process.stdout is not None
    assert process.stderr is not None
    closed, other = process.stdout, process.stderr
    if gone == "stderr":
        closed, other = other, closed
    closed.close()
    other.read()
    other.close()
    code = process.wait(120)
    if gone == "stderr":
        assert code == (2 if command in ("unknown destination", "wrong call") else 0)
    else:
        assert code in (0, 1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Windows can't close a stream")
@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_command_works_with_a_stream_that_is_closed_from_the_start(
    any_cli: Cli, canary_folder: Path, closed: str
) -> None:
    make_study(canary_folder, instances=2)
    command = [sys.executable, "-m", "gantry.cli", "send", str(canary_folder), "--to", "practice"]
    shell = ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command, "--json"]
    ran = subprocess.run(
        shell, env=any_cli.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    for line in ran.stdout.splitlines():
        json.loads(line)
    assert [p["state"] for p in any_cli("history", "--json").of("parcel")] == ["delivered"]


@pytest.mark.parametrize("gone", ["stdout", "stderr"])
def test_a_job_outlives_the_reader_of_its_output(
    any_cli: Cli, canary_folder: Path, tmp_path: Path, gone: str
) -> None:
    cli = any_cli
    for n in range(4):
        make_study(canary_folder / f"study {n}", instances=5)
    (canary_folder / "notes.txt").write_text("no DICOM")
    process = cli.start("send", canary_folder, "--to", "practice", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    if gone == "stdout":
        process.stdout.readline()
        process.stdout.close()
        process.stderr.read()
        process.stderr.close()
    else:
        process.stderr.close()
        process.stdout.read()
        process.stdout.close()
    assert process.wait(120) == 0
    assert [p["state"] for p in cli("history", "--json").of("parcel")] == ["delivered"] * 4


def test_sigterm_before_the_job_is_made_cancels_no_parcel(cli: Cli, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGTERM for another process")
    make_study(canary_folder, instances=2)
    (canary_folder / "notes.txt").write_text("no DICOM")
    process = cli.start("send", canary_folder, "--to", "http://127.0.0.1:9", "--json")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "skipped"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 130
    assert "cancelled" not in [p["state"] for p in cli("history", "--json").of("parcel")]


def test_sigterm_says_that_resume_continues(cli: Cli, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGTERM for another process")
    for n in range(3):
        make_study(canary_folder / f"study {n}", instances=2)
    process = cli.start("send", canary_folder, "--to", "http://127.0.0.1:9", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "sending":
            break
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    done = json.loads(out.splitlines()[-1])
    assert process.returncode == 130
    assert "resume" in err
    assert (done["unfinished"], done["cancelled"]) == (3, 0)


def test_the_same_trouble_again_is_explained_once_to_people(cli: Cli, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGTERM for another process")
    make_study(canary_folder, instances=2)
    process = cli.start("send", canary_folder, "--to", "http://127.0.0.1:9", "--json")
    assert process.stdout is not None
    refused = 0
    for line in process.stdout:
        refused += json.loads(line)["event"] == "error"
        if refused == 3:
            break
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=120)[1]
    assert err.count("trying again in") >= 3
    assert err.count("    code: ") == 1


def test_what_lands_in_gantrys_own_folders_came_not_late(tmp_path: Path) -> None:
    """The home and the inbox are in the folder that is sent; what the job writes is no source."""
    folder = tmp_path / "all in one"
    make_study(folder / "study", instances=2)
    cli = Cli(folder / "home")
    (folder / "inbox").mkdir()
    ran = cli("send", folder, "--to", folder / "inbox", "--json")
    assert ran.of("late") == []
    assert ran.code == 0, ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="rights work otherwise there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_reported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(0o500)
    ran = Cli(home)("resume", "--json")
    assert ran.code == 1
    assert str(home) in _said(ran)


def test_a_receiver_takes_its_token_from_the_environment_where_no_one_else_sees_it(
    tmp_path: Path,
) -> None:
    cli = Cli(tmp_path / "home", GANTRY_TOKEN="token-4711")
    process = cli.start("receive", "--root", tmp_path / "in", "--port", "0", "--json")
    assert process.stdout is not None
    listening = json.loads(process.stdout.readline())
    try:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(listening["url"].replace("/parcels", "/"), timeout=120)
        request = urllib.request.Request(
            listening["url"].replace("/parcels", "/"),
            headers={"Authorization": "Bearer token-4711"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            assert json.load(answer)["service"] == "gantry-receiver"
    finally:
        process.terminate()
        process.communicate(timeout=120)
    assert listening["token"] == ""  # who set it knows it


def test_a_receiver_for_the_network_asks_for_a_token(cli: Cli, tmp_path: Path) -> None:
    ran = cli("receive", "--root", tmp_path / "in", "--listen", "0.0.0.0")
    assert ran.code == 2
    assert "GANTRY_TOKEN" in ran.err


def test_one_destination_of_another_version_hides_no_other(cli: Cli, tmp_path: Path) -> None:
    """It is listed as unknown; the ones after it are listed, and can be used."""
    make_study(tmp_path / "src", instances=1)
    (tmp_path / "in").mkdir()
    cli.home.mkdir()
    places = [
        {"name": "one", "url": "gopher://127.0.0.1:9/up"},
        {"name": "three", "url": "https://127.0.0.1:9/up", "auth": "kerberos"},
        {"name": "two", "url": (tmp_path / "in").as_uri()},
    ]
    content = json.dumps({"theme": "sepia", "destinations": places})
    (cli.home / "settings.json").write_text(content)
    ran = cli("destinations", "--json")
    assert ran.code == 0
    assert [d["name"] for d in ran.of("destination")][1:] == ["one", "three", "two"]
    assert ran.of("destination")[1]["kind"] == "unknown"
    assert "theme" in ran.of("error")[0]["what"]
    assert cli("send", tmp_path / "src", "--to", "two").code == 0
    ran = cli("send", tmp_path / "src", "--to", "three")
    assert ran.code == 2
    assert "auth" in ran.err
    assert (cli.home / "settings.json").read_text() == content


def test_a_sign_in_without_its_issuer_is_reported_as_that(cli: Cli, tmp_path: Path) -> None:
    make_study(tmp_path / "src", instances=1)
    cli.home.mkdir()
    place = {"name": "o", "url": "http://127.0.0.1:9/up", "auth": "oauth"}
    (cli.home / "settings.json").write_text(json.dumps({"destinations": [place]}))
    cli.environment["GANTRY_TOKEN"] = '{"refresh": "R"}'
    ran = cli("send", tmp_path / "src", "--to", "o")
    assert ran.code == 2
    assert "issuer" in ran.err
    assert "set aside" not in ran.err
