"""Profile files are changed as a whole, and only as the user, and other programs, left them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.home import Home
from gantry.store.profiles import change_profile, copies, is_name


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / "home"))


def test_a_change_is_made_again_if_another_program_was_faster(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "ours.json"
    file.write_bytes(b"a")
    seen: list[bytes | None] = []

    def change(before: bytes | None) -> bytes:
        seen.append(before)
        if len(seen) == 1:
            file.write_bytes(b"b")
        return (before or b"") + b"!"

    change_profile(home, file, change)
    assert seen == [b"a", b"b"]
    assert file.read_bytes() == b"b!"
    assert list(tmp_path.glob(".*")) == []


def test_a_file_that_says_so_already_is_not_written(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "ours.json"
    file.write_bytes(b"a")
    os.utime(file, (0, 0))
    change_profile(home, file, lambda before: None)
    assert file.stat().st_mtime == 0


def test_a_file_whose_folder_is_gone_is_said(tmp_path: Path, home: Home) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GantryError) as failed:
        change_profile(home, tmp_path / "file" / "ours.json", lambda before: b"{}")
    assert failed.value.code is ErrorCode.EXPORT_FAILED


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path: Path, home: Home) -> None:
    file, link = tmp_path / "shared.json", tmp_path / "ours.json"
    file.write_bytes(b"a")
    link.symlink_to(file)
    change_profile(home, link, lambda before: b"b")
    assert link.is_symlink()
    assert file.read_bytes() == b"b"


def test_copies_are_listed_by_name_without_those_of_presets(home: Home) -> None:
    assert copies(home) == {}
    home.profiles.mkdir(parents=True)
    for name in ("heart.json", f"trial-{'0a' * 8}.json", "note.txt"):
        (home.profiles / name).touch()
    assert copies(home) == {"heart": home.profiles / "heart.json"}


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("heart", True),
        ("心脏", True),
        ("basic with rules 2", True),
        ("a", True),
        ("v1.2", True),
        ("", False),
        (" heart", False),
        ("heart.", False),
        ("a/b", False),
        ("a\\b", False),
        ("..", False),
        ("a:b", False),
        ("CON", False),
        ("lpt1.x", False),
        ("x" * 65, False),
        ("a\nb", False),
        (f"trial-{'0a' * 8}", False),
    ],
)
def test_a_name_is_a_file_name_on_every_system(name: str, is_one: bool) -> None:
    assert is_name(name) is is_one
