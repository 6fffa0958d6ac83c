"""A home among the sources: its open history is neither an image nor an unreadable file."""

from __future__ import annotations

from pathlib import Path

from gantry.engine.own_names import ID_FILE
from support.dicom import make_study
from support.scanned import scan


def test_a_file_whose_name_begins_with_a_dot_is_read_and_what_macos_leaves_is_not(
    tmp_path: Path,
) -> None:
    (path,) = make_study(tmp_path, instances=1)
    path.with_name("._IM0").write_bytes(path.read_bytes()[:100])
    path.rename(path.with_name(".IM0"))
    catalog, skipped = scan(tmp_path)
    assert catalog.instance_count == 1
    assert [Path(one.path).name for one in skipped] == ["._IM0"]


def test_the_history_of_a_home_is_passed_over_and_one_of_the_users_is_not(tmp_path: Path) -> None:
    make_study(tmp_path / "study", instances=1)
    for folder in ("home", "of the user's"):
        (tmp_path / folder).mkdir()
        for end in ("", "-wal", "-shm"):
            (tmp_path / folder / f"history.sqlite{end}").write_bytes(b"x")
    (tmp_path / "home" / ID_FILE).write_text("0" * 16)
    _, skipped = scan(tmp_path)
    listed = [Path(one.path) for one in skipped]
    assert not [p for p in listed if p.parent.name == "home" and p.name.startswith("history")]
    assert len([p for p in listed if p.parent.name == "of the user's"]) == 3
