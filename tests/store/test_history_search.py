"""The history is searched by indexes, pages join without gap or repeat, and counts are true."""

from __future__ import annotations

import io
import itertools
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine import events
from gantry.engine.content import VERBATIM, Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.store.history import Count, History, ParcelFilter, ParcelRow, Sort, query
from gantry.store.history.drivers import drivers_of, wanted
from gantry.store.history.words import beginnings_of, words_of
from support import rewriting
from support.dicom import CANARY_ID
from support.history import archive_of, make_parcels, receipt_for

LABELS = (
    "MR 2026-01-02 Head T1 axial", "CT 2026-02-03 头部平扫", "MR 2026-02-04 腹部增强 contrast",
    "US Größe Schädel", "MR ヘッド検査", "CT 흉부 검사", "Череп",
)  # fmt: skip
DESTINATIONS = ("Klinik", "中心医院", "Archive")
RULES = Profile("research", "2026c", "0.2.0", "f1d0")
TREATMENTS = (VERBATIM, Treatment(BY_PROFILE, RULES, "key"), rewriting.RENAMED)


@pytest.fixture
def filled(history: History) -> History:
    """300 parcels in 30 jobs: all states, labels, destinations, treatments, three patients."""
    rng = random.Random(3)
    error = GantryError(ErrorCode.HTTP_413)
    for number in range(30):
        job, name = f"JOB-{number}", rng.choice(DESTINATIONS)
        made: list[Parcel] = []
        for _ in range(10):
            made += make_parcels(
                1, label=rng.choice(LABELS), patient_id=f"{CANARY_ID}-{rng.randrange(3)}",
                size=rng.choice((100, 100, 5000)),
            )  # fmt: skip
        made = [replace(p, treatment=TREATMENTS[n % 3]) for n, p in enumerate(made)]
        history.record(events.JobStarted(job, name, "https://example.org/in", tuple(made)))
        for parcel in made:
            ends: list[events.Event | None] = [
                None,
                events.ParcelPacking(job, parcel.id, 1),
                events.ParcelVerified(job, parcel.id, 1, archive_of(parcel), 1, 1),
                events.ParcelArrived(job, parcel.id, 1, receipt_for(parcel), 1.0),
                events.ParcelFailed(job, parcel.id, error),
                events.ParcelCancelled(job, parcel.id),
            ]
            if end := rng.choice(ends):
                history.record(end)
    return history


@pytest.fixture(params=["best", "first", "last"])
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Forces one of a filter's drivers: the choice must not change the result."""
    if request.param == "first":
        monkeypatch.setattr(query, "drivers_of", lambda want: drivers_of(want)[:1])
    elif request.param == "last":
        monkeypatch.setattr(query, "drivers_of", lambda want: drivers_of(want)[-1:])
    return str(request.param)


def many_filters(rows: list[ParcelRow]) -> list[ParcelFilter]:
    """500 combinations of filters, and each filter alone."""
    some = rows[len(rows) // 2]
    moment = datetime.fromisoformat(some.created)
    texts = ("", "head", "头部", "nothing", some.study_uid[:12])
    states: tuple[frozenset[ParcelState], ...] = (
        frozenset(),
        frozenset({ParcelState.FAILED}),
        frozenset({ParcelState.FAILED, ParcelState.WAITING, ParcelState.DELIVERED}),
    )
    dates = ((None, None), (moment, None), (None, moment + timedelta(seconds=1)))
    combined = [
        ParcelFilter(text, state, name, since, until, patient, job, sort, profile)
        for text, state, name, (since, until), patient, job, sort, profile in itertools.product(
            texts,
            states,
            ("", "中心医院"),
            dates,
            ("", some.patient_id),
            ("", some.job),
            Sort,
            (None, True, False),
        )
    ]
    alone = [
        f
        for f in combined
        if sum(bool(x) for x in (f.text, f.states, f.destination, f.patient_id, f.job))
        + (f.since is not None or f.until is not None)
        + (f.deidentified is not None)
        <= 1
    ]
    return alone + random.Random(11).sample(combined, 500)


@contextmanager
def traced(connection: sqlite3.Connection) -> Iterator[set[str]]:
    """The statements that run meanwhile, without their values."""
    found: dict[str, str] = {}

    def note(statement: str) -> None:
        found.setdefault(re.sub(r"'[^']*'|\b\d+\b", "?", statement), statement)

    statements: set[str] = set()
    connection.set_trace_callback(note)
    yield statements
    connection.set_trace_callback(None)
    statements.update(found.values())


def plan_of(path: Path, statement: str) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]


def is_scan(step: str) -> bool:
    """Whether a step reads a whole table: not so few totals, a bounded subquery, a match."""
    if not step.startswith("SCAN"):
        return False
    matched = r"(search|trouble) VIRTUAL TABLE INDEX \d+:.*M.*"
    bounded = r"total|meta|found|CONSTANT ROW|\(subquery-\d+\)"
    return re.fullmatch(rf"SCAN ({bounded}|{matched})", step) is None


def assert_no_scan(path: Path, statements: set[str]) -> None:
    checked = 0
    for statement in statements:
        if "'search_" in statement or "'trouble_" in statement:
            continue  # FTS5's own, on its own tables
        if not re.match(r"SELECT|UPDATE|DELETE|INSERT INTO \w+ .*SELECT", statement):
            continue
        plan = plan_of(path, statement)
        assert not any(is_scan(step) for step in plan), f"{statement}\n" + "\n".join(plan)
        checked += 1
    assert checked


def test_no_query_of_the_list_reads_a_whole_table(
    filled: History, tmp_path: Path, driver: str
) -> None:
    rows = filled.parcels(limit=300)
    with traced(filled._reader._db) as statements:
        for filter_ in many_filters(rows):
            filled.parcels(filter_, limit=20)
            filled.parcels(filter_, after=rows[150].cursor(filter_.sort), limit=20)
            filled.count(filter_)
    assert len(statements) > 100
    assert_no_scan(tmp_path / "history.sqlite", statements)


def test_no_other_query_reads_a_whole_table(filled: History, tmp_path: Path) -> None:
    row = filled.parcels(limit=1)[0]
    with traced(filled._reader._db) as read, traced(filled._writer._db) as written:
        filled.parcel(row.id)
        filled.sources(row.id, start=1)
        filled.jobs(limit=3)
        filled.jobs(after=row.seq)
        filled.job(row.job)
        filled.left()
        filled.unfinished()
        filled.destinations()
        filled.send_again([row.id])
        filled.sent_before(row.patient_id, row.study_uid)
        filled.resolve_path("0" * 16)
        filled.prune(1)
        filled.retry([row.id])
        (parcel,) = make_parcels(1)
        error = GantryError(ErrorCode.INTERNAL)
        for event in (
            events.JobStarted("J", "d", "u", (parcel,)),
            events.JobResumed("J", "d", "u", (parcel,)),
            events.ParcelPacking("J", parcel.id, 1),
            events.AttemptFailed("J", parcel.id, 1, "pack", error, 1.0),
            events.ParcelVerified("J", parcel.id, 1, archive_of(parcel), 1, 1),
            events.ParcelSending("J", parcel.id, 1),
            events.SendPosition("J", parcel.id, "x"),
            events.AttemptFailed("J", parcel.id, 2, "send", error, 1.0),
            events.ParcelFailed("J", parcel.id, error),
            events.ParcelRetried("J", parcel.id),
            events.ParcelCancelled("J", parcel.id),
            events.ParcelArrived("J", parcel.id, 1, receipt_for(parcel), 1.0),
            events.JobDone("J", 1, 0, 0, 1.0),
        ):
            filled.record(event)
    assert_no_scan(tmp_path / "history.sqlite", read)
    assert_no_scan(tmp_path / "history.sqlite", written)


def passes(row: ParcelRow, filter_: ParcelFilter) -> bool:
    """The filter's meaning, without any index."""
    text = filter_.text
    words = words_of(row.label, destination=row.destination)
    created = datetime.fromisoformat(row.created)
    return (
        (
            not text
            or (text[0] == "1" and row.study_uid.startswith(text))
            or (text[0] != "1" and all(f" {b}" in words for b in beginnings_of(text)))
        )
        and (not filter_.states or row.state in filter_.states)
        and filter_.destination in ("", row.destination)
        and filter_.patient_id in ("", row.patient_id)
        and filter_.job in ("", row.job)
        and filter_.deidentified in (None, *_said_of(row.profile))
        and (filter_.since is None or created >= filter_.since)
        and (filter_.until is None or created < filter_.until)
    )


def _said_of(profile: str | None) -> tuple[bool, ...]:
    return () if profile is None else (bool(profile),)


def key_of(sort: Sort) -> Callable[[ParcelRow], object]:
    return lambda row: (row.cursor(sort).key, row.seq)


def test_every_filter_finds_what_it_means_in_order(filled: History, driver: str) -> None:
    everything = filled.parcels(limit=1000)
    assert len(everything) == 300
    found_some = 0
    for filter_ in many_filters(everything):
        expected = sorted(
            (r for r in everything if passes(r, filter_)),
            key=key_of(filter_.sort),  # type: ignore[arg-type]
            reverse=filter_.sort.descends,
        )
        found = [r.id for r in filled.parcels(filter_, limit=1000)]
        assert found == [r.id for r in expected], filter_
        if filter_.sort is Sort.NEWEST:
            assert filled.count(filter_) == Count(len(expected), True), filter_
        found_some += bool(found)
    assert found_some > 100


@pytest.mark.parametrize("sort", Sort)
def test_pages_join_without_gap_or_repeat(filled: History, driver: str, sort: Sort) -> None:
    for states in (frozenset[ParcelState](), frozenset({ParcelState.FAILED, ParcelState.WAITING})):
        filter_ = ParcelFilter(states=states, sort=sort)
        whole = filled.parcels(filter_, limit=1000)
        paged: list[ParcelRow] = []
        after = None
        while rows := filled.parcels(filter_, after=after, limit=7):
            paged += rows
            after = rows[-1].cursor(sort)
        assert [r.id for r in paged] == [r.id for r in whole]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("MR Head T1 axial", "hea AXI"),
        ("CT 头部平扫", "头部"),
        ("CT 头部平扫", "平扫"),
        ("CT 头部平扫", "头"),
        ("CT 头部平扫", "扫"),
        ("CT 头部平扫", "部平扫"),
        ("MR ヘッド検査", "ヘッド"),
        ("MR ﾍｯﾄﾞ", "ヘッド"),
        ("CT 흉부 검사", "흉부"),
        ("Größe Schädel", "grosse schadel"),
        ("Ångström", "angstr"),
        ("Череп боковая", "ЧЕРЕП"),
        ("contrastmedium", "contrastm"),
        ("T2_FLAIR-fs (2)", "flair"),
    ],
)
def test_a_description_is_found_by_what_people_type(
    history: History, label: str, text: str
) -> None:
    (parcel,) = make_parcels(1, label=label)
    (other,) = make_parcels(1, label="Spine contrast")
    history.record(events.JobStarted("J", "d", "u", (parcel, other)))
    assert [r.id for r in history.parcels(ParcelFilter(text=text))] == [parcel.id]
    history.record(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.INTERNAL)))
    failed = ParcelFilter(text=text, states=frozenset({ParcelState.FAILED}))
    assert [r.id for r in history.parcels(failed)] == [parcel.id]
    history.retry([parcel.id])
    assert history.parcels(failed) == []


@pytest.mark.parametrize("text", ["contrastx", "头平", "eads", "***", '"', "' OR 1=1", "a AND"])
def test_a_search_for_what_does_not_exist_finds_nothing(history: History, text: str) -> None:
    history.record(
        events.JobStarted("J", "d", "u", make_parcels(2, label="Head 头部平扫 contrast"))
    )
    assert history.parcels(ParcelFilter(text=text)) == []
    assert history.count(ParcelFilter(text=text)) == Count(0, True)


def test_uids_of_study_series_and_instance_find_their_parcel(history: History) -> None:
    parcels = make_parcels(3)
    history.record(events.JobStarted("J", "d", "u", parcels))
    parcel = parcels[1]
    file = parcel.files[1]
    for uid in (
        parcel.study_uid, file.series_instance_uid, file.sop_instance_uid, parcel.study_uid[:-2],
        f" {parcel.study_uid} ",
    ):  # fmt: skip
        assert [r.id for r in history.parcels(ParcelFilter(text=uid))] == [parcel.id]
    assert history.parcels(ParcelFilter(text=file.sop_instance_uid + ".9")) == []


def test_a_patient_is_found_by_the_whole_id_only(filled: History) -> None:
    assert filled.count(ParcelFilter(patient_id=f"{CANARY_ID}-1")).number > 50
    assert filled.parcels(ParcelFilter(patient_id=CANARY_ID)) == []
    assert filled.parcels(ParcelFilter(text=CANARY_ID)) == []


def test_two_histories_hash_a_patient_differently(tmp_path: Path) -> None:
    hashes = set()
    for name in ("one", "two"):
        with History(tmp_path / name / "history.sqlite") as history:
            history.record(events.JobStarted("J", "d", "u", make_parcels(1)))
        with closing(sqlite3.connect(tmp_path / name / "history.sqlite")) as db:
            hashes.add(db.execute("SELECT patient_hash FROM parcel").fetchone()[0])
    assert len(hashes) == 2


def test_a_count_beyond_its_bound_says_more_than(
    filled: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "FEW", 20)
    counted = filled.count(ParcelFilter(text="mr"))
    assert counted == Count(20, False)
    assert filled.count().exact, "state and destination are tallied"


def test_beyond_the_bound_the_newest_are_sorted_and_the_export_has_all(
    filled: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = filled.parcels(ParcelFilter(text="mr"), limit=1000)
    monkeypatch.setattr(query, "FEW", 20)
    largest = ParcelFilter(text="mr", sort=Sort.LARGEST)
    rows = filled.parcels(largest, limit=15)
    rows += filled.parcels(largest, after=rows[-1].cursor(Sort.LARGEST), limit=15)
    assert {r.id for r in rows} == {r.id for r in everything[:20]}
    assert [r.size for r in rows] == sorted((r.size for r in rows), reverse=True)
    assert filled.export_csv(io.StringIO(newline=""), largest) == len(everything) > 20
    untouched = filled.parcels(ParcelFilter(sort=Sort.LARGEST), limit=1000)
    assert len(untouched) == 300, "state and destination have indexes by size"


def test_a_clock_set_back_keeps_numbers_apart(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gantry.store.history import starting

    class Back(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(starting, "datetime", Back)
    for job in ("A", "B", "C"):
        history.record(events.JobStarted(job, "d", "u", make_parcels(3)))
    assert [r.job for r in history.parcels()] == ["C"] * 3 + ["B"] * 3 + ["A"] * 3
    day = ParcelFilter(
        since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 1, 2, tzinfo=UTC)
    )
    assert history.count(day).number == 9


@given(st.text(max_size=60))
def test_any_text_makes_words_that_its_own_beginnings_find(text: str) -> None:
    words = words_of(text)
    assert all(f" {b}" in words for b in beginnings_of(text))
    assert "\0" not in words


@given(text=st.text(max_size=40))
def test_no_search_text_breaks_the_query(text: str) -> None:
    want = wanted(ParcelFilter(text=text), b"salt")
    with closing(sqlite3.connect(":memory:")) as db:
        from gantry.store.history.schema import SCHEMA

        db.executescript(SCHEMA)
        assert query.page(db, want, Sort.NEWEST, None, 5) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "\0x", "＝1", "-1;2", "+1+2"]
)
def test_a_cell_that_could_run_is_made_text(cell: str) -> None:
    from gantry.store.history.table import harmless

    assert harmless(cell).startswith("'")
    assert not re.search(r"[\0\x1b]", harmless(cell))


@pytest.mark.parametrize("cell", ["-12.5", "+3", "12", "Head", "", -7, "1.2.840"])
def test_numbers_and_plain_text_stay_as_they_are(cell: object) -> None:
    from gantry.store.history.table import harmless

    assert harmless(cell) == str(cell)


def test_the_export_opens_in_spreadsheets_and_is_complete(filled: History) -> None:
    import csv

    (evil,) = make_parcels(1, label='=HYPERLINK("http://x")\r\nsecond', patient_id="@x")
    filled.record(events.JobStarted("EVIL", "-d", "u", (evil,)))
    file = io.StringIO(newline="")
    assert filled.export_csv(file) == 301
    text = file.getvalue()
    assert text.startswith('\ufeff"parcel"')
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert len(rows) == 301
    assert rows[0]["description"] == '\'=HYPERLINK("http://x")\r\nsecond'
    assert rows[0]["patient_id"] == "'@x"
    assert rows[0]["destination"] == "'-d"
    file = io.StringIO(newline="")
    failed = ParcelFilter(states=frozenset({ParcelState.FAILED}))
    assert filled.export_csv(file, failed) == filled.count(failed).number
