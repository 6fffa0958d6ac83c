"""The picture of a series: its middle slice first, then any; window by mouse or preset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from gantry.engine.instance import Instance
from gantry.engine.preview.contents import Contents, NoPicture, Picture
from gantry.ui.i18n import Translated
from gantry.ui.render import render
from gantry.ui.theme import set_kind
from gantry.ui.threads import Threads
from gantry.ui.widgets.picture_view import PictureView

# Centre and width in Hounsfield units.
_CT = {"brain": (40.0, 80.0), "lung": (-600.0, 1500.0), "bone": (400.0, 1800.0),
       "abdomen": (50.0, 400.0)}  # fmt: skip


class PicturePanel(Translated):
    """Shows slices that its owner fetches.

    Signals:
        slice_wanted(Instance, int): fetch this frame, and call `show_contents`.
    """

    slice_wanted = Signal(object, int)

    def __init__(self, threads: Threads, parent: QWidget) -> None:
        super().__init__(parent)
        self._threads = threads
        self._instances: Sequence[Instance] = ()
        self._starts: list[int] = []  # where each instance's frames end in the row of slices
        self._modality = ""
        self._picture: Picture | None = None
        self._no_picture: NoPicture | None = None
        self._chosen: tuple[float, float] | None = None  # by hand or preset; kept between slices
        self._drawing = self._stale = False
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        self.view.dragged.connect(self._on_dragged)
        self.view.stepped.connect(lambda step: self.slider.setValue(self.slider.value() + step))
        self.view.reset_wanted.connect(lambda: self.presets.setCurrentIndex(0))
        self.slider.valueChanged.connect(self._on_slice)
        self.presets.currentIndexChanged.connect(self._on_preset)
        self.retranslate()
        self.clear()

    @property
    def level(self) -> tuple[float, float]:
        """Centre and width that are used."""
        return self._chosen or self._default()

    def clear(self, message: str = "") -> None:
        """Shows no picture."""
        self._instances, self._picture, self._no_picture = (), None, None
        self.view.show_message(message)
        self._set_controls(False)

    def show_series(self, instances: Sequence[Instance], modality: str) -> None:
        """Takes a series, and asks for its middle slice."""
        self._instances, self._modality = instances, modality
        self._picture, self._no_picture, self._chosen = None, None, None
        frames = [i.frames for i in instances]
        self._starts = list(accumulate(frames))
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, self._starts[-1] - 1 if self._starts else 0))
        self.slider.setValue(self.slider.maximum() // 2)
        self.slider.blockSignals(False)
        self.view.show_message(self.tr("Loading…"))
        self._set_controls(False)
        self._on_slice()

    def show_contents(self, contents: Contents) -> None:
        """Shows what was fetched."""
        had = self._picture is not None
        self._picture, self._no_picture = contents.picture, contents.no_picture
        if self._picture is None:
            self.view.show_message(self._why_not())
            self._set_controls(self.slider.maximum() > 0, windows=False)
            return
        if not had:
            self._fill_presets()
        self._set_controls(True, windows=not self._picture.colour)
        self._draw()

    def retranslate(self) -> None:
        self.slider.setAccessibleName(self.tr("Slice"))
        self.presets.setAccessibleName(self.tr("Brightness and contrast"))
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

    def _default(self) -> tuple[float, float]:
        picture = self._picture
        if picture is None:
            return 0.0, 1.0
        if picture.windows:
            return picture.windows[0][1:]
        return (picture.low + picture.high) / 2, picture.high - picture.low

    def _fill_presets(self) -> None:
        picture = self._picture
        assert picture is not None
        chosen = max(0, self.presets.currentIndex())
        self.presets.blockSignals(True)
        self.presets.clear()
        for number, (name, centre, width) in enumerate(picture.windows):
            label = name or (
                self.tr("As in the file")
                if number == 0
                else self.tr("As in the file ({number})").format(number=number + 1)
            )
            self.presets.addItem(label[:40], (centre, width))
        whole = ((picture.low + picture.high) / 2, picture.high - picture.low)
        self.presets.addItem(self.tr("Whole range"), whole)
        if self._modality == "CT":
            for key, window in _CT.items():
                self.presets.addItem(_ct_name(key), window)
        self.presets.setCurrentIndex(chosen if self._chosen else 0)
        self.presets.blockSignals(False)

    def _on_preset(self, index: int) -> None:
        window = self.presets.itemData(index)
        if window is not None:
            self._chosen = None if index == 0 else tuple(window)
            self._draw()

    def _on_dragged(self, right: float, down: float) -> None:
        if self._picture is None or self._picture.colour:
            return
        centre, width = self.level
        # Across the whole view: twice the window, so that it is as fine as the picture needs.
        span = max(width, (self._picture.high - self._picture.low) / 20, 1e-6)
        self._chosen = centre + down * span * 2, max(width + right * span * 2, span / 100)
        self._draw()

    def _draw(self) -> None:
        """Draws on another thread; while it does, only the newest wish is kept."""
        if self._drawing:
            self._stale = True
            return
        picture = self._picture
        if picture is None:
            return
        self._drawing, self._stale = True, False
        centre, width = self.level
        corner = "" if picture.colour else f"C {centre:.0f}  W {width:.0f}\n"
        corner += f"{picture.columns} × {picture.rows} · {picture.transfer_syntax}"

        def done(image: QImage) -> None:
            self._drawing = False
            if self._picture is not None:
                self.view.show_image(image, picture.aspect, corner)
            if self._stale or self._picture is not picture:
                self._draw()

        self._threads.run_in_order(
            "picture", lambda: render(picture, centre, width), done, None, self
        )

    def _why_not(self) -> str:
        return {
            None: "",
            NoPicture.NO_PIXELS: self.tr("There is no picture in this file."),
            NoPicture.UNSUPPORTED: self.tr(
                "This kind of picture can’t be shown here. It is sent unchanged all the same."
            ),
            NoPicture.DAMAGED: self.tr(
                "The picture can’t be decoded; it may be damaged. "
                "Look at it with another program before you send it."
            ),
            NoPicture.TOO_LARGE: self.tr("The picture is too large to be shown here."),
            NoPicture.UNREADABLE: self.tr("The file can’t be read now."),
        }[self._no_picture]


def _ct_name(key: str) -> str:
    return {
        "brain": QCoreApplication.translate("PicturePanel", "Brain"),
        "lung": QCoreApplication.translate("PicturePanel", "Lung"),
        "bone": QCoreApplication.translate("PicturePanel", "Bone"),
        "abdomen": QCoreApplication.translate("PicturePanel", "Abdomen"),
    }[key]
