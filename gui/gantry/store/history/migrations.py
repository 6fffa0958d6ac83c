"""Upgrades an older history: one step for each version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from gantry.store.history.schema import LISTS, PROFILE, TROUBLE, TROUBLE_TRIGGERS, statements
from gantry.store.history.words import place_word


def _to_2(db: sqlite3.Connection) -> None:
    """Lists by size and label of one state or destination, searches in one destination."""
    for name in ("parcel_job", "parcel_size", "parcel_label"):
        db.execute(f"DROP INDEX {name}")
    for (destination,) in db.execute("SELECT DISTINCT destination FROM total").fetchall():
        db.execute(
            "UPDATE parcel SET words = ? || words WHERE destination = ?",
            (f" {place_word(destination)}", destination),
        )
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    for statement in statements(LISTS):
        db.execute(statement)
    index_words(db)


def _to_3(db: sqlite3.Connection) -> None:
    """Arrivals that are not proved, not clear or not of all files."""
    db.execute("ALTER TABLE parcel ADD COLUMN unread INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE parcel ADD COLUMN handed_over INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE job ADD COLUMN options TEXT NOT NULL DEFAULT '{}'")
    known = {row[1] for row in db.execute("PRAGMA table_info(source)")}
    if "who" not in known:
        db.execute("ALTER TABLE source ADD COLUMN who TEXT NOT NULL DEFAULT ''")
    db.execute("DROP INDEX parcel_kept")
    db.execute(
        "CREATE INDEX parcel_kept ON parcel (seq)"
        " WHERE forgotten = 0 AND state IN ('delivered', 'accepted', 'incomplete')"
    )
    _make_trouble_triggers(db)


def _to_4(db: sqlite3.Connection) -> None:
    """Parcels whose files are changed before they are sent."""
    db.execute("ALTER TABLE parcel ADD COLUMN treatment TEXT NOT NULL DEFAULT 'verbatim'")
    db.execute("ALTER TABLE parcel ADD COLUMN sent_study_uid TEXT")
    for column in (
        "source_sha256 TEXT",
        "sent_size INTEGER",
        "sent_sop_instance_uid TEXT",
        "sent_series_instance_uid TEXT",
        "sent_sop_class_uid TEXT",
        "sent_transfer_syntax_uid TEXT",
    ):
        db.execute(f"ALTER TABLE source ADD COLUMN {column}")
    db.execute(
        "CREATE INDEX source_sent_uid ON source (sent_sop_instance_uid)"
        " WHERE sent_sop_instance_uid <> ''"
    )


def _to_5(db: sqlite3.Connection) -> None:
    """Parcels that are held, and reports on how files were changed."""
    db.execute("ALTER TABLE parcel ADD COLUMN report TEXT NOT NULL DEFAULT ''")
    _make_trouble_triggers(db)


def _to_6(db: sqlite3.Connection) -> None:
    """Labels, and the modality for templates."""
    db.execute("ALTER TABLE parcel ADD COLUMN labels TEXT NOT NULL DEFAULT '[]'")
    db.execute("ALTER TABLE parcel ADD COLUMN modality TEXT NOT NULL DEFAULT ''")


def _to_7(db: sqlite3.Connection) -> None:
    """By which profile a parcel is de-identified, and lists of those that are."""
    for statement in statements(PROFILE):
        db.execute(statement)


def _make_trouble_triggers(db: sqlite3.Connection) -> None:
    for name in ("trouble_begun", "trouble_over"):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements(TROUBLE_TRIGGERS):
        db.execute(statement)


def index_words(db: sqlite3.Connection) -> None:
    """Fills the empty text indexes from the parcels."""
    db.execute("INSERT INTO search (rowid, words) SELECT seq, words FROM parcel")
    db.execute(
        "INSERT INTO trouble (rowid, words) SELECT seq, words FROM parcel INDEXED BY parcel_state"
        f" WHERE state IN {TROUBLE}"
    )


# From version n to n + 1, inside the transaction that also sets the version.
MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _to_2,
    2: _to_3,
    3: _to_4,
    4: _to_5,
    5: _to_6,
    6: _to_7,
}
