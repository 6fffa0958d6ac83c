"""Of the option `reviewed`, exactly the texts stay that the user has read and ticked."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from gantry.engine.deidentify import review
from gantry.engine.deidentify.profile import RESEARCH, PrivacyProfile, Texts
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.review import TextList, texts_in
from gantry.engine.deidentify.reviewed import Text, text_with_ticked
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.wrong import WrongProfile
from support.dicom import make_instance

STUDY, SERIES, PROTOCOL = 0x00081030, 0x0008103E, 0x00181030
KEY = Key(b"k" * 32)


def profile(*ticked: Text) -> PrivacyProfile:
    options = replace(RESEARCH.options, texts=Texts.REVIEWED, reviewed=tuple(sorted(ticked)))
    return PrivacyProfile("reviewed", options)


def instance(path: Path, **tags: Any) -> bytes:
    make_instance(path, study="1.2.3", series="1.2.3.4", **tags)
    return path.read_bytes()


def sent(data: bytes, *ticked: Text) -> Dataset:
    done = Deidentifier(profile(*ticked), KEY).deidentify(data)
    return dcmread(io.BytesIO(b"".join(done.parts)))


def found(data: bytes) -> frozenset[Text]:
    return texts_in(io.BytesIO(data), Rules(profile().options))


def test_only_the_ticked_text_of_that_element_stays(tmp_path: Path) -> None:
    data = instance(tmp_path / "a.dcm", StudyDescription="Knee Kirchner", ProtocolName="Knee")
    assert {(STUDY, "Knee Kirchner"), (PROTOCOL, "Knee")} <= found(data)
    made = sent(data, (STUDY, "Knee Kirchner"), (SERIES, "Knee"))
    assert made.StudyDescription == "Knee Kirchner"
    assert made.ProtocolName == "REMOVED"  # the other text was ticked for another element
    assert not sent(data).get("StudyDescription")
    assert [c.CodeValue for c in made.DeidentificationMethodCodeSequence].count("113105") == 1


def test_a_text_that_differs_in_anything_goes(tmp_path: Path) -> None:
    data = instance(tmp_path / "a.dcm", StudyDescription="Knee 1")
    for other in ("Knee", "knee 1", "Knee 12", "Knee  1"):
        assert not sent(data, (STUDY, other)).get("StudyDescription")


def test_texts_are_compared_as_they_read_not_as_they_are_stored(tmp_path: Path) -> None:
    text = "膝关节 MRI"
    ticked = (STUDY, text)
    for number, charset in enumerate(("ISO_IR 192", "GB18030")):
        data = instance(
            tmp_path / f"{number}.dcm", SpecificCharacterSet=charset, StudyDescription=text
        )
        assert ticked in found(data)
        assert sent(data, ticked).StudyDescription == text


def test_nested_texts_are_listed_too(tmp_path: Path) -> None:
    item = Dataset()
    item.ScheduledProcedureStepDescription = "Angio Meyer"
    data = instance(tmp_path / "a.dcm", RequestAttributesSequence=[item])
    ticked = (0x00400007, "Angio Meyer")
    assert ticked in found(data)
    made = sent(data, ticked).RequestAttributesSequence[0]
    assert made.ScheduledProcedureStepDescription == "Angio Meyer"


def test_a_ticked_text_with_the_name_of_the_patient_holds_the_file(tmp_path: Path) -> None:
    data = instance(
        tmp_path / "a.dcm", patient_name="Kirchner^Anna", StudyDescription="Knee Kirchner"
    )
    with pytest.raises(Held) as held:
        sent(data, (STUDY, "Knee Kirchner"))
    assert (held.value.rule, held.value.path) == ("residue", ("00081030",))


def test_ticked_texts_are_in_the_report(tmp_path: Path) -> None:
    data = instance(tmp_path / "a.dcm", StudyDescription="Knee")
    done = Deidentifier(profile((STUDY, "Knee")), KEY).deidentify(data)
    assert (STUDY, "Knee") in done.texts


def test_a_file_is_read_up_to_its_pixels_only(tmp_path: Path) -> None:
    data = instance(tmp_path / "a.dcm", StudyDescription="Knee", size=1024)
    file = io.BytesIO(data)
    assert (STUDY, "Knee") in texts_in(file, Rules(profile().options))
    assert file.tell() < len(data) // 4


@pytest.mark.parametrize("implicit", [True, False])
def test_a_long_head_is_read_to_its_end(tmp_path: Path, implicit: bool) -> None:
    items = [Dataset() for _ in range(4000)]
    for item in items:
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.1.1", "1.2" * 20
    data = instance(
        tmp_path / "a.dcm", implicit=implicit, ReferencedImageSequence=items, ProtocolName="Knee"
    )
    assert len(data) > 256 << 10
    assert (PROTOCOL, "Knee") in found(data)


def test_what_pydicom_must_read_is_listed_as_well(tmp_path: Path) -> None:
    read = dcmread(io.BytesIO(instance(tmp_path / "a.dcm", StudyDescription="Knee")))
    read.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    out = io.BytesIO()
    read.save_as(out)
    assert (STUDY, "Knee") in found(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"no DICOM" * 40, bytes(400)])
def test_what_is_no_dicom_has_no_texts(data: bytes) -> None:
    assert found(data) == frozenset()


def test_more_texts_than_anybody_reads_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST", 2)
    made = TextList()
    made.add([(STUDY, "a"), (STUDY, "b")])
    assert bool(made.is_full) is False
    made.add([(STUDY, "a"), (STUDY, "c")])
    assert bool(made.is_full)
    assert made.files == {(STUDY, "a"): 2, (STUDY, "b"): 1}


def test_a_profile_file_says_what_is_ticked() -> None:
    text = json.dumps(
        {"schema": "gantry.privacy/1", "name": "x", "base": "research", "texts": "reviewed"}
    )
    assert profile_of(text.encode()).options.reviewed == ()
    ticked = ((STUDY, "膝"), (0x00091001, "odd"), (SERIES, "t2"))
    again = profile_of(text_with_ticked(text, ticked).encode())
    assert again.options.texts is Texts.REVIEWED
    assert again.options.reviewed == tuple(sorted(ticked))
    assert again.rules_sha256 != profile_of(text.encode()).rules_sha256
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(again), type=PrivacyProfile) == again


@pytest.mark.parametrize(
    "wrong", [[], {"Nothing": ["a"]}, {"StudyDescription": "a"}, {"StudyDescription": [1]}]
)
def test_a_wrong_list_is_refused(wrong: object) -> None:
    text = {"schema": "gantry.privacy/1", "name": "x", "texts": "reviewed", "reviewed": wrong}
    with pytest.raises(WrongProfile, match="reviewed: "):
        profile_of(json.dumps(text).encode())
