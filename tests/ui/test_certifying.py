"""The certificate of a job from the history: written off the window's thread, then opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gantry.services.signing import Verdict, check, public_key
from gantry.store.replace import replace
from gantry.ui.background.context import Context
from gantry.ui.pages.history_page import HistoryPage
from gantry.ui.prompts import certifying
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import language
from support.screen import wait_until
from support.sent import delivery, make_parcel, started
from support.signing_keys import make_key

Save = Callable[[Path], Alert]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that the desktop was asked to open: it would start a browser."""
    files: list[str] = []
    monkeypatch.setattr(certifying, "open_file", files.append)
    return files


@pytest.fixture
def save(context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Save:
    """Presses the button for a job of two uploads, one of which has arrived."""
    parcels = [make_parcel(n) for n in range(2)]
    context.history.record(started("JOB-1", parcels, "Klinik"))
    for event in delivery("JOB-1", parcels[0]):
        context.history.record(event)
    page = HistoryPage(context)
    qtbot.addWidget(page)
    page.show()
    wait_until(lambda: page.model.is_complete and page.model.rowCount() == 2)
    page.table.selectRow(0)
    wait_until(lambda: page.panel.detail is not None)

    def press(path: Path) -> Alert:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        said: list[Alert] = []
        context.alert.connect(said.append)
        page.panel.buttons["certificate"].click()
        wait_until(lambda: bool(said))
        return said[0]

    return press


def test_both_uploads_of_the_job_are_in_it_and_it_is_opened(
    save: Save, opened: list[str], tmp_path: Path
) -> None:
    alert = save(tmp_path / "certificate")
    assert alert.key == "history.certificate"
    path = tmp_path / "certificate.html"
    assert opened == [str(path)]
    page = path.read_text("utf-8")
    for number in range(2):
        assert make_parcel(number).id in page
    assert "This job is not finished" in page
    assert "not signed" in alert.text()[1]


def test_it_is_in_the_window_s_language(
    save: Save, opened: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    before = language().current
    try:
        language().choose("zh_CN")
        save(tmp_path / "certificate.html")
    finally:
        language().choose(before)
    page = (tmp_path / "certificate.html").read_text("utf-8")
    assert "上传任务凭证" in page
    assert "接收端的 SHA-256" in page
    assert opened


def test_with_a_key_in_the_settings_it_is_signed(
    save: Save, opened: list[str], context: Context, tmp_path: Path
) -> None:
    private, public = make_key(tmp_path, "site")
    context.change_settings(replace(context.settings, certificate_key=str(private)))
    path = tmp_path / "certificate.html"
    assert "certificate.html.sig" in save(path).text()[1]
    assert check(path, public_key(public))[0] is Verdict.GOOD
    assert opened


def test_without_the_key_of_the_settings_nothing_is_written_and_the_user_is_told(
    save: Save, opened: list[str], context: Context, tmp_path: Path
) -> None:
    context.change_settings(replace(context.settings, certificate_key=str(tmp_path / "none.pem")))
    alert = save(tmp_path / "certificate.html")
    assert alert.level is not Level.SUCCESS
    assert "none.pem" in " ".join(alert.text())
    assert not (tmp_path / "certificate.html").exists()
    assert not opened


def test_a_job_that_the_history_has_no_more_is_said(
    save: Save, opened: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gantry.services.certificate.certificate_of", lambda *_: None)
    alert = save(tmp_path / "certificate.html")
    assert alert.level is not Level.SUCCESS
    assert not (tmp_path / "certificate.html").exists()
    assert not opened
