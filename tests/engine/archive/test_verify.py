"""`verify` refuses every damage with the reason, and survives hostile archives."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.archive.damage import Damage
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive
from support.parcels import dense, image_like, parcel_with

CONTENTS = [image_like(5000, 1), dense(6000, 2), b"", image_like(700, 3)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("good")
    return pack(parcel_with(folder / "in", CONTENTS), folder / "spool")


@pytest.fixture(scope="module")
def raw(archive: Archive) -> bytes:
    return archive.path.read_bytes()


@pytest.fixture
def refuse(tmp_path: Path) -> Callable[[bytes], GantryError]:
    """Verifies bytes as an archive of unknown origin and returns the refusal."""

    def refuse(data: bytes) -> GantryError:
        path = tmp_path / "x.tar.gz"
        path.write_bytes(data)
        with pytest.raises(GantryError) as caught:
            verify(path)
        return caught.value

    return refuse


def reason(error: GantryError) -> object:
    assert error.code == ErrorCode.ARCHIVE_DAMAGED
    assert error.transient
    return error.facts["reason"]


def squeeze(tar: bytes) -> bytes:
    return gzip.compress(tar, mtime=0)


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


Refuse = Callable[[bytes], GantryError]
Files = list[tuple[tarfile.TarInfo, bytes]]


def unpack(tar: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(tar)) as source:
        return [(m, source.extractfile(m).read()) for m in source]  # type: ignore[union-attr]


def repack(files: Files) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as target:
        for info, data in files:
            target.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def entry(name: str, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def test_a_good_archive_is_described(archive: Archive) -> None:
    progress = Progress()
    assert verify(archive.path, progress=progress) == archive
    assert progress.verified == sum(map(len, CONTENTS)) == archive.content
    verify(archive.path, progress=progress)
    assert progress.verified == archive.content, "a second reading counts from the beginning"


def test_an_archive_says_its_labels(tmp_path: Path) -> None:
    labels = (("subject", "S 01"), ("编号", "甲"))
    parcel = replace(parcel_with(tmp_path / "in", CONTENTS), labels=labels, modality="MR")
    packed = pack(parcel, tmp_path / "spool")
    assert verify(packed.path, expected=packed).labels == labels
    assert verify(packed.path).labels == labels
    with pytest.raises(GantryError) as error:
        verify(packed.path, expected=replace(packed, labels=labels[:1]))
    assert reason(error.value) == Damage.NOT_AS_PACKED
    with tarfile.open(packed.path) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        assert json.load(file)["labels"] == dict(labels)


def test_a_good_archive_made_by_other_tools_is_good(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(squeeze(repack(unpack(gzip.decompress(raw)))))
    assert len(verify(path).files) == len(CONTENTS)


# The damages that reading with tarfile does not notice, one by one.


def test_a26_a_cut_trailer_is_noticed(raw: bytes, refuse: Refuse) -> None:
    for cut in (1, 4, 8):
        error = refuse(raw[:-cut])
        assert reason(error) == Damage.TRUNCATED
        assert error.facts["at"] == len(raw) - cut


def test_a26_a_flipped_checksum_and_length_are_noticed(raw: bytes, refuse: Refuse) -> None:
    assert reason(refuse(flip(raw, len(raw) - 8))) == Damage.GZIP_CHECKSUM
    assert reason(refuse(flip(raw, len(raw) - 1))) == Damage.GZIP_CHECKSUM


def test_a26_a_flipped_data_byte_is_noticed(raw: bytes, refuse: Refuse) -> None:
    stored = raw.index(dense(6000, 2)[:20]) if dense(6000, 2)[:20] in raw else len(raw) // 2
    assert reason(refuse(flip(raw, stored + 5))) in (Damage.GZIP_CHECKSUM, Damage.GZIP_DATA)


def test_a26_appended_garbage_is_noticed(raw: bytes, refuse: Refuse) -> None:
    for garbage in (b"\0", b"garbage", bytes(100_000), raw, gzip.compress(b"", mtime=0)):
        error = refuse(raw + garbage)
        assert reason(error) == Damage.TRAILING_DATA
        assert error.facts["at"] == len(raw)


def test_a26_a_damaged_member_header_is_noticed(raw: bytes, refuse: Refuse) -> None:
    tar = gzip.decompress(raw)
    for at in range(512):
        assert reason(refuse(squeeze(flip(tar, at)))) == Damage.TAR_HEADER


def test_a26_missing_end_blocks_are_noticed(raw: bytes, refuse: Refuse) -> None:
    tar = gzip.decompress(raw).rstrip(b"\0")
    tar += bytes(-len(tar) % 512)
    assert reason(refuse(squeeze(tar))) == Damage.TAR_END_MISSING
    assert reason(refuse(squeeze(tar + bytes(512)))) == Damage.TAR_END_MISSING


def test_a26_a_shrunk_member_is_noticed(raw: bytes, refuse: Refuse) -> None:
    tar = gzip.decompress(raw)
    assert reason(refuse(squeeze(tar[:2048]))) == Damage.TAR_END_MISSING
    files = unpack(tar)
    files[0] = entry(files[0][0].name, files[0][1][:-1])
    error = refuse(squeeze(repack(files)))
    assert reason(error) == Damage.SIZE
    assert error.facts["member"] == files[0][0].name


def test_a26_a_torn_prefix_under_the_right_size_is_noticed(raw: bytes, refuse: Refuse) -> None:
    files = unpack(gzip.decompress(raw))
    name, data = files[1][0].name, files[1][1]
    files[1] = entry(name, data[:3000] + bytes(3000))
    error = refuse(squeeze(repack(files)))
    assert reason(error) == Damage.CONTENT
    assert error.facts["member"] == name


def test_a26_a_cut_in_the_middle_is_noticed_at_its_byte(raw: bytes, refuse: Refuse) -> None:
    for cut in (1, 9, 10, 11, 20, len(raw) // 2):
        error = refuse(raw[:cut])
        assert reason(error) == Damage.TRUNCATED
        assert error.facts["at"] == cut


def test_a26_missing_extra_and_duplicate_members_are_noticed(raw: bytes, refuse: Refuse) -> None:
    files = unpack(gzip.decompress(raw))
    assert reason(refuse(squeeze(repack(files[1:])))) == Damage.MISSING
    extra = entry("1.2/3.4.dcm", b"x")
    assert reason(refuse(squeeze(repack([extra, *files])))) == Damage.EXTRA
    assert reason(refuse(squeeze(repack([files[0], *files])))) == Damage.DUPLICATE
    assert reason(refuse(squeeze(repack([*files, extra])))) == Damage.MANIFEST_NOT_LAST
    assert reason(refuse(squeeze(repack(files[:-1])))) == Damage.MANIFEST_MISSING
    assert reason(refuse(squeeze(repack([*files, files[-1]])))) == Damage.MANIFEST_NOT_LAST


def test_a26_anything_after_the_end_of_the_tar_is_noticed(raw: bytes, refuse: Refuse) -> None:
    tar = gzip.decompress(raw)
    assert reason(refuse(squeeze(tar + tar))) == Damage.TRAILING_DATA
    assert reason(refuse(squeeze(tar + bytes(4096) + b"x"))) == Damage.TRAILING_DATA


def test_padding_that_is_not_zero_is_noticed(raw: bytes, refuse: Refuse) -> None:
    assert reason(refuse(squeeze(flip(gzip.decompress(raw), 512 + 5001)))) == Damage.TAR_PADDING


# Members that no archive of ours has.


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE,
             tarfile.BLKTYPE, tarfile.CONTTYPE, b"Z"],
)  # fmt: skip
def test_a_member_that_is_no_regular_file_is_refused(
    raw: bytes, refuse: Refuse, kind: bytes
) -> None:
    files = [entry("1.2.dcm", type=kind, linkname="x"), *unpack(gzip.decompress(raw))]
    assert reason(refuse(squeeze(repack(files)))) == Damage.NOT_A_FILE


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../../x", "a//b", "./a", "C:/x", "C:x", "a\\b", "a:stream",
             "AUX.dcm", "com¹", "trail.", "trail ", "a\x1b[2Jb", "a\nb", "a\tb",
             "n" * 300],
)  # fmt: skip
def test_a_member_with_an_unsafe_name_is_refused(raw: bytes, refuse: Refuse, name: str) -> None:
    files = [entry(name, b"x"), *unpack(gzip.decompress(raw))]
    error = refuse(squeeze(repack(files)))
    assert reason(error) == Damage.UNSAFE_NAME
    assert error.facts.get("member", "(foreign name)") == "(foreign name)"


def test_a_strangers_member_name_stays_out_of_the_facts(raw: bytes, refuse: Refuse) -> None:
    files = [entry("SMITH_JOHN.dcm", b"x"), *unpack(gzip.decompress(raw))]
    error = refuse(squeeze(repack(files)))
    assert reason(error) == Damage.EXTRA
    assert "SMITH" not in str(error)
    assert error.private["member"] == "SMITH_JOHN.dcm"


def test_an_owner_other_than_root_is_refused(raw: bytes, refuse: Refuse) -> None:
    files = [entry("1.2.dcm", b"x", uid=1000), *unpack(gzip.decompress(raw))]
    assert reason(refuse(squeeze(repack(files)))) == Damage.TAR_HEADER


def test_gnu_and_global_headers_are_refused(raw: bytes, refuse: Refuse) -> None:
    for kind in (tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE):
        info, _ = entry("1.2.dcm", b"30 mtime=1\n", type=kind)
        block = info.tobuf(tarfile.USTAR_FORMAT) + b"30 mtime=1\n".ljust(512, b"\0")
        error = refuse(squeeze(block + gzip.decompress(raw)))
        assert reason(error) == Damage.NOT_A_FILE


@pytest.mark.parametrize("record", [b"", b"x", b"99999 path=a\n", b"5 pat", b"0 path=a\n",
                                    b"12 size=-512\n", b"15 size=9999999\n"])  # fmt: skip
def test_a_damaged_pax_header_is_refused(raw: bytes, refuse: Refuse, record: bytes) -> None:
    info, _ = entry("x", record, type=tarfile.XHDTYPE)
    block = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(-(-len(record) // 512) * 512, b"\0")
    assert refuse(squeeze(block + gzip.decompress(raw))).code == ErrorCode.ARCHIVE_DAMAGED


# Manifests


@pytest.mark.parametrize(
    "change", [
        {"files": None}, {"files": "x"}, {"files": [1]}, {"files": [{}]}, {"parcel": 5},
        {"created": None}, {"study": []},
    ],
)  # fmt: skip
def test_an_invalid_manifest_is_refused(
    raw: bytes, refuse: Refuse, change: dict[str, object]
) -> None:
    files = unpack(gzip.decompress(raw))
    manifest = json.loads(files[-1][1]) | change
    files[-1] = entry("manifest.json", json.dumps(manifest).encode())
    assert reason(refuse(squeeze(repack(files)))) == Damage.MANIFEST_INVALID


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\xff", b"{}x", b'{"schema": 1}'])
def test_a_manifest_that_is_no_json_of_ours_is_refused(
    raw: bytes, refuse: Refuse, data: bytes
) -> None:
    files = unpack(gzip.decompress(raw))
    files[-1] = entry("manifest.json", data)
    assert reason(refuse(squeeze(repack(files)))) == Damage.MANIFEST_INVALID


def test_a_file_listed_twice_is_refused(raw: bytes, refuse: Refuse) -> None:
    files = unpack(gzip.decompress(raw))
    manifest = json.loads(files[-1][1])
    manifest["files"].append(manifest["files"][0])
    files[-1] = entry("manifest.json", json.dumps(manifest).encode())
    assert reason(refuse(squeeze(repack(files)))) == Damage.MANIFEST_INVALID


RULES = {"profile": "research", "edition": "2026c", "gantry": "0.2.0", "rules_sha256": "f1d0"}


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "gantry.manifest/2"},
        {"deidentified": RULES},
        {"schema": "gantry.manifest/2", "deidentified": {"profile": "research"}},
        {"schema": "gantry.manifest/2", "deidentified": "yes"},
    ],
)
def test_a_manifest_that_says_half_of_its_de_identification_is_refused(
    raw: bytes, refuse: Refuse, change: dict[str, object]
) -> None:
    files = unpack(gzip.decompress(raw))
    manifest = {**json.loads(files[-1][1]), **change}
    files[-1] = entry("manifest.json", json.dumps(manifest).encode())
    assert reason(refuse(squeeze(repack(files)))) == Damage.MANIFEST_INVALID


@pytest.mark.parametrize("schema", ["gantry.manifest/4", "gantry.manifest/10", "gantry.manifest/"])
def test_a_manifest_of_another_version_is_named_as_such(refuse: Refuse, schema: str) -> None:
    later = entry("manifest.json", json.dumps({"schema": schema}).encode())
    error = refuse(squeeze(repack([later])))
    assert error.code is ErrorCode.ARCHIVE_FOREIGN
    assert error.facts["reason"] == "newer"


def test_an_archive_of_someone_else_is_told_apart_from_a_damaged_one(refuse: Refuse) -> None:
    assert refuse(squeeze(repack([entry("photo.jpg", b"x")]))).code == ErrorCode.ARCHIVE_FOREIGN
    one_like_ours = [entry("1.2/1.2.3.dcm", b"x"), entry("photo.jpg", b"x")]
    assert refuse(squeeze(repack(one_like_ours))).code == ErrorCode.ARCHIVE_FOREIGN
    newer = entry("manifest.json", b'{"schema": "gantry.manifest/4"}')
    assert refuse(squeeze(repack([newer]))).code == ErrorCode.ARCHIVE_FOREIGN
    assert reason(refuse(b"PK\x03\x04" + bytes(100))) == Damage.NOT_GZIP
    assert reason(refuse(b"")) == Damage.TRUNCATED


def test_a_missing_archive_is_reported_as_missing(tmp_path: Path) -> None:
    with pytest.raises(GantryError) as caught:
        verify(tmp_path / "none.tar.gz")
    assert caught.value.code == ErrorCode.ARCHIVE_MISSING


@pytest.mark.parametrize("flags", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20])
def test_a_gzip_header_with_a_name_or_anything_optional_is_refused(
    raw: bytes, refuse: Refuse, flags: int
) -> None:
    assert reason(refuse(raw[:3] + bytes([flags]) + raw[4:])) == Damage.GZIP_HEADER
    assert reason(refuse(raw[:4] + b"\1" + raw[5:])) == Damage.GZIP_HEADER


# What was packed


def test_another_good_archive_is_not_the_one_that_was_packed(
    tmp_path: Path, archive: Archive
) -> None:
    other = pack(parcel_with(tmp_path / "in", [*CONTENTS[:-1], b"other"]), tmp_path / "spool")
    with pytest.raises(GantryError) as caught:
        verify(other.path, expected=archive)
    assert reason(caught.value) == Damage.NOT_AS_PACKED


def test_the_same_members_in_another_file_are_not_what_was_packed(
    tmp_path: Path, archive: Archive, raw: bytes
) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(squeeze(gzip.decompress(raw)))
    assert verify(path).files == archive.files
    with pytest.raises(GantryError) as caught:
        verify(path, expected=archive)
    assert reason(caught.value) == Damage.NOT_AS_PACKED


def test_a26_every_single_byte_counts(tmp_path: Path) -> None:
    """Every byte of a small archive, one after another: refused against what was packed; and
    where a stranger's archive is accepted, then not one byte of its content has changed."""
    archive = pack(parcel_with(tmp_path / "in", [b"", dense(300), b"y" * 600]), tmp_path / "spool")
    raw, path = archive.path.read_bytes(), tmp_path / "x.tar.gz"
    content, spared = gzip.decompress(raw), []
    for at in range(len(raw)):
        for mask in (0x01, 0x80):
            changed = raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :]
            path.write_bytes(changed)
            with pytest.raises(GantryError):
                verify(path, expected=archive)
            try:
                verify(path)
            except GantryError:
                continue
            spared.append(at)
            assert zlib.decompress(changed, 31) == content
    # Deflate can say the same in several ways: a run of zeros copied from 1 or from 2 bytes back.
    assert len(spared) < len(raw) / 20


# Hostile archives


def test_cancelling_stops_a_proof(archive: Archive) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        verify(archive.path, token=token)


def peak_of(path: Path) -> tuple[GantryError, int]:
    tracemalloc.start()
    with pytest.raises(GantryError) as caught:
        verify(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return caught.value, most


def write_tar(path: Path, *parts: tuple[bytes, int]) -> Path:
    """A gzip of each part repeated this often; never completely in memory."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", 1, file, 0) as out:
        for part, times in parts:
            for _ in range(times):
                out.write(part)
    return path


def test_a_bomb_is_read_in_constant_memory(tmp_path: Path) -> None:
    info, _ = entry("1.2.dcm")
    info.size = 512 << 20
    path = write_tar(
        tmp_path / "b.gz", (info.tobuf(tarfile.USTAR_FORMAT), 1), (bytes(1 << 20), 513)
    )
    error, most = peak_of(path)
    assert error.code == ErrorCode.ARCHIVE_DAMAGED
    assert most < 20 << 20


@pytest.mark.parametrize("size", [8 << 30, 1 << 62])
def test_a_lying_size_is_noticed_without_believing_it(tmp_path: Path, size: int) -> None:
    info, _ = entry("1.2.dcm")
    info.size = size
    head = info.tobuf(tarfile.PAX_FORMAT)
    error, most = peak_of(write_tar(tmp_path / "b.gz", (head, 1), (b"x" * 512, 3)))
    assert reason(error) in (Damage.TAR_END_MISSING, Damage.TAR_HEADER)
    assert most < 20 << 20


def test_a_manifest_of_a_lying_size_is_not_read(tmp_path: Path) -> None:
    info, _ = entry("manifest.json")
    info.size = 1 << 32
    path = write_tar(tmp_path / "b.gz", (info.tobuf(tarfile.USTAR_FORMAT), 1), (bytes(1 << 20), 64))
    error, most = peak_of(path)
    assert reason(error) == Damage.MANIFEST_INVALID
    assert most < 20 << 20


def test_a_pax_header_of_a_lying_size_is_not_read(tmp_path: Path) -> None:
    info, _ = entry("x", type=tarfile.XHDTYPE)
    info.size = 1 << 30
    path = write_tar(tmp_path / "b.gz", (info.tobuf(tarfile.USTAR_FORMAT), 1), (bytes(1 << 20), 64))
    error, most = peak_of(path)
    assert reason(error) == Damage.TAR_HEADER
    assert most < 20 << 20


def test_too_many_members_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gantry.engine.archive.verify.MOST_FILES", 1000)
    headers = [entry(f"1.{n}.dcm")[0].tobuf(tarfile.USTAR_FORMAT) for n in range(5000)]
    error, most = peak_of(write_tar(tmp_path / "b.gz", (b"".join(headers), 1)))
    assert reason(error) == Damage.TOO_MANY
    assert most < 20 << 20


def test_a_hash_in_capitals_is_not_the_hash(raw: bytes, refuse: Refuse) -> None:
    files = unpack(gzip.decompress(raw))
    manifest = json.loads(files[-1][1])
    manifest["files"][0]["sha256"] = manifest["files"][0]["sha256"].upper() + " "
    files[-1] = entry("manifest.json", json.dumps(manifest).encode())
    assert reason(refuse(squeeze(repack(files)))) == Damage.CONTENT


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("parcel", lambda a: "01OTHER"),
        ("study_uid", lambda a: "1.2"),
        ("files", lambda a: a.files[:-1]),
        ("files", lambda a: (*a.files, a.files[0])),
        ("files", lambda a: (*a.files[:-1], replace(a.files[-1], sha256="0" * 64))),
        ("size", lambda a: a.size + 1),
        ("sha256", lambda a: "0" * 64),
    ],
)
def test_each_thing_that_was_packed_is_compared(
    archive: Archive, field: str, other: Callable[[Archive], object]
) -> None:
    packed = replace(archive, **{field: other(archive)})  # type: ignore[arg-type]
    with pytest.raises(GantryError) as caught:
        verify(archive.path, expected=packed)
    assert reason(caught.value) == Damage.NOT_AS_PACKED
