"""Asks for credentials of a destination, and stores them in the system's credential store."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.store.replace import replace
from gantry.store.secrets import secret_store
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.widgets.labels import plain_label


class CredentialsPrompt(QDialog):
    """User and password, or a token.

    Signals:
        given(Credentials): the user answered; already stored, if the user wanted that.
    """

    given = Signal(object)

    def __init__(
        self, context: Context, name: str, url: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._url = url
        self._saved = saved = context.settings.destination_at(url, name)
        self.setWindowTitle(self.tr("Sign in"))
        self.setMinimumWidth(440)
        self.way = QComboBox(self)
        self.way.addItems([self.tr("User and password"), self.tr("Token")])
        self.user, self.password, self.token = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        for secret in (self.password, self.token):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = QCheckBox(self.tr("&Keep in this computer's credential store"), self)
        self.keep.setChecked(True)
        if saved is not None:
            self.user.setText(saved.user)
            self.way.setCurrentIndex(1 if saved.auth == "token" else 0)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(10)
        self._form.addRow(self.tr("&Method"), self.way)
        self._form.addRow(self.tr("&User"), self.user)
        self._form.addRow(self.tr("&Password"), self.password)
        self._form.addRow(self.tr("&Token"), self.token)
        for widget, spoken in (
            (self.way, self.tr("Sign-in method")),
            (self.user, self.tr("User")),
            (self.password, self.tr("Password")),
            (self.token, self.tr("Token")),
        ):
            widget.setAccessibleName(spoken)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.ok = buttons.addButton(self.tr("&Sign in"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_kind(self.ok, "primary")
        self.ok.setDefault(True)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        title = self.tr("Sign in at {name}").format(name=name)
        column.addWidget(plain_label(title, self, "title"))
        column.addWidget(plain_label(url, self, "muted"))
        column.addLayout(self._form)
        column.addWidget(self.keep)
        column.addWidget(buttons)
        self.way.currentIndexChanged.connect(self._show_way)
        for edit in (self.user, self.password, self.token):
            edit.textChanged.connect(self._check)
        self._show_way()
        context.runner.run(lambda: secret_store().is_lasting, self._on_lasting, None, self)

    def credentials(self) -> Credentials:
        """What was entered."""
        if self.way.currentIndex() == 1:
            return Credentials(token=self.token.text().strip())
        return Credentials(user=self.user.text().strip(), password=self.password.text())

    def _show_way(self) -> None:
        by_token = self.way.currentIndex() == 1
        self._form.setRowVisible(self.user, not by_token)
        self._form.setRowVisible(self.password, not by_token)
        self._form.setRowVisible(self.token, by_token)
        first = self.token if by_token else (self.password if self.user.text() else self.user)
        first.setFocus()
        self._check()

    def _check(self) -> None:
        given = self.credentials()
        self.ok.setEnabled(bool(given.token or given.user))

    def _on_lasting(self, lasting: bool) -> None:
        if not lasting:
            self.keep.setChecked(False)
            self.keep.setEnabled(False)
            self.keep.setText(self.tr("This computer has no credential store: asked each time"))

    def _on_accepted(self) -> None:
        credentials, url, keep = self.credentials(), self._url, self.keep.isChecked()

        def work() -> None:
            store = secret_store()
            if keep:
                store.store(url, credentials)
            else:
                store.remember(url, credentials)

        def done(_: None) -> None:
            self._note_way(credentials)
            self.given.emit(credentials)
            self.accept()

        def failed(error: GantryError) -> None:
            # Not stored, but usable for now.
            self._context.report(error)
            self._note_way(credentials)
            self.given.emit(credentials)
            self.accept()

        self.ok.setEnabled(False)
        self._context.runner.run(work, done, failed, self)

    def _note_way(self, credentials: Credentials) -> None:
        """Notes the method in the settings, which never contain the secret itself."""
        auth: Literal["basic", "token"] = "token" if credentials.token else "basic"
        saved = self._saved
        if saved is None or (saved.auth == auth and saved.user == credentials.user):
            return
        changed = replace(saved, auth=auth, user=credentials.user)
        settings = self._context.settings
        others = tuple(changed if d.name == saved.name else d for d in settings.destinations)
        self._context.change_settings(replace(settings, destinations=others))
