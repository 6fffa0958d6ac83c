"""Chooses how files are sent to a destination: as they are, or de-identified by a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gantry.messages import error_message
from gantry.services.nearness import Nearness, host_of
from gantry.services.privacy import AS_IT_IS, offered, remembered, required
from gantry.ui.look.theme import set_kind
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.quantities import plain_tooltip
from gantry.ui.text.treatment_text import about, profile_text, treatment_text
from gantry.ui.widgets.short_combo import ShortComboBox

if TYPE_CHECKING:
    from gantry.engine.errors import GantryError
    from gantry.services.named_destinations import Place
    from gantry.store.settings import Settings

_ADD = "\0add"  # no profile has such a name


class TreatmentChoice(ShortComboBox):
    """The choice for one destination.

    Signals:
        chosen(str): the user chose another profile; "": as it is.
        add_wanted: the user wants to add a profile file.
    """

    chosen = Signal(str)
    add_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._required = AS_IT_IS
        self._nearness = Nearness.OWN
        self._profiles: list[str] = []
        self._shown = AS_IT_IS
        self._problem: GantryError | None = None
        self.setMinimumWidth(150)
        self.setMaximumWidth(320)  # a profile file may have a long name
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._on_activated)

    @property
    def profile(self) -> str:
        """The profile; "": as it is."""
        return self._shown

    @property
    def is_exposed(self) -> bool:
        """Whether files would leave the user's own network as they are."""
        return self._shown == AS_IT_IS and self._nearness is Nearness.OUTSIDE

    @property
    def warns(self) -> bool:
        """Whether the choice is amber."""
        return self.is_exposed or self._problem is not None

    def show_place(self, place: Place | None, settings: Settings) -> None:
        """Offers what a destination takes, and chooses what was last chosen for it."""
        if place is None or self._place is None or place.url != self._place.url:
            self._nearness = Nearness.UNKNOWN
        self._place = place
        self._required = required(settings, place) if place else AS_IT_IS
        before = self._shown
        self._shown = self._required or (remembered(settings, place.url) if place else AS_IT_IS)
        self._profiles = [self._required] if self._required else [AS_IT_IS, *offered(settings)]
        if self._shown != before:
            self._problem = None
        if self._shown not in self._profiles:
            self._profiles.append(self._shown)  # its file fails, and says so: never as it is
        self.setEnabled(place is not None)
        self.retranslate()

    def show_nearness(self, nearness: Nearness) -> None:
        """Marks the choice if it lets files leave the user's own network as they are."""
        self._nearness = nearness
        self._mark()

    def show_problem(self, error: GantryError | None) -> None:
        """Says that the chosen profile can't be used, and why; None: it can."""
        self._problem = error
        self._mark()

    def note(self) -> str:
        """What the user should know about the choice; "": nothing."""
        if self._place is None:
            return ""
        if self._problem is not None:
            said = error_message(self._problem, translate=translate_message)
            return f"{said.what} {said.do}".strip()
        if self._required:
            return self.tr(
                "{name} takes only what is de-identified by {profile}: its settings require it."
            ).format(name=self._place.name, profile=profile_text(self._required))
        if self.is_exposed:
            return self.tr(
                "{host} is outside your own network: names, IDs and dates go there as they are."
            ).format(host=host_of(self._place.url))
        return ""

    def retranslate(self) -> None:
        """Sets all texts in the current language."""
        self.setAccessibleName(self.tr("De-identification"))
        self.clear()
        for profile in self._profiles:
            self.addItem(treatment_text(profile), profile)
            self.setItemData(
                self.count() - 1, plain_tooltip(about(profile)), Qt.ItemDataRole.ToolTipRole
            )
        if not self._required:
            self.insertSeparator(self.count())
            self.addItem(self.tr("Add a profile file…"), _ADD)
        self.setCurrentIndex(max(0, self.findData(self._shown)))
        self._mark()

    def _mark(self) -> None:
        set_kind(self, "warning" if self.warns else "")
        # The note is said with the choice: who can't see the bar hears why it is amber.
        said = f"{about(self._shown)} {self.note()}".strip()
        self.setToolTip(plain_tooltip(said))
        self.setAccessibleDescription(said)

    def _on_activated(self, index: int) -> None:
        profile = self.itemData(index)
        if profile == _ADD:
            self.setCurrentIndex(max(0, self.findData(self._shown)))
            self.add_wanted.emit()
        elif profile is not None and profile != self._shown:
            self._shown, self._problem = profile, None
            self._mark()
            self.chosen.emit(profile)
