"""Held uploads in the window: what is said, and what the user can decide."""

from __future__ import annotations

import tarfile
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from gantry.engine.parcel import ParcelState
from gantry.services.named_destinations import PRACTICE_URL
from gantry.store.history.rows import ParcelFilter
from support.dicom import make_instance
from support.screen import Screen, wait_until


def _send(screen: Screen, folder: Path, *, good: int) -> None:
    for number in range(good):
        make_instance(folder / f"{number}.dcm", study="1.2.3", series="1.2.3.4", number=number)
    make_instance(folder / "burned.dcm", study="1.2.3", series="1.2.3.5", BurnedInAnnotation="YES")
    screen.drop_and_wait(folder)
    _send_all(screen)


def _send_all(screen: Screen) -> None:
    bar = screen.catalog.bar
    bar.choose(PRACTICE_URL)
    index = bar.treatment.findText("De-identified: basic")
    bar.treatment.setCurrentIndex(index)
    bar.treatment.activated.emit(index)
    bar.send.click()
    wait_until(partial(_is, screen, ParcelState.HELD))
    wait_until(lambda: not screen.context.runner.busy)


def _is(screen: Screen, state: ParcelState) -> bool:
    rows = screen.context.history.parcels(ParcelFilter())
    return [row.state for row in rows] == [state]


def _button(screen: Screen, text: str) -> QPushButton:
    def found() -> list[QPushButton]:
        buttons = screen.window.findChildren(QPushButton)
        return [b for b in buttons if b.text() == text and b.isVisible()]

    wait_until(found)
    return found()[0]


def _members(screen: Screen) -> list[str]:
    archives = list(screen.context.home.practice.rglob("*.tar.gz"))
    if not archives:
        return []
    with tarfile.open(archives[0]) as tar:
        return [name for name in tar.getnames() if name.endswith(".dcm")]


def test_the_files_are_named_with_the_rule_and_the_rest_can_be_sent(
    screen: Screen, tmp_path: Path
) -> None:
    _send(screen, tmp_path / "in", good=2)
    assert _members(screen) == []
    button = _button(screen, "Send &without these files")
    said = " ".join(screen.texts())
    assert "burned.dcm says that text is burned into its picture" in said
    assert "1 held" in said
    wait_until(lambda: "1 file was held back" in screen.texts())
    button.click()
    wait_until(partial(_is, screen, ParcelState.DELIVERED))
    assert len(_members(screen)) == 2
    wait_until(lambda: not screen.context.runner.busy)
    skipped = "Images that were held and that you skipped: 1 of 3."
    wait_until(lambda: skipped in " ".join(screen.texts()))
    screen.context.navigate.emit("history", screen.context.history.parcels(ParcelFilter())[0].id)
    wait_until(lambda: skipped in " ".join(screen.texts()))


def test_try_again_holds_what_has_not_changed(screen: Screen, tmp_path: Path) -> None:
    _send(screen, tmp_path / "in", good=1)
    ended: list[str] = []
    screen.context.runner.job_over.connect(ended.append)
    _button(screen, "&Try again").click()
    wait_until(lambda: ended)
    assert _is(screen, ParcelState.HELD)
    assert _members(screen) == []


def test_an_upload_of_held_files_only_has_nothing_to_send(screen: Screen, tmp_path: Path) -> None:
    _send(screen, tmp_path / "in", good=0)
    _button(screen, "Send &without these files").click()
    wait_until(lambda: [a for a in screen.window.alerts if a.key == "error.source.nothing"])
    assert _is(screen, ParcelState.HELD)


def test_the_history_offers_the_same(screen: Screen, tmp_path: Path) -> None:
    for series in ("1.2.3.6", "1.2.3.7"):
        name = tmp_path / "in" / f"{series}.dcm"
        make_instance(name, study="1.2.3", series=series, BurnedInAnnotation="YES")
    _send(screen, tmp_path / "in", good=1)
    wait_until(lambda: "3 files were held back" in screen.texts())
    screen.context.navigate.emit("history", screen.context.history.parcels(ParcelFilter())[0].id)
    button = _button(screen, "Send the &rest")
    button.click()
    wait_until(partial(_is, screen, ParcelState.DELIVERED))
    assert len(_members(screen)) == 1
    wait_until(lambda: not screen.context.runner.busy)


def _hold_a_text(screen: Screen, folder: Path) -> None:
    """Sends a series of three of which the last one has its patient's name in a kept element."""
    for number in range(3):
        text = "STRIP" if number < 2 else "Zwölfelf"
        make_instance(
            folder / f"{number}.dcm", study="1.2.3", series="1.2.3.4", number=number,
            SpecificCharacterSet="ISO_IR 192", FilterType=text,
        )  # fmt: skip
    screen.drop_and_wait(folder)
    _send_all(screen)


def test_the_held_file_is_shown_with_the_element_that_holds_it(
    screen: Screen, tmp_path: Path
) -> None:
    _hold_a_text(screen, tmp_path / "in")
    screen.catalog.tools.clear.click()
    _button(screen, "Show in pre&view").click()
    wait_until(lambda: screen.window.intake.catalog is not None and screen.catalog.isVisible())
    leaving = screen.catalog.preview.leaving
    wait_until(lambda: leaving.table.currentIndex().isValid())
    row = leaving.model.row(leaving.table.currentIndex())
    assert row is not None
    assert (row.tag, row.before) == ("(0018,1160)", "Zwölfelf")
    assert screen.catalog.preview.tabs.currentWidget() is leaving
    assert leaving.profile is not None
    assert leaving.profile.name == "basic"
    assert "This file would be held: nothing of it leaves." in screen.texts()


def test_a_file_is_shown_as_held_even_when_only_the_upload_knows_the_value(
    screen: Screen, tmp_path: Path
) -> None:
    for number, (name, text) in enumerate([("Zwölfelf^Ada", ""), ("Anders^Ada", "Zwölfelf")]):
        make_instance(
            tmp_path / "in" / f"{number}.dcm", study="1.2.3", series=f"1.2.3.{number}",
            patient_name=name, FilterType=text,
        )  # fmt: skip
    screen.drop_and_wait(tmp_path / "in")
    _send_all(screen)
    screen.catalog.tools.clear.click()
    _button(screen, "Show in pre&view").click()  # the list has only this file then
    wait_until(lambda: screen.window.intake.catalog is not None and screen.catalog.isVisible())
    wait_until(lambda: "This file would be held: nothing of it leaves." in screen.texts())


def test_a_held_file_that_is_gone_is_said(screen: Screen, tmp_path: Path) -> None:
    _hold_a_text(screen, tmp_path / "in")
    (tmp_path / "in" / "2.dcm").unlink()
    _button(screen, "Show in pre&view").click()
    wait_until(lambda: [a for a in screen.window.alerts if a.key == "held.gone"])
    wait_until(lambda: str(tmp_path / "in" / "2.dcm") in " ".join(screen.texts()))


def test_a_held_upload_can_be_cancelled_and_sent_after_all(screen: Screen, tmp_path: Path) -> None:
    _send(screen, tmp_path / "in", good=1)
    _button(screen, "Cancel this &upload").click()
    wait_until(partial(_is, screen, ParcelState.CANCELLED))
    wait_until(lambda: "were cancelled" in " ".join(screen.texts()))
    screen.context.navigate.emit("history", screen.context.history.parcels(ParcelFilter())[0].id)
    _button(screen, "Retry &failed only").click()
    wait_until(partial(_is, screen, ParcelState.HELD))
    wait_until(lambda: not screen.context.runner.busy)
    screen.context.navigate.emit("history", screen.context.history.parcels(ParcelFilter())[0].id)
    _button(screen, "Cancel &upload").click()
    wait_until(partial(_is, screen, ParcelState.CANCELLED))
    assert _members(screen) == []


def test_masks_that_were_drawn_for_a_held_file_let_the_upload_continue(
    screen: Screen, tmp_path: Path
) -> None:
    _send(screen, tmp_path / "in", good=1)
    _button(screen, "Show in pre&view").click()
    picture = screen.catalog.preview.picture
    wait_until(lambda: picture.draw_masks.isVisible())
    picture.draw_masks.click()
    picture.masks.add.click()
    picture.masks.save.click()
    _button(screen, "&Try again").click()
    wait_until(partial(_is, screen, ParcelState.DELIVERED))
    assert len(_members(screen)) == 2
    wait_until(lambda: not screen.context.runner.busy)
