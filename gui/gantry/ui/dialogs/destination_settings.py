"""The destinations in the settings: add, edit, test, delete."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.credentials import Credentials
from gantry.services.privacy import remembered
from gantry.services.sign_in import secret_places
from gantry.store.replace import replace
from gantry.store.secrets import keep_secret, secret_store
from gantry.store.settings import SavedDestination, Settings
from gantry.ui.background.context import Context
from gantry.ui.dialogs.destination_editor import DestinationEditor
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.models.destination_model import DestinationModel, Role
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.connection_steps import ConnectionSteps
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.two_line_delegate import TwoLineDelegate


class DestinationSettings(Translated):
    """The list, and actions for the chosen destination."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.model = DestinationModel(self)
        self.model.set_settings(context.settings)
        self.view = QListView(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(TwoLineDelegate(Role.KIND, self.view))
        self.view.setUniformItemSizes(True)
        self._title, self._hint = QLabel(self), plain_label("", self, "muted")
        set_kind(self._title, "title")
        self._name, self._about = plain_label("", self, "strong"), plain_label("", self, "muted")
        self.add, self.edit = QPushButton(self), QPushButton(self)
        self.test, self.delete = QPushButton(self), QPushButton(self)
        set_kind(self.add, "primary")
        set_kind(self.delete, "danger")
        set_icon(self.add, "add", "on_accent", 16)
        set_icon(self.edit, "edit", size=16)
        set_icon(self.test, "server", size=16)
        set_icon(self.delete, "remove", "danger", 16)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        for button in (self.edit, self.test, self.delete):
            buttons.addWidget(button)
        self.steps = ConnectionSteps(context, self)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        set_kind(body, "scrolled")
        below = QVBoxLayout(body)
        below.setContentsMargins(0, 0, 8, 0)
        below.addWidget(self._name)
        below.addWidget(self._about)
        below.addSpacing(6)
        below.addWidget(self.steps)
        below.addStretch(1)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addWidget(self.view, 2)
        column.addLayout(buttons)
        column.addWidget(scroll, 3)
        context.settings_changed.connect(self._on_settings)
        self.view.selectionModel().currentChanged.connect(self._show)
        self.view.activated.connect(lambda _: self._on_edit())
        self.add.clicked.connect(lambda: self.open_editor(None))
        self.edit.clicked.connect(self._on_edit)
        self.test.clicked.connect(self._on_test)
        self.delete.clicked.connect(self._on_delete)
        self.steps.finished.connect(lambda _: self.test.setEnabled(True))
        self.view.setCurrentIndex(self.model.index(0))
        self.retranslate()

    def edit_named(self, name: str) -> None:
        """Opens the destination with this name."""
        row = self.model.row_of(name)
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))
            self._on_edit()

    def open_editor(self, saved: SavedDestination | None) -> DestinationEditor:
        """Opens the form for a destination; None: a new one."""
        editor = DestinationEditor(self._context, saved, self)
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.kept.connect(lambda new, secret: self._keep(saved, new, secret))
        editor.open()
        return editor

    def _keep(
        self, old: SavedDestination | None, new: SavedDestination, secret: Credentials | None
    ) -> None:
        known = self._context.settings.destinations
        if old is None:
            changed = (*known, new)
        else:
            changed = tuple(new if d.name == old.name else d for d in known)
        settings = replace(self._context.settings, destinations=changed)
        if old is not None and (profile := remembered(settings, old.url)):
            # An address that was only corrected keeps the choice: not suddenly as it is.
            settings = replace(settings, profiles={new.url: profile, **settings.profiles})
        self._context.change_settings(settings)

        def work() -> None:
            store = secret_store()
            moved = old is not None and old.url != new.url
            if secret is not None:
                keep_secret(new.url, secret)
            if moved and old is not None and not any(d.url == old.url for d in changed):
                store.delete(old.url)

        self._context.runner.run_in_order("secrets", work, None, self._context.report, None)
        self.view.setCurrentIndex(self.model.index(self.model.row_of(new.name)))

    def _on_edit(self) -> None:
        saved = self.model.saved(self.view.currentIndex().row())
        if saved is not None:
            self.open_editor(saved)

    def _on_test(self) -> None:
        self.test.setEnabled(False)
        self.steps.start(self.model.place(self.view.currentIndex().row()))

    def _on_delete(self) -> None:
        saved = self.model.saved(self.view.currentIndex().row())
        if saved is None:
            return
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Delete destination"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Delete {name}?").format(name=saved.name))
        box.setInformativeText(
            self.tr("Its password is deleted, too. What was sent stays in the history.")
        )
        yes = box.addButton(self.tr("&Delete"), QMessageBox.ButtonRole.DestructiveRole)
        set_kind(yes, "danger")
        no = box.addButton(self.tr("&Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes.clicked.connect(lambda: self.remove(saved))
        box.open()

    def remove(self, saved: SavedDestination) -> None:
        """Deletes a destination, and the secrets that no other one uses."""
        left = tuple(d for d in self._context.settings.destinations if d.name != saved.name)
        self._context.change_settings(replace(self._context.settings, destinations=left))
        places = secret_places(saved).difference(*map(secret_places, left))

        def forget() -> None:
            for place in places:
                secret_store().delete(place)

        self._context.runner.run_in_order("secrets", forget, None, self._context.report)

    def _on_settings(self, settings: Settings) -> None:
        row = max(0, self.view.currentIndex().row())
        self.model.set_settings(settings)
        if not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1)))
        self._show()

    def _show(self) -> None:
        self.steps.stop()
        self.steps.clear()
        index = self.view.currentIndex()
        valid = index.isValid()
        saved = self.model.saved(index.row()) if valid else None
        self.edit.setEnabled(saved is not None)
        self.delete.setEnabled(saved is not None)
        self.test.setEnabled(valid)
        if not valid:
            return
        self._name.setText(str(index.data()))
        lines = [str(index.data(Role.KIND))]
        if saved is not None:
            lines.append(saved.url)
            lines.append(
                {
                    "none": self.tr("No sign-in"),
                    "basic": self.tr("Signs in as {user}").format(user=saved.user),
                    "token": self.tr("Signs in with a token"),
                    "oauth": "OAuth 2.0",
                }[saved.auth]
            )
        else:
            lines.append(
                self.tr(
                    "Stores uploads in its own folder on this computer. Nothing leaves the "
                    "computer."
                )
            )
        self._about.setText("\n".join(lines))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Destinations"))
        self._hint.setText(self.tr("Where studies can be sent. The system stores the secrets."))
        self.view.setAccessibleName(self.tr("Destinations"))
        self.add.setText(self.tr("&Add…"))
        self.edit.setText(self.tr("&Edit…"))
        self.test.setText(self.tr("&Test connection"))
        self.delete.setText(self.tr("&Delete…"))
        self.model.retranslate()
        self._show()
