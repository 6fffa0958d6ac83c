"""An alert to show in the window, in the current language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gantry.engine.errors import GantryError
from gantry.messages import error_message
from gantry.ui.text.i18n import translate_message


class Level(StrEnum):
    """Severity; the value is the frame's kind in the style sheet."""

    INFO = "note"
    SUCCESS = "note-success"
    WARNING = "note-warning"
    ERROR = "note-error"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes:
        key: an alert with the same key is replaced, not repeated.
        text: returns title and sentence in the current language.
        actions: label (in the current language, too) and function of each button.
        error: its cause, for the dialog with technical details.
    """

    key: str
    level: Level
    text: Callable[[], tuple[str, str]]
    actions: tuple[tuple[Callable[[], str], Callable[[], None]], ...] = ()
    error: GantryError | None = None


def error_alert(
    error: GantryError, *actions: tuple[Callable[[], str], Callable[[], None]]
) -> Alert:
    """The alert for a failure, from the table of messages."""

    def text() -> tuple[str, str]:
        message = error_message(error, translate=translate_message)
        return message.title, f"{message.what} {message.do}".strip()

    return Alert(f"error.{error.code}", Level.ERROR, text, actions, error)
