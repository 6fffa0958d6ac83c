"""What the kills, faults and fuzzers of this folder found once, so that it stays fixed."""

from __future__ import annotations

import bz2
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.zips import read_zip
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Outcome, Parcel, Receipt
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.registry import normalise_url, open_destination
from support.jobs import scanned_parcels
from support.script_server import ScriptServer, answer
from support.sending import bytes_archive, direct, shipment


def test_a_bzip2_bomb_in_a_zip_stays_packed(tmp_path: Path) -> None:
    """A member that says it has 1,000 bytes, and has 400 MB in 300."""
    packer, packed = bz2.BZ2Compressor(9), b""
    for _ in range(400):
        packed += packer.compress(bytes(1 << 20))
    packed += packer.flush()
    assert len(packed) < 1000
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as out:
        out.writestr("IM1", packed)
    data = bytearray(memory.getvalue())
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 8 : local + 10] = data[central + 10 : central + 12] = b"\x0c\x00"  # bzip2
    path = tmp_path / "bomb.zip"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        (found,) = read_zip(str(path), CancelToken())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(found, Skipped)
    assert found.reason is SkipReason.ZIP_DAMAGED  # it is longer than it says
    assert peak < 32 << 20


@pytest.mark.parametrize(
    "text",
    [
        "-:\\out",
        "4:/x",
        "file://[::1",
        "file://[x]/y",
        "é:/x",
        "//#/0",
        "\\\\?\\C:\\x",
        "\\\\.\\pipe\\x",
    ],
)
def test_what_only_looks_like_a_folder_is_refused(text: str) -> None:
    with pytest.raises(GantryError) as caught:
        normalise_url(text)
    assert caught.value.code is ErrorCode.DESTINATION_INVALID


def test_a_folder_named_like_a_drive_stays_that_folder() -> None:
    url, _ = normalise_url("/C:/x")
    assert normalise_url(url)[0] == url == "file:///C%3A/x"
    assert normalise_url(r"C:\x")[0] == "file:///C:/x"


def test_a_share_of_this_computer_stays_a_share() -> None:
    """`file://localhost/share` would be the folder /share."""
    url, _ = normalise_url(r"\\localhost\share\x")
    assert normalise_url(url)[0] == url == "file://127.0.0.1/share/x"


def test_a_url_with_bytes_that_are_no_text_is_refused() -> None:
    with pytest.raises(GantryError) as caught:
        normalise_url("https://host/pro\udca7jects")
    assert caught.value.code is ErrorCode.DESTINATION_INVALID


def test_a_member_without_a_name_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("XYZ", b"text")
        out.writestr("IM2", b"text")
    data = path.read_bytes().replace(b"XYZ", b"\0YZ")  # a name ends at a NUL
    assert data.count(b"\0YZ") == 2
    path.write_bytes(data)
    found = [(f.member, f.reason) for f in read_zip(str(path), CancelToken())]  # type: ignore[union-attr]
    assert found == [("", SkipReason.OUTSIDE), ("IM2", SkipReason.NOT_DICOM)]


@pytest.mark.parametrize(
    "headers",
    [
        ("Location: http://[::1/files/1",),
        ("Location: http://[x]:y/",),
        ("Location: /files/1", "Upload-Offset: " + "9" * 5000, "Upload-Length: 1000"),
        ("Tus-Version: 1.0.0", "Tus-Max-Size: " + "9" * 5000, "Location: /files/1"),
        ("Location: /files/1", "Upload-Offset: ²", "Upload-Length: 1000"),
    ],
)
def test_a_tus_server_that_answers_nonsense_fails_its_parcel_only(
    tmp_path: Path, headers: tuple[str, ...]
) -> None:
    """Anything but a GantryError would end the whole job."""
    archive = bytes_archive(tmp_path, 1000)
    lines = [h.encode("utf-8").decode("latin-1") for h in headers]
    with ScriptServer(answer(204, b"", *lines), answer(201, b"", *lines), answer(204, b"", *lines),
                      answer(204, b"", *lines)) as server:  # fmt: skip
        destination = open_destination(
            f"tus+{server.url}", Credentials(), Limits(5, 5, 5), direct()
        )
        with pytest.raises(GantryError):
            destination.send(shipment(archive))
        destination.close()
        assert server.hits >= 1


class _Faulty(Destination):
    """A destination with a bug in it: the first parcel meets it, the others don't."""

    url = "test:faulty"

    def __init__(self, parcel: str) -> None:
        self._parcel = parcel
        self.sent: list[str] = []

    def send(self, shipment: Shipment) -> Receipt:
        archive = shipment.archive
        if archive.parcel == self._parcel:
            raise KeyError("Kanarienvogel")
        self.sent.append(archive.parcel)
        return Receipt(self.url, "2026-01-01T00:00:00Z", 201, archive.sha256, 1, Outcome.STORED)

    def ask(self, shipment: Shipment) -> None:
        return None

    def close(self) -> None:
        pass


def test_d12_a_fault_of_ours_costs_one_parcel_and_is_logged_without_what_it_held(
    canary_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parcels: tuple[Parcel, ...] = scanned_parcels(canary_folder, studies=3)
    destination = _Faulty(parcels[1].id)
    told: list[events.Event] = []
    (tmp_path / "spool").mkdir()
    job = Job("01JOB", "faulty", destination.url, parcels)
    done = JobRunner(job, destination, tmp_path / "spool", told.append).run()
    assert (done.delivered, done.failed) == (2, 1)
    (failed,) = (e for e in told if isinstance(e, events.ParcelFailed))
    assert (failed.parcel, failed.error.code) == (parcels[1].id, ErrorCode.INTERNAL)
    assert "Kanarienvogel" not in str(failed.error)
    assert "KeyError" in failed.error.detail
    assert any(record.exc_info for record in caplog.records), "the trace must be in the log"
    assert list((tmp_path / "spool").iterdir()) == []
