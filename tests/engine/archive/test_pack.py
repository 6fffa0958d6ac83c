"""What `pack` writes follows the contract, can be opened by any tar, and equals the sources."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine.archive import tar
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from support.dicom import CANARIES
from support.parcels import (
    SERIES,
    STUDY,
    dense,
    image_like,
    instance_of,
    parcel_of,
    parcel_with,
    source_of,
    write_files,
)

MIXED = [
    b"", b"x", bytes(511), bytes(512), b"y" * 513, image_like(300_000), dense(700_000),
    image_like(2_500_000, 2), dense(2_500_000, 3), bytes(3_000_000), image_like(70_000, 4),
]  # fmt: skip


def members(path: Path) -> dict[str, bytes]:
    """Name and content of every member, by the standard library."""
    with tarfile.open(path, "r:gz") as source:
        return {m.name: source.extractfile(m).read() for m in source}  # type: ignore[union-attr]


def needs(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not on this system")
    return found


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_members_are_the_sources_byte_for_byte_in_order(tmp_path: Path, threads: int) -> None:
    parcel = parcel_with(tmp_path / "in", MIXED)
    archive = pack(parcel, tmp_path / "spool", threads=threads)
    found = members(archive.path)
    names = [f"{SERIES}/{SERIES}.{n}.dcm" for n in range(1, len(MIXED) + 1)]
    assert list(found) == [*names, "manifest.json"]
    assert [found[name] for name in names] == MIXED
    assert {f.name for f in archive.files} == set(names)
    assert archive.size == archive.path.stat().st_size
    assert archive.sha256 == hashlib.sha256(archive.path.read_bytes()).hexdigest()
    assert verify(archive.path, expected=archive) == archive


def test_a_parcel_packed_again_has_the_same_bytes(tmp_path: Path) -> None:
    parcel = replace(parcel_with(tmp_path / "in", MIXED), id=str(ULID()))
    first = pack(parcel, tmp_path / "first", threads=1)
    time.sleep(1.1)  # a time of packing would show in the tar's whole seconds
    for threads in (1, 2, 5):
        again = pack(parcel, tmp_path / "again", threads=threads)
        assert again.path.read_bytes() == first.path.read_bytes()


def test_manifest_says_when_the_parcel_was_planned(tmp_path: Path) -> None:
    parcel = replace(parcel_with(tmp_path / "in", [b"abc"]), id=str(ULID.from_timestamp(1.25e9)))
    archive = pack(parcel, tmp_path / "spool")
    assert json.loads(members(archive.path)["manifest.json"])["created"] == (
        "2009-08-11T14:13:20.000Z"
    )


def test_manifest_lists_every_member_by_the_contract(tmp_path: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [b"abc", b"defg"])
    archive = pack(parcel, tmp_path / "spool")
    manifest = json.loads(members(archive.path)["manifest.json"])
    assert list(manifest) == ["schema", "parcel", "created", "gantry", "study", "files"]
    assert manifest["schema"] == "gantry.manifest/1"
    assert manifest["parcel"] == parcel.id
    assert manifest["study"] == {
        "study_instance_uid": STUDY,
        "instances": 2,
        "bytes": 7,
        "series": [{"series_instance_uid": SERIES, "instances": 2}],
    }
    assert manifest["files"][0] == {
        "name": f"{SERIES}/{SERIES}.1.dcm",
        "size": 3,
        "sha256": hashlib.sha256(b"abc").hexdigest(),
        "sop_instance_uid": f"{SERIES}.1",
        "series_instance_uid": SERIES,
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.4",
        "transfer_syntax_uid": "1.2.840.10008.1.2.1",
    }


def test_nothing_in_the_archive_names_the_patient_or_the_source(tmp_path: Path) -> None:
    archive = pack(parcel_with(tmp_path / "in", [b"abc"]), tmp_path / "spool")
    raw = archive.path.read_bytes()
    assert raw[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "no name, no time"
    inside = gzip.decompress(raw)
    for word in (*CANARIES, "Zwölfelf", str(tmp_path), tmp_path.name):
        assert word.encode() not in inside


def test_headers_have_no_owner_and_the_time_of_the_source(tmp_path: Path) -> None:
    (path,) = write_files(tmp_path / "in", [b"abc"])
    os.utime(path, (1_500_000_000, 1_500_000_000))
    parcel = parcel_of([instance_of(source_of(path), "1.2.3")])
    with tarfile.open(pack(parcel, tmp_path / "spool").path) as source:
        member = source.getmembers()[0]
    assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
    assert (member.mtime, member.isreg(), member.mode) == (1_500_000_000, True, 0o644)


@pytest.mark.parametrize("moment", [-5, 0, 4_070_908_800])
def test_a28_a_source_from_before_1970_or_from_2099_is_packed(tmp_path: Path, moment: int) -> None:
    (path,) = write_files(tmp_path / "in", [b"abc"])
    try:
        os.utime(path, (moment, moment))
    except OSError:
        pytest.skip("this file system can't keep such a time")
    archive = pack(parcel_of([instance_of(source_of(path), "1.2.3")]), tmp_path / "spool")
    assert verify(archive.path, expected=archive).files[0].name == f"{SERIES}/1.2.3.dcm"


def test_gnu_tar_and_sha256sum_are_enough_to_check_an_archive(tmp_path: Path) -> None:
    tar_tool, sha256sum, gzip_tool = needs("tar"), needs("sha256sum"), needs("gzip")
    archive = pack(parcel_with(tmp_path / "in", MIXED), tmp_path / "spool")
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run([gzip_tool, "-t", archive.path], check=True, timeout=120)
    ran = subprocess.run(
        [tar_tool, "xzf", archive.path, "-C", out], check=True, timeout=120, capture_output=True
    )
    assert ran.stderr == b""
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    sums = "".join(f"{f['sha256']}  {f['name']}\n" for f in manifest["files"])
    subprocess.run(
        [sha256sum, "--check", "--strict", "--quiet"],
        input=sums.encode(), cwd=out, check=True, timeout=120,
    )  # fmt: skip
    assert len(manifest["files"]) == len(MIXED)


@pytest.mark.parametrize("tool", ["pigz", "7z", "bsdtar"])
def test_other_gzip_readers_accept_an_archive_with_stored_and_squeezed_parts(
    tmp_path: Path, tool: str
) -> None:
    program = needs(tool)
    archive = pack(parcel_with(tmp_path / "in", MIXED), tmp_path / "spool")
    arguments = {"pigz": ["-t"], "7z": ["t"], "bsdtar": ["tzf"]}[tool]
    subprocess.run(
        [program, *arguments, archive.path], check=True, timeout=120, stdout=subprocess.DEVNULL
    )


def test_what_cannot_shrink_is_stored_and_what_can_is_squeezed(tmp_path: Path) -> None:
    solid = pack(parcel_with(tmp_path / "a", [dense(4_000_000)]), tmp_path / "spool")
    assert 4_000_000 < solid.size < 4_000_000 * 1.002
    soft = pack(parcel_with(tmp_path / "b", [image_like(4_000_000)]), tmp_path / "spool")
    assert soft.size < 4_000_000 * 0.65


def test_a_long_uid_pair_fits_into_a_header(tmp_path: Path) -> None:
    (path,) = write_files(tmp_path / "in", [b"abc"])
    series, sop = "1." + "2" * 62, "1." + "3" * 62
    archive = pack(parcel_of([instance_of(source_of(path), sop, series)]), tmp_path / "spool")
    assert members(archive.path)[f"{series}/{sop}.dcm"] == b"abc"
    assert verify(archive.path, expected=archive)


HOSTILE = [
    "", ".", "..", "../../etc/passwd", "1.2..3", "1.2.", "C:\\x", "/abs", "1.2/../../x", "1.2\0",
    "1.2\r\nX: y", "=cmd()", "\u202e3.2.1", "１.２", "1." + "2" * 63, "AUX", "1.2 ",
]  # fmt: skip


@pytest.mark.parametrize("uid", HOSTILE)
def test_b05_a_hostile_or_missing_uid_never_becomes_a_path(tmp_path: Path, uid: str) -> None:
    paths = write_files(tmp_path / "in", [b"abc", b"def"])
    sums = [hashlib.sha256(c).hexdigest() for c in (b"abc", b"def")]
    parcel = parcel_of(
        [instance_of(source_of(paths[0]), uid), instance_of(source_of(paths[1]), "1.2", uid)]
    )
    archive = pack(replace(parcel, study_uid=uid), tmp_path / "spool")
    assert [f.name for f in archive.files] == [f"{SERIES}/{sums[0]}.dcm", f"{sums[1]}.dcm"]
    assert archive.files[0].sop_instance_uid == ""
    assert archive.study_uid == ""
    assert verify(archive.path, expected=archive)


@pytest.mark.parametrize("size", [1000, 2_500_000])
def test_the_same_content_under_one_uid_is_packed_once(tmp_path: Path, size: int) -> None:
    paths = write_files(tmp_path / "in", [dense(size), dense(size), dense(size)])
    progress = Progress()
    parcel = parcel_of(instance_of(source_of(p), "1.2.3") for p in paths)
    archive = pack(parcel, tmp_path / "spool", progress=progress)
    assert list(members(archive.path)) == [f"{SERIES}/1.2.3.dcm", "manifest.json"]
    assert progress.packed == parcel.size, "the bar reaches its end"


@pytest.mark.parametrize("size", [1000, 2_500_000])
def test_different_contents_under_one_uid_are_all_kept(tmp_path: Path, size: int) -> None:
    contents = [dense(size, 1), dense(size, 2), dense(size, 1), dense(size, 3)]
    paths = write_files(tmp_path / "in", contents)
    archive = pack(parcel_of(instance_of(source_of(p), "1.2.3") for p in paths), tmp_path / "spool")
    found = members(archive.path)
    assert found[f"{SERIES}/1.2.3.dcm"] == contents[0]
    assert found[f"{SERIES}/1.2.3~2.dcm"] == contents[1]
    assert found[f"{SERIES}/1.2.3~3.dcm"] == contents[3]
    assert len(found) == 4
    assert verify(archive.path, expected=archive)


def test_files_without_uids_with_the_same_content_are_packed_once(tmp_path: Path) -> None:
    paths = write_files(tmp_path / "in", [b"abc", b"abc", dense(2_500_000), dense(2_500_000)])
    archive = pack(parcel_of(instance_of(source_of(p), "") for p in paths), tmp_path / "spool")
    assert len(archive.files) == 2


def test_a16_names_that_differ_only_in_case_or_unicode_form_are_both_packed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["IM1", "im1", "Zw\u00f6lf", "Zwo\u0308lf"]
    for number, name in enumerate(names):
        (folder / name).write_bytes(bytes([number]))
    paths = sorted(folder.iterdir())
    archive = pack(
        parcel_of(instance_of(source_of(p), f"1.2.{n}") for n, p in enumerate(paths)),
        tmp_path / "spool",
    )
    assert len(archive.files) == len(paths)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no undecodable file names")
def test_a15_a_file_with_an_undecodable_name_is_packed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"Zw\xff.dcm")
    path.write_bytes(b"abc")
    archive = pack(parcel_of([instance_of(source_of(path), "1.2.3")]), tmp_path / "spool")
    assert members(archive.path)[f"{SERIES}/1.2.3.dcm"] == b"abc"


def test_members_of_a_zip_are_packed_among_plain_files(tmp_path: Path) -> None:
    big = image_like(3_000_000)
    plain, other = write_files(tmp_path / "in", [b"plain", b"other"])
    zipped = tmp_path / "in.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a/IM1", b"first")
        z.writestr("a/IM2", big)
    parcel = parcel_of(
        [
            instance_of(source_of(zipped, "a/IM1", 5), "1.1"),
            instance_of(source_of(plain), "1.2"),
            instance_of(source_of(zipped, "a/IM2", len(big)), "1.3"),
            instance_of(source_of(other), "1.4"),
        ]
    )
    archive = pack(parcel, tmp_path / "spool")
    assert list(members(archive.path).values())[:-1] == [b"first", b"plain", big, b"other"]


def test_nothing_to_pack_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GantryError) as caught:
        pack(parcel_of([]), tmp_path / "spool")
    assert caught.value.code == ErrorCode.NOTHING_TO_SEND


def test_a23_a_part_left_by_a_kill_is_replaced_and_an_archive_overwritten(tmp_path: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [b"abc"])
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / f"{parcel.id}.tar.gz.part").write_bytes(b"half")
    (spool / f"{parcel.id}.tar.gz").write_bytes(b"damaged")
    archive = pack(parcel, spool)
    assert verify(archive.path, expected=archive)
    assert [p.name for p in spool.iterdir()] == [f"{parcel.id}.tar.gz"]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_laid_in_the_spool_is_not_followed(tmp_path: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [b"abc"])
    spool, victim = tmp_path / "spool", tmp_path / "victim"
    spool.mkdir()
    victim.write_bytes(b"mine")
    (spool / f"{parcel.id}.tar.gz.part").symlink_to(victim)
    pack(parcel, spool)
    assert victim.read_bytes() == b"mine"


def test_a27_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(1_000_000, n) for n in range(8)])
    token = CancelToken()

    class Stop(Progress):
        def __setattr__(self, name: str, value: int) -> None:
            super().__setattr__(name, value)
            if name == "packed" and value > 3_000_000:
                token.cancel()

    with pytest.raises(Cancelled):
        pack(parcel, tmp_path / "spool", progress=Stop(), token=token)
    assert list((tmp_path / "spool").iterdir()) == []


def test_packing_leaves_the_sources_untouched(tmp_path: Path) -> None:
    parcel = parcel_with(tmp_path / "in", MIXED[:6])
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "in").iterdir()}
    pack(parcel, tmp_path / "spool")
    assert before == {
        p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "in").iterdir()
    }


def test_a19_a_large_file_is_packed_and_verified_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.dcm"
    with path.open("wb") as file:
        file.truncate(300 << 20)  # sparse where the file system can
    parcel = parcel_of([instance_of(source_of(path), "1.2.3")])
    tracemalloc.start()
    archive = pack(parcel, tmp_path / "spool", threads=2)
    verify(archive.path, expected=archive)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 32 << 20


def test_a19_a_file_larger_than_ustar_can_say_is_packed(tmp_path: Path) -> None:
    assert tar.header("1.2.dcm", (8 << 30) - 1, 0)[156:157] == b"0"
    head = tar.header("1.2.dcm", 8 << 30, 0)
    assert head[156:157] == b"x"
    assert b"size=8589934592" in head
    reader = tar.TarReader(iter([head]))
    assert reader.next_member() == ("1.2.dcm", 8 << 30)
