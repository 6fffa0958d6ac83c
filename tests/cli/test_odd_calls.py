"""Calls that go wrong outside Gantry: what can't be written, readers that leave, signals."""

from __future__ import annotations

import json
import os
import signal
import sys
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
def test_a_home_that_cannot_be_made_is_said(
    tmp_path: Path, canary_folder: Path, command: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    cli = Cli(tmp_path / "file" / "home")
    more = [canary_folder, "--to", "practice"] if command == "send" else []
    ran = cli(command, *more, "--json")
    assert ran.code == 1
    assert str(tmp_path / "file") in _said(ran)
    assert ran.of("error")[0]["code"] == "export.failed"


def test_a_support_bundle_that_cannot_be_written_is_said(cli: Cli, tmp_path: Path) -> None:
    ran = cli("bundle", tmp_path / "nowhere" / "bundle.zip", "--json")
    assert ran.code == 1
    assert "nowhere" in _said(ran)


def test_a_support_bundle_is_written_though_the_history_does_not_work(
    cli: Cli, tmp_path: Path
) -> None:
    """It is wanted most when something is broken."""
    (cli.home / "history.sqlite").mkdir(parents=True)
    assert cli("history").code == 1
    ran = cli("bundle", tmp_path / "bundle.zip", "--json")
    assert ran.code == 0, ran.err
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert json.loads(bundle.read("history.json")) == {"open": False}


def test_an_output_folder_that_is_a_file_is_said(
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


def test_a_root_that_cannot_be_made_is_said_of_the_folder_not_of_the_port(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    ran = cli("receive", "--root", tmp_path / "file" / "in", "--json")
    assert ran.code == 1
    assert "--port" not in _said(ran)


def test_verify_names_a_file_that_is_not_there_and_speaks_of_no_retry(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "text.tar.gz").write_text("hello")
    ran = cli("verify", tmp_path / "gone.tar.gz", tmp_path / "text.tar.gz", "--json")
    assert ran.code == 1
    assert "gone.tar.gz" in _said(ran)
    assert "Retry" not in ran.err
    assert [line["archive"] for line in ran.of("error")] == [
        str(tmp_path / "gone.tar.gz"),
        str(tmp_path / "text.tar.gz"),
    ]


@pytest.mark.parametrize("gone", ["stdout", "stderr"])
def test_a_job_outlives_whoever_read_its_output(
    cli: Cli, canary_folder: Path, tmp_path: Path, gone: str
) -> None:
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
    else:
        process.stderr.close()
        process.stdout.read()
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
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cancelled" not in [p["state"] for p in cli("history", "--json").of("parcel")]


def test_sigterm_says_that_resume_carries_on(cli: Cli, canary_folder: Path) -> None:
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
    out, err = process.communicate(timeout=60)
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
    err = process.communicate(timeout=60)[1]
    assert err.count("trying again in") >= 3
    assert err.count("    code: ") == 1


def test_what_lands_in_gantrys_own_folders_came_not_late(tmp_path: Path) -> None:
    """The home and the inbox lie in the folder that is sent; what the job writes is no source."""
    folder = tmp_path / "all in one"
    make_study(folder / "study", instances=2)
    cli = Cli(folder / "home")
    (folder / "inbox").mkdir()
    ran = cli("send", folder, "--to", folder / "inbox", "--json")
    assert ran.of("late") == []
    assert ran.code == 0, ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="rights work otherwise there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(0o500)
    ran = Cli(home)("resume", "--json")
    assert ran.code == 1
    assert str(home) in _said(ran)
