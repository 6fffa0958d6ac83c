"""Alerts with a button that helps: jobs to resume, jobs that could not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QWidget

from gantry.engine.errors import ErrorCode
from gantry.ui.background.context import Context
from gantry.ui.dialogs.credentials_prompt import CredentialsPrompt
from gantry.ui.dialogs.device_sign_in import DeviceSignIn
from gantry.ui.text.alert import Alert, Level, error_alert

if TYPE_CHECKING:
    from gantry.engine.credentials import Credentials
    from gantry.engine.job import Job
    from gantry.ui.background.runner import Refusal

_SIGN_IN = frozenset(
    {
        ErrorCode.CREDENTIALS_MISSING,
        ErrorCode.CREDENTIALS_STORE,
        ErrorCode.OAUTH_REFUSED,
        ErrorCode.OAUTH_EXPIRED,
    }
)


def _tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Offers", text, None, count)


def unfinished_alert(jobs: list[Job], context: Context) -> Alert:
    """Offers to resume what an earlier run left unfinished."""
    parcels = sum(not was.state.is_final for job in jobs for was in job.resumed.values())

    def text() -> tuple[str, str]:
        return (
            _tr("Sending was interrupted"),
            _tr("%Ln upload(s) still have to be delivered. Nothing is lost.", parcels),
        )

    def resume() -> None:
        for job in jobs:
            context.runner.resume_job(job)
        context.navigate.emit("transfers", jobs[0].id)

    return Alert("unfinished", Level.INFO, text, ((lambda: _tr("Continue sending"), resume),))


def ask_to_sign_in(
    context: Context,
    name: str,
    url: str,
    window: QWidget,
    go_on: Callable[[Credentials | None], None],
) -> QDialog:
    """Opens the sign-in dialog of this destination.

    `go_on` receives what was entered, or None if it is in the credential store.
    """
    saved = context.settings.destination_at(url, name)
    dialog: QDialog
    if saved is not None and saved.auth == "oauth":
        dialog = DeviceSignIn(context, saved, window)
        dialog.signed_in.connect(lambda: go_on(None))
    else:
        dialog = CredentialsPrompt(context, name, url, window)
        dialog.given.connect(go_on)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def refusal_alert(refusal: Refusal, context: Context, window: QWidget) -> Alert:
    """The alert for a job that could not start, with a button that helps."""

    def again() -> None:
        refusal.again(None)

    def sign_in() -> None:
        ask_to_sign_in(context, refusal.place.name, refusal.place.url, window, refusal.again)

    if refusal.error.code in _SIGN_IN:
        return error_alert(refusal.error, (lambda: _tr("Sign in…"), sign_in))
    return error_alert(refusal.error, (lambda: _tr("Try again"), again))
