"""Labels: their names and values, and the names that templates make of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine.content import Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.label import MOST, labels_of, parse_labels, text_of, with_defaults
from gantry.engine.labels.naming import check_paths, path_of, planned_values
from gantry.engine.labels.safe import NameKind, safe
from gantry.engine.labels.template import parse_template
from gantry.engine.parcel import Labels, Parcel
from gantry.engine.transfer.size_limit import split
from support.parcels import dense, parcel_with


def reason(error: pytest.ExceptionInfo[GantryError]) -> tuple[ErrorCode, object]:
    return error.value.code, error.value.facts.get("reason")


def parcel(*labels: tuple[str, str], study: str = "1.2.3", modality: str = "MR") -> Parcel:
    return Parcel(str(ULID()), study, (), labels=labels, modality=modality)


def test_names_are_compared_without_capitals_and_values_without_blanks_around_them() -> None:
    assert parse_labels(["Subject= S01 ", "Visit no.=2", "编号=甲"]) == (
        ("subject", "S01"),
        ("visit no.", "2"),
        ("编号", "甲"),
    )


@pytest.mark.parametrize("name", ["", "1", "_a", "a:b", "a/b", "{x}", "a\n=b", "x" * 64])
def test_a_name_that_could_not_be_in_a_template_is_refused(name: str) -> None:
    with pytest.raises(GantryError) as error:
        labels_of([(name, "1")])
    assert reason(error) == (ErrorCode.LABEL_INVALID, "name")


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\u202eb", "\ufeffa", "a\ud800"])
def test_a_value_with_something_unseen_is_refused(value: str) -> None:
    with pytest.raises(GantryError) as error:
        labels_of([("subject", value)])
    assert reason(error) == (ErrorCode.LABEL_INVALID, "value")
    assert value not in str(error.value.facts)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["subject"], "empty"),
        (["subject="], "empty"),
        (["a=1", "A=2"], "twice"),
        ([f"a{n}=1" for n in range(MOST + 1)], "many"),
        (["a=" + "x" * 257], "long"),
    ],
)
def test_what_else_is_refused(given: list[str], why: str) -> None:
    with pytest.raises(GantryError) as error:
        parse_labels(given)
    assert reason(error) == (ErrorCode.LABEL_INVALID, why)


def test_the_label_of_a_study_counts_before_that_of_the_job() -> None:
    merged = with_defaults((("visit", "2"),), (("project", "P"), ("visit", "1")))
    assert text_of(merged) == "project=P; visit=2"


def test_a_template_is_filled_and_double_braces_are_braces() -> None:
    template = parse_template("{{{label:Subject}}}-{modality}-{study_uid}")
    values = planned_values(parcel(("subject", "S01")))
    assert template.fill(values) == "{S01}-MR-1.2.3"


def test_the_date_is_the_day_on_which_send_was_pressed() -> None:
    pressed = datetime(2026, 1, 2, 23, 59, tzinfo=UTC)
    made = Parcel(str(ULID.from_datetime(pressed)), "1.2", ())
    assert parse_template("{date}").fill(planned_values(made)) == "2026-01-02"


@pytest.mark.parametrize("text", ["{", "a}b", "{label:}", "{Label:x}", "{subject}", "{a{b}"])
def test_a_wrong_template_is_refused(text: str) -> None:
    with pytest.raises(GantryError) as error:
        parse_template(text)
    assert error.value.code is ErrorCode.LABEL_TEMPLATE


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{label:subject}", parcel(("session", "1"))),
        ("{modality}", parcel(modality="")),
        ("{study_uid}", parcel(study="")),
    ],
)
def test_a_missing_value_is_an_error_before_anything_is_packed(text: str, made: Parcel) -> None:
    with pytest.raises(GantryError) as error:
        check_paths(parse_template(text), [made], NameKind.FILE, "folder")
    assert error.value.code is ErrorCode.LABEL_MISSING


def test_hash_and_size_are_no_missing_values_before_packing() -> None:
    check_paths(parse_template("{sha256}/{size}"), [parcel(), parcel()], NameKind.FILE, "folder")


def test_the_new_uid_of_a_deidentified_study_is_not_missing_before_packing() -> None:
    treatment = Treatment("deidentify", Profile("basic", "2026c", "1", "0" * 64))
    made = Parcel(str(ULID()), "1.2.3", (), treatment=treatment)
    assert planned_values(made)["study_uid"] == made.id


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        (NameKind.FILE, "a/b\\c:d*?", "a_b_c_d__"),
        (NameKind.FILE, "..", "__"),
        (NameKind.FILE, "CON", "_CON"),
        (NameKind.FILE, "com1.txt", "_com1.txt"),
        (NameKind.FILE, "S1. ", "S1__"),
        (NameKind.FILE, "患者 1", "患者 1"),
        (NameKind.KEY, "a/{b}", "a__b_"),
        (NameKind.KEY, "..", "__"),
        (NameKind.WORD, "Müller 01.a", "Muller_01_a"),
        (NameKind.PATIENT, "Müller^1\\2", "Muller_1_2"),
        (NameKind.PATIENT, "患者1", "__1"),
    ],
)
def test_names_are_made_safe_for_their_place(kind: NameKind, text: str, name: str) -> None:
    assert safe(text, kind) == name


@pytest.mark.parametrize("kind", list(NameKind))
def test_a_name_is_never_cut_off(kind: NameKind) -> None:
    with pytest.raises(GantryError) as error:
        safe("x" * 256, kind)
    assert reason(error) == (ErrorCode.LABEL_INVALID, "long")


@pytest.mark.parametrize(
    ("one", "other"),
    [("a/b", "a_b"), ("S1", "s1"), ("a:b", "a?b"), ("con", "_con"), ("x.", "x_")],
)
def test_two_subjects_never_become_one_folder(one: str, other: str) -> None:
    parcels = [parcel(("subject", one)), parcel(("subject", other))]
    with pytest.raises(GantryError) as error:
        check_paths(parse_template("{label:subject}"), parcels, NameKind.FILE, "folder")
    assert error.value.code is ErrorCode.LABEL_COLLISION
    assert one not in str(error.value.facts)


def test_joined_labels_never_become_one_folder() -> None:
    parcels = [
        parcel(("session", "2"), ("subject", "S1")),
        parcel(("session", "12"), ("subject", "S")),
    ]
    with pytest.raises(GantryError) as error:
        check_paths(
            parse_template("{label:subject}{label:session}"), parcels, NameKind.FILE, "folder"
        )
    assert error.value.code is ErrorCode.LABEL_COLLISION


def test_two_parcels_of_one_subject_share_a_folder() -> None:
    parcels = [parcel(("subject", "S1")), parcel(("subject", "S1"))]
    check_paths(parse_template("in/{label:subject}"), parcels, NameKind.FILE, "folder")


def test_a_value_never_makes_a_level_of_its_own() -> None:
    labels: Labels = (("subject", "../../etc"),)
    values = planned_values(parcel(*labels))
    assert path_of(parse_template("in/{label:subject}"), values, NameKind.FILE) == (
        "in",
        ".._.._etc",
    )
    assert path_of(parse_template("../x"), values, NameKind.FILE) == ("__", "x")


def test_the_parts_of_a_parcel_that_is_too_large_keep_its_labels(tmp_path: Path) -> None:
    whole = replace(
        parcel_with(tmp_path, [dense(9000, n) for n in range(4)]),
        labels=(("subject", "S01"),),
        modality="MR",
    )
    parts = split(whole, 20_000)
    assert len(parts) > 1
    assert {(part.labels, part.modality) for part in parts} == {(whole.labels, "MR")}
