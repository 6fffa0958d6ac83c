"""The first page: drop folders, see what is in them, choose, send."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.ui.context import Context
from gantry.ui.i18n import Translated
from gantry.ui.theme import set_icon, set_kind


class EmptyView(Translated):
    """What to do when nothing was dropped yet.

    Signals:
        folder_wanted, files_wanted, sample_wanted: a button was pressed.
    """

    folder_wanted = Signal()
    files_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        self.frame = QFrame(self)
        set_kind(self.frame, "drop")
        outer.addWidget(self.frame)
        column = QVBoxLayout(self.frame)
        column.setSpacing(8)
        column.addStretch(3)
        picture = QLabel(self.frame)
        picture.setProperty("centred", True)
        set_icon(picture, "drop", "accent", 72)
        self._title, self._hint = QLabel(self.frame), QLabel(self.frame)
        for label, kind in ((self._title, "display"), (self._hint, "muted")):
            label.setProperty("centred", True)
            label.setWordWrap(True)
            set_kind(label, kind)
        self._folder, self._files = QPushButton(self.frame), QPushButton(self.frame)
        self._sample = QPushButton(self.frame)
        set_kind(self._folder, "primary")
        set_kind(self._sample, "quiet")
        self._folder.clicked.connect(self.folder_wanted)
        self._files.clicked.connect(self.files_wanted)
        self._sample.clicked.connect(self.sample_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._folder)
        buttons.addWidget(self._files)
        buttons.addStretch(1)
        column.addWidget(picture)
        column.addSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(16)
        column.addLayout(buttons)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self._sample)
        below.addStretch(1)
        column.addLayout(below)
        column.addStretch(4)
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Drop DICOM folders here"))
        self._hint.setText(
            self.tr(
                "Folders, files or ZIP archives. Nothing leaves this computer until you press Send."
            )
        )
        self._folder.setText(self.tr("Choose folder…"))
        self._files.setText(self.tr("Choose files…"))
        self._sample.setText(self.tr("Try it with sample data"))


class IntakePage(Translated):
    """Shows the drop zone, then what was found."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._stack = QStackedWidget(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._empty = EmptyView(self._stack)
        self._empty.folder_wanted.connect(self.choose_folder)
        self._stack.addWidget(self._empty)

    def set_hot(self, hot: bool) -> None:
        """Shows that what is dragged can be dropped."""
        self._empty.frame.setProperty("hot", hot)
        set_kind(self._empty.frame, "drop")

    def choose_folder(self) -> None:
        """Asks for a folder and takes it."""
        from PySide6.QtWidgets import QFileDialog

        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder with DICOM files"))
        if folder:
            self.add_paths([folder])

    def add_paths(self, paths: list[str]) -> None:
        """Takes dropped paths; reading them is the runner's work."""

    def reveal(self, what: object) -> None:
        """Takes a list of paths, as a drop would bring."""
        if isinstance(what, list):
            self.add_paths([str(path) for path in what])
