"""Fixtures of the window's tests: an offscreen display, a home of their own, and a watch for
threads that are left over. Qt's warnings fail a test (`qt_log_level_fail` in pyproject.toml)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # otherwise the platform plugin warns

import pytest
from PySide6.QtWidgets import QApplication

from gantry.services.services import Services
from gantry.store.home import Home
from gantry.ui.background.context import Context
from gantry.ui.background.runner import Runner
from gantry.ui.look.theme import theme
from gantry.ui.start.main_window import MainWindow
from gantry.ui.text.alert import Alert
from gantry.ui.text.i18n import language
from support.screen import Screen, wait_until

_THREADS_END_WITHIN = 30.0  # of a busy machine


@pytest.fixture(autouse=True)
def _no_leftover_threads() -> Iterator[None]:
    """Every thread that a test's objects started has ended with them."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + _THREADS_END_WITHIN
    while left := [t for t in threading.enumerate() if t not in before]:
        if time.monotonic() > until:
            pytest.fail(f"threads stayed behind: {sorted(t.name for t in left)}")
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _english_and_light(qapp: QApplication) -> Iterator[None]:
    """Each test begins in English, in light colours, as if the window had been painted."""
    theme().painted = True
    theme().choose("light")
    language().choose("en")
    yield
    language().choose("en")
    theme().choose("light")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.find(str(tmp_path / "home"))


@pytest.fixture
def services(home: Home) -> Iterator[Services]:
    """The services, closed at the end."""
    with Services(home) as made:
        yield made


@pytest.fixture
def runner(qapp: QApplication, services: Services) -> Iterator[Runner]:
    """The runner; its jobs are stopped and its threads joined at the end."""
    made = Runner(services)
    yield made
    made.stop()
    made.join()
    made.deleteLater()


@pytest.fixture
def context(services: Services, runner: Runner) -> Context:
    """A context whose services are there."""
    made = Context()
    made.open(services, runner)
    return made


@pytest.fixture
def alerts(context: Context) -> list[Alert]:
    """What the pages told the user."""
    told: list[Alert] = []
    context.alert.connect(told.append)
    return told


@pytest.fixture
def screen(qapp: QApplication, services: Services, runner: Runner) -> Iterator[Screen]:
    """The whole window, painted, with its services."""
    made = Context()
    window = MainWindow(made)
    painted: list[bool] = []
    window.painted.connect(lambda: painted.append(True))
    window.show()
    wait_until(lambda: painted)
    made.open(services, runner)
    yield Screen(window, made)
    window.intake.close_down()
    window.hide()
    window.deleteLater()
