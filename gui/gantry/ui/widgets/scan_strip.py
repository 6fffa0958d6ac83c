"""The progress of the scan, what it skipped, and a button to stop it."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gantry.engine.intake.scan import ScanCounts
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.models.skipped_model import shown
from gantry.ui.text.i18n import Translated
from gantry.ui.text.quantities import count_text, plain_tooltip, size_text


class ScanStrip(Translated):
    """A line above the tree.

    Signals:
        cancel_wanted, skipped_wanted: a button was pressed.
    """

    cancel_wanted = Signal()
    skipped_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._counts = ScanCounts()
        self._skipped = self._trouble = 0
        self._running = self._stopped = False
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedWidth(96)
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        set_kind(self.text, "muted")
        self.skipped = QPushButton(self)
        set_kind(self.skipped, "quiet")
        set_icon(self.skipped, "info", "accent", 16)
        self.cancel = QPushButton(self)
        set_kind(self.cancel, "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._busy)
        row.addWidget(self.text)
        row.addWidget(self.cancel)
        row.addWidget(self.skipped)
        row.addStretch(1)
        self.setMinimumHeight(36)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.skipped.clicked.connect(self.skipped_wanted)
        self.retranslate()

    @property
    def done(self) -> bool:
        """Whether the end of the last scan was reported."""
        return self._counts.done

    def show_counts(self, counts: ScanCounts, skipped: int, trouble: int = 0) -> None:
        """Shows the scan's progress; `trouble` of the `skipped` could not be read."""
        self._counts, self._skipped, self._trouble = counts, skipped, trouble
        self._tell()

    def set_running(self, running: bool, stopped: bool = False) -> None:
        """Shows that the scan has started or ended; `stopped`: before it was done."""
        self._running, self._stopped = running, stopped
        self._tell()

    def retranslate(self) -> None:
        self._busy.setAccessibleName(self.tr("Reading files"))
        self.cancel.setText(self.tr("Stop reading"))
        self._tell()

    def _tell(self) -> None:
        counts = self._counts
        self._busy.setVisible(self._running)
        self.cancel.setVisible(self._running)
        found = self.tr("{count} DICOM images, {size}").format(
            count=count_text(counts.dicom), size=size_text(counts.bytes)
        )
        if self._running:
            read = self.tr("Reading: {files} files, {found}")
            text = read.format(files=count_text(counts.files), found=found)
            if counts.silent:
                text = f"{text} · {self._silent(counts.silent)}"
            self.text.setText(text)
        elif self._stopped:
            self.text.setText(self.tr("Stopped: {found} so far").format(found=found))
        else:
            self.text.setText(self.tr("Found {found}").format(found=found))
        self.text.setToolTip(plain_tooltip("\n".join(counts.silent)) if self._running else "")
        self.skipped.setVisible(bool(self._skipped))
        set_icon(
            self.skipped, *(("warning", "warning") if self._trouble else ("info", "accent")), 16
        )
        parts = []
        if self._trouble:
            parts.append(self.tr("%Ln file(s) could not be read", None, self._trouble))
        if left_out := self._skipped - self._trouble:
            parts.append(self.tr("%Ln file(s) skipped", None, left_out))
        self.skipped.setText(" · ".join(parts) + "…")

    def _silent(self, paths: tuple[str, ...]) -> str:
        """The dropped paths for which it is waiting."""
        if len(paths) > 1:
            return self.tr("%Ln folder(s) do not respond", None, len(paths))
        name = shown(os.path.basename(paths[0]) or paths[0])  # noqa: PTH119
        return self.tr("“{folder}” does not respond").format(folder=name)
