"""Tags and pictures of all kinds of files; nothing in a file breaks the reader."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_charset_files, get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import MPEG4HP41

from gantry.engine.preview.contents import Contents, NoPicture, Tag, Want
from gantry.engine.preview.tags import LONGEST_VALUE, list_tags
from gantry.engine.preview.worker import read
from support.dicom import make_instance

# In its own process the reader silences pydicom, whose warnings hold values of the file.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def of_pydicom(name: str) -> Path | None:
    """A file that pydicom's wheel brings, if it does."""
    found = get_testdata_file(name, download=False)
    return Path(found) if isinstance(found, str) else None


def show(
    path: Path | str, frame: int | None = 0, member: str = "", longest: int = 1024
) -> Contents:
    return read(Want(os.fsencode(path), member, frame=frame, longest=longest))


def value(tags: tuple[Tag, ...], code: str) -> str:
    return next(tag.value for tag in tags if tag.tag == code)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("chrArab.dcm", "قباني^لنزار"),
        ("chrFren.dcm", "Buc^Jérôme"),
        ("chrGerm.dcm", "Äneas^Rüdiger"),
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("chrH32.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        ("chrI2.dcm", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrX1.dcm", "Wang^XiaoDong=王^小東"),
        ("chrX2.dcm", "Wang^XiaoDong=王^小东"),
    ],
)
def test_names_are_read_in_their_alphabet(file: str, name: str) -> None:
    (path,) = get_charset_files(file)
    assert value(show(path, None).tags, "(0010,0010)") == name


@pytest.mark.parametrize(
    "file",
    [
        "CT_small.dcm",  # uncompressed
        "MR_small_bigendian.dcm",
        "JPEG2000.dcm",
        "JPEG-LL.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "MR_small_RLE.dcm",
        "image_dfl.dcm",
        "examples_palette.dcm",
        "examples_ybr_color.dcm",
    ],
)
def test_common_transfer_syntaxes_become_pictures(file: str) -> None:
    path = of_pydicom(file)
    if path is None:
        pytest.skip(f"pydicom's wheel has no {file}")
    shown = show(path)
    assert shown.no_picture is None, shown.detail
    assert shown.picture is not None
    side = 3 if shown.picture.colour else 4
    assert len(shown.picture.data) == shown.picture.width * shown.picture.height * side


def test_a_kind_without_a_decoder_says_so(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3")
    ds = dcmread(path)
    ds.file_meta.TransferSyntaxUID = MPEG4HP41
    ds.PixelData = encapsulate([b"\0\0\1\xb3" * 8])
    ds["PixelData"].VR = "OB"
    ds.save_as(path)
    assert show(path).no_picture is NoPicture.UNSUPPORTED


def test_grey_values_are_after_the_modality_transform() -> None:
    path = of_pydicom("CT_small.dcm")
    assert path is not None
    picture = show(path).picture
    assert picture is not None
    values = np.frombuffer(picture.data, dtype="<f4").reshape(picture.height, picture.width)
    ds = dcmread(path)
    expected = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
    np.testing.assert_allclose(values, expected)


def test_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3", size=300)
    picture = show(path, longest=128).picture
    assert picture is not None
    assert (picture.width, picture.height) == (100, 100)
    assert (picture.columns, picture.rows) == (300, 300)


def test_sequences_unfold_and_private_tags_are_marked(tmp_path: Path) -> None:
    inner = Dataset()
    inner.CodeValue = "T-D1100"
    inner.CodeMeaning = "头部"
    block = inner.private_block(0x0011, "Maker", create=True)
    block.add_new(0x01, "LO", "secret sauce")
    path = make_instance(
        tmp_path / "a", study="1.2", series="1.2.3", AnatomicRegionSequence=Sequence([inner])
    )
    tags = show(path, None).tags
    where = next(i for i, tag in enumerate(tags) if tag.tag == "(0008,2218)")
    assert (tags[where].vr, tags[where].value, tags[where].depth) == ("SQ", "1", 0)
    assert (tags[where + 1].tag, tags[where + 1].depth) == ("", 1)
    below = {t.tag: t for t in tags[where + 2 :] if t.depth == 2}
    assert below["(0008,0104)"].value == "头部"
    assert below["(0011,1001)"].private
    assert not below["(0008,0104)"].private


def test_values_are_one_line_and_bounded() -> None:
    ds = Dataset()
    ds.ImageComments = "first\r\nsecond\u202ethird"
    ds.add_new(0x00091001, "UT", "x" * 10_000)
    ds.add_new(0x00091002, "OB", bytes(range(100)))
    by_tag = {tag.tag: tag.value for tag in list_tags(ds)[0]}
    assert by_tag["(0020,4000)"] == "first↵second\ufffdthird"
    assert len(by_tag["(0009,1001)"]) == LONGEST_VALUE + 2
    assert by_tag["(0009,1002)"].endswith("… [100]")


def test_a_member_of_a_zip_is_read(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "folder/one.dcm")
    shown = show(tmp_path / "a.zip", member="folder/one.dcm")
    assert shown.picture is not None
    assert value(shown.tags, "(0010,0020)") == "CANARY-ID-7391"


def test_a_file_without_pixels_says_so(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3")
    ds = dcmread(path)
    del ds.PixelData
    ds.save_as(path)
    shown = show(path)
    assert shown.no_picture is NoPicture.NO_PIXELS
    assert shown.tags


def test_a_picture_cut_short_is_damaged_and_its_tags_are_shown(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3", size=64)
    data = path.read_bytes()
    path.write_bytes(data[:-4000])
    shown = show(path)
    assert shown.no_picture is NoPicture.DAMAGED
    assert value(shown.tags, "(0010,0020)") == "CANARY-ID-7391"


def test_an_absurd_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3")
    ds = dcmread(path)
    ds.Rows = ds.Columns = 65535
    ds.save_as(path)
    assert show(path).no_picture is NoPicture.TOO_LARGE


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    assert show(tmp_path / "gone").unreadable


@pytest.mark.parametrize("seed", range(60))
def test_mutated_files_never_raise(seed: int, tmp_path: Path) -> None:
    source = get_testdata_file(["CT_small.dcm", "MR_small_RLE.dcm"][seed % 2], download=False)
    assert source is not None
    data = bytearray(Path(source).read_bytes())
    chance = np.random.default_rng(seed)
    for at in chance.integers(132, len(data), 12):
        data[at] = chance.integers(0, 256)
    path = tmp_path / "mutated.dcm"
    path.write_bytes(data[: chance.integers(200, len(data))] if seed % 3 == 0 else data)
    shown = show(path)
    assert shown.picture is not None or shown.no_picture is not None


def test_a_compressed_picture_cut_short_shows_its_tags_and_says_damaged(tmp_path: Path) -> None:
    source = of_pydicom("JPEG2000.dcm")
    assert source is not None
    data = source.read_bytes()
    path = tmp_path / "cut.dcm"
    whole = {tag.tag for tag in show(source, None).tags}
    begin = data.rindex(b"\xe0\x7f\x10\x00OB")
    for end in (-8, begin + 30, begin + 14):
        path.write_bytes(data[:end])
        shown = show(path)
        assert shown.no_picture in (NoPicture.DAMAGED, None), end
        assert {tag.tag for tag in shown.tags} >= whole


@pytest.mark.parametrize("vr", [b"??", b"  ", b"\0\0", b"us"])
def test_a_vr_that_is_none_hides_neither_tags_nor_picture(vr: bytes, tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", PixelPaddingValue=0)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\x28\x00\x20\x01US", b"\x28\x00\x20\x01" + vr))
    shown = show(path)
    assert shown.picture is not None
    assert value(shown.tags, "(0028,0120)") == "0"
    assert value(shown.tags, "(0010,0020)") == "CANARY-ID-7391"


def test_a_guessed_character_set_is_named_in_the_tags(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", patient_name="AAAAAA")
    data = path.read_bytes().replace(b"ISO_IR 192", b"ISO_IR 100")
    path.write_bytes(data.replace(b"AAAAAA", "张小东".encode("gbk")))
    assert value(show(path, None).tags, "(0010,0010)") == "张小东  (GBK?)"


@pytest.mark.parametrize("vr", [b"??", b"\0\0", b"us", b"Us", b"ZZ", b"\xff\xfe"], ids=repr)
def test_no_element_may_hide_the_others_by_a_vr_that_is_none(vr: bytes, tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3", size=64)
    plain = path.read_bytes()
    whole = show(path)
    assert whole.picture is not None
    (meta,) = struct.unpack_from("<L", plain, 140)
    syntax = plain.index(b"\2\0\x10\0UI")
    places, pos = [syntax], 144 + meta
    while plain[pos : pos + 2] != b"\xe0\x7f":
        places.append(pos)
        pos += 8 + struct.unpack_from("<H", plain, pos + 6)[0]
    for changed in (*([place] for place in places), places):
        data = bytearray(plain)
        for place in changed:
            data[place + 4 : place + 6] = vr
        path.write_bytes(data)
        shown = show(path)
        assert [(tag.tag, tag.value) for tag in shown.tags] == [
            (tag.tag, tag.value) for tag in whole.tags
        ]
        assert shown.picture == whole.picture
