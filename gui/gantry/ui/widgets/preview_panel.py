"""The panel beside the tree: warnings, picture and tags of the selection."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Patient, Series, Study
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.preview.contents import Contents
from gantry.messages import caution_message
from gantry.ui.background.previewer import Previewer
from gantry.ui.background.threads import Threads
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.i18n import Translated, translate_message
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.picture_panel import PicturePanel
from gantry.ui.widgets.tag_view import TagView

# Shown, but harmless.
_HARMLESS = frozenset({CautionCode.DUPLICATES})


class PreviewPanel(Translated):
    """Shows a patient, a study or a series; for the first two, the picture of their first series.

    Signals:
        problem_seen: tags or picture are not available; the panel says so itself.
    """

    problem_seen = Signal()

    def __init__(self, threads: Threads, parent: QWidget) -> None:
        super().__init__(parent)
        self.previewer = Previewer(threads, self)
        self._item: Patient | Study | Series | None = None
        self._shown: Instance | None = None
        self._cautions: tuple[Caution, ...] = ()
        self.warnings = QWidget(self)
        self._notes = QVBoxLayout(self.warnings)
        self._notes.setContentsMargins(0, 0, 0, 0)
        self._notes.setSpacing(8)
        self.picture = PicturePanel(threads, self)
        self.tags = TagView(self)
        self.picture.slice_wanted.connect(self._on_slice_wanted)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.picture)
        splitter.addWidget(self.tags)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.warnings)
        column.addWidget(splitter, 1)
        self.retranslate()
        self.clear()

    def clear(self) -> None:
        """Clears the panel, because nothing is selected."""
        self._item = self._shown = None
        self.previewer.forget()
        self._tell(())
        self.tags.show_tags(())
        self.picture.clear(self.tr("Select a series to see it."))

    def show_item(self, item: Patient | Study | Series) -> None:
        """Shows a node of the catalog, or its successor in a newer snapshot."""
        was, self._item = self._item, item
        self._tell(item.warnings)
        series = _series_of(item)
        old = _series_of(was) if was is not None else None
        if series is None or not series.instances:
            self.picture.clear()
            self.tags.show_tags(())
        elif old is None or old.key != series.key or self._shown is None:
            self._shown = None
            self.picture.show_series(series.instances, series.modality)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Preview"))
        if self._item is None:
            self.picture.clear(self.tr("Select a series to see it."))
        cautions, self._cautions = self._cautions, ()
        self._tell(cautions)

    def _tell(self, cautions: tuple[Caution, ...]) -> None:
        if cautions == self._cautions:
            return
        self._cautions = cautions
        while (old := self._notes.takeAt(0)) is not None:
            if widget := old.widget():
                widget.hide()
                widget.deleteLater()
        for caution in cautions:
            self._notes.addWidget(_note(caution, self.warnings))
        self.warnings.setVisible(bool(cautions))

    def _on_slice_wanted(self, instance: Instance, frame: int) -> None:
        other = self._shown is not instance
        self._shown = instance

        def answer(contents: Contents) -> None:
            if other or contents.tags:
                self.tags.show_tags(contents.tags, contents.more_tags)
            self.picture.show_contents(contents)
            if contents.picture is None:
                self.problem_seen.emit()

        self.previewer.ask(instance.source, answer, frame=frame)


def _series_of(item: Patient | Study | Series) -> Series | None:
    if isinstance(item, Patient):
        return next((s for study in item.studies for s in study.series), None)
    if isinstance(item, Study):
        return item.series[0] if item.series else None
    return item


def _note(caution: Caution, parent: QWidget) -> QFrame:
    message = caution_message(caution, translate_message)
    harmless = caution.code in _HARMLESS
    frame = QFrame(parent)
    set_kind(frame, "note" if harmless else "note-warning")
    row = QHBoxLayout(frame)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(10)
    sign = QLabel(frame)
    set_icon(sign, "info" if harmless else "warning", "accent" if harmless else "warning", 18)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(plain_label(message.title, frame, "strong"))
    words.addWidget(plain_label(f"{message.what} {message.do}", frame))
    row.addLayout(words, 1)
    frame.setAccessibleName(message.title)
    frame.setAccessibleDescription(f"{message.what} {message.do}")
    return frame
