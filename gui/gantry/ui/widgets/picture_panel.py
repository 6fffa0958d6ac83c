"""The picture of a series: its middle slice first, then any; window set by mouse or preset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.instance import Instance
from gantry.engine.preview.contents import Contents, NoPicture, Picture
from gantry.ui.background.threads import Threads
from gantry.ui.look.render import render
from gantry.ui.look.theme import set_kind
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.mask_tool import MaskTool
from gantry.ui.widgets.picture_view import PictureView

Level = tuple[float, float] | None  # centre and width; None: the file's own VOI LUT
Offer = tuple[str, Level]  # a name, or a word of `PicturePanel._offer_name`

# Centre and width in Hounsfield units.
_CT: dict[str, Level] = {"brain": (40.0, 80.0), "lung": (-600.0, 1500.0), "bone": (400.0, 1800.0),
       "abdomen": (50.0, 400.0)}  # fmt: skip


class PicturePanel(Translated):
    """Shows slices, which its owner fetches.

    Signals:
        slice_wanted(Instance, int): fetch this frame, and call `show_contents`.
    """

    slice_wanted = Signal(object, int)

    def __init__(self, threads: Threads, parent: QWidget) -> None:
        super().__init__(parent)
        self._threads = threads
        self._instances: Sequence[Instance] = ()
        self._starts: list[int] = []  # where each instance's frames end in the sequence of slices
        self._modality = ""
        self._picture: Picture | None = None
        self._no_picture: NoPicture | None = None
        # By the kind of frame, so that scrolling keeps brightness comparable: the windows that its
        # first frame offers, and the one chosen instead of the first.
        self._offers: dict[str, list[Offer]] = {}
        self._chosen: dict[str, Level] = {}
        self._drawing = self._stale = False
        self._original: Contents | None = None  # the answer, while what leaves is known, too
        self._leaving: Contents | None = None
        self.view = PictureView(self)
        self.presets = QComboBox(self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self._where = QLabel(self)
        set_kind(self._where, "muted")
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.slider, 1)
        below.addWidget(self._where)
        below.addWidget(self.presets)
        self.after = QPushButton(self)
        self.after.setCheckable(True)
        self.after.setChecked(True)
        self.after.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.after.toggled.connect(lambda _: self._show_either())
        below.addWidget(self.after)
        self.draw_masks = QPushButton(self)
        self.draw_masks.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.draw_masks.hide()
        below.addWidget(self.draw_masks)
        self.masks = MaskTool(self.view, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        column.addWidget(self.masks)
        self.view.dragged.connect(self._on_dragged)
        self.view.stepped.connect(lambda step: self.slider.setValue(self.slider.value() + step))
        self.view.reset_wanted.connect(self._on_reset)
        self.slider.valueChanged.connect(self._on_slice)
        self.presets.currentIndexChanged.connect(self._on_preset)
        self.retranslate()
        self.clear()

    @property
    def level(self) -> Level:
        """The current centre and width; None: the file's own table."""
        picture = self._picture
        if picture is None:
            return 0.0, 1.0
        return self._chosen.get(picture.kind, self._offers[picture.kind][0][1])

    def clear(self, message: str = "") -> None:
        """Shows no picture."""
        self._instances, self._picture, self._no_picture = (), None, None
        self._original = self._leaving = None
        self.after.hide()
        self.draw_masks.hide()
        self.masks.close_tool()
        self.view.show_message(message)
        self._set_controls(False)

    def show_series(
        self, instances: Sequence[Instance], modality: str, first: Instance | None = None
    ) -> None:
        """Shows a series, starting with its middle slice or with one of its files."""
        self._instances, self._modality = instances, modality
        self._picture, self._no_picture = None, None
        self._original = self._leaving = None
        self.after.hide()
        self.draw_masks.hide()
        self.masks.close_tool()
        self._offers, self._chosen = {}, {}
        frames = [i.frames for i in instances]
        self._starts = list(accumulate(frames))
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, self._starts[-1] - 1 if self._starts else 0))
        start = self.slider.maximum() // 2
        if first is not None and first in instances:
            start = self._starts[instances.index(first)] - first.frames
        self.slider.setValue(start)
        self.slider.blockSignals(False)
        self.view.show_message(self.tr("Loading…"))
        self._set_controls(False)
        self._on_slice()

    def show_contents(self, contents: Contents) -> None:
        """Shows the fetched contents."""
        self._original = contents
        self._show_either()

    def show_leaving(self, contents: Contents | None) -> None:
        """Shows the picture that leaves instead, for as long as the user wants; None: none."""
        if contents is self._leaving:
            return
        if self.masks.isVisible():
            contents = None  # they are drawn on the picture in the file
        self._leaving = contents
        self.after.setVisible(contents is not None)
        self._show_either()

    def _show_either(self) -> None:
        leaving = self._leaving if self.after.isChecked() else None
        if (contents := leaving or self._original) is not None:
            self._show(contents)

    def _show(self, contents: Contents) -> None:
        kind = self._picture.kind if self._picture is not None else None
        self._picture, self._no_picture = contents.picture, contents.no_picture
        if self._picture is None:
            self.view.show_message(self._why_not())
            self._set_controls(self.slider.maximum() > 0, windows=False)
            return
        if self._picture.kind not in self._offers:
            self._offers[self._picture.kind] = self._offers_of(self._picture)
        if self._picture.kind != kind:
            self._fill_presets()
        self._set_controls(True, windows=not self._picture.colour)
        self._draw()

    def retranslate(self) -> None:
        self.slider.setAccessibleName(self.tr("Slice"))
        self.presets.setAccessibleName(self.tr("Brightness and contrast"))
        self.draw_masks.setText(self.tr("Masks…"))
        self.draw_masks.setToolTip(
            self.tr("Draw black rectangles over text in pictures of this kind")
        )
        self.after.setText(self.tr("As it leaves"))
        self.after.setToolTip(self.tr("Shows the picture that leaves, or the one in the file"))
        self.presets.setToolTip(self.tr("Brightness and contrast: also by dragging in the picture"))
        if self._picture is not None:
            self._fill_presets()
            self._draw()
        elif self._no_picture is not None:
            self.view.show_message(self._why_not())

    def _set_controls(self, on: bool, windows: bool = True) -> None:
        self.slider.setVisible(on and self.slider.maximum() > 0)
        self._where.setVisible(on and self.slider.maximum() > 0)
        self.presets.setVisible(on and windows)

    def _on_slice(self) -> None:
        number, many = self.slider.value(), self.slider.maximum() + 1
        self._where.setText(f"{number + 1} / {many}")
        if not self._instances:
            return
        which = min(bisect_right(self._starts, number), len(self._instances) - 1)
        first = self._starts[which - 1] if which else 0
        self.slice_wanted.emit(self._instances[which], number - first)

    def _offers_of(self, picture: Picture) -> list[Offer]:
        """The windows to choose from; the first is the default."""
        whole = ((picture.low + picture.high) / 2, picture.high - picture.low)
        found: list[Offer] = [
            (name or ("file" if number == 0 else f"file {number + 1}"), (centre, width))
            for number, (name, centre, width) in enumerate(picture.windows)
        ]
        if picture.lut is not None:
            found.append((picture.lut.name or ("table" if found else "file"), None))
        found.append(("whole", whole))
        return found + (list(_CT.items()) if self._modality == "CT" else [])

    def _fill_presets(self) -> None:
        picture = self._picture
        assert picture is not None
        self.presets.blockSignals(True)
        self.presets.clear()
        for name, _ in self._offers[picture.kind]:
            self.presets.addItem(self._offer_name(name)[:40])
        self.presets.blockSignals(False)
        self._mark_preset()

    def _mark_preset(self) -> None:
        """Marks the current preset; none after dragging."""
        assert self._picture is not None
        levels = [level for _, level in self._offers[self._picture.kind]]
        self.presets.blockSignals(True)
        self.presets.setCurrentIndex(levels.index(self.level) if self.level in levels else -1)
        self.presets.blockSignals(False)

    def _offer_name(self, name: str) -> str:
        if name.startswith("file "):
            number = name.removeprefix("file ")
            if number.isdigit():
                return self.tr("As in the file ({number})").format(number=number)
        return {
            "file": self.tr("As in the file"),
            "table": self.tr("As in the file (table)"),
            "whole": self.tr("Whole range"),
            "brain": self.tr("Brain"),
            "lung": self.tr("Lung"),
            "bone": self.tr("Bone"),
            "abdomen": self.tr("Abdomen"),
        }.get(name, name)

    def _on_preset(self, index: int) -> None:
        picture = self._picture
        if picture is None or not 0 <= index < len(self._offers[picture.kind]):
            return
        self._chosen[picture.kind] = self._offers[picture.kind][index][1]
        self._draw()

    def _on_reset(self) -> None:
        if self._picture is not None and not self._picture.colour:
            self._chosen.pop(self._picture.kind, None)
            self._mark_preset()
            self._draw()

    def _on_dragged(self, right: float, down: float) -> None:
        picture = self._picture
        if picture is None or picture.colour:
            return
        centre, width = self.level or _span(picture)
        # Dragging across the whole view moves by twice the window: as fine as the picture needs.
        span = max(width, (picture.high - picture.low) / 20)
        self._chosen[picture.kind] = (
            centre + down * span * 2,
            max(width + right * span * 2, span / 100),
        )
        self._mark_preset()
        self._draw()

    def _draw(self) -> None:
        """Draws on another thread; meanwhile only the newest request is kept."""
        if self._drawing:
            self._stale = True
            return
        picture = self._picture
        if picture is None:
            return
        self._drawing, self._stale = True, False
        level = self.level
        corner = ""
        if level is not None and not picture.colour:
            corner = f"C {_short(level[0])}  W {_short(level[1])}\n"
        if self._leaving is not None:
            leaves = self._leaving.picture is picture
            corner = f"{self.tr('As it leaves') if leaves else self.tr('In the file')}\n{corner}"
        corner += f"{picture.columns} × {picture.rows} · {picture.transfer_syntax}"

        def done(image: QImage) -> None:
            self._drawing = False
            if self._picture is not None:
                self.view.show_image(image, picture.aspect, corner)
            if self._stale or self._picture is not picture:
                self._draw()

        self._threads.run_in_order("picture", lambda: render(picture, level), done, None, self)

    def _why_not(self) -> str:
        return {
            None: "",
            NoPicture.NO_PIXELS: self.tr("There is no picture in this file."),
            NoPicture.UNSUPPORTED: self.tr(
                "This kind of picture can’t be shown here. It is still sent unchanged."
            ),
            NoPicture.DAMAGED: self.tr(
                "The picture can’t be decoded; it may be damaged. Check it with another "
                "program before you send it."
            ),
            NoPicture.TOO_LARGE: self.tr("The picture is too large to show here."),
            NoPicture.UNREADABLE: self.tr("The file can’t be read now."),
        }[self._no_picture]


def _span(picture: Picture) -> tuple[float, float]:
    """The window that the file's table covers."""
    if picture.lut is None:
        return (picture.low + picture.high) / 2, picture.high - picture.low
    many = len(picture.lut.data)
    return picture.lut.first + many / 2, float(many)


def _short(number: float) -> str:
    """Formats whole numbers as such, and small values (maps in SI units) with a few digits."""
    return f"{number:.0f}" if abs(number) >= 100 or number == round(number) else f"{number:.3g}"
