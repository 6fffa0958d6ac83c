"""Unreadable files are retried at Send; a locked ZIP asks for its password."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from gantry.engine.events import JobDone
from gantry.services.named_destinations import PRACTICE_URL
from support.dicom import cut_in_header, make_study
from support.screen import Screen, wait_until


@pytest.fixture
def torn(tmp_path: Path) -> tuple[Path, Path, bytes]:
    """A study of which one file ends in its header; the file, and what it should be."""
    made = make_study(tmp_path / "study", instances=5, study="1.2.3")
    whole = made[2].read_bytes()
    made[2].write_bytes(cut_in_header(made[2]))
    return tmp_path / "study", made[2], whole


def done_jobs(screen: Screen) -> list[JobDone]:
    found: list[JobDone] = []
    screen.context.runner.engine_event.connect(
        lambda event: found.append(event) if isinstance(event, JobDone) else None
    )
    return found


def question(screen: Screen) -> QMessageBox:
    wait_until(lambda: screen.catalog.unread.question is not None)
    box = screen.catalog.unread.question
    assert box is not None
    return box


def press(box: QMessageBox, text: str) -> None:
    (button,) = [b for b in box.buttons() if text in b.text().replace("&", "")]
    button.click()


def test_the_rest_is_sent_only_when_the_user_says_so(
    screen: Screen, torn: tuple[Path, Path, bytes]
) -> None:
    folder, path, _ = torn
    screen.drop_and_wait(folder)
    jobs = done_jobs(screen)
    screen.catalog.bar.choose(PRACTICE_URL)
    screen.catalog.bar.send.click()
    box = question(screen)
    assert "1 file could not be read" in box.text()
    assert path.name in box.informativeText()
    press(box, "Don’t send")
    wait_until(lambda: screen.catalog.unread.question is None)
    assert not jobs
    screen.catalog.bar.send.click()
    press(question(screen), "Send the rest")
    wait_until(lambda: jobs)
    assert (jobs[0].incomplete, jobs[0].delivered) == (1, 0)


def test_a_file_that_can_be_read_by_then_is_sent_without_a_question(
    screen: Screen, torn: tuple[Path, Path, bytes]
) -> None:
    folder, path, whole = torn
    screen.drop_and_wait(folder)
    assert screen.catalog.model.ticked[1] == 4
    path.write_bytes(whole)
    jobs = done_jobs(screen)
    screen.catalog.bar.choose(PRACTICE_URL)
    screen.catalog.bar.send.click()
    wait_until(lambda: jobs)
    assert (jobs[0].incomplete, jobs[0].delivered) == (0, 1)
    assert screen.catalog.model.ticked[1] == 5
    assert screen.catalog.skipped.total == 0


def test_try_again_asks_once_more_and_takes_what_it_can(
    screen: Screen, torn: tuple[Path, Path, bytes]
) -> None:
    folder, path, whole = torn
    screen.drop_and_wait(folder)
    jobs = done_jobs(screen)
    screen.catalog.bar.choose(PRACTICE_URL)
    screen.catalog.bar.send.click()
    box = question(screen)
    path.write_bytes(whole)
    press(box, "Try again")
    wait_until(lambda: jobs)
    assert jobs[0].delivered == 1


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs Info-ZIP")
def test_a_locked_zip_asks_for_its_password(screen: Screen, tmp_path: Path) -> None:
    make_study(tmp_path / "study", instances=3)
    command = ["zip", "-q", "-r", "-P", "richtig", "study.zip", "study"]
    subprocess.run(command, cwd=tmp_path, check=True)
    screen.drop_and_wait(tmp_path / "study.zip")
    wait_until(lambda: "“study.zip” needs a password" in screen.texts())
    for password, count in (("falsch", 0), ("richtig", 3)):
        buttons = [b for b in screen.window.findChildren(QPushButton) if b.isVisible()]
        button = next(b for b in buttons if b.text() == "Enter the password…")
        button.click()
        dialog = screen.catalog._locked.dialog
        assert dialog is not None
        dialog.setTextValue(password)
        dialog.accept()
        wait_until(lambda: not screen.catalog.scanning.running)
        QApplication.processEvents()
        wait_until(lambda count=count: screen.catalog.model.ticked[1] == count)  # type: ignore[misc]
        if not count:
            wait_until(lambda: any("does not open it" in text for text in screen.texts()))
    wait_until(lambda: not any("needs a password" in text for text in screen.texts()))
    wait_until(lambda: screen.catalog.preview.picture.view.has_image)
