"""The columns of the history, each declared once: header, text, sort order, width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.store.history.rows import ParcelRow, Sort
from gantry.ui.models.catalog_node import person_text
from gantry.ui.text.destination_forms import destination_text
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.quantities import plain_tooltip, size_text, time_text
from gantry.ui.text.state_text import state_text


def _tr(text: str) -> str:
    return QCoreApplication.translate("HistoryColumns", text)


def _no_tooltip(row: ParcelRow) -> None:
    return None


@dataclass(frozen=True)
class Column:
    """One column: what it shows of a parcel, and how.

    Attributes:
        key: its name in code; `position` finds it.
        header: its title in the window's language.
        text: returns the text of a cell.
        tooltip: returns the tooltip of a cell, or ""; never markup.
        width: in pixels; 0: shares the remaining room.
        sorts: the orders of the first and second click on its header, each with an index; None: the
            history can't be sorted by it.
        csv: the name of the exported column with the same content.
        is_state: its cells show the icon of the parcel's state beside the text.
        to_right: right-aligned, like numbers.
        least: hidden in a narrower table, in pixels; the details show the same.
    """

    key: str
    header: Callable[[], str]
    text: Callable[[ParcelRow], str]
    width: int
    csv: str
    tooltip: Callable[[ParcelRow], str | None] = _no_tooltip
    sorts: tuple[Sort, Sort] | None = None
    is_state: bool = False
    to_right: bool = False
    least: int = 0


def _patient(row: ParcelRow) -> str:
    return person_text(row.patient_name) or row.patient_id or _tr("No name")


def _study(row: ParcelRow) -> str:
    return row.label or row.study_uid or _tr("Study without a description")


def _whose(row: ParcelRow) -> str:
    parts = (person_text(row.patient_name), row.patient_id, row.label, row.study_uid)
    return plain_tooltip("\n".join(p for p in parts if p))


def _why(row: ParcelRow) -> str | None:
    """Why it is in this state, if that needs an explanation."""
    if row.state is ParcelState.ACCEPTED:
        return plain_tooltip(_tr("The destination accepted it; that it was stored is not proved"))
    if row.error is not None:
        message = error_message(row.error, translate=translate_message)
        return plain_tooltip(f"{message.title}\n{message.what}".strip())
    return None


def _by_profile(row: ParcelRow) -> str:
    return plain_tooltip(row.profile or "")


COLUMNS = (
    Column(
        "state",
        header=lambda: _tr("State"),
        text=lambda row: state_text(row.state),
        tooltip=_why,
        width=108,
        csv="state",
        is_state=True,
    ),
    Column(
        "time",
        header=lambda: _tr("Sent on"),
        text=lambda row: time_text(row.created),
        width=124,
        csv="created",
        sorts=(Sort.NEWEST, Sort.OLDEST),
    ),
    Column(
        "patient",
        header=lambda: _tr("Patient"),
        text=_patient,
        tooltip=_whose,
        width=0,
        csv="patient_name",
    ),
    Column(
        "study",
        header=lambda: _tr("Study"),
        text=_study,
        tooltip=_whose,
        width=0,
        csv="description",
        sorts=(Sort.LABEL, Sort.LABEL_DESCENDING),
    ),
    Column(
        "destination",
        header=lambda: _tr("Destination"),
        text=lambda row: destination_text(row.destination),
        width=0,
        csv="destination",
        least=640,
    ),
    Column(
        "profile",
        header=lambda: _tr("De-identified"),
        text=lambda row: row.profile or "",
        tooltip=_by_profile,
        width=104,
        csv="profile",
        least=860,
    ),
    Column(
        "size",
        header=lambda: _tr("Size"),
        text=lambda row: size_text(row.size),
        width=80,
        csv="bytes",
        sorts=(Sort.LARGEST, Sort.SMALLEST),
        to_right=True,
        least=560,
    ),
)


def position(key: str) -> int:
    """The position of that column in the table."""
    return next(at for at, column in enumerate(COLUMNS) if column.key == key)


def sorted_by(sort: Sort) -> int:
    """The column whose header indicates this order."""
    return next(at for at, c in enumerate(COLUMNS) if c.sorts is not None and sort in c.sorts)


def spoken(row: ParcelRow) -> str:
    """The text of a whole row for a screen reader."""
    parts = (
        state_text(row.state),
        person_text(row.patient_name),
        row.label,
        destination_text(row.destination),
        time_text(row.created),
        _tr("De-identified: {profile}").format(profile=row.profile) if row.profile else "",
    )
    return ", ".join(p for p in parts if p)
