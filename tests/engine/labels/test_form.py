"""A form for labels: what it sets, what it refuses, and patterns that no stranger can misuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.labels.form import FormField, Per, check_form, filled
from gantry.engine.labels.pattern import pattern_of
from support.dicom import make_instance
from support.scanned import scan

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Two studies of one patient, and one of another."""
    for n, (who, study) in enumerate((("1", "2.25.71"), ("1", "2.25.72"), ("2", "2.25.73"))):
        make_instance(
            tmp_path / f"{n}.dcm", study=study, series=f"{study}.1", patient_id=f"CANARY-{who}"
        )
    return scan(tmp_path)[0]


def refusal(field: FormField, catalog: Catalog, *values: str) -> str:
    """Why a form refuses these values of its label, one per study; "": it takes them."""
    keys = [study.key for study in catalog.studies]
    labels = {key: ((field.name, v),) if v else () for key, v in zip(keys, values, strict=True)}
    error = None
    try:
        check_form((field,), catalog, labels)
    except GantryError as refused:
        error = refused
    if error is None:
        return ""
    assert (error.code, error.private["label"]) == (ErrorCode.LABEL_FORM, field.name)
    assert not any(value in str(error) for value in values if len(value) > 1)
    return str(error.facts["reason"])


@pytest.mark.parametrize(
    ("field", "values", "reason"),
    [
        (FormField("visit"), ("v1", "", "v3"), ""),
        (FormField("visit", required=True), ("v1", "", "v3"), "required"),
        (FormField("visit", choices=("v1", "v2")), ("v1", "v2", ""), ""),
        (FormField("visit", choices=("v1", "v2")), ("v1", "V2", ""), "choice"),
        (FormField("visit", value="v1"), ("v1", "v2", "v1"), "choice"),
        (FormField("visit", pattern="v[0-9]"), ("v1", "v2", "v3"), ""),
        (FormField("visit", pattern="v[0-9]"), ("v1", "v2", "v34"), "pattern"),
        (FormField("subject", Per.PATIENT), ("S01", "S01", "S02"), ""),
        (FormField("subject", Per.PATIENT), ("S01", "S02", "S03"), "patient"),
        (FormField("subject", Per.PATIENT), ("S01", "", "S03"), "patient"),
        (FormField("project", Per.JOB), ("P1", "P1", "P1"), ""),
        (FormField("project", Per.JOB), ("P1", "P1", "P2"), "job"),
    ],
)
def test_a_form_takes_what_fits_and_says_why_it_takes_nothing_else(
    catalog: Catalog, field: FormField, values: tuple[str, ...], reason: str
) -> None:
    assert refusal(field, catalog, *values) == reason


def test_a_study_of_which_nothing_is_sent_needs_no_label(catalog: Catalog) -> None:
    first, *others = catalog.studies
    form = (FormField("visit", required=True),)
    labels = {study.key: (("visit", "v1"),) for study in others}
    check_form(form, catalog, labels, [series.key for series in first.series])
    with pytest.raises(GantryError):
        check_form(form, catalog, labels)


def test_a_form_sets_its_own_values_and_replaces_none() -> None:
    form = (FormField("project", value="P1"), FormField("site", value="7"), FormField("visit"))
    assert filled(form, (("project", "P2"),)) == (("project", "P2"), ("site", "7"))


@pytest.mark.parametrize("text", ["S[0-9]{3}", r"\d{4}-\d{2}", "a|b.c", r"[^/]+\.x?", "[A-Z]{1,8}"])
def test_ordinary_patterns_are_taken(text: str) -> None:
    pattern_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "(a)", "(a+)+b", "(?i)a", "^a$", "a**", "[b-a]", "[", "a{", r"\1", "a{2}{3}",
        ".*.*.*x", "a?" * 30 + "a{30}", "[a]{0,9}" * 9, "a{0,}{1}", "[[:alpha:]]", "a" * 201,
    ],
)  # fmt: skip
def test_patterns_that_could_take_long_or_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"length|character|repet|range"):
        pattern_of(text)


def test_the_slowest_patterns_that_are_taken_give_an_answer() -> None:
    for text in (".*.*" + "a?" * 4 + "x", "a?" * 20 + "a{20}b"):
        assert pattern_of(text).fullmatch("a" * 256) is None
