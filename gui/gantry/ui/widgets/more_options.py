"""The rows of a destination's form that few need: certificates, proxy, the form's field."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gantry.sign_in import CERTIFICATE, KEY, PROXY
from gantry.ui.destination_forms import FORMS, Sort, label_of_field, options_of_kind
from gantry.ui.theme import set_kind

_PROXY_SCHEMES = ("http", "https")


class MoreOptions(QObject):
    """A button, and the rows that it shows; what is set already shows from the start.

    Signals:
        changed: something was entered.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._parent = form, parent
        self._kind = ""
        self.button = QPushButton(_tr("&More…"), parent)
        self.button.setCheckable(True)
        self.button.setToolTip(_tr("Certificates, proxy and what else is seldom needed"))
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
        fields = {field.name: field for kind in FORMS for field in options_of_kind(kind)}
        for field in fields.values():
            edit = QLineEdit(parent)
            edit.setPlaceholderText(field.example)
            edit.setAccessibleName(label_of_field(field.name))
            edit.textChanged.connect(self.changed)
            self.edits[field.name] = edit
            held = _with_browse(edit, parent) if field.sort is Sort.FILE else edit
            self._rows[field.name] = held
            form.addRow(label_of_field(field.name), held)
        self.button.toggled.connect(self._show)

    def set_values(self, options: dict[str, str]) -> None:
        """Shows what was saved."""
        for name, edit in self.edits.items():
            edit.setText(options.get(name, ""))
        self._show()

    def values(self) -> dict[str, str]:
        """What was entered for this kind, without what was left empty."""
        names = [field.name for field in options_of_kind(self._kind)]
        entered = {name: self.edits[name].text().strip() for name in names}
        return {name: text for name, text in entered.items() if text}

    def show_kind(self, kind: str) -> None:
        """Shows the rows that this kind can use."""
        self._kind = kind
        self._show()

    def problem(self) -> str:
        """What is wrong with what was entered; "": nothing."""
        entered = self.values()
        if KEY in entered and CERTIFICATE not in entered:
            return _tr("A key needs the certificate that it belongs to.")
        proxy = entered.get(PROXY, "")
        if proxy and proxy != "none":
            try:
                parts = urlsplit(proxy)
                good = bool(parts.scheme in _PROXY_SCHEMES and parts.hostname and parts.port != 0)
            except ValueError:
                good = False
            if not good:
                return _tr('A proxy is written as http://host:port; "none" means none.')
        return ""

    def _show(self, _: bool = False) -> None:
        names = {field.name for field in options_of_kind(self._kind)}
        if self.values() and not self.button.isChecked():
            self.button.setChecked(True)  # comes back here
            return
        self._form.setRowVisible(self._line, bool(names))
        for name, row in self._rows.items():
            self._form.setRowVisible(row, name in names and self.button.isChecked())
        self.changed.emit()


def _with_browse(edit: QLineEdit, parent: QWidget) -> QWidget:
    both = QWidget(parent)
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(edit, 1)
    browse = QPushButton(_tr("Browse…"), both)
    browse.setAccessibleName(_tr("Browse: {what}").format(what=edit.accessibleName()))
    row.addWidget(browse)
    both.setFocusProxy(edit)

    def choose() -> None:
        path, _ = QFileDialog.getOpenFileName(parent, edit.accessibleName(), edit.text())
        if path:
            edit.setText(path)

    browse.clicked.connect(choose)
    return both


def _tr(text: str) -> str:
    return QCoreApplication.translate("MoreOptions", text)
