"""Whatever happens to the history's file, Gantry opens, reports it, and keeps what can be read."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.content import VERBATIM, Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.engine.parcel import ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.store.history import History, ParcelFilter, Sort, database, migrations, opening
from support import rewriting
from support.history import make_parcels, receipt_for

PARCELS = 200
RULES = Profile("research", "2026c", "0.2.0", "f1d0")
DEIDENTIFIED = Treatment(BY_PROFILE, RULES, "key")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed history of 200 parcels, half of them delivered, in a file of many pages."""
    path = tmp_path / "history.sqlite"
    with History(path) as history:
        for number in range(10):
            job = f"JOB-{number}"
            made = make_parcels(PARCELS // 10, files=3)
            history.record(events.JobStarted(job, "Klinik", "https://example.org/in", made))
            for parcel in made[::2]:
                history.record(events.ParcelArrived(job, parcel.id, 1, receipt_for(parcel), 1.0))
    return path


def kept_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob("history.damaged-*.sqlite"))


def whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def test_a_sound_file_is_opened_without_a_word(path: Path) -> None:
    with History(path) as history:
        assert history.problem is None
        assert history.count().number == PARCELS
    assert kept_files(path) == []


def test_d01_a_zeroed_header_is_set_aside_and_the_rows_are_rebuilt(path: Path) -> None:
    before = path.read_bytes()
    damaged = bytes(4096) + before[4096:]
    path.write_bytes(damaged)
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.code is ErrorCode.HISTORY_FAILED
        assert history.problem.facts["reason"] == "damaged"
        assert history.problem.facts["recovered"] == PARCELS
        assert history.count().number == PARCELS
        delivered = ParcelFilter(states=frozenset({ParcelState.DELIVERED}))
        assert history.count(delivered).number == PARCELS // 2
        row = history.parcels(delivered, limit=1)[0]
        detail = history.parcel(row.id)
        assert detail is not None
        assert detail.receipts[0].sha256 == "a" * 64
        assert len(history.sources(row.id)) == 3
        assert history.parcels(ParcelFilter(patient_id=row.patient_id), limit=1)
        assert history.parcels(ParcelFilter(text="head"), limit=1)
    (kept,) = kept_files(path)
    assert kept.read_bytes() == damaged
    assert whole(path)


def test_d01_a_rebuilt_history_keeps_what_was_rewritten(path: Path) -> None:
    (parcel,) = make_parcels(1, files=3)
    parcel = replace(parcel, treatment=rewriting.RENAMED)
    with History(path) as history:
        history.record(events.JobStarted("NEW", "d", "https://example.org/in", (parcel,)))
        history.record(rewriting.verified("NEW", parcel))
    before = path.read_bytes()
    path.write_bytes(bytes(4096) + before[4096:])
    with History(path) as history:
        assert history.problem is not None
        rewriting.assert_kept(history, parcel)
        (job,) = (job for job in history.unfinished() if job.id == "NEW")
        assert [p.treatment for p in job.parcels] == [rewriting.RENAMED]
        assert job.resumed[parcel.id].archive == rewriting.rewritten_archive(parcel)


@pytest.mark.parametrize("migrated", [False, True], ids=["made now", "made by version 6"])
def test_d01_a_rebuilt_history_tells_what_was_deidentified(path: Path, migrated: bool) -> None:
    """Of the pages that an older version laid out as well."""
    changed, plain, other = make_parcels(3)
    changed = replace(changed, treatment=DEIDENTIFIED)
    other = replace(other, treatment=rewriting.RENAMED)
    if migrated:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            back_to_version_6(db)
    with History(path) as history:
        history.record(events.JobStarted("NEW", "d", "u", (changed, plain, other)))
    before = path.read_bytes()
    path.write_bytes(bytes(4096) + before[4096:])
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.facts["recovered"] == PARCELS + 3
        newest = history.parcels(limit=3)
        assert [row.profile for row in newest] == ["research", "", None]
        by_profile = history.parcels(ParcelFilter(deidentified=True))
        assert [row.id for row in by_profile] == [changed.id]
        assert history.count(ParcelFilter(deidentified=False)).number == PARCELS + 1
    assert whole(path)


def test_d01_a_cut_file_is_set_aside_and_what_is_left_is_rebuilt(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT 1").fetchone() == (1,), "SQLite itself would open it"
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.facts["reason"] == "cut"
        assert history.problem.facts["kept"] == kept_files(path)[0].name
        history.record(events.JobStarted("NEW", "d", "u", make_parcels(1)))
    assert whole(path)


def test_d01_any_flipped_page_costs_no_more_than_itself(path: Path) -> None:
    data = path.read_bytes()
    fired = 0
    for page in range(1, len(data) // 4096, 7):
        for old in kept_files(path):
            old.unlink()
        flipped = bytearray(data)
        flipped[page * 4096 : (page + 1) * 4096] = bytes(
            b ^ 0xFF for b in flipped[page * 4096 : (page + 1) * 4096]
        )
        path.write_bytes(flipped)
        with History(path) as history:
            if history.problem is None:
                assert history.count().number == PARCELS  # a page that nothing uses
            else:
                fired += 1
                # A page of a parcel's table holds some tens; an inner page leads to them all.
                recovered = history.problem.facts["recovered"]
                assert isinstance(recovered, int)
                assert history.count().number == recovered
                assert len(list(history.all_parcels())) == recovered
                history.unfinished()
            history.record(events.JobStarted(f"N{page}", "d", "u", make_parcels(1)))
        assert whole(path)
    assert fired > 3


def test_d01_damage_met_while_working_is_checked_at_the_next_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_CHECKED", 0)  # as for a file too large to check each time
    with closing(sqlite3.connect(path)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'total'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))
    parcels = make_parcels(1)
    with History(path) as history:
        assert history.problem is None
        with pytest.raises(GantryError) as caught:
            history.record(events.JobStarted("NEW", "d", "u", parcels))
        assert caught.value.facts["reason"] == "damaged"
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.facts["recovered"] == PARCELS
        history.record(events.JobStarted("NEW", "d", "u", parcels))
    with History(path) as history:
        assert history.problem is None


def test_d02_an_empty_file_does_not_pass_for_a_first_start(path: Path) -> None:
    path.write_bytes(b"")
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.facts["reason"] == "empty"
        assert history.count().number == 0
    assert len(kept_files(path)) == 1


def test_d02_a_missing_file_does_not_pass_for_a_first_start(path: Path) -> None:
    path.unlink()
    with History(path) as history:
        assert history.problem is not None
        assert history.problem.facts["reason"] == "missing"


def test_a_first_start_is_no_problem(tmp_path: Path) -> None:
    with History(tmp_path / "new folder" / "history.sqlite") as history:
        assert history.problem is None
        assert history.count().number == 0


def test_two_rebuilds_in_one_second_keep_both_files(path: Path) -> None:
    for content in (b"first", b"second"):
        path.write_bytes(content * 1000)
        with History(path) as history:
            assert history.problem is not None
    assert sorted(k.read_bytes()[:5] for k in kept_files(path)) == [b"first", b"secon"]


@pytest.mark.parametrize("version", [database.VERSION + 1, 99])
def test_d03_a_newer_schema_is_never_written(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(GantryError) as caught:
        History(path)
    assert caught.value.code is ErrorCode.HISTORY_NEWER
    assert caught.value.facts == {
        "version": version,
        "known": database.VERSION,
        "file": "history.sqlite",
    }
    assert path.read_bytes() == before
    assert kept_files(path) == []


def test_d03_a_locked_file_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with (
        History(path) as history,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GantryError) as caught:
            history.record(events.JobStarted("NEW", "d", "u", make_parcels(1)))
        assert caught.value.facts["reason"] == "locked"
        assert caught.value.transient
        assert history.count().number == PARCELS, "reading continues"
        other.execute("ROLLBACK")
        history.record(events.JobStarted("NEW", "d", "u", make_parcels(1)))


def test_d03_a_full_disk_keeps_nothing_of_the_event(path: Path) -> None:
    with History(path) as history:
        db = history._writer._db
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(GantryError) as caught:
            history.record(events.JobStarted("BIG", "d", "u", make_parcels(500)))
        assert caught.value.facts["reason"] == "full"
        assert history.job("BIG") is None
        assert history.count().number == PARCELS
        db.execute("PRAGMA max_page_count = 1000000")
        history.record(events.JobStarted("BIG", "d", "u", make_parcels(5)))
    assert whole(path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everything")
def test_d03_a_read_only_folder_is_reported(path: Path) -> None:
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(GantryError) as caught:
            History(path)
    finally:
        path.parent.chmod(0o700)
    assert caught.value.facts["reason"] in ("read-only", "can't be opened")


def test_a_folder_in_the_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").mkdir()
    with pytest.raises(GantryError) as caught:
        History(tmp_path / "history.sqlite")
    assert caught.value.code is ErrorCode.HISTORY_FAILED


@pytest.mark.parametrize("share", [False, True], ids=["here", "share"])
def test_an_older_schema_is_copied_then_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch, share: bool
) -> None:
    monkeypatch.setattr(database, "_is_share", lambda path: share)
    if share:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            assert db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)

    def add_column(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE parcel ADD COLUMN note TEXT NOT NULL DEFAULT ''")

    now = database.VERSION
    monkeypatch.setattr(database, "VERSION", now + 1)
    monkeypatch.setitem(migrations.MIGRATIONS, now, add_column)
    with History(path) as history:
        assert history.problem is None
        assert history.count().number == PARCELS
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (now + 1,)
        db.execute("SELECT note FROM parcel").fetchone()
    backup = path.with_name(f"history.v{now}.sqlite")
    if os.name != "nt":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600, "patient names are in it"
    with closing(sqlite3.connect(backup)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (now,)
        assert db.execute("SELECT count(*) FROM parcel").fetchone() == (PARCELS,)


def test_the_copy_of_an_older_file_stays_old_though_another_process_is_quicker(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process upgrades the file after this one has read its version."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        back_to_version_3(db)
    look, looks = database.version_of, []

    def behind_another(db: sqlite3.Connection) -> int:
        found = look(db)
        looks.append(found)
        if len(looks) == 1:
            History(path).close()
        return found

    monkeypatch.setattr(database, "version_of", behind_another)
    with History(path) as history:
        assert history.problem is None
        assert history.count().number == PARCELS
    with closing(sqlite3.connect(path.with_name("history.v3.sqlite"))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT count(*) FROM parcel").fetchone() == (PARCELS,)
    assert sorted(p.name for p in path.parent.glob("history.v*")) == ["history.v3.sqlite"]


def test_version_4_learns_of_held_parcels_and_finds_them_by_text(path: Path) -> None:
    parcel = make_parcels(1)[0]
    with History(path) as history:
        history.record(events.JobStarted("J", "lab", "https://lab.example", (parcel,)))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        back_to_version_4(db)
    with History(path) as history:
        assert history.problem is None
        history.record(events.ParcelPacking("J", parcel.id, 1))
        error = GantryError(ErrorCode.TREATMENT_HELD, facts={"reason": "class"})
        history.record(events.ParcelHeld("J", parcel.id, error))
        held = ParcelFilter(text="lab", states=frozenset({ParcelState.HELD}))
        assert [row.id for row in history.parcels(held)] == [parcel.id]
        decided = replace(rewriting.RENAMED, details="another")
        history.retry([parcel.id], treatment=decided)
        assert history.parcels(held) == []
        assert history.treatment(parcel.id) == decided


def test_version_5_learns_of_labels(path: Path) -> None:
    old, new = make_parcels(2)
    with History(path) as history:
        history.record(events.JobStarted("J", "lab", "https://lab.example", (old,)))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        back_to_version_5(db)
    labelled = replace(new, labels=(("subject", "S 01"), ("编号", "甲")), modality="CT-SR")
    with History(path) as history:
        assert history.problem is None
        history.record(events.JobStarted("K", "lab", "https://lab.example", (labelled,)))
        found = {p.id: p for job in history.unfinished() for p in job.parcels}
        assert (found[old.id].labels, found[old.id].modality) == ((), "")
        assert found[new.id] == labelled
        assert history.send_again([new.id]).parcels == (labelled,)
        archive = history.archive(new.id)
        assert archive is not None
        assert (archive.labels, archive.modality) == (labelled.labels, "CT-SR")
        for text in ("S 01", "甲"):
            assert [row.id for row in history.parcels(ParcelFilter(text=text))] == [new.id]


def test_version_6_learns_what_was_deidentified(path: Path) -> None:
    changed, plain, other = make_parcels(3)
    changed = replace(changed, treatment=DEIDENTIFIED)
    other = replace(other, treatment=rewriting.RENAMED)
    with History(path) as history:
        history.record(events.JobStarted("J", "d", "u", (changed, plain, other)))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        back_to_version_6(db)
        assert "profile" not in [c[0] for c in db.execute("SELECT * FROM parcel").description]
    with History(path) as history, History(path) as second:
        for one in (history, second):
            assert one.problem is None
            assert [row.profile for row in one.parcels(limit=3)] == ["research", "", None]
            assert one.count(ParcelFilter(deidentified=True)).number == 1
            assert one.count(ParcelFilter(deidentified=False)).number == PARCELS + 1
    assert whole(path)
    assert path.with_name("history.v6.sqlite").exists()


def test_what_a_process_of_version_6_still_writes_is_told_rightly(path: Path) -> None:
    """It had the file open when another process upgraded it, and doesn't know the column."""
    first, second = make_parcels(2)
    second = replace(second, treatment=DEIDENTIFIED)
    with History(path) as history:
        history.record(events.JobStarted("J", "d", "u", (first, second)))
    with closing(sqlite3.connect(path, isolation_level=None)) as older:
        back_to_version_6(older)
        as_it_is, by_profile = (
            older.execute("SELECT treatment FROM parcel WHERE id = ?", (p.id,)).fetchone()[0]
            for p in (first, second)
        )
        with History(path) as history:
            change = "UPDATE parcel SET treatment = ? WHERE id = ?"
            older.execute(change, (by_profile, first.id))
            older.execute(change, (as_it_is, second.id))
            shown = {row.id: row.profile for row in history.parcels(limit=2)}
            assert shown == {first.id: "research", second.id: ""}
            by = history.parcels(ParcelFilter(deidentified=True))
            assert [row.id for row in by] == [first.id]
    assert whole(path)


def back_to_version_6(db: sqlite3.Connection) -> None:
    for index in ("deidentified_state", "deidentified_destination"):
        db.execute(f"DROP INDEX parcel_{index}")
        db.execute(f"DROP INDEX parcel_{index.replace('deidentified', 'verbatim')}")
    db.execute("ALTER TABLE parcel DROP COLUMN profile")
    db.execute("PRAGMA user_version = 6")


def back_to_version_5(db: sqlite3.Connection) -> None:
    back_to_version_6(db)
    for column in ("labels", "modality"):
        db.execute(f"ALTER TABLE parcel DROP COLUMN {column}")
    db.execute("PRAGMA user_version = 5")


def back_to_version_4(db: sqlite3.Connection) -> None:
    back_to_version_5(db)
    db.execute("ALTER TABLE parcel DROP COLUMN report")
    for name in ("trouble_begun", "trouble_over"):
        (made,) = db.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", (name,)
        ).fetchone()
        db.execute(f"DROP TRIGGER {name}")
        db.execute(made.replace("'held', ", ""))
    db.execute("PRAGMA user_version = 4")


def back_to_version_3(db: sqlite3.Connection) -> None:
    back_to_version_4(db)
    db.execute("DROP INDEX source_sent_uid")
    for table, column in db.execute(
        "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c"
        " WHERE m.type = 'table' AND (c.name LIKE 'sent\\_%' ESCAPE '\\'"
        " OR c.name IN ('treatment', 'source_sha256'))"
    ).fetchall():
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("PRAGMA user_version = 3")


def back_to_version_2(db: sqlite3.Connection) -> None:
    back_to_version_3(db)
    for column in ("unread", "handed_over"):
        db.execute(f"ALTER TABLE parcel DROP COLUMN {column}")
    db.execute("ALTER TABLE source DROP COLUMN who")
    db.execute("ALTER TABLE job DROP COLUMN options")
    db.execute(
        "CREATE INDEX parcel_kept ON parcel (seq) WHERE forgotten = 0 AND state = 'delivered'"
    )
    for name, first, second in (("begun", "new", "old"), ("over", "old", "new")):
        db.execute(f"DROP TRIGGER trouble_{name}")
        change = (
            "INSERT INTO trouble (rowid, words) VALUES (new.seq, new.words)"
            if name == "begun"
            else "INSERT INTO trouble (trouble, rowid, words) VALUES ('delete', old.seq, old.words)"
        )
        db.execute(
            f"CREATE TRIGGER trouble_{name} AFTER UPDATE OF state ON parcel"
            f" WHEN {first}.state IN ('failed', 'cancelled')"
            f" AND {second}.state NOT IN ('failed', 'cancelled') BEGIN {change}; END"
        )
    db.execute("PRAGMA user_version = 2")


def test_version_3_learns_what_is_sent_and_its_parcels_were_sent_as_they_were(path: Path) -> None:
    with History(path) as history:
        before = [history.archive(row.id) for row in history.parcels(limit=PARCELS)]
        jobs = history.unfinished()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        back_to_version_3(db)
    with History(path) as history:
        assert history.problem is None
        assert [history.archive(row.id) for row in history.parcels(limit=PARCELS)] == before
        assert history.unfinished() == jobs
        assert {p.treatment for job in jobs for p in job.parcels} == {VERBATIM}
        waiting = ParcelFilter(states=frozenset({ParcelState.WAITING}))
        (row,) = history.parcels(waiting, limit=1)
        (parcel,) = history.send_again([row.id]).parcels
        history.record(rewriting.verified(row.job, parcel))
        rewriting.assert_kept(history, parcel)
    assert whole(path)
    assert path.with_name("history.v3.sqlite").exists()


def test_version_2_learns_the_states_of_arrival(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP INDEX parcel_kept")
        back_to_version_2(db)
    with History(path) as history:
        assert history.problem is None
        waiting = ParcelFilter(states=frozenset({ParcelState.WAITING}))
        first, second, *_ = history.parcels(waiting)
        error = GantryError(ErrorCode.UNCLEAR)
        history.record(events.ParcelUnclear(first.job, first.id, error))
        lost = ParcelFilter(text="head", states=frozenset({ParcelState.UNCLEAR}))
        assert [row.id for row in history.parcels(lost)] == [first.id]
        history.retry([first.id], another_copy=True)
        assert history.count(lost).number == 0
        shown = history.parcel(second.id)
        assert shown is not None
        assert shown.row.unread == 0
        assert history.prune(1) == 0
    assert whole(path)


def test_version_1_becomes_the_newest_and_is_searched_as_well(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP INDEX parcel_kept")
        back_to_version_2(db)
        for kind, name in db.execute(
            "SELECT type, name FROM sqlite_schema WHERE name LIKE 'parcel_state_%' OR name LIKE"
            " 'parcel_destination_%' OR name LIKE 'trouble_%' AND type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP {kind} {name}")
        db.execute("DROP TABLE trouble")
        db.execute("DROP INDEX parcel_job")
        for column in ("job", "size", "label"):
            db.execute(f"CREATE INDEX parcel_{column} ON parcel ({column})")
        db.execute("INSERT INTO search (search) VALUES ('delete-all')")
        db.execute("UPDATE parcel SET words = substr(words, instr(words, ' mr'))")
        db.execute("INSERT INTO search (rowid, words) SELECT seq, words FROM parcel")
        failed = db.execute("UPDATE parcel SET state = 'failed' WHERE state = 'waiting'").rowcount
        db.execute("PRAGMA user_version = 1")
    assert failed == PARCELS // 2
    with History(path) as history:
        assert history.problem is None
        here = ParcelFilter(text="head", destination="Klinik")
        assert history.count(here).number == PARCELS
        lost = ParcelFilter(text="head", states=frozenset({ParcelState.FAILED}))
        assert history.count(lost).number == failed
        assert len(history.parcels(ParcelFilter(sort=Sort.LARGEST), limit=999)) == PARCELS
    assert whole(path)
    assert path.with_name("history.v1.sqlite").exists()


def test_a_migration_that_fails_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM parcel")
        raise sqlite3.OperationalError("no")

    now = database.VERSION
    monkeypatch.setattr(database, "VERSION", now + 1)
    monkeypatch.setitem(migrations.MIGRATIONS, now, fail)
    with pytest.raises(GantryError):
        History(path)
    monkeypatch.undo()
    with History(path) as history:
        assert history.count().number == PARCELS


@pytest.mark.skipif(os.name == "nt", reason="Windows: the profile's inherited rights")
def test_only_the_user_may_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.sqlite"
    with History(path) as history:
        history.record(events.JobStarted("J", "d", "u", make_parcels(1)))
        assert path.parent.stat().st_mode & 0o777 == 0o700
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file.name


WORKER = """
import sys
from pathlib import Path
from gantry.engine import events
from gantry.store.history import History
from support.history import archive_of, make_parcels, receipt_for

history = History(Path(sys.argv[1]))
for number in range(10_000):
    job = f"{sys.argv[2]}-{number}"
    (parcel,) = parcels = make_parcels(1, files=20)
    for event in (
        events.JobStarted(job, "d", "u", parcels),
        events.ParcelPacking(job, parcel.id, 1),
        events.ParcelVerified(job, parcel.id, 1, archive_of(parcel), 1, 1),
        events.ParcelSending(job, parcel.id, 1),
        events.ParcelArrived(job, parcel.id, 1, receipt_for(parcel), 1.0),
    ):
        history.record(event)
        print(job, parcel.id, type(event).__name__, flush=True)
"""


def test_sigkill_while_writing_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    folders = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(f for f in folders if f)}
    delivered: set[str] = set()
    verified: set[str] = set()
    killed = 0
    for number in range(12):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path), f"J{number}"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert worker.stdout is not None
        first = worker.stdout.readline()
        said = [first, *(worker.stdout.readline() for _ in range(5 * number))]
        time.sleep(0.001 * number)  # in the middle of what comes next
        worker.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        said += worker.stdout.readlines()
        worker.stdout.close()
        worker.wait()
        killed += first != ""
        for line in said:
            match line.split():
                case [_, parcel, "ParcelArrived"]:
                    delivered.add(parcel)
                case [_, parcel, "ParcelVerified"]:
                    verified.add(parcel)
        assert whole(path)
        with History(path) as history:
            assert history.problem is None
            states = {r.id: r.state for r in history.all_parcels()}
            assert all(states[p] is ParcelState.DELIVERED for p in delivered)
            late = (ParcelState.VERIFIED, ParcelState.SENDING, ParcelState.DELIVERED)
            assert all(states[p] in late for p in verified)
            for job in history.unfinished():
                for left in job.parcels:
                    assert len(left.files) == 20
                    was = job.resumed[left.id]
                    assert (was.archive is not None) == (was.state in late)
            counted = history.count(ParcelFilter(states=frozenset({ParcelState.DELIVERED})))
            assert counted.number == sum(s is ParcelState.DELIVERED for s in states.values())
    assert killed == 12
    assert len(delivered) > 12


def test_a_kill_while_the_damaged_file_is_set_aside_loses_neither(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(4096) + path.read_bytes()[4096:]
    for fatal in range(3):
        for old in kept_files(path):
            old.unlink()
        path.write_bytes(data)
        calls = iter(range(100))

        def stop(source: Path, target: Path, calls: object = calls, fatal: int = fatal) -> None:
            if next(calls) == fatal:  # type: ignore[call-overload]
                raise KeyboardInterrupt
            replace_retry(source, target)

        monkeypatch.setattr(opening, "replace_retry", stop)
        with pytest.raises(KeyboardInterrupt):
            History(path)
        monkeypatch.setattr(opening, "replace_retry", replace_retry)
        with History(path) as history:
            assert history.problem is not None
            assert history.count().number == PARCELS
        assert kept_files(path)[0].read_bytes() == data
