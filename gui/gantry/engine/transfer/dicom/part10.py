"""Writes a member of an archive as a DICOM file on disk, with the file meta that sending needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID, ImplicitVRLittleEndian

from gantry.engine.files import extended, unlink_retry
from gantry.engine.parcel import PackedFile
from gantry.engine.transfer.destination import Member, Shipment

_BLOCK = 1 << 18
_PREAMBLE = 132
_META = b"\x02\x00"


@contextmanager
def dicom_file(member: Member, shipment: Shipment) -> Iterator[Path]:
    """The member in a temporary file beside the archive.

    The data set's bytes are the source's. A file without preamble and file meta (PS3.10 §7.1) gets
    both, made from what the scan found.
    """
    archive = shipment.archive
    # One name per parcel, so that the next attempt removes what a kill left.
    path = archive.path.with_name(f"{archive.parcel}.dcm.part")
    unlink_retry(path)
    try:
        with open(extended(path), "xb") as file:
            first = _read(member, _PREAMBLE + 4)
            if first[128:132] != b"DICM":
                file.write(_preamble(member.file))
                if first[:2] == _META:  # meta without a preamble: PS3.10 requires both
                    first = _without_meta(first + _rest(member))
            file.write(first)
            while block := member.reader.read(_BLOCK):
                shipment.token.check()
                file.write(block)
        yield path
    finally:
        unlink_retry(path)


def _read(member: Member, size: int) -> bytes:
    data = b""
    while len(data) < size and (block := member.reader.read(size - len(data))):
        data += block
    return data


def _rest(member: Member) -> bytes:
    data = bytearray()
    while block := member.reader.read(_BLOCK):
        data += block
    return bytes(data)


def _without_meta(data: bytes) -> bytes:
    """The data set after a file meta group in Explicit VR Little Endian."""
    at = 0
    while data[at : at + 2] == _META:
        vr = data[at + 4 : at + 6]
        if vr in (b"OB", b"UN", b"OW", b"UT"):
            at += 12 + int.from_bytes(data[at + 8 : at + 12], "little")
        else:
            at += 8 + int.from_bytes(data[at + 6 : at + 8], "little")
    return data[at:]


def _preamble(packed: PackedFile) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(packed.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(packed.sop_instance_uid)
    meta.TransferSyntaxUID = UID(packed.transfer_syntax_uid or ImplicitVRLittleEndian)
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_file_meta_info(buffer, meta, enforce_standard=True)
    return bytes(128) + b"DICM" + buffer.getvalue()
