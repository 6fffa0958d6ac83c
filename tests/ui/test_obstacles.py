"""Where no window can open, `gantry` says why and what to do in one sentence, and exits with 3."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import PySide6
import pytest

from gantry import __version__
from gantry.ui.start import obstacles

PLUGINS = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland")
WITHOUT_QT = "import sys; sys.modules['PySide6'] = None; from gantry.app import main; main()"


def start(
    home: Path, *call: str, without: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Starts `gantry` as from a menu: no stream is a terminal."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM", *without}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, *(call or ("-m", "gantry"))],
        env={**inherited, "GANTRY_HOME": str(home), "XDG_RUNTIME_DIR": str(home), **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


def sentence(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 3
    assert ran.stdout == ""
    [line] = ran.stderr.splitlines()
    assert line.startswith("gantry: ")
    assert "gantry-cli" in line
    return line


def test_without_qt_it_names_the_extra(tmp_path: Path) -> None:
    code = WITHOUT_QT.replace("main()", "sys.exit(main())")
    said = sentence(start(tmp_path, "-c", code))
    assert "not installed" in said
    with_pip = f'"{sys.executable}" -m pip install "gantry-dicom[gui]"'
    with_uv = f'uv pip install --python "{sys.executable}" "gantry-dicom[gui]"'
    assert (with_pip if find_spec("pip") else with_uv) in said


@on_linux
def test_without_a_display_it_points_to_the_terminal(tmp_path: Path) -> None:
    assert "no display" in sentence(start(tmp_path))


@on_linux
@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DISPLAY": ":987"}, ":987"),
        ({"DISPLAY": "nowhere.invalid:0"}, "nowhere.invalid:0"),
        ({"DISPLAY": "nonsense"}, "nonsense"),
        ({"WAYLAND_DISPLAY": "wayland-987", "XDG_RUNTIME_DIR": ""}, "wayland-987"),
        ({"WAYLAND_DISPLAY": "/nowhere/wayland-0", "XDG_RUNTIME_DIR": ""}, "/nowhere/wayland-0"),
        ({"WAYLAND_DISPLAY": "wayland-987"}, "wayland-987"),
        ({"WAYLAND_DISPLAY": "wayland-987", "DISPLAY": ":987"}, "wayland-987"),
        ({"XDG_SESSION_TYPE": "wayland"}, "Wayland"),
        ({"QT_QPA_PLATFORM": "xcb"}, "xcb"),
        ({"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":987"}, ":987"),
        ({"QT_QPA_PLATFORM": "wayland-egl"}, "wayland-egl"),
        ({"QT_QPA_PLATFORM": "nonsense"}, "nonsense"),
    ],
)
def test_a_display_that_does_not_answer_is_named(
    tmp_path: Path, environment: dict[str, str], named: str
) -> None:
    if "wayland" in str(environment).lower() and not obstacles._loads("libwayland-client.so.0"):
        pytest.skip("no libwayland-client here")
    assert named in sentence(start(tmp_path, without=(), **environment))


@on_linux
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "nonsense;offscreen"])
def test_a_platform_without_a_display_needs_none(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert obstacles.cant_show() is None


@on_linux
def test_a_library_that_the_display_s_plugin_lacks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = (PLUGINS / "libqoffscreen.so").read_bytes()
    (tmp_path / "libqoffscreen.so").write_bytes(
        plugin.replace(b"libQt6Gui.so.6\0", b"libQt6Gui.so.9\0")
    )
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", str(tmp_path))
    assert "libQt6Gui.so.9" in str(obstacles.cant_show())


@pytest.mark.parametrize(
    ("system", "remedy"),
    [
        ({"debian"}, "`sudo apt install libegl1 libxcb-cursor0`"),
        ({"ubuntu", "debian"}, "`sudo apt install libegl1 libxcb-cursor0`"),
        ({"fedora"}, "`sudo dnf install 'libEGL.so.1()(64bit)' 'libxcb-cursor.so.0()(64bit)'`"),
        ({"rocky", "rhel", "centos", "fedora"}, "sudo dnf install"),
        ({"opensuse", "tumbleweed", "suse"}, "sudo zypper install"),
        ({"arch"}, "sudo pacman -S qt6-base"),
        ({"slackware"}, "install the packages"),
    ],
)
def test_each_system_has_its_own_command(
    monkeypatch: pytest.MonkeyPatch, system: set[str], remedy: str
) -> None:
    monkeypatch.setattr(obstacles, "_os_release", lambda: system)
    monkeypatch.setattr(obstacles, "_loads", lambda name: name != "libxcb-cursor.so.0")
    lacks = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    said = obstacles.cant_import(lacks)
    assert said is not None
    assert "libEGL.so.1, libxcb-cursor.so.0" in said  # also the one that nobody stumbled on yet
    assert remedy in said


def test_a_fault_of_ours_is_not_blamed_on_qt() -> None:
    assert obstacles.cant_import(ImportError("no x in gantry.ui", name="gantry.ui")) is None
    assert obstacles.cant_import(ModuleNotFoundError("no y", name="gantry.y")) is None


@on_linux
def test_from_a_menu_it_is_reported_in_a_box(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    broken = programs / "zenity"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    box = programs / "notify-send"  # the next one
    box.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tmp_path}/said.part"\n'
                   f'{shutil.which("mv")} "{tmp_path}/said.part" "{tmp_path}/said"\n')  # fmt: skip
    box.chmod(0o755)
    sentence(start(tmp_path, DISPLAY=":987", PATH=str(programs)))
    assert ":987" in (tmp_path / "said").read_text()


@on_linux
def test_the_table_of_libraries_is_that_of_the_installed_qt() -> None:
    readelf = shutil.which("readelf")
    if readelf is None:
        pytest.skip("no readelf here")
    root = PLUGINS.parents[1]
    parts = ("Core", "Gui", "Widgets", "Network", "Svg")
    wanted = [*(root.parent / f"Qt{part}.abi3.so" for part in parts), PLUGINS / "libqxcb.so"]
    seen: set[str] = set()
    outside: set[str] = set()
    while wanted:
        listed = subprocess.run(
            [readelf, "-d", wanted.pop()], check=True, capture_output=True, text=True
        )
        for name in set(re.findall(r"NEEDED.*\[(.+)\]", listed.stdout)) - seen:
            seen.add(name)
            if (inside := root / "lib" / name).exists():
                wanted.append(inside)
            elif not re.match(
                r"lib(pyside|shiboken|c\.|m\.|dl|pthread|rt\.|resolv|gcc|std)|ld-", name
            ):
                outside.add(name)
    assert outside == set(obstacles.PACKAGES)


def test_it_tells_its_version(tmp_path: Path) -> None:
    ran = start(tmp_path, "-m", "gantry", "--version")
    assert (ran.returncode, ran.stdout) == (0, f"gantry {__version__}\n")
