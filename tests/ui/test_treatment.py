"""The choice in the send bar: what it offers, says, remembers and sends."""

from __future__ import annotations

import json
import sys
import tarfile
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.events import JobDone
from gantry.services.named_destinations import PRACTICE_URL
from gantry.services.nearness import Nearness
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.dialogs.destination_editor import DestinationEditor
from gantry.ui.dialogs.destination_settings import DestinationSettings
from gantry.ui.text.i18n import language
from gantry.ui.widgets.send_bar import SendBar
from gantry.ui.widgets.short_combo import EDGE
from gantry.ui.widgets.treatment_choice import TreatmentChoice
from support.dicom import CANARIES, make_study
from support.screen import Screen, wait_until

FAR = SavedDestination(name="Far", url="https://8.8.8.8/in")
NEAR = SavedDestination(name="Near", url="https://10.1.2.3/in")
STRICT = SavedDestination(name="Strict", url="https://9.9.9.9/in", deidentify="research")


@pytest.fixture
def bar(screen: Screen) -> SendBar:
    wait_until(lambda: screen.window.intake.catalog is not None)
    settings = screen.context.settings
    screen.context.change_settings(replace(settings, destinations=(FAR, NEAR, STRICT)))
    return screen.catalog.bar


def _have_ended(ended: list[str], count: int) -> bool:
    return len(ended) == count


def _ends_with(known: list[str], name: str) -> bool:
    return known[-1:] == [name]


def _offered(choice: TreatmentChoice) -> list[str]:
    return [choice.itemText(n) for n in range(choice.count()) if choice.itemText(n)]


def _pick(choice: TreatmentChoice, text: str) -> None:
    index = choice.findText(text)
    assert index >= 0
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


def test_as_it_is_is_amber_outside_the_users_network_and_says_why(bar: SendBar) -> None:
    bar.choose(FAR.url)
    assert bar.treatment.is_exposed
    assert bar.treatment.property("kind") == "warning"
    assert not bar.note.isHidden()
    assert "8.8.8.8 is outside your own network" in bar.note.text()
    assert bar.note.text() in bar.treatment.accessibleDescription()

    bar.choose(NEAR.url)
    assert bar.treatment.property("kind") == ""
    assert bar.note.isHidden()

    bar.choose(FAR.url)
    _pick(bar.treatment, "De-identified: basic")
    assert bar.treatment.property("kind") == ""
    assert bar.note.isHidden()


def test_a_name_is_looked_up_on_another_thread(
    bar: SendBar, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    names = SavedDestination(name="Name", url="https://archive.invalid/in")
    screen.context.change_settings(
        replace(screen.context.settings, destinations=(FAR, NEAR, names))
    )
    bar.choose(names.url)
    assert bar.note.isHidden()  # not known yet: the window did not wait
    wait_until(lambda: bar.treatment.is_exposed)
    assert "archive.invalid is outside" in bar.note.text()


def test_an_answer_for_another_destination_changes_nothing(bar: SendBar) -> None:
    bar.choose(NEAR.url)
    bar.show_nearness(FAR.url, Nearness.OUTSIDE)
    assert not bar.treatment.is_exposed


def test_the_choice_is_remembered_per_destination(bar: SendBar, screen: Screen) -> None:
    bar.choose(FAR.url)
    _pick(bar.treatment, "De-identified: research")
    bar.choose(NEAR.url)
    assert bar.treatment.profile == ""
    bar.choose(FAR.url)
    assert bar.treatment.profile == "research"
    wait_until(
        lambda: screen.context.services.preferences.settings.profiles == {FAR.url: "research"}
    )
    _pick(bar.treatment, "As it is")
    wait_until(lambda: screen.context.services.preferences.settings.profiles == {})


def test_where_a_profile_is_required_as_it_is_is_not_offered(bar: SendBar) -> None:
    bar.choose(STRICT.url)
    assert _offered(bar.treatment) == ["De-identified: research"]
    assert bar.treatment.profile == "research"
    assert bar.note.text().startswith("Strict takes only what is de-identified by research")


def test_a_profile_file_is_added_and_chosen_or_refused_with_the_line(
    bar: SendBar, screen: Screen, tmp_path: Path
) -> None:
    bar.choose(FAR.url)
    file = tmp_path / "our study.json"
    treating = screen.catalog._treating
    file.write_text('{\n "schema": "gantry.privacy/1",\n oops\n}', encoding="utf-8")
    treating.add_file(str(file))
    wait_until(lambda: [a for a in screen.window.alerts if a.key == "error.profile.invalid"])
    said = " ".join(next(a for a in screen.window.alerts).text())
    assert "our study.json, line 3: this is not JSON." in said
    assert bar.treatment.profile == ""

    file.write_text(json.dumps({"schema": "gantry.privacy/1", "name": "our study"}), "utf-8")
    treating.add_file(str(file))
    wait_until(lambda: bar.treatment.profile == str(file))
    assert "De-identified: our study" in _offered(bar.treatment)
    assert not [a for a in screen.window.alerts if a.key == "error.profile.invalid"]


def test_the_file_dialog_is_asked_for_and_the_choice_stays(bar: SendBar, qtbot: QtBot) -> None:
    bar.choose(NEAR.url)
    asked: list[bool] = []
    bar.treatment.add_wanted.disconnect()
    bar.treatment.add_wanted.connect(lambda: asked.append(True))
    _pick(bar.treatment, "Add a profile file…")
    assert asked == [True]
    assert bar.treatment.currentText() == "As it is"


def test_a_profile_whose_file_left_the_list_never_becomes_as_it_is(
    bar: SendBar, screen: Screen
) -> None:
    settings = screen.context.settings
    screen.context.change_settings(replace(settings, profiles={FAR.url: "/gone/ours.json"}))
    bar.choose(FAR.url)
    assert bar.treatment.profile == "/gone/ours.json"
    assert bar.treatment.currentText() == "De-identified: ours"


def test_send_deidentifies_and_a_later_look_says_the_same(
    screen: Screen, bar: SendBar, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=3)
    screen.drop_and_wait(tmp_path / "in")
    bar.choose(PRACTICE_URL)
    _pick(bar.treatment, "De-identified: basic")
    done: list[JobDone] = []
    screen.context.runner.engine_event.connect(
        lambda event: done.append(event) if isinstance(event, JobDone) else None
    )
    bar.send.click()
    wait_until(lambda: done)
    assert (done[0].delivered, done[0].failed) == (1, 0)
    archives = list(screen.context.home.practice.rglob("*.tar.gz"))
    with tarfile.open(archives[0]) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            data = file.read()
            assert not [canary for canary in CANARIES if canary.encode() in data]
    wait_until(lambda: not screen.context.runner.busy)


def test_what_leaves_follows_the_choice(screen: Screen, bar: SendBar) -> None:
    bar.choose(NEAR.url)
    assert screen.catalog.preview.leaving.profile is None
    _pick(bar.treatment, "De-identified: research")
    wait_until(lambda: screen.catalog.preview.leaving.profile == RESEARCH)
    _pick(bar.treatment, "As it is")
    assert screen.catalog.preview.leaving.profile is None
    bar.choose(STRICT.url)
    wait_until(lambda: screen.catalog.preview.leaving.profile == RESEARCH)


@pytest.mark.skipif(sys.platform == "win32", reason="the system keeps secrets there: no file")
def test_the_place_of_the_key_is_said_once(screen: Screen, bar: SendBar, tmp_path: Path) -> None:
    make_study(tmp_path / "in", instances=1)
    screen.drop_and_wait(tmp_path / "in")
    bar.choose(PRACTICE_URL)
    _pick(bar.treatment, "De-identified: basic")
    ended: list[str] = []
    screen.context.runner.job_over.connect(ended.append)
    for count in (1, 2):
        bar.send.click()
        wait_until(partial(_have_ended, ended, count))
    told = [a for a in screen.window.alerts if a.key == "key file"]
    assert len(told) == 1
    keys = list((screen.context.home.history_file.parent / "keys").glob("*.key"))
    assert str(keys[0]) in told[0].text()[1]


def test_the_keyboard_reaches_and_changes_the_choice(bar: SendBar, qtbot: QtBot) -> None:
    bar.choose(FAR.url)
    qtbot.keyClick(bar.treatment, Qt.Key.Key_Down)
    assert bar.treatment.profile == "basic"
    assert bar.places.nextInFocusChain() is bar.treatment or bar.treatment.focusPolicy()


def test_the_choice_is_in_chinese_at_once(bar: SendBar) -> None:
    bar.choose(FAR.url)
    language().choose("zh_CN")
    wait_until(lambda: bar.treatment.currentText() == "原样发送")
    assert "8.8.8.8 在您自己的网络之外" in bar.note.text()


def test_the_editor_keeps_what_a_destination_requires(context: Context, qtbot: QtBot) -> None:
    saved = replace(STRICT, study="Cohort", new_key_each_time=True)
    editor = DestinationEditor(context, saved)
    qtbot.addWidget(editor)
    assert editor.destination() == saved
    assert not editor.privacy.study.isEnabled()
    editor.privacy.pseudonyms.setCurrentIndex(0)
    editor.privacy.requires.setCurrentIndex(0)
    assert editor.destination() == replace(saved, deidentify="", new_key_each_time=False)


def test_a_profile_file_that_is_changed_and_added_again_is_read_again(
    bar: SendBar, screen: Screen, tmp_path: Path
) -> None:
    bar.choose(FAR.url)
    file, treating = tmp_path / "study.json", screen.catalog._treating
    known: list[str] = []
    treating.profile_known.connect(lambda profile, _: known.append(profile and profile.name))
    for name in ("first", "second"):
        file.write_text(json.dumps({"schema": "gantry.privacy/1", "name": name}), "utf-8")
        treating.add_file(str(file))
        wait_until(partial(_ends_with, known, name))


def test_a_profile_file_that_is_called_basic_is_told_from_basic(
    bar: SendBar, screen: Screen
) -> None:
    bar.choose(NEAR.url)
    bar.show_places(replace(screen.context.settings, profile_files=("/profiles/basic.json",)))
    assert _offered(bar.treatment)[1:4] == [
        "De-identified: basic", "De-identified: research", "De-identified: basic.json",
    ]  # fmt: skip


def test_a_long_name_of_a_profile_file_makes_no_form_wider(context: Context, qtbot: QtBot) -> None:
    def shown(place: SavedDestination) -> QComboBox:
        editor = DestinationEditor(context, place)
        qtbot.addWidget(editor)
        editor.show()
        return editor.privacy.requires

    before = shown(STRICT).minimumSizeHint().width()
    long = f"/profiles/{'prospective study of knees ' * 4}.json"
    context.change_settings(replace(context.settings, profile_files=(long,)))
    requires = shown(replace(STRICT, deidentify=long))
    assert requires.currentData() == long
    assert requires.minimumSizeHint().width() == before


def test_the_choice_is_wide_enough_for_what_it_says(bar: SendBar) -> None:
    bar.choose(NEAR.url)
    choice, option = bar.treatment, QStyleOptionComboBox()
    choice.initStyleOption(option)
    option.rect.setSize(choice.sizeHint())
    field = choice.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, choice
    )
    space = field.width() - EDGE
    for text in _offered(choice):
        shown = choice.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, space)
        assert shown == text


def test_a_corrected_address_keeps_the_choice(context: Context, qtbot: QtBot) -> None:
    page = DestinationSettings(context)
    qtbot.addWidget(page)
    context.change_settings(
        replace(context.settings, destinations=(FAR,), profiles={FAR.url: "basic"})
    )
    page._keep(FAR, replace(FAR, url="https://8.8.4.4/in"), None)
    assert context.settings.profiles["https://8.8.4.4/in"] == "basic"
