"""The review of texts before Send: only what the user ticks leaves."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from gantry.engine.parcel import ParcelState
from gantry.store.history.rows import ParcelFilter
from gantry.store.replace import replace
from gantry.store.texts import ticked_texts
from gantry.ui.dialogs.review_texts import ReviewTexts
from gantry.ui.models.texts_model import TextsModel
from support.dicom import make_instance
from support.screen import Screen, wait_until

STUDY, SERIES = 0x00081030, 0x0008103E
TEXTS = {(STUDY, "Knee"): 2, (STUDY, "Uncle's knee"): 1, (SERIES, "t2 sag"): 3}


def _prepare(screen: Screen, tmp_path: Path) -> None:
    """Two studies, and a destination to which the profile that asks for a review is chosen."""
    for number, text in enumerate(("Knee", "Knee of the uncle")):
        uid = f"1.2.840.99999.{number}"
        make_instance(
            tmp_path / "in" / f"{number}.dcm", study=uid, series=f"{uid}.1", StudyDescription=text
        )
    profile = tmp_path / "reviewed.json"
    made = {"schema": "gantry.privacy/1", "name": "x", "base": "research", "texts": "reviewed"}
    profile.write_text(json.dumps(made))
    (tmp_path / "shelf").mkdir()
    screen.drop_and_wait(tmp_path / "in")
    context, bar = screen.context, screen.catalog.bar
    place = bar.place
    assert place is not None
    context.change_settings(
        replace(context.settings, profile_files=(str(profile),), profiles={place.url: str(profile)})
    )
    wait_until(lambda: bar.treatment.profile == str(profile))


def _opened(screen: Screen) -> ReviewTexts:
    screen.catalog.bar.send.click()
    wait_until(lambda: screen.catalog.reviewing.dialog is not None)
    dialog = screen.catalog.reviewing.dialog
    assert dialog is not None
    return dialog


def _descriptions(screen: Screen, folder: Path) -> list[str]:
    for archive in screen.context.home.practice.rglob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    return sorted(str(dcmread(p).get("StudyDescription", "")) for p in folder.rglob("*.dcm"))


def test_only_the_ticked_texts_are_sent_and_are_ticked_the_next_time(
    screen: Screen, tmp_path: Path
) -> None:
    _prepare(screen, tmp_path)
    dialog = _opened(screen)
    wait_until(lambda: dialog.send.isEnabled())
    assert {(STUDY, "Knee"), (STUDY, "Knee of the uncle")} <= dialog.model.texts
    assert dialog.model.ticked == frozenset()
    dialog.text.setText("knee")
    wait_until(lambda: dialog.model.rowCount() == 2)
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    assert dialog.model.ticked == {(STUDY, "Knee")}
    dialog.send.click()
    history = screen.context.history
    wait_until(
        lambda: (
            [row.state for row in history.parcels(ParcelFilter())] == [ParcelState.DELIVERED] * 2
        )
    )
    wait_until(lambda: not screen.context.runner.busy)
    assert _descriptions(screen, tmp_path / "out") == ["", "Knee"]
    assert ticked_texts(screen.context.home) == ((STUDY, "Knee"),)

    screen.context.navigate.emit("send", None)
    again = _opened(screen)
    wait_until(lambda: again.send.isEnabled())
    assert again.model.ticked == {(STUDY, "Knee")}
    again.reject()


def test_nothing_is_sent_when_the_review_is_cancelled_while_it_reads(
    screen: Screen, tmp_path: Path
) -> None:
    _prepare(screen, tmp_path)
    dialog = _opened(screen)
    assert not dialog.send.isEnabled()
    dialog.reject()
    wait_until(lambda: screen.catalog.reviewing.dialog is None)
    assert not screen.context.runner.busy
    assert screen.context.history.parcels(ParcelFilter()) == []


@pytest.fixture
def model() -> TextsModel:
    made = TextsModel()
    made.show_texts(TEXTS, [(STUDY, "Knee"), (STUDY, "gone")])
    return made


def test_the_model_is_sound(model: TextsModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.filter("knee", STUDY)
    model.tick_shown(True)
    model.filter("", None)
    assert tester.model() is model


def test_ticks_of_what_is_filtered_out_stay(model: TextsModel) -> None:
    assert model.ticked == {(STUDY, "Knee")}
    model.filter("SAG", None)
    assert model.rowCount() == 1
    model.tick_shown(True)
    assert model.ticked == {(STUDY, "Knee"), (SERIES, "t2 sag")}
    model.filter("", STUDY)
    model.tick_shown(False)
    assert model.ticked == {(SERIES, "t2 sag")}


def test_space_ticks_a_selection_and_a_second_time_unticks_it(model: TextsModel) -> None:
    model.toggle([0, 1, 2])
    assert model.ticked == model.texts
    model.toggle([0, 1, 2])
    assert model.ticked == frozenset()
    model.toggle([])
    assert model.ticked == frozenset()
