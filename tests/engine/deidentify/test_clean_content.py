"""The options Clean Structured Content and Clean Graphics: what stays of reports and drawings."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from gantry.engine.deidentify.compare import Change, Comparison, Done, Shown
from gantry.engine.deidentify.profile import BASIC, PROFILES, RESEARCH, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.reasons import Reason, Reasons
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from support.dciodvfy import PROGRAM, errors
from support.deidentified_slowly import elements_of, slowly
from support.linked import linked
from support.nearly_alike import slice_of
from support.planted import planted

pytestmark = pytest.mark.same_everywhere

KEY = Key(b"k" * 32)
SR = "1.2.840.10008.5.1.4.1.1.88.33"
PR = "1.2.840.10008.5.1.4.1.1.11.1"
REPORT = next(d for d in linked() if dcmread(io.BytesIO(d)).SOPClassUID.startswith(SR[:-3]))
DRAWING = next(d for d in linked() if dcmread(io.BytesIO(d)).SOPClassUID == PR)
WORDS = "axial T1 of Longmeadow"
SEX, AGE, BORN = ("121032", "DCM"), ("121033", "DCM"), ("121031", "DCM")
WEIGHT, FINDING = ("29463-7", "LN"), ("121071", "DCM")


def profile(base: str = "basic", **entries: object) -> PrivacyProfile:
    options = {"structured_content": True, "graphics": True}
    head = {"schema": "gantry.privacy/1", "name": "clean", "base": base}
    return profile_of(json.dumps({**head, **options, **entries}).encode())


def done(data: bytes, rules: PrivacyProfile) -> Deidentified:
    return Deidentifier(rules, KEY).deidentify(data)


def sent(data: bytes, rules: PrivacyProfile) -> Dataset:
    return dcmread(io.BytesIO(b"".join(done(data, rules).parts)))


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str, scheme: str, meaning: str = "a meaning") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def content(value_type: str, concept: tuple[str, str], **values: object) -> Dataset:
    return item(
        RelationshipType="CONTAINS", ValueType=value_type,
        ConceptNameCodeSequence=[code(*concept)], **values,
    )  # fmt: skip


def number(concept: tuple[str, str], value: str, unit: str = "a") -> Dataset:
    measured = item(NumericValue=value, MeasurementUnitsCodeSequence=[code(unit, "UCUM", unit)])
    measured.FloatingPointValue = float(value)
    return content("NUM", concept, MeasuredValueSequence=[measured])


def coded(concept: tuple[str, str], value: str, meaning: str) -> Dataset:
    return content("CODE", concept, ConceptCodeSequence=[code(value, "DCM", meaning)])


def with_items(
    *added: Dataset, data: bytes = REPORT, keyword: str = "ContentSequence",
    syntax: str = ExplicitVRLittleEndian, change: Callable[[Dataset], None] | None = None,
) -> bytes:  # fmt: skip
    ds = dcmread(io.BytesIO(data))
    setattr(ds, keyword, [*ds.get(keyword, []), *added])
    if change is not None:
        change(ds)
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    out = io.BytesIO()
    ds.save_as(out, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    return out.getvalue()


def about_patient(age: str = "45") -> list[Dataset]:
    return [
        coded(SEX, "F", "Female"),
        number(AGE, age),
        number(WEIGHT, "71.5", "kg"),
        content("DATE", BORN, Date="19530821"),
        coded(FINDING, "111320", "Documented on Image"),
        number(("121211", "DCM"), "8.25", "mm"),
    ]


def test_a_report_keeps_its_codes_numbers_and_links_and_of_texts_what_descriptions_keep() -> None:
    data = with_items(content("TEXT", FINDING, TextValue=WORDS),
                      content("PNAME", ("121008", "DCM"), PersonName="Reader^Some"),
                      number(("121211", "DCM"), "8.25", "mm"))  # fmt: skip
    before = dcmread(io.BytesIO(data))
    for rules, text in (
        (profile(), "REMOVED"),
        (profile(texts="cleaned"), "axial T1 of"),
        (profile(texts="reviewed"), "REMOVED"),
        (profile(texts="reviewed", reviewed={"TextValue": [WORDS]}), WORDS),
        (replace(RESEARCH), "REMOVED"),
    ):
        out = sent(data, rules)
        assert len(out.ContentSequence) == len(before.ContentSequence)
        *links, said, person, measured = out.ContentSequence
        assert [one.ValueType for one in out.ContentSequence] == [
            one.ValueType for one in before.ContentSequence
        ]
        assert said.TextValue == text
        assert said.ConceptNameCodeSequence[0].CodeValue == "121071"
        assert person.PersonName == "REMOVED"
        assert measured.MeasuredValueSequence[0].NumericValue == 8.25
        old = [one for one in before.ContentSequence if "ReferencedSOPSequence" in one]
        new = [one for one in links if "ReferencedSOPSequence" in one]
        for one, other in zip(old, new, strict=True):
            uid = one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
            made = other.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
            assert made == KEY.uid(uid.encode()).decode()


@pytest.mark.parametrize("keyword", ["AcquisitionContextSequence", "SpecimenPreparationSequence"])
def test_the_context_of_an_acquisition_stays_and_is_cleaned_inside(keyword: str) -> None:
    step = content("TEXT", FINDING, TextValue=WORDS)
    if keyword == "SpecimenPreparationSequence":
        step = item(SpecimenPreparationStepContentItemSequence=[step])
    data = with_items(step, data=slice_of(1), keyword=keyword)
    assert not sent(data, BASIC).get(keyword)
    assert "Longmeadow" not in str(sent(data, profile()))
    (made,) = sent(data, profile())[keyword].value
    made = made.get("SpecimenPreparationStepContentItemSequence", [made])[0]
    assert made.TextValue == "REMOVED"
    assert made.ConceptNameCodeSequence[0].CodeValue == "121071"
    assert sent(data, profile(graphics=False, structured_content=False)).get(keyword) in (None, [])


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("age", ["45", "89.9", "90"])
@pytest.mark.parametrize("base", ["basic", "research"])
def test_what_items_say_of_the_patient_goes_as_it_does_elsewhere(
    base: str, age: str, syntax: str
) -> None:
    data = with_items(*about_patient(age), syntax=syntax)
    sex, years, weight, born, finding, size = sent(data, profile(base)).ContentSequence[-6:]
    stays = base == "research"
    assert (sex.ConceptCodeSequence[0].CodeMeaning == "Female") is stays
    assert sex.ConceptCodeSequence[0].CodeMeaning in ("Female", "Unknown")
    assert bool(weight.MeasuredValueSequence) is stays
    assert bool(years.MeasuredValueSequence) is (stays and float(age) < 90)
    assert born.Date == "19000101"
    assert finding.ConceptCodeSequence[0].CodeMeaning == "Documented on Image"
    assert size.MeasuredValueSequence[0].NumericValue == 8.25
    kept = sent(data, PROFILES[base]).ContentSequence[-6:]
    assert kept[0].ConceptCodeSequence[0].CodeMeaning == "Female", "without the option, as before"
    assert kept[1].MeasuredValueSequence[0].NumericValue == float(age)


@pytest.mark.parametrize(
    ("value", "unit", "stays"),
    [("1079", "mo", True), ("1080", "mo", False), ("30", "d", True), ("40000", "d", False),
     ("100", "wk", True), ("5000", "wk", False), ("45", "", False), ("45", "furlong", False),
     ("-1", "a", False)],
)  # fmt: skip
def test_an_age_stays_only_where_its_unit_says_that_it_is_below_90_years(
    value: str, unit: str, stays: bool
) -> None:
    out = sent(with_items(number(AGE, value, unit)), profile("research"))
    assert bool(out.ContentSequence[-1].MeasuredValueSequence) is stays


def test_an_age_in_the_context_of_an_acquisition_goes_with_its_other_forms() -> None:
    age = content("NUMERIC", AGE, NumericValue="93", FloatingPointValue=93.0,
                  MeasurementUnitsCodeSequence=[code("a", "UCUM")])  # fmt: skip
    nested = content("CONTAINER", FINDING, ContentSequence=[age])
    for rules in (profile(), profile("research")):
        data = with_items(age, nested, data=slice_of(1), keyword="AcquisitionContextSequence")
        first, second = sent(data, rules).AcquisitionContextSequence
        for one in (first, second.ContentSequence[0]):
            assert one.NumericValue == 0
            assert "FloatingPointValue" not in one
    young = content("NUMERIC", AGE, NumericValue="43",
                    MeasurementUnitsCodeSequence=[code("a", "UCUM")])  # fmt: skip
    data = with_items(young, data=slice_of(1), keyword="AcquisitionContextSequence")
    assert sent(data, profile("research")).AcquisitionContextSequence[0].NumericValue == 43
    assert sent(data, profile()).AcquisitionContextSequence[0].NumericValue == 0


@pytest.mark.parametrize("base", ["basic", "research"])
def test_one_image_of_a_long_series_alone_says_the_patients_age(base: str) -> None:
    deidentifier = Deidentifier(profile(base), KEY)
    age = content("NUMERIC", AGE, NumericValue="93",
                  MeasurementUnitsCodeSequence=[code("a", "UCUM")])  # fmt: skip
    room = content("NUMERIC", FINDING, NumericValue="93")
    for turn in range(12):
        says = turn in (5, 6, 9)
        data = with_items(age if says else room, data=slice_of(turn),
                          keyword="AcquisitionContextSequence")  # fmt: skip
        made = deidentifier.deidentify(data)
        left = b"".join(made.parts)
        out = dcmread(io.BytesIO(left))
        assert out.AcquisitionContextSequence[0].NumericValue == (0 if says else 93)
        alone = done(data, profile(base))
        assert left == b"".join(alone.parts)
        assert (made.tallies, made.links, made.texts) == (alone.tallies, alone.links, alone.texts)


def test_a_code_that_a_rule_of_the_profile_removes_hides_no_item() -> None:
    with pytest.raises(Held) as held:
        done(with_items(*about_patient()), profile(rules={"CodeValue": "remove"}))
    assert held.value.rule == "unreadable"


def test_a_drawing_keeps_its_lines_and_of_texts_what_descriptions_keep() -> None:
    note = item(
        TextObjectSequence=[item(UnformattedTextValue=WORDS)],
        GraphicObjectSequence=[item(GraphicType="POINT", GraphicData=[1.0, 2.0])],
        GraphicLayer="LAYER",
    )
    layer = item(GraphicLayer="LAYER", GraphicLayerOrder=1, GraphicLayerDescription=WORDS)

    def change(ds: Dataset) -> None:
        ds.GraphicLayerSequence = [layer]

    data = with_items(note, data=DRAWING, keyword="GraphicAnnotationSequence", change=change)
    for rules, text in (
        (profile(), "REMOVED"),
        (profile(texts="cleaned"), "axial T1 of"),
        (profile(texts="reviewed", reviewed={"UnformattedTextValue": [WORDS]}), WORDS),
        (profile(texts="cleaned", graphics=False), "REMOVED"),
        (RESEARCH, "REMOVED"),
    ):
        out = sent(data, rules)
        made = out.GraphicAnnotationSequence[-1]
        assert made.TextObjectSequence[0].UnformattedTextValue == text
        assert made.GraphicObjectSequence[0].GraphicData == [1.0, 2.0]
        assert not out.GraphicLayerSequence[0].GraphicLayerDescription


def test_overlays_and_curves_go_with_the_option_too() -> None:
    ds = dcmread(io.BytesIO(slice_of(1)))
    ds.add_new(0x60003000, "OW", bytes(8))
    ds.add_new(0x60004000, "LT", "of Ida")
    ds.add_new(0x50003000, "OW", bytes(8))
    out = io.BytesIO()
    ds.save_as(out)
    for rules in (profile(), profile("research"), BASIC):
        assert not [
            one.tag for one in sent(out.getvalue(), rules) if one.tag.group in (0x5000, 0x6000)
        ]


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("base", ["basic", "research"])
def test_the_slow_implementation_agrees(base: str, implicit: bool) -> None:
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    inner = content("CONTAINER", FINDING, ContentSequence=about_patient("91"))
    files = [*planted(41, implicit=implicit).files, *linked(implicit=implicit)]
    files += [with_items(*about_patient(), inner, syntax=syntax)]
    files += [with_items(*about_patient(), data=slice_of(1), syntax=syntax,
                         keyword="AcquisitionContextSequence")]  # fmt: skip
    for texts in ("empty", "cleaned"):
        rules = profile(base, texts=texts)
        for data in files:
            made = elements_of(b"".join(done(data, rules).parts))
            assert made == slowly(data, rules, KEY)


@pytest.mark.skipif(PROGRAM is None, reason="NOT TESTED: dciodvfy is not installed")
@pytest.mark.parametrize("base", ["basic", "research"])
def test_dciodvfy_finds_nothing_new(base: str, tmp_path: Path) -> None:
    files = [with_items(*about_patient("91"), content("TEXT", FINDING, TextValue=WORDS)), DRAWING]
    files += [with_items(content("NUMERIC", AGE, NumericValue="93",
                                 MeasurementUnitsCodeSequence=[code("a", "UCUM")]),
                         data=slice_of(1), keyword="AcquisitionContextSequence")]  # fmt: skip
    for number, data in enumerate(files):
        for more in ({}, {"uids": True}, {"texts": "cleaned"}):
            made = b"".join(done(data, profile(base, **more)).parts)
            before = errors(data, tmp_path / f"before{number}")
            assert errors(made, tmp_path / f"after{number}") - before == {}


def test_what_leaves_names_the_option() -> None:
    data = with_items(*about_patient("91"))
    rules = profile("research")
    found = compared(data, sent(data, rules), rules)
    measured = [one for one in found if one.tag == 0x0040A300 and one.done is Done.EMPTIED]
    assert len(measured) == 1
    dates = [one for one in found if one.tag == 0x0040A121 and one.after == "19000101"]
    assert [one.done for one in dates] == [Done.REPLACED]
    texts = [one for one in found if one.tag == 0x0040A160 and one.done is not Done.KEPT]
    for one in (*measured, *dates):
        assert (one.reason, one.option) == (Reason.OPTION, "structured_content")
    plain = compared(data, sent(data, RESEARCH), RESEARCH)
    assert not [one for one in plain if one.option == "structured_content"]
    assert all(one.option in ("", "structured_content", "texts") for one in texts)


def compared(data: bytes, made: Dataset, rules: PrivacyProfile) -> list[Change]:
    def show(ds: Dataset, tag: int, charset: str) -> Shown:
        element = ds[tag]
        value = str(len(element.value)) if element.VR == "SQ" else str(element.value)
        return Shown(element.VR, element.name, value)

    comparison = Comparison(Reasons(rules.options), show)
    return list(comparison.changes(dcmread(io.BytesIO(data)), made))


@pytest.mark.parametrize("name", ["structured_content", "graphics"])
def test_each_is_one_of_the_rules_and_says_so_in_the_file(name: str) -> None:
    codes = {"structured_content": "113104", "graphics": "113103"}
    off: dict[str, object] = {"structured_content": False, "graphics": False}
    rules = profile("basic", **{**off, name: True})
    claimed = {one.CodeValue for one in sent(REPORT, rules).DeidentificationMethodCodeSequence}
    assert claimed == {"113100", "113101", codes[name]}
    assert rules.rules_sha256 != BASIC.rules_sha256
    assert (
        replace(BASIC, options=profile("basic", **off).options).rules_sha256 == BASIC.rules_sha256
    )


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_text_of_a_report_names_the_new_uid_beside_items_that_go(syntax: str) -> None:
    study = dcmread(io.BytesIO(REPORT)).StudyInstanceUID
    says = content("TEXT", FINDING, TextValue=f"as in {study}")
    data = with_items(*about_patient(), says, *about_patient("90"), syntax=syntax)
    rules = profile("research", texts="reviewed", reviewed={"TextValue": [f"as in {study}"]})
    out = sent(data, rules)
    new = KEY.uid(study.encode()).decode()
    assert out.StudyInstanceUID == new
    assert out.ContentSequence[-7].TextValue == f"as in {new}"
    assert out.ContentSequence[-12].MeasuredValueSequence[0].NumericValue == 45
    assert not out.ContentSequence[-5].MeasuredValueSequence
    kept = profile("research", rules={"TextValue": "keep"})
    assert elements_of(b"".join(done(data, kept).parts)) == slowly(data, kept, KEY)
