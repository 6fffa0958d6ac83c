"""`send`, `resume`, `history`: a whole job, and what a kill leaves of it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gantry.receiver.server import Receiver
from support.cli import Cli, Ran
from support.dicom import CANARIES, CANARY_ID, cut_in_header, make_study
from support.nginx import nginx


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with Receiver(tmp_path / "received", token="for tests only") as running:
        yield running


def _digests(archives: list[Path]) -> list[str]:
    """SHA-256 of every instance in these archives, sorted."""
    found: list[str] = []
    for archive in archives:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name != "manifest.json":
                    stream = tar.extractfile(member)
                    assert stream is not None
                    found.append(hashlib.sha256(stream.read()).hexdigest())
    return sorted(found)


def _sources(files: list[Path]) -> list[str]:
    return sorted(hashlib.sha256(p.read_bytes()).hexdigest() for p in files)


def test_send_to_a_folder_delivers_every_file(
    cli: Cli, canary_folder: Path, tmp_path: Path
) -> None:
    made = make_study(canary_folder / "eins", instances=3)
    made += make_study(canary_folder / "zwei", series=2, instances=2)
    inbox = tmp_path / "in box 收件箱"
    inbox.mkdir()
    ran = cli("send", canary_folder, "--to", inbox.as_uri(), "--json")
    assert ran.code == 0, ran.err
    assert ran.done["delivered"] == 2
    assert _digests(list(inbox.rglob("*.tar.gz"))) == _sources(made)
    assert list((cli.home / "spool").iterdir()) == []


def test_send_to_practice_needs_no_server(cli: Cli, canary_folder: Path) -> None:
    made = make_study(canary_folder, instances=3)
    ran = cli("send", canary_folder, "--to", "practice", "--json")
    assert ran.code == 0, ran.err
    assert _digests(list((cli.home / "practice").rglob("*.tar.gz"))) == _sources(made)


def test_send_to_a_form_post_server_keeps_its_receipt(
    tmp_path: Path, canary_folder: Path, receiver: Receiver
) -> None:
    made = make_study(canary_folder, instances=3)
    cli = Cli(tmp_path / "home", GANTRY_TOKEN="for tests only")
    ran = cli("send", canary_folder, "--to", receiver.url, "--json")
    assert ran.code == 0, ran.err
    (delivered,) = ran.of("delivered")
    assert delivered["receipt"]["status"] == 201
    (archive,) = (tmp_path / "received").rglob("*.tar.gz")
    assert _digests([archive]) == _sources(made)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert delivered["receipt"]["sha256"] == digest
    told = cli("history", "--parcel", delivered["parcel"], "--json")
    assert told.of("receipt")[0]["sha256"] == digest
    assert len(told.of("file")) == 3


def test_a_wrong_token_is_explained_and_nothing_is_retried(
    tmp_path: Path, canary_folder: Path, receiver: Receiver
) -> None:
    make_study(canary_folder, instances=1)
    cli = Cli(tmp_path / "home", GANTRY_TOKEN="wrong")
    ran = cli("send", canary_folder, "--to", receiver.url, "--json")
    assert ran.code == 1
    (error,) = ran.of("error")
    assert error["code"] == "http.401"
    assert error["what"]
    assert error["do"]


def test_wrong_calls_end_with_2(cli: Cli, tmp_path: Path) -> None:
    assert cli("send", tmp_path, "--to", "no such destination").code == 2
    assert cli("send", tmp_path).code == 2
    assert cli("frobnicate").code == 2
    assert cli("history", "--since", "yesterday").code == 2


def test_a_missing_folder_is_reported_before_anything_is_packed(
    cli: Cli, canary_folder: Path, tmp_path: Path
) -> None:
    make_study(canary_folder)
    ran = cli("send", canary_folder, "--to", tmp_path / "mistyped", "--json")
    assert ran.code == 1
    assert [error["code"] for error in ran.of("error")] == ["share.gone"]
    assert ran.of("packing") == []
    assert not (tmp_path / "mistyped").exists()
    assert cli("history", "--json").of("parcel") == []


@pytest.mark.parametrize("others", [0, 1])
def test_a_rest_is_only_sent_where_there_is_one(cli: Cli, canary_folder: Path, others: int) -> None:
    (source,) = make_study(canary_folder / "good", instances=1)
    (canary_folder / "cut.dcm").write_bytes(cut_in_header(source))
    if not others:
        source.unlink()

    ran = cli("send", canary_folder, "--to", "practice")

    assert "1 file could not be read, even when tried again." in ran.err
    assert ("The rest is sent." in ran.err) is bool(others)
    assert ran.code == 1


def test_history_finds_by_text_state_and_exact_patient(cli: Cli, canary_folder: Path) -> None:
    make_study(canary_folder / "a", instances=1, StudyDescription="Knee left")
    make_study(canary_folder / "b", instances=1, StudyDescription="头部 平扫")
    assert cli("send", canary_folder, "--to", "practice").code == 0
    everything = cli("history", "--json")
    assert everything.done["parcels"] == 2
    assert [p["state"] for p in everything.of("parcel")] == ["delivered"] * 2
    assert len(cli("history", "--json", "--search", "knee").of("parcel")) == 1
    assert len(cli("history", "--json", "--search", "平扫").of("parcel")) == 1
    assert len(cli("history", "--json", "--patient", CANARY_ID).of("parcel")) == 2
    assert cli("history", "--json", "--patient", CANARY_ID[:-1]).of("parcel") == []
    assert cli("history", "--json", "--state", "failed").of("parcel") == []


def test_a_list_without_a_line_says_so(cli: Cli, canary_folder: Path) -> None:
    assert cli("history").err == "The history is empty.\n"
    make_study(canary_folder, instances=1)
    assert cli("send", canary_folder, "--to", "practice").code == 0
    for command in ("history", "log"):
        ran = cli(command, "--search", "no such thing")
        assert (ran.code, ran.out) == (0, "")
        assert ran.err == f"Nothing in the {command} matches.\n"


def test_one_parcel_is_shown_with_its_attempts_the_failed_ones_too(
    cli: Cli, canary_folder: Path, tmp_path: Path
) -> None:
    make_study(canary_folder, instances=2)
    cli.environment["GANTRY_TOKEN"] = "wrong"
    with Receiver(tmp_path / "received", token="right") as receiver:
        assert cli("send", canary_folder, "--to", receiver.url, "--json").code == 1
    (parcel,) = cli("history", "--json").of("parcel")
    shown = cli("history", "--parcel", parcel["id"], "--json")
    assert shown.code == 0, shown.err
    assert [(a["step"], a["outcome"], a["error"]) for a in shown.of("attempt")] == [
        ("pack", "done", None),
        ("send", "failed", "http.401"),
    ]
    assert len(shown.of("file")) == 2
    text = cli("history", "--parcel", parcel["id"]).out
    assert "send 1  failed: " in text


def test_history_as_csv_can_hold_no_formula(cli: Cli, canary_folder: Path, tmp_path: Path) -> None:
    make_study(canary_folder, instances=1, StudyDescription="=1+1")
    assert cli("send", canary_folder, "--to", "practice").code == 0
    table = tmp_path / "sent.csv"
    assert cli("history", "--csv", table).code == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_log_lines_follow_the_contract_and_hold_no_patient(cli: Cli, canary_folder: Path) -> None:
    make_study(canary_folder, instances=2)
    assert cli("send", canary_folder, "--to", "practice").code == 0
    text = (cli.home / "logs" / "gantry.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"ts", "level", "event", "msg"} <= line.keys() for line in lines)
    assert any(line.get("job") and line.get("parcel") for line in lines)
    assert not any(canary in text for canary in CANARIES)
    shown = cli("log", "--json", "--level", "info")
    assert shown.of("line")


def test_a27_interrupted_means_130_and_resumable(cli: Cli, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("a console's Ctrl-C can't be sent to one process alone on Windows")
    interrupted = _interrupt_a_send(cli, canary_folder)
    assert interrupted.code == 130, interrupted.err
    assert (interrupted.done["cancelled"], interrupted.done["unfinished"]) == (0, 1)
    assert "`gantry-cli resume` continues" in interrupted.err
    assert cli("history", "--json").of("parcel")[0]["state"] != "cancelled"
    again = _interrupt(cli.start("resume", "--json"), "sending")
    assert (again.code, again.done["unfinished"]) == (130, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals to other processes")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])  # Windows lacks the last
def test_whatever_ends_a_copy_keeps_its_bytes_for_resume(
    cli: Cli, canary_folder: Path, tmp_path: Path, name: str
) -> None:
    make_study(canary_folder, instances=12, size=512)
    out = tmp_path / "out"
    out.mkdir()
    cli.home.mkdir(mode=0o700)
    slow = json.dumps({"version": 1, "bandwidth": 1 << 19})
    (cli.home / "settings.json").write_text(slow)
    process = cli.start("send", canary_folder, "--to", out.as_uri())
    until = time.monotonic() + 60
    while not (parts := list(out.glob("*.part"))) or parts[0].stat().st_size < 1 << 20:
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.Signals[name])
    process.communicate(timeout=120)
    kept = parts[0].read_bytes()
    assert len(kept) >= 1 << 20
    (cli.home / "settings.json").write_text(json.dumps({"version": 1}))
    assert cli("resume", "--json").done["delivered"] == 1
    (arrived,) = out.iterdir()
    assert arrived.read_bytes().startswith(kept)


def test_an_interrupted_job_is_given_up_by_its_id(cli: Cli, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("a console's Ctrl-C can't be sent to one process alone on Windows")
    interrupted = _interrupt_a_send(cli, canary_folder)
    (job,) = interrupted.of("job")
    assert f"`gantry-cli cancel {job['job']}`" in interrupted.err
    given_up = cli("cancel", job["job"], "--json")
    assert (given_up.code, given_up.done["cancelled"]) == (0, 1)
    assert [p["state"] for p in cli("history", "--json").of("parcel")] == ["cancelled"]
    assert list((cli.home / "spool").iterdir()) == []
    assert cli("cancel", job["job"]).code == 2


def _interrupt_a_send(cli: Cli, canary_folder: Path) -> Ran:
    make_study(canary_folder, instances=40, size=256)
    return _interrupt(
        cli.start("send", canary_folder, "--to", "http://127.0.0.1:9", "--json"), "sending"
    )


def _interrupt(process: subprocess.Popen[str], event: str) -> Ran:
    """What it said, when Ctrl-C was pressed at the first such event."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if json.loads(line)["event"] == event:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, "".join(said) + out, err)


def test_a23_after_ten_kills_all_is_delivered_once_and_the_history_is_true(
    tmp_path: Path, canary_folder: Path, receiver: Receiver
) -> None:
    made: list[Path] = []
    for n in range(6):
        made += make_study(canary_folder / f"study {n}", instances=8, size=256)
    cli = Cli(tmp_path / "home", GANTRY_TOKEN="for tests only")
    seed = int(os.environ.get("GANTRY_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"GANTRY_SEED={seed}")
    chance = random.Random(seed)
    process = cli.start("send", canary_folder, "--to", receiver.url, "--json")
    kills = 0
    for _ in range(10):
        time.sleep(chance.uniform(0.3, 1.4))
        if process.poll() is None:
            process.kill()
            kills += 1
        process.communicate()
        process = cli.start("resume", "--json")
    process.communicate(timeout=120)
    assert kills >= 1
    ended = cli("resume", "--json")
    if not cli("history", "--json").of("parcel"):
        # Killed before the job was even made: nothing was promised, nothing is lost.
        ended = cli("send", canary_folder, "--to", receiver.url, "--json")
    assert ended.code == 0, ended.err
    parcels = cli("history", "--json").of("parcel")
    assert [p["state"] for p in parcels] == ["delivered"] * 6
    archives = list((tmp_path / "received").rglob("*.tar.gz"))
    assert len(archives) == 6
    assert _digests(archives) == _sources(made)
    assert [p for p in (cli.home / "spool").iterdir() if p.suffix != ".lock"] == []
    with closing(sqlite3.connect(cli.home / "history.sqlite")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = {a.name.split(".")[0] for a in archives}
    assert {p["id"] for p in parcels} == kept


def test_what_nginx_finds_too_big_arrives_in_smaller_parcels(
    tmp_path: Path, canary_folder: Path, receiver: Receiver
) -> None:
    made = make_study(canary_folder, series=3, instances=3, size=512)
    cli = Cli(tmp_path / "home", GANTRY_TOKEN="for tests only")
    with nginx(tmp_path / "nginx", urlsplit(receiver.url).port or 0, max_body="2m") as front:
        to = f"{front.url}/parcels"
        ran = cli("send", canary_folder, "--to", to, "--split", "--json")
        assert ran.code == 0, ran.err
        (split,) = ran.of("split")
        assert split["limit"] <= 2 << 20
        archives = list((tmp_path / "received").rglob("*.tar.gz"))
        assert len(archives) == len(split["parcels"]) > 1
        assert all(a.stat().st_size <= 2 << 20 for a in archives)
        assert _digests(archives) == _sources(made)
        states = {p["id"]: p["state"] for p in cli("history", "--json").of("parcel")}
        assert states.pop(split["parcel"]) == "split"
        assert states == dict.fromkeys(split["parcels"], "delivered")
        # The limit was learned: the next one is split before a byte of it is sent.
        again = cli("send", canary_folder, "--to", to, "--split", "--json")
        assert again.code == 0
        assert [e["attempt"] for e in again.of("error")] == []


def test_a_secret_goes_over_http_to_another_computer_only_where_the_user_agrees(
    tmp_path: Path, canary_folder: Path
) -> None:
    make_study(canary_folder, instances=1)
    cli = Cli(tmp_path / "home", GANTRY_USER="u", GANTRY_PASSWORD="p")
    ran = cli("send", canary_folder, "--to", "http://upload.invalid/x", "--json")
    assert ran.code == 2
    assert [e["code"] for e in ran.of("error")] == ["credentials.exposed"]
    assert ran.of("job") == []
    step = cli("doctor", "http://upload.invalid/x", "--allow-http", "--json").of("step")[0]
    assert (step["step"], step["code"]) == ("Name", "network.dns"), "agreed: now the name is tried"
