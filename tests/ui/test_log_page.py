"""The log page: filter, follow, copy, bundle."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gantry.engine.errors import ErrorCode
from gantry.store.logs import FILE_NAME
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.models.log_columns import position
from gantry.ui.pages.log_page import LogPage
from gantry.ui.text.alert import Alert
from support.screen import wait_until


def _write(context: Context, count: int, job: str = "J1") -> None:
    folder = context.home.logs
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE_NAME).open("a", encoding="utf-8") as file:
        for n in range(count):
            line = {
                "ts": f"2026-01-02T03:04:{n % 60:02d}.000Z",
                "level": "error" if n % 10 == 0 else "info",
                "event": "archive.verified" if n % 2 else "transfer.started",
                "msg": f"Line {n}.",
                "job": job,
            }
            file.write(json.dumps(line) + "\n")


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> LogPage:
    _write(context, 200)
    made = LogPage(context)
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    wait_until(lambda: made.model.rowCount() >= 200 and made.model.is_idle)
    return made


def _settle(page: LogPage) -> None:
    wait_until(lambda: page.filter.is_settled and page.model.is_idle)


def test_the_filter_takes_level_event_job_and_text_together(page: LogPage) -> None:
    page.filter.level.setCurrentIndex(3)
    _settle(page)
    assert page.model.rowCount() == 20
    page.filter.event_name.setEditText("transfer")
    _settle(page)
    assert page.model.rowCount() == 20
    page.filter.job.setText("J2")
    _settle(page)
    assert page.model.rowCount() == 0
    assert page._stack.currentWidget() is page._nothing
    page.filter.job.setText("J1")
    page.filter.text.setText("Line 19")
    _settle(page)
    assert page.model.rowCount() == 1
    page.filter.reset()
    _settle(page)
    assert page.model.rowCount() >= 200


def test_following_keeps_the_newest_line_in_view(page: LogPage, context: Context) -> None:
    bar = page.table.verticalScrollBar()
    assert bar.value() == bar.maximum()
    rows = page.model.rowCount()
    _write(context, 50)
    wait_until(lambda: page.model.rowCount() >= rows + 50)
    assert bar.value() == bar.maximum()


def test_who_scrolls_up_is_left_in_peace(page: LogPage, context: Context) -> None:
    bar = page.table.verticalScrollBar()
    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    wait_until(lambda: not page.follow.isChecked())
    rows = page.model.rowCount()
    _write(context, 50)
    wait_until(lambda: page.model.rowCount() >= rows + 50)
    assert bar.value() == bar.minimum()
    bar.triggerAction(bar.SliderAction.SliderToMaximum)
    wait_until(lambda: page.follow.isChecked())


def test_what_the_program_logs_appears(page: LogPage) -> None:
    logging.getLogger("gantry.test").error(
        "Something.", extra={"event": "job.started", "job": "X9"}
    )
    page.filter.job.setText("X9")
    wait_until(lambda: page.model.rowCount() == 1)
    wait_until(lambda: page.model.index(0, position("event")).data() == "job.started")


def test_selected_lines_are_copied_as_text(page: LogPage, qtbot: QtBot) -> None:
    page.filter.level.setCurrentIndex(3)
    _settle(page)
    QGuiApplication.clipboard().clear()
    page.table.selectAll()
    qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    wait_until(lambda: QGuiApplication.clipboard().text())
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 20
    assert "Line 190." in lines[-1]


def test_a_job_is_revealed(page: LogPage, context: Context) -> None:
    _write(context, 3, "J7")
    page.reveal("J7")
    wait_until(lambda: page.model.rowCount() == 3)


def test_the_bundle_is_written_and_told(
    page: LogPage, context: Context, tmp_path: Path, alerts: list[Alert]
) -> None:
    share = SavedDestination(name="Share", url=(tmp_path / "gone").as_uri())
    context.change_settings(
        replace(context.settings, destinations=(share,), last_destination="Share")
    )
    wait_until(lambda: context.services.preferences.settings.last_destination == "Share")
    target = tmp_path / "bundle.zip"
    page.write_bundle(str(target))
    wait_until(lambda: alerts)
    with zipfile.ZipFile(target) as bundle:
        assert "versions.json" in bundle.namelist()
        steps = json.loads(bundle.read("doctor.json"))
    assert [s["result"] for s in steps].count("failed") == 1
    assert alerts[0].text()[0] == "Support bundle saved"
    assert page.bundle.isEnabled()


def test_a_bundle_that_can_t_be_written_says_so(
    page: LogPage, tmp_path: Path, alerts: list[Alert]
) -> None:
    page.write_bundle(str(tmp_path / "no such folder" / "bundle.zip"))
    wait_until(lambda: alerts)
    assert alerts[0].error is not None
    assert alerts[0].error.code is ErrorCode.EXPORT_FAILED
    assert page.bundle.isEnabled()


def test_the_page_is_walked_by_keyboard_alone(page: LogPage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow, timeout=60_000)
    page.follow.setFocus()
    reached = []
    for _ in range(30):
        widget = page.focusWidget() or page
        reached.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    for control in (
        page.follow,
        page.folder,
        page.bundle,
        page.filter.text,
        page.filter.level,
        page.table,
    ):
        assert control in reached
    qtbot.keyClicks(page.filter.text, "Line 19.")
    qtbot.keyClick(page.filter.text, Qt.Key.Key_Return)
    _settle(page)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.copy.isEnabled()
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    wait_until(lambda: "Line 19." in QGuiApplication.clipboard().text())


def test_a_page_that_is_not_seen_reads_nothing(page: LogPage, context: Context) -> None:
    page.hide()
    assert not page._look.isActive()
    page.show()
    assert page._look.isActive()
