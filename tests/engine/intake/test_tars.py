"""Dropped tars are opened, Gantry's own among them, and sent byte for byte."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine import tar_members
from gantry.engine.archive.pack import pack
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.plan import plan
from gantry.engine.preview.contents import Want
from gantry.engine.preview.worker import read
from support.cli import Cli
from support.dicom import make_study
from support.scanned import instances, scan

SQUEEZE: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.fixture
def data(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in make_study(tmp_path / "made", instances=4, size=64)]


def tarred(members: list[tuple[str, bytes]], *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for info in others:
            archive.addfile(info)
        for name, one in members:
            info = tarfile.TarInfo(name)
            info.size = len(one)
            archive.addfile(info, io.BytesIO(one))
    return made.getvalue()


def packed(catalog: Catalog, folder: Path) -> set[str]:
    return {f.sha256 for parcel in plan(catalog) for f in pack(parcel, folder).files}


def hashes(data: list[bytes]) -> set[str]:
    return {hashlib.sha256(one).hexdigest() for one in data}


@pytest.mark.parametrize("kind", SQUEEZE)
def test_a_tar_is_opened_whatever_it_is_called(
    kind: str, tmp_path: Path, data: list[bytes]
) -> None:
    """Two members have one name; the order of packing is not that of the tar."""
    members = list(zip(["b/IM", "a", "b/IM", "c"], reversed(data), strict=True))
    (tmp_path / "export").write_bytes(SQUEEZE[kind](tarred(members)))
    catalog, skipped = scan(tmp_path / "export")
    assert not skipped
    assert {i.source.member for i in instances(catalog)} == {"b/IM", "a", "b/IM:2", "c"}
    assert packed(catalog, tmp_path / "out") == hashes(data)
    for instance in instances(catalog):
        want = Want(os.fsencode(tmp_path / "export"), instance.source.member, frame=0)
        assert read(want).picture is not None


def test_links_and_names_that_lead_elsewhere_are_not_followed(
    tmp_path: Path, data: list[bytes]
) -> None:
    link, device = tarfile.TarInfo("IM0"), tarfile.TarInfo("IM1")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device.type = tarfile.CHRTYPE
    members = [("../../IM2", data[0]), ("/IM3", data[1]), ("IM4", data[2])]
    (tmp_path / "a.tar").write_bytes(tarred(members, link, device))
    catalog, skipped = scan(tmp_path / "a.tar")
    assert [i.source.member for i in instances(catalog)] == ["IM4"]
    assert [one.reason for one in skipped] == [SkipReason.OUTSIDE] * 2


def test_a_bomb_is_refused(
    tmp_path: Path, data: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tar_members, "RATIO_FROM", 1 << 20)
    bomb = gzip.compress(tarred([("IM", data[0] + bytes(32 << 20))]))
    (tmp_path / "a.tgz").write_bytes(bomb)
    catalog, skipped = scan(tmp_path / "a.tgz")
    assert not catalog.patients
    assert [one.reason for one in skipped] == [SkipReason.ARCHIVE_TAR]


def test_a_cut_tar_is_named(tmp_path: Path, data: list[bytes]) -> None:
    whole = gzip.compress(tarred([(f"IM{n}", one) for n, one in enumerate(data)]))
    (tmp_path / "a.tgz").write_bytes(whole[: len(whole) // 2])
    assert [one.reason for one in scan(tmp_path)[1] if "made" not in one.path] == [
        SkipReason.ARCHIVE_TAR
    ]


def test_no_dicom_in_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(gzip.compress(tarred([("a.txt", b"x"), ("b.txt", b"y")])))
    assert [one.reason for one in scan(tmp_path / "a.tgz")[1]] == [SkipReason.NOT_DICOM]


def test_gantry_s_own_archive_is_dropped_back_in_and_sent(
    tmp_path: Path, data: list[bytes]
) -> None:
    cli = Cli(tmp_path / "home")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    assert cli("send", tmp_path / "made", "--to", (tmp_path / "first").as_uri()).code == 0
    (archive,) = (tmp_path / "first").glob("*.tar.gz")
    ran = cli("send", archive, "--to", (tmp_path / "second").as_uri(), "--json")
    assert (ran.code, ran.done["delivered"]) == (0, 1)
    (again,) = (tmp_path / "second").glob("*.tar.gz")
    with tarfile.open(again) as found:
        arrived = [found.extractfile(m) for m in found if m.name != "manifest.json"]
        assert {hashlib.sha256(f.read()).hexdigest() for f in arrived if f} == hashes(data)
