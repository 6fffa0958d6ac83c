"""Finds out why the window can't open here, and says so in one sentence with the remedy.

Qt aborts the process if it finds no display, and Python shows a traceback if a library is missing.
Both are checked before Qt is started. Nothing here needs Qt.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec

# Exit code of `gantry` if the window can't open.
CANT_OPEN = 3

_USE_CLI = "or use gantry-cli, which needs no window."
# Libraries that Qt and its X11 plugin link to and that its wheels don't include, with the package
# of Debian and Ubuntu. `tests/ui/test_obstacles.py` compares them with the wheel.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
    "libz.so.1": "zlib1g",
}
# The same for the Wayland plugin, without which X11 is used.
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
# Those of QtNetwork, which is imported after the window is shown.
_LATER = ("libgssapi_krb5.so.2", "libbrotlidec.so.1")
_LACKS = re.compile(r"(lib[\w.+-]*\.so[.\d]*): cannot open shared object")


def cant_import(error: ImportError) -> str | None:
    """The message for a failed import; None if it doesn't concern Qt."""
    name, words = error.name or "", str(error)
    if isinstance(error, ModuleNotFoundError) and name.split(".")[0] in ("PySide6", "shiboken6"):
        return f"the window needs Qt, which is not installed: run {_install()}, {_USE_CLI}"
    if found := _LACKS.search(words):
        return _libraries_missing({found[1]})
    if name.startswith(("PySide6", "shiboken6")) or "DLL load failed" in words:
        return (
            f"Qt, which draws the window, can't be loaded ({words}): run {_install()}, {_USE_CLI}"
        )
    return None


def cant_show() -> str | None:
    """The message if Qt would find no display; None if a window can open.

    Only for X11 and Wayland; QtCore must be importable.
    """
    if sys.platform in ("win32", "darwin"):
        return None
    asked = os.environ.get("QT_QPA_PLATFORM", "")
    display, wayland = os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", "")
    if asked:
        platforms = [name.split(":")[0] for name in asked.split(";")]
    elif wayland or os.environ.get("XDG_SESSION_TYPE") == "wayland":
        platforms = ["wayland", "xcb"]  # as Qt chooses
    elif display:
        platforms = ["xcb"]
    else:
        return f"there is no display here: start gantry on a desktop, {_USE_CLI}"
    missing: set[str] = set()
    for platform in platforms:
        lacks = _lacks(platform)
        if lacks is None:
            continue
        if not lacks:
            later = {name for name in _LATER if not _loads(name)}
            return _libraries_missing(later) if later else None
        missing |= lacks
    if missing:
        return _libraries_missing(missing)
    if asked and not any(_plugin(platform) for platform in platforms):
        return f"QT_QPA_PLATFORM asks for “{asked}”, which this Qt lacks: unset it, {_USE_CLI}"
    tried = " or ".join(f"{variable} {value}" for variable, value in
                        (("WAYLAND_DISPLAY", wayland), ("DISPLAY", display)) if value)  # fmt: skip
    return (
        f"the display ({tried or asked or 'Wayland'}) can't be reached:"
        f" start gantry on a desktop, {_USE_CLI}"
    )


def tell(sentence: str) -> None:
    """Shows the message on standard error, and in a box if gantry was started from a menu."""
    if sys.stderr is not None:
        print(f"gantry: {sentence}", file=sys.stderr)  # noqa: T201
    text = f"Gantry can't open its window: {sentence}"
    if sys.platform == "win32":
        if sys.stdin is None:  # a windowed program
            ctypes.windll.user32.MessageBoxW(None, text, "Gantry", 0x10)
        return
    if any(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        return
    import subprocess  # noqa: PLC0415 - 6 ms, for an error only

    if sys.platform == "darwin":
        script = "on run argv\ndisplay alert (item 1 of argv)\nend run"
        boxes = [["osascript", "-e", script, text]]
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        boxes = [
            ["zenity", "--error", "--no-markup", "--title=Gantry", f"--text={text}"],
            ["kdialog", "--title", "Gantry", "--error", text],
            ["notify-send", "--app-name=Gantry", "Gantry", text],
            ["xmessage", "-center", text],
        ]
    else:
        return
    for box in boxes:
        if shutil.which(box[0]):
            shown = subprocess.Popen(
                box,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                if shown.wait(timeout=1) == 0:
                    return
            except subprocess.TimeoutExpired:
                return  # the box stays until the user has read it


def _install() -> str:
    """The command that adds the extra `gui` to this installation."""
    if find_spec("pip") is not None:
        return f'`"{sys.executable}" -m pip install "gantry-dicom[gui]"`'
    return f'`uv pip install --python "{sys.executable}" "gantry-dicom[gui]"`'


def _plugin(platform: str) -> str | None:
    """Qt's plugin for a platform; None if it can't be found."""
    from PySide6.QtCore import QLibraryInfo  # noqa: PLC0415 - Qt may be missing

    folders = os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "").split(os.pathsep)
    plugins = os.environ.get("QT_PLUGIN_PATH", "").split(os.pathsep)
    plugins.append(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    folders += [os.path.join(folder, "platforms") for folder in plugins if folder]  # noqa: PTH118
    names = [f"libq{platform}.so"]
    if platform == "wayland":
        names += ["libqwayland-generic.so", "libqwayland-egl.so"]
    paths = (os.path.join(folder, name) for folder in folders if folder for name in names)  # noqa: PTH118
    return next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113


def _lacks(platform: str) -> set[str] | None:
    """The first library that a platform's plugin lacks to open its display; empty if none.

    None if the display refuses the connection, or there is no such plugin. The display is opened
    with the same library that Qt uses. A platform without one (offscreen, VNC) needs only its
    plugin.
    """
    path = _plugin(platform)
    if path is None:
        return None
    try:
        if platform == "xcb":
            xcb = ctypes.CDLL("libxcb.so.1")
            xcb.xcb_connect.restype = ctypes.c_void_p
            connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
            failed = bool(xcb.xcb_connection_has_error(connection))
            xcb.xcb_disconnect(connection)
        elif platform.startswith("wayland"):
            socket = os.environ.get("WAYLAND_DISPLAY", "")
            if not os.environ.get("XDG_RUNTIME_DIR") and not os.path.isabs(socket):  # noqa: PTH117
                return None  # about which the library would complain itself
            client = ctypes.CDLL("libwayland-client.so.0")
            client.wl_display_connect.restype = ctypes.c_void_p
            connection = ctypes.c_void_p(client.wl_display_connect(None))
            failed = not connection
            if connection:
                client.wl_display_disconnect(connection)
        else:
            failed = False
        if failed:
            return None
        ctypes.CDLL(path)
    except OSError as error:
        found = _LACKS.search(str(error))
        return {found[1] if found else str(error)}
    return set()


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _libraries_missing(known: Iterable[str]) -> str:
    """The sentence for all libraries that Qt lacks, not only the first."""
    names = sorted({*known, *(name for name in PACKAGES if not _loads(name))})
    lacked = ", ".join(names)
    return f"the window needs {lacked}, which this system lacks: {_remedy(names)}, {_USE_CLI}"


def _remedy(names: list[str]) -> str:
    """How to install the libraries here; Fedora and openSUSE find packages by library name."""
    system = _os_release()
    if system & {"debian", "ubuntu"}:
        known = PACKAGES | WAYLAND
        packages = sorted({known[name] for name in names if name in known})
        if packages:
            return f"run `sudo apt install {' '.join(packages)}`"
    capabilities = " ".join(f"'{name}()(64bit)'" for name in names)
    if system & {"fedora", "rhel", "centos"}:
        return f"run `sudo dnf install {capabilities}`"
    if system & {"suse", "opensuse"}:
        return f"run `sudo zypper install {capabilities}`"
    if "arch" in system:
        return "run `sudo pacman -S qt6-base`, which brings them"
    return "install the packages that hold them"


def _os_release() -> set[str]:
    """The name of this Linux and its relatives (`ID`, `ID_LIKE` in /etc/os-release)."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path, encoding="utf-8") as file:
                lines = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
        except (OSError, ValueError):
            continue
        words = f"{lines.get('ID', '')} {lines.get('ID_LIKE', '')}".replace('"', "")
        return set(words.replace("opensuse-", "opensuse ").split())
    return set()
