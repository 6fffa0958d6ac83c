"""Everything that was ever sent, found again: `History` writes events and answers questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from gantry.engine.errors import GantryError
from gantry.engine.events import Event
from gantry.store.history import table
from gantry.store.history.failure import history_failed
from gantry.store.history.opening import flag_damage, open_history
from gantry.store.history.reader import Reader
from gantry.store.history.rows import (
    AttemptRow,
    Count,
    Cursor,
    JobRow,
    Left,
    ParcelDetail,
    ParcelFilter,
    ParcelRow,
    SendAgain,
    Sort,
    SourceRow,
)
from gantry.store.history.schema import connect
from gantry.store.history.writer import Writer
from gantry.store.salt import salted

if TYPE_CHECKING:
    from gantry.engine.job import Job

__all__ = [
    "AttemptRow",
    "Count",
    "Cursor",
    "History",
    "JobRow",
    "Left",
    "ParcelDetail",
    "ParcelFilter",
    "ParcelRow",
    "SendAgain",
    "Sort",
    "SourceRow",
]

_PAGE = 1000


class History:
    """The database of jobs, parcels, attempts, receipts and source files. Use it from any thread.

    Attributes:
        problem: what was wrong with the file when it was opened, if it was set aside and built
            anew: HISTORY_FAILED with facts `reason`, `kept` (the damaged file's new name) and
            `recovered` (how many parcels are in the new one).
        salt: for `LogSink` and `path_hash`.

    Raises:
        GantryError: HISTORY_NEWER; or HISTORY_FAILED, and the file can't be opened at all.
    """

    def __init__(self, path: Path) -> None:
        connection, self.problem = open_history(path)
        self._path = path
        try:
            row = connection.execute("SELECT value FROM meta WHERE key = 'salt'").fetchone()
            self.salt = bytes.fromhex(row[0])
            self._reader = Reader(connect(path), self.salt)
        except sqlite3.Error as error:
            connection.close()
            raise history_failed(error, "open") from error
        self._writer = Writer(connection, self.salt)

    def __enter__(self) -> History:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file. What was recorded is on the disk already."""
        self._reader.close()
        self._writer.close()

    def record(self, event: Event) -> None:
        """Keeps what an event says; on the disk on return. A parcel's state only moves forward.

        Raises:
            GantryError: HISTORY_FAILED; nothing of the event was kept.
        """
        try:
            self._writer.record(event)
        except GantryError as error:
            if error.facts.get("reason") == "damaged":
                flag_damage(self._path)
            raise

    def retry(self, parcel_ids: Iterable[str]) -> None:
        """Puts failed and cancelled parcels back to waiting. Raises GantryError."""
        self._writer.retry(parcel_ids)

    def prune(self, days: int, *, at_once: int = 200) -> int:
        """Forgets file lists of parcels delivered longer ago; returns how many. 0 days: none.

        Takes `at_once` parcels at most: call it until it returns 0. Raises GantryError.
        """
        if days <= 0:
            return 0
        return self._writer.prune(datetime.now(UTC) - timedelta(days=days), at_once)

    def parcels(
        self, filter_: ParcelFilter | None = None, *, after: Cursor | None = None, limit: int = 100
    ) -> list[ParcelRow]:
        """A page of parcels; the next begins after `rows[-1].cursor(filter.sort)`.

        By size or label, these are the newest 3,000 of a filter by text, date, patient or job that
        leaves more (then `count` isn't exact): the list ends behind them.
        """
        return self._reader.parcels(filter_ or ParcelFilter(), after, limit)

    def all_parcels(self, filter_: ParcelFilter | None = None) -> Iterator[ParcelRow]:
        """All that pass, by time, page by page: others may read and write meanwhile."""
        filter_ = filter_ or ParcelFilter()
        if filter_.sort.column != "seq":
            filter_ = replace(filter_, sort=Sort.NEWEST)
        after: Cursor | None = None
        while rows := self.parcels(filter_, after=after, limit=_PAGE):
            yield from rows
            after = rows[-1].cursor(filter_.sort)

    def count(self, filter_: ParcelFilter | None = None) -> Count:
        """How many pass; see `Count.exact`."""
        return self._reader.count(filter_ or ParcelFilter())

    def parcel(self, parcel_id: str) -> ParcelDetail | None:
        """One parcel with its attempts and receipts; None: there is no such parcel."""
        return self._reader.parcel(parcel_id)

    def sources(self, parcel_id: str, *, start: int = 0, limit: int = 1000) -> list[SourceRow]:
        """Files of a parcel from the `start`-th on; none, where the list was pruned."""
        return self._reader.sources(parcel_id, start, limit)

    def jobs(self, *, after: int | None = None, limit: int = 100) -> list[JobRow]:
        """Jobs, newest first; the next page begins after `rows[-1].seq`."""
        return self._reader.jobs(after, limit)

    def job(self, job_id: str) -> JobRow | None:
        """One job; None: there is no such job."""
        return self._reader.job(job_id)

    def destinations(self) -> list[str]:
        """Every destination that anything was ever sent to, by name."""
        return self._reader.destinations()

    def unfinished(self) -> list[Job]:
        """Jobs with a parcel that is not over, with all it takes to carry on; oldest first."""
        return self._reader.unfinished()

    def left(self) -> list[Left]:
        """The parcels that are not over, without their files: quick, for sweeping the spool."""
        return self._reader.left()

    def send_again(self, parcel_ids: Iterable[str]) -> SendAgain:
        """Parcels as they were, for a new job (which must give them new ids)."""
        return self._reader.send_again(parcel_ids)

    def path_hash(self, path: str) -> str:
        """How log lines name a source path."""
        return salted(self.salt, path)

    def resolve_path(self, path_hash: str) -> str | None:
        """The source path that a log line names; None: the history doesn't know it."""
        return self._reader.resolve_path(path_hash)

    def export_csv(self, file: TextIO, filter_: ParcelFilter | None = None) -> int:
        """Writes a CSV table for spreadsheets (UTF-8 with BOM); returns how many rows.

        Open `file` with `encoding="utf-8", newline=""`.
        """
        return table.write_rows(file, self.all_parcels(filter_))
