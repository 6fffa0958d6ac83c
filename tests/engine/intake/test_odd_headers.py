"""A file whose UIDs can be read is taken, whatever else its header holds; then with a caution."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian

from gantry.engine.instance import Source
from gantry.engine.intake.cautions import CautionCode
from gantry.engine.intake.header.header import Header, header_of
from gantry.engine.intake.header.rescue import Flaw
from gantry.engine.intake.skipped import TROUBLE, NotTaken, SkipReason
from support.dicom import CANARY_NAME, make_instance
from support.scanned import scan

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # of the damaged files

NOT_VRS = [b"??", b"  ", b"\0\0", b"us", b"Us", b"-1", b"\xff\xfe", b"1A", b"\x04\x00"]
ITEM, ITEM_ENDS = b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\x0d\xe0\0\0\0\0"
SEQUENCE_ENDS = b"\xfe\xff\xdd\xe0\0\0\0\0"
IN_0028, IN_0010 = b"\x28\x00\x00\x01", b"\x10\x00\x10\x00"  # before these tags is put …


def read(data: bytes) -> Header:
    return header_of(io.BytesIO(data), Source("x", len(data), 0, 0))


def with_element(data: bytes, before: bytes, element: bytes) -> bytes:
    at = data.index(before, 132)
    return data[:at] + element + data[at:]


def short(tag: int, vr: bytes, value: bytes) -> bytes:
    """An element with a length of two bytes."""
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


def undefined(tag: int, vr: bytes, content: bytes) -> bytes:
    head = struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, 0xFFFFFFFF)
    return head + ITEM + content + ITEM_ENDS + SEQUENCE_ENDS


def elements_of(data: bytes) -> list[int]:
    """Where the elements of the data set begin, up to the pixels; all have short lengths."""
    (meta,) = struct.unpack_from("<L", data, 140)
    places, pos = [], 144 + meta
    while data[pos : pos + 2] != b"\xe0\x7f":
        places.append(pos)
        pos += 8 + struct.unpack_from("<H", data, pos + 6)[0]
    return places


@pytest.fixture
def plain(tmp_path: Path) -> bytes:
    path = make_instance(tmp_path / "plain", study="1.2", series="1.3", sop="1.4", size=64)
    return path.read_bytes()


def assert_taken(header: Header, flaw: Flaw = Flaw.ODD) -> None:
    instance = header.instance
    assert (instance.study_instance_uid, instance.series_instance_uid) == ("1.2", "1.3")
    assert instance.sop_instance_uid == "1.4"
    assert (instance.fault, instance.cut_short, instance.flaw) == ("", False, flaw)
    assert instance.rows == 64
    assert header.about.patient_name == CANARY_NAME


@pytest.mark.parametrize("vr", NOT_VRS, ids=repr)
@pytest.mark.parametrize("value", [b"\0\0", b"", b"abcdefgh"], ids=len)
def test_a_vr_that_is_none_has_a_length_of_two_bytes(plain: bytes, vr: bytes, value: bytes) -> None:
    public = short(0x00280034, vr, value)
    private = short(0x00091001, vr, value)
    assert_taken(read(with_element(plain, IN_0028, public)))
    assert_taken(read(with_element(plain, IN_0010, private)))
    assert_taken(read(with_element(plain, IN_0010, private + short(0x00091002, vr, value))))


@pytest.mark.parametrize("vr", NOT_VRS, ids=repr)
@pytest.mark.parametrize("tag", [0x00081140, 0x00091010], ids=["public", "private"])
def test_a_vr_that_is_none_is_passed_inside_sequences(plain: bytes, vr: bytes, tag: int) -> None:
    inner = undefined(tag, b"SQ", short(0x00091001, vr, b"ab"))
    for content in (short(0x00091001, vr, b"abcd"), inner):
        assert_taken(read(with_element(plain, IN_0010, undefined(tag, b"SQ", content))))


@pytest.mark.parametrize("vr", [b"XX", b"QQ", b"ZZ"])
def test_an_unknown_vr_of_capitals_is_read_in_either_form(plain: bytes, vr: bytes) -> None:
    long = struct.pack("<HH2sHL", 9, 0x1001, vr, 0, 6) + b"abcdef"
    assert_taken(read(with_element(plain, IN_0010, long)))
    assert_taken(read(with_element(plain, IN_0010, short(0x00091001, vr, b"abcdef"))))


def test_a_wanted_element_keeps_its_value_under_a_vr_that_is_none(plain: bytes) -> None:
    for tag, vr in ((b"\x28\x00\x10\x00", b"US"), (b"\x20\x00\x0e\x00", b"UI")):
        assert_taken(read(plain.replace(tag + vr, tag + b"??")))


@pytest.mark.parametrize("vr", NOT_VRS, ids=repr)
@pytest.mark.parametrize("prefix", [0, 132], ids=["preamble", "no preamble"])
def test_any_element_and_all_may_have_a_vr_that_is_none(
    plain: bytes, vr: bytes, prefix: int
) -> None:
    places = elements_of(plain)
    for changed in (*([place] for place in places), places[:2], places):
        data = bytearray(plain)
        for place in changed:
            data[place + 4 : place + 6] = vr
        assert_taken(read(bytes(data[prefix:])))


@pytest.mark.parametrize("vr", NOT_VRS, ids=repr)
def test_the_first_element_may_have_a_vr_that_is_none_in_big_endian(
    tmp_path: Path, vr: bytes
) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", sop="1.4", size=64)
    ds = pydicom.dcmread(path)
    ds["PixelData"].VR = "OB"
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    pydicom.dcmwrite(path, ds, implicit_vr=False, little_endian=False, enforce_file_format=True)
    data = path.read_bytes()
    at = data.index(b"\0\x08\0\x05CS")
    assert_taken(read(data[: at + 4] + vr + data[at + 6 :]))


def test_a_vr_that_is_none_does_not_hide_pixels_that_are_cut(plain: bytes) -> None:
    data = with_element(plain, b"\xe0\x7f\x10\x00", short(0x00291001, b"??", b"ab"))
    assert not read(data).instance.cut_short
    assert read(data[:-50]).instance.cut_short
    assert read(
        with_element(plain, IN_0028, short(0x00280034, b"??", b"ab"))[:-9]
    ).instance.cut_short


def test_a_data_set_that_goes_over_to_implicit_vr_is_still_read(plain: bytes) -> None:
    for value in (b"abcd", b"x" * 300):
        implicit = struct.pack("<HHL", 9, 0x1001, len(value)) + value
        assert_taken(read(with_element(plain, IN_0010, implicit)))


def test_without_a_preamble_it_is_the_same(plain: bytes) -> None:
    odd = with_element(plain, IN_0028, short(0x00280034, b"??", b"\0\0"))
    assert_taken(read(odd[132:]))
    start = odd.index(b"\x08\x00\x05\x00")
    assert_taken(read(odd[start:]))


@pytest.mark.parametrize("little_items", [True, False])
def test_un_of_undefined_length_is_read_in_big_endian(little_items: bool) -> None:
    order = "<" if little_items else ">"

    def element(tag: int, vr: bytes, value: bytes) -> bytes:
        return struct.pack(">HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value

    def item(number: int, length: int) -> bytes:
        return struct.pack(order + "HHL", 0xFFFE, number, length)

    inner = struct.pack(order + "HHL", 9, 0x1002, 4) + b"abcd"
    value = item(0xE000, 0xFFFFFFFF) + inner + item(0xE00D, 0) + item(0xE0DD, 0)
    unknown = struct.pack(">HH2sHL", 9, 0x1001, b"UN", 0, 0xFFFFFFFF) + value
    syntax = b"1.2.840.10008.1.2.2\0"
    data = bytes(128) + b"DICM" + short(0x00020010, b"UI", syntax)
    data += element(0x00080018, b"UI", b"1.4\0") + unknown
    data += element(0x0020000D, b"UI", b"1.2\0") + element(0x0020000E, b"UI", b"1.3\0")
    instance = read(data).instance
    assert (instance.sop_instance_uid, instance.fault) == ("1.4", "")
    assert (instance.study_instance_uid, instance.series_instance_uid) == ("1.2", "1.3")


def test_a_header_cut_after_its_uids_is_taken_and_marked(plain: bytes) -> None:
    at = plain.index(b"\x28\x00\x10\x00US")
    for end in (at + 1, at + 5, at + 9, at + 11):
        instance = read(plain[:end]).instance
        assert (instance.fault, instance.cut_short) == ("", True)


def test_what_cannot_be_read_after_the_uids_costs_nothing_else(plain: bytes) -> None:
    nested = b"".join(ITEM + b"\x28\x00\x10\x30SQ\0\0\xff\xff\xff\xff" for _ in range(300))
    deep = with_element(plain, IN_0028, b"\x28\x00\x00\x00SQ\0\0\xff\xff\xff\xff" + nested)
    header = read(deep)
    assert header.instance.fault == ""
    assert header.instance.flaw is Flaw.BROKEN


def test_without_its_uids_a_file_is_refused_as_trouble(plain: bytes) -> None:
    at = plain.index(b"\x20\x00\x0e\x00UI")
    for data in (plain[: at - 3], plain[: at + 4], plain[132 : at + 9]):
        with pytest.raises(NotTaken) as caught:
            read(data)
        assert caught.value.reason is SkipReason.TRUNCATED
        assert caught.value.reason in TROUBLE


def test_noise_that_begins_like_a_data_set_is_no_dicom() -> None:
    with pytest.raises(NotTaken) as caught:
        read(b"\x08\x00\x05\x00CS\xff\x7f" + b"noise" * 9)
    assert caught.value.reason is SkipReason.NOT_DICOM


def test_odd_headers_are_a_caution_also_in_a_zip(plain: bytes, tmp_path: Path) -> None:
    odd = with_element(plain, IN_0028, short(0x00280034, b"??", b"\0\0"))
    (tmp_path / "plain").unlink()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dcm", odd)
    catalog, skipped = scan(tmp_path)
    assert not skipped
    (series,) = catalog.series
    assert [w.code for w in series.warnings] == [CautionCode.HEADER_ODD]
