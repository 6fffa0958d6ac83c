"""Every member of a ZIP that holds DICOM is packed, byte for byte, or said to be missing."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine import zip_locks
from gantry.engine.archive.pack import pack
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.duplicates import content_digest
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.plan import plan
from gantry.engine.preview.contents import Want
from gantry.engine.preview.worker import read
from support.cli import Cli
from support.dicom import make_study
from support.scanned import instances, scan

PASSWORD = "Schlüssel 7"


@pytest.fixture
def data(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in make_study(tmp_path / "made", instances=4, size=64)]


def write(path: Path, data: list[bytes], names: list[str] | None = None, method: int = 8) -> Path:
    names = names or [f"IM{number}" for number in range(len(data))]
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore")  # zipfile's, of several members of one name
        for name, one in zip(names, data, strict=True):
            archive.writestr(name, one)
    return path


def packed(catalog: Catalog, folder: Path) -> set[str]:
    """What arrives in archives, by its SHA-256."""
    found: set[str] = set()
    for parcel in plan(catalog):
        found |= {file.sha256 for file in pack(parcel, folder).files}
    return found


def hashes(data: list[bytes]) -> set[str]:
    return {hashlib.sha256(one).hexdigest() for one in data}


def reasons(skipped: list[Skipped]) -> list[SkipReason]:
    return [one.reason for one in skipped]


def patched(path: Path, central: int, local: int, value: int, size: str = "<H") -> None:
    """Writes a value into the second member's headers."""
    raw = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        if at >= 0:
            place = raw.find(signature, raw.find(signature) + 4)
            struct.pack_into(size, raw, place + at, value)
    path.write_bytes(raw)


def test_several_members_of_one_name_all_arrive(tmp_path: Path, data: list[bytes]) -> None:
    names = ["IM", "a/IM", "IM", "IM"]
    catalog, skipped = scan(write(tmp_path / "a.zip", data, names))
    assert not skipped
    assert {i.source.member for i in instances(catalog)} == {"IM", "a/IM", "IM:2", "IM:3"}
    assert packed(catalog, tmp_path / "out") == hashes(data)
    for instance in instances(catalog):
        want = Want(str(tmp_path / "a.zip").encode(), instance.source.member, frame=0)
        assert read(want).picture is not None
        digest = content_digest(instance.source, CancelToken())
        assert digest.hex() in hashes(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_unpacked(method: int, tmp_path: Path, data: list[bytes]) -> None:
    big = [one + bytes(5 << 20) for one in data]
    catalog, skipped = scan(write(tmp_path / "a.zip", big, method=method))
    assert not skipped
    assert packed(catalog, tmp_path / "out") == hashes(big)


def deflate64(data: bytes) -> bytes:
    """Stored blocks are the same in Deflate64 as in Deflate (APPNOTE 4.4.5)."""
    blocks = [data[at : at + 0xFFFF] for at in range(0, len(data), 0xFFFF)]
    return b"".join(
        struct.pack("<BHH", at == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for at, block in enumerate(blocks)
    )


def by_hand(path: Path, data: list[bytes], pack_one: Callable[[bytes], bytes], method: int) -> Path:
    """A ZIP written field by field."""
    body, directory = b"", b""
    for number, one in enumerate(data):
        name, inside = f"IM{number}".encode(), pack_one(one)
        fields = struct.pack(
            "<HHHHHLLLHH",
            21,
            0,
            method,
            0,
            0x21,
            zlib.crc32(one),
            len(inside),
            len(one),
            len(name),
            0,
        )
        directory += b"PK\x01\x02" + struct.pack("<H", 21) + fields
        directory += struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + fields + name + inside
    end = struct.pack("<HHHHLLH", 0, 0, len(data), len(data), len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\x05\x06" + end)
    return path


def test_deflate64_is_unpacked(tmp_path: Path, data: list[bytes]) -> None:
    big = [one + bytes(1 << 20) for one in data]
    catalog, skipped = scan(by_hand(tmp_path / "a.zip", big, deflate64, 9))
    assert not skipped
    assert packed(catalog, tmp_path / "out") == hashes(big)


def test_a_self_extracting_zip_is_opened(tmp_path: Path, data: list[bytes]) -> None:
    path = write(tmp_path / "a.zip", data)
    program = tmp_path / "study.exe"
    program.write_bytes(b"MZ" + bytes(70_000) + path.read_bytes())
    path.unlink()
    catalog, skipped = scan(program)
    assert not skipped
    assert packed(catalog, tmp_path / "out") == hashes(data)


def test_another_name_in_the_local_header_is_no_fault(tmp_path: Path, data: list[bytes]) -> None:
    path = write(tmp_path / "a.zip", data)
    path.write_bytes(path.read_bytes().replace(b"IM1", b"XX1", 1))
    catalog, skipped = scan(path)
    assert not skipped
    assert packed(catalog, tmp_path / "out") == hashes(data)


@pytest.fixture
def locked(tmp_path: Path, data: list[bytes]) -> Path:
    if shutil.which("zip") is None:
        pytest.skip("Info-ZIP is not installed")
    for number, one in enumerate(data):
        (tmp_path / f"IM{number}").write_bytes(one)
    files = [f"IM{number}" for number in range(len(data))]
    command = ["zip", "-q", "-P", PASSWORD, "a.zip", *files]
    subprocess.run(command, cwd=tmp_path, check=True)
    for name in files:
        (tmp_path / name).unlink()
    return tmp_path / "a.zip"


def test_a_locked_zip_is_opened_with_the_password(
    locked: Path, tmp_path: Path, data: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_locks, "_given", {})
    assert reasons(scan(locked)[1]) == [SkipReason.ZIP_ENCRYPTED]
    zip_locks.remember("not this one")
    assert reasons(scan(locked)[1]) == [SkipReason.ZIP_ENCRYPTED]
    zip_locks.remember(PASSWORD)
    catalog, skipped = scan(locked)
    assert not skipped
    assert packed(catalog, tmp_path / "out") == hashes(data)


def aes(data: bytes) -> tuple[bytes, bytes]:
    """A locked member and its extra field, as WinZip's AE-2 has them."""
    from Crypto.Cipher import AES
    from Crypto.Util import Counter

    salt = bytes(range(16))
    made = hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt, 1000, 66)
    counter = Counter.new(128, little_endian=True, initial_value=1)
    inside = AES.new(made[:32], AES.MODE_CTR, counter=counter).encrypt(data)
    import hmac

    check = hmac.new(made[32:64], inside, hashlib.sha1).digest()[:10]
    return salt + made[64:] + inside + check, struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)


@pytest.mark.parametrize("spoilt", [False, True])
def test_aes_is_opened_with_the_password_and_checked(
    spoilt: bool, tmp_path: Path, data: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_locks, "_given", {PASSWORD: None})
    inside, extra = aes(data[0])
    if spoilt:
        inside = inside[:-40] + b"\0" + inside[-39:]
    fields = struct.pack(
        "<HHHHHLLLHH", 51, 1, 99, 0, 0x21, 0, len(inside), len(data[0]), 2, len(extra)
    )
    body = b"PK\x03\x04" + fields + b"IM" + extra + inside
    directory = b"PK\x01\x02" + struct.pack("<H", 51) + fields
    directory += struct.pack("<HHHLL", 0, 0, 0, 0, 0) + b"IM" + extra
    end = struct.pack("<HHHHLLH", 0, 0, 1, 1, len(directory), len(body), 0)
    path = tmp_path / "a.zip"
    path.write_bytes(body + directory + b"PK\x05\x06" + end)
    (instance,) = instances(scan(path)[0])
    if spoilt:
        with pytest.raises(zipfile.BadZipFile):
            content_digest(instance.source, CancelToken())
    else:
        assert content_digest(instance.source, CancelToken()).hex() in hashes(data)


FAULTS: dict[str, Callable[[Path], None]] = {
    "an unknown method": lambda path: patched(path, 10, 8, 93),
    "encrypted": lambda path: patched(path, 8, 6, 1),
    "a wrong check sum": lambda path: patched(path, 16, -1, 1234, "<L"),
    "a size that is too small": lambda path: patched(path, 24, -1, 700, "<L"),
    "a size that is too large": lambda path: patched(path, 24, -1, 1 << 20, "<L"),
    "no local header": lambda path: patched(path, 42, -1, 3, "<L"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_one_member_that_can_not_be_read_ends_in_failure(
    fault: str, method: int, tmp_path: Path, data: list[bytes]
) -> None:
    path = write(tmp_path / "a.zip", data, method=method)
    FAULTS[fault](path)
    (tmp_path / "in").mkdir()
    ran = Cli(tmp_path / "home")("send", path, "--to", (tmp_path / "in").as_uri(), "--json")
    assert ran.code == 1
    told = len(ran.of("skipped")) + ran.done.get("failed", 0)
    assert told >= 1


def test_the_terminal_takes_the_password_from_the_environment(
    locked: Path, tmp_path: Path, data: list[bytes]
) -> None:
    (tmp_path / "in").mkdir()
    arguments = ("send", locked, "--to", (tmp_path / "in").as_uri(), "--json")
    assert Cli(tmp_path / "home")(*arguments).code == 1
    ran = Cli(tmp_path / "home", GANTRY_ZIP_PASSWORD=PASSWORD)(*arguments)
    assert (ran.code, ran.done["delivered"]) == (0, 1)
