"""Tells a webhook how jobs ended, from the same events as the log.

A target that is slow, down or hostile delays no parcel: `Alerts` only queues; its own thread keeps
alerts in an outbox and retries for a day.
"""

from gantry.alerts.outbox import Outbox
from gantry.alerts.rules import AlertRules
from gantry.alerts.sending import Alerts
from gantry.alerts.webhook import AlertFailed, Webhook, check_url

__all__ = ["AlertFailed", "AlertRules", "Alerts", "Outbox", "Webhook", "check_url"]
