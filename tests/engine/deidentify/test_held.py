"""Files that Gantry can't be sure about are not sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from random import Random

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEGBaseline8Bit,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
)

from gantry.engine.deidentify.profile import BASIC, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.wrong import WrongProfile
from support.planted import planted

KEY = Key(b"k" * 32)


def made(change: Callable[[Dataset], None], seed: int = 11) -> bytes:
    ds = dcmread(io.BytesIO(planted(seed).files[0]))
    change(ds)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def deidentified(data: bytes, profile: PrivacyProfile = BASIC) -> Deidentified:
    return Deidentifier(profile, KEY).deidentify(data)


def why_held(data: bytes, profile: PrivacyProfile = BASIC) -> Held:
    with pytest.raises(Held) as caught:
        deidentified(data, profile)
    return caught.value


def _says_burned_in(ds: Dataset) -> None:
    ds.BurnedInAnnotation = "YES"


def _is_a_capture(ds: Dataset) -> None:
    ds.SOPClassUID = SecondaryCaptureImageStorage


def _is_ultrasound(ds: Dataset) -> None:
    ds.SOPClassUID, ds.Modality = UltrasoundImageStorage, "US"


def _was_converted(ds: Dataset) -> None:
    ds.ConversionType = "WSD"


def _is_a_screenshot(ds: Dataset) -> None:
    ds.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_says_burned_in, "burned in"),
        (_is_a_capture, "class"),
        (_is_ultrasound, "class"),
        (_was_converted, "conversion"),
        (_is_a_screenshot, "image type"),
    ],
)
def test_a_picture_that_may_name_the_patient(change: Callable[[Dataset], None], rule: str) -> None:
    assert why_held(made(change)).rule == rule


def test_a_file_that_ends_early_or_is_no_dicom() -> None:
    whole = planted(12).files[0]
    assert why_held(whole[: len(whole) // 2]).rule == "unreadable"
    assert why_held(b"hello" * 100).rule == "unreadable"
    assert why_held(b"").rule == "unreadable"


def _keep(*keywords: str) -> PrivacyProfile:
    rules = ", ".join(f'"{keyword}": "keep"' for keyword in keywords)
    text = f'{{"schema": "gantry.privacy/1", "name": "mine", "rules": {{{rules}}}}}'
    return profile_of(text.encode())


@pytest.mark.parametrize(
    "name",
    [
        "Müller^Jörg",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "O'Neil^Sean",
        "DUPONT^ANNE-MARIE",
    ],
)
def test_a_rule_that_keeps_a_text_does_not_let_the_name_in_it_out(name: str) -> None:
    def written(ds: Dataset) -> None:
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.PatientName = name
        ds.StudyDescription = f"for {name.split('^')[0].split('=')[-1].lower()}"

    held = why_held(made(written), _keep("StudyDescription"))
    assert (held.rule, "•" in held.value) == ("residue", True)


def test_a_name_is_found_without_its_accents_and_an_id_without_its_zeros() -> None:
    def written(ds: Dataset) -> None:
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.PatientName, ds.StudyDescription = "Müller^Jörg", "Mueller, brain"

    def numbered(ds: Dataset) -> None:
        ds.PatientID, ds.StudyDescription = "000-47-11", "no. 0004711"

    assert why_held(made(written), _keep("StudyDescription")).rule == "residue"
    assert why_held(made(numbered), _keep("StudyDescription")).rule == "residue"


def test_a_date_is_found_in_other_spellings() -> None:
    def written(ds: Dataset) -> None:
        ds.PatientBirthDate, ds.StudyDescription = "19530821", "born 21.08.1953"

    assert why_held(made(written), _keep("StudyDescription")).rule == "residue"


def test_a_name_in_the_comment_of_a_jpeg_that_is_damaged() -> None:
    def compressed(ds: Dataset) -> None:
        name = str(ds.PatientName).split("^")[0].encode()
        comment = b"\xff\xfe" + (len(name) + 2).to_bytes(2, "big") + name
        ds.PixelData = encapsulate([b"\xff\xd8" + comment])  # without its end
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
        ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit

    assert why_held(made(compressed)).rule == "residue"


def test_short_names_and_ids_are_reported_as_not_searchable() -> None:
    def short(ds: Dataset) -> None:
        ds.PatientName, ds.PatientID = "Li^Bo", "1"

    searched = deidentified(made(short)).searched
    assert searched.not_searchable["name"] >= 2
    assert searched.not_searchable["id"] >= 1


def test_a_name_that_is_a_body_part_is_reported_as_not_searchable() -> None:
    def named(ds: Dataset) -> None:
        ds.PatientName, ds.BodyPartExamined = "Head^Brain", "HEAD"

    assert deidentified(made(named)).searched.not_searchable["name"] >= 2


def test_of_ultrasound_only_the_regions_stay() -> None:
    picture = np.arange(1, 257, dtype="<u2").reshape(16, 16)

    def scanned(ds: Dataset) -> None:
        _is_ultrasound(ds)
        region = Dataset()
        region.RegionLocationMinX0, region.RegionLocationMinY0 = 2, 4
        region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 10, 12
        ds.SequenceOfUltrasoundRegions = [region]
        ds.PixelData = picture.tobytes()

    done = deidentified(made(scanned))
    after = dcmread(io.BytesIO(b"".join(done.parts)))
    expected = np.zeros_like(picture)
    expected[4:13, 2:11] = picture[4:13, 2:11]
    assert done.masked
    assert (np.frombuffer(after.PixelData, "<u2").reshape(16, 16) == expected).all()
    assert after.BurnedInAnnotation == "NO"
    assert after.ImageType[0] == "DERIVED"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "line 1"),
        ("[]", "schema"),
        ('{"schema": "gantry.privacy/2", "name": "a"}', "schema"),
        ('{"schema": "gantry.privacy/1"}', "name"),
        ('{"schema": "gantry.privacy/1", "name": "a", "dates": "moved"}', "dates"),
        ('{"schema": "gantry.privacy/1", "name": "a", "device": 1.5}', "device"),
        ('{"schema": "gantry.privacy/1", "name": "a", "color": true}', "color: unknown"),
        ('{"schema": "gantry.privacy/1", "name": "a", "rules": {"Nobody": "keep"}}', "Nobody"),
        (
            '{"schema": "gantry.privacy/1", "name": "a", "rules": {"PatientID": "keep"}}',
            "PatientID",
        ),
        ('{"schema": "gantry.privacy/1", "name": "a", "rules": {"StudyID": "hide"}}', "StudyID"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(WrongProfile, match=reason):
        profile_of(text.encode())


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_held_or_walked_and_ends_nothing(seed: int) -> None:
    random = Random(seed)
    whole = planted(seed % 4, implicit=bool(seed % 2)).files[0]
    for _ in range(20):
        data = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            data[random.randrange(132, 2500)] = random.randrange(256)
        with suppress(Held):
            deidentified(bytes(data))


def test_a_uid_that_is_no_ascii_is_held() -> None:
    whole = planted(3).files[0]
    at = whole.index(b"\x08\0\x16\0UI") + 8
    held = why_held(whole[:at] + b"\xff" + whole[at + 1 :])
    assert held.rule == "unreadable"
