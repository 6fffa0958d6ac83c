"""What will be sent, the destination, and the Send button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gantry.services.named_destinations import PRACTICE_NAME, PRACTICE_URL, Place
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.i18n import Translated
from gantry.ui.text.quantities import plain_tooltip, seconds_text, size_text
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.short_combo import ShortComboBox
from gantry.ui.widgets.treatment_choice import TreatmentChoice

if TYPE_CHECKING:
    from gantry.engine.errors import GantryError
    from gantry.services.nearness import Nearness
    from gantry.store.settings import Settings

_NEW = "new"


class SendBar(Translated):
    """The bar at the bottom of the page.

    Signals:
        send_wanted(Place): the button was pressed.
        new_wanted: the user wants to add a destination.
        place_chosen(Place): a different one was chosen.
        treatment_changed: another profile, or the same for another place.
        nearness_wanted(str): `show_nearness` should say where this address is.
    """

    send_wanted = Signal(object)
    new_wanted = Signal()
    place_chosen = Signal(object)
    treatment_changed = Signal()
    nearness_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._amounts = (0, 0, 0)
        self._seconds: float | None = None
        self._scanning = False
        self._places: tuple[Place, ...] = ()
        self._settings: Settings | None = None
        frame = QFrame(self)
        set_kind(frame, "bar")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        column = QVBoxLayout(frame)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(12)
        column.addLayout(row)
        self.summary = QLabel(frame)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self._to = QLabel(frame)
        self.places = ShortComboBox(frame)
        self.places.setMinimumWidth(220)
        self.places.setSizeAdjustPolicy(
            ShortComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._to.setBuddy(self.places)
        self.treatment = TreatmentChoice(frame)
        self.note = plain_label("", frame, "warning")
        self.note.hide()
        self.send = QPushButton(frame)
        self.send.setMinimumWidth(112)
        set_kind(self.send, "primary")
        set_icon(self.send, "send", "on_accent", 18)
        row.addWidget(self.summary, 1)
        row.addWidget(self._to)
        row.addWidget(self.places)
        row.addWidget(self.treatment)
        row.addWidget(self.send)
        column.addWidget(self.note)
        self.send.clicked.connect(self._on_send)
        self.places.activated.connect(self._on_activated)
        self.places.currentIndexChanged.connect(lambda _: self._show_treatment())
        self.treatment.chosen.connect(self._on_treatment)
        self.retranslate()

    @property
    def place(self) -> Place | None:
        """The destination chosen."""
        return next((p for p in self._places if p.url == self.places.currentData()), None)

    def show_places(self, settings: Settings) -> None:
        """Lists practice and the saved destinations; keeps the choice if possible."""
        self._settings = settings
        saved = (Place(d.name, d.url) for d in settings.destinations)
        self._places = (Place(PRACTICE_NAME, PRACTICE_URL), *saved)
        named = next((p.url for p in self._places if p.name == settings.last_destination), None)
        chosen = self.places.currentData() if self.places.count() else named
        if chosen not in [p.url for p in self._places]:
            # Nothing chosen yet: a real server, if there is one, before practice.
            chosen = named or self._places[min(1, len(self._places) - 1)].url
        self.places.clear()
        for place in self._places:
            self.places.addItem(place_text(place), place.url)
        self.places.insertSeparator(self.places.count())
        self.places.addItem(self.tr("Add a destination…"), _NEW)
        self.places.setCurrentIndex(self.places.findData(chosen))
        self._show_treatment()

    def choose(self, url: str) -> None:
        """Chooses a destination."""
        if (index := self.places.findData(url)) >= 0:
            self.places.setCurrentIndex(index)
            if self.place is not None:
                self.place_chosen.emit(self.place)

    def show_nearness(self, url: str, nearness: Nearness) -> None:
        """Says where the destination at this address is, if it is the chosen one."""
        if self.place is not None and self.place.url == url:
            self.treatment.show_nearness(nearness)
            self._show_note()

    def show_problem(self, error: GantryError | None) -> None:
        """Says that the chosen profile can't be used, and why; None: it can."""
        self.treatment.show_problem(error)
        self._show_note()

    def show_amounts(self, studies: int, instances: int, size: int, scanning: bool) -> None:
        """Shows what will be sent."""
        self._amounts, self._scanning = (studies, instances, size), scanning
        self._tell()

    def show_time(self, seconds: float | None) -> None:
        """Shows how long it may take; None: unknown."""
        self._seconds = seconds
        self._tell()

    def retranslate(self) -> None:
        self._to.setText(self.tr("&To"))
        # The underline splits the word into pieces, and the measured kerning is lost.
        self._to.setMinimumWidth(self._to.sizeHint().width() + 6)
        self.places.setAccessibleName(self.tr("Destination"))
        self.send.setText(self.tr("&Send"))
        self.send.setAccessibleName(self.tr("Send"))
        for index in range(self.places.count()):
            if (url := self.places.itemData(index)) == PRACTICE_URL:
                self.places.setItemText(index, place_text(self._places[0]))
            elif url == _NEW:
                self.places.setItemText(index, self.tr("Add a destination…"))
        self.treatment.retranslate()
        self._show_note()
        self._tell()

    def _show_treatment(self) -> None:
        if self._settings is None:
            return
        place = self.place
        self.treatment.show_place(place, self._settings)
        self._show_note()
        if place is not None:
            self.places.setToolTip(plain_tooltip(f"{place_text(place)}\n{place.url}"))
            self.treatment_changed.emit()
            self.nearness_wanted.emit(place.url)

    def _on_treatment(self) -> None:
        self._show_note()
        self.treatment_changed.emit()

    def _show_note(self) -> None:
        said = self.treatment.note()
        set_kind(self.note, "warning" if self.treatment.warns else "muted")
        self.note.setText(said)
        self.note.setVisible(bool(said))

    def _tell(self) -> None:
        studies, instances, size = self._amounts
        parts = [
            self.tr("%Ln study(ies)", None, studies),
            self.tr("%Ln image(s)", None, instances),
            size_text(size),
        ]
        if self._seconds is not None and instances:
            parts.append(self.tr("about {time}").format(time=seconds_text(self._seconds)))
        self.summary.setText(" · ".join(parts) if instances else self.tr("Nothing is selected"))
        self.send.setEnabled(bool(instances) and not self._scanning and self.place is not None)
        self.send.setToolTip(
            self.tr("Wait until everything has been read") if self._scanning else ""
        )

    def _on_send(self) -> None:
        if self.place is not None:
            self.send_wanted.emit(self.place)

    def _on_activated(self, index: int) -> None:
        if self.places.itemData(index) == _NEW:
            self.places.setCurrentIndex(0)
            self.new_wanted.emit()
        elif self.place is not None:
            self.place_chosen.emit(self.place)


def place_text(place: Place) -> str:
    """A destination's display name."""
    if place.is_practice:
        return QCoreApplication.translate("SendBar", "Practice (this computer)")
    return place.name
