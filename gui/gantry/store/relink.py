"""The table that leads from new identifiers back to the original ones, on this computer only.

It is a file of its own that nobody but this user may read. It is in no support bundle, log, alert,
archive or export of the history. Losing it is not losing the key, and having it is not having
the key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple, TextIO

from gantry.engine.content import Link
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.history.codec import text
from gantry.store.history.failure import reason_of
from gantry.store.history.rows import Linked
from gantry.store.history.table import write_table
from gantry.store.home import Home
from gantry.store.private_table import connect, make_file, prepare, version, writing

COLUMNS: Final = ("kind", "id_old", "id_new", "patient", "job")  # of the CSV file: a contract
_VERSION: Final = 1
_PAGE: Final = 2000
_SCHEMA: Final = (
    "CREATE TABLE link (kind TEXT NOT NULL, id_old TEXT NOT NULL, id_new TEXT NOT NULL,"
    " patient TEXT NOT NULL, job TEXT NOT NULL,"
    " PRIMARY KEY (id_new, id_old, kind, patient, job)) WITHOUT ROWID",
    "CREATE INDEX link_old ON link (id_old)",
    "CREATE INDEX link_job ON link (job, kind)",
)
_ALL: Final = f"SELECT {', '.join(COLUMNS)} FROM link "
_ORDER: Final = " ORDER BY id_new, id_old, kind, patient, job"
_NEXT: Final = (
    f"{_ALL}WHERE (id_new, id_old, kind, patient, job) > (?, ?, ?, ?, ?){_ORDER} LIMIT {_PAGE}"
)
FIND: Final = (  # two indexes, never a scan; UNION removes what both find
    f"{_ALL}WHERE id_old >= ?1 AND id_old < ?2 UNION {_ALL}WHERE id_new >= ?1 AND id_new < ?2"
)
FIND_EXACTLY: Final = f"{_ALL}WHERE id_old = ?1 UNION {_ALL}WHERE id_new = ?1"


class Row(NamedTuple):
    """An identifier before and after, and the job that replaced it."""

    kind: str
    id_old: str
    id_new: str
    patient: str
    job: str


class Relink:
    """The table of one home. Several processes and threads may use it at once.

    Each call opens the file, so that none is held open between two parcels, and a file that
    was deleted or replaced meanwhile is noticed.
    """

    def __init__(self, home: Home) -> None:
        self.path = home.relink_file

    def keep(self, job: str, links: Iterable[Link]) -> None:
        """Keeps the links of a job; they are on disk on return. Giving them again changes nothing.

        Raises:
            GantryError: RELINK_FAILED; none of them was kept, and nothing may leave.
        """
        rows = {(*map(text, (one.kind, one.old, one.new, one.patient)), job) for one in links}
        with self._failing("keep"):
            make_file(self.path)
            with closing(self._connect()) as db, writing(db):
                prepare(db, _SCHEMA, _VERSION)
                db.executemany("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?)", sorted(rows))

    def forget(self, job: str) -> int:
        """Removes the links of a job, and overwrites them in the file; returns how many.

        Raises:
            GantryError: RELINK_FAILED; none was removed.
        """
        if not self.path.exists():
            return 0
        with self._failing("forget"), closing(self._connect()) as db, writing(db):
            prepare(db, _SCHEMA, _VERSION)
            return db.execute("DELETE FROM link WHERE job = ?", (job,)).rowcount

    def rows(self, search: str = "") -> Iterator[Row]:
        """All links, or those whose original or new identifier begins with a text, sorted by the
        new one. Others may write meanwhile.

        Raises:
            GantryError: RELINK_FAILED.
        """
        if search:
            search = text(search)
            yield from self._found(FIND, (search, _behind(search)))
            return
        after: tuple[str, ...] = ("", "", "", "", "")
        while rows := self._found(_NEXT, after):
            yield from rows
            last = rows[-1]
            after = (last.id_new, last.id_old, last.kind, last.patient, last.job)

    def of_job(self, job: str, kind: str) -> list[Row]:
        """The links of one kind that a job made. Raises GantryError."""
        return self._found(f"{_ALL}WHERE job = ? AND kind = ?{_ORDER}", (job, kind))

    def linked(self, identifier: str) -> tuple[Linked, ...]:
        """The jobs in which a text is exactly an original or a new identifier.

        Raises:
            GantryError: RELINK_FAILED.
        """
        found: dict[Linked, None] = {}
        for row in self._found(FIND_EXACTLY, (text(identifier),)) if identifier else ():
            patients = [
                one.id_old
                for one in self._found(
                    f"{_ALL}WHERE id_new = ? AND kind = 'patient' AND job = ?",
                    (row.patient, row.job),
                )
                if row.kind != "patient" or one.id_old == row.id_old
            ]
            found.update(dict.fromkeys(Linked(row.job, one) for one in patients or [""]))
        return tuple(found)

    def pseudonyms(self) -> set[str]:
        """All pseudonyms of patients. Reads the whole table. Raises GantryError."""
        if not self.path.exists():
            return set()
        with self._failing("read"), closing(self._connect()) as db:
            query = "SELECT DISTINCT id_new FROM link WHERE kind = 'patient'"
            return {new for (new,) in db.execute(query)} if version(db) else set()

    def write_csv(self, file: TextIO, search: str = "") -> int:
        """Writes a CSV table for spreadsheets; returns how many rows. Open `file` with newline="".

        Raises:
            GantryError: RELINK_FAILED.
        """
        return write_table(file, COLUMNS, self.rows(search))

    def _found(self, query: str, values: tuple[str, ...]) -> list[Row]:
        if not self.path.exists():
            return []
        with self._failing("read"), closing(self._connect()) as db:
            if not version(db):
                return []  # another process is just making it
            return [Row(*row) for row in db.execute(query, values)]

    def _connect(self) -> sqlite3.Connection:
        return connect(self.path)

    @contextmanager
    def _failing(self, action: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            reason, detail = reason_of(error), getattr(error, "sqlite_errorname", "")
            raise GantryError(
                ErrorCode.RELINK_FAILED,
                facts={"reason": reason, "action": action},
                detail=detail or type(error).__name__,
                transient=reason == "locked",
            ) from error
        except OSError as error:
            raise GantryError(
                ErrorCode.RELINK_FAILED,
                facts={"reason": "can't be opened", "action": action, "errno": error.errno or 0},
                private={"path": str(self.path)},
                detail=type(error).__name__,
            ) from error


def _behind(beginning: str) -> str:
    """A text after all texts with this beginning, in SQLite's order of bytes."""
    return beginning + "\U0010ffff"
