"""A profile file that is edited while the window is open: the window follows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gantry.engine.deidentify.profile import BASIC
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.ui.text.i18n import language
from gantry.ui.widgets.leaving_view import LeavingView
from gantry.ui.widgets.send_bar import SendBar
from support.screen import Screen, wait_until

NEAR = SavedDestination(name="Near", url="https://10.1.2.3/in")


def write(file: Path, **entries: object) -> None:
    about = {"schema": "gantry.privacy/1", "name": "ours", **entries}
    file.write_text(json.dumps(about, indent=2), "utf-8")


@pytest.fixture
def file(screen: Screen, tmp_path: Path) -> Path:
    """A profile file that is chosen for the destination."""
    made = tmp_path / "ours.json"
    write(made, device=False)
    wait_until(lambda: screen.window.intake.catalog is not None)
    settings = replace(
        screen.context.settings, destinations=(NEAR,), profile_files=(str(made),),
        profiles={NEAR.url: str(made)},
    )  # fmt: skip
    screen.context.change_settings(settings)
    screen.catalog.bar.choose(NEAR.url)
    wait_until(lambda: _leaving(screen).profile is not None)
    return made


@pytest.fixture
def bar(screen: Screen) -> SendBar:
    return screen.catalog.bar


def _leaving(screen: Screen) -> LeavingView:
    return screen.catalog.preview.leaving


def _device(screen: Screen) -> bool:
    profile = _leaving(screen).profile
    return profile is not None and profile.options.device


def _look(screen: Screen) -> None:
    screen.catalog._treating.watch.look()


def test_an_edited_file_is_read_again_without_being_chosen_again(
    screen: Screen, file: Path
) -> None:
    assert not _device(screen)
    write(file, device=True, name="ours, second")
    wait_until(lambda: _device(screen))
    profiles = _leaving(screen).profiles
    names = [profiles.itemText(number) for number in range(profiles.count())]
    assert names[3:] == ["De-identified: ours, second"]


def test_a_mistake_is_said_with_its_line_until_it_is_corrected(
    screen: Screen, file: Path, bar: SendBar
) -> None:
    write(file, device="perhaps")
    _look(screen)
    wait_until(lambda: _leaving(screen).wrong is not None)
    said = "ours.json, line 4: “device” takes only these values: true, false."
    note = _leaving(screen).note
    assert said in bar.note.text()
    assert said in bar.treatment.accessibleDescription()
    assert bar.treatment.property("kind") == "warning"
    assert said in note.accessibleDescription()
    assert "leaves unchanged" not in note.accessibleName()
    language().choose("zh_CN")
    wait_until(lambda: "第 4 行" in bar.note.text() and "第 4 行" in note.accessibleDescription())
    language().choose("en")
    write(file, device=True)
    _look(screen)
    wait_until(lambda: _device(screen))
    assert bar.note.isHidden()
    assert bar.treatment.property("kind") == ""
    assert note.isHidden()


def test_another_mistake_takes_the_place_of_the_first_one(
    screen: Screen, file: Path, bar: SendBar
) -> None:
    write(file, device=True, colour=True)
    _look(screen)
    wait_until(lambda: "entry “colour”" in bar.note.text())
    file.write_text("{", "utf-8")
    _look(screen)
    wait_until(lambda: "line 1: this is not JSON" in bar.note.text())
    assert "not JSON" in _leaving(screen).note.accessibleDescription()


def test_a_file_that_is_gone_is_said_and_read_when_it_is_back(
    screen: Screen, file: Path, bar: SendBar
) -> None:
    file.rename(file.with_suffix(".old"))
    _look(screen)
    wait_until(lambda: "ours.json can’t be read" in bar.note.text())
    write(file, device=True)
    _look(screen)
    wait_until(lambda: _device(screen))


def test_what_the_user_looks_at_meanwhile_stays(screen: Screen, file: Path, bar: SendBar) -> None:
    leaving = _leaving(screen)
    index = leaving.profiles.findText("De-identified: basic")
    leaving.profiles.setCurrentIndex(index)
    leaving.profiles.activated.emit(index)
    write(file, device="perhaps")
    _look(screen)
    wait_until(lambda: "line 4" in bar.note.text())
    assert (leaving.profile, leaving.wrong) == (BASIC, None)
    write(file, device=True)
    _look(screen)
    wait_until(lambda: bar.note.isHidden())
    assert leaving.profile == BASIC
    leaving.profiles.setCurrentIndex(3)
    assert _device(screen)


def test_as_it_is_says_nothing_of_a_file_with_a_mistake(
    screen: Screen, file: Path, bar: SendBar
) -> None:
    write(file, device="perhaps")
    _look(screen)
    wait_until(lambda: "line 4" in bar.note.text())
    settings = screen.context.settings
    screen.context.change_settings(replace(settings, profiles={}))
    wait_until(lambda: bar.note.isHidden())
    assert _leaving(screen).wrong is None
    assert _leaving(screen).profile is None
