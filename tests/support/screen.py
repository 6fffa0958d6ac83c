"""Drives the real window in tests: drops, waits, and what can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEventLoop,
    QMimeData,
    QPointF,
    Qt,
    QUrl,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from gantry.ui.background.context import Context
from gantry.ui.pages.catalog_view import CatalogView
from gantry.ui.start.main_window import MainWindow


def wait_until(done: Callable[[], object], milliseconds: int = 60_000) -> None:
    """Runs the event loop until `done()`.

    Raises:
        AssertionError: it took too long.
    """
    deadline = QDeadlineTimer(milliseconds)
    while not done():
        assert not deadline.hasExpired(), "waited too long"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def mime_of(paths: Iterable[Path | str]) -> QMimeData:
    """What a file manager drags."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


class Screen:
    """The window and its context."""

    def __init__(self, window: MainWindow, context: Context) -> None:
        self.window, self.context = window, context

    @property
    def catalog(self) -> CatalogView:
        """The list of what was dropped."""
        assert self.window.intake.catalog is not None, "nothing was dropped"
        return self.window.intake.catalog

    def drop(self, *paths: Path | str) -> None:
        """Drops files, as a file manager would, in the middle of the window."""
        data = mime_of(paths)
        middle = self.window.rect().center()
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, buttons, keys)
        QCoreApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, buttons, keys)
        QCoreApplication.sendEvent(self.window, drop)
        assert drop.isAccepted()

    def drop_and_wait(self, *paths: Path | str) -> None:
        """Drops files, and waits until they are read and the tree shows them."""
        wait_until(lambda: self.window.intake.catalog is not None)
        self.drop(*paths)
        self.wait_for_scan()

    def wait_for_scan(self) -> None:
        """Waits until everything dropped is read and the tree shows it."""
        wait_until(lambda: self.catalog.strip.done and not self.catalog.scanning.running)

    def texts(self, widget: QWidget | None = None) -> list[str]:
        """Every text that can be seen in a widget (or the window)."""
        found: list[str] = []
        for one in (widget or self.window).findChildren(QWidget):
            if one.isVisible():
                for name in ("text", "placeholderText", "title", "windowTitle"):
                    if isinstance(text := one.property(name), str) and text:
                        found.append(text)
        return found
