"""The history tells what is de-identified, by which profile, from what is sent as it is."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.content import VERBATIM, Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.store.history import Count, History, ParcelFilter, Sort, schema
from support import rewriting
from support.history import make_parcels, receipt_for

DEIDENTIFIED, AS_IT_IS = ParcelFilter(deidentified=True), ParcelFilter(deidentified=False)


def by_profile(name: str) -> Treatment:
    return Treatment(BY_PROFILE, Profile(name, "2026c", "0.2.0", "f1d0"), '{"key": "a"}')


def treated(*treatments: Treatment) -> tuple[Parcel, ...]:
    """A parcel of each."""
    made = make_parcels(len(treatments))
    return tuple(replace(p, treatment=t) for p, t in zip(made, treatments, strict=True))


def found(history: History, filter_: ParcelFilter) -> list[str]:
    """What a filter finds, which is as many as it counts."""
    rows = [row.id for row in history.parcels(filter_)]
    assert history.count(filter_) == Count(len(rows), True)
    return rows


def profiles(history: History) -> dict[str, str | None]:
    return {row.id: row.profile for row in history.parcels()}


def test_of_two_parcels_the_deidentified_one_names_its_profile(history: History) -> None:
    changed, plain = treated(by_profile("研究 2"), VERBATIM)
    history.record(events.JobStarted("J", "d", "u", (changed, plain)))
    assert profiles(history) == {changed.id: "研究 2", plain.id: ""}
    assert found(history, DEIDENTIFIED) == [changed.id]
    assert found(history, AS_IT_IS) == [plain.id]
    assert found(history, ParcelFilter()) == [changed.id, plain.id]


def test_another_rewriters_parcel_is_neither_deidentified_nor_as_it_is(history: History) -> None:
    other, changed, plain = treated(rewriting.RENAMED, by_profile("basic"), VERBATIM)
    history.record(events.JobStarted("J", "d", "u", (other, changed, plain)))
    assert profiles(history)[other.id] is None
    assert found(history, DEIDENTIFIED) == [changed.id]
    assert found(history, AS_IT_IS) == [plain.id]


def test_what_was_skipped_does_not_make_a_parcel_deidentified(history: History) -> None:
    plain, changed = treated(replace(VERBATIM, skipped=2), replace(by_profile("basic"), skipped=1))
    history.record(events.JobStarted("J", "d", "u", (plain, changed)))
    assert profiles(history) == {plain.id: "", changed.id: "basic"}
    assert found(history, AS_IT_IS) == [plain.id]


@pytest.mark.parametrize(
    "stored",
    ["", "{", "7", "[]", "null", '"verbatim"', '{"rewriter": "deidentify"}', b"\xff\0",
     '{"rewriter": "deidentify", "deidentified": {"profile": ""}}'],
)  # fmt: skip
def test_a_treatment_that_cannot_be_read_is_not_said_to_be_as_it_is(
    history: History, tmp_path: Path, stored: str | bytes
) -> None:
    broken, plain = treated(by_profile("basic"), VERBATIM)
    history.record(events.JobStarted("J", "d", "u", (broken, plain)))
    with closing(sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE parcel SET treatment = ? WHERE id = ?", (stored, broken.id))
    assert profiles(history) == {broken.id: None, plain.id: ""}
    assert found(history, AS_IT_IS) == [plain.id]
    assert found(history, DEIDENTIFIED) == []


@pytest.mark.parametrize("name", ["a\ud800b", "\udcff"])
def test_a_profile_named_with_invalid_unicode_is_still_listed(history: History, name: str) -> None:
    odd, plain = treated(by_profile(name), VERBATIM)
    history.record(events.JobStarted("J", "d", "u", (odd, plain)))
    assert found(history, DEIDENTIFIED) == [odd.id]
    assert profiles(history).keys() == {odd.id, plain.id}
    assert "\ufffd" in (profiles(history)[odd.id] or "")


def test_a_parcel_that_is_treated_in_another_way_moves_to_the_other_list(history: History) -> None:
    first, second = treated(by_profile("basic"), VERBATIM)
    history.record(events.JobStarted("J", "d", "u", (first, second)))
    for parcel in (first, second):
        history.record(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.INTERNAL)))
    history.retry([first.id], treatment=VERBATIM)
    history.record(
        events.ParcelRetried("J", second.id, another_copy=False, treatment=by_profile("research"))
    )
    assert profiles(history) == {first.id: "", second.id: "research"}
    assert found(history, DEIDENTIFIED) == [second.id]
    assert found(history, AS_IT_IS) == [first.id]


def test_a_retry_without_a_choice_keeps_the_profile(history: History) -> None:
    (parcel,) = treated(by_profile("basic"))
    history.record(events.JobStarted("J", "d", "u", (parcel,)))
    history.record(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.INTERNAL)))
    history.retry([parcel.id])
    assert profiles(history) == {parcel.id: "basic"}


def test_it_goes_with_every_other_filter_and_order(history: History) -> None:
    """Two destinations, of which one gets everything de-identified; two states; two patients."""
    sent = treated(by_profile("basic"), VERBATIM, by_profile("research"), VERBATIM)
    history.record(events.JobStarted("J", "Trial", "u", (sent[0], sent[1])))
    history.record(events.JobStarted("K", "Clinic", "u", (sent[2], sent[3])))
    history.record(events.ParcelArrived("J", sent[0].id, 1, receipt_for(sent[0]), 1.0))
    history.record(events.ParcelArrived("K", sent[3].id, 1, receipt_for(sent[3]), 1.0))
    delivered = frozenset({ParcelState.DELIVERED})
    for filter_, expected in {
        ParcelFilter(destination="Trial", deidentified=True): [sent[0].id],
        ParcelFilter(destination="Trial", deidentified=False): [sent[1].id],
        ParcelFilter(states=delivered, deidentified=True): [sent[0].id],
        ParcelFilter(states=delivered, destination="Clinic", deidentified=False): [sent[3].id],
        ParcelFilter(states=delivered, destination="Clinic", deidentified=True): [],
        ParcelFilter(job="K", deidentified=True): [sent[2].id],
        ParcelFilter(text="head", deidentified=True): [sent[2].id, sent[0].id],
        ParcelFilter(text=sent[1].study_uid, deidentified=False): [sent[1].id],
        ParcelFilter(text=sent[1].study_uid, deidentified=True): [],
        ParcelFilter(patient_id=sent[0].patient_id, deidentified=True): [sent[2].id, sent[0].id],
    }.items():
        assert found(history, filter_) == expected, filter_
    for sort in Sort:
        first = history.parcels(replace(DEIDENTIFIED, sort=sort), limit=1)
        second = history.parcels(
            replace(DEIDENTIFIED, sort=sort), after=first[0].cursor(sort), limit=5
        )
        assert {r.id for r in (*first, *second)} == {sent[0].id, sent[2].id}
        assert len(second) == 1


def test_what_version_7_added_moves_no_table_of_older_files() -> None:
    """The first pages of a destroyed file are those of a new one: `salvage`."""
    tables: list[dict[str, int]] = []
    for script in (schema.SCHEMA.removesuffix(schema.PROFILE), schema.SCHEMA):
        with closing(sqlite3.connect(":memory:")) as db:
            for statement in schema.statements(script):
                db.execute(statement)
            found = db.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
            tables.append(dict(found.fetchall()))
    assert tables[0] == tables[1]
    assert {"job", "parcel", "attempt", "receipt", "source"} <= tables[0].keys()


def test_the_export_names_the_profile_and_is_filtered(history: History) -> None:
    changed, plain, other = treated(by_profile("basic"), VERBATIM, rewriting.RENAMED)
    history.record(events.JobStarted("J", "d", "u", (changed, plain, other)))
    file = io.StringIO(newline="")
    assert history.export_csv(file) == 3
    rows = csv.DictReader(io.StringIO(file.getvalue()[1:], newline=""))
    assert {row["parcel"]: row["profile"] for row in rows} == {
        changed.id: "basic", plain.id: "", other.id: ""
    }  # fmt: skip
    assert history.export_csv(io.StringIO(newline=""), DEIDENTIFIED) == 1
