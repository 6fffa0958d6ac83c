"""What is known from the catalog and from the names of folders is searched for, too."""

from __future__ import annotations

import io

import pytest
from pydicom import dcmread

from gantry.engine.deidentify.profile import BASIC, PROFILES
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from gantry.engine.deidentify.sources import known_from, named_by, needles_of
from gantry.engine.patient_values import (
    ACCESSION,
    BIRTH_DATE,
    PATIENT_ID,
    PATIENT_NAME,
    STUDY,
    STUDY_DATE,
)
from support.planted import planted

KEY = Key(b"k" * 32)
KEPT = profile_of(
    b'{"schema": "gantry.privacy/1", "name": "mine", "rules": {"StudyDescription": "keep"}}'
)


def described(text: str) -> bytes:
    ds = dcmread(io.BytesIO(planted(41).files[0]))
    ds.StudyDescription = text
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (known_from(names=["Overton^Kim"]), "asked by Overton"),
        (known_from(ids=["0471108"]), "see 471108"),
        (known_from(dates=["19530821"]), "since 21.08.1953"),
        (known_from(uids=["1.2.276.99.1"]), f"was 1.2.276.99.1{'.':>20}"),  # no room for a new one
        (known_from(places=["/mnt/export/OVERTON_KIM/brain/IM0001.dcm"]), "of Overton"),
        (known_from(places=["C:\\data\\Overton, Kim\\a.zip\0DICOM/1"]), "of overton"),
        (known_from(places=["D:/x/overton-t1.dcm"]), "of OVERTON"),
    ],
)
def test_what_is_known_from_elsewhere_holds_a_file(known: object, text: str) -> None:
    data = described(text)
    Deidentifier(KEPT, KEY).deidentify(data)
    with pytest.raises(Held) as caught:
        Deidentifier(KEPT, KEY, known=known).deidentify(data)  # type: ignore[arg-type]
    assert (caught.value.rule, caught.value.path) == ("residue", ("00081030",))


def test_everyday_words_and_numbers_in_the_names_of_folders_are_not_searched_for() -> None:
    known = known_from(
        places=[
            "/home/user/export/DICOM/patient 1/T1 sag brain/series12/IM00001.dcm",
            "/home/user/export/DICOM/patient 1/1.2.840.113619.2.5/1.2.3.4.5.6.dcm",
        ]
    )
    assert not known.found


EVERYDAY = """
anon anonymised anonymized archive baseline backup cases cdrom complete copy data dataset desktop
dicom dicomdir dicoms disk documents download downloads drive export exported exports file files
folder followup from home image images imaging incoming inbox input local media month more mount
multi none only original other outbox outgoing output package part patient patients private
project public received research root sample samples scanner scans send sent series shared sites
source storage studies study subject subjects system temp test this transfer trial upload uploads
user users visit visits week with work year
"""


@pytest.mark.parametrize("word", EVERYDAY.split())
def test_an_everyday_word_holds_no_file(word: str) -> None:
    assert not known_from(places=[f"/a/{word}/1.dcm", f"/a/{word.upper()} 2/{word} 3.dcm"]).found


@pytest.mark.parametrize("count", [1, 64, 65])
def test_up_to_64_names_of_files_may_each_name_the_patient(count: int) -> None:
    places = [f"/a/{'abcdefgh'[n // 8]}{'abcdefgh'[n % 8]}quill.dcm" for n in range(64)]
    places = [*places, "/a/zzquill.dcm"][:count]
    assert len(list(known_from(places=places).found)) == (count if count <= 64 else 0)


VALUES = (
    (PATIENT_NAME, "Overton^Kim"), (PATIENT_ID, "0471108"), (BIRTH_DATE, "19530821"),
    (STUDY_DATE, "20140729"), (ACCESSION, "ACC2381"), (STUDY, "1.2.276.99.1"),
)  # fmt: skip


def test_each_value_that_other_files_say_of_the_patient_is_searched_for() -> None:
    for values in ((*VALUES,), (*VALUES[::-1],)):
        found = {(needle.kind, needle.text) for needle in needles_of(values, BASIC).found}
        assert {
            ("name", "overton"), ("id", "0471108"), ("id", "acc2381"), ("date", "19530821"),
            ("date", "20140729"), ("uid", "1.2.276.99.1"),
        } <= found  # fmt: skip


def test_what_a_profile_keeps_is_not_searched_for_because_another_file_says_it() -> None:
    kept = profile_of(
        b'{"schema": "gantry.privacy/1", "name": "mine", "dates": "kept",'
        b' "rules": {"AccessionNumber": "keep"}}'
    )
    found = {needle.text for needle in needles_of(VALUES, kept).found}
    assert {"overton", "0471108", "19530821"} <= found
    assert not {"acc2381", "20140729"} & found


def test_a_name_that_only_one_of_many_files_has_says_nothing_of_the_patient() -> None:
    places = [f"/a/Overton/file{n:x}qz{n * 7919:x}.dcm" for n in range(500)]
    assert [needle.text for needle in known_from(places=places).found] == ["overton"]


@pytest.mark.parametrize("count", [2, 3, 500])
def test_a_name_that_more_than_one_of_many_files_has_is_searched_for(count: int) -> None:
    places = [f"/a/file{n:x}qz{n * 7919:x}.dcm" for n in range(500)]
    places[:count] = [f"/a/overton_{n:04}.dcm" for n in range(count)]
    assert [needle.text for needle in known_from(places=places).found] == ["overton"]


def test_a_file_without_a_name_says_nothing() -> None:
    assert named_by("", uids_stay=False) is None
    assert named_by("/a/Overton.dcm", uids_stay=False) is not None


def test_a_word_of_a_folder_counts_only_as_a_whole_word() -> None:
    known = known_from(places=["/a/Over/1.dcm"])
    assert not list(search(b"overlay data, leftover", known.found))
    assert list(search(b"over and out", known.found))


@pytest.mark.parametrize("text", ["山田様", "患者 山田様", "from 山田さん"])
def test_a_japanese_name_in_a_text_of_the_same_file_holds_it(text: str) -> None:
    ds = dcmread(io.BytesIO(described("brain")))
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    ds.PatientName, ds.StudyDescription = "Yamada^Tarou=山田^太郎", text
    out = io.BytesIO()
    ds.save_as(out)
    with pytest.raises(Held) as caught:
        Deidentifier(KEPT, KEY).deidentify(out.getvalue())
    assert (caught.value.rule, caught.value.path) == ("residue", ("00081030",))
    ds.StudyDescription = text.replace("山田", "木村")
    out = io.BytesIO()
    ds.save_as(out)
    Deidentifier(KEPT, KEY).deidentify(out.getvalue())


@pytest.mark.parametrize("text", ["brain 47-11-08", "brain 00 47 11 08", "brain 4711/08"])
def test_an_id_in_pieces_in_a_file_holds_it(text: str) -> None:
    known = known_from(ids=["471108"])
    with pytest.raises(Held) as caught:
        Deidentifier(KEPT, KEY, known=known).deidentify(described(text))
    assert (caught.value.rule, caught.value.path) == ("residue", ("00081030",))
    Deidentifier(KEPT, KEY, known=known).deidentify(described("brain 147-11-08"))


def test_the_order_of_files_makes_no_difference() -> None:
    places = ["/a/Overton/1.dcm", "/a/Kimball/2.dcm"]
    assert list(known_from(places=places).found) == list(known_from(places=places[::-1]).found)


def test_the_folders_of_a_file_are_searched_for_and_change_no_byte() -> None:
    deidentifier = Deidentifier(KEPT, KEY)
    data, place = described("of Overton"), "/data/Overton Kim/IM1.dcm"
    with pytest.raises(Held):
        deidentifier.deidentify(data, place=place)
    other = described("brain")
    assert deidentifier.deidentify(other, place=place).parts == deidentifier.deidentify(other).parts


def test_a_folder_named_after_the_machine_holds_nothing() -> None:
    ds = dcmread(io.BytesIO(described("brain")))
    ds.SoftwareVersions, ds.ReceiveCoilName = "syngo MR E11", "Kneecoil 15"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "NORM"]
    out = io.BytesIO()
    ds.save_as(out)
    deidentifier = Deidentifier(PROFILES["research"], KEY)
    assert deidentifier.deidentify(out.getvalue(), place="/a/syngo_kneecoil/Norm/1.dcm")
