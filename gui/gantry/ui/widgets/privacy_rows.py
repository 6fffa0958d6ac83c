"""The rows of a destination's form for de-identification: what it requires, and its pseudonyms."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSizePolicy, QWidget

from gantry.services.privacy import AS_IT_IS, offered
from gantry.store.settings import SavedDestination, Settings
from gantry.ui.text.quantities import plain_tooltip
from gantry.ui.text.treatment_text import about, profile_text
from gantry.ui.widgets.short_combo import ShortComboBox


class PrivacyRows(QObject):
    """Which profile a destination requires, and for how long pseudonyms stay the same."""

    def __init__(self, form: QFormLayout, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.requires = ShortComboBox(parent)  # a profile file may have a long name
        self.requires.setSizeAdjustPolicy(
            ShortComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.requires.setMinimumContentsLength(24)
        self.requires.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.requires.addItem(_tr("The sender chooses for each upload"), AS_IT_IS)
        for profile in offered(settings):
            self._add(profile)
        self.pseudonyms = QComboBox(parent)
        self.pseudonyms.addItem(_tr("The same in all uploads of this study"), False)
        self.pseudonyms.addItem(_tr("New ones in each upload"), True)
        self.study = QLineEdit(parent)
        self.study.setPlaceholderText(_tr("Optional; another name gives other pseudonyms"))
        for caption, widget, spoken, said in (
            (
                _tr("&De-identification"),
                self.requires,
                _tr("De-identification"),
                _tr("With a profile here, nothing goes to this destination as it is."),
            ),
            (
                _tr("Ps&eudonyms"),
                self.pseudonyms,
                _tr("Pseudonyms"),
                _tr(
                    "With the same pseudonyms, later uploads of a patient fit the earlier ones. "
                    "With new ones, nobody can link two uploads."
                ),
            ),
            (
                _tr("Stud&y"),
                self.study,
                _tr("Study"),
                _tr("The name of the study. It stays on this computer."),
            ),
        ):
            form.addRow(caption, widget)
            widget.setAccessibleName(spoken)
            widget.setAccessibleDescription(said)
            widget.setToolTip(plain_tooltip(said))
        self.pseudonyms.currentIndexChanged.connect(self._on_pseudonyms)

    def set_saved(self, saved: SavedDestination) -> None:
        """Shows what was saved."""
        if self.requires.findData(saved.deidentify) < 0:
            self._add(saved.deidentify)
        self.requires.setCurrentIndex(self.requires.findData(saved.deidentify))
        self.pseudonyms.setCurrentIndex(int(saved.new_key_each_time))
        self.study.setText(saved.study)

    @property
    def profile(self) -> str:
        """The profile that is required; "": none."""
        return str(self.requires.currentData())

    @property
    def is_new_each_time(self) -> bool:
        """Whether each upload gets pseudonyms of its own."""
        return bool(self.pseudonyms.currentData())

    def _add(self, profile: str) -> None:
        self.requires.addItem(
            _tr("Requires {profile}: nothing goes there as it is").format(
                profile=profile_text(profile)
            ),
            profile,
        )
        self.requires.setItemData(
            self.requires.count() - 1, plain_tooltip(about(profile)), Qt.ItemDataRole.ToolTipRole
        )

    def _on_pseudonyms(self) -> None:
        self.study.setEnabled(not self.is_new_each_time)


def _tr(text: str) -> str:
    return QCoreApplication.translate("PrivacyRows", text)
