"""A file is held with the place of what was found in it, and not for a coincidence."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest
from pydicom import Dataset, FileMetaDataset, dcmread, dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEGBaseline8Bit,
    MRImageStorage,
)

from gantry.engine.deidentify.known import found_in, known_of
from gantry.engine.deidentify.needles import Needles
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from support.planted import planted

KEY = Key(b"k" * 32)


def _keeping(*keywords: str) -> PrivacyProfile:
    rules = ", ".join(f'"{keyword}": "keep"' for keyword in keywords)
    text = '{"schema": "gantry.privacy/1", "name": "mine", "safe_private": true, "rules": {%s}}'
    return profile_of((text % rules).encode())


KEPT = _keeping(
    "StudyDescription",
    "ImageComments",
    "FrameComments",
    "InstanceNumber",
    "IconImageSequence",
    "LUTData",
    "EncapsulatedDocument",
    "AnatomicRegionSequence",
)


def made(change: Callable[[Dataset], None], *, implicit: bool = False) -> bytes:
    ds = dcmread(io.BytesIO(planted(31, implicit=implicit).files[0]))
    ds.PatientName, ds.PatientID = "Smithson^Annabel", "471108"
    change(ds)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def deidentified(data: bytes, known: Needles | None = None) -> Deidentified:
    return Deidentifier(KEPT, KEY, known=known).deidentify(data)


def held(data: bytes, known: Needles | None = None) -> Held:
    with pytest.raises(Held) as caught:
        deidentified(data, known)
    assert caught.value.rule == "residue"
    return caught.value


def _in_text(ds: Dataset) -> None:
    ds.StudyDescription = "of Smithson"


def _nested(ds: Dataset) -> None:
    item, inner = Dataset(), Dataset()
    inner.FrameComments = "of Smithson"
    item.AnatomicRegionModifierSequence = [Dataset(), inner]
    ds.AnatomicRegionSequence = [item]


def _in_a_private_element_that_stays(ds: Dataset) -> None:
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0F, "SH", "Smithson")


def _in_an_icon(ds: Dataset) -> None:
    icon = Dataset()
    icon.PixelData = b"\0\1" + b"Smithson"
    icon["PixelData"].VR = "OB"
    ds.IconImageSequence = [icon]


def _in_utf_16(ds: Dataset) -> None:
    ds.ModalityLUTSequence[0].add_new(0x00283006, "OW", "\x01Smithson ".encode("utf-16-le"))


def _compressed_in_bytes(ds: Dataset) -> None:
    ds.add_new(0x00420011, "OB", zlib.compress(b"%PDF /Author (Smithson)"))


def _in_a_number(ds: Dataset) -> None:
    ds.InstanceNumber = 471108


def _in_the_comment_of_the_image(ds: Dataset) -> None:
    comment = b"\xff\xfe\0\x0aSmithson"
    ds.PixelData = encapsulate([b"\xff\xd8" + comment])  # damaged: it has no end
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit


def _after_the_image(ds: Dataset) -> None:
    ds.PixelData += b"\0\0Smithson "


PLACES = [
    (_in_text, ("00081030",)),
    (_nested, ("00082218", "00082220", "00209158")),
    (_in_a_private_element_that_stays, ("0019100F",)),
    (_in_an_icon, ("00880200", "7FE00010")),
    (_in_utf_16, ("00283000", "00283006", "UTF-16")),
    (_compressed_in_bytes, ("00420011", "compressed")),
    (_in_a_number, ("00200013",)),
    (_after_the_image, ("7FE00010", "after the image")),
]


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize(("change", "path"), PLACES)
def test_what_is_found_is_reported_with_its_place(
    change: Callable[[Dataset], None], path: tuple[str, ...], implicit: bool
) -> None:
    caught = held(made(change, implicit=implicit))
    assert (caught.path, caught.value[0]) == (path, caught.value.strip("•")[0])
    assert "mithso" not in caught.value + str(caught)


def test_what_is_found_in_the_comment_of_an_image_is_reported_as_such() -> None:
    assert held(made(_in_the_comment_of_the_image)).path == ("7FE00010", "comment")


def test_the_same_file_is_held_for_the_same_reason_each_time() -> None:
    def twice(ds: Dataset) -> None:
        ds.StudyDescription, ds.ImageComments = "Smithson, Annabel", "471108, Annabel Smithson"

    reasons = {(h.path, h.value) for h in (held(made(twice)) for _ in range(3))}
    assert len(reasons) == 1


@pytest.mark.parametrize("number", ["840", "10008", "512", "1000", "16"])
def test_a_short_id_that_equals_a_number_of_the_image_holds_nothing(number: str) -> None:
    def numbered(ds: Dataset) -> None:
        ds.PatientID = ds.AccessionNumber = number
        ds.EchoTime, ds.InstanceNumber, ds.StudyTime = number, number, number
        ds.PixelSpacing = [number, number]

    assert deidentified(made(numbered))


def test_a_short_id_in_a_text_holds_the_file() -> None:
    def numbered(ds: Dataset) -> None:
        ds.PatientID, ds.StudyDescription = "840", "no. 840"

    assert held(made(numbered)).path == ("00081030",)


@pytest.mark.parametrize("name", ["Gantry", "Basic", "Pixel^Clean", "Norm^Art", "Primary"])
def test_a_name_that_is_also_a_term_of_the_standard_holds_nothing(name: str) -> None:
    def named(ds: Dataset) -> None:
        ds.PatientName, ds.ImageType = name, ["ORIGINAL", "PRIMARY", "M", "NORM", "ART"]

    assert deidentified(made(named))


def test_a_name_in_a_code_string_holds_the_file() -> None:
    def named(ds: Dataset) -> None:
        ds.ScanningSequence, ds.ImageType = "SE", ["ORIGINAL", "PRIMARY", "SMITHSON"]

    assert held(made(named)).path == ("00080008",)


def test_a_short_name_among_bytes_that_are_no_text_holds_nothing() -> None:
    def spelled(ds: Dataset) -> None:
        ds.PatientName = "Lee^Annabel"
        ds.ModalityLUTSequence[0].add_new(0x00283006, "OW", b"\x80\x03lee\x90\x07\x81")

    assert deidentified(made(spelled))


@pytest.mark.parametrize("around", [b"name: lee", b"\0lee\0\0\0\0\0"])
def test_a_short_name_in_a_text_among_bytes_holds_the_file(around: bytes) -> None:
    def spelled(ds: Dataset) -> None:
        ds.PatientName = "Lee^Annabel"
        ds.ModalityLUTSequence[0].add_new(0x00283006, "OW", b"\x80\x03" + around + b"\x03")

    assert held(made(spelled)).path == ("00283000", "00283006")


def test_what_is_known_from_elsewhere_holds_a_file_and_changes_no_byte() -> None:
    def other(ds: Dataset) -> None:
        ds.PatientName = "Smythsen^Annabel"

    def mentioned(ds: Dataset) -> None:
        ds.StudyDescription = "seen with Smythsen"

    known = known_of(made(other))
    plain, mentions = made(lambda ds: None), made(mentioned)
    assert held(mentions, known).path == ("00081030",)
    assert deidentified(plain, known).parts == deidentified(plain).parts
    assert deidentified(mentions).parts


def _nameless(change: Callable[[Dataset], None]) -> bytes:
    def changed(ds: Dataset) -> None:
        change(ds)
        ds.PatientName = "Nobody"

    return made(changed)


@pytest.mark.parametrize(("change", "path"), PLACES[:4])
def test_a_search_of_other_files_says_the_place_too(
    change: Callable[[Dataset], None], path: tuple[str, ...]
) -> None:
    known = known_of(made(lambda ds: None))
    found = {hit.path for hit in found_in(_nameless(change), known.found) if hit.kind == "name"}
    assert path in found


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_a_search_reads_what_is_deflated_or_big_endian_and_its_preamble(syntax: UID) -> None:
    known = known_of(made(lambda ds: None))
    ds = _described()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.preamble = b"Annabel".ljust(128, b"\0")
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    paths = {hit.path for hit in found_in(out.getvalue(), known.found) if hit.kind == "name"}
    assert {(), ("00081030",)} <= paths


def _described() -> Dataset:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, "1.2.3"
    ds.StudyDescription = "of Smithson"
    return ds


def test_a_file_that_is_no_dicom_is_searched_as_a_whole() -> None:
    known = known_of(made(lambda ds: None))
    assert [hit.path for hit in found_in(b"for Smithson", known.found)] == [()]
