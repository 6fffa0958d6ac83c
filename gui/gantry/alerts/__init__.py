"""Tells a webhook how jobs ended. Fed by the same events as the log, and owing it nothing.

A target that is slow, down or hostile delays no parcel: `Alerts` only queues; a thread of its own
keeps what is to be told in an outbox and tries again, for a day.
"""

from gantry.alerts.outbox import Outbox
from gantry.alerts.rules import AlertRules
from gantry.alerts.sending import Alerts
from gantry.alerts.webhook import AlertFailed, Webhook, check_url

__all__ = ["AlertFailed", "AlertRules", "Alerts", "Outbox", "Webhook", "check_url"]
