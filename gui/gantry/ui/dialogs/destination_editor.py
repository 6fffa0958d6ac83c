"""Adds or changes a destination: paste an address, or fill what that kind needs; then test it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.errors import GantryError
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.registry import normalise_url
from gantry.messages import error_message
from gantry.services import PRACTICE_NAME, Place
from gantry.sign_in import CLIENT_ID, ISSUER, PROXY, SCOPE, proxy_without_password
from gantry.store.secrets import keep_secret, secret_store
from gantry.store.settings import SavedDestination
from gantry.ui.context import Context
from gantry.ui.destination_forms import (
    FORMS,
    Sort,
    kinds,
    label_of,
    label_of_field,
    missing,
    split_address,
)
from gantry.ui.i18n import translate_message
from gantry.ui.theme import set_icon, set_kind
from gantry.ui.widgets.connection_steps import ConnectionSteps
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.more_options import MoreOptions

_AUTHS: tuple[Literal["none", "basic", "token", "oauth"], ...] = (
    "none",
    "basic",
    "token",
    "oauth",
)
# RFC 8414 and RFC 6749 call these so in every language.
_OAUTH = {ISSUER: "OAuth issuer", CLIENT_ID: "OAuth client ID", SCOPE: "OAuth scope"}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class DestinationEditor(QDialog):
    """Edits one destination.

    Signals:
        kept(SavedDestination, object): what was entered, and new `Credentials`, or None where
            those that are stored stay.
    """

    kept = Signal(object, object)

    def __init__(
        self,
        context: Context,
        saved: SavedDestination | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._saved = saved
        self._edits: dict[str, QLineEdit] = {}
        self._signed_in: set[str] = set()  # URLs of which this dialog put tokens into the store
        self._kinds = kinds()
        self.setWindowTitle(self.tr("Edit destination") if saved else self.tr("Add a destination"))
        self.setMinimumSize(560, 520)
        self._build()
        self._connect()
        if saved is not None:
            self._take(saved)
        else:
            self._show_kind()
        self._check()

    def _build(self) -> None:
        self.paste = QLineEdit(self)
        self.paste.setPlaceholderText(self.tr("https://server/upload, \\\\server\\share, …"))
        self.name = QLineEdit(self)
        self.kind = QComboBox(self)
        self.kind.addItems([label_of(k) for k in self._kinds])
        self.auth = QComboBox(self)
        self.auth.addItems([self.tr("No sign-in"), self.tr("User and password"), self.tr("Token")])
        self.auth.addItem("OAuth 2.0")
        self.oauth = {name: QLineEdit(self) for name in _OAUTH}
        self.user, self.password = QLineEdit(self), QLineEdit(self)
        self.token, self.header = QLineEdit(self), QLineEdit(self)
        for secret in (self.password, self.token):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.header.setPlaceholderText("Authorization: Bearer")
        self.insecure = QCheckBox(self.tr("Send the secret over &unprotected http"), self)
        self._problem = plain_label("", self, "error")
        self.test = QPushButton(self.tr("&Test connection"), self)
        set_icon(self.test, "server", size=16)
        self.steps = ConnectionSteps(self._context, self)

        body = QWidget()
        set_kind(body, "scrolled")
        self._form = QFormLayout(body)
        self._form.setContentsMargins(0, 0, 8, 0)
        self._form.setVerticalSpacing(10)
        self._form.setHorizontalSpacing(16)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for caption, widget, spoken in (
            (self.tr("&Paste an address"), self.paste, self.tr("Paste an address")),
            (self.tr("&Name"), self.name, self.tr("Name")),
            (self.tr("&Kind"), self.kind, self.tr("Kind")),
        ):
            self._form.addRow(caption, widget)
            widget.setAccessibleName(spoken)
        self._first = self._form.rowCount()
        for caption, widget, spoken in (
            (self.tr("S&ign-in"), self.auth, self.tr("Sign-in")),
            (self.tr("&User"), self.user, self.tr("User")),
            (self.tr("Pass&word"), self.password, self.tr("Password")),
            (self.tr("T&oken"), self.token, self.tr("Token")),
            (self.tr("&Header for the token"), self.header, self.tr("Header for the token")),
        ):
            self._form.addRow(caption, widget)
            widget.setAccessibleName(spoken)
        for name, caption in _OAUTH.items():
            self._form.addRow(caption, self.oauth[name])
            self.oauth[name].setAccessibleName(caption)
        self.sign_in = QPushButton(self.tr("Si&gn in…"), self)
        self._signed = plain_label("", self, "muted")
        signing = QHBoxLayout()
        signing.setContentsMargins(0, 0, 0, 0)
        signing.addWidget(self.sign_in)
        signing.addWidget(self._signed, 1)
        self._signing = QWidget(self)
        self._signing.setLayout(signing)
        self._form.addRow("", self._signing)
        self._form.addRow("", self.insecure)
        self.more = MoreOptions(self._form, self)
        self._form.addRow("", self._problem)
        test_row = QHBoxLayout()
        test_row.addWidget(self.test)
        test_row.addStretch(1)
        self._form.addRow("", test_row)
        self._form.addRow("", self.steps)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.save = buttons.addButton(self.tr("&Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_kind(self.save, "primary")
        self.save.setDefault(True)
        buttons.accepted.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(plain_label(self.windowTitle(), self, "title"))
        column.addWidget(scroll, 1)
        column.addWidget(buttons)

    def _connect(self) -> None:
        self.paste.textChanged.connect(self._on_pasted)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.auth.currentIndexChanged.connect(self._show_auth)
        self.insecure.toggled.connect(self._check)
        self.more.changed.connect(self._check)
        self.sign_in.clicked.connect(self._on_sign_in)
        self.rejected.connect(self._forget_tokens)
        edits = (self.name, self.user, self.password, self.token, self.header)
        for edit in (*edits, *self.oauth.values()):
            edit.textChanged.connect(self._check)
        self.test.clicked.connect(self._on_test)
        self.steps.finished.connect(lambda _: self.test.setEnabled(True))
        self.finished.connect(lambda _: self.steps.stop())

    # What was entered

    def url(self) -> str:
        """The address in its one form.

        Raises:
            GantryError: DESTINATION_INVALID.
        """
        return normalise_url(FORMS[self._kind()].to_url(self._values()))[0]

    def destination(self) -> SavedDestination:
        """What was entered, without its secret.

        Raises:
            GantryError: DESTINATION_INVALID.
        """
        base = self._saved or SavedDestination(name="", url="")
        auth = self._auth()
        return msgspec.structs.replace(
            base,
            name=self.name.text().strip(),
            url=self.url(),
            auth=auth,
            user=self.user.text().strip() if auth == "basic" else "",
            header=self.header.text().strip() if auth == "token" else "",
            options=self._options(base.options, oauth=auth == "oauth"),
            insecure_http=self.insecure.isChecked() and not self.insecure.isHidden(),
        )

    def _options(self, kept: dict[str, str], *, oauth: bool) -> dict[str, str]:
        """The options that were there, with what was entered about OAuth and connection."""
        ours = {*_OAUTH, *self.more.edits}
        others = {name: value for name, value in kept.items() if name not in ours}
        entered = {name: edit.text().strip() for name, edit in self.oauth.items()} if oauth else {}
        more = self.more.values()
        if PROXY in more:
            more[PROXY], _ = proxy_without_password(more[PROXY])
        return {**others, **{name: text for name, text in entered.items() if text}, **more}

    def credentials(self) -> Credentials | None:
        """The secret that was entered; None: the stored one stays."""
        auth = self._auth()
        if auth == "token" and self.token.text():
            return Credentials(token=self.token.text().strip())
        if auth == "basic" and self.password.text():
            return Credentials(user=self.user.text().strip(), password=self.password.text())
        return None

    def _kind(self) -> str:
        return self._kinds[max(0, self.kind.currentIndex())]

    def _values(self) -> dict[str, str]:
        return {name: edit.text() for name, edit in self._edits.items()}

    def _take(self, saved: SavedDestination) -> None:
        self.name.setText(saved.name)
        self.paste.setText(saved.url)
        self.auth.setCurrentIndex(_AUTHS.index(saved.auth))
        self.user.setText(saved.user)
        self.header.setText(saved.header)
        for name, edit in self.oauth.items():
            edit.setText(saved.options.get(name, ""))
        self.more.set_values(saved.options)
        self.insecure.setChecked(saved.insecure_http)
        if saved.auth != "none":
            unchanged = self.tr("unchanged")
            self.password.setPlaceholderText(unchanged)
            self.token.setPlaceholderText(unchanged)

    # What is shown

    def _on_pasted(self, text: str) -> None:
        if not text.strip():
            return
        try:
            kind, values = split_address(text)
            _, found = normalise_url(text)
        except GantryError:
            return
        if kind not in self._kinds:
            return
        self.kind.setCurrentIndex(self._kinds.index(kind))
        self._show_kind()
        for name, value in values.items():
            self._edits[name].setText(value)
        if found.user or found.password:
            self.auth.setCurrentIndex(_AUTHS.index("basic"))
            self.user.setText(found.user)
            self.password.setText(found.password)
        if not self.name.text():
            self.name.setText(urlsplit(text).hostname or text.strip().rstrip("\\/").split("\\")[-1])

    def _show_kind(self) -> None:
        self.steps.clear()
        held = self._values()
        for _ in self._edits:
            self._form.removeRow(self._first)
        self._edits = {}
        form = FORMS[self._kind()]
        for place, field in enumerate(form.fields, start=self._first):
            edit = QLineEdit(self)
            edit.setPlaceholderText(field.example)
            edit.setText(held.get(field.name, ""))
            edit.setAccessibleName(label_of_field(field.name))
            edit.textChanged.connect(self._check)
            self._edits[field.name] = edit
            caption = label_of_field(field.name)
            if field.optional:
                caption = self.tr("{name} (optional)").format(name=caption)
            if field.sort is Sort.FOLDER:
                self._form.insertRow(place, caption, self._with_browse(edit))
            else:
                self._form.insertRow(place, caption, edit)
        self._form.setRowVisible(self.auth, form.signs_in)
        self.more.show_kind(self._kind())
        oauth = _AUTHS.index("oauth")
        signs = self._kind() != "s3"  # whose requests are signed by a key
        model = self.auth.model()
        assert isinstance(model, QStandardItemModel)
        model.item(oauth).setEnabled(signs)
        if not signs and self.auth.currentIndex() == oauth:
            self.auth.setCurrentIndex(0)
        self._show_auth()

    def _with_browse(self, edit: QLineEdit) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(edit, 1)
        browse = QPushButton(self.tr("&Browse…"), both)
        browse.clicked.connect(lambda: self._browse(edit))
        row.addWidget(browse)
        both.setFocusProxy(edit)
        return both

    def _browse(self, edit: QLineEdit) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), edit.text())
        if folder:
            edit.setText(folder)

    def _show_auth(self) -> None:
        auth = self._auth()
        self._form.setRowVisible(self.user, auth == "basic")
        self._form.setRowVisible(self.password, auth == "basic")
        self._form.setRowVisible(self.token, auth == "token")
        self._form.setRowVisible(self.header, auth == "token")
        for edit in self.oauth.values():
            self._form.setRowVisible(edit, auth == "oauth")
        self._form.setRowVisible(self._signing, auth == "oauth")
        self._check()

    def _check(self) -> None:
        auth = self._auth()
        problem, url = self._find_problem(), ""
        if not problem:
            url = self.url()
        bare = urlsplit(url).scheme.rpartition("+")[2] == "http"
        exposed = auth != "none" and bare and urlsplit(url).hostname not in _LOOPBACK
        self._form.setRowVisible(self.insecure, exposed)
        if exposed and not self.insecure.isChecked():
            problem = self.tr("Over http, everyone on the way can read the secret.")
        complete = self._is_complete()
        self._problem.setText(problem if complete else "")
        self._form.setRowVisible(self._problem, bool(problem) and complete)
        self.save.setEnabled(complete and not problem)
        self.test.setEnabled(complete and not problem)
        self.sign_in.setEnabled(complete and not problem)
        self._signed.setText(self.tr("Signed in") if url in self._signed_in else "")

    def _is_complete(self) -> bool:
        if self._auth() == "oauth" and not all(
            self.oauth[name].text().strip() for name in (ISSUER, CLIENT_ID)
        ):
            return False
        return bool(self.name.text().strip()) and not missing(self._kind(), self._values())

    def _auth(self) -> Literal["none", "basic", "token", "oauth"]:
        return _AUTHS[self.auth.currentIndex()] if FORMS[self._kind()].signs_in else "none"

    def _find_problem(self) -> str:
        if missing(self._kind(), self._values()):
            return self.tr("Something is still missing.")
        name = self.name.text().strip().casefold()
        others = {d.name.casefold() for d in self._context.settings.destinations}
        others |= {PRACTICE_NAME.casefold(), "practice"}
        if self._saved is not None:
            others.discard(self._saved.name.casefold())
        if name in others:
            return self.tr("There is a destination of this name already.")
        try:
            self.url()
        except GantryError as error:
            message = error_message(error, translate=translate_message)
            return f"{message.what} {message.do}".strip()
        return self.more.problem()

    def _on_test(self) -> None:
        saved = self._in_use()
        self.test.setEnabled(False)
        self.steps.start(Place(saved.name, saved.url), self.credentials(), saved)

    def _on_sign_in(self) -> None:
        from gantry.ui.dialogs.device_sign_in import DeviceSignIn

        saved = self._in_use()
        dialog = DeviceSignIn(self._context, saved, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def signed_in() -> None:
            self._signed_in.add(saved.url)
            self._check()

        dialog.signed_in.connect(signed_in)
        dialog.open()

    def _in_use(self) -> SavedDestination:
        """What was entered, with the proxy's password, which isn't in the store yet."""
        saved, more = self.destination(), self.more.values()
        whole = {PROXY: more[PROXY]} if PROXY in more else {}
        return msgspec.structs.replace(saved, options={**saved.options, **whole})

    def _keep_proxy_password(self) -> None:
        bare, secret = proxy_without_password(self.more.values().get(PROXY, ""))
        if secret is not None:
            self._context.runner.run_in_order(
                "secrets", lambda: keep_secret(bare, secret), None, self._context.report
            )

    def _forget_tokens(self) -> None:
        """Of destinations that were signed in at here, but not kept."""
        known = {d.url for d in self._context.settings.destinations}
        urls = self._signed_in - known

        def work() -> None:
            for url in urls:
                secret_store().delete(url)

        if urls:
            self._context.runner.run_in_order("secrets", work, None, self._context.report)

    def _on_save(self) -> None:
        self._keep_proxy_password()
        self.kept.emit(self.destination(), self.credentials())
        self.accept()
