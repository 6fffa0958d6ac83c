"""The columns of the log, each declared once: header, text, width, look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime, Qt

from gantry.store.logs import LogLine


def _tr(text: str) -> str:
    return QCoreApplication.translate("LogColumns", text)


@dataclass(frozen=True)
class Column:
    """One column: what it shows of a line, and how.

    Attributes:
        key: its name in code; `position` finds it.
        header: its title in the window's language.
        text: returns the text of a cell.
        width: in pixels; 0: the remaining room.
        is_fixed: uses a fixed-width font.
        is_muted: less prominent than the others.
        is_level: has the colour of the line's level.
    """

    key: str
    header: Callable[[], str]
    text: Callable[[LogLine], str]
    width: int
    is_fixed: bool = False
    is_muted: bool = False
    is_level: bool = False


def level_text(level: str) -> str:
    """A level in the user's words."""
    return {
        "debug": _tr("Debug"),
        "info": _tr("Info"),
        "warning": _tr("Warning"),
        "error": _tr("Error"),
        "critical": _tr("Critical"),
    }.get(level, level)


def _local(stamp: str) -> str:
    when = QDateTime.fromString(stamp, Qt.DateFormat.ISODateWithMs)
    return when.toLocalTime().toString("yyyy-MM-dd HH:mm:ss.zzz") if when.isValid() else stamp


def _context(line: LogLine) -> str:
    return " ".join(f"{k}={v}" for k, v in line.context.items())


COLUMNS = (
    Column(
        "time",
        header=lambda: _tr("Time"),
        text=lambda line: _local(line.ts),
        width=190,
        is_fixed=True,
        is_muted=True,
    ),
    Column(
        "level",
        header=lambda: _tr("Level"),
        text=lambda line: level_text(line.level),
        width=80,
        is_level=True,
    ),
    Column(
        "event",
        header=lambda: _tr("Event"),
        text=lambda line: line.event,
        width=190,
        is_fixed=True,
    ),
    Column(
        "message",
        header=lambda: _tr("Message"),
        text=lambda line: line.msg,
        width=260,
    ),
    Column(
        "context",
        header=lambda: _tr("Details"),
        text=_context,
        width=0,
        is_fixed=True,
        is_muted=True,
    ),
)


def position(key: str) -> int:
    """The position of that column in the table."""
    return next(at for at, column in enumerate(COLUMNS) if column.key == key)
