"""Options of table E.1-1: what is done without them, and who claims them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from gantry.engine.deidentify.codes import CODE_MEANINGS, method_codes
from gantry.engine.deidentify.profile import PROFILES, Dates, Options, Texts
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier
from gantry.engine.deidentify.wrong import Wrong, WrongProfile
from support.nearly_alike import slice_of

KEY = Key(b"k" * 32)
CLEANED = {"113103", "113104"}
WORDS = "unremarkable thing"


def changed(**values: object) -> bytes:
    ds = dcmread(io.BytesIO(slice_of(1)))
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def sent(data: bytes, profile: str) -> Dataset:
    done = Deidentifier(PROFILES[profile], KEY).deidentify(data)
    return dcmread(io.BytesIO(b"".join(done.parts)))


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


@pytest.mark.parametrize("entry", ["uid", "Graphics", "structured content", "retain"])
def test_another_name_is_only_unknown(entry: str) -> None:
    text = json.dumps({"schema": "gantry.privacy/1", "name": "x", entry: True})
    with pytest.raises(WrongProfile) as refused:
        profile_of(text.encode())
    assert refused.value.reason is Wrong.UNKNOWN


def test_each_option_is_claimed_where_it_is_on_and_nowhere_else() -> None:
    codes = {
        "uids": "113110", "structured_content": "113104", "graphics": "113103",
        "device": "113109", "patient_characteristics": "113108", "institution": "113112",
        "safe_private": "113111",
    }  # fmt: skip
    claimed = set[str]()
    for dates, texts in product(Dates, Texts):
        plain = method_codes(Options(dates, texts))
        assert not set(plain) & set(codes.values())
        claimed |= set(plain)
        for name, code in codes.items():
            on: dict[str, Any] = {name: True}
            found = method_codes(replace(Options(dates, texts), **on))
            assert set(found) == {*plain, code}
            assert found == sorted(found)
            claimed |= set(found)
    assert claimed == set(CODE_MEANINGS)


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_what_a_report_and_a_drawing_say_is_replaced_and_their_codes_and_shapes_stay(
    profile: str,
) -> None:
    code = item(CodeValue="121071", CodingSchemeDesignator="DCM", CodeMeaning="Finding")
    content = item(ValueType="TEXT", ConceptNameCodeSequence=Sequence([code]), TextValue=WORDS)
    note = item(
        TextObjectSequence=Sequence([item(UnformattedTextValue=WORDS)]),
        GraphicObjectSequence=Sequence([item(GraphicType="POINT", GraphicData=[1.0, 2.0])]),
    )
    data = changed(ContentSequence=Sequence([content]), GraphicAnnotationSequence=Sequence([note]))
    ds = sent(data, profile)
    assert WORDS not in str(ds)
    assert ds.ContentSequence[0].TextValue
    assert ds.ContentSequence[0].ConceptNameCodeSequence[0].CodeMeaning == "Finding"
    annotation = ds.GraphicAnnotationSequence[0]
    assert annotation.TextObjectSequence[0].UnformattedTextValue
    assert annotation.GraphicObjectSequence[0].GraphicData == [1.0, 2.0]
    assert not {one.CodeValue for one in ds.DeidentificationMethodCodeSequence} & CLEANED


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_an_original_uid_in_a_text_that_stays_becomes_the_new_one(profile: str) -> None:
    series = dcmread(io.BytesIO(slice_of(1))).SeriesInstanceUID
    made = sent(changed(Manufacturer=series), profile)
    assert made.Manufacturer == made.SeriesInstanceUID != series
    other = generate_uid(entropy_srcs=["other"])
    assert sent(changed(Manufacturer=other), profile).Manufacturer == other


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        (None, {"patient", "study", "series", "instance", "frame"}),
        ("uid", {"patient", "study", "series", "instance", "frame"}),
        ("keep", {"patient", "study", "series", "instance"}),
        ("remove", {"patient", "study", "series", "instance"}),
    ],
)
def test_only_a_uid_that_was_replaced_is_linked_to_a_new_one(
    action: str | None, kinds: set[str]
) -> None:
    rules = {"FrameOfReferenceUID": action} if action else {}
    text = json.dumps({"schema": "gantry.privacy/1", "name": "x", "rules": rules})
    deidentifier = Deidentifier(profile_of(text.encode()), KEY)
    for _ in range(4):  # the third and later ones are made of what they repeat
        done = deidentifier.deidentify(changed(FrameOfReferenceUID="1.2.3.4.5.6.7.8.9"))
        assert {link.kind for link in done.links} == kinds
        left = b"".join(done.parts)
        assert (b"1.2.3.4.5.6.7.8.9" in left) is (action == "keep")
