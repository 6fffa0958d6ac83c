"""A program of its own that offers a folder to be dragged: a real X11 drag into Gantry.

python drag_source.py X Y PATH…     a small window at X, Y; press inside it and drag
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Offer(QLabel):
    """Starts a drag of its paths as soon as the mouse moves with the button down."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__("drag me")
        self._paths = paths

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(p) for p in self._paths])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)


def main() -> None:
    application = QApplication(sys.argv[:1])
    offer = Offer(sys.argv[3:])
    offer.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
    offer.setGeometry(int(sys.argv[1]), int(sys.argv[2]), 120, 60)
    offer.show()
    application.exec()


if __name__ == "__main__":
    main()
