"""What is not understood is held: neither sent as it is, nor without the part that is odd."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import EncapsulatedPDFStorage

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.dicom import make_instance

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
KEY = Key(b"k" * 32)
HEAD = struct.Struct("<HHI")
EXPLICIT, IMPLICIT = False, True


class File:
    """A small image, and where its data set begins."""

    def __init__(self, folder: Path, *, implicit: bool) -> None:
        made = make_instance(
            folder / f"{implicit}.dcm", study="1.2.3", series="1.2.3.4", implicit=implicit
        )
        self.data, self.implicit = made.read_bytes(), implicit
        self.start = 144 + int.from_bytes(self.data[140:144], "little")
        self.body = self.data[self.start :]

    def at(self, tag: int) -> int:
        return self.data.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF), self.start)

    def element(self, tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
        size = len(value) if length is None else length
        head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        if self.implicit:
            return head + struct.pack("<I", size) + value
        if vr in ("OB", "UN", "SQ"):
            return head + vr.encode() + struct.pack("<HI", 0, size) + value
        return head + vr.encode() + struct.pack("<H", size) + value

    def with_element(self, tag: int, vr: str, value: bytes, *, before: int) -> bytes:
        at = self.at(before)
        return self.data[:at] + self.element(tag, vr, value) + self.data[at:]

    def with_items(self, *items: bytes, rest: bytes = b"") -> bytes:
        packed = b"".join(HEAD.pack(0xFFFE, 0xE000, len(item)) + item for item in items)
        return self.with_element(0x00209222, "SQ", packed + rest, before=0x00280002)

    def with_syntax(self, uid: str, body: bytes) -> bytes:
        value = uid.encode() + b"\0" * (len(uid) & 1)
        syntax = b"\2\0\x10\0UI" + struct.pack("<H", len(value)) + value
        length = b"\2\0\0\0UL\4\0" + struct.pack("<I", len(syntax))
        return bytes(128) + b"DICM" + length + syntax + body

    def deflated(self) -> bytes:
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.body) + packer.flush()


@pytest.fixture(params=[EXPLICIT, IMPLICIT], ids=["explicit", "implicit"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> File:
    return File(tmp_path, implicit=request.param)


def sent(data: bytes) -> bytes | None:
    """The new file by the last of the profiles; None: each holds it, as it can't be read."""
    made: list[bytes] = []
    rules: list[str] = []
    for profile in PROFILES.values():
        try:
            made.append(b"".join(Deidentifier(profile, KEY).deidentify(data).parts))
        except Held as held:
            rules.append(held.rule)
    assert rules in ([], ["unreadable"] * len(PROFILES))
    return made[-1] if made else None


DEFLATED = "1.2.840.10008.1.2.1.99"
ODD: dict[str, Callable[[File], bytes]] = {
    "a byte after the last element": lambda f: f.data + b"S",
    "seven bytes after it": lambda f: f.data + b"SECRETX",
    "a text after it": lambda f: f.data + b"SECRETXY" * 3,
    "a second file": lambda f: f.data + f.data,
    "a second data set": lambda f: f.data + f.body,
    "an element twice": lambda f: f.with_element(
        0x00100010, "PN", b"Second^1", before=0x00100020
    ),
    "an element twice, others between": lambda f: f.with_element(
        0x00100010, "PN", b"Second^1", before=0x00100030
    ),
    "an element twice in an item": lambda f: f.with_items(
        f.element(0x00181030, "LO", b"FIRSTONE") + f.element(0x00181030, "LO", b"SECRETXY")
    ),
    "a length beyond the end": lambda f: (
        f.data[: f.at(0x7FE00010)] + f.element(0x7FE00010, "OW", b"\0\0", 1 << 15)
    ),
    "bytes after the items": lambda f: f.with_items(
        f.element(0x00181030, "LO", b"FIRSTONE"), rest=b"SECRE"
    ),
    "group 0000": lambda f: f.with_element(0x00000001, "LO", b"SECRETXY", before=0x00080005),
    "group 0002 in the data set": lambda f: f.with_element(
        0x00020016, "AE", b"SECRETXY", before=0x00100010
    ),
    "a maker's own transfer syntax": lambda f: f.with_syntax("1.2.840.113619.5.2", f.body),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_an_odd_file_is_held(file: File, what: str) -> None:
    assert sent(file.data) is not None
    assert sent(ODD[what](file)) is None


def test_a_file_that_ends_within_an_element_is_held(file: File) -> None:
    last = file.at(0x7FE00010)
    for end in (*range(last + 1, last + 20), len(file.data) - 1):
        assert sent(file.data[:end]) is None, f"{end - last} bytes of the last element"


def test_a_deflated_file_is_held_when_it_is_cut_or_followed_by_more(tmp_path: Path) -> None:
    file = File(tmp_path, implicit=EXPLICIT)
    packed = file.deflated()
    assert sent(file.with_syntax(DEFLATED, packed)) is not None
    assert sent(file.with_syntax(DEFLATED, packed + b"\0")) is not None
    for odd in (packed[:-9], packed + b"SECRETXY", packed + packed):
        assert sent(file.with_syntax(DEFLATED, odd)) is None


@pytest.mark.parametrize("zeros", [1, 5, 8, 100, 4096])
def test_zeros_that_fill_up_a_block_do_not_hold_a_file(file: File, zeros: int) -> None:
    made = sent(file.data + bytes(zeros))
    assert made is not None
    assert dcmread(io.BytesIO(made)).PixelData == dcmread(io.BytesIO(file.data)).PixelData


def test_elements_out_of_order_are_put_in_order(file: File) -> None:
    made = sent(file.with_element(0x00080081, "ST", b"SECRETXY", before=0x00100010))
    assert made is not None
    assert b"SECRETXY" not in made
    tags = [element.tag for element in dcmread(io.BytesIO(made))]
    assert tags == sorted(tags)


def test_a_document_that_is_not_read_is_held_or_goes(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")
    ds = dcmread(path)
    ds.add_new(0x00420011, "OB", b"%PDF-1.7 /Encrypt SECRETXY ")
    within, alone, unknown = io.BytesIO(), io.BytesIO(), io.BytesIO()
    ds.save_as(within)
    made = sent(within.getvalue())
    assert made is not None
    assert b"%PDF" not in made
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    ds.save_as(alone)
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.99"  # of a later edition
    ds.MIMETypeOfEncapsulatedDocument = "model/unknown"
    ds.save_as(unknown)
    for data in (alone.getvalue(), unknown.getvalue()):
        for profile in PROFILES.values():
            with pytest.raises(Held):
                Deidentifier(profile, KEY).deidentify(data)


def test_a_text_in_no_known_character_set_leaves_nothing_of_its_own(file: File) -> None:
    odd = file.data.replace(b"ISO_IR 192", b"ISO_IR 999")
    made = sent(odd.replace(b"Head", b"\xff\xfe\x80\x81"))
    assert made is not None
    assert b"\xff\xfe\x80\x81" not in made


def test_fragments_without_an_end_are_held(tmp_path: Path) -> None:
    file = File(tmp_path, implicit=EXPLICIT)
    body = file.body[: file.at(0x7FE00010) - file.start]
    pixels = file.element(0x7FE00010, "OB", encapsulate([b"\xff\xd8\xff\xd9"]), 0xFFFFFFFF)
    end = HEAD.pack(0xFFFE, 0xE0DD, 0)
    jpeg = "1.2.840.10008.1.2.4.50"
    assert sent(file.with_syntax(jpeg, body + pixels + end)) is not None
    assert sent(file.with_syntax(jpeg, body + pixels)) is None
    assert sent(file.with_syntax(jpeg, body + pixels + end + b"SECRETXY")) is None
