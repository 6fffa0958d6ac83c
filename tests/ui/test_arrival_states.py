"""How certain an arrival is, on both pages, and what the user can do about unclear ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel, ParcelState
from gantry.receiver.server import Receiver
from gantry.services.named_destinations import Place
from gantry.ui.background.context import Context
from gantry.ui.models.transfer_state import ParcelStep
from gantry.ui.pages.history_page import HistoryPage
from gantry.ui.pages.transfer_page import TransferPage
from gantry.ui.text.alert import Alert
from support.history import make_parcels, receipt_for
from support.jobs import scanned_parcels
from support.screen import wait_until
from support.script_server import ScriptServer, Talk, answer, response
from support.sent import started

Page = TypeVar("Page", TransferPage, HistoryPage)


def lost(talk: Talk) -> None:
    """Takes an upload whole and answers as a gateway does; can't be asked."""
    head = talk.read_head()
    if head.startswith(b"GET"):
        talk.send(response(404))
        return
    talk.server.bodies.append(talk.read_body(head))
    talk.send(response(504))


@pytest.fixture
def transfers(context: Context, qtbot: QtBot) -> TransferPage:
    return shown(TransferPage(context), qtbot)


def shown(page: Page, qtbot: QtBot) -> Page:
    qtbot.addWidget(page)
    page.resize(1100, 800)
    page.show()
    return page


def texts(page: QWidget) -> str:
    labels = page.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(page))


def button(page: QWidget, text: str) -> QPushButton:
    found = [b for b in page.findChildren(QPushButton) if b.text().replace("&", "") == text]
    (wanted,) = [b for b in found if b.isVisibleTo(page)]
    return wanted


def send(context: Context, page: TransferPage, url: str, parcels: tuple[Parcel, ...]) -> None:
    context.runner.start_job(Place("Lab", url), lambda: parcels)
    wait_until(lambda: page.model.jobs and page.model.jobs[0].done)
    wait_until(lambda: not context.runner.busy)
    page._refresh()


def test_a_bare_word_is_shown_as_accepted_with_the_servers_answer(
    context: Context, transfers: TransferPage, tmp_path: Path
) -> None:
    with ScriptServer(answer(200, b'{"id": 12}')) as server:
        send(context, transfers, server.url, scanned_parcels(tmp_path / "in"))
    assert transfers.model.jobs[0].parcels[0].step is ParcelStep.ACCEPTED
    assert "Lab: 1 accepted, not proved" in texts(transfers)
    assert '“{"id": 12}”' in texts(transfers)
    assert "arrived at" not in texts(transfers)


def test_a_study_of_which_a_file_was_unreadable_is_shown_as_incomplete(
    context: Context, transfers: TransferPage, tmp_path: Path
) -> None:
    parcels = tuple(replace(p, unread=1) for p in scanned_parcels(tmp_path / "in"))
    with ScriptServer(answer(200, b"stored")) as server:
        send(context, transfers, server.url, parcels)
    assert "Lab: 1 incomplete" in texts(transfers)
    assert "3 images arrived; 1 could not be read." in texts(transfers)


def test_what_may_have_arrived_offers_to_ask_to_say_so_and_to_send_again(
    context: Context, transfers: TransferPage, tmp_path: Path, qtbot: QtBot
) -> None:
    alerts: list[Alert] = []
    context.alert.connect(alerts.append)
    with ScriptServer(lost) as server:
        send(context, transfers, server.url, scanned_parcels(tmp_path / "in"))
        assert "It may have arrived" in texts(transfers)
        assert not transfers.retry_all.isEnabled() or not transfers.retry_all.isVisible()
        qtbot.mouseClick(button(transfers, "Ask again"), Qt.MouseButton.LeftButton)
        wait_until(lambda: alerts)
        assert alerts[0].text()[0] == "The destination can’t tell"
        qtbot.mouseClick(button(transfers, "Send again…"), Qt.MouseButton.LeftButton)
        (box,) = transfers.findChildren(QMessageBox)
        box.reject()
        assert len(server.bodies) == 1
    qtbot.mouseClick(button(transfers, "It is there"), Qt.MouseButton.LeftButton)
    wait_until(lambda: transfers.model.jobs[0].parcels[0].step is ParcelStep.DELIVERED)
    (row,) = context.history.parcels()
    assert (row.state, row.proof) == (ParcelState.DELIVERED, "user's word")


def test_another_copy_goes_out_only_after_the_user_confirmed_it(
    context: Context, transfers: TransferPage, tmp_path: Path, qtbot: QtBot
) -> None:
    with ScriptServer(lost) as server:
        send(context, transfers, server.url, scanned_parcels(tmp_path / "in"))
    with Receiver(tmp_path / "out", port=server.port):
        qtbot.mouseClick(button(transfers, "Send again…"), Qt.MouseButton.LeftButton)
        (box,) = transfers.findChildren(QMessageBox)
        (yes,) = [b for b in box.buttons() if b.text() == "&Send another copy"]
        qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
        wait_until(lambda: transfers.model.jobs[0].parcels[0].step is not ParcelStep.UNCLEAR)


def test_the_history_shows_what_nobody_is_sending_as_interrupted_and_continues_it(
    context: Context, tmp_path: Path, qtbot: QtBot
) -> None:
    parcels = scanned_parcels(tmp_path / "in")
    with Receiver(tmp_path / "out") as receiver:
        job = events.JobStarted("J", "Lab", receiver.url, parcels)
        context.history.record(job)
        context.history.record(events.ParcelPacking("J", parcels[0].id, 1))
        page = shown(HistoryPage(context), qtbot)
        assert isinstance(page, HistoryPage)
        wait_until(lambda: page.model.rowCount() == 1)
        assert page.model.index(0, 0).data() == "Interrupted"
        page.table.selectRow(0)
        wait_until(lambda: page.panel.detail is not None)
        assert page.panel.tabs.attempts.index(0, 4).data() == "Interrupted"
        qtbot.mouseClick(button(page, "Continue"), Qt.MouseButton.LeftButton)
        wait_until(lambda: page.model.index(0, 0).data() == "Delivered")
    assert len(list((tmp_path / "out").glob("*.tar.gz"))) == 1


@pytest.mark.parametrize("is_over", [True, False])
def test_an_interrupted_parcel_shows_an_error_only_if_nothing_went_well_after_it(
    context: Context, tmp_path: Path, qtbot: QtBot, is_over: bool
) -> None:
    parcels = scanned_parcels(tmp_path / "in")
    error = GantryError(ErrorCode.SOURCE_CHANGED, facts={"path": "x.dcm"})
    packing = [events.ParcelPacking("J", parcels[0].id, number) for number in (1, 2)]
    failed = events.AttemptFailed("J", parcels[0].id, 1, "pack", error, 0.1)
    context.history.record(events.JobStarted("J", "Lab", "http://localhost", parcels))
    told: list[events.Event] = [packing[0], failed, *(packing[1:] if is_over else [])]
    for event in told:
        context.history.record(event)
    page = shown(HistoryPage(context), qtbot)
    assert isinstance(page, HistoryPage)
    wait_until(lambda: page.model.rowCount() == 1)
    page.table.selectRow(0)
    wait_until(lambda: page.panel.detail is not None)
    assert ("A file changed during packing" in texts(page)) is not is_over
    assert page.panel.note.property("kind") != "note-error"


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (ParcelState.ACCEPTED, "Accepted, not proved"),
        (ParcelState.INCOMPLETE, "Incomplete"),
        (ParcelState.UNCLEAR, "Unclear"),
        (ParcelState.WAITING, "Unfinished"),
    ],
)
def test_the_filter_finds_each_state(
    context: Context, qtbot: QtBot, state: ParcelState, name: str
) -> None:
    parcels = make_parcels(2)
    context.history.record(started("J", list(parcels)))
    context.history.record(events.ParcelCancelled("J", parcels[1].id))
    if state.has_arrived:
        receipt = receipt_for(parcels[0])
        context.history.record(events.ParcelArrived("J", parcels[0].id, 1, receipt, 1.0, state))
    elif state is ParcelState.UNCLEAR:
        error = GantryError(ErrorCode.UNCLEAR)
        context.history.record(events.ParcelUnclear("J", parcels[0].id, error))
    page = shown(HistoryPage(context), qtbot)
    assert isinstance(page, HistoryPage)
    wait_until(lambda: page.model.rowCount() == 2)
    page.filter.state.setCurrentText(name)
    wait_until(lambda: page.model.rowCount() == 1)
