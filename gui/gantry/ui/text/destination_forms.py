"""Labels for destinations, their kinds and the fields of their forms."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gantry.engine.transfer.kind import DestinationKind, Field
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.ui.text.i18n import translate_label


def label_of(kind: DestinationKind) -> str:
    """A kind's name in the window's language."""
    return translate_label(kind.label)


def label_of_practice() -> str:
    """The label of Practice's kind."""
    return QCoreApplication.translate("destinations", "Built in, for practice")


def destination_text(name: str) -> str:
    """A destination's display name; only that of Practice is translated."""
    if name != PRACTICE_NAME:
        return name
    return QCoreApplication.translate("destinations", "Practice (this computer)")


def label_of_field(field: Field) -> str:
    """A field's name in the window's language."""
    return translate_label(field.label)
