"""The columns of the transfers, each declared once: header, texts of jobs and parcels, width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gantry.ui.models.job_track import JobTrack
from gantry.ui.models.transfer_state import ParcelTrack
from gantry.ui.models.transfer_text import (
    amount_text,
    job_status,
    job_text,
    parcel_text,
    step_text,
)
from gantry.ui.text.quantities import count_text, rate_text, seconds_text, size_text


def _tr(text: str) -> str:
    return QCoreApplication.translate("TransferColumns", text)


@dataclass(frozen=True)
class Column:
    """One column: what it shows of a job and of its parcels, and how.

    Attributes:
        key: its name in code; `position` finds it.
        header: its title in the window's language.
        job, parcel: return the text of a cell at a time of the model's clock.
        width: in pixels; 0: the remaining room.
        least: hidden in a narrower view, in pixels.
        to_right: right-aligned, like numbers.
        changes: whether its text changes when a parcel makes progress.
    """

    key: str
    header: Callable[[], str]
    job: Callable[[JobTrack, float], str]
    parcel: Callable[[ParcelTrack, float], str]
    width: int
    least: int = 0
    to_right: bool = False
    changes: bool = True


def _percent(track: JobTrack | ParcelTrack, now: float) -> str:
    return f"{int(track.fraction * 100)} %"


def _speed(track: JobTrack | ParcelTrack, now: float) -> str:
    return rate_text(track.rate(now))


def _left(track: JobTrack | ParcelTrack, now: float) -> str:
    left = track.seconds_left(now)
    return seconds_text(left) if left is not None else ""


COLUMNS = (
    Column(
        "name",
        header=lambda: _tr("Study"),
        job=lambda job, now: job_text(job),
        parcel=lambda track, now: parcel_text(track),
        width=0,
        changes=False,
    ),
    Column(
        "step",
        header=lambda: _tr("Step"),
        job=lambda job, now: job_status(job),
        parcel=step_text,
        width=166,
    ),
    Column(
        "progress",
        header=lambda: _tr("Progress"),
        job=_percent,
        parcel=_percent,
        width=132,
    ),
    Column(
        "size",
        header=lambda: _tr("Size"),
        job=lambda job, now: size_text(job.size),
        parcel=lambda track, now: amount_text(track),
        width=148,
        to_right=True,
    ),
    Column(
        "speed",
        header=lambda: _tr("Speed"),
        job=_speed,
        parcel=_speed,
        width=94,
        least=880,
        to_right=True,
    ),
    Column(
        "left",
        header=lambda: _tr("Time left"),
        job=_left,
        parcel=_left,
        width=84,
        least=800,
    ),
    Column(
        "attempt",
        header=lambda: _tr("Attempt"),
        job=lambda job, now: "",
        parcel=lambda track, now: count_text(track.attempt) if track.attempt > 1 else "",
        width=74,
        least=960,
    ),
    Column(  # of buttons, which the view draws
        "actions",
        header=lambda: "",
        job=lambda job, now: "",
        parcel=lambda track, now: "",
        width=76,
        changes=False,
    ),
)


def position(key: str) -> int:
    """The position of that column in the table."""
    return next(at for at, column in enumerate(COLUMNS) if column.key == key)
