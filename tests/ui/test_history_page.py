"""The history page: find, explain, send again, verify again, export."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from ulid import ULID

from gantry.engine import events
from gantry.engine.content import Summary, Treatment
from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.deidentify.report import Tally
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.store.replace import replace as replace_fields
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.models.history_columns import position
from gantry.ui.models.history_model import ID_ROLE
from gantry.ui.pages.history_page import HistoryPage
from gantry.ui.text.alert import Alert
from gantry.ui.text.state_text import state_text
from support import rewriting
from support.dicom import CANARY_ID
from support.history import archive_of, make_parcels
from support.jobs import PRACTICE, scanned_parcels
from support.screen import wait_until
from support.sent import delivery, started


def _open(context: Context, qtbot: QtBot) -> HistoryPage:
    made = HistoryPage(context)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    wait_until(lambda: made.model.is_complete and made._count is not None)
    return made


def _send(context: Context, place: Place, parcels: tuple[Parcel, ...]) -> None:
    context.runner.start_job(place, lambda: parcels)
    wait_until(lambda: not context.runner.busy)


def _select(page: HistoryPage, row: int) -> None:
    page.table.selectRow(row)
    wanted = str(page.model.index(row, 0).data(ID_ROLE))
    wait_until(lambda: page.panel.detail is not None and page.panel.detail.row.id == wanted)


def _seen(page: HistoryPage) -> str:
    labels = [w.text() for w in page.panel.findChildren(QLabel) if w.isVisibleTo(page)]
    lines = [w.text() for w in page.panel.findChildren(QLineEdit) if w.isVisibleTo(page)]
    return "\n".join([*labels, *lines])


def _states(page: HistoryPage) -> list[str]:
    return [str(page.model.index(r, 0).data()) for r in range(page.model.rowCount())]


def _shows(page: HistoryPage, wanted: list[str]) -> bool:
    shown = [page.model.index(r, 0).data(ID_ROLE) for r in range(page.model.rowCount())]
    return page.model.is_complete and shown == wanted


def test_an_empty_history_says_what_to_do(context: Context, qtbot: QtBot) -> None:
    page = _open(context, qtbot)
    assert page._stack.currentWidget() is page._empty
    assert not page.export.isEnabled()


def test_what_was_sent_is_there_with_receipt_attempts_and_files(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    parcels = scanned_parcels(tmp_path / "in")
    _send(context, PRACTICE, parcels)
    page = _open(context, qtbot)
    _select(page, 0)
    assert _states(page) == ["Delivered"]
    assert parcels[0].study_uid in _seen(page)
    assert "Stored" in _seen(page)
    assert page.panel.tabs.attempts.rowCount() == 2
    assert page.panel.tabs.files.rowCount() == 3
    assert "SHA-256" in page.panel.tabs.receipt.toPlainText()
    path = page.panel.tabs.files.index(0, 0).data()
    assert path in {f.source.path for f in parcels[0].files}


@pytest.mark.parametrize(
    ("set_up", "rows"),
    [
        (lambda f: f.text.setText("thorax"), 2),
        (lambda f: f.text.setText("Research"), 5),
        (lambda f: f.patient.setText(CANARY_ID), 3),
        (lambda f: f.patient.setText(CANARY_ID[:-1]), 0),
        (lambda f: f.state.setCurrentText("Failed"), 1),
        (lambda f: f.period.setCurrentIndex(1), 5),
        (lambda f: f.period.setCurrentIndex(5), 5),
    ],
)
def test_the_filter_finds_by(
    context: Context, qtbot: QtBot, set_up: Callable[[object], None], rows: int
) -> None:
    head = make_parcels(3, label="MR Head")
    thorax = make_parcels(2, label="CT Thorax", patient_id="OTHER")
    context.history.record(started("J1", list(head), "Research PACS"))
    context.history.record(started("J2", list(thorax), "Research PACS"))
    context.history.record(events.ParcelFailed("J1", head[0].id, GantryError(ErrorCode.HTTP_401)))
    page = _open(context, qtbot)
    set_up(page.filter)
    wait_until(lambda: page.model.is_complete and page.model.rowCount() == rows)
    if not rows:
        assert page._lists.currentWidget() is page._nothing
    page.filter.reset()
    wait_until(lambda: page.model.rowCount() == 5)


def test_a_uid_and_a_destination_find_their_parcels(context: Context, qtbot: QtBot) -> None:
    parcels = make_parcels(3)
    context.history.record(started("J1", list(parcels), "One"))
    context.history.record(started("J2", list(make_parcels(2)), "Two"))
    page = _open(context, qtbot)
    page.filter.text.setText(parcels[1].files[0].sop_instance_uid)
    wait_until(lambda: page.model.rowCount() == 1)
    assert page.model.index(0, 0).data(ID_ROLE) == parcels[1].id
    page.filter.reset()
    wait_until(lambda: page.filter.destination.findData("Two") > 0)
    page.filter.destination.setCurrentIndex(page.filter.destination.findData("Two"))
    wait_until(lambda: page.model.rowCount() == 2)


def test_a_click_on_a_header_sorts_and_a_column_without_an_order_stays(
    context: Context, qtbot: QtBot
) -> None:
    for number, name in enumerate(("B", "A", "C")):
        parcels = make_parcels(1, label=name, size=100 * number)
        context.history.record(started(f"J{number}", list(parcels)))
    page = _open(context, qtbot)
    header = page.table.horizontalHeader()

    def is_in_order(wanted: str) -> bool:
        rows = range(page.model.rowCount())
        return "".join(str(page.model.index(r, position("study")).data()) for r in rows) == wanted

    for column, wanted in (
        (position("study"), "ABC"),
        (position("study"), "CBA"),
        (position("size"), "CAB"),
        (position("patient"), "CAB"),
    ):
        header.sectionClicked.emit(column)
        wait_until(partial(is_in_order, wanted))
    assert header.sortIndicatorSection() == position("size")


def test_retry_failed_only_sends_what_failed(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    parcels = scanned_parcels(tmp_path / "in", studies=2)
    broken = parcels[0].files[0].source.path
    kept = Path(broken).read_bytes()
    Path(broken).unlink()
    target = tmp_path / "out"
    target.mkdir()
    _send(context, Place("Share", target.as_uri()), parcels)
    page = _open(context, qtbot)
    assert sorted(_states(page)) == ["Delivered", "Failed"]
    page.table.selectRow(_states(page).index("Failed"))
    wait_until(lambda: page.panel.detail is not None)
    assert page.panel.buttons["retry"].isEnabled()
    Path(broken).write_bytes(kept)
    import os

    source = parcels[0].files[0].source
    os.utime(broken, ns=(source.mtime_ns, source.mtime_ns))
    with qtbot.waitSignal(context.navigate, timeout=60_000):
        qtbot.mouseClick(page.panel.buttons["retry"], Qt.MouseButton.LeftButton)
    wait_until(lambda: _states(page) == ["Delivered", "Delivered"], 60_000)
    assert len(list(target.glob("**/*.tar.gz"))) == 2


def test_send_again_makes_a_new_job_to_the_same_place(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    _send(context, PRACTICE, scanned_parcels(tmp_path / "in"))
    page = _open(context, qtbot)
    _select(page, 0)
    with qtbot.waitSignal(context.navigate, timeout=60_000):
        qtbot.mouseClick(page.panel.buttons["again"], Qt.MouseButton.LeftButton)
    wait_until(lambda: not context.runner.busy)
    wait_until(lambda: _states(page) == ["Delivered", "Delivered"])
    jobs = context.history.jobs()
    assert [j.destination for j in jobs] == [PRACTICE.name] * 2


def test_sent_again_elsewhere_it_follows_that_place_and_other_pseudonyms_are_said(
    context: Context, qtbot: QtBot, tmp_path: Path, alerts: list[Alert]
) -> None:
    places = [Place(name, (tmp_path / name).as_uri()) for name in ("Old", "New")]
    for place in places:
        (tmp_path / place.name).mkdir()
    old, new = (SavedDestination(name=place.name, url=place.url) for place in places)
    context.change_settings(replace_fields(context.settings, destinations=(old, new)))
    parcels, privacy = scanned_parcels(tmp_path / "in"), context.services.privacy
    for place, profile in zip(places, ("basic", "research"), strict=True):
        _send(context, place, treated(parcels, privacy.treatment(place, profile)))
        parcels = tuple(replace(parcel, id=str(ULID())) for parcel in parcels)
    required = replace_fields(new, deidentify="research", study="Another study")
    context.change_settings(replace_fields(context.settings, destinations=(old, required)))
    page = _open(context, qtbot)
    ids = [str(page.model.index(row, 0).data(ID_ROLE)) for row in range(2)]
    with qtbot.waitSignal(context.navigate, timeout=60_000):
        page.commands.send_again(ids[1:], "New")
    wait_until(lambda: not context.runner.busy)
    (row, *_) = context.history.parcels()
    treatment = context.history.treatment(row.id)
    assert (row.destination, row.state) == ("New", ParcelState.DELIVERED)
    assert treatment == replace(
        privacy.treatment(places[1], "research"), known=treatment.known if treatment else ""
    )
    wait_until(lambda: alerts)
    (title, sentence) = alerts[0].text()
    assert title == "1 patient will get other pseudonyms than before"
    assert "New" in sentence


def test_verify_again_asks_the_destination(context: Context, qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    _send(context, Place("Share", target.as_uri()), scanned_parcels(tmp_path / "in"))
    page = _open(context, qtbot)
    _select(page, 0)
    qtbot.mouseClick(page.panel.buttons["verify"], Qt.MouseButton.LeftButton)
    wait_until(lambda: "confirms that it holds this" in _seen(page))
    archive = next(target.glob("**/*.tar.gz"))
    archive.chmod(0o600)
    archive.write_bytes(archive.read_bytes()[:-1])
    qtbot.mouseClick(page.panel.buttons["verify"], Qt.MouseButton.LeftButton)
    wait_until(lambda: "Asking" not in _seen(page))
    assert "confirms" not in _seen(page)


@pytest.mark.parametrize(
    ("proof", "offered"), [("receiver's SHA-256", True), ("", False), ("success rule", False)]
)
def test_verify_again_is_offered_where_it_can_come_to_anything(
    context: Context, qtbot: QtBot, proof: str, offered: bool
) -> None:
    (parcel,) = make_parcels(1)
    context.history.record(started("J1", [parcel]))
    for event in delivery("J1", parcel):
        if isinstance(event, events.ParcelArrived):
            event = replace(event, receipt=replace(event.receipt, proof=proof))
        context.history.record(event)
    page = _open(context, qtbot)
    _select(page, 0)
    wait_until(lambda: page.panel.isVisible())
    assert page.panel.buttons["verify"].isVisible() is offered
    menu = page.menu()
    assert any("Verify" in a.text() for a in menu.actions()) is offered
    menu.close()


def test_the_csv_holds_what_the_filter_shows_and_no_formula(
    context: Context, qtbot: QtBot, tmp_path: Path, alerts: list[Alert]
) -> None:
    context.history.record(started("J1", list(make_parcels(3, label="=cmd|calc"))))
    context.history.record(started("J2", list(make_parcels(2, label="CT"))))
    page = _open(context, qtbot)
    page.filter.text.setText("cmd")
    wait_until(lambda: page.model.rowCount() == 3)
    target = tmp_path / "文件 export.csv"
    page.commands.export_to(str(target), page.model.filter)
    wait_until(lambda: alerts)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert all(r["description"].startswith("'=") for r in rows)
    assert alerts[0].text()[0] == "Exported"


def test_a_csv_that_can_t_be_written_says_so(
    context: Context, qtbot: QtBot, tmp_path: Path, alerts: list[Alert]
) -> None:
    context.history.record(started("J1", list(make_parcels(1))))
    page = _open(context, qtbot)
    page.commands.export_to(str(tmp_path / "no such folder" / "x.csv"), page.model.filter)
    wait_until(lambda: alerts)
    assert alerts[0].error is not None
    assert alerts[0].error.code is ErrorCode.EXPORT_FAILED


def test_a_job_is_revealed_and_one_of_its_parcels(context: Context, qtbot: QtBot) -> None:
    parcels = make_parcels(3)
    context.history.record(started("J1", list(parcels)))
    context.history.record(started("J2", list(make_parcels(2))))
    page = _open(context, qtbot)
    page.reveal(parcels[1].id)
    wait_until(lambda: page.model.rowCount() == 3 and page.table.chosen() == [parcels[1].id])
    page.reveal("J2")
    wait_until(lambda: page.model.rowCount() == 2)


def test_the_list_follows_a_running_job(context: Context, qtbot: QtBot, tmp_path: Path) -> None:
    page = _open(context, qtbot)
    context.runner.start_job(PRACTICE, lambda: scanned_parcels(tmp_path / "in", studies=2))
    wait_until(lambda: _states(page) == ["Delivered", "Delivered"])
    assert page._stack.currentIndex() == 0
    wait_until(lambda: page._footer.text() == "2 entries")


def test_the_page_is_walked_by_keyboard_alone(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    _send(context, PRACTICE, scanned_parcels(tmp_path / "in", studies=2))
    page = _open(context, qtbot)
    page.filter.text.setFocus()
    qtbot.keyClicks(page.filter.text, "head")
    qtbot.keyClick(page.filter.text, Qt.Key.Key_Return)
    wait_until(lambda: page.model.is_complete and page.model.rowCount() == 2)
    reached = []
    for _ in range(40):
        widget = page.focusWidget() or page
        reached.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        if page.focusWidget() is page.filter.text:
            break
    for control in (page.filter.patient, page.filter.state, page.filter.period, page.table):
        assert control in reached
        assert control.accessibleName()
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    wait_until(lambda: page.panel.detail is not None and page.panel.isVisible())
    reached = []
    for _ in range(40):
        widget = page.focusWidget() or page
        reached.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    for button in (
        page.panel.buttons["again"],
        page.panel.buttons["folder"],
        page.panel.tabs.tabBar(),
    ):
        assert button in reached


def test_states_are_named_beside_their_colour(context: Context, qtbot: QtBot) -> None:
    parcels = make_parcels(2)
    context.history.record(started("J1", list(parcels)))
    context.history.record(events.ParcelCancelled("J1", parcels[0].id))
    page = _open(context, qtbot)
    assert sorted(_states(page)) == ["Cancelled", "Interrupted"], "nothing is running"
    assert state_text(ParcelState.DELIVERED) == "Delivered"


@pytest.fixture
def treated_page(context: Context, qtbot: QtBot) -> HistoryPage:
    """Of three parcels: one by the profile research, one as it is, one by another rewriter."""
    changed, plain, other = make_parcels(3)
    by_profile = Treatment(BY_PROFILE, RESEARCH.reference, "key")
    changed = replace(changed, treatment=by_profile)
    other = replace(other, treatment=rewriting.RENAMED)
    context.history.record(started("J1", [changed, plain, other]))
    page = _open(context, qtbot)
    page.resize(1600, 700)
    wait_until(lambda: not page.table.isColumnHidden(position("profile")))
    return page


def test_of_two_uploads_the_deidentified_one_is_marked(treated_page: HistoryPage) -> None:
    page, column = treated_page, position("profile")
    shown = [page.model.index(row, column).data() for row in range(3)]
    assert shown == ["research", "", ""]
    assert page.model.headerData(column, Qt.Orientation.Horizontal) == "De-identified"
    spoken = [
        str(page.model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(3)
    ]
    assert ["De-identified: research" in text for text in spoken] == [True, False, False]


def test_the_details_name_the_profile_where_the_column_has_no_room(
    treated_page: HistoryPage,
) -> None:
    treated_page.resize(1000, 700)
    _select(treated_page, 0)
    wait_until(lambda: treated_page.table.isColumnHidden(position("profile")))
    assert "research" in _seen(treated_page)
    _select(treated_page, 1)
    assert "De-identified" not in _seen(treated_page)


def test_the_list_shows_only_what_is_deidentified_or_only_what_is_not(
    treated_page: HistoryPage,
) -> None:
    page, box = treated_page, treated_page.filter.treatment
    everything = [str(page.model.index(row, 0).data(ID_ROLE)) for row in range(3)]
    for text, wanted in (
        ("De-identified", everything[:1]),
        ("As it is", everything[1:2]),
        ("All uploads", everything),
    ):
        box.setCurrentText(text)
        wait_until(partial(_shows, page, wanted))
    box.setCurrentText("De-identified")
    page.filter.reset()
    assert page.filter.is_empty
    wait_until(lambda: page.model.rowCount() == 3)


def test_the_choice_of_treatment_leaves_the_lower_line_to_the_dates(
    treated_page: HistoryPage,
) -> None:
    """With them, that line just fits into the smallest window."""
    found = treated_page.filter
    found.period.setCurrentText("Between…")
    wait_until(lambda: found.until.isVisible() and found.until.y() > found.text.y())
    for lower in (found.state, found.since, found.until):
        assert found.treatment.geometry().bottom() < lower.geometry().top()


def test_a_narrow_table_leaves_the_room_to_the_studies(context: Context, qtbot: QtBot) -> None:
    context.history.record(started("J1", list(make_parcels(1))))
    page = _open(context, qtbot)
    table, study = page.table, position("study")
    page.resize(1400, 700)
    wait_until(lambda: not table.isColumnHidden(position("destination")))
    page.resize(580, 700)
    wait_until(lambda: table.isColumnHidden(position("destination")))
    assert not table.isColumnHidden(study)
    assert table.columnWidth(study) > 100


def test_the_buttons_of_the_details_stand_without_gaps(context: Context, qtbot: QtBot) -> None:
    (parcel,) = make_parcels(1)
    context.history.record(started("J1", [parcel]))
    context.history.record(events.ParcelCancelled("J1", parcel.id))
    page = _open(context, qtbot)
    page.table.selectRow(0)
    wait_until(page.panel.isVisible)
    shown = [b for b in page.panel.buttons.values() if b.isVisible()]
    texts = ["Send a&gain", "Retry &failed only", "Show in f&older", "Certific&ate…"]
    assert [b.text() for b in shown] == texts
    assert shown[2].x() == shown[0].x()


def test_the_report_of_a_deidentified_job_is_saved_from_its_details(
    context: Context, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = Tally(RESEARCH.reference, "key")
    tally.texts[0x00081030, "T1 sag"] = 2
    parcels = make_parcels(2)
    summaries = Summary(json.dumps(tally.facts(texts=True)), ()), None
    context.history.record(events.JobStarted("JOB-1", "Klinik", "https://example.org", parcels))
    for parcel, summary in zip(parcels, summaries, strict=True):
        archive = replace(archive_of(parcel), summary=summary)
        context.history.record(events.ParcelVerified("JOB-1", parcel.id, 1, archive, 1, 1))
    page = _open(context, qtbot)
    _select(page, 1)
    assert not page.panel.buttons["report"].isVisible()
    _select(page, 0)
    assert page.panel.buttons["report"].isVisible()
    path = tmp_path / "report.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    said: list[Alert] = []
    context.alert.connect(said.append)
    page.panel.buttons["report"].click()
    wait_until(lambda: bool(said))
    assert said[0].key == "history.report"
    assert "T1 sag" in path.read_text("utf-8")
    assert "T1 sag" not in path.with_suffix(".json").read_text("utf-8")
