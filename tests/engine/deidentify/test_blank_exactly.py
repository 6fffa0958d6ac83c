"""Which bytes of a compressed stream become blank, one by one: no byte of a text, no other one."""

from __future__ import annotations

import pytest
from pydicom.encaps import encapsulate

from gantry.engine.deidentify.blank import blanked

pytestmark = pytest.mark.same_everywhere

TEXT = b"drawn for Smithson, Annabel"
JPEG_SCAN = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x12\x34\xff\0\x56"
CODESTREAM = b"".join(
    (
        b"\xff\x4f\xff\x51\0\x26" + bytes(36),
        b"\xff\x90\0\x0a\0\0\0\0\0\0\0\1\xff\x93" + b"coded Smithson",
        b"\xff\xd9",
    )
)
SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"


def segment(marker: int, value: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(value) + 2).to_bytes(2, "big") + value


def jpeg(*segments: bytes, after: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(segments) + JPEG_SCAN + b"\xff\xd9" + after


def box(kind: bytes, value: bytes, length: int | None = None) -> bytes:
    return (len(value) + 8 if length is None else length).to_bytes(4, "big") + kind + value


def long_box(kind: bytes, value: bytes) -> bytes:
    return b"\0\0\0\1" + kind + (len(value) + 16).to_bytes(8, "big") + value


def treated(stream: bytes, fragments: int = 1) -> bytes:
    """A stream after its text was blanked, out of so many fragments."""
    head = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff"
    element = head + encapsulate([stream], fragments_per_frame=fragments, has_bot=False)
    made = blanked(element)
    element = element if made is None else made
    pos, found = len(head) + 8, b""
    while element[pos : pos + 4] == b"\xfe\xff\0\xe0":
        length = int.from_bytes(element[pos + 4 : pos + 8], "little")
        found += element[pos + 8 : pos + 8 + length]
        pos += 8 + length
    return found[: len(stream)]


def expected(stream: bytes, text: bytes, byte: bytes) -> bytes:
    assert stream.count(text) == 1
    return stream.replace(text, byte * len(text))


@pytest.mark.parametrize(
    ("stream", "text", "byte"),
    [
        (jpeg(segment(0xFE, TEXT)), TEXT, b" "),
        (jpeg(segment(0xE1, TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xE0, TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xE8, TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xEF, TEXT)), TEXT, b"\0"),
        (jpeg(after=TEXT), TEXT, b"\0"),
        (jpeg(segment(0xE0, b"JFIF\0" + b"\1" * 7 + b"\0\0" + TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xEE, b"Adobe" + b"\1" * 7 + TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xE8, b"mrfx" + b"\1" + TEXT)), TEXT, b"\0"),
        (jpeg(segment(0xEE, b"JFIF\0" + TEXT)), b"JFIF\0" + TEXT, b"\0"),
        (CODESTREAM[:42] + segment(0x64, b"\0\1" + TEXT) + CODESTREAM[42:], TEXT, b" "),
        (CODESTREAM + TEXT, TEXT, b"\0"),
    ],
)
@pytest.mark.parametrize("fragments", [1, 2, 3, 7])
def test_all_of_a_text_is_blank_and_nothing_else(
    stream: bytes, text: bytes, byte: bytes, fragments: int
) -> None:
    assert treated(stream, fragments) == expected(stream, text, byte)


BOXES = {
    "to the end": box(b"jp2c", CODESTREAM, 0),
    "of a length": box(b"jp2c", CODESTREAM),
    "of a long length": long_box(b"jp2c", CODESTREAM),
}


@pytest.mark.parametrize("coded", BOXES.values(), ids=BOXES)
def test_of_a_jp2_file_the_boxes_for_decoders_and_the_coded_pixels_stay(coded: bytes) -> None:
    head = SIGNATURE + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", b"ihdr: how to decode")
    assert treated(head + coded) == head + coded
    stated = head + box(b"free", b"") + coded
    assert treated(stated) == stated, "an empty box"
    for other in (box(b"xml ", TEXT), long_box(b"uuid", TEXT)):
        stream = head + other + coded
        assert treated(stream) == expected(stream, TEXT, b"\0")


def test_what_follows_the_boxes_of_a_jp2_file_is_blank() -> None:
    stream = SIGNATURE + BOXES["of a length"] + TEXT[:5]
    assert treated(stream) == expected(stream, TEXT[:5], b"\0")
    commented = CODESTREAM[:42] + segment(0x64, b"\0\1" + TEXT) + CODESTREAM[42:]
    for coded in (box(b"jp2c", commented, 0), box(b"jp2c", commented)):
        stream = SIGNATURE + coded
        assert treated(stream) == expected(stream, TEXT, b" ")


@pytest.mark.parametrize("length", [2, 4, 7, 1 << 20])
def test_from_a_box_of_an_impossible_length_on_all_is_blank(length: int) -> None:
    wrong = box(b"xml ", TEXT + box(b"jp2c", TEXT), length)
    assert treated(SIGNATURE + wrong) == SIGNATURE + bytes(len(wrong))


def test_of_two_images_each_loses_its_text() -> None:
    head = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff"
    streams = [jpeg(segment(0xFE, TEXT)), jpeg(segment(0xE1, TEXT)), jpeg(after=TEXT)]
    made = blanked(head + encapsulate(streams))
    assert made is not None
    assert b"Smithson" not in made
    assert made.count(JPEG_SCAN) == 3
