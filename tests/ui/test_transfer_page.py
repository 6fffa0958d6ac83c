"""The transfers page: what is being sent, the actions on it, and the outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.receiver.limits import ReceiverLimits
from gantry.receiver.server import Receiver
from gantry.services.named_destinations import Place
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.models.transfer_state import ParcelStep
from gantry.ui.pages.transfer_page import TransferPage
from gantry.ui.text.remedies import Remedy
from gantry.ui.widgets.transfer_tree import Action
from support.dicom import make_study
from support.jobs import PRACTICE, scanned_parcels
from support.screen import Screen, wait_until
from support.script_server import ScriptServer, answer
from support.sent import URL, delivery, make_parcel


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> TransferPage:
    made = TransferPage(context)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


def _begin(page: TransferPage, number: int = 3, job: str = "J") -> list[str]:
    parcels = [make_parcel(n) for n in range(number)]
    page._on_job_added(Job(job, "Research PACS", URL, tuple(parcels)))
    return [p.id for p in parcels]


def _texts(page: TransferPage) -> str:
    page._refresh()
    found = page.outcome.findChildren(QLabel)
    return "\n".join(label.text() for label in found if label.isVisibleTo(page))


def _buttons(page: TransferPage) -> list[str]:
    page._refresh()
    found = page.outcome.findChildren(QPushButton)
    return [b.text().replace("&", "") for b in found if b.isVisibleTo(page)]


def test_an_empty_page_says_what_to_do_and_leads_there(page: TransferPage, qtbot: QtBot) -> None:
    assert not page.pause_all.isVisible()
    with qtbot.waitSignal(page._context.navigate, timeout=60_000) as signal:
        qtbot.mouseClick(page._empty.button, Qt.MouseButton.LeftButton)
    assert signal.args == ["send", None]


def test_a_real_job_arrives_and_says_how_it_was_proved(
    context: Context, page: TransferPage, tmp_path: Path
) -> None:
    parcels = scanned_parcels(tmp_path / "in", studies=2)
    context.runner.start_job(PRACTICE, lambda: parcels)
    wait_until(lambda: page.model.jobs and page.model.jobs[0].done)
    assert [t.step for t in page.model.jobs[0].parcels] == [
        ParcelStep.DELIVERED,
        ParcelStep.DELIVERED,
    ]
    assert "All 2 studies arrived at Practice (this computer)." in _texts(page)
    assert "proved by" in _texts(page)
    assert page._bar.value() == 1000
    assert page._bar.property("kind") == "success"


def test_a_real_failure_names_the_cause_once_and_retry_heals_it(
    context: Context, page: TransferPage, tmp_path: Path, qtbot: QtBot
) -> None:
    broken = ScriptServer(answer(500))
    with broken:
        place = Place("Share", f"http://127.0.0.1:{broken.port}/parcels")
        context.change_settings(replace(context.settings, send_attempts=1))
        wait_until(lambda: context.services.preferences.settings.send_attempts == 1)
        parcels = scanned_parcels(tmp_path / "in", studies=2)
        context.runner.start_job(place, lambda: parcels)
        wait_until(lambda: page.model.jobs and page.model.jobs[0].done)
    assert "0 of 2 arrived at Share; 2 did not." in _texts(page)
    assert "Retry" in _buttons(page)
    assert len([b for b in _buttons(page) if b == "Details…"]) == 1
    wait_until(lambda: not context.runner.busy)
    with Receiver(tmp_path / "out", port=broken.port):
        qtbot.mouseClick(page.retry_all, Qt.MouseButton.LeftButton)
        wait_until(lambda: page.model.jobs[0].delivered == 2)
    assert len(list((tmp_path / "out").glob("**/*.tar.gz"))) == 2
    wait_until(lambda: "All 2 studies arrived at Share." in _texts(page))


def test_retry_in_the_moment_after_a_job_s_end_sends_again_in_a_run_of_its_own(
    context: Context, page: TransferPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All parcels have ended, but the job's thread is still tidying up."""
    tidying, tidied = threading.Event(), threading.Event()
    prune = context.services.history.prune

    def slowly(days: int) -> int:
        tidying.set()
        tidied.wait(60)
        return prune(days)

    monkeypatch.setattr(context.services.history, "prune", slowly)
    parcels = scanned_parcels(tmp_path / "in")
    with ScriptServer(answer(403)) as refusing:
        place = Place("Share", f"http://127.0.0.1:{refusing.port}/parcels")
        context.runner.start_job(place, lambda: parcels)
        wait_until(tidying.is_set)
        wait_until(lambda: page.model.jobs and page.model.jobs[0].failed)
    with Receiver(tmp_path / "out", port=refusing.port):
        context.runner.retry(page.model.jobs[0].id, [parcels[0].id])
        wait_until(lambda: context.runner._after)
        assert not list((tmp_path / "out").glob("**/*.tar.gz"))
        tidied.set()
        wait_until(lambda: page.model.jobs[0].delivered == 1)
    assert len(list((tmp_path / "out").glob("**/*.tar.gz"))) == 1


def test_several_failures_of_one_kind_are_one_message(page: TransferPage) -> None:
    ids = _begin(page, 6)
    for parcel in ids[:5]:
        error = GantryError(ErrorCode.HTTP_401, facts={"host": "pacs"})
        page._on_event(events.ParcelFailed("J", parcel, error))
    page._on_event(events.ParcelFailed("J", ids[5], GantryError(ErrorCode.SOURCE_MISSING)))
    page._on_event(events.JobDone("J", 0, 6, 0, 1.0))
    assert _buttons(page).count("Sign in…") == 1
    assert _buttons(page).count("Details…") == 2
    assert "and 2 more" in _texts(page)


def test_a_failure_that_is_tried_again_is_told_while_it_waits(page: TransferPage) -> None:
    ids = _begin(page, 1)
    for event in delivery("J", make_parcel(0))[:3]:
        page._on_event(event)
    error = GantryError(ErrorCode.HTTP_503, facts={"host": "pacs"}, transient=True)
    page._on_event(events.AttemptFailed("J", ids[0], 1, "send", error, 30.0))
    assert "Gantry will try again." in _texts(page)
    page._on_event(delivery("J", make_parcel(0))[3])
    assert "Gantry will try again." not in _texts(page)


def test_text_from_files_and_servers_is_never_markup(page: TransferPage) -> None:
    parcel = make_parcel(0, label="<b>MR</b><img src=x>")
    page._on_job_added(Job("J", "<i>PACS</i>", URL, (parcel,)))
    page._on_event(events.ParcelFailed("J", parcel.id, GantryError(ErrorCode.HTTP_401)))
    page._on_event(events.JobDone("J", 0, 1, 0, 1.0))
    for label in page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or "<" not in label.text()
    index = page.model.index_of_parcel(parcel.id)
    assert "&lt;img" in index.data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("code", "button", "answer"),
    [
        (ErrorCode.DNS_FAILED, "Edit destination…", ["settings", "Research PACS"]),
        (ErrorCode.SPOOL_FULL, "Storage settings…", ["settings", "storage"]),
    ],
)
def test_the_button_that_helps_leads_to_the_place(
    page: TransferPage, qtbot: QtBot, code: ErrorCode, button: str, answer: list[object]
) -> None:
    ids = _begin(page, 1)
    page._on_event(events.ParcelFailed("J", ids[0], GantryError(code, facts={"host": "pacs"})))
    page._on_event(events.JobDone("J", 0, 1, 0, 1.0))
    page._refresh()
    pressed = next(
        b for b in page.outcome.findChildren(QPushButton) if b.text().replace("&", "") == button
    )
    with qtbot.waitSignal(page._context.navigate, timeout=60_000) as signal:
        pressed.click()
    assert signal.args == answer


def test_signing_in_tries_the_failed_ones_again(
    context: Context, page: TransferPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gantry.ui.dialogs.credentials_prompt import CredentialsPrompt

    context.change_settings(
        replace(context.settings, destinations=(SavedDestination(name="Research PACS", url=URL),))
    )
    ids = _begin(page, 1)
    error = GantryError(ErrorCode.HTTP_401)
    page._on_event(events.ParcelFailed("J", ids[0], error))
    page._on_event(events.JobDone("J", 0, 1, 0, 1.0))
    tried: list[tuple[object, ...]] = []
    monkeypatch.setattr(context.runner, "retry", lambda *given: tried.append(given))
    page.commands.help(Remedy.SIGN_IN, ids, error)
    prompt = page.findChildren(CredentialsPrompt)[0]
    prompt.user.setText("anna")
    prompt.password.setText("secret")
    qtbot.mouseClick(prompt.ok, Qt.MouseButton.LeftButton)
    wait_until(lambda: tried)
    assert tried[0][:2] == ("J", ids)
    saved = context.settings.destination("Research PACS")
    assert saved is not None
    assert (saved.auth, saved.user) == ("basic", "anna")


def test_pause_all_holds_and_resume_all_lets_go(
    context: Context, page: TransferPage, tmp_path: Path, qtbot: QtBot
) -> None:
    parcels = scanned_parcels(tmp_path / "in", studies=3)
    context.runner.job_added.connect(lambda job: context.runner.pause(job.id))
    context.runner.start_job(PRACTICE, lambda: parcels)
    wait_until(lambda: page.model.jobs and page.model.jobs[0].is_paused)
    wait_until(lambda: page.pause_all.text() == "Res&ume all")
    assert "paused" in page._overall.text()
    qtbot.mouseClick(page.pause_all, Qt.MouseButton.LeftButton)
    wait_until(lambda: page.model.jobs[0].done)
    assert page.model.jobs[0].delivered == 3


def test_one_parcel_is_cancelled_and_the_others_arrive(
    context: Context, page: TransferPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcels = scanned_parcels(tmp_path / "in", studies=3)
    run = context.services.jobs.run

    def run_paused(*args: Any, on_runner: Callable[[JobRunner], None], **kwargs: Any) -> None:
        """A pause by the page's button may come when small parcels have arrived already."""

        def pause_first(runner: JobRunner) -> None:
            runner.token.pause()
            on_runner(runner)

        run(*args, on_runner=pause_first, **kwargs)

    monkeypatch.setattr(context.services.jobs, "run", run_paused)
    context.runner.start_job(PRACTICE, lambda: parcels)
    wait_until(lambda: page.model.jobs and page.model.jobs[0].is_paused)
    row = page.model.index_of_parcel(parcels[1].id)
    page.commands.do(Action.CANCEL, [row])
    wait_until(lambda: page.model.data(row, 0) and page.model.parcel(parcels[1].id) is not None)
    page.commands.do(Action.RESUME, [page.model.index_of_job(page.model.jobs[0].id)])
    wait_until(lambda: page.model.jobs[0].done)
    steps = [t.step for t in page.model.jobs[0].parcels]
    assert steps == [ParcelStep.DELIVERED, ParcelStep.CANCELLED, ParcelStep.DELIVERED]
    assert "2 of 3 arrived" in _texts(page)


def test_the_buttons_in_a_row_are_hit_where_they_are_drawn(
    page: TransferPage, qtbot: QtBot
) -> None:
    _begin(page, 2)
    index = page.model.index_of_parcel(make_parcel(1).id, 7)
    page.tree.scrollTo(index)
    cells = page.tree._delegate.cells(page.tree.visualRect(index), index)
    assert [a for a, _ in cells] == [Action.PAUSE, Action.CANCEL]
    with qtbot.waitSignal(page.tree.wanted, timeout=60_000) as signal:
        qtbot.mouseClick(
            page.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(cells[1][1].center())
        )
    assert signal.args[0] is Action.CANCEL


def test_the_page_is_walked_by_keyboard_alone(page: TransferPage, qtbot: QtBot) -> None:
    ids = _begin(page, 2)
    page._on_event(events.ParcelFailed("J", ids[1], GantryError(ErrorCode.HTTP_401)))
    page.tree.setFocus()
    wanted: list[tuple[Action, str]] = []
    page.tree.wanted.disconnect(page.commands.do)
    page.tree.wanted.connect(lambda a, rows: wanted.append((a, rows[0].data())))

    def press(key: Qt.Key) -> None:
        qtbot.keyClick(page.tree, key)

    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_R)
    press(Qt.Key.Key_Return)
    assert [a for a, _ in wanted] == [
        Action.PAUSE,
        Action.PAUSE,
        Action.CANCEL,
        Action.RETRY,
        Action.DETAILS,
    ]
    assert wanted[0][1] == "To Research PACS"


def test_every_control_has_a_name_and_the_tab_key_reaches_it(page: TransferPage) -> None:
    _begin(page, 1)
    reached = set()
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page and widget not in reached:
        reached.add(widget)
        widget = widget.nextInFocusChain()
    for control in (page.pause_all, page.cancel_all, page.retry_all, page.clear, page.tree):
        assert control in reached
        assert control.accessibleName() or getattr(control, "text", str)()


def test_the_context_menu_offers_what_can_be_done(page: TransferPage) -> None:
    ids = _begin(page, 2)
    page._on_event(events.ParcelFailed("J", ids[0], GantryError(ErrorCode.HTTP_401)))
    menu = page.tree.menu_for([page.model.index_of_parcel(ids[0])])
    texts = [a.text().replace("&", "") for a in menu.actions()]
    assert texts == ["Retry", "Details…", "Show source folder", "Show in history"]
    menu.deleteLater()


def test_what_is_over_can_be_cleared(page: TransferPage, qtbot: QtBot) -> None:
    _begin(page, 1, "J1")
    for event in delivery("J1", make_parcel(0)):
        page._on_event(event)
    page._on_event(events.JobDone("J1", 1, 0, 0, 1.0))
    parcels = [make_parcel(9)]
    page._on_job_added(Job("J2", "Research PACS", URL, tuple(parcels)))
    qtbot.mouseClick(page.clear, Qt.MouseButton.LeftButton)
    assert [j.id for j in page.model.jobs] == ["J2"]


def test_the_language_changes_while_a_job_runs(page: TransferPage, context: Context) -> None:
    from gantry.ui.text.i18n import language

    ids = _begin(page, 1)
    page._on_sampled("J", {ids[0]: (Progress(), False)})
    language().choose("zh_CN")
    wait_until(lambda: page._title.text() != "Transfers")
    assert page.model.index_of_parcel(ids[0], 1).data() != "Waiting"
    language().choose("en")
    wait_until(lambda: page._title.text() == "Transfers")


def test_the_window_shows_a_job_that_began_before_the_page_was_seen(
    screen: Screen, tmp_path: Path
) -> None:
    parcels = scanned_parcels(tmp_path / "in")
    screen.context.runner.start_job(PRACTICE, lambda: parcels)
    wait_until(lambda: not screen.context.runner.busy)
    screen.window.show_page("transfers")
    page = screen.window.page("transfers")
    assert isinstance(page, TransferPage)
    assert page.model.jobs[0].delivered == 1
    wait_until(lambda: page._notes.height() > 20)


def test_what_is_too_big_is_split_and_arrives(
    context: Context, page: TransferPage, tmp_path: Path
) -> None:
    """A receiver that takes 60 KB at once; each study is bigger, each series is not."""
    receiver = Receiver(tmp_path / "received", limits=ReceiverLimits(size=60_000))
    receiver.start()
    try:
        make_study(tmp_path / "in", series=3, instances=3, size=96)
        context.change_settings(replace(context.settings, send_attempts=1))
        wait_until(lambda: context.services.preferences.settings.send_attempts == 1)
        place = Place(receiver.url, receiver.url)
        parcels = scanned_parcels(tmp_path / "in", studies=0)
        context.runner.start_job(place, lambda: parcels)
        wait_until(lambda: page.model.jobs and page.model.jobs[0].done)
        wait_until(lambda: not context.runner.busy)
        assert "Split into smaller uploads" in _buttons(page)
        pressed = page.outcome.findChildren(QPushButton)
        next(
            b for b in pressed if b.text() == "Split into s&maller uploads" and b.isVisibleTo(page)
        ).click()
        wait_until(lambda: len(page.model.jobs[0].parcels) > 1 and page.model.jobs[0].is_over)
        assert page.model.jobs[0].delivered == page.model.jobs[0].total > 1
    finally:
        receiver.stop()
