"""Jobs and their parcels as a tree, updated by events and by samples of the counters."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.engine import events
from gantry.engine.events import Event, Progress
from gantry.engine.job import Job
from gantry.engine.parcel import Parcel, ParcelState
from gantry.ui.models.job_track import JobTrack
from gantry.ui.models.transfer_columns import COLUMNS, position
from gantry.ui.models.transfer_state import ParcelTrack
from gantry.ui.models.transfer_text import job_status, job_step, job_text, parcel_text, step_text
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_NAME, _STEP = position("name"), position("step")

# The adjacent columns that change when a parcel makes progress.
_CHANGING = [at for at, column in enumerate(COLUMNS) if column.changes]
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Role(IntEnum):
    """Roles for delegates, tests and buttons."""

    PERMILLE = Qt.ItemDataRole.UserRole + 1
    STEP = Qt.ItemDataRole.UserRole + 2
    PARCEL = Qt.ItemDataRole.UserRole + 3
    JOB = Qt.ItemDataRole.UserRole + 4
    DETAIL = Qt.ItemDataRole.UserRole + 5


class TransferModel(QAbstractItemModel):
    """Two levels: jobs, newest first, and their parcels.

    Attributes:
        explain: turns a parcel's error into one line in the user's language.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explain: Callable[[ParcelTrack], str] = lambda track: str(track.error or "")
        self._clock = time.monotonic
        self._jobs: list[JobTrack] = []
        self._by_key: dict[int, JobTrack] = {}
        self._by_id: dict[str, JobTrack] = {}
        self._parcels: dict[str, ParcelTrack] = {}
        self._next_key = 1

    # What is in it

    @property
    def jobs(self) -> tuple[JobTrack, ...]:
        return tuple(self._jobs)

    def job(self, job_id: str) -> JobTrack | None:
        return self._by_id.get(job_id)

    def parcel(self, parcel_id: str) -> ParcelTrack | None:
        return self._parcels.get(parcel_id)

    def job_at(self, index: Index) -> JobTrack | None:
        """The job at `index`, or that the parcel there belongs to."""
        if not index.isValid():
            return None
        if key := index.internalId():
            return self._by_key[key]
        return self._jobs[index.row()]

    def parcel_at(self, index: Index) -> ParcelTrack | None:
        if not index.isValid() or not (key := index.internalId()):
            return None
        return self._by_key[key].parcels[index.row()]

    def index_of_job(self, job_id: str, column: int = 0) -> QModelIndex:
        job = self._by_id.get(job_id)
        return self.index(self._jobs.index(job), column) if job else QModelIndex()

    def index_of_parcel(self, parcel_id: str, column: int = 0) -> QModelIndex:
        track = self._parcels.get(parcel_id)
        if track is None:
            return QModelIndex()
        return self.createIndex(track.row, column, self._by_id[track.job].key)

    # What happens to it

    def now(self) -> float:
        """The clock for speeds and times."""
        return self._clock()

    def add_job(self, job: Job) -> None:
        """Adds a job at the top; one that is known already continues."""
        if known := self._by_id.get(job.id):
            known.done = None
            return
        tracks = [self._track(job, row) for row in range(len(job.parcels))]
        added = JobTrack(job.id, job.destination, job.url, tracks, self._next_key)
        self._next_key += 1
        self.beginInsertRows(ROOT, 0, 0)
        self._jobs.insert(0, added)
        self._by_key[added.key] = added
        self._by_id[job.id] = added
        self._parcels.update((t.parcel.id, t) for t in tracks)
        self.endInsertRows()

    @staticmethod
    def _track(job: Job, row: int) -> ParcelTrack:
        parcel = job.parcels[row]
        track = ParcelTrack(parcel, job.id, row, parcel.size)
        if (was := job.resumed.get(parcel.id)) is not None:
            # A parcel that was being packed is packed again; one that was being sent waits its
            # turn.
            if was.archive is not None and not was.state.is_final:
                track.state = ParcelState.VERIFIED
                track.to_send = was.archive.size
            elif was.state.is_final:
                track.state = was.state
        return track

    def _add_parts(self, job: JobTrack, parts: tuple[Parcel, ...]) -> None:
        new = [p for p in parts if p.id not in self._parcels]
        if not new:
            return
        first = len(job.parcels)
        self.beginInsertRows(self.index_of_job(job.id), first, first + len(new) - 1)
        for row, parcel in enumerate(new, start=first):
            track = ParcelTrack(parcel, job.id, row, parcel.size)
            job.add(track)
            self._parcels[parcel.id] = track
        self.endInsertRows()

    def remove_job(self, job_id: str) -> None:
        job = self._by_id.pop(job_id, None)
        if job is None:
            return
        row = self._jobs.index(job)
        self.beginRemoveRows(ROOT, row, row)
        del self._jobs[row]
        del self._by_key[job.key]
        for track in job.parcels:
            self._parcels.pop(track.parcel.id, None)
        self.endRemoveRows()

    def apply(self, event: Event) -> None:
        """Applies an event of the engine."""
        if isinstance(event, events.JobStarted):
            self.add_job(Job(event.job, event.destination, event.url, event.parcels))
            return
        job = self._by_id.get(event.job)
        if job is None:
            return
        if isinstance(event, events.JobDone):
            job.done = event
        elif isinstance(event, events.JobResumed):
            job.done = None
        elif (track := self._parcels.get(event.parcel)) is not None:
            job.apply(track, event, self._clock())
            if isinstance(event, events.ParcelRetried):
                job.done = None
            elif isinstance(event, events.ParcelSplit):
                self._add_parts(job, event.parts)
            self._changed(track)
        self._job_changed(job)

    def sample(self, job_id: str, counters: Mapping[str, tuple[Progress, bool]]) -> None:
        """Updates each parcel's counters, and whether it is paused."""
        job = self._by_id.get(job_id)
        if job is None:
            return
        now = self._clock()
        for parcel_id, (progress, paused) in counters.items():
            track = self._parcels.get(parcel_id)
            if track is None:
                continue
            held = track.paused is not paused and not track.state.is_final
            if held:
                job.hold(track, paused)
            moved = parcel_id in job.active and track.sample(progress, now)
            if held or moved:
                self._changed(track)
        job.sample(now)
        self._job_changed(job)

    def retranslate(self) -> None:
        """Updates all texts."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        for row, job in enumerate(self._jobs):
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            if job.parcels:
                top = self.createIndex(0, 0, job.key)
                self.dataChanged.emit(
                    top, self.createIndex(len(job.parcels) - 1, len(COLUMNS) - 1, job.key)
                )

    def _changed(self, track: ParcelTrack) -> None:
        key = self._by_id[track.job].key
        first = self.createIndex(track.row, _CHANGING[0], key)
        self.dataChanged.emit(first, self.createIndex(track.row, _CHANGING[-1], key))

    def _job_changed(self, job: JobTrack) -> None:
        row = self._jobs.index(job)
        self.dataChanged.emit(self.index(row, 0), self.index(row, _CHANGING[-1]))

    # What the view asks

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, 0)
        return self.createIndex(row, column, self._jobs[parent.row()].key)

    def parent(self, child: Index | None = None) -> Any:
        if child is None:
            return super().parent()
        if not child.isValid() or not (key := child.internalId()):
            return QModelIndex()
        return self.createIndex(self._jobs.index(self._by_key[key]), 0, 0)

    def rowCount(self, parent: Index = ROOT) -> int:
        if not parent.isValid():
            return len(self._jobs)
        if parent.internalId() or parent.column() > 0:
            return 0
        return len(self._jobs[parent.row()].parcels)

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and column.to_right:
            return _RIGHT
        return column.header() if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        job = self.job_at(index)
        if job is None:
            return None
        if role == Role.JOB:
            return job.id
        track = self.parcel_at(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[index.column()].to_right else None
        if track is None:
            return self._job_data(job, index.column(), role)
        return self._parcel_data(track, index.column(), role)

    def _job_data(self, job: JobTrack, column: int, role: int) -> Any:
        if role == Role.PERMILLE:
            return round(job.fraction * 1000)
        if role == Role.STEP:
            return job_step(job)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == _NAME:
            return f"{job_text(job)}, {job_status(job)}"
        if role == Qt.ItemDataRole.ToolTipRole and column == _NAME:
            return plain_tooltip(job.url)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return COLUMNS[column].job(job, self._clock())

    def _parcel_data(self, track: ParcelTrack, column: int, role: int) -> Any:
        if role == Role.PERMILLE:
            return round(track.fraction * 1000)
        if role == Role.STEP:
            return track.step
        if role == Role.PARCEL:
            return track.parcel.id
        if role == Role.DETAIL:
            return self.explain(track) if track.error else ""
        if role == Qt.ItemDataRole.AccessibleTextRole and column == _NAME:
            percent = int(track.fraction * 100)
            return f"{parcel_text(track)}, {step_text(track, self._clock())}, {percent} %"
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == _STEP and track.error:
                return plain_tooltip(self.explain(track))
            return plain_tooltip(parcel_text(track)) if column == _NAME else None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return COLUMNS[column].parcel(track, self._clock())
