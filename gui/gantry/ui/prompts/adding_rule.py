"""Adds rules for what holds uploads, and lets these continue by them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from gantry.messages import error_message
from gantry.services.adding_rule import RuleOffer, add_rules, by_profile, rule_offer
from gantry.store.replace import replace
from gantry.ui.background.context import Context
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.treatment_text import profile_text

if TYPE_CHECKING:
    from gantry.engine.errors import GantryError
    from gantry.ui.dialogs.add_rule import AddRule


class AddingRule(QObject):
    """Reads and writes on other threads.

    Attributes:
        dialog: the open one.
    """

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.dialog: AddRule | None = None

    def start(self, job: str, parcel_ids: Sequence[str]) -> None:
        """Asks for rules for what holds these uploads, and others of their job and profile."""
        services = self._context.services
        self._context.runner.run_long(
            "rule", lambda: rule_offer(services, job, parcel_ids), self._ask,
            self._context.report, self,
        )  # fmt: skip

    def _ask(self, offer: RuleOffer | None) -> None:
        if offer is None or not offer.elements or self.dialog is not None:
            return  # something else was decided meanwhile
        from gantry.ui.dialogs.add_rule import AddRule  # noqa: PLC0415 - pydicom

        dialog = self.dialog = AddRule(offer, self._context.home.profiles, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(lambda: self._write(offer, dialog))
        dialog.finished.connect(self._forget)
        dialog.open()

    def _write(self, offer: RuleOffer, dialog: AddRule) -> None:
        services, rules, name = self._context.services, dialog.rules, dialog.name
        dialog.show_problem("")
        dialog.set_busy(True)

        def done(profile: str) -> None:
            dialog.set_busy(False)
            dialog.accept()
            self._go_on(offer, profile)

        def failed(error: GantryError) -> None:
            dialog.set_busy(False)
            said = error_message(error, translate=translate_message)
            dialog.show_problem(f"{said.what} {said.do}".strip())

        self._context.runner.run(
            lambda: add_rules(services, offer, rules, name), done, failed, dialog
        )

    def _go_on(self, offer: RuleOffer, profile: str) -> None:
        context = self._context
        if offer.name:
            self._offer_later(profile)
        context.runner.retry(
            offer.job,
            offer.parcels,
            treat=partial(by_profile, context.services, profile),
            failed=context.report,
        )
        context.navigate.emit("transfers", offer.job)

    def _offer_later(self, profile: str) -> None:
        """Offers a copy beside all destinations, and says so."""
        settings = self._context.settings
        if profile not in settings.profile_files:
            files = (*settings.profile_files, profile)
            self._context.change_settings(replace(settings, profile_files=files))

        def text() -> tuple[str, str]:
            return (
                self.tr("The held uploads continue by {profile}").format(
                    profile=profile_text(profile)
                ),
                self.tr("For later uploads, choose this profile beside the destination."),
            )

        self._context.alert.emit(Alert("rule.added", Level.INFO, text))

    def _forget(self, _: int) -> None:
        self.dialog = None
