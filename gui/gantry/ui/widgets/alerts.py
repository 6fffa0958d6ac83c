"""The strip of alerts above the page, each shown until it is dismissed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.error_details import ErrorDetails

_ICONS = {
    Level.INFO: ("info", "accent"),
    Level.SUCCESS: ("check", "success"),
    Level.WARNING: ("warning", "warning"),
    Level.ERROR: ("error", "danger"),
}


class AlertStrip(Translated):
    """Shows the alerts, newest on top."""

    _MOST = 3  # more would push the page away: the oldest is removed

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 0)
        self._column.setSpacing(8)
        self._shown: dict[str, _Note] = {}
        self.hide()

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alerts shown now."""
        return tuple(note.alert for note in self._shown.values())

    def show_alert(self, alert: Alert) -> None:
        """Shows an alert; replaces one with the same key."""
        self.dismiss(alert.key)
        while len(self._shown) >= self._MOST:
            self.dismiss(next(iter(self._shown)))
        note = _Note(alert, self)
        note.closed.clicked.connect(lambda: self.dismiss(alert.key))
        for button, act in note.buttons:
            button.clicked.connect(lambda _=False, act=act: self._act(alert.key, act))
        self._shown[alert.key] = note
        self._column.insertWidget(0, note)
        self.show()

    def dismiss(self, key: str) -> None:
        """Removes an alert."""
        if note := self._shown.pop(key, None):
            note.hide()
            note.deleteLater()
        self.setVisible(bool(self._shown))

    def retranslate(self) -> None:
        for note in self._shown.values():
            note.retranslate()

    def _act(self, key: str, act: Callable[[], None]) -> None:
        self.dismiss(key)
        act()


class _Note(QFrame):
    def __init__(self, alert: Alert, parent: QWidget) -> None:
        super().__init__(parent)
        self.alert = alert
        set_kind(self, alert.level.value)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 8, 10)
        row.setSpacing(12)
        picture = QLabel(self)
        set_icon(picture, *_ICONS[alert.level])
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title, self._sentence = QLabel(self), QLabel(self)
        for label in (self._title, self._sentence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            words.addWidget(label)
        set_kind(self._title, "strong")
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addLayout(words, 1)
        self.buttons: list[tuple[QPushButton, Callable[[], None]]] = []
        for _, act in alert.actions:
            button = QPushButton(self)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            self.buttons.append((button, act))
        self._details = QPushButton(self)
        set_kind(self._details, "quiet")
        self._details.setVisible(alert.error is not None)
        self._details.clicked.connect(self._show_details)
        row.addWidget(self._details, 0, Qt.AlignmentFlag.AlignVCenter)
        self.closed = QToolButton(self)
        set_icon(self.closed, "close", "muted", 16)
        row.addWidget(self.closed, 0, Qt.AlignmentFlag.AlignVCenter)
        self.retranslate()

    def retranslate(self) -> None:
        title, sentence = self.alert.text()
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        for (button, _), (label, _) in zip(self.buttons, self.alert.actions, strict=True):
            button.setText(label())
        self._details.setText(self.tr("Details…"))
        self.closed.setToolTip(self.tr("Dismiss"))
        self.closed.setAccessibleName(self.tr("Dismiss"))

    def _show_details(self) -> None:
        assert self.alert.error is not None
        dialog = ErrorDetails(self.alert.error, (), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
