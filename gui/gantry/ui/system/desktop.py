"""Shows folders in the system's file manager, and pages in its browser."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_folder(folder: str | Path) -> bool:
    """Opens `folder` in Explorer, Finder or the desktop's file manager."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def open_folder_of(file: str | Path) -> bool:
    """Opens the folder that contains `file`."""
    return open_folder(Path(file).parent)


def open_file(file: str | Path) -> bool:
    """Opens `file` in the program that the system has for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))


def open_page(address: str) -> bool:
    """Opens a web page in the system's browser; ignores any other address."""
    url = QUrl(address)
    return url.scheme() in ("http", "https") and QDesktopServices.openUrl(url)
