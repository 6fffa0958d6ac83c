"""What leaves, in the window: rows, held files, examples, and the picture that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UltrasoundImageStorage
from PySide6.QtWidgets import QApplication, QWidget

from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.profile import BASIC, RESEARCH
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.reasons import Reason
from gantry.engine.intake.catalog import Series
from gantry.engine.preview.contents import Row
from gantry.store.home import Home
from gantry.store.pseudonym_key import VARIABLE, known_key, pseudonym_key
from gantry.store.secrets import SecretStore
from gantry.ui.background.runner import Runner
from gantry.ui.models.leaving_model import LeavingColumn, LeavingModel
from gantry.ui.text.i18n import language
from gantry.ui.widgets.preview_panel import PreviewPanel
from support.dicom import make_instance
from support.parcels import instance_of, source_of
from support.screen import Screen, wait_until
from support.vault import Vault

TAGS, LEAVES = 0, 1
STUDY = "1.2.826.0.1.3680043.10.77"


def series_of(*paths: Path) -> Series:
    instances = tuple(instance_of(source_of(path), f"1.2.3.{n}") for n, path in enumerate(paths))
    return Series(f"key {paths[0].name}", "1.2.3", 1, "MR", "", "", "", instances, 1)


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return make_instance(tmp_path / "head.dcm", study=STUDY, series=f"{STUDY}.3", size=32)


@pytest.fixture
def ultrasound(tmp_path: Path) -> Path:
    path = make_instance(tmp_path / "us.dcm", study=STUDY, series=f"{STUDY}.4", size=32)
    ds = dcmread(path)
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 8, 8
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 23, 23
    ds.SequenceOfUltrasoundRegions = [region]
    ds.SOPClassUID, ds.Modality = UltrasoundImageStorage, "US"
    ds.PixelData = np.full((32, 32), 900, "<u2").tobytes()
    ds.save_as(path)
    return path


@pytest.fixture
def keys() -> dict[str, Key]:
    """The keys that projects have."""
    return {}


@pytest.fixture
def panel(runner: Runner, qapp: QApplication, keys: dict[str, Key]) -> Iterator[PreviewPanel]:
    parent = QWidget()
    made = PreviewPanel(runner, parent, keys.get)
    made.tabs.setCurrentIndex(LEAVES)
    parent.resize(700, 900)
    yield made
    made.close_down()
    parent.deleteLater()


def has_rows(panel: PreviewPanel) -> bool:
    return panel.leaving.model.counts[1] > 0


def rows(model: LeavingModel) -> list[Row]:
    found = [model.row(model.index(number, 0)) for number in range(model.rowCount())]
    return [row for row in found if row is not None]


def note(panel: PreviewPanel) -> str:
    found = panel.leaving.note
    return f"{found.accessibleName()} {found.accessibleDescription()}"


def test_the_dropped_file_is_compared_in_the_window(screen: Screen, head: Path) -> None:
    screen.drop_and_wait(head)
    preview = screen.catalog.preview
    preview.tabs.setCurrentIndex(LEAVES)
    wait_until(lambda: has_rows(preview))
    assert "leaves unchanged" in note(preview)
    preview.leaving.choose(RESEARCH)
    wait_until(lambda: preview.leaving.model.counts[1] > 0 and not preview.leaving.note.isVisible())
    (name,) = [row for row in rows(preview.leaving.model) if row.name == "Patient's Name"]
    assert name.done is Done.PSEUDONYM
    assert not (screen.context.home.history_file.parent / "keys").exists()  # looking made no key


def test_a_value_that_only_another_file_of_the_patient_has_is_found(
    screen: Screen, tmp_path: Path
) -> None:
    def made(number: int, patient: str, name: str, text: str = "") -> Path:
        return make_instance(
            tmp_path / str(number) / "a.dcm", study=f"{STUDY}.{number}",
            series=f"{STUDY}.{number}.1", patient_id=patient, patient_name=name,
            FilterType=text,
        )  # fmt: skip

    said = [made(1, "P-0471", "Anders^Ada", "Zwölfelf"), made(2, "Q-22", "Novak^Eva", "Zwölfelf")]
    screen.drop_and_wait(*said)
    preview = screen.catalog.preview
    preview.tabs.setCurrentIndex(LEAVES)
    preview.leaving.choose(RESEARCH)
    _select(screen, f"{STUDY}.1.1")
    wait_until(lambda: has_rows(preview))
    assert not preview.leaving.note.isVisible()
    screen.drop_and_wait(made(3, "P-0471", "Zwölfelf^Ada"))
    wait_until(lambda: "would be held" in note(preview))
    _select(screen, f"{STUDY}.2.1")
    wait_until(lambda: has_rows(preview) and not preview.leaving.note.isVisible())


def _select(screen: Screen, series_uid: str) -> None:
    model = screen.catalog.model
    (key,) = [series.key for series in model.catalog.series if series.uid == series_uid]
    screen.catalog.tree.setCurrentIndex(model.index_of(key))


def test_another_profile_of_the_same_name_is_compared_at_once(
    panel: PreviewPanel, head: Path
) -> None:
    def sexes() -> list[str]:
        return [row.after for row in rows(panel.leaving.model) if row.name == "Patient's Sex"]

    panel.leaving.only_changed.setChecked(False)
    panel.show_item(series_of(head))
    panel.leave_as(replace(BASIC, name="our study"), "")
    wait_until(lambda: sexes() == [""])
    panel.leave_as(replace(RESEARCH, name="our study"), "")
    wait_until(lambda: sexes() == ["O"])


def test_a_profile_file_that_is_called_basic_does_not_take_the_place_of_basic(
    panel: PreviewPanel,
) -> None:
    leaving, own = panel.leaving, replace(RESEARCH, name="basic")
    leaving.choose(own)
    assert leaving.profile == own
    assert leaving.profiles.currentText() == "De-identified: basic (a profile file)"
    leaving.profiles.setCurrentIndex(leaving.profiles.findText("De-identified: basic"))
    assert leaving.profile == BASIC


def test_nothing_is_compared_until_the_tab_is_shown(panel: PreviewPanel, head: Path) -> None:
    panel.tabs.setCurrentIndex(TAGS)
    panel.show_item(series_of(head))
    wait_until(lambda: panel.picture.view.has_image)
    assert panel._comparer._helper.pid is None
    panel.tabs.setCurrentIndex(LEAVES)
    wait_until(lambda: has_rows(panel))


def test_identifiers_without_a_key_are_called_examples(
    panel: PreviewPanel, head: Path, keys: dict[str, Key]
) -> None:
    panel.leave_as(BASIC, "Server: Study")
    panel.show_item(series_of(head))
    wait_until(lambda: has_rows(panel))
    assert "examples" in panel.leaving.amounts.text()
    keys["Server: Study"] = Key(b"r" * 32)
    panel.leave_as(BASIC, "Server: Study")
    panel.leave_as(BASIC, "")
    panel.leave_as(BASIC, "Server: Study")
    wait_until(lambda: has_rows(panel))
    assert "examples" not in panel.leaving.amounts.text()
    (uid,) = [row for row in rows(panel.leaving.model) if row.name == "Study Instance UID"]
    assert uid.after == keys["Server: Study"].uid(STUDY.encode()).decode()


def test_a_held_file_says_why_and_what_to_do(panel: PreviewPanel, tmp_path: Path) -> None:
    path = make_instance(
        tmp_path / "capture.dcm", study=STUDY, series=f"{STUDY}.5", BurnedInAnnotation="YES"
    )
    panel.leaving.choose(BASIC)
    panel.show_item(series_of(path))
    wait_until(lambda: has_rows(panel))
    assert "held" in note(panel)
    assert "burned into its picture" in note(panel)
    assert panel.leaving.table.isColumnHidden(LeavingColumn.AFTER)
    assert panel.picture.after.isHidden()


def test_the_picture_that_leaves_is_shown_with_its_masks(
    panel: PreviewPanel, ultrasound: Path
) -> None:
    panel.leaving.choose(BASIC)
    panel.show_item(series_of(ultrasound))
    wait_until(lambda: not panel.picture.after.isHidden())
    assert panel.picture.after.isChecked()
    leaves = panel.picture._picture
    assert leaves is not None
    assert memoryview(leaves.data).cast("f", (32, 32))[0, 0] == 0
    panel.picture.after.setChecked(False)
    original = panel.picture._picture
    assert original is not None
    assert memoryview(original.data).cast("f", (32, 32))[0, 0] == 900
    panel.tabs.setCurrentIndex(TAGS)
    assert panel.picture.after.isHidden()


def test_another_file_never_shows_the_rows_of_the_one_before(
    panel: PreviewPanel, head: Path, ultrasound: Path
) -> None:
    panel.leaving.choose(BASIC)
    panel.show_item(series_of(head))
    wait_until(lambda: has_rows(panel))
    panel.show_item(series_of(ultrasound))
    assert panel.leaving.model.counts == (0, 0)
    wait_until(lambda: has_rows(panel))
    assert [row for row in rows(panel.leaving.model) if row.done is Done.MASKED]
    panel.clear()
    assert panel.leaving.model.counts == (0, 0)


def test_a_file_that_is_gone_is_said_to_be_so(panel: PreviewPanel, head: Path) -> None:
    shown = series_of(head)
    head.unlink()
    panel.leaving.choose(BASIC)
    panel.show_item(shown)
    wait_until(lambda: "can’t be compared" in note(panel))


def row(name: str, done: Done = Done.KEPT, before: str = "a", after: str = "a") -> Row:
    return Row(0, "", "(0010,0010)", "LO", name, before, after, done, Reason.TABLE, "", False)


def test_changed_rows_come_first_and_can_be_shown_alone(qapp: QApplication) -> None:
    model = LeavingModel()
    model.show_rows([row("Rows"), row("Name", Done.REMOVED), row("Sex"), row("ID", Done.EMPTIED)])
    assert [one.name for one in rows(model)] == ["Name", "ID", "Rows", "Sex"]
    model.show_all(False)
    assert [one.name for one in rows(model)] == ["Name", "ID"]
    assert model.counts == (2, 4)


def test_rows_are_found_by_name_tag_value_and_what_happens(qapp: QApplication) -> None:
    model = LeavingModel()
    model.show_rows([row("Name", Done.REMOVED, "Muster"), row("Address", Done.EMPTIED, "Street 5")])
    for words, name in (("mus", "Name"), ("addr", "Address"), ("removed table", "Name")):
        model.search(words)
        assert [one.name for one in rows(model)] == [name]
    model.search("0010,0010")
    assert model.rowCount() == 2
    model.search("nothing")
    assert model.rowCount() == 0


def test_twenty_thousand_rows_are_filtered_in_the_same_order(qapp: QApplication) -> None:
    model = LeavingModel()
    model.show_rows([row(f"E{n}", Done.REMOVED if n % 3 else Done.KEPT) for n in range(20_000)])
    model.search("e1999")
    assert [one.name for one in rows(model)][:3] == ["E1999", "E19990", "E19991"]


def test_the_tab_speaks_chinese(panel: PreviewPanel, head: Path) -> None:
    language().choose("zh_CN")
    panel.show_item(series_of(head))
    wait_until(lambda: has_rows(panel))
    seen = [note(panel), panel.tabs.tabText(LEAVES), panel.leaving.amounts.text()]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in seen)


def test_a_known_key_is_found_and_an_unknown_one_is_not_made(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    for store in (SecretStore(Vault()), SecretStore(None)):
        name = f"project, lasting: {store.is_lasting}"
        assert known_key(name, home, store) is None
        assert known_key(name, home, store) is None
        made = pseudonym_key(name, home, store).key
        assert known_key(name, home, store) == made
    monkeypatch.setenv(VARIABLE, "v" * 40)
    assert known_key("another", home, SecretStore(None)) is not None
    monkeypatch.setenv(VARIABLE, "short")
    assert known_key("another", home, SecretStore(None)) is None


def test_masks_drawn_in_the_window_release_a_held_picture_and_every_one_of_its_kind(
    screen: Screen, tmp_path: Path
) -> None:
    for number in (1, 2):
        make_instance(
            tmp_path / "in" / f"{number}.dcm",
            study=STUDY,
            series=f"{STUDY}.6",
            number=number,
            size=40,
            BurnedInAnnotation="YES",
            Manufacturer="Maker",
        )
    screen.drop_and_wait(tmp_path / "in")
    preview = screen.catalog.preview
    preview.tabs.setCurrentIndex(LEAVES)
    preview.leaving.choose(BASIC)
    wait_until(lambda: has_rows(preview) and preview.picture.draw_masks.isVisible())
    assert "held" in note(preview)
    preview.picture.draw_masks.click()
    assert "2 images of this class and size" in " ".join(screen.texts(preview.picture.masks))
    preview.picture.masks.add.click()
    (mask,) = preview.picture.masks.layer.rectangles
    preview.picture.masks.save.click()
    wait_until(lambda: has_rows(preview) and preview.picture.after.isVisible())
    assert not preview.leaving.note.isVisible()
    for number in (0, 1):
        preview.picture.slider.setValue(number)
        wait_until(lambda: has_rows(preview) and preview.picture.after.isVisible())
        leaves = preview.picture._picture
        assert leaves is not None
        shown = memoryview(leaves.data).cast("f", (40, 40))
        assert shown[mask.top, mask.left] == shown[mask.bottom - 1, mask.right - 1] == 0
    preview.picture.draw_masks.click()
    assert preview.picture.masks.layer.rectangles == (mask,)
    screen.catalog.preview.clear()
    assert not preview.picture.masks.isVisible()
