"""The preview process: how the window handles its crash, hang or delay."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from gantry.engine.instance import Source
from gantry.engine.preview.contents import Contents, NoPicture, Want
from gantry.ui.background import previewer
from gantry.ui.background.previewer import Helper, Previewer
from gantry.ui.background.runner import Runner
from support import slow_reader
from support.dicom import make_instance
from support.screen import wait_until


def source(path: Path) -> Source:
    return Source(str(path), path.stat().st_size, 0, 0)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return make_instance(tmp_path / "患者 one", study="1.2", series="1.2.3", size=32)


def test_only_the_newest_question_is_answered(runner: Runner, instance: Path) -> None:
    asking = Previewer(runner)
    answers: list[tuple[int, Contents]] = []
    for number in range(20):
        asking.ask(source(instance), lambda c, n=number: answers.append((n, c)), frame=0)  # type: ignore[misc]
    wait_until(lambda: answers)
    asking.close()
    assert [number for number, _ in answers] == [19]
    assert answers[0][1].picture is not None


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_crash_of_the_reader_is_survived(instance: Path) -> None:
    helper = Helper()
    want = Want(os.fsencode(instance), frame=0)
    assert helper.read(want).picture is not None
    first = helper.pid
    assert first is not None
    os.kill(first, signal.SIGSEGV)
    assert helper.read(want).picture is not None  # by a new process
    assert helper.pid != first
    helper.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_killed_in_the_middle_of_an_answer_another_answers(instance: Path) -> None:
    helper = Helper()
    want = Want(os.fsencode(instance), frame=0)
    assert helper.read(want).picture is not None
    first = helper.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    answers: list[Contents] = []
    asking = threading.Thread(target=lambda: answers.append(helper.read(want)))
    asking.start()
    os.kill(first, signal.SIGKILL)
    asking.join(60)
    assert answers[0].picture is not None
    assert helper.pid != first
    helper.close()


def test_an_image_that_ends_the_reader_twice_keeps_its_tags(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder's crash can't be had here: the process ends as soon as it is asked for pixels."""
    helper = Helper()
    real = helper.start

    def start() -> None:
        real()
        if asked:
            assert helper._process is not None
            helper._process.kill()
            helper._process.join(60)
            asked.pop()

    asked = [1, 2]
    monkeypatch.setattr(helper, "start", start)
    contents = helper.read(Want(os.fsencode(instance), frame=0))
    assert contents.no_picture is NoPicture.DAMAGED
    assert contents.tags
    helper.close()


def test_a_reader_that_is_slow_to_start_is_no_damage_of_the_image(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewer, "serve", slow_reader.serve_late)
    monkeypatch.setattr(previewer, "ANSWER_SECONDS", 10.0)
    helper = Helper()
    assert helper.read(Want(os.fsencode(instance), frame=0)).picture is not None
    helper.close()


@pytest.mark.skipif(sys.platform == "win32", reason="stops by signal")
def test_a_reader_that_hangs_is_ended(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = Helper()
    want = Want(os.fsencode(instance))
    assert helper.read(want).tags
    hung = helper.pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    monkeypatch.setattr(previewer, "ANSWER_SECONDS", 0.3)
    assert helper.read(want).unreadable
    monkeypatch.undo()
    assert helper.read(want).tags
    assert helper.pid != hung
    helper.close()


def test_closing_ends_the_process(instance: Path) -> None:
    helper = Helper()
    helper.start()
    helper.close()
    assert helper.pid is None
    assert helper.read(Want(os.fsencode(instance))).no_picture is NoPicture.UNREADABLE
