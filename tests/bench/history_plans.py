"""Whether any statement that the history page needs reads a whole table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

# Totals and settings are few rows, subqueries bounded, and a full-text match reads what it finds.
_HARMLESS = re.compile(
    r"SCAN (total|meta|found|CONSTANT ROW|\(subquery-\d+\)"
    r"|(search|trouble) VIRTUAL TABLE INDEX \d+:.*M.*)"
)


def full_scans(path: Path, connection: sqlite3.Connection, work: Callable[[], object]) -> list[str]:
    """The steps of `EXPLAIN QUERY PLAN`, over all that `work` asks, that read a table to its end.

    A step that walks an index in order stops with the page, and is none.
    """
    found: dict[str, str] = {}

    def note(statement: str) -> None:
        found.setdefault(re.sub(r"'[^']*'|\b\d+\b", "?", statement), statement)

    connection.set_trace_callback(note)
    work()
    connection.set_trace_callback(None)
    scans = []
    with closing(sqlite3.connect(path)) as db:
        for statement in found.values():
            if not statement.startswith("SELECT") or re.search("'(search|trouble)_", statement):
                continue  # FTS5's own, on its own tables
            for *_, step in db.execute(f"EXPLAIN QUERY PLAN {statement}"):
                if step.startswith("SCAN") and "USING" not in step and not _HARMLESS.match(step):
                    scans.append(step)
    return scans
