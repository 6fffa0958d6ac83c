"""The history of everything that was ever sent: `History` records events and answers queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Event
from gantry.engine.parcel import Archive
from gantry.store.history import table
from gantry.store.history.database import connect, salt_in, salt_of
from gantry.store.history.failure import history_failed
from gantry.store.history.opening import flag_damage, open_history
from gantry.store.history.reader import Reader
from gantry.store.history.rows import (
    AttemptRow,
    Count,
    Cursor,
    JobRow,
    Left,
    Linked,
    ParcelDetail,
    ParcelFilter,
    ParcelRow,
    SendAgain,
    SentBefore,
    Sort,
    SourceRow,
)
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
    "Linked",
    "ParcelDetail",
    "ParcelFilter",
    "ParcelRow",
    "SendAgain",
    "SentBefore",
    "Sort",
    "SourceRow",
]

_PAGE = 1000
_MOST_LINKED = 100  # jobs of one identifier


class History:
    """The database of jobs, parcels, attempts, receipts and source files. Use it from any thread.

    Attributes:
        problem: what was wrong with the file when it was opened, if it was set aside and rebuilt:
            HISTORY_FAILED with facts `reason`, `kept` (the damaged file's new name) and `recovered`
            (how many parcels the new one has).
        salt: for `LogSink` and `path_hash`.

    Args:
        is_running: whether a process is running a job. If none is, its unfinished parcels are shown
            as `interrupted`.
        linked: the jobs in which a text is an identifier from before or after de-identification.
            The history itself does not store which belongs to which.

    Raises:
        GantryError: HISTORY_NEWER; or HISTORY_FAILED if the file can't be opened at all.
    """

    def __init__(
        self,
        path: Path,
        is_running: Callable[[str], bool] = lambda job: True,
        linked: Callable[[str], tuple[Linked, ...]] = lambda text: (),
    ) -> None:
        self._linked = linked
        connection, self.problem = open_history(path)
        self._path = path
        try:
            self.salt = salt_in(connection)
            self._reader = Reader(connect(path), self.salt, is_running)
        except sqlite3.Error as error:
            connection.close()
            raise history_failed(error, "open") from error
        self._writer = Writer(connection, self.salt)
        status = path.stat()
        self._file: tuple[int, int] | None = (status.st_dev, status.st_ino)

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
        """Closes the file. What was recorded is already on disk."""
        self._reader.close()
        self._writer.close()

    def record(self, event: Event) -> None:
        """Records an event; it is on disk on return. A parcel's state only moves forward.

        Raises:
            GantryError: HISTORY_FAILED; nothing of the event was stored, or, with the reason
                "deleted", it was stored in a file that nobody will find.
        """
        try:
            self._writer.record(event)
            self._want_file()
        except GantryError as error:
            if error.facts.get("reason") == "damaged":
                flag_damage(self._path)
            raise

    def _want_file(self) -> None:
        """Checks that the file was not deleted or replaced: SQLite would not notice."""
        try:
            status = self._path.stat()
        except OSError:
            status = None
        found = status and (status.st_dev, status.st_ino)
        if found == self._file:
            return
        # Some file systems renumber files now and then: the salt identifies it.
        if found is None or salt_of(self._path) != self.salt:
            facts: dict[str, str | int | float] = {"reason": "deleted", "action": "record"}
            raise GantryError(ErrorCode.HISTORY_FAILED, facts=facts)
        self._file = found

    def retry(
        self,
        parcel_ids: Iterable[str],
        *,
        another_copy: bool = False,
        treatment: Treatment | None = None,
    ) -> None:
        """Puts failed, cancelled and held parcels back to waiting; with `another_copy`, which only
        the user may choose, unclear ones, too. With `treatment`, their files are rewritten by that
        one from now on. Raises GantryError."""
        self._writer.retry(parcel_ids, another_copy, treatment)

    def give_up(self, parcel_ids: Iterable[str]) -> list[str]:
        """Cancels those of the parcels that are held; returns their ids. Raises GantryError."""
        return self._writer.give_up(parcel_ids)

    def treatment(self, parcel_id: str) -> Treatment | None:
        """How a parcel's files are rewritten; None: there is no such parcel."""
        return self._reader.treatment(parcel_id)

    def reports(self, job: str) -> list[str]:
        """What the rewriters of a job's parcels did, in their own format; some have none."""
        return self._reader.reports(job)

    def prune(self, days: int, *, at_once: int = 200) -> int:
        """Deletes file lists of parcels that arrived longer ago (0 days: none); returns how many.

        Handles at most `at_once` parcels: call it until it returns 0. Raises GantryError.
        """
        if days <= 0:
            return 0
        return self._writer.prune(datetime.now(UTC) - timedelta(days=days), at_once)

    def parcels(
        self, filter_: ParcelFilter | None = None, *, after: Cursor | None = None, limit: int = 100
    ) -> list[ParcelRow]:
        """A page of parcels; the next begins after `rows[-1].cursor(filter.sort)`.

        Sorted by size or label, a filter by text, date, patient, job or profile that leaves more
        than 3,000 gives only the newest 3,000 (`count` isn't exact then): the list ends after them.
        """
        return self._reader.parcels(self._with_links(filter_), after, limit)

    def all_parcels(self, filter_: ParcelFilter | None = None) -> Iterator[ParcelRow]:
        """All parcels that pass, by time, page by page: others may read and write meanwhile."""
        filter_ = filter_ or ParcelFilter()
        if filter_.sort.column != "seq":
            filter_ = replace(filter_, sort=Sort.NEWEST)
        after: Cursor | None = None
        while rows := self.parcels(filter_, after=after, limit=_PAGE):
            yield from rows
            after = rows[-1].cursor(filter_.sort)

    def count(self, filter_: ParcelFilter | None = None) -> Count:
        """How many pass; see `Count.exact`."""
        return self._reader.count(self._with_links(filter_))

    def _with_links(self, filter_: ParcelFilter | None) -> ParcelFilter:
        filter_ = filter_ or ParcelFilter()
        found = self._linked(text) if (text := filter_.text.strip()) else ()
        return replace(filter_, linked=found[:_MOST_LINKED]) if found else filter_

    def parcel(self, parcel_id: str) -> ParcelDetail | None:
        """One parcel with its attempts and receipts; None: there is no such parcel."""
        return self._reader.parcel(parcel_id)

    def archive(self, parcel_id: str) -> Archive | None:
        """A parcel's archive as it was packed last, even where its file is gone; without files
        where the list was pruned. None: there is no such parcel."""
        return self._reader.archive(parcel_id)

    def sources(self, parcel_id: str, *, start: int = 0, limit: int = 1000) -> list[SourceRow]:
        """Files of a parcel from the `start`-th on; none if the list was pruned."""
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

    def unfinished(self, job: str = "") -> list[Job]:
        """Jobs with an unfinished parcel, with everything needed to resume them; oldest first.

        With `job`, only that one, if it is one of them.
        """
        return self._reader.unfinished(job)

    def options_of(self, job: str) -> dict[str, str]:
        """The options that were given for this job only; empty for an unknown job."""
        return self._reader.options_of(job)

    def left(self) -> list[Left]:
        """The unfinished parcels, without their files: fast, for sweeping the spool."""
        return self._reader.left()

    def send_again(self, parcel_ids: Iterable[str]) -> SendAgain:
        """Parcels as they were, for a new job (which must give them new ids)."""
        return self._reader.send_again(parcel_ids)

    def sent_before(self, patient_id: str, study_uid: str) -> list[SentBefore]:
        """Uploads of this patient or this study that arrived or may have; "" finds none.

        Of each, only those among the newest 500 uploads, so that it never takes long.
        """
        return self._reader.sent_before(patient_id, study_uid)

    def path_hash(self, path: str) -> str:
        """The hash by which log lines name a source path."""
        return salted(self.salt, path)

    def resolve_path(self, path_hash: str) -> str | None:
        """The source path that a log line names; None: not in the history."""
        return self._reader.resolve_path(path_hash)

    def export_csv(self, file: TextIO, filter_: ParcelFilter | None = None) -> int:
        """Writes a CSV table for spreadsheets (UTF-8 with BOM); returns how many rows.

        Open `file` with `encoding="utf-8", newline=""`.
        """
        return table.write_rows(file, self.all_parcels(filter_))
