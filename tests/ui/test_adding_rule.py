"""Rules that the user adds in the window for what holds uploads."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QPushButton

from gantry.engine.parcel import ParcelState
from gantry.services.named_destinations import PRACTICE_URL
from gantry.store.history.rows import ParcelFilter
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.ui.dialogs.add_rule import AddRule
from support.dicom import make_instance
from support.screen import Screen, wait_until

OURS = {"schema": "gantry.privacy/1", "name": "ours", "base": "basic", "dates": "kept"}


def _add_study(folder: Path, number: int, **tags: Any) -> None:
    uid, name = f"1.2.840.99999.{number}", "Zwolfelf^Ada"
    path = folder / f"{number}.dcm"
    make_instance(
        path, study=uid, series=f"{uid}.1", patient_name=name, patient_id=f"P{number}", **tags
    )


def _send(screen: Screen, folder: Path, profile: str = "basic", url: str = PRACTICE_URL) -> None:
    screen.drop_and_wait(folder)
    bar = screen.catalog.bar
    bar.choose(url)
    index = bar.treatment.findData(profile)
    assert index >= 0
    bar.treatment.setCurrentIndex(index)
    bar.treatment.activated.emit(index)
    bar.send.click()
    wait_until(lambda: ParcelState.HELD in _states(screen))
    wait_until(lambda: not screen.context.runner.busy)


def _states(screen: Screen) -> list[ParcelState]:
    return [row.state for row in screen.context.history.parcels(ParcelFilter())]


def _have_arrived(screen: Screen) -> bool:
    return set(_states(screen)) == {ParcelState.DELIVERED}


def _buttons(screen: Screen, text: str) -> list[QPushButton]:
    buttons = screen.window.findChildren(QPushButton)
    return [b for b in buttons if b.text() == text and b.isVisible()]


def _dialog(screen: Screen, button: str = "Add a rul&e…") -> AddRule:
    """Opens it on the page that is shown."""
    wait_until(partial(_buttons, screen, button))
    _buttons(screen, button)[0].click()

    def found() -> list[AddRule]:
        return [one for one in screen.window.findChildren(AddRule) if one.isVisible()]

    wait_until(found)
    return found()[0]


def _own_file(screen: Screen, path: Path) -> Path:
    path.write_text(json.dumps(OURS))
    settings = screen.context.settings
    screen.context.change_settings(replace(settings, profile_files=(str(path),)))
    return path


def test_a_copy_of_a_built_in_profile_lets_two_held_uploads_continue(
    screen: Screen, tmp_path: Path
) -> None:
    for number in (0, 1):
        _add_study(tmp_path / "in", number, FilterType="Zwolfelf")
    _add_study(tmp_path / "in", 2)
    _send(screen, tmp_path / "in")
    dialog = _dialog(screen)
    said = " ".join(screen.texts(dialog))
    assert "Filter Type (0018,1160)" in said
    assert "Zwolfelf" not in said
    assert "z••••••f" in said
    assert "2 held uploads of this job continue with it." in said
    assert dialog.file.text() == "basic with rules"
    path = screen.context.home.profiles / "heart.json"
    dialog.file.setText("heart")
    assert f"New: {path}" in screen.texts(dialog)
    (_, choice), *_ = dialog.choices
    choice.setCurrentIndex(choice.findText("Remove it"))
    dialog.add.click()
    wait_until(partial(_have_arrived, screen))
    assert json.loads(path.read_bytes()) == {
        "schema": "gantry.privacy/1",
        "name": "heart",
        "base": "basic",
        "rules": {"FilterType": "remove"},
    }
    assert screen.context.settings.profile_files == (str(path),)
    wait_until(lambda: [a for a in screen.window.alerts if a.key == "rule.added"])
    wait_until(lambda: not screen.context.runner.busy)


def test_the_users_own_file_gets_the_rule_where_it_is(screen: Screen, tmp_path: Path) -> None:
    ours = _own_file(screen, tmp_path / "ours.json")
    _add_study(tmp_path / "in", 0, FilterType="Zwolfelf")
    _send(screen, tmp_path / "in", str(ours))
    dialog = _dialog(screen)
    assert not dialog.file.isVisible()
    edited = {**OURS, "rules": {"StudyDescription": "keep"}}
    ours.write_text(json.dumps(edited))  # elsewhere, while the dialog is open
    dialog.add.click()
    wait_until(partial(_have_arrived, screen))
    rules = {"StudyDescription": "keep", "FilterType": "empty"}
    assert json.loads(ours.read_bytes()) == {**edited, "rules": rules}
    assert not [a for a in screen.window.alerts if a.key == "rule.added"]
    wait_until(lambda: not screen.context.runner.busy)


def test_a_file_that_was_spoilt_meanwhile_is_said_in_the_dialog(
    screen: Screen, tmp_path: Path
) -> None:
    ours = _own_file(screen, tmp_path / "ours.json")
    _add_study(tmp_path / "in", 0, FilterType="Zwolfelf")
    _send(screen, tmp_path / "in", str(ours))
    dialog = _dialog(screen)
    ours.write_text("{")
    dialog.add.click()
    wait_until(dialog.problem.isVisible)
    assert "this is not JSON" in " ".join(screen.texts(dialog.problem))
    assert (ours.read_text(), _states(screen)) == ("{", [ParcelState.HELD])
    ours.write_text(json.dumps(OURS))
    dialog.add.click()
    wait_until(partial(_have_arrived, screen))
    wait_until(lambda: not screen.context.runner.busy)


def test_a_place_that_requires_a_built_in_profile_says_why_there_is_no_rule(
    screen: Screen, tmp_path: Path
) -> None:
    (tmp_path / "shelf").mkdir()
    saved = SavedDestination(
        name="Study server", url=(tmp_path / "shelf").as_uri(), deidentify="basic"
    )
    settings = screen.context.settings
    screen.context.change_settings(replace(settings, destinations=(saved,)))
    _add_study(tmp_path / "in", 0, FilterType="Zwolfelf")
    _send(screen, tmp_path / "in", url=saved.url)
    dialog = _dialog(screen)
    assert dialog.problem.isVisible()
    assert "Study server takes only what is de-identified" in " ".join(screen.texts(dialog))
    assert not dialog.add.isEnabled()
    assert not any(choice.isEnabled() for _, choice in dialog.choices)
    dialog.reject()
    assert not screen.context.home.profiles.exists()


def test_an_element_that_no_rule_changes_says_so(screen: Screen, tmp_path: Path) -> None:
    _add_study(tmp_path / "in", 0, ImageType=["DERIVED", "ZWOLFELF"])
    _send(screen, tmp_path / "in")
    dialog = _dialog(screen)
    said = " ".join(screen.texts(dialog))
    assert "No rule can change this element: the file is read by it." in said
    assert dialog.choices == []
    assert not dialog.add.isEnabled()


def test_names_that_can_not_be_used_are_said(screen: Screen, tmp_path: Path) -> None:
    folder = screen.context.home.profiles
    folder.mkdir()
    (folder / "Lax.json").write_text(json.dumps(OURS))
    strict = {**OURS, "name": "strict", "rules": {"FilterType": "remove"}}
    del strict["dates"]
    (folder / "strict.json").write_text(json.dumps(strict))
    _add_study(tmp_path / "in", 0, FilterType="Zwolfelf")
    _send(screen, tmp_path / "in")
    dialog = _dialog(screen)
    for name, usable, said in (
        ("lax", False, "Another profile has this name. Choose another one."),
        ("basic", False, "Another profile has this name. Choose another one."),
        ("a/b", False, "A name has letters, digits, spaces, - and _; at most 64."),
        ("strict", True, f"Exists, and gets these rules, too: {folder / 'strict.json'}"),
    ):
        dialog.file.setText(name)
        assert dialog.add.isEnabled() is usable
        assert said in screen.texts(dialog)
    (_, choice), *_ = dialog.choices
    choice.setCurrentIndex(choice.findText("No rule"))
    assert not dialog.add.isEnabled(), "there is nothing to add"


def test_a_file_that_is_held_for_its_picture_offers_no_rule(screen: Screen, tmp_path: Path) -> None:
    _add_study(tmp_path / "in", 0, BurnedInAnnotation="YES")
    _send(screen, tmp_path / "in")
    wait_until(partial(_buttons, screen, "&Try again"))
    assert _buttons(screen, "Add a rul&e…") == []


def test_the_history_adds_a_rule_to_a_job_that_is_over(screen: Screen, tmp_path: Path) -> None:
    for number in (0, 1):
        _add_study(tmp_path / "in", number, FilterType="Zwolfelf")
    _send(screen, tmp_path / "in")
    screen.context.navigate.emit("history", screen.context.history.parcels(ParcelFilter())[0].id)
    wait_until(lambda: _buttons(screen, "Send the &rest"))
    dialog = _dialog(screen, "Add a ru&le…")
    dialog.add.click()
    wait_until(partial(_have_arrived, screen))
    wait_until(lambda: not screen.context.runner.busy)
