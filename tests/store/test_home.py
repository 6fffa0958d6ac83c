"""The places of files: under one folder if given, otherwise where the system wants them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gantry.store.home import Home, make_private


def test_everything_is_kept_under_the_folder_given(tmp_path: Path) -> None:
    home = Home.find(str(tmp_path / "x"))
    for path in (
        home.settings_file, home.history_file, home.logs, home.spool, home.practice, home.state,
    ):  # fmt: skip
        assert path.is_relative_to(tmp_path / "x")
        assert not path.exists(), "nothing is made before it is needed"
    home.make()
    assert home.spool.is_dir()


def test_the_environment_names_a_home_and_the_option_beats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANTRY_HOME", str(tmp_path / "env"))
    assert Home.find().logs == tmp_path / "env" / "logs"
    assert Home.find(str(tmp_path / "opt")).logs == tmp_path / "opt" / "logs"


def test_a_relative_home_does_not_move_with_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = Home.find("here")
    monkeypatch.chdir("/")
    assert home.logs == tmp_path / "here" / "logs"


def test_the_systems_folders_bear_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.find()
    assert all("gantry" in str(p).lower() for p in (home.settings_file, home.spool, home.logs))
    assert "cache" not in str(home.spool).lower()


@pytest.mark.skipif(os.name == "nt", reason="Windows: the profile's inherited rights")
def test_new_folders_are_the_users_alone_and_old_ones_stay_as_they_are(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    old.chmod(0o755)
    make_private(old / "a" / "b")
    make_private(old / "a" / "b")
    assert old.stat().st_mode & 0o777 == 0o755
    assert (old / "a").stat().st_mode & 0o777 == 0o700
    assert (old / "a" / "b").stat().st_mode & 0o777 == 0o700
