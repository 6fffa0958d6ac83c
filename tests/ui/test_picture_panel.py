"""One window for a series while scrolling; another only where the frames hold another quantity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from gantry.engine.instance import Instance, Source
from gantry.engine.preview.contents import Contents, Lut, Picture, Shape
from gantry.ui.background.runner import Runner
from gantry.ui.widgets.picture_panel import PicturePanel
from support.parcels import instance_of


def slices(many: int) -> list[Instance]:
    return [instance_of(Source(f"{n}", 1, 0, 0), f"1.2.{n}") for n in range(1, many + 1)]


def picture(
    kind: str = "",
    windows: tuple[tuple[str, float, float], ...] = (),
    high: float = 100.0,
    lut: Lut | None = None,
) -> Contents:
    data = np.linspace(0, high, 16, dtype="<f4").tobytes()
    return Contents(
        picture=Picture(
            width=4, height=4, colour=False, data=data, kind=kind, windows=windows,
            shape=Shape.LINEAR, lut=lut, low=0.0, high=high, inverted=False, aspect=1.0, frames=1,
            rows=4, columns=4, transfer_syntax="Implicit VR Little Endian",
        )
    )  # fmt: skip


@pytest.fixture
def panel(runner: Runner, qapp: QApplication) -> Iterator[PicturePanel]:
    parent = QWidget()
    shown = PicturePanel(runner, parent)
    shown.show_series(slices(5), "MR")
    yield shown
    parent.deleteLater()


def names(panel: PicturePanel) -> list[str]:
    return [panel.presets.itemText(n) for n in range(panel.presets.count())]


def test_the_automatic_window_of_the_first_slice_is_kept(panel: PicturePanel) -> None:
    panel.show_contents(picture(high=100))
    panel.show_contents(picture(high=1000))
    assert panel.level == (50.0, 100.0)


def test_windows_that_differ_from_slice_to_slice_do_not_flicker(panel: PicturePanel) -> None:
    panel.show_contents(picture(windows=(("", 40.0, 80.0),)))
    panel.show_contents(picture(windows=(("", 55.0, 90.0),)))
    assert panel.level == (40.0, 80.0)


def test_frames_of_another_quantity_have_their_own_window(panel: PicturePanel) -> None:
    panel.show_contents(picture("magnitude", (("", 900.0, 1600.0),)))
    panel.show_contents(picture("map", (("", 0.0, 500.0),)))
    assert panel.level == (0.0, 500.0)
    panel.presets.setCurrentIndex(1)  # the whole range, of the map alone
    panel.show_contents(picture("magnitude", (("", 900.0, 1600.0),)))
    assert panel.level == (900.0, 1600.0)
    panel.show_contents(picture("map", (("", 0.0, 500.0),)))
    assert panel.level == (50.0, 100.0)


def test_a_series_with_a_table_of_its_own_opens_with_it(panel: PicturePanel) -> None:
    panel.show_contents(picture(lut=Lut("Bone table", 0, bytes(range(256)))))
    assert names(panel)[0] == "Bone table"
    panel.view.dragged.emit(0.1, 0.0)
    assert panel.level is not None
    assert panel.presets.currentIndex() == -1  # none of the offers any more
    panel.view.reset_wanted.emit()
    assert panel.level is None


def test_a_window_set_by_hand_is_kept_while_scrolling_and_not_in_the_next_series(
    panel: PicturePanel,
) -> None:
    panel.show_contents(picture())
    panel.view.dragged.emit(0.5, 0.25)
    by_hand = panel.level
    panel.show_contents(picture(high=900))
    assert panel.level == by_hand
    panel.show_series(slices(2), "MR")
    panel.show_contents(picture())
    assert panel.level == (50.0, 100.0)


def test_a_map_in_si_units_can_be_windowed_by_dragging(panel: PicturePanel) -> None:
    panel.show_contents(picture(high=1e-9))
    panel.view.dragged.emit(0.25, 0.0)
    assert panel.level is not None
    assert 1e-9 < panel.level[1] < 1e-8
