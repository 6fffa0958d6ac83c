"""The rows of a destination's form for signing in: the method, and the secret."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gantry.engine.credentials import Credentials
from gantry.engine.transfer.kind import DestinationKind, SignIn
from gantry.services.sign_in import CLIENT_ID, ISSUER, SCOPE
from gantry.store.settings import SavedDestination
from gantry.ui.widgets.labels import plain_label

Auth = Literal["none", "basic", "token", "oauth"]
AUTHS: tuple[Auth, ...] = ("none", "basic", "token", "oauth")
# The names in RFC 8414 and RFC 6749, not translated.
OAUTH = {ISSUER: "OAuth issuer", CLIENT_ID: "OAuth client ID", SCOPE: "OAuth scope"}


class SignInRows(QObject):
    """Shows the rows that the chosen sign-in needs.

    Signals:
        changed: something was entered or chosen.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._kind: DestinationKind | None = None
        self.auth = QComboBox(parent)
        self.auth.addItems([_tr("No sign-in"), _tr("User and password"), _tr("Token")])
        self.auth.addItem("OAuth 2.0")
        self.oauth = {name: QLineEdit(parent) for name in OAUTH}
        self.user, self.password = QLineEdit(parent), QLineEdit(parent)
        self.token, self.header = QLineEdit(parent), QLineEdit(parent)
        for secret in (self.password, self.token):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.header.setPlaceholderText("Authorization: Bearer")
        self.insecure = QCheckBox(_tr("Send the secret over &unprotected http"), parent)
        for caption, widget, spoken in (
            (_tr("S&ign-in"), self.auth, _tr("Sign-in")),
            (_tr("&User"), self.user, _tr("User")),
            (_tr("Pass&word"), self.password, _tr("Password")),
            (_tr("T&oken"), self.token, _tr("Token")),
            (_tr("&Header for the token"), self.header, _tr("Header for the token")),
        ):
            form.addRow(caption, widget)
            widget.setAccessibleName(spoken)
        for name, caption in OAUTH.items():
            form.addRow(caption, self.oauth[name])
            self.oauth[name].setAccessibleName(caption)
        self.sign_in = QPushButton(_tr("Si&gn in…"), parent)
        self.signed = plain_label("", parent, "muted")
        self._signing = QWidget(parent)
        row = QHBoxLayout(self._signing)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sign_in)
        row.addWidget(self.signed, 1)
        form.addRow("", self._signing)
        form.addRow("", self.insecure)
        self.auth.currentIndexChanged.connect(self._show)
        self.insecure.toggled.connect(self.changed)
        for edit in (self.user, self.password, self.token, self.header, *self.oauth.values()):
            edit.textChanged.connect(self.changed)

    @property
    def chosen(self) -> Auth:
        """The chosen sign-in; "none" if the kind has no sign-in."""
        signs = self._kind is not None and self._kind.sign_in
        return AUTHS[self.auth.currentIndex()] if signs else "none"

    @property
    def is_complete(self) -> bool:
        """Whether everything that this sign-in needs is filled in."""
        needed = (ISSUER, CLIENT_ID) if self.chosen == "oauth" else ()
        return all(self.oauth[name].text().strip() for name in needed)

    def show_kind(self, kind: DestinationKind) -> None:
        """Offers the methods of this kind."""
        self._kind = kind
        self._form.setRowVisible(self.auth, bool(kind.sign_in))
        oauth, offered = AUTHS.index("oauth"), SignIn.OAUTH in kind.sign_in
        model = self.auth.model()
        assert isinstance(model, QStandardItemModel)
        model.item(oauth).setEnabled(offered)
        if not offered and self.auth.currentIndex() == oauth:
            self.auth.setCurrentIndex(0)
        self._show()

    def set_saved(self, saved: SavedDestination) -> None:
        """Shows the saved values; secrets stay in the store."""
        self.auth.setCurrentIndex(AUTHS.index(saved.auth))
        self.user.setText(saved.user)
        self.header.setText(saved.header)
        for name, edit in self.oauth.items():
            edit.setText(saved.options.get(name, ""))
        self.insecure.setChecked(saved.insecure_http)
        if saved.auth != "none":
            unchanged = _tr("unchanged")
            self.password.setPlaceholderText(unchanged)
            self.token.setPlaceholderText(unchanged)

    def set_found(self, found: Credentials) -> None:
        """Fills in the user and password of a pasted address."""
        if found.user or found.password:
            self.auth.setCurrentIndex(AUTHS.index("basic"))
            self.user.setText(found.user)
            self.password.setText(found.password)

    def credentials(self) -> Credentials:
        """The entered secret; an empty one if there is none."""
        if self.chosen == "token" and self.token.text():
            return Credentials(token=self.token.text().strip())
        if self.chosen == "basic" and self.password.text():
            return Credentials(user=self.user.text().strip(), password=self.password.text())
        return Credentials()

    def oauth_options(self) -> dict[str, str]:
        """The entered OAuth options; none with another sign-in."""
        if self.chosen != "oauth":
            return {}
        entered = {name: edit.text().strip() for name, edit in self.oauth.items()}
        return {name: text for name, text in entered.items() if text}

    def show_exposed(self, exposed: bool) -> None:
        """Asks for consent if the secret would be sent unprotected."""
        self._form.setRowVisible(self.insecure, exposed)

    def _show(self) -> None:
        chosen = self.chosen
        self._form.setRowVisible(self.user, chosen == "basic")
        self._form.setRowVisible(self.password, chosen == "basic")
        self._form.setRowVisible(self.token, chosen == "token")
        self._form.setRowVisible(self.header, chosen == "token")
        for edit in self.oauth.values():
            self._form.setRowVisible(edit, chosen == "oauth")
        self._form.setRowVisible(self._signing, chosen == "oauth")
        self.changed.emit()


def _tr(text: str) -> str:
    return QCoreApplication.translate("DestinationEditor", text)
