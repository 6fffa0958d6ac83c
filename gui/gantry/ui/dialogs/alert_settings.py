"""Alerts to a webhook: how jobs ended, in ids and numbers, for a chat or a monitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from gantry.alerts import AlertFailed
from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.services.alerting import send_test_alert, webhook_address
from gantry.store.replace import replace
from gantry.store.secrets import keep_secret, secret_store
from gantry.store.setting import Setting
from gantry.store.settings import ALERTS, Settings
from gantry.ui.background.context import Context
from gantry.ui.dialogs.setting_rows import LineRow
from gantry.ui.dialogs.settings_form import SettingsForm
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.widgets.labels import plain_label


class AlertSettings(SettingsForm):
    """Address, occasion, consent, signing secret, and a test button."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, ALERTS, parent)

    def add_setting(self, setting: Setting[Any]) -> None:
        super().add_setting(setting)
        if setting.name == "alert_on":
            self._add_secret()

    def _add_secret(self) -> None:
        self.secret, self._caption = QLineEdit(self), QLabel(self)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.editingFinished.connect(self._on_secret)
        self._caption.setBuddy(self.secret)
        self._form.addRow(self._caption, self.secret)

    def add_more(self) -> None:
        url = self.rows["alert_url"]
        assert isinstance(url, LineRow)
        self.url, self.test = url.line, QPushButton(self)
        set_icon(self.test, "send", size=16)
        row = QHBoxLayout()
        row.addWidget(self.test)
        row.addStretch(1)
        self._outcome = plain_label("", self, "muted")
        self._form.addRow("", row)
        self._form.addRow("", self._outcome)
        self.test.clicked.connect(self._on_test)

    def show_settings(self, settings: Settings) -> None:
        super().show_settings(settings)
        for widget in (self.secret, self.test):
            widget.setEnabled(bool(settings.alert_url))
        self._show_unchanged()

    def _show_unchanged(self) -> None:
        known = bool(self._context.settings.alert_url)
        self.secret.setPlaceholderText(self.tr("unchanged") if known else "")

    def choose(self, setting: Setting[Any], value: object) -> None:
        if setting.name == "alert_url":
            self._take_url()
            return
        super().choose(setting, value)
        if setting.name == "alert_loopback_http":
            self._take_url()

    def _take_url(self) -> None:
        """Takes the address once it is valid; the old one's secret is deleted."""
        settings = self._context.settings
        url, old = self.url.text().strip(), settings.alert_url
        if url == old:
            return
        try:
            bare, secrets = webhook_address(url, settings)
        except AlertFailed as failed:
            self._tell(self._reason(failed.reason), failed=True)
            return
        self._tell("")
        self._context.change_settings(replace(settings, alert_url=bare))
        if old:
            self._in_store(lambda: secret_store().delete(old))
        if secrets.query:
            self._in_store(lambda: keep_secret(bare, secrets))

    def _on_secret(self) -> None:
        secret, url = self.secret.text(), self._context.settings.alert_url
        if secret and url and self.secret.isModified():
            self.secret.setModified(False)
            self._in_store(lambda: keep_secret(url, Credentials(token=secret)))

    def _in_store(self, work: Callable[[], None]) -> None:
        self._context.runner.run_in_order("secrets", work, None, self._context.report)

    def _on_test(self) -> None:
        """Sends an alert that says that it is a test, with the current settings."""
        self._take_url()
        self._on_secret()
        settings = self._context.settings
        self.test.setEnabled(False)
        self._tell(self.tr("Sending…"))

        def work() -> str:
            try:
                send_test_alert(settings)
            except AlertFailed as failed:
                return failed.reason
            return ""

        def done(reason: str) -> None:
            self.test.setEnabled(True)
            if reason:
                self._tell(self._reason(reason), failed=True)
            else:
                self._tell(self.tr("The server accepted the test alert."))

        def failed(error: GantryError) -> None:
            self.test.setEnabled(True)
            self._tell("")
            self._context.report(error)

        # In the lane of the secrets, so that one just entered is stored.
        self._context.runner.run_in_order("secrets", work, done, failed, self)

    def _tell(self, text: str, *, failed: bool = False) -> None:
        self._outcome.setText(text)
        set_kind(self._outcome, "error" if failed else "muted")

    def _reason(self, reason: str) -> str:
        return {
            "not a URL": self.tr("This is not a web address."),
            "http": self.tr("Only https:// is allowed; http:// only to this computer, if ticked."),
            "forbidden address": self.tr("Alerts are not sent to this address."),
            "user in the URL": self.tr("The address must not contain a user name or password."),
            "this computer": self.tr(
                "This address is on this computer. To allow it, tick the box below."
            ),
            "own network": self.tr(
                "This address is in your own network. To allow it, tick the box below."
            ),
            "name not found": self.tr("There is no server with this name."),
            "timeout": self.tr("The server did not answer in time."),
            "redirect": self.tr("The server redirects to another address. Enter that one instead."),
        }.get(reason, self.tr("The alert could not be sent: {reason}.").format(reason=reason))

    def retranslate(self) -> None:
        super().retranslate()
        self._show_unchanged()
        caption = self.tr("Signing &secret")
        self._caption.setText(caption)
        self.secret.setAccessibleName(caption.replace("&", ""))
        self.test.setText(self.tr("Send a &test alert"))
