"""Two runs that write into one folder."""

from __future__ import annotations

from pathlib import Path

from gantry.cli.deidentify import _place


def test_a_different_file_under_one_name_gets_a_name_beside_it(tmp_path: Path) -> None:
    made = [_place(tmp_path, "2.25.1", (part,)) for part in (b"one", b"other", b"one", b"other")]
    assert [path.name for path in made] == ["2.25.1.dcm", "2.25.1~2.dcm"] * 2
    assert sorted(p.read_bytes() for p in tmp_path.iterdir()) == [b"one", b"other"]
