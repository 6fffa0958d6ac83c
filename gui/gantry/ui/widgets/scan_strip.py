"""How far the scan is, what it left out, and a button to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gantry.engine.intake.scan import ScanCounts
from gantry.ui.i18n import Translated
from gantry.ui.quantities import count_text, size_text
from gantry.ui.theme import set_icon, set_kind


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
        self._skipped = 0
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
        """Whether the last scan's end was told."""
        return self._counts.done

    def show_counts(self, counts: ScanCounts, skipped: int) -> None:
        """Takes over where the scan is."""
        self._counts, self._skipped = counts, skipped
        self._tell()

    def set_running(self, running: bool, stopped: bool = False) -> None:
        """The scan begins, or has ended; `stopped`: before it was done."""
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
            self.text.setText(read.format(files=count_text(counts.files), found=found))
        elif self._stopped:
            self.text.setText(self.tr("Stopped: {found} so far").format(found=found))
        else:
            self.text.setText(self.tr("Found {found}").format(found=found))
        self.skipped.setVisible(bool(self._skipped))
        left_out = self.tr("%Ln file(s) left out…", None, self._skipped)
        self.skipped.setText(left_out)
