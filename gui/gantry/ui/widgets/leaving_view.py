"""What leaves: every element of a file before and after, and whether the file would be held."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.deidentify.profile import PROFILES, PrivacyProfile
from gantry.engine.errors import GantryError
from gantry.engine.preview.contents import Contents, Leaving
from gantry.messages import error_message
from gantry.ui.look.theme import icon, set_icon, set_kind, theme
from gantry.ui.models.leaving_model import LeavingColumn, LeavingModel, rows_as_text
from gantry.ui.text.i18n import Translated, translate_message
from gantry.ui.text.leaving_text import hold_place, hold_text
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.short_combo import ShortComboBox

_AS_IT_IS = ""
_WRONG = "\0"  # a profile file that can't be used: no profile has an empty name
_FILE = "\0"  # begins the key of a profile file that is called like a built-in profile


class LeavingView(Translated):
    """Signals:
    profile_chosen: the user chose another way to send.
    """

    profile_chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._contents: Contents | None = None
        self._message = ""
        self._wanted: tuple[int, ...] = ()
        self._example = False
        self._profiles: dict[str, PrivacyProfile] = dict(PROFILES)
        self._followed = _AS_IT_IS
        self._wrong: GantryError | None = None
        self.model = LeavingModel(self)
        self.profiles = ShortComboBox(self)
        self.profiles.setSizeAdjustPolicy(
            ShortComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.profiles.setMinimumContentsLength(19)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self._loupe = QAction(icon("search", "muted", 16), "", self)
        self.search.addAction(self._loupe, QLineEdit.ActionPosition.LeadingPosition)
        self.only_changed = QCheckBox(self)
        self.only_changed.setChecked(True)
        self.model.show_all(False)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.profiles)
        top.addWidget(self.search, 1)
        top.addWidget(self.only_changed)
        self._build_note()
        self._build_table()
        self.amounts = QLabel(self)
        self.amounts.setWordWrap(True)
        set_kind(self.amounts, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addWidget(self.amounts)
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._pause.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.only_changed.toggled.connect(lambda on: self.model.show_all(not on))
        self.profiles.activated.connect(lambda _: self.profile_chosen.emit())
        theme().changed.connect(self._on_theme)
        self._fill_profiles()
        self.retranslate()
        self.clear()

    def _build_note(self) -> None:
        self.note = QFrame(self)
        row = QHBoxLayout(self.note)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        self._sign = QLabel(self.note)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = plain_label("", self.note, "strong")
        self._text = plain_label("", self.note)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self.note.hide()

    def _build_table(self) -> None:
        self.table = QTreeView(self)
        self.table.setModel(self.model)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section, width in (
            (LeavingColumn.NAME, 132),
            (LeavingColumn.BEFORE, 100),
            (LeavingColumn.AFTER, 100),
        ):
            self.table.setColumnWidth(section, width)
        self._copy = QAction(self)
        self._copy.setShortcut(QKeySequence.StandardKey.Copy)
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._copy.triggered.connect(self._on_copy)
        self.table.addAction(self._copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def profile(self) -> PrivacyProfile | None:
        """The profile by which the file would leave; None: as it is."""
        return self._profiles.get(str(self.profiles.currentData() or _AS_IT_IS))

    @property
    def wrong(self) -> GantryError | None:
        """Why the chosen profile can't be used; None: it can."""
        return self._wrong if self.profiles.currentData() == _WRONG else None

    def choose(self, profile: PrivacyProfile | None, *, again: bool = False) -> None:
        """Follows a choice made elsewhere, such as a profile from a file.

        Args:
            again: the choice is the same, but its file has changed: what the user chose here stays.
        """
        key = _key(profile) if profile is not None else _AS_IT_IS
        is_new = profile is not None and self._profiles.get(key) != profile
        if profile is not None and is_new:  # also another one of the same name, or a changed file
            self._profiles[key] = profile
        self._follow(key, is_new=is_new, again=again)

    def refuse(self, error: GantryError, *, again: bool = False) -> None:
        """Says that the profile that is followed can't be used; `again`: as for `choose`."""
        self._wrong = error
        self._follow(_WRONG, is_new=True, again=again)

    def _follow(self, key: str, *, is_new: bool, again: bool) -> None:
        before, self._followed = self._followed, key
        current = self.profiles.currentData() or _AS_IT_IS
        for stale in [k for k in self._profiles if k not in PROFILES and k != key]:
            del self._profiles[stale]  # nobody looks at its file any more
        stays = again and current != before and current in (_AS_IT_IS, *self._profiles)
        self._fill_profiles()
        chosen = current if stays else key
        self.profiles.setCurrentIndex(self.profiles.findData(chosen))
        if chosen != current or (is_new and chosen == key):
            self.profile_chosen.emit()

    def select(self, tags: tuple[int, ...]) -> None:
        """Selects an element of the file that is shown next; `tags` lead to it."""
        self._wanted = tags

    def clear(self, message: str = "") -> None:
        """Shows nothing of a file, and why."""
        self._contents, self._message = None, message
        self.model.show_rows(())
        self._tell()

    def show_contents(self, contents: Contents, *, example: bool) -> None:
        """Shows the comparison; `example`: its identifiers come from no real key."""
        self._contents, self._message, self._example = contents, "", example
        leaving = contents.leaving
        self.model.show_rows(
            leaving.rows if leaving is not None else (),
            as_it_is=self.profile is None,
            held=leaving is not None and leaving.hold is not None,
        )
        self._tell()
        self._select_wanted()

    def retranslate(self) -> None:
        self.profiles.setAccessibleName(self.tr("How it leaves"))
        self.profiles.setToolTip(self.tr("How it leaves"))
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search in what leaves"))
        self.table.setAccessibleName(self.tr("What leaves"))
        self._copy.setText(self.tr("Copy"))
        for index in range(self.profiles.count()):
            self.profiles.setItemText(index, self._profile_name(self.profiles.itemData(index)))
        self.model.retranslate()
        self._tell()

    def _fill_profiles(self) -> None:
        wrong = (_WRONG,) if self._followed == _WRONG else ()
        self.profiles.clear()
        for key in (_AS_IT_IS, *self._profiles, *wrong):
            self.profiles.addItem(self._profile_name(key), key)

    def _profile_name(self, key: str) -> str:
        if key == _AS_IT_IS:
            return self.tr("As it is")
        if key == _WRONG:
            return self.tr("A profile file that can’t be used")
        if key.startswith(_FILE):
            return self.tr("De-identified: {profile} (a profile file)").format(
                profile=key.removeprefix(_FILE)
            )
        return self.tr("De-identified: {profile}").format(profile=key)

    def _tell(self) -> None:
        contents = self._contents
        leaving = contents.leaving if contents is not None else None
        as_it_is = self.profile is None and self.wrong is None
        whole = as_it_is or (leaving is not None and leaving.hold is not None)
        self.only_changed.setText(
            self.tr("Only what identifies") if whole else self.tr("Only changes")
        )
        note = ("", "", "")
        if self.wrong is not None:
            said = error_message(self.wrong, translate=translate_message)
            note = "note-warning", said.title, f"{said.what} {said.do}".strip()
        elif contents is not None and leaving is None:
            note = "note-warning", self.tr("This file can’t be compared now."), ""
        elif leaving is not None:
            note = self._note(leaving, as_it_is=as_it_is)
        kind, title, text = note
        self.note.setVisible(bool(kind))
        if kind:
            set_kind(self.note, kind)
            warns = kind == "note-warning"
            set_icon(
                self._sign, "warning" if warns else "info", "warning" if warns else "accent", 18
            )
            self._title.setText(title)
            self._text.setText(text)
            self._text.setVisible(bool(text))
            self.note.setAccessibleName(title)
            self.note.setAccessibleDescription(text)
        self.table.setColumnHidden(LeavingColumn.AFTER, whole)
        self.table.setColumnHidden(
            LeavingColumn.DONE, leaving is not None and leaving.hold is not None
        )
        self.amounts.setText(self._amounts(leaving, as_it_is=as_it_is))

    def _note(self, leaving: Leaving, *, as_it_is: bool) -> tuple[str, str, str]:
        if leaving.too_large:
            return (
                "note-warning",
                self.tr("This file is too large to be compared here."),
                self.tr("It is treated like the others when it is sent."),
            )
        if as_it_is:
            return (
                "note-warning",
                self.tr("This file leaves unchanged."),
                self.tr("The recipient sees these values."),
            )
        if leaving.hold is not None:
            why = hold_text(leaving.hold)
            place = hold_place(leaving.hold)
            return (
                "note-warning",
                self.tr("This file would be held: nothing of it leaves."),
                " ".join(
                    part for part in (why.what, f"({place})" if place else "", why.do) if part
                ),
            )
        return "", "", ""

    def _amounts(self, leaving: Leaving | None, *, as_it_is: bool) -> str:
        if self._contents is None:
            return self._message
        if leaving is None or leaving.too_large:
            return ""
        first, many = self.model.counts
        if as_it_is or leaving.hold is not None:
            parts = [
                self.tr("{count} of {all} elements may identify the patient.").format(
                    count=first, all=many
                )
            ]
        else:
            parts = [self.tr("{count} of {all} elements change.").format(count=first, all=many)]
            if leaving.not_searchable:
                parts.append(self.tr("Some values were too short to be searched for."))
            if self._example:
                parts.append(
                    self.tr(
                        "New identifiers and dates are examples: their key is made when you send "
                        "for the first time."
                    )
                )
        if leaving.more_rows:
            parts.append(self.tr("This file has more elements than are shown here."))
        return " ".join(parts)

    def _select_wanted(self) -> None:
        wanted, self._wanted = self._wanted, ()
        if not wanted:
            return
        if not (index := self.model.index_of(wanted)).isValid():
            self.search.clear()
            self.model.search("")
            self.only_changed.setChecked(False)
            index = self.model.index_of(wanted)
        if index.isValid():
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
            self.table.setFocus()

    def _on_copy(self) -> None:
        indexes = (i for i in self.table.selectedIndexes() if i.column() == 0)
        rows = [self.model.row(index) for index in sorted(indexes, key=lambda i: i.row())]
        QGuiApplication.clipboard().setText(rows_as_text([row for row in rows if row is not None]))

    def _on_theme(self) -> None:
        self._loupe.setIcon(icon("search", "muted", 16))
        self.model.retranslate()


def _key(profile: PrivacyProfile) -> str:
    built_in = PROFILES.get(profile.name, profile)
    return profile.name if built_in == profile else _FILE + profile.name
