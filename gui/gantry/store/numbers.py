"""Running numbers of pseudonyms: each patient of a project keeps one, and none is given twice.

The table knows a patient only by a token that the project's key makes. A second file, beside the
keys, knows how far each pattern has counted: if the table is lost, nothing begins at 1 again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple

from gantry.engine.deidentify.pattern import pattern_of
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.history.failure import reason_of
from gantry.store.home import Home
from gantry.store.private_table import connect, make_file, prepare, writing
from gantry.store.pseudonym_key import keys_folder

_VERSION: Final = 1
_SCHEMA: Final = (
    # `name` is the pseudonym as names are compared: without capital letters.
    "CREATE TABLE number (key TEXT NOT NULL, pattern TEXT NOT NULL, patient TEXT NOT NULL,"
    " number INTEGER NOT NULL, pseudonym TEXT NOT NULL, name TEXT NOT NULL UNIQUE,"
    " PRIMARY KEY (key, pattern, patient), UNIQUE (pattern, number))",
    "CREATE TABLE subject (name TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
)


class Patient(NamedTuple):
    """A patient of a project.

    Attributes:
        key: the id of the project's key.
        token: what that key makes of the patient's identity.
    """

    key: str
    token: str


class Numbers:
    """The running numbers of one home. Several processes and threads may use it at once.

    Args:
        known: the pseudonyms that left this home before.
    """

    def __init__(self, home: Home, known: Callable[[], Iterable[str]]) -> None:
        self.path = home.numbers_file
        self.counted_path = keys_folder(home) / "numbers.json"
        self._known = known

    def of(self, pattern: str, patients: Iterable[Patient]) -> dict[Patient, str]:
        """The pseudonyms of patients by a numbered pattern; new ones are on disk on return.

        Raises:
            GantryError: NUMBERS_FAILED; no number was given.
        """
        wanted = tuple(dict.fromkeys(patients))
        with self._failing():
            if not self.path.exists() and self._counted():
                raise _failed("lost")
            make_file(self.path)
            with closing(connect(self.path)) as db:
                with writing(db):
                    prepare(db, _SCHEMA, _VERSION)
                    self._want_whole(db)
                    found = self._given(db, pattern, wanted)
                with writing(db):  # others wait, so that the file never says less than before
                    self._count(db)
        return found

    def name(self, subjects: Iterable[tuple[str, Patient]]) -> None:
        """Notes pseudonyms that users give; no number becomes the same.

        Raises:
            GantryError: LABEL_CONFLICT: one is the running number of another patient;
                NUMBERS_FAILED.
        """
        with self._failing():
            make_file(self.path)
            with closing(connect(self.path)) as db, writing(db):
                prepare(db, _SCHEMA, _VERSION)
                for subject, patient in subjects:
                    name = (subject.casefold(),)
                    query = "SELECT key, patient FROM number WHERE name = ?"
                    if any(Patient(*row) != patient for row in db.execute(query, name)):
                        raise GantryError(
                            ErrorCode.LABEL_CONFLICT,
                            facts={"reason": "patients"},
                            private={"value": subject},
                        )
                    db.execute("INSERT OR IGNORE INTO subject VALUES (?)", name)

    def _given(
        self, db: sqlite3.Connection, pattern: str, wanted: tuple[Patient, ...]
    ) -> dict[Patient, str]:
        query = "SELECT pseudonym FROM number WHERE key = ? AND pattern = ? AND patient = ?"
        found: dict[Patient, str] = {}
        for one in wanted:
            for (pseudonym,) in db.execute(query, (one.key, pattern, one.token)):
                found[one] = pseudonym
        if len(found) == len(wanted):
            return found
        taken = {
            name for (name,) in db.execute("SELECT name FROM number UNION SELECT * FROM subject")
        }
        taken |= {name.casefold() for name in self._known()}
        made, number = pattern_of(pattern), _highest(db, pattern)
        for one in wanted:
            if one in found:
                continue
            number += 1
            while (pseudonym := made.counted(number)).casefold() in taken:
                number += 1
            row = (one.key, pattern, one.token, number, pseudonym, pseudonym.casefold())
            db.execute("INSERT INTO number VALUES (?, ?, ?, ?, ?, ?)", row)
            found[one] = pseudonym
        return found

    def _want_whole(self, db: sqlite3.Connection) -> None:
        for pattern, number in self._counted().items():
            if _highest(db, pattern) < number:
                raise _failed("lost")

    def _counted(self) -> dict[str, int]:
        """How far each pattern has counted. Raises OSError or GantryError."""
        try:
            found = json.loads(read_replaced(self.counted_path))
            return {str(pattern): int(number) for pattern, number in found.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError) as error:
            raise _failed("damaged") from error

    def _count(self, db: sqlite3.Connection) -> None:
        counted = dict(db.execute("SELECT pattern, max(number) FROM number GROUP BY pattern"))
        if counted != self._counted():
            write_atomically(self.counted_path, json.dumps(counted, sort_keys=True).encode())

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            reason, detail = reason_of(error), getattr(error, "sqlite_errorname", "")
            made = _failed(reason, detail or type(error).__name__)
            made.transient = reason == "locked"
            raise made from error
        except OSError as error:
            raise _failed("can't be opened", type(error).__name__) from error


def _highest(db: sqlite3.Connection, pattern: str) -> int:
    query = "SELECT max(number) FROM number WHERE pattern = ?"
    return int(db.execute(query, (pattern,)).fetchone()[0] or 0)


def _failed(reason: str, detail: str = "") -> GantryError:
    return GantryError(ErrorCode.NUMBERS_FAILED, facts={"reason": reason}, detail=detail)
