"""Gantry's own folders, named as a destination, an output or a root in the terminal."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from support.cli import Cli
from support.dicom import make_study


def use_spool(cli: Cli, folder: Path) -> None:
    cli.home.mkdir(exist_ok=True)
    (cli.home / "settings.json").write_text(json.dumps({"spool_folder": str(folder)}))


def test_the_spool_as_destination_is_refused_and_said(cli: Cli, tmp_path: Path) -> None:
    make_study(tmp_path / "src", instances=2)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    use_spool(cli, inbox)
    for to in (str(inbox), inbox.as_uri(), f"{inbox}/../inbox/"):
        ran = cli("send", tmp_path / "src", "--to", to)
        assert ran.code == 2, ran.err
        assert "Choose another folder" in ran.err
    assert cli("destinations", "--add", "inbox", inbox).code == 2


def test_a_job_whose_destination_became_the_spool_is_not_resumed(cli: Cli, tmp_path: Path) -> None:
    make_study(tmp_path / "src", instances=2)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    assert cli("send", tmp_path / "src", "--to", inbox).code == 0
    import sqlite3

    with closing(sqlite3.connect(cli.home / "history.sqlite")) as db, db:
        db.execute("UPDATE parcel SET state = 'waiting'")
    use_spool(cli, inbox)
    ran = cli("resume", "--json")
    assert ran.code == 1, ran.err
    assert [e["code"] for e in ran.of("error")] == ["folder.taken"]
    assert len(list(inbox.glob("*.tar.gz"))) == 1


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("folder", ["spool", "logs", "state", "practice/new"])
def test_archives_are_not_packed_into_folders_that_gantry_sweeps(
    cli: Cli, tmp_path: Path, folder: str, is_new: bool
) -> None:
    make_study(tmp_path / "src", instances=1)
    if not is_new:
        assert cli("destinations").code == 0  # makes the home
    ran = cli("pack", tmp_path / "src", "-o", cli.home / folder)
    assert ran.code == 2, ran.err
    assert not list((cli.home / folder).glob("*.tar.gz"))


def test_the_receiver_does_not_receive_into_a_spool(cli: Cli, tmp_path: Path) -> None:
    """Not into another home's either: its sender would find its own archive there."""
    other = Cli(tmp_path / "other")
    use_spool(other, tmp_path / "disk")
    make_study(tmp_path / "src", instances=1)
    assert other("send", tmp_path / "src", "--to", "practice").code == 0
    (spool,) = (tmp_path / "disk").iterdir()
    for root in (spool, spool / "deeper", tmp_path / "other" / "spool"):
        ran = cli("receive", "--root", root)
        assert ran.code == 2, ran.err
        assert "--root" in ran.err
