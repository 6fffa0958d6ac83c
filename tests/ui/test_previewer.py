"""The preview's process: what it does to the window when it crashes, hangs or is too late."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from gantry.engine.instance import Source
from gantry.engine.preview.contents import Contents, NoPicture, Want
from gantry.ui import previewer
from gantry.ui.previewer import Helper, Previewer
from gantry.ui.runner import Runner
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
    after = helper.read(want)
    assert after.no_picture is NoPicture.DAMAGED  # this one may have done it
    assert after.tags  # and these were read by a new process
    assert helper.read(want).picture is not None
    assert helper.pid != first
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
