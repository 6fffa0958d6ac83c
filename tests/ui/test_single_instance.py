"""One window per home; later starts pass their paths to it, and can ask it to quit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from gantry.ui.start import peer
from gantry.ui.start.single_instance import MOST_BYTES, Doorkeeper, Handover, parse
from support.screen import wait_until

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts `gantry` with a home of its own."""

    def starter(*arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
        return subprocess.Popen(
            [sys.executable, "-m", "gantry.app", "--home", str(tmp_path / "home"), *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return starter


def wait_for_door(home: Path) -> None:
    """Until a window of this home answers."""
    name = Handover(str(home)).name

    def open_() -> bool:
        socket = QLocalSocket()
        socket.connectToServer(name)
        there = socket.waitForConnected(200)
        socket.abort()
        return there

    wait_until(open_)


def test_quit_believes_a_window_that_is_gone_though_its_answer_was_lost(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "home").mkdir()
    window = Handover(str(tmp_path / "home"))
    assert window.first()
    server = QLocalServer()

    def end() -> None:
        socket = server.nextPendingConnection()
        assert socket.waitForReadyRead(60_000)
        socket.abort()
        QTimer.singleShot(1000, window.release)

    server.newConnection.connect(end)
    assert server.listen(window.name)
    quitter = start("--quit")
    wait_until(lambda: quitter.poll() is not None)
    server.close()
    assert quitter.returncode == 0


def test_d08_a_second_start_hands_over_and_quit_ends_the_first(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    first = start()
    try:
        wait_for_door(tmp_path / "home")
        second = start(str(tmp_path))
        assert second.wait(60) == 0
        assert first.poll() is None
        assert start("--quit").wait(60) == 0
        assert first.wait(60) == 0
    finally:
        first.kill()
        first.wait()
    assert start("--quit").wait(60) == 0  # none is open


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGTERM")
def test_d10_sigterm_closes_the_window_in_order(start: Start, tmp_path: Path, qtbot: QtBot) -> None:
    first = start()
    try:
        wait_for_door(tmp_path / "home")
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0
    finally:
        first.kill()
        first.wait()


def test_d08_after_a_kill_the_next_start_is_the_first(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    killed = start()
    wait_for_door(tmp_path / "home")
    killed.kill()
    killed.wait()
    next_ = start()
    try:
        wait_for_door(tmp_path / "home")
        assert start("--quit").wait(60) == 0
        assert next_.wait(60) == 0
    finally:
        next_.kill()
        next_.wait()


def test_d08_two_homes_are_two_windows(tmp_path: Path) -> None:
    one, other = Handover(str(tmp_path / "1")), Handover(str(tmp_path / "2"))
    assert one.first()
    assert other.first()
    assert not Handover(str(tmp_path / "1")).first()
    one.release()
    other.release()


def test_paths_come_as_they_were_given(tmp_path: Path, qtbot: QtBot) -> None:
    handover = Handover(str(tmp_path))
    door = Doorkeeper(handover.name)
    came: list[list[str]] = []
    door.paths_came.connect(came.append)
    socket = QLocalSocket()
    socket.connectToServer(handover.name)
    odd = "/ä 文件 \\udce9"
    socket.write(b'{"ask": "open", "paths": ["' + odd.encode() + b'", 7, "", null]}\n')
    wait_until(lambda: came)
    assert came == [["/ä 文件 \udce9"]]
    wait_until(socket.canReadLine)
    assert parse(bytes(socket.readLine().data())) == {"done": True}
    door.close()


@pytest.mark.parametrize(
    "sent", [b"nonsense\n", b"[1]\n", b'{"ask":' + b"[" * 5000 + b"\n", b"\xff\n"]
)
def test_what_is_no_request_is_hung_up_on(sent: bytes, tmp_path: Path, qtbot: QtBot) -> None:
    handover = Handover(str(tmp_path))
    door = Doorkeeper(handover.name)
    asked: list[object] = []
    door.paths_came.connect(asked.append)
    door.quit_came.connect(asked.append)
    socket = QLocalSocket()
    socket.connectToServer(handover.name)
    socket.write(sent)
    wait_until(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert asked == []
    door.close()


def test_an_endless_request_is_hung_up_on(tmp_path: Path, qtbot: QtBot) -> None:
    handover = Handover(str(tmp_path))
    door = Doorkeeper(handover.name)
    socket = QLocalSocket()
    socket.connectToServer(handover.name)
    for _ in range(40):
        if socket.state() is QLocalSocket.LocalSocketState.UnconnectedState:
            break
        socket.write(b"x" * (MOST_BYTES // 16))
        qtbot.wait(20)
    wait_until(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    door.close()


class Squatter:
    """A process of another user's that took a name before the window did; says what it got."""

    def __init__(self, name: str) -> None:
        listen = (
            "import os, socket, sys\n"
            "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o777)\n"
            "os.setuid(65534); s.listen(5); print('here', flush=True)\n"
            "c, _ = s.accept(); c.settimeout(60); print(c.recv(65536), flush=True)\n"
            "c.sendall(b'{\"done\": true}\\n')"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", listen, name], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "here\n"

    def end(self) -> str:
        """What was said to it."""
        said, _ = self.process.communicate(timeout=120)
        return said.strip()


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="takes two users")
def test_a_name_that_another_user_took_is_told_nothing(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "home").mkdir()
    window = Handover(str(tmp_path / "home"))
    assert window.first()
    squatter = Squatter(window.name)
    second = start(str(tmp_path / "Kanarienvogel"))
    assert second.wait(60) == 1
    assert squatter.end() == "b''"
    window.release()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are in no folder")
def test_the_socket_is_where_only_the_user_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a folder for everyone, not in one that somebody else made, not behind a link."""
    shared, theirs = tmp_path / "shared", tmp_path / f"gantry-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shared))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    monkeypatch.setattr(peer, "_IN_HOME", tmp_path / "own")
    monkeypatch.setattr(peer, "_given", lambda: iter([shared, tmp_path]))
    assert Path(peer.private_folder()) == theirs
    assert theirs.stat().st_mode & 0o777 == 0o700
    theirs.rmdir()
    theirs.symlink_to(shared)
    assert Path(peer.private_folder()) == tmp_path / "own"
    theirs.unlink()
    theirs.mkdir()
    theirs.chmod(0o777)
    assert Path(Handover("").name).parent == tmp_path / "own"
