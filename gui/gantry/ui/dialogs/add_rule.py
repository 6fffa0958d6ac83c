"""Asks what a profile does from now on to the elements by which files are held."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.deidentify.added_rule import Rule
from gantry.services.adding_rule import HeldElement, RuleOffer
from gantry.store.profiles import is_name
from gantry.ui.look.theme import set_kind
from gantry.ui.text.quantities import count_text
from gantry.ui.text.rule_text import action_text, no_change_text, no_rule_text, place_text
from gantry.ui.text.treatment_text import profile_text
from gantry.ui.widgets.labels import copyable, icon_label, plain_label
from gantry.ui.widgets.short_combo import ShortComboBox

_NO_RULE = ""
_HIGHEST = 280  # pixels of the list


class AddRule(QDialog):
    """Stays open until the rules are written, or says why they can't be.

    Args:
        folder: where Gantry keeps copies of profiles.

    Signals:
        wanted: the user wants `rules` added, to the copy `name` of a built-in profile.
    """

    wanted = Signal()

    def __init__(self, offer: RuleOffer, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add a rule"))
        self._offer, self._folder, self._is_busy = offer, folder, False
        self.choices: list[tuple[HeldElement, ShortComboBox]] = []
        self.file = QLineEdit(offer.name, self)
        self._where = plain_label("", self, "muted")
        self.problem, self._problem_text = self._note()
        self.add = QPushButton(self.tr("&Add and try again"), self)
        self.add.setDefault(True)
        set_kind(self.add, "primary")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.add, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        self.add.clicked.connect(self.wanted)
        self.file.textChanged.connect(self._on_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        self._build_elements(column)
        self._build_target(column)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        order = [*(choice for _, choice in self.choices), self.file, self.add, self._cancel]
        for before, after in pairwise(order):
            self.setTabOrder(before, after)
        self.resize(760, 0)
        if offer.why_not is not None:
            self.show_problem(no_change_text(offer.why_not, offer))
        self._on_changed()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that the user wants."""
        return tuple(
            Rule(element.tags[-1], str(choice.currentData()), element.creator)
            for element, choice in self.choices
            if choice.currentData()
        )

    @property
    def name(self) -> str:
        """The name of the copy; "" where a file of the user's is changed."""
        return self.file.text().strip() if self._offer.name else ""

    def show_problem(self, text: str) -> None:
        """Says why nothing was changed; "": nothing is wrong."""
        self._problem_text.setText(text)
        self.problem.setAccessibleDescription(text)
        self.problem.setVisible(bool(text))
        self._fit()

    def set_busy(self, busy: bool) -> None:
        """Waits while the file is written."""
        self._is_busy = busy
        self._cancel.setEnabled(not busy)
        self._on_changed()

    def reject(self) -> None:
        if not self._is_busy:
            super().reject()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Makes it as high as its wrapped texts, and a list that is not too long."""
        if (layout := self.layout()) is None:
            return
        inner = self.width() - layout.contentsMargins().left() - layout.contentsMargins().right()
        self._area.setMinimumHeight(min(_HIGHEST, self._grid.totalHeightForWidth(inner) + 4))
        layout.activate()
        self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def _build_elements(self, column: QVBoxLayout) -> None:
        column.addWidget(
            plain_label(
                self.tr(
                    "After rewriting, these elements still say something about the patient. Choose "
                    "what the profile does to each of them from now on."
                ),
                self,
            )
        )
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(area)
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 1)
        heads = (self.tr("Element"), self.tr("Found"), self.tr("Files"), self.tr("Rule"))
        for place, text in enumerate(heads):
            grid.addWidget(plain_label(text, inner, "muted"), 0, place)
        for element in self._offer.elements:
            self._add_element(grid, element)
        area.setWidget(inner)
        self._area, self._grid = area, grid
        column.addWidget(area, 1)
        notes = [
            self.tr(
                "There is no rule that keeps them: what leaves is searched, and the files would be "
                "held again."
            )
        ]
        if others := self._offer.others:
            notes.append(
                self.tr(
                    "%Ln file(s) are held for other reasons, which no rule changes.", None, others
                )
            )
        column.addWidget(plain_label(" ".join(notes), self, "muted"))

    def _add_element(self, grid: QGridLayout, element: HeldElement) -> None:
        row, parent = grid.rowCount(), grid.parentWidget()
        name = place_text(element)
        grid.addWidget(plain_label(name, parent), row, 0)
        grid.addWidget(plain_label(element.value, parent), row, 1)
        grid.addWidget(QLabel(count_text(element.files), parent), row, 2)
        choice = ShortComboBox(parent)
        choice.setSizeAdjustPolicy(ShortComboBox.SizeAdjustPolicy.AdjustToContents)
        choice.setAccessibleName(self.tr("Rule for {element}").format(element=name))
        grid.addWidget(choice, row, 3)
        if not isinstance(element.actions, tuple):
            choice.addItem(self.tr("No rule possible"), _NO_RULE)
            choice.setEnabled(False)
            why = no_rule_text(element.actions)
            choice.setAccessibleDescription(why)
            grid.addWidget(plain_label(why, parent, "muted"), row + 1, 0, 1, 4)
            return
        for action in (*element.actions, _NO_RULE):
            choice.addItem(action_text(action), action)
        choice.setEnabled(self._offer.why_not is None)
        choice.currentIndexChanged.connect(self._on_changed)
        self.choices.append((element, choice))

    def _build_target(self, column: QVBoxLayout) -> None:
        offer = self._offer
        self._target = QWidget(self)
        inner = QVBoxLayout(self._target)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        if offer.name:
            text = self.tr(
                "{profile} is built in and stays as it is. A profile file that starts from it gets "
                "the rules:"
            ).format(profile=profile_text(offer.profile))
            inner.addWidget(plain_label(text, self))
            row = QHBoxLayout()
            label = QLabel(self.tr("&Name"), self)
            label.setBuddy(self.file)
            row.addWidget(label)
            row.addWidget(self.file, 1)
            inner.addLayout(row)
            inner.addWidget(self._where)
        else:
            inner.addWidget(plain_label(self.tr("The profile file gets the rules:"), self))
            inner.addWidget(copyable(offer.profile, self.tr("Profile file"), self))
            self._where.hide()
            self.file.hide()
        inner.addWidget(plain_label(self._consequences(), self, "muted"))
        self._target.setVisible(offer.why_not is None)
        column.addWidget(self._target)

    def _consequences(self) -> str:
        again = self.tr(
            "%Ln held upload(s) of this job continue with it.", None, len(self._offer.parcels)
        )
        later = (
            self.tr("For later uploads, choose it beside the destination.")
            if self._offer.name
            else self.tr(
                "Everything else in it stays. Later uploads with it follow the rules; others that "
                "were begun do so when you try them again."
            )
        )
        return f"{again} {later}"

    def _note(self) -> tuple[QFrame, QLabel]:
        note = QFrame(self)
        set_kind(note, "note-warning")
        row = QHBoxLayout(note)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(icon_label("warning", "warning", note, 18), 0, Qt.AlignmentFlag.AlignTop)
        text = plain_label("", note)
        row.addWidget(text, 1)
        note.hide()
        return note, text

    def _on_changed(self) -> None:
        usable, said = self._named()
        self._where.setText(said)
        self._fit()
        self.file.setAccessibleDescription(said)
        self.add.setEnabled(
            not self._is_busy and self._offer.why_not is None and bool(self.rules) and usable
        )

    def _named(self) -> tuple[bool, str]:
        """Whether the name of the copy can be used, and what it means."""
        if not self._offer.name:
            return True, ""
        path = self._folder / f"{self.name}.json"
        if not is_name(self.name):
            return False, self.tr("A name has letters, digits, spaces, - and _; at most 64.")
        match self._offer.taken.get(self.name.casefold()):
            case None:
                return True, self.tr("New: {path}").format(path=path)
            case True:
                return True, self.tr("Exists, and gets these rules, too: {path}").format(path=path)
            case _:
                return False, self.tr("Another profile has this name. Choose another one.")
