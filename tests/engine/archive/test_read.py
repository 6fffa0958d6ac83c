"""`iter_members` returns verified bytes, in order, in little memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.archive.damage import Damage
from gantry.engine.archive.pack import pack
from gantry.engine.archive.read import iter_members
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive
from support.parcels import dense, image_like, parcel_with

CONTENTS = [b"first", b"", image_like(3_000_000), dense(100_000)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return pack(parcel_with(tmp_path / "in", CONTENTS), tmp_path / "spool")


@pytest.mark.parametrize("known", [True, False])
def test_members_come_in_order_without_the_manifest(archive: Archive, known: bool) -> None:
    files = archive.files if known else None
    got = [
        (m.file, m.size, m.reader.read()) for m in iter_members(archive.path, CancelToken(), files)
    ]
    assert [f for f, _, _ in got] == list(archive.files)
    assert [data for _, _, data in got] == CONTENTS
    assert [size for _, size, _ in got] == [len(c) for c in CONTENTS]


def test_what_is_not_read_is_passed_over(archive: Archive) -> None:
    starts = [m.reader.read(3) for m in iter_members(archive.path, CancelToken(), archive.files)]
    assert starts == [c[:3] for c in CONTENTS]


def test_an_iteration_can_be_left(archive: Archive) -> None:
    members = iter_members(archive.path, CancelToken(), archive.files)
    assert next(members).reader.read() == b"first"
    members.close()  # type: ignore[attr-defined]
    archive.path.unlink()


def test_a_member_that_is_not_the_listed_one_never_gives_its_last_bytes(archive: Archive) -> None:
    wrong = replace(archive.files[2], sha256="0" * 64)
    files = [wrong if f.name == wrong.name else f for f in archive.files]
    got = bytearray()

    def read_on() -> None:
        for member in iter_members(archive.path, CancelToken(), files):
            got.clear()
            while data := member.reader.read(100_000):
                got.extend(data)

    with pytest.raises(GantryError) as caught:
        read_on()
    assert caught.value.facts["reason"] == Damage.CONTENT
    assert len(got) < len(CONTENTS[2])


@pytest.mark.parametrize("read", [True, False])
def test_an_empty_member_that_should_have_content_is_refused(archive: Archive, read: bool) -> None:
    files = [replace(f, sha256="0" * 64) if f.size == 0 else f for f in archive.files]
    members = iter_members(archive.path, CancelToken(), files)
    with pytest.raises(GantryError) as caught:
        [m.reader.read() if read else None for m in members]
    assert caught.value.facts["reason"] == Damage.CONTENT


def test_missing_extra_and_resized_members_are_refused(archive: Archive) -> None:
    listed = list(archive.files)
    for files, reason in (
        (listed[1:], Damage.EXTRA),
        ([*listed, replace(listed[0], name="1.2.dcm")], Damage.MISSING),
        ([replace(listed[0], size=4), *listed[1:]], Damage.SIZE),
    ):
        with pytest.raises(GantryError) as caught:
            list(iter_members(archive.path, CancelToken(), files))
        assert caught.value.facts["reason"] == reason


def test_a_missing_archive_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GantryError) as caught:
        list(iter_members(tmp_path / "none.tar.gz", CancelToken()))
    assert caught.value.code == ErrorCode.ARCHIVE_MISSING


def test_cancelling_stops_the_reading(archive: Archive) -> None:
    token = CancelToken()
    members = iter_members(archive.path, token, archive.files)
    token.cancel()
    with pytest.raises(Cancelled):
        list(members)


def test_reading_a_large_archive_takes_little_memory(tmp_path: Path) -> None:
    archive = pack(parcel_with(tmp_path / "in", [bytes(100 << 20)]), tmp_path / "spool")
    tracemalloc.start()
    for member in iter_members(archive.path, CancelToken(), archive.files):
        buffer = bytearray(1 << 16)
        while member.reader.readinto(buffer):
            pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 << 20
