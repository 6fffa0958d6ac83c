"""The relink table: complete, found by index, private, and never in the way of another process."""

from __future__ import annotations

import csv
import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.content import Link
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store import private_table
from gantry.store.history import History, Linked, ParcelFilter
from gantry.store.home import Home
from gantry.store.relink import FIND, FIND_EXACTLY, Relink
from support.history import make_parcels

KEEPS = """
import sys
from gantry.engine.content import Link
from gantry.store.home import Home
from gantry.store.relink import Relink
table, name = Relink(Home.find(sys.argv[1])), sys.argv[2]
for number in range(int(sys.argv[3])):
    made = [Link("instance", f"{name}.{number}.{n}", f"2.25.{number}.{n}", name) for n in range(20)]
    table.keep(f"JOB-{name}", made)
    print(number, flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / "home"))


def links(patient: str = "4711", new: str = "PABC") -> list[Link]:
    return [
        Link("patient", patient, new, new),
        Link("study", f"1.2.{patient}", f"2.25.{patient}1", new),
        Link("instance", f"1.2.{patient}.9", f"2.25.{patient}2", new),
    ]


def test_nothing_is_made_until_something_is_kept(home: Home) -> None:
    table = Relink(home)
    assert list(table.rows()) == list(table.rows("x")) == []
    assert table.linked("x") == ()
    assert table.forget("JOB") == 0
    assert not home.relink_file.parent.exists()


def test_what_is_kept_again_is_there_once(home: Home) -> None:
    for _ in range(3):
        Relink(home).keep("JOB-1", [*links(), *links()])
    Relink(home).keep("JOB-2", links())
    rows = list(Relink(home).rows())
    assert len(rows) == len(set(rows)) == 6
    assert [r.kind for r in rows if r.job == "JOB-1"] == ["study", "instance", "patient"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are inherited from the profile there")
def test_only_this_user_may_read_it_even_if_it_was_open_to_others(home: Home) -> None:
    Relink(home).keep("JOB-1", links())
    assert home.relink_file.stat().st_mode & 0o777 == 0o600
    assert home.relink_file.parent.stat().st_mode & 0o777 == 0o700
    home.relink_file.chmod(0o644)
    Relink(home).keep("JOB-2", links())
    assert home.relink_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["4711", "PABC", "1.2.4711", "2.25.47111"])
def test_it_is_found_by_the_original_and_by_the_new_identifier(home: Home, text: str) -> None:
    Relink(home).keep("JOB-1", links())
    Relink(home).keep("JOB-2", links("5000", "PXYZ"))
    assert Relink(home).linked(text) == (Linked("JOB-1", "4711"),)
    assert {row.job for row in Relink(home).rows(text)} == {"JOB-1"}


def test_a_search_by_beginning_takes_wildcards_and_other_scripts_as_they_are(home: Home) -> None:
    odd = [Link("patient", old, f"P{n}", f"P{n}") for n, old in enumerate(("10%", "10_", "张三丰"))]
    Relink(home).keep("JOB-1", odd)
    assert [r.id_old for r in Relink(home).rows("10%")] == ["10%"]
    assert [r.id_old for r in Relink(home).rows("张三")] == ["张三丰"]
    assert len(list(Relink(home).rows("10"))) == 2
    assert list(Relink(home).rows("0")) == []
    assert list(Relink(home).rows("\udcff\0")) == []


@pytest.mark.parametrize(("query", "values"), [(FIND, ("a", "b")), (FIND_EXACTLY, ("a",))])
def test_no_search_reads_the_whole_table(home: Home, query: str, values: tuple[str, ...]) -> None:
    Relink(home).keep("JOB-1", links())
    with closing(sqlite3.connect(home.relink_file)) as db:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    assert [step for step in plan if step.startswith("SCAN")] == []
    assert len([step for step in plan if step.startswith("SEARCH link")]) == 2


def test_a_list_of_many_pages_has_each_row_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [Link("instance", f"1.2.{n}", f"2.25.{n % 1500}", "P1") for n in range(5000)]
    Relink(home).keep("JOB-1", made)
    rows = list(Relink(home).rows())
    assert {row.id_old for row in rows} == {one.old for one in made}
    assert len(rows) == 5000
    assert rows == sorted(rows, key=lambda row: (row.id_new, row.id_old))


def test_a_forgotten_job_is_gone_from_the_bytes_of_the_file(home: Home) -> None:
    Relink(home).keep("JOB-1", links("forget-me"))
    Relink(home).keep("JOB-2", links("keep-me"))
    assert Relink(home).forget("JOB-1") == 3
    assert {row.job for row in Relink(home).rows()} == {"JOB-2"}
    left = b"".join(path.read_bytes() for path in home.relink_file.parent.iterdir())
    assert b"forget-me" not in left
    assert b"keep-me" in left


def test_no_cell_of_the_table_runs_as_a_formula(home: Home) -> None:
    Relink(home).keep("JOB-1", [Link("patient", "=1+cmd|' /C calc'!A0", "-2+3", "-2+3")])
    file = io.StringIO(newline="")
    assert Relink(home).write_csv(file) == 1
    head, row = csv.reader(io.StringIO(file.getvalue().removeprefix("\ufeff")))
    assert head == ["kind", "id_old", "id_new", "patient", "job"]
    assert row == ["patient", "'=1+cmd|' /C calc'!A0", "'-2+3", "'-2+3", "JOB-1"]


def test_two_processes_keep_all_their_links(home: Home) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", KEEPS, str(home.history_file.parent), name, "25"],
            stdout=subprocess.PIPE,
        )
        for name in ("A", "B")
    ]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0, 0]
    assert len(list(Relink(home).rows())) == 2 * 25 * 20


def test_a_killed_process_leaves_whole_parcels_and_can_be_repeated(home: Home) -> None:
    command = [sys.executable, "-c", KEEPS, str(home.history_file.parent), "A", "500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(7)]
        process.kill()
        said += [int(line) for line in process.stdout.read().split()]
    kept: dict[int, int] = {}
    for row in Relink(home).rows():
        number = int(row.id_old.split(".")[1])
        kept[number] = kept.get(number, 0) + 1
    assert set(kept.values()) == {20}
    assert set(said) <= set(kept), "what was said to be kept is there"
    made = [Link("instance", f"A.0.{n}", f"2.25.0.{n}", "A") for n in range(20)]
    Relink(home).keep("JOB-A", made)
    assert len(list(Relink(home).rows())) == 20 * len(kept)


def test_a_full_disk_keeps_nothing_and_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    Relink(home).keep("JOB-1", links())
    connect = Relink._connect

    def small(table: Relink) -> sqlite3.Connection:
        db = connect(table)
        db.execute("PRAGMA max_page_count = 12")
        return db

    monkeypatch.setattr(Relink, "_connect", small)
    many = [Link("instance", f"1.2.{n}" * 8, f"2.25.{n}" * 8, "P1") for n in range(2000)]
    with pytest.raises(GantryError) as caught:
        Relink(home).keep("JOB-2", many)
    assert caught.value.code is ErrorCode.RELINK_FAILED
    assert caught.value.facts["reason"] == "full"
    assert {row.job for row in Relink(home).rows()} == {"JOB-1"}


def test_a_locked_table_is_waited_for_then_said_to_be_transient(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    Relink(home).keep("JOB-1", links())
    monkeypatch.setattr(private_table, "_BUSY", 0.1)
    with closing(sqlite3.connect(home.relink_file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GantryError) as caught:
            Relink(home).keep("JOB-2", links())
        other.execute("ROLLBACK")
    assert (caught.value.facts["reason"], caught.value.transient) == ("locked", True)
    Relink(home).keep("JOB-2", links())
    assert len(list(Relink(home).rows())) == 6


@pytest.mark.parametrize("content", [b"half of a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_table_is_left_as_it_is_and_nothing_is_kept(home: Home, content: bytes) -> None:
    home.relink_file.parent.mkdir(parents=True)
    home.relink_file.write_bytes(content)
    with pytest.raises(GantryError) as caught:
        Relink(home).keep("JOB-1", links())
    assert caught.value.code is ErrorCode.RELINK_FAILED
    assert home.relink_file.read_bytes() == content


def test_a_table_of_a_newer_version_is_left_as_it_is(home: Home) -> None:
    Relink(home).keep("JOB-1", links())
    with closing(sqlite3.connect(home.relink_file)) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(GantryError):
        Relink(home).keep("JOB-2", links())


def test_the_history_finds_a_patients_parcels_by_the_new_and_by_the_original_id(
    home: Home,
) -> None:
    table = Relink(home)
    with History(home.history_file, linked=table.linked) as history:
        one = make_parcels(2, patient_id="4711", label="MR head")
        other = make_parcels(3, patient_id="5000", label="MR PABC knee")
        history.record(events.JobStarted("JOB-1", "Klinik", "https://example.org", one + other))
        again = make_parcels(1, patient_id="4711", label="MR verbatim")
        history.record(events.JobStarted("JOB-2", "Klinik", "https://example.org", again))
        table.keep("JOB-1", [*links("4711", "PABC"), *links("5000", "PXYZ")])

        def found(text: str, **more: object) -> set[str]:
            wanted = ParcelFilter(text=text, **more)  # type: ignore[arg-type]
            rows = {row.id for row in history.parcels(wanted)}
            assert history.count(wanted).number == len(rows)
            assert {row.id for row in history.all_parcels(wanted)} == rows
            return rows

        mine, theirs = {p.id for p in one}, {p.id for p in other}
        assert found("4711") == mine
        assert found(" PXYZ ") == theirs
        assert found("PABC") == mine | theirs, "and what the text itself finds"
        assert found("2.25.50001") == theirs
        assert found("1.2.5000.9") == theirs
        assert found("PABC", patient_id="5000") == theirs
        assert found("PABC", destination="elsewhere") == set()
        assert found("PABC", job="JOB-2") == set()
        assert found("knee") == theirs


def test_the_history_file_does_not_say_which_patient_has_which_new_id(home: Home) -> None:
    table = Relink(home)
    with History(home.history_file, linked=table.linked) as history:
        parcels = make_parcels(1, patient_id="4711")
        history.record(events.JobStarted("JOB-1", "Klinik", "https://example.org", parcels))
        table.keep("JOB-1", links("4711", "PABCDEFGH"))
        assert history.count(ParcelFilter(text="PABCDEFGH")).number == 1
    for path in home.history_file.parent.glob("history.sqlite*"):
        assert b"PABCDEFGH" not in path.read_bytes()
