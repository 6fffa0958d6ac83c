"""The sweep deletes orphans and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine.files import unlink_retry
from gantry.store.spool import sweep


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"x")
    return path


def test_orphans_and_halves_are_swept_and_the_rest_stays(spool: Path) -> None:
    kept, gone = str(ULID()), str(ULID())
    stays = [
        put(spool, f"{kept}.tar.gz"),
        put(spool, f"{kept}.tar.gz.part"),
        put(spool, "thesis.tar.gz"),
        put(spool, f"{gone}.zip"),
        put(spool, f"a{gone}.tar.gz"),
        put(spool, f"{str(ULID()).lower()}.tar.gz"),
    ]
    goes = [put(spool, f"{gone}.tar.gz"), put(spool, f"{gone}.tar.gz.part")]
    assert sweep(spool, lambda: {kept}) == sorted(p.name for p in goes)
    assert all(p.exists() for p in stays)
    assert not any(p.exists() for p in goes)


def test_delivered_archives_stay_where_the_user_wants_them(spool: Path) -> None:
    name = str(ULID())
    archive, half = put(spool, f"{name}.tar.gz"), put(spool, f"{name}.tar.gz.part")
    assert sweep(spool, set, keep_delivered=True) == [half.name]
    assert archive.exists()


def test_a_file_that_cannot_go_now_stops_nothing(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gantry.store import spool as module

    first, second = sorted(str(ULID()) for _ in range(2))
    held, free = put(spool, f"{first}.tar.gz"), put(spool, f"{second}.tar.gz")

    def unlink(path: Path, seconds: float) -> None:
        if path == held:  # on Windows: a virus scanner reads it
            raise PermissionError(13, "in use")
        unlink_retry(path, seconds=seconds)

    monkeypatch.setattr(module, "unlink_retry", unlink)
    assert sweep(spool, set) == [free.name]
    assert held.exists()


def test_no_spool_is_an_empty_spool(spool: Path) -> None:
    assert sweep(spool / "gone", set) == []


def test_the_instance_that_a_killed_c_store_left_is_swept(spool: Path) -> None:
    kept, gone = str(ULID()), str(ULID())
    stays, goes = put(spool, f"{kept}.dcm.part"), put(spool, f"{gone}.dcm.part")
    put(spool, "image.dcm.part")
    assert sweep(spool, lambda: {kept}, keep_delivered=True) == [goes.name]
    assert stays.exists()
