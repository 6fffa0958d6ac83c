"""The frame: pages, alerts, closing, faults, colours, names for screen readers."""

from __future__ import annotations

import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from gantry.services.named_destinations import PRACTICE_URL, Place
from gantry.store.bundle import write_bundle
from gantry.store.home import Home
from gantry.ui.look.theme import DARK, LIGHT, theme
from gantry.ui.start.main_window import PAGES
from gantry.ui.text.alert import Level
from support.dicom import make_study
from support.screen import Screen, wait_until

NAMED = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QSlider,
)  # fmt: skip


def test_every_page_opens_by_its_shortcut(screen: Screen, qtbot: QtBot) -> None:
    screen.window.activateWindow()
    for number, key in enumerate(PAGES, start=1):
        qtbot.keyClick(
            screen.window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier
        )
        page = screen.window.page(key)
        wait_until(page.isVisible)


def test_every_control_has_a_name_for_screen_readers(screen: Screen, tmp_path: Path) -> None:
    make_study(tmp_path / "a")
    screen.drop_and_wait(tmp_path / "a")
    nameless: set[str] = set()
    for key in [*PAGES, "settings"]:
        screen.window.show_page(key)
        for shown in [screen.window, *screen.window.findChildren(QDialog)]:
            for widget in shown.findChildren(QWidget):
                if isinstance(widget, NAMED) and widget.isVisible() and not _name(widget):
                    nameless.add(f"{key}: {type(widget).__name__} in {_owner(widget)}")
    for dialog in screen.window.findChildren(QDialog):
        dialog.close()
    assert nameless == set()


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    # Qt's own parts of a control are reached through the control.
    inner = widget.objectName().startswith("qt_") or isinstance(
        widget.parent(), (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView)
    )
    return widget.accessibleName() or text or ("inner" if inner else "")


def _owner(widget: QObject) -> str:
    above = widget.parent()
    while above is not None and type(above).__module__.startswith("PySide6"):
        above = above.parent()
    return type(above).__name__


def test_an_error_is_told_above_the_page_and_dismissed(screen: Screen) -> None:
    screen.context.report(GantryError(ErrorCode.DNS_FAILED, facts={"host": "nowhere.example"}))
    screen.context.report(GantryError(ErrorCode.DNS_FAILED, facts={"host": "nowhere.example"}))
    assert [alert.level for alert in screen.window.alerts] == [Level.ERROR]
    assert any("nowhere.example" in text for text in screen.texts())
    screen.context.dismiss.emit("error.network.dns")
    assert screen.window.alerts == ()


@pytest.mark.parametrize("size", [QSize(1366, 768), QSize(1280, 720)], ids=["1366x768", "150 %"])
def test_the_window_fits_on_a_small_screen_with_studies_in_it(
    screen: Screen, tmp_path: Path, size: QSize
) -> None:
    make_study(tmp_path / "study", instances=4)
    screen.drop_and_wait(tmp_path / "study")
    for key in PAGES:
        screen.window.page(key)
    screen.window.resize(1200, 780)
    screen.window.fit(size)

    assert screen.window.height() <= size.height() - 48
    assert screen.window.minimumSizeHint().height() <= size.height() - 48


def test_the_window_closes_at_once_when_nothing_runs(screen: Screen, qtbot: QtBot) -> None:
    with qtbot.waitSignal(screen.window.closing, timeout=60_000):
        screen.window.close()
    assert not screen.window.isVisible()


@contextmanager
def running_job(screen: Screen, folder: Path) -> Iterator[None]:
    """A running job that makes no progress."""
    make_study(folder, instances=3)
    screen.drop_and_wait(folder)
    runner = screen.context.runner
    go = threading.Event()

    def parcels() -> tuple[()]:
        go.wait(60)
        return ()

    place = screen.catalog.bar.place
    assert place is not None
    runner.start_job(place, parcels)
    assert runner.busy
    yield
    go.set()
    wait_until(lambda: not runner.busy)


def _question(screen: Screen) -> QMessageBox:
    boxes = [b for b in screen.window.findChildren(QMessageBox) if b.isVisible()]
    assert len(boxes) == 1
    return boxes[0]


def test_closing_asks_while_a_job_runs_and_there_is_no_tray(
    screen: Screen, tmp_path: Path, qtbot: QtBot
) -> None:
    with running_job(screen, tmp_path / "a"):
        screen.window.close()
        assert screen.window.isVisible()
        box = _question(screen)
        box.escapeButton().click()
        assert screen.window.isVisible()
        screen.window.close()
        leave = next(b for b in _question(screen).buttons() if b.text() == "Stop and quit")
        with qtbot.waitSignal(screen.window.closing, timeout=60_000):
            leave.click()


def test_quit_by_command_is_answered_by_the_user(screen: Screen, tmp_path: Path) -> None:
    answers: list[bool] = []
    with running_job(screen, tmp_path / "a"):
        screen.window.ask_to_quit(answers.append)
        screen.window.ask_to_quit(answers.append)
        assert answers == []
        _question(screen).escapeButton().click()
        assert answers == [False, False]


def test_a_job_that_can_not_begin_is_told_with_a_button(screen: Screen, tmp_path: Path) -> None:
    screen.context.runner.start_job(Place("Lost", "https://"), lambda: ())
    wait_until(lambda: screen.window.alerts)
    alert = screen.window.alerts[0]
    assert alert.level is Level.ERROR
    assert [label() for label, _ in alert.actions] == ["Try again"]
    assert not screen.context.runner.busy


def test_an_unfinished_job_is_offered_and_resumed(screen: Screen, tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=3)
    screen.drop_and_wait(tmp_path / "a")
    screen.catalog.bar.choose(PRACTICE_URL)
    runner, services = screen.context.runner, screen.context.services
    job = services.jobs.new(_parcels(screen), services.destinations.named("practice"))
    services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    screen.window.offer_unfinished(services.jobs.unfinished())
    assert [alert.key for alert in screen.window.alerts] == ["unfinished"]
    label, resume = screen.window.alerts[0].actions[0]
    assert label() == "Continue sending"
    resume()
    wait_until(lambda: runner.busy)
    wait_until(lambda: not runner.busy)
    assert services.jobs.unfinished() == []
    assert len(list(screen.context.home.practice.rglob("*.tar.gz"))) == 1


def _parcels(screen: Screen) -> tuple[Parcel, ...]:
    return plan(screen.catalog.model.catalog)


def test_colours_follow_the_choice_at_once(screen: Screen, qapp: QApplication) -> None:
    theme().choose("dark")
    assert qapp.palette().window().color().name() == DARK["window"]
    assert DARK["accent"] in qapp.styleSheet()
    theme().choose("light")
    assert qapp.palette().window().color().name() == LIGHT["window"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(colours: dict[str, str]) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for the edges of controls."""
    for ink, ground, least in [
        ("text", "window", 7), ("text", "surface", 7), ("text", "select", 7), ("text", "rail", 7),
        ("muted", "window", 4.5), ("muted", "surface", 4.5), ("muted", "rail", 4.5),
        ("muted", "select", 4.5), ("faint", "surface", 4.5), ("accent", "window", 4.5),
        ("accent", "accent_soft", 4.5), ("on_accent", "accent", 4.5), ("danger", "surface", 4.5),
        ("on_accent", "accent_hover", 4.5), ("text", "danger_soft", 7), ("text", "warning_soft", 7),
        ("warning", "surface", 4.5), ("success", "surface", 4.5), ("control", "surface", 3),
        ("control", "window", 3), ("accent", "surface", 3),
    ]:  # fmt: skip
        assert _contrast(colours[ink], colours[ground]) >= least, (ink, ground)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _logged(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.logs.glob("*.jsonl"))


def test_a_fault_in_a_slot_is_told_without_what_it_said(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gantry.ui.start.application import Application
    from gantry.ui.start.single_instance import Handover

    monkeypatch.setattr(qapp, "quit", lambda: None)
    hooks = sys.excepthook, threading.excepthook
    application = Application(Handover(str(tmp_path)), str(tmp_path))
    try:
        application.window.show()
        wait_until(lambda: application.context.is_ready)
        try:
            raise ValueError("Kanarienvogel^Zwölfelf in /secret/path")
        except ValueError as raised:
            sys.excepthook(ValueError, raised, raised.__traceback__)
        wait_until(lambda: application.window.alerts)
        error = application.window.alerts[0].error
        assert error is not None
        assert error.code is ErrorCode.INTERNAL
        assert "ValueError" in error.detail
        assert "Kanarienvogel" not in str(error) + error.detail
        assert "secret" not in str(error) + error.detail
        home, bundle = application.context.home, tmp_path / "bundle.zip"
        wait_until(lambda: b'"a fault of the program"' in _logged(home))
        settings, history = application.context.settings, application.context.history
        write_bundle(bundle, home, settings, history)
        with zipfile.ZipFile(bundle) as packed:
            told = _logged(home) + b"".join(map(packed.read, packed.namelist()))
        assert told.count(b"a fault of the program") == 2
        assert b"Kanarienvogel" not in told
        assert b"secret/path" not in told
    finally:
        sys.excepthook, threading.excepthook = hooks
        with qtbot.waitSignal(application.window.closing, timeout=60_000):
            application.window.quit_now()
        application.window.deleteLater()
        application.deleteLater()
