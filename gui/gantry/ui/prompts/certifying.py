"""Saves the certificate of a job, in the window's language, and opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.lazy import load
from gantry.engine.times import now
from gantry.ui.background.context import Context
from gantry.ui.system.desktop import open_file, open_folder_of
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import language, translate_label, translate_message


class Certifying(QObject):
    """Asks for a file, and writes it on another thread; `window` is the dialog's parent."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window

    def ask(self, job: str) -> None:
        """Asks where to save the certificate of a job, and saves it there."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Certificate"),
            "gantry-certificate.html",
            self.tr("Page (*.html)"),
        )
        if chosen:
            self._write(job, chosen if Path(chosen).suffix else f"{chosen}.html")

    def _write(self, job: str, path: str) -> None:
        services, shown = self._context.services, language().current
        key = self._context.settings.certificate_key

        def write() -> str:
            load("cryptography")
            # The window starts without these.
            from gantry.services.certificate import certificate_of  # noqa: PLC0415
            from gantry.services.certificate_file import write_certificate  # noqa: PLC0415
            from gantry.services.certificate_text import Wording, document_of  # noqa: PLC0415

            if (found := certificate_of(services.history, job)) is None:
                raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": job})
            wording = Wording(shown, translate_message, translate_label)
            document = document_of(found, now(), wording)
            signature = write_certificate(document, Path(path), Path(key) if key else None)
            return signature.name if signature else ""

        def done(signature: str) -> None:
            def show_it() -> None:
                open_folder_of(path)

            show = (lambda: self.tr("Show in folder"), show_it)
            text = self._said(path, signature)
            self._context.alert.emit(Alert("history.certificate", Level.SUCCESS, text, (show,)))
            open_file(path)

        self._context.runner.run_long("certificate", write, done, self._context.report, self)

    def _said(self, path: str, signature: str) -> Callable[[], tuple[str, str]]:
        def text() -> tuple[str, str]:
            if signature:
                said = self.tr("{path} is signed. Pass on {signature}, which is beside it, too.")
                return self.tr("The certificate was written"), said.format(
                    path=path, signature=signature
                )
            said = self.tr("{path} is not signed: the settings name no key.")
            return self.tr("The certificate was written"), said.format(path=path)

        return text
