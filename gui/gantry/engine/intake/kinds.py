"""Recognizes archives by their first bytes, whatever their names."""

from __future__ import annotations

import io
import lzma
import zlib
from typing import Final

from gantry.engine.intake.skipped import SkipReason
from gantry.engine.tar_members import DECOMPRESSORS, is_tar

_BLOCK: Final = 512  # of a tar
_BZIP2_BLOCK: Final = 1 << 20
_END_OF_ZIP: Final = b"PK\x05\x06"
_TAIL: Final = 22 + 0xFFFF
_PROGRAMS: Final = (b"MZ", b"\x7fELF")
_OTHERS: Final = (  # Zstandard, LZ4, lzip, compress, Microsoft Cabinet
    b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"LZIP", b"\x1f\x9d", b"MSCF\0\0\0\0",
)  # fmt: skip
_ISO_9660: Final = 0x8001, b"CD001"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")


def is_zip(buffer: bytes, stream: io.BufferedIOBase | io.RawIOBase, *, whole: bool) -> bool:
    """Whether a file is a ZIP, or a program that unpacks one from its own end.

    Args:
        buffer: its first bytes.
        whole: whether the stream is a file, so that its end can be looked at.
    """
    if buffer.startswith(_ZIP):
        return True
    if not whole or not buffer.startswith(_PROGRAMS):
        return False
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _TAIL))
    return _END_OF_ZIP in (stream.read(_TAIL) or b"")


def archive_kind(
    buffer: bytes, stream: io.BufferedIOBase | io.RawIOBase, *, whole: bool
) -> SkipReason | None:
    """Which kind of archive that may hold DICOM a file is, if any; arguments as of `is_zip`."""
    if buffer.startswith(b"7z\xbc\xaf\x27\x1c"):
        return SkipReason.ARCHIVE_7Z
    if buffer.startswith(b"Rar!\x1a\x07"):
        return SkipReason.ARCHIVE_RAR
    if is_tar(buffer):
        return SkipReason.ARCHIVE_TAR
    if buffer.startswith(_OTHERS) or (whole and _is_disk_image(stream)):
        return SkipReason.ARCHIVE_OTHER
    for magic, made in DECOMPRESSORS.items():
        if not buffer.startswith(magic):
            continue
        if whole and magic == b"BZh":  # it returns nothing until it has a whole block
            stream.seek(0)
            buffer = stream.read(_BZIP2_BLOCK) or b""
        try:
            inside = made().decompress(buffer, _BLOCK)
        except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
            return None
        if is_tar(inside):
            return SkipReason.ARCHIVE_TAR
        return SkipReason.ARCHIVE_PACKED if inside[128:132] == b"DICM" else None
    return None


def _is_disk_image(stream: io.BufferedIOBase | io.RawIOBase) -> bool:
    """Whether it is the image of a CD or DVD (ECMA-119 §8.1)."""
    begin, sign = _ISO_9660
    stream.seek(begin)
    return stream.read(len(sign)) == sign
