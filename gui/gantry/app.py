"""`gantry`: builds store, runner and window; the only place that wires them."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication


def main(arguments: list[str] | None = None) -> int:
    """Opens the window; returns when it is closed."""
    from gantry.ui.context import Context
    from gantry.ui.i18n import language
    from gantry.ui.main_window import MainWindow
    from gantry.ui.theme import theme

    app = QApplication(sys.argv[:1])
    app.setApplicationName("Gantry")
    theme()
    language().choose("")
    window = MainWindow(Context(app))
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
