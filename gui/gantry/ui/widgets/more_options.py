"""The rarely needed rows of a destination's form: certificates, proxy, the form's field."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gantry.engine.transfer.kind import DestinationKind, Entry, Field
from gantry.services.destination_form import OptionFault, offered_options, option_fault
from gantry.ui.look.theme import set_kind
from gantry.ui.text.destination_forms import label_of_field
from gantry.ui.widgets.browse_row import with_browse


class MoreOptions(QObject):
    """A button, and the rows that it shows; rows with a value are visible from the start.

    Signals:
        changed: something was entered.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._parent = form, parent
        self._options: tuple[Field, ...] = ()
        self.button = QPushButton(_tr("&More…"), parent)
        self.button.setCheckable(True)
        self.button.setToolTip(_tr("Certificates, proxy and other settings that are seldom needed"))
        set_kind(self.button, "quiet")
        line = QWidget(parent)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addStretch(1)
        self._line = line
        form.addRow("", line)
        self.edits: dict[str, QLineEdit] = {}
        self._rows: dict[str, QWidget] = {}
        for field in offered_options():
            edit = QLineEdit(parent)
            edit.setPlaceholderText(field.example)
            edit.setAccessibleName(label_of_field(field))
            if field.entry is Entry.SECRET:
                edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.textChanged.connect(self.changed)
            self.edits[field.name] = edit
            held = _with_browse(edit, parent) if field.entry is Entry.FILE else edit
            self._rows[field.name] = held
            form.addRow(label_of_field(field), held)
        self.button.toggled.connect(self._show)

    def set_values(self, options: dict[str, str]) -> None:
        """Shows what was saved."""
        for name, edit in self.edits.items():
            edit.setText(options.get(name, ""))
        self._show()

    def values(self) -> dict[str, str]:
        """The non-empty entries for this kind."""
        names = [field.name for field in self._options]
        entered = {name: self.edits[name].text().strip() for name in names}
        return {name: text for name, text in entered.items() if text}

    def show_kind(self, kind: DestinationKind) -> None:
        """Shows the rows that this kind can use."""
        self._options = kind.options
        self._show()

    def problem(self) -> str:
        """What is wrong with the entries; "": nothing."""
        match option_fault(self.values()):
            case None:
                return ""
            case OptionFault.KEY_WITHOUT_CERTIFICATE:
                return _tr("A key needs the certificate that it belongs to.")
            case OptionFault.SUCCESS_RULE:
                return _tr(
                    "An answer is written as auto, status, /code=0, /data/state=ok|queued or "
                    "text~REGEX."
                )
            case OptionFault.REDIRECT:
                return _tr('A redirect must be "ok" or empty.')
            case OptionFault.PROXY:
                return _tr(
                    'A proxy is written as http://host:port or socks5h://host:port; "none" means '
                    "none."
                )
            case OptionFault.TEMPLATE:
                return _tr(
                    "A template has {label:NAME}, {study_uid}, {parcel}, {sha256}, {size}, {date} "
                    "or {modality} in it; a brace itself is written twice."
                )
            case fault:
                assert_never(fault)

    def _show(self, _: bool = False) -> None:
        names = {field.name for field in self._options}
        if self.values() and not self.button.isChecked():
            self.button.setChecked(True)  # returns here
            return
        self._form.setRowVisible(self._line, bool(names))
        for name, row in self._rows.items():
            self._form.setRowVisible(row, name in names and self.button.isChecked())
        self.changed.emit()


def _with_browse(edit: QLineEdit, parent: QWidget) -> QWidget:
    def choose() -> str:
        return QFileDialog.getOpenFileName(parent, edit.accessibleName(), edit.text())[0]

    spoken = _tr("Browse: {what}").format(what=edit.accessibleName())
    return with_browse(edit, parent, _tr("Browse…"), spoken, choose)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MoreOptions", text)
