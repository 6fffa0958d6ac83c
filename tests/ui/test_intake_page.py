"""Drop, look, choose, send: on the real window, with real files and the real receiver."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gantry.engine.events import JobDone
from gantry.engine.intake.catalog import Series
from gantry.engine.intake.scan import ScanCounts
from gantry.services.named_destinations import PRACTICE_URL
from gantry.ui.dialogs.skipped_files import SkippedFiles
from support.dicom import cut_in_header, make_instance, make_study
from support.screen import Screen, wait_until


@pytest.fixture
def two_studies(tmp_path: Path) -> Path:
    folder = tmp_path / "Untersuchung 一 with space"
    make_study(folder / "a", series=2, instances=5, size=64)
    make_study(folder / "b", instances=4, patient_id="OTHER", patient_name="王^小东", modality="CT")
    (folder / "notes.txt").write_text("not an image", encoding="utf-8")
    (folder / "empty").write_bytes(b"")
    return folder


def test_dropped_folders_are_shown_and_counted(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies)
    catalog = screen.catalog
    assert catalog.model.rowCount() == 2
    assert catalog.bar.summary.text().startswith("2 studies · 14 images · ")
    assert catalog.bar.send.isEnabled()
    assert "14 DICOM images" in catalog.strip.text.text()


def test_a_page_closed_while_it_loads_begins_no_scan(screen: Screen, qtbot: QtBot) -> None:
    assert screen.window.intake.catalog is None
    screen.window.intake.close_down()
    qtbot.wait(1500)
    assert screen.window.intake.catalog is None


def test_more_can_be_dropped_and_removed_again(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies / "a")
    screen.drop_and_wait(two_studies / "b")
    catalog = screen.catalog
    wait_until(lambda: catalog.model.rowCount() == 2)
    catalog.tree.setCurrentIndex(catalog.model.index(0, 0))
    catalog.tools.remove.click()
    wait_until(lambda: catalog.model.rowCount() == 1)
    assert (two_studies / "a").exists()


def test_a_stopped_scan_keeps_what_it_found_and_takes_more(
    screen: Screen, two_studies: Path
) -> None:
    wait_until(lambda: screen.window.intake.catalog is not None)
    screen.drop(two_studies / "a")
    screen.catalog.strip.cancel.click()
    screen.wait_for_scan()
    screen.drop_and_wait(two_studies)
    wait_until(lambda: screen.catalog.model.ticked[1] == 14)


def test_a_broken_file_that_begins_as_dicom_is_counted_as_trouble(
    screen: Screen, two_studies: Path
) -> None:
    whole = next(path for path in sorted((two_studies / "a").rglob("*")) if path.is_file())
    (two_studies / "cut").write_bytes(cut_in_header(whole))
    screen.drop_and_wait(two_studies)
    text = screen.catalog.strip.skipped.text()
    assert text == "1 file could not be read · 2 files skipped…"


def test_skipped_files_are_one_click_away_with_their_reasons(
    screen: Screen, two_studies: Path
) -> None:
    screen.drop_and_wait(two_studies)
    assert screen.catalog.strip.skipped.text() == "2 files skipped…"
    screen.catalog.strip.skipped.click()
    dialog = screen.window.findChild(SkippedFiles)
    assert dialog is not None
    table = dialog.table.model()
    assert {table.index(row, 0).data() for row in range(2)} == {"notes.txt", "empty"}
    dialog.reason.setCurrentIndex(
        next(i for i in range(3) if "not a DICOM file" in dialog.reason.itemText(i))
    )
    assert table.rowCount() == 1
    dialog.copy.click()
    assert QGuiApplication.clipboard().text().endswith("notes.txt\tnot a DICOM file")
    dialog.close()


def test_a_series_shows_its_middle_slice_and_its_tags(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies / "a")
    preview = screen.catalog.preview
    wait_until(lambda: preview.picture.view.has_image)
    assert preview.picture.slider.maximum() == 4
    assert preview.picture.slider.value() == 2
    wait_until(lambda: preview.tags.model.count > 20)
    preview.tags.search.setText("patient id")
    wait_until(lambda: preview.tags.model.count == 1)
    tag = preview.tags.model.tag(preview.tags.model.index(0, 0))
    assert tag is not None
    assert (tag.tag, tag.value) == ("(0010,0020)", "CANARY-ID-7391")


def test_another_slice_keeps_the_window_chosen_by_hand(
    screen: Screen, two_studies: Path, qtbot: QtBot
) -> None:
    screen.drop_and_wait(two_studies / "a")
    picture = screen.catalog.preview.picture
    wait_until(lambda: picture.view.has_image)
    default = picture.level
    picture.view.dragged.emit(0.2, 0.1)
    chosen = picture.level
    assert chosen != default
    qtbot.keyClick(picture.view, Qt.Key.Key_Down)
    assert picture.slider.value() == 3
    assert picture.level == chosen
    picture.view.reset_wanted.emit()


def test_names_of_other_alphabets_are_read_right(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies / "b")
    assert "王 小东 · OTHER" in screen.catalog.model.index(0, 0).data()


def test_only_ticked_series_are_sent_and_arrive(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies)
    catalog = screen.catalog
    ct = next(
        s for s in catalog.model.catalog.series if isinstance(s, Series) and s.modality == "CT"
    )
    catalog.model.set_ticked(catalog.model.node(catalog.model.index_of(ct.key)), False)
    wait_until(lambda: catalog.bar.summary.text().startswith("1 study · 10 images"))
    catalog.bar.choose(PRACTICE_URL)
    done: list[JobDone] = []
    screen.context.runner.engine_event.connect(
        lambda event: done.append(event) if isinstance(event, JobDone) else None
    )
    catalog.bar.send.click()
    wait_until(lambda: done)
    assert (done[0].delivered, done[0].failed) == (1, 0)
    wait_until(lambda: not screen.context.runner.busy)
    archives = list(screen.context.home.practice.rglob("*.tar.gz"))
    assert len(archives) == 1


def test_a05_files_that_came_after_the_scan_are_told_and_can_be_listed(
    screen: Screen, two_studies: Path
) -> None:
    screen.drop_and_wait(two_studies)
    late = make_study(two_studies / "late", instances=3, size=64)
    (two_studies / "Thumbs.db").write_bytes(b"what a file manager leaves behind")
    screen.catalog.bar.choose(PRACTICE_URL)
    screen.catalog.bar.send.click()
    wait_until(lambda: [a for a in screen.window.alerts if a.key == "late"])
    assert len(list(screen.context.home.practice.rglob("*.tar.gz"))) == 2
    wait_until(lambda: "3 files arrived after packing began" in screen.texts())
    buttons = screen.window.findChildren(QPushButton)
    next(b for b in buttons if b.text() == "List only these").click()
    assert screen.window.intake.isVisible()
    screen.wait_for_scan()
    wait_until(lambda: screen.catalog.model.ticked[:2] == (1, len(late)))


def test_a05_nothing_is_told_where_nothing_came_late(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies)
    looked: list[str] = []
    screen.catalog.sent.connect(lambda sent: looked.extend(sent.roots))
    screen.catalog.bar.choose(PRACTICE_URL)
    screen.catalog.bar.send.click()
    wait_until(lambda: looked and not screen.context.runner.busy)
    threads = screen.context.runner
    wait_until(lambda: not any("late" in t.name for t in threads._long))
    assert not [a for a in screen.window.alerts if a.key == "late"]


def test_nothing_ticked_means_nothing_to_send(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies / "a")
    catalog = screen.catalog
    catalog.model.set_ticked(catalog.model.root.children[0], False)
    wait_until(lambda: catalog.bar.summary.text() == "Nothing is selected")
    assert not catalog.bar.send.isEnabled()


def test_a_warning_explains_itself_beside_its_node(screen: Screen, tmp_path: Path) -> None:
    for number in (1, 2, 3, 6, 7, 8):
        make_instance(tmp_path / "a" / f"{number}", study="1.2", series="1.2.3", number=number)
    screen.drop_and_wait(tmp_path / "a")
    notes = screen.catalog.preview.warnings
    # Notes made after the first paint are seen with the next turn of the event loop.
    wait_until(lambda: "Images are probably missing" in screen.texts(notes))


def test_sample_data_is_made_and_offered_to_practice(screen: Screen) -> None:
    wait_until(lambda: screen.window.intake.catalog is not None)
    screen.window.intake.empty.sample.click()
    wait_until(lambda: screen.window.alerts)
    screen.wait_for_scan()
    assert screen.catalog.model.ticked[:2] == (1, 48)
    place = screen.catalog.bar.place
    assert place is not None
    assert place.is_practice
    assert screen.window.alerts[0].key == "sample"
    assert not screen.catalog.skipped.total


def test_clear_goes_back_to_the_drop_zone(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies)
    screen.catalog.tools.clear.click()
    assert screen.window.intake.empty.isVisible()
    screen.drop_and_wait(two_studies / "b")
    assert screen.catalog.model.rowCount() == 1


def test_keyboard_alone_chooses_and_sends(
    screen: Screen, two_studies: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    screen.drop_and_wait(two_studies)
    catalog = screen.catalog
    screen.window.activateWindow()
    catalog.tree.setFocus()
    qtbot.keyClick(catalog.tree, Qt.Key.Key_Home)
    qtbot.keyClick(catalog.tree, Qt.Key.Key_Space)
    wait_until(lambda: catalog.model.ticked[0] == 1)
    reached = set()
    for _ in range(30):
        focus = qapp.focusWidget()
        if focus is None or focus is catalog.bar.send:
            break
        reached.add(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert catalog.bar.places in reached
    assert qapp.focusWidget() is catalog.bar.send
    qtbot.keyClick(catalog.bar.send, Qt.Key.Key_Space)
    wait_until(lambda: screen.context.runner.busy)
    wait_until(lambda: not screen.context.runner.busy)
    assert len(list(screen.context.home.practice.rglob("*.tar.gz"))) == 1


def test_a_folder_that_does_not_answer_is_named(screen: Screen, two_studies: Path) -> None:
    screen.drop_and_wait(two_studies)
    strip = screen.catalog.strip
    strip.set_running(True)
    strip.show_counts(ScanCounts(3, 2, 1, 4096, silent=("/mnt/share/Herz",)), 1)
    assert strip.text.text().endswith("· “Herz” does not respond")
    strip.show_counts(ScanCounts(3, 2, 1, 4096, silent=("/mnt/a", "/mnt/b")), 1)
    assert strip.text.text().endswith("· 2 folders do not respond")
    strip.set_running(False)
    assert "answer" not in strip.text.text()


def test_a_reader_that_is_killed_costs_nothing(screen: Screen, two_studies: Path) -> None:
    """While idle, and again: the list stays, the next drop is read by another process."""
    screen.drop_and_wait(two_studies / "a")
    scanning = screen.catalog.scanning
    for folder, rows in ((two_studies / "b", 2), (two_studies, 2)):
        before = scanning._scanner.pid
        assert before is not None
        os.kill(before, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows ends it by either
        wait_until(lambda before=before: scanning._scanner.pid != before)  # type: ignore[misc]
        assert screen.catalog.model.rowCount() >= 1
        screen.drop_and_wait(folder)
        assert screen.catalog.model.rowCount() == rows
        assert screen.catalog.bar.send.isEnabled()
    assert not screen.window.alerts
