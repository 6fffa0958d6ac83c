"""Cut, missing or empty pixels are noticed; complete files raise no alarm."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    MRSpectroscopyStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    RLELossless,
)

from gantry.engine.instance import Source
from gantry.engine.intake.header.header import header_of
from support.dicom import make_instance
from support.scanned import instances, scan

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # of the damaged files

MPEG4 = "1.2.840.10008.1.2.4.102"
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
FRAMES = [bytes([number]) * 3000 for number in range(1, 6)]


def is_short(data: bytes, *, member: str = "") -> bool:
    source = Source("x", len(data), 0, 0, member)
    return header_of(io.BytesIO(data), source).instance.cut_short


def image(tmp_path: Path, **tags: object) -> bytes:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=64, **tags)  # type: ignore[arg-type]
    return path.read_bytes()


def compressed(
    pixels: bytes,
    *,
    frames: int = 5,
    syntax: str = RLELossless,
    offsets: bytes = b"",
    **tags: object,
) -> bytes:
    """A file whose encapsulated pixel data are `pixels`."""
    ds = Dataset()
    ds.SOPClassUID = MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.4", "1.2", "1.3"
    ds.Rows = ds.Columns = 64
    ds.SamplesPerPixel, ds.BitsAllocated = 1, 16
    ds.NumberOfFrames = frames
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    if offsets:
        ds.ExtendedOffsetTable = offsets
        ds.ExtendedOffsetTableLengths = offsets
    ds.PixelData = pixels
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def fragments(*parts: bytes) -> bytes:
    """Encapsulated without a table of offsets."""
    return b"".join(
        b"\xfe\xff\x00\xe0" + struct.pack("<L", len(part)) + part for part in (b"", *parts)
    )


@pytest.mark.parametrize("table", [True, False], ids=["offsets", "no offsets"])
def test_whole_compressed_files_raise_no_alarm(table: bool) -> None:
    whole = compressed(encapsulate(FRAMES, has_bot=table))
    private = struct.pack("<HH2sHL", 0x7FE1, 0x1001, b"OB", 0, 200_000) + bytes(200_000)
    padding = struct.pack("<HH2sHL", 0xFFFC, 0xFFFC, b"OB", 0, 4000) + bytes(4000)
    for behind in (b"", bytes(2), bytes(158), bytes(4000), padding, private, private + padding):
        assert not is_short(whole + behind), len(behind)
        assert not is_short(whole + behind, member="in a ZIP"), len(behind)


def test_one_frame_in_several_fragments_is_whole() -> None:
    assert not is_short(compressed(fragments(*FRAMES), frames=1))


def test_frames_of_a_video_are_no_fragments() -> None:
    assert not is_short(compressed(fragments(b"video" * 1000), frames=250, syntax=MPEG4))


def test_an_extended_table_of_offsets_is_understood() -> None:
    pixels, offsets, _ = encapsulate_extended(FRAMES)
    assert not is_short(compressed(pixels, syntax=JPEG2000Lossless, offsets=offsets))
    short = compressed(pixels, syntax=JPEG2000Lossless, offsets=offsets, frames=9)
    assert is_short(short)


@pytest.mark.parametrize("member", ["", "in a ZIP"])
@pytest.mark.parametrize("table", [True, False], ids=["offsets", "no offsets"])
def test_compressed_files_that_are_cut_are_found(table: bool, member: str) -> None:
    whole = compressed(encapsulate(FRAMES, has_bot=table))
    begin = whole.index(b"\xe0\x7f\x10\x00OB")
    assert whole.endswith(DELIMITER)
    in_head = range(begin, begin + 13)
    for end in (-1, -8, -9, -1000, *in_head, begin + 20, begin + 100, begin + 3100):
        assert is_short(whole[:end], member=member), end


@pytest.mark.parametrize("member", ["", "in a ZIP"])
@pytest.mark.parametrize("behind", [0, 90_000])
@pytest.mark.parametrize("implicit", [True, False])
def test_a_file_that_ends_within_the_head_of_its_pixels_is_found(
    tmp_path: Path, implicit: bool, behind: int, member: str
) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=64, implicit=implicit)
    ds = pydicom.dcmread(path)
    if behind:
        ds.add_new(0x00290010, "LO", "SOMEBODY")
        ds.add_new(0x00291010, "OB", bytes(behind))
    ds.save_as(path)
    whole = path.read_bytes()
    begin = whole.rindex(b"\xe0\x7f\x10\x00")
    for end in range(begin, begin + (8 if implicit else 12) + 1):
        assert is_short(whole[:end], member=member), end - begin


def test_a_fragment_that_is_cut_before_the_delimiter_is_found() -> None:
    whole = compressed(encapsulate(FRAMES))
    cut = whole[: -len(DELIMITER) - 400] + DELIMITER
    assert is_short(cut)
    single = compressed(encapsulate(FRAMES[:1]), frames=1)
    assert is_short(single[: -len(DELIMITER) - 400] + DELIMITER)


@pytest.mark.parametrize("table", [True, False], ids=["offsets", "no offsets"])
def test_compressed_frames_that_are_missing_are_found(table: bool) -> None:
    assert is_short(compressed(encapsulate(FRAMES[:4], has_bot=table)))


def test_empty_pixel_data_are_found(tmp_path: Path) -> None:
    assert is_short(compressed(fragments(), frames=1))
    one = compressed(fragments(b"x" * 10), frames=1)
    assert is_short(one[: one.index(b"\xe0\x7f\x10\x00OB") + 12] + DELIMITER)
    assert is_short(compressed(fragments(b""), frames=1))
    whole = image(tmp_path)
    begin = whole.index(b"\xe0\x7f\x10\x00OW")
    assert is_short(whole[:begin])
    assert is_short(whole[: begin + 8] + bytes(4))


def test_native_frames_that_are_missing_are_found(tmp_path: Path) -> None:
    assert not is_short(image(tmp_path))
    assert is_short(image(tmp_path, NumberOfFrames=2))
    assert is_short(image(tmp_path, Rows=65))


@pytest.mark.parametrize("implicit", [True, False])
def test_a_cut_is_found_after_a_header_of_any_length(tmp_path: Path, implicit: bool) -> None:
    """Siemens writes some 100 KB between the header and the pixels."""
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=64, implicit=implicit)
    ds = pydicom.dcmread(path)
    ds.add_new(0x00290010, "LO", "SIEMENS CSA HEADER")
    ds.add_new(0x00291010, "OB", bytes(90_000))
    ds.add_new(0x00291020, "OB", bytes(30_000))
    ds.save_as(path)
    data = path.read_bytes()
    assert not is_short(data)
    assert is_short(data[:-10])
    assert is_short(data[:60_000])


@pytest.mark.parametrize("undefined", [True, False])
def test_files_like_one_before_are_looked_at_as_closely(tmp_path: Path, undefined: bool) -> None:
    """Pixel data are first searched where those of the previous file were."""
    made = []
    for number in range(6):
        path = make_instance(tmp_path / "a", study="1.2", series="1.3", number=number, size=64)
        ds = pydicom.dcmread(path)
        item = Dataset()
        item.add_new(0x00290010, "LO", "SOMEBODY")
        item.add_new(0x00291010, "OB", bytes(40_000))
        ds.add_new(0x00290010, "LO", "SOMEBODY")
        ds.add_new(0x00291020, "SQ", [item])
        ds[0x00291020].is_undefined_length = undefined
        ds.add_new(0x00291030, "OB", bytes(100 * (number % 2)))
        ds.save_as(path)
        made.append(path.read_bytes())
    for data in [*made, *made]:
        assert not is_short(data)
        assert is_short(data[:-10])
        begin = data.rindex(b"\xe0\x7f\x10\x00OW")
        assert is_short(data[:begin])
        assert is_short(data[: begin + 8] + b"\0\x10\0\0" + data[begin + 12 :])


@pytest.mark.parametrize("undefined", [True, False])
@pytest.mark.parametrize("frames", [3, 300])
def test_a_cut_is_found_after_functional_groups(
    tmp_path: Path, undefined: bool, frames: int
) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=16)
    ds = pydicom.dcmread(path)
    groups = []
    for number in range(frames):
        item, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, number]
        item.PlanePositionSequence = [position]
        item.is_undefined_length_sequence_item = undefined
        groups.append(item)
    ds.PerFrameFunctionalGroupsSequence = groups
    ds["PerFrameFunctionalGroupsSequence"].is_undefined_length = undefined
    ds.NumberOfFrames = frames
    ds.PixelData = bytes(16 * 16 * 2 * frames)
    ds.save_as(path)
    data = path.read_bytes()
    assert not is_short(data)
    assert is_short(data[:-10])
    begin = data.rindex(b"\xe0\x7f\x10\x00")
    assert is_short(data[: begin - 20])
    missing = 16 * 16 * 2
    length = struct.pack("<L", len(ds.PixelData) - missing)
    assert is_short(data[: begin + 8] + length + data[begin + 12 : -missing])


def test_deflated_files_are_looked_into(tmp_path: Path) -> None:
    plain = image(tmp_path)
    begin = plain.index(b"\x08\x00\x05\x00")
    meta = plain[:begin].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    at = meta.index(b"1.2.840.10008.1.2.1.99") - 2
    meta = meta[:at] + b"\x16\0" + meta[at + 2 :]

    def deflated(data: bytes) -> bytes:
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return squeeze.compress(data) + squeeze.flush()

    whole = meta + deflated(plain[begin:])
    assert not is_short(whole)
    assert not is_short(whole + bytes(2))
    assert is_short(whole[:-100])
    assert is_short(meta + deflated(plain[begin:-100]))


def test_images_whose_pixels_are_stored_elsewhere_raise_no_alarm(tmp_path: Path) -> None:
    referenced = compressed(fragments(), syntax="1.2.840.10008.1.2.4.94")
    assert not is_short(referenced[: referenced.index(b"\xe0\x7f\x10\x00")])
    spectroscopy = image(tmp_path, SOPClassUID=MRSpectroscopyStorage)
    assert not is_short(spectroscopy[: spectroscopy.index(b"\xe0\x7f\x10\x00OW")])


@pytest.mark.parametrize(("bits", "pixels"), [(1, 8 * 8 // 8), (8, 64), (32, 256)])
def test_every_depth_is_reckoned(tmp_path: Path, bits: int, pixels: int) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=8)
    ds = pydicom.dcmread(path)
    ds.BitsAllocated = bits
    for length, short in ((pixels, False), (pixels - 2, True)):
        ds.PixelData = bytes(length)
        ds.save_as(path)
        assert is_short(path.read_bytes()) is short


def test_a_cut_is_found_where_pydicom_reads_the_header(tmp_path: Path) -> None:
    data = image(tmp_path)[132:]
    assert not is_short(data)
    assert is_short(data[:-10])
    whole = compressed(encapsulate(FRAMES))[132:]
    assert not is_short(whole)
    assert is_short(whole[:-1000])


def test_nothing_that_is_whole_among_real_files_is_called_cut() -> None:
    folder = Path(pydicom.__file__).parent / "data"
    catalog, _ = scan(folder)
    short = {Path(i.source.path).name for i in instances(catalog) if i.cut_short}
    no_pixels = {"chrJapMulti.dcm", "chrJapMultiExplicitIR6.dcm", "chrKoreanMulti.dcm"}
    assert short == {"MR_truncated.dcm", "rtplan_truncated.dcm"} | no_pixels
