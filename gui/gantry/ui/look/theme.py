"""The light and dark themes: colours, their style sheet, and icons drawn in them.

Widgets say what they are by the dynamic property `kind`, and the style sheet does the rest:
`QPushButton` "primary", "quiet", "danger", "rail"; `QLabel` "display", "title", "muted", "error",
"warning", "badge"; `QFrame` "card", "rail", "bar", "drop"; `QTreeView`/`QTableView` need none.
`set_kind(widget, kind)` sets it, `set_icon(button, name)` gives an icon that follows the theme.

Nothing here, or in other code before the first paint, touches the `Qt` namespace: its 140
enumerations take as long to create as the rest of the window. The style sheet's `qproperty-` sets
the values that need them.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from gantry.ui.look.resources import resource

LIGHT = {
    "window": "#f6f7f9",
    "surface": "#ffffff",
    "raised": "#ffffff",
    "rail": "#eef0f3",
    "hover": "#e4e8ed",
    "line": "#dde2e8",
    "control": "#868f9a",
    "text": "#1a1e23",
    "muted": "#586472",
    "faint": "#6b7785",
    "accent": "#0b63b0",
    "accent_hover": "#09549a",
    "accent_press": "#07447e",
    "on_accent": "#ffffff",
    "accent_soft": "#e7f1fa",
    "select": "#d9e9f8",
    "danger": "#b3261e",
    "danger_soft": "#fceeed",
    "warning": "#875200",
    "warning_soft": "#fff5e0",
    "success": "#196c33",
    "success_soft": "#e8f5ec",
    "disabled": "#9aa3ad",
}
DARK = {
    "window": "#15181c",
    "surface": "#1c2025",
    "raised": "#262b31",
    "rail": "#111417",
    "hover": "#2b3138",
    "line": "#30363d",
    "control": "#7b8692",
    "text": "#e8ebee",
    "muted": "#a3aeba",
    "faint": "#8d98a4",
    "accent": "#6cb2f7",
    "accent_hover": "#8cc3f9",
    "accent_press": "#4d9de8",
    "on_accent": "#08131f",
    "accent_soft": "#1b2f42",
    "select": "#23405c",
    "danger": "#ff8f86",
    "danger_soft": "#3b2221",
    "warning": "#f1bd66",
    "warning_soft": "#382c18",
    "success": "#74cf90",
    "success_soft": "#1b3224",
    "disabled": "#66707a",
}


_made: dict[QApplication, Theme] = {}


class Theme(QObject):
    """Follows the system's light or dark, or the user's choice.

    Signals:
        changed: the colours have changed; widgets that paint themselves must ask again.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = ""
        self.painted = False
        self.colours = LIGHT
        _made.clear()
        _made[app] = self  # now: setting a style makes existing widgets ask for it
        if not app.property("is_fusion"):  # set by `Application`, which is faster
            app.setStyle("Fusion")
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)

    @property
    def dark(self) -> bool:
        return self.colours is DARK

    def colour(self, name: str) -> QColor:
        """One of the theme's colours by its name."""
        return QColor(self.colours[name])

    def choose(self, choice: str) -> None:
        """Sets "light", "dark", or, for anything else, the system's."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._choice = choice if choice in schemes else ""
        # Title bars and native dialogs follow this if the platform can.
        QGuiApplication.styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
        self._apply()

    def _apply(self) -> None:
        if self._choice:
            dark = self._choice == "dark"
        else:
            # Before anything was set, the palette is the system's; asking the style is slow.
            is_first = not self._app.styleSheet()
            system = self._app.palette() if is_first else self._app.style().standardPalette()
            dark = system.window().color().value() < 128
        colours = DARK if dark else LIGHT
        if colours is self.colours and self._app.styleSheet():
            return
        self.colours = colours
        self._app.setPalette(_palette(colours))
        self._app.setStyleSheet(_style_sheet(colours))
        for widget in self._app.allWidgets():
            if widget.property("icon_name"):
                _draw_icon(widget, self)
        self.changed.emit()


def theme() -> Theme:
    """The application's theme; made on first use."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    # Not by findChild, which makes Python objects, and their enumerations, of all children.
    return _made.get(app) or Theme(app)


def set_kind(widget: QWidget, kind: str) -> None:
    """Sets the widget's kind for the style sheet."""
    widget.setProperty("kind", kind)
    if not theme().painted:
        return  # Qt polishes it when it is first shown
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def set_icon(
    widget: QAbstractButton | QLabel, name: str, colour: str = "text", size: int = 20
) -> None:
    """Gives a button or a label an icon in a colour of the theme, and keeps it up to date."""
    widget.setProperty("icon_name", name)
    widget.setProperty("icon_colour", colour)
    widget.setProperty("icon_size", size)
    _draw_icon(widget, theme())


def icon(name: str, colour: str = "text", size: int = 20) -> QIcon:
    """An icon in a colour of the current theme."""
    made = QIcon()
    for ratio in _ratios():
        made.addPixmap(pixmap(name, theme().colour(colour), size, ratio))
    return made


def _ratios() -> set[float]:
    """The device pixel ratios of all screens, because the window may be moved to another."""
    return {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}


def pixmap(name: str, ink: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon's picture: `size` logical pixels square at the given device pixel ratio."""
    with open(resource("icons", f"{name}.svg"), encoding="utf-8") as file:
        text = file.read().replace("currentColor", ink.name())
    side = round(size * ratio)
    drawn = QPixmap(side, side)
    drawn.fill(QColor(0, 0, 0, 0))
    painter = QPainter(drawn)
    QSvgRenderer(text.encode()).render(painter)
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def _draw_icon(widget: QWidget, current: Theme) -> None:
    name, size = str(widget.property("icon_name")), int(widget.property("icon_size"))
    colour = str(widget.property("icon_colour"))
    if isinstance(widget, QAbstractButton):
        widget.setIcon(icon(name, colour, size))
        widget.setIconSize(QSize(size, size))
    elif isinstance(widget, QLabel):
        widget.setPixmap(pixmap(name, current.colour(colour), size, widget.devicePixelRatioF()))


def _palette(colours: dict[str, str]) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, "window"),
        (role.Base, "surface"),
        (role.AlternateBase, "window"),
        (role.Button, "raised"),
        (role.ToolTipBase, "raised"),
        (role.WindowText, "text"),
        (role.Text, "text"),
        (role.ButtonText, "text"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "faint"),
        (role.BrightText, "danger"),
        (role.Highlight, "select"),
        (role.HighlightedText, "text"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Accent, "accent"),
        (role.Light, "raised"),
        (role.Midlight, "hover"),
        (role.Mid, "line"),
        (role.Dark, "control"),
    ):
        palette.setColor(which, QColor(colours[name]))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours["disabled"]))
    return palette


def _style_sheet(colours: dict[str, str]) -> str:
    with open(resource("style", "gantry.qss"), encoding="utf-8") as file:
        sheet = file.read()
    tone = "dark" if colours is DARK else "light"
    sheet = sheet.replace("@tone@", tone)
    sheet = sheet.replace("@icons@", resource("icons").replace("\\", "/"))
    for name, value in colours.items():
        sheet = sheet.replace(f"@{name}@", value)
    return sheet
