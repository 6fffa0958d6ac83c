"""A real window on a real X server: a folder dragged in from another program, Send, history.

Nothing here reaches into Gantry's process: mouse and keys go through X, and what arrived is read
from the receiver's folder and the history's file. Pictures go to `screenshots/e2e/`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support import drag_source
from support.dicom import make_study
from support.process import free_port

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "screenshots" / "e2e"

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="NOT TESTED: needs Xvfb and xdotool (Debian: apt install xvfb xdotool openbox)",
    ),
    pytest.mark.timeout(900),  # a busy machine is slow to start programs
]


def _until(true: Callable[[], bool], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


class Desk:
    """An X server with a window manager, and Gantry on it."""

    def __init__(self, home: Path) -> None:
        self.home, self.said = home, home.with_name("said.txt")
        self.environment = {
            **os.environ,
            "GANTRY_HOME": str(home),
            "DISPLAY": f":{free_port() % 20000 + 100}",
            "QT_QPA_PLATFORM": "xcb",
            "LANG": "C.UTF-8",
        }
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with open(self.said, "ab") as said:
            child = subprocess.Popen(
                command, env=self.environment, stdout=said, stderr=said, start_new_session=True
            )
        self._children.append(child)
        return child

    def open(self) -> None:
        # Without -noreset, the server begins again whenever its last client leaves: xdotool did,
        # and a window manager that had just come was thrown out.
        display = self.environment["DISPLAY"]
        self.start("Xvfb", display, "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset")
        _until(lambda: self.x("getdisplaygeometry") == "1400 900", "the X server")
        if shutil.which("openbox"):
            self.start("openbox")
            _until(lambda: self.x("get_desktop") == "0", "the window manager")

    def gantry(self, *args: str) -> subprocess.Popen[bytes]:
        """Starts the window, and waits until it is there; its place is 0, 0."""
        child = self.start(sys.executable, "-m", "gantry.app", *args)
        _until(lambda: self.window() != "" or child.poll() is not None, "Gantry's window")
        assert child.poll() is None, self.said.read_text(errors="replace")[-3000:]
        self.x("windowmove", self.window(), "0", "0")
        self.activate()
        return child

    def activate(self) -> None:
        """Gives Gantry's window the keys. Not by xdotool's `--sync`, which may wait for ever."""

        def is_active() -> bool:
            self.x("windowactivate", self.window())
            return self.x("getactivewindow", "getwindowname").startswith("Gantry")

        if shutil.which("openbox"):
            _until(is_active, "Gantry's window to be active")
        else:
            self.x("windowactivate", self.window())

    def window(self) -> str:
        found = self.x("search", "--onlyvisible", "--name", "^Gantry")
        return found.splitlines()[0] if found else ""

    def x(self, *args: str) -> str:
        done = subprocess.run(
            ["xdotool", *args], env=self.environment, capture_output=True, text=True, timeout=120
        )
        return done.stdout.strip()

    def picture(self, name: str) -> None:
        if shutil.which("import"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["import", "-window", "root", str(PICTURES / f"{name}.png")],
                env=self.environment,
                timeout=120,
                check=False,
            )

    def press_send(self, *, tries: int = 60) -> bool:
        """By its key, until there is a job: the button is off while the scan runs."""
        self.activate()
        for _ in range(tries):
            self.x("key", "alt+s")
            time.sleep(2)
            if self.parcels():
                return True
        return False

    def close(self) -> None:
        for child in reversed(self._children):
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def parcels(self) -> list[tuple[str, str]]:
        """Id and state of every parcel, as the history's file has them."""
        file = self.home / "history.sqlite"
        if not file.exists():
            return []
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
            return [(str(i), str(s)) for i, s in db.execute("SELECT id, state FROM parcel")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home")
    desk.open()
    yield desk
    desk.close()


def _arrived(folder: Path) -> list[str]:
    found = []
    for archive in folder.rglob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            for member in tar:
                stream = tar.extractfile(member)
                assert stream is not None
                if member.name != "manifest.json":
                    found.append(hashlib.sha256(stream.read()).hexdigest())
    return sorted(found)


def test_a_folder_dragged_in_is_sent_and_found_again_after_a_restart(
    desk: Desk, canary_folder: Path
) -> None:
    made = make_study(canary_folder / "第一 study", instances=4, size=64)
    made += make_study(canary_folder / "第二 study", series=2, instances=2, size=64)
    running = desk.gantry()
    time.sleep(2)  # the page is built after the first paint
    desk.picture("1-empty")

    desk.start(sys.executable, drag_source.__file__, "1250", "800", str(canary_folder))
    _until(lambda: desk.x("search", "--name", "drag_source") != "", "the program to drag from")
    time.sleep(1)
    for _ in range(6):  # on a busy machine a drag may be too quick for one of the two programs
        desk.x("mousemove", "1300", "830", "mousedown", "1")
        for x, y in ((1290, 820), (1200, 700), (900, 500), (700, 400), (600, 380), (590, 370)):
            desk.x("mousemove", str(x), str(y))
            time.sleep(0.15)
        desk.picture("2-dragging")
        desk.x("mouseup", "1")
        time.sleep(3)
        desk.picture("3-dropped")
        if desk.press_send(tries=8):
            break
    _until(
        lambda: [s for _, s in desk.parcels()] == ["delivered"] * 2,
        "both parcels to be delivered",
    )
    time.sleep(1)
    desk.picture("4-delivered")
    assert _arrived(desk.home / "practice") == sorted(
        hashlib.sha256(p.read_bytes()).hexdigest() for p in made
    )

    quit_ = desk.start(sys.executable, "-m", "gantry.app", "--quit")
    assert quit_.wait(60) == 0
    assert running.wait(60) == 0

    before = desk.parcels()
    desk.gantry()
    time.sleep(2)
    desk.x("key", "ctrl+3")
    time.sleep(2)
    desk.picture("5-history-after-restart")
    assert desk.parcels() == before


def test_a_second_start_hands_its_paths_to_the_window_that_is_open(
    desk: Desk, canary_folder: Path
) -> None:
    make_study(canary_folder, instances=2)
    desk.gantry()
    time.sleep(2)
    second = desk.start(sys.executable, "-m", "gantry.app", str(canary_folder))
    assert second.wait(60) == 0
    time.sleep(3)
    assert len(desk.x("search", "--onlyvisible", "--name", "^Gantry").splitlines()) == 1
    assert desk.press_send(), "Send was pressed in vain"
    _until(lambda: [s for _, s in desk.parcels()] == ["delivered"], "the parcel to be delivered")
