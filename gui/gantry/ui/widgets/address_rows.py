"""The rows of a destination's form that make up its address; each kind has its own."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLineEdit, QWidget

from gantry.engine.transfer.kind import DestinationKind, Entry
from gantry.ui.text.destination_forms import label_of_field
from gantry.ui.widgets.browse_row import with_browse


class AddressRows(QObject):
    """Follows the rows that the form has when it is created.

    Signals:
        changed: something was entered.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._parent = form, parent
        self._first = form.rowCount()
        self.edits: dict[str, QLineEdit] = {}

    def values(self) -> dict[str, str]:
        """What was entered, by field."""
        return {name: edit.text() for name, edit in self.edits.items()}

    def set_values(self, values: Mapping[str, str]) -> None:
        """Shows these values in the fields of the current kind."""
        for name, value in values.items():
            self.edits[name].setText(value)

    def show_kind(self, kind: DestinationKind) -> None:
        """Shows a kind's fields; entries in fields with the same name stay."""
        held = self.values()
        for _ in self.edits:
            self._form.removeRow(self._first)
        self.edits = {}
        for place, field in enumerate(kind.form.fields, start=self._first):
            edit = QLineEdit(self._parent)
            edit.setPlaceholderText(field.example)
            edit.setText(held.get(field.name, ""))
            edit.setAccessibleName(label_of_field(field))
            edit.textChanged.connect(self.changed)
            self.edits[field.name] = edit
            caption = label_of_field(field)
            if field.optional:
                caption = _tr("{name} (optional)").format(name=caption)
            row = self._with_browse(edit) if field.entry is Entry.FOLDER else edit
            self._form.insertRow(place, caption, row)

    def _with_browse(self, edit: QLineEdit) -> QWidget:
        def choose() -> str:
            return QFileDialog.getExistingDirectory(
                self._parent, _tr("Choose a folder"), edit.text()
            )

        spoken = _tr("Browse: {what}").format(what=edit.accessibleName())
        return with_browse(edit, self._parent, _tr("&Browse…"), spoken, choose)


def _tr(text: str) -> str:
    return QCoreApplication.translate("AddressRows", text)
