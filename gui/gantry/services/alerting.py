"""Alerts according to the settings: their target, its secrets, and a test."""

from __future__ import annotations

import time

from gantry.alerts import AlertRules, Alerts, Outbox, Webhook, check_url
from gantry.alerts.outbox import Waiting
from gantry.alerts.rules import SCHEMA
from gantry.engine.credentials import Credentials
from gantry.engine.events import Event
from gantry.engine.times import now
from gantry.engine.transfer.http.url_secrets import with_secrets, without_secrets
from gantry.services.preferences import Preferences
from gantry.store.home import Home
from gantry.store.secrets import secret_store
from gantry.store.settings import Settings


class JobAlerts:
    """A `Sink` that tells the webhook of the settings how jobs ended.

    Its thread starts when the settings first name a webhook; they are read again for each alert.
    """

    def __init__(self, home: Home, preferences: Preferences) -> None:
        self._home, self._preferences = home, preferences
        self._rules = AlertRules()
        self._alerts: Alerts | None = None
        self.follow_settings()

    def __call__(self, event: Event) -> None:
        if self._alerts is not None:
            self._alerts(event)

    def close(self) -> None:
        """Gives new alerts a moment to be sent."""
        if self._alerts is not None:
            self._alerts.close()

    def follow_settings(self) -> None:
        """Starts alerts if necessary; call it after the settings have changed."""
        settings = self._preferences.settings
        if self._alerts is None and settings.alert_url:
            self._alerts = Alerts(Outbox(self._home.outbox_file), self._rules, self._webhook)
        self._rules.always = settings.alert_on == "always"

    def _webhook(self) -> Webhook | None:
        settings = self._preferences.settings
        return webhook_of(settings) if settings.alert_url else None


def webhook_of(settings: Settings) -> Webhook:
    """The target of alerts in these settings, with the secrets from the credential store.

    Raises:
        GantryError: CREDENTIALS_STORE.
    """
    known = secret_store().load(settings.alert_url) or Credentials()
    return Webhook(
        with_secrets(settings.alert_url, known.query),
        known.token,
        intranet=settings.alert_intranet,
        loopback_http=settings.alert_loopback_http,
    )


def webhook_address(url: str, settings: Settings) -> tuple[str, Credentials]:
    """An entered address without its secrets, and those secrets.

    Raises:
        AlertFailed: it can't be the address of a webhook.
    """
    if url:
        check_url(url, loopback_http=settings.alert_loopback_http)
    bare, query = without_secrets(url)
    return bare, Credentials(query=query)


def send_test_alert(settings: Settings) -> None:
    """Sends an alert that says that it is a test; returns once it was accepted.

    Raises:
        AlertFailed.
        GantryError: CREDENTIALS_STORE.
    """
    payload: dict[str, str | int | float] = {
        "schema": SCHEMA,
        "event": "test",
        "time": now("seconds"),
    }
    webhook_of(settings).send(Waiting(f"test-{time.time_ns()}", payload, 0))
