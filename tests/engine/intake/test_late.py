"""Files that arrived in a folder after it was read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.late import late_files


def _late(
    root: Path, since: float, *, known: set[str] | None = None, own: set[str] | None = None
) -> list[str]:
    found = late_files({str(root): since}, known or set(), own or set(), CancelToken())
    return sorted(Path(path).name for path in found)


def test_only_what_was_not_met_and_is_new_came_late(tmp_path: Path) -> None:
    since = time.time() - 5
    for name in ("met", "new", "older than the scan"):
        (tmp_path / name).write_bytes(b"x")
    assert _late(tmp_path, since, known={str(tmp_path / "met"), str(tmp_path / "new")}) == [
        "older than the scan"
    ]
    assert _late(tmp_path, since + 3600) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a time of creation there")
def test_an_old_file_that_was_moved_in_came_late_though_its_time_is_old(tmp_path: Path) -> None:
    since = time.time() - 5
    (tmp_path / "in").mkdir()
    (tmp_path / "old").write_bytes(b"x")
    os.utime(tmp_path / "old", (1e9, 1e9))
    (tmp_path / "old").rename(tmp_path / "in" / "old")
    assert _late(tmp_path / "in", since) == ["old"]


def test_what_gantry_and_the_system_write_there_is_no_late_file(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "x.tar.gz").write_bytes(b"x")
    (tmp_path / "spool 2").write_bytes(b"x")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    assert _late(tmp_path, 0, own={str(tmp_path / "spool")}) == ["spool 2"]


def test_a_folder_that_is_gone_or_a_dropped_file_has_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert _late(tmp_path / "gone", 0) == []
    assert _late(tmp_path / "file", 0, known={str(tmp_path / "file")}) == []


def test_looking_can_be_cancelled(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        late_files({str(tmp_path): 0}, set(), set(), token)
