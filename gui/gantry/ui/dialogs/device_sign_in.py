"""Signs in at a destination by OAuth 2.0, with a code to enter on the server's page (RFC 8628)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import DeviceCode
from gantry.engine.errors import GantryError
from gantry.messages import error_message
from gantry.services.sign_in import sign_in
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.system.desktop import open_page
from gantry.ui.text.i18n import translate_message
from gantry.ui.widgets.labels import copyable, plain_label


class DeviceSignIn(QDialog):
    """Asks the server for a code, shows it, and waits until the user has confirmed it there.

    Signals:
        signed_in: the tokens are stored.
    """

    signed_in = Signal()

    def __init__(
        self, context: Context, saved: SavedDestination, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._saved = context, saved
        self._token: CancelToken | None = None
        self._direct = ""
        self.setWindowTitle(self.tr("Sign in"))
        self.setMinimumWidth(480)
        self._status = plain_label("", self)
        self.code = copyable("", self.tr("Code"), self)
        set_kind(self.code, "code")
        self.address = copyable("", self.tr("Address"), self)
        self.copy = QPushButton(self.tr("&Copy code"), self)
        self.copy_address = QPushButton(self.tr("Copy &address"), self)
        self.browse = QPushButton(self.tr("&Open in browser"), self)
        set_icon(self.copy, "copy", size=16)
        set_icon(self.copy_address, "copy", size=16)
        set_icon(self.browse, "open", "on_accent", 16)
        set_kind(self.browse, "primary")
        self._shown = QWidget(self)
        grid = QGridLayout(self._shown)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        grid.addWidget(self.address, 0, 0)
        grid.addWidget(self.copy_address, 0, 1)
        grid.addWidget(self.code, 1, 0)
        grid.addWidget(self.copy, 1, 1)
        grid.setColumnStretch(0, 1)
        self._waiting = QProgressBar(self)
        self._waiting.setRange(0, 0)
        self._waiting.setTextVisible(False)
        self._waiting.setAccessibleName(self.tr("Waiting for the sign-in"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.addButton(self.browse, QDialogButtonBox.ButtonRole.ActionRole)
        self.again = buttons.addButton(
            self.tr("&Try again"), QDialogButtonBox.ButtonRole.ActionRole
        )
        buttons.rejected.connect(self.reject)
        self.browse.clicked.connect(lambda: open_page(self._direct or self.address.text()))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.code.text()))
        self.copy_address.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.address.text())
        )
        self.again.clicked.connect(self.start)
        self.finished.connect(self._stop)
        context.runner.ending.connect(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        title = self.tr("Sign in at {name}").format(name=saved.name)
        column.addWidget(plain_label(title, self, "title"))
        column.addWidget(self._status)
        column.addWidget(self._shown)
        column.addWidget(self._waiting)
        column.addStretch(1)
        column.addWidget(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._token is None:
            self.start()

    def start(self) -> None:
        """Asks for a code, on another thread."""
        self._stop()
        token = self._token = CancelToken()
        runner, saved = self._context.runner, self._saved
        self._show(self.tr("Asking the server for a code…"))

        def show(code: DeviceCode) -> None:
            if token is self._token:
                self._show_code(code)

        def done(_: None) -> None:
            if token is self._token:
                self._token = None
                self.signed_in.emit()
                self.accept()

        def failed(error: GantryError) -> None:
            if token is self._token:
                self._token = None
                message = error_message(error, translate=translate_message)
                self._show(f"{message.what} {message.do}".strip(), failed=True)

        def work() -> None:
            sign_in(saved, token, lambda code: runner.call(lambda: show(code)))

        runner.run_long("sign-in", work, done, failed, self)

    def _show(self, text: str, *, failed: bool = False) -> None:
        self._status.setText(text)
        set_kind(self._status, "error" if failed else "")
        for widget in (self._shown, self.browse):
            widget.hide()
        self._waiting.setVisible(not failed)
        self.again.setVisible(failed)
        if failed:
            self.again.setFocus()
        self.adjustSize()

    def _show_code(self, code: DeviceCode) -> None:
        self._direct = code.direct
        self.code.setText(code.user_code)
        self.address.setText(code.address)
        self.address.setCursorPosition(0)
        self._status.setText(
            self.tr(
                "Open this address in a browser, on this or any other device, and enter the "
                "code. This window then continues by itself."
            )
        )
        self._shown.show()
        self.browse.show()
        self.browse.setDefault(True)
        self.browse.setFocus(Qt.FocusReason.OtherFocusReason)
        self.adjustSize()

    def _stop(self, _: int = 0) -> None:
        if self._token is not None:
            self._token.cancel()
            self._token = None
