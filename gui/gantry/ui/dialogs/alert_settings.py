"""Alerts to a webhook: how jobs ended, in ids and numbers, for a chat or a monitor."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gantry.alerts import AlertFailed, Webhook, check_url
from gantry.alerts.outbox import Waiting
from gantry.alerts.rules import SCHEMA
from gantry.engine.transfer.destination import Credentials
from gantry.store.secrets import keep_secret, secret_store
from gantry.store.settings import Settings
from gantry.ui.context import Context
from gantry.ui.dialogs.settings_part import SettingsPart, fill
from gantry.ui.theme import set_icon, set_kind
from gantry.ui.widgets.labels import plain_label

_ON = ("failed", "always")


class AlertSettings(SettingsPart):
    """Address, occasion, consent, signing secret; and a try."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.url, self.secret = QLineEdit(self), QLineEdit(self)
        self.url.setPlaceholderText("https://hooks.example.org/gantry")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.on = QComboBox(self)
        self.intranet, self.loopback = QCheckBox(self), QCheckBox(self)
        self.test = QPushButton(self)
        set_icon(self.test, "send", size=16)
        self._outcome = plain_label("", self, "muted")
        for widget in (self.url, self.on, self.secret, self.intranet, self.loopback):
            self.add_row(widget)
        row = QHBoxLayout()
        row.addWidget(self.test)
        row.addStretch(1)
        self._form.addRow("", row)
        self._form.addRow("", self._outcome)
        change = context.change_settings
        self.url.editingFinished.connect(self._on_url)
        self.secret.editingFinished.connect(self._on_secret)
        self.on.activated.connect(lambda n: change(alert_on=_ON[n]))
        self.intranet.clicked.connect(lambda on: change(alert_intranet=on))
        self.loopback.clicked.connect(lambda on: change(alert_loopback_http=on))
        self.loopback.clicked.connect(lambda _: self._on_url())
        self.test.clicked.connect(self._on_test)
        self.begin()

    def show_settings(self, settings: Settings) -> None:
        if self.url.text().strip() != settings.alert_url and not self.url.isModified():
            self.url.setText(settings.alert_url)
        self.on.setCurrentIndex(_ON.index(settings.alert_on))
        self.intranet.setChecked(settings.alert_intranet)
        self.loopback.setChecked(settings.alert_loopback_http)
        for widget in (self.secret, self.test):
            widget.setEnabled(bool(settings.alert_url))
        self._show_unchanged()

    def _show_unchanged(self) -> None:
        known = bool(self._context.settings.alert_url)
        self.secret.setPlaceholderText(self.tr("unchanged") if known else "")

    def _on_url(self) -> None:
        """Takes the address, once it can be one; the old one's secret is forgotten."""
        url, old = self.url.text().strip(), self._context.settings.alert_url
        if url == old:
            return
        if url:
            try:
                check_url(url, loopback_http=self.loopback.isChecked())
            except AlertFailed as failed:
                self._tell(self._reason(failed.reason), failed=True)
                return
        self._tell("")
        self.url.setModified(False)
        self._context.change_settings(alert_url=url)
        if old:
            self._in_store(lambda: secret_store().delete(old))

    def _on_secret(self) -> None:
        secret, url = self.secret.text(), self._context.settings.alert_url
        if secret and url and self.secret.isModified():
            self.secret.setModified(False)
            self._in_store(lambda: keep_secret(url, Credentials(token=secret)))

    def _in_store(self, work: object) -> None:
        assert callable(work)
        self._context.runner.run_in_order("secrets", work, None, self._context.report)

    def _on_test(self) -> None:
        """Tells an alert that says that it is a test, with what is set now."""
        self._on_url()
        self._on_secret()
        settings = self._context.settings
        self.test.setEnabled(False)
        self._tell(self.tr("Sending…"))

        def work() -> str:
            known = secret_store().load(settings.alert_url)
            webhook = Webhook(
                settings.alert_url,
                known.token if known else "",
                intranet=settings.alert_intranet,
                loopback_http=settings.alert_loopback_http,
            )
            payload: dict[str, str | int | float] = {
                "schema": SCHEMA,
                "event": "test",
                "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            }
            try:
                webhook.send(Waiting(f"test-{time.time_ns()}", payload, 0))
            except AlertFailed as failed:
                return failed.reason
            return ""

        def done(reason: str) -> None:
            self.test.setEnabled(True)
            if reason:
                self._tell(self._reason(reason), failed=True)
            else:
                self._tell(self.tr("The server took the test alert."))

        def failed(error: object) -> None:
            self.test.setEnabled(True)
            self._tell("")
            self._context.report(error)  # type: ignore[arg-type]

        # In the lane of the secrets, so that one just entered is there.
        self._context.runner.run_in_order("secrets", work, done, failed, self)

    def _tell(self, text: str, *, failed: bool = False) -> None:
        self._outcome.setText(text)
        set_kind(self._outcome, "error" if failed else "muted")

    def _reason(self, reason: str) -> str:
        return {
            "not a URL": self.tr("This is not a web address."),
            "http": self.tr("Only https:// is allowed; http:// only to this computer, if ticked."),
            "forbidden address": self.tr("Alerts are not sent to this address."),
            "user in the URL": self.tr("The address must not hold user and password."),
            "this computer": self.tr("The address is this computer's: tick that it is meant."),
            "own network": self.tr("The address is in the own network: tick that it is meant."),
            "name not found": self.tr("There is no server of this name."),
            "timeout": self.tr("The server did not answer in time."),
            "redirect": self.tr("The server refers to another address: enter that one."),
        }.get(reason, self.tr("The alert could not be sent: {reason}.").format(reason=reason))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Alerts"))
        self._hint.setText(
            self.tr(
                "When a job ends, this address is told how many parcels arrived and how many "
                "failed. No names, no patient data."
            )
        )
        fill(self.on, (self.tr("When something failed"), self.tr("At the end of every job")))
        self._show_unchanged()
        self.intranet.setText(self.tr("The address is inside our own network"))
        self.loopback.setText(self.tr("Plain http to this computer is meant"))
        self.test.setText(self.tr("Send a &test alert"))
        self.name_rows(
            [
                (self.url, self.tr("&Webhook")),
                (self.on, self.tr("T&ell")),
                (self.secret, self.tr("Signing &secret")),
                (self.intranet, self.tr("Own network")),
                (self.loopback, self.tr("This computer")),
            ]
        )
