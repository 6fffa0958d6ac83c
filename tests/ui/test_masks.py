"""Masks drawn with mouse and keys, and kept for every image of the kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle
from gantry.ui.widgets.mask_tool import MaskTool
from gantry.ui.widgets.picture_view import PictureView

KIND = Kind("Maker", "Model", "", "1.2", 100, 200)
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tool(qapp: QApplication) -> Iterator[MaskTool]:
    parent = QWidget()
    parent.resize(900, 700)
    view = PictureView(parent)
    view.setGeometry(0, 0, 404, 204)  # two points for each pixel of the picture
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(0x808080)
    view.show_image(image, 1.0, "")
    made = MaskTool(view, parent)
    parent.show()
    made.open_tool(KIND, None, 312)
    yield made
    parent.hide()
    parent.deleteLater()


def drag(tool: MaskTool, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drags between two pixels of the picture."""
    at = [QPoint(2 + 2 * x, 2 + 2 * y) for x, y in (start, end)]
    button = Qt.MouseButton.LeftButton
    QTest.mousePress(tool.layer, button, NONE, at[0])
    QTest.mouseMove(tool.layer, (at[0] + at[1]) / 2)
    QTest.mouseMove(tool.layer, at[1])
    QTest.mouseRelease(tool.layer, button, NONE, at[1])


def test_a_mask_is_drawn_moved_resized_and_deleted_with_the_mouse(tool: MaskTool) -> None:
    drag(tool, (20, 10), (80, 40))
    assert tool.layer.rectangles == (Rectangle(20, 10, 80, 40),)
    drag(tool, (50, 25), (60, 35))
    assert tool.layer.rectangles == (Rectangle(30, 20, 90, 50),)
    drag(tool, (90, 50), (100, 60))  # the corner at the bottom right
    assert tool.layer.rectangles == (Rectangle(30, 20, 100, 60),)
    drag(tool, (50, 40), (190, 95))  # no farther than the edge
    assert tool.layer.rectangles == (Rectangle(130, 60, 200, 100),)
    tool.delete.click()
    assert not tool.layer.has_selection
    for _ in range(5):
        assert tool.undo.isEnabled()
        tool.undo.click()
    assert not tool.save.isEnabled()
    assert not tool.undo.isEnabled()


def test_a_mask_is_made_moved_resized_and_deleted_with_the_keys(tool: MaskTool) -> None:
    layer = tool.layer
    QTest.keyClick(layer, Qt.Key.Key_Insert)
    assert layer.rectangles == (Rectangle(75, 44, 125, 56),)
    QTest.keyClick(layer, Qt.Key.Key_Left)
    QTest.keyClick(layer, Qt.Key.Key_Down, CTRL)
    assert layer.rectangles == (Rectangle(74, 54, 124, 66),)
    QTest.keyClick(layer, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(layer, Qt.Key.Key_Up, SHIFT | CTRL)
    assert layer.rectangles == (Rectangle(74, 54, 125, 56),)
    assert "number 1" in layer.accessibleDescription()
    QTest.keyClick(layer, Qt.Key.Key_Insert)
    QTest.keyClick(layer, Qt.Key.Key_Space)
    QTest.keyClick(layer, Qt.Key.Key_Delete)
    assert layer.rectangles == (Rectangle(75, 44, 125, 56),)
    QTest.keyClick(layer, Qt.Key.Key_Z, CTRL)
    assert len(layer.rectangles) == 2


def test_a_click_alone_draws_nothing_and_leaves_nothing_to_undo(tool: MaskTool) -> None:
    drag(tool, (20, 10), (21, 10))
    assert tool.layer.rectangles == ()
    drag(tool, (20, 10), (80, 40))
    tool.undo.click()
    drag(tool, (20, 10), (80, 40))
    drag(tool, (50, 25), (50, 25))
    tool.undo.click()
    assert tool.layer.rectangles == ()


def test_masks_are_in_pixels_of_the_file_whatever_the_size_of_the_view(tool: MaskTool) -> None:
    drag(tool, (20, 10), (80, 40))
    view = tool.layer.parent()
    assert isinstance(view, PictureView)
    view.resize(804, 404)
    QApplication.processEvents()
    assert tool.layer.size() == view.size()
    assert tool.layer.rectangles == (Rectangle(20, 10, 80, 40),)
    assert tool.layer.grab().toImage().pixelColor(202, 102).name() == "#000000"


def test_saved_masks_are_the_recipe_of_the_kind(tool: MaskTool) -> None:
    saved: list[Recipe] = []
    tool.saved.connect(saved.append)
    assert not tool.save.isEnabled()
    drag(tool, (20, 10), (80, 40))
    tool.save.click()
    tool.open_tool(KIND, (), 1)
    tool.nothing.click()
    tool.open_tool(KIND, (Rectangle(0, 0, 5, 5),), 1)
    assert tool.layer.rectangles == (Rectangle(0, 0, 5, 5),)
    tool.cancel.click()
    assert saved == [Recipe(KIND, (Rectangle(20, 10, 80, 40),)), Recipe(KIND, ())]
    assert not tool.isVisible()
    assert not tool.layer.isVisible()
