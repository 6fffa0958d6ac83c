"""An archive is named for what it is, and counts as something that may hold DICOM."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from gantry.engine.intake.skipped import TROUBLE, SkipReason
from support.dicom import make_study
from support.scanned import scan


@pytest.mark.parametrize(
    ("begin", "reason"),
    [
        (b"7z\xbc\xaf\x27\x1c\0\4", SkipReason.ARCHIVE_7Z),
        (b"Rar!\x1a\x07\0", SkipReason.ARCHIVE_RAR),
        (b"Rar!\x1a\x07\1\0", SkipReason.ARCHIVE_RAR),
        (b"\x28\xb5\x2f\xfd", SkipReason.ARCHIVE_OTHER),
        (b"\x04\x22\x4d\x18", SkipReason.ARCHIVE_OTHER),
        (b"LZIP\1", SkipReason.ARCHIVE_OTHER),
        (b"\x1f\x9d\x90", SkipReason.ARCHIVE_OTHER),
        (b"MSCF\0\0\0\0", SkipReason.ARCHIVE_OTHER),
        (bytes(0x8001) + b"CD001\1", SkipReason.ARCHIVE_OTHER),
    ],
)
def test_an_archive_that_is_not_opened_is_named(
    begin: bytes, reason: SkipReason, tmp_path: Path
) -> None:
    (tmp_path / "export").write_bytes(begin + bytes(2000))
    catalog, skipped = scan(tmp_path)
    assert not catalog.patients
    assert [one.reason for one in skipped] == [reason]
    assert reason in TROUBLE


def test_one_compressed_image_is_named(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path / "a", instances=1)
    (tmp_path / "IM1.dcm.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert [one.reason for one in scan(tmp_path)[1]] == [SkipReason.ARCHIVE_PACKED]


def test_another_compressed_file_is_no_dicom(tmp_path: Path) -> None:
    """NIfTI, for one: it is beside DICOM in every research folder."""
    (tmp_path / "T1.nii.gz").write_bytes(gzip.compress(bytes(5000)))
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b" + bytes(100))
    assert [one.reason for one in scan(tmp_path)[1]] == [SkipReason.NOT_DICOM] * 2


def test_a_file_whose_preamble_alone_was_cut_off_counts_as_damaged(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path / "a", instances=1)
    path.write_bytes(path.read_bytes()[128:])
    (skipped,) = scan(tmp_path)[1]
    assert (skipped.reason, skipped.detail) == (SkipReason.DAMAGED, "the preamble is missing")
    assert skipped.reason in TROUBLE
