"""The tree of dropped files: ticks, updates, filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTreeView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.ui.models.catalog_model import CatalogModel, Column
from gantry.ui.widgets.catalog_tree import CatalogTree

ON, SOME, OFF = Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked


def series(key: str, description: str = "T1", instances: int = 2) -> Series:
    made = tuple(
        Instance(Source(f"/{key}/{n}", 100, 0, 0), f"1.{n}", "1", f"2.{key}", "3", "1.2")
        for n in range(instances)
    )
    return Series(key, f"2.{key}", 1, "MR", description, "20260102", "", made, 100 * instances)


def study(key: str, *of: Series) -> Study:
    count, size = sum(s.instance_count for s in of), sum(s.size for s in of)
    return Study(key, f"3.{key}", "20260102", "", "Head", "", of, count, size)


def patient(key: str, *of: Study, name: str = "Muster^Anna") -> Patient:
    count, size = sum(s.instance_count for s in of), sum(s.size for s in of)
    return Patient(key, f"ID{key}", name, "", "", of, count, size)


@pytest.fixture
def model(qtmodeltester: ModelTester) -> Iterator[CatalogModel]:
    made = CatalogModel()
    qtmodeltester.check(made)
    yield made
    qtmodeltester.check(made)


def two_series() -> tuple[Series, Series]:
    return series("a"), series("b", "T2 sagittal", 5)


def show(model: CatalogModel, *patients: Patient) -> None:
    model.update(Catalog(patients))


def test_an_update_keeps_selection_and_expansion(model: CatalogModel, qtbot: QtBot) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a)))
    tree = QTreeView()
    qtbot.addWidget(tree)
    tree.setModel(model)
    tree.expandAll()
    tree.selectionModel().setCurrentIndex(
        model.index_of("a"), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    first = patient("0", study("0s", series("0a")))
    show(model, first, patient("p", study("s", b, a)))
    assert tree.currentIndex() == model.index_of("a")
    assert tree.isExpanded(model.index_of("p"))
    assert tree.isExpanded(model.index_of("s"))
    assert model.index_of("a").row() == 1


def test_removed_nodes_go_and_others_stay(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)), patient("q", study("t", series("c"))))
    kept = QPersistentModelIndex(model.index_of("b"))
    show(model, patient("p", study("s", b)))
    assert not model.index_of("a").isValid()
    assert not model.index_of("q").isValid()
    assert kept.isValid()
    assert model.item(kept) is b


def test_reordered_nodes_keep_their_indexes(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)))
    kept = QPersistentModelIndex(model.index_of("b"))
    show(model, patient("p", study("s", b, a)))
    assert kept.row() == 0
    assert model.item(kept) is b


def test_a_click_on_a_header_sorts_every_level_and_keeps_what_is_chosen(
    model: CatalogModel, qtbot: QtBot
) -> None:
    a, b, c = series("a", instances=2), series("b", instances=9), series("c", instances=5)
    show(model, patient("p", study("s", a, b, c)), patient("q", study("t", series("d"))))
    tree = CatalogTree(model)
    qtbot.addWidget(tree)
    tree.expandAll()
    tree.setCurrentIndex(model.index_of("c"))
    model.set_ticked(model.node(model.index_of("a")), False)

    def keys() -> list[str]:
        here = model.index_of("s")
        return [model.node(model.index(row, 0, here)).key for row in range(3)]

    assert keys() == ["a", "b", "c"]
    tree.header().setSortIndicator(Column.COUNT, Qt.SortOrder.DescendingOrder)
    assert keys() == ["b", "c", "a"]
    assert model.node(model.index(0, 0)).key == "p"
    assert model.node(tree.currentIndex()).key == "c"
    assert tree.isExpanded(model.index_of("s"))
    assert model.unticked == {"a"}
    more = series("b2", instances=7)
    show(model, patient("p", study("s", a, b, c, more)), patient("q", study("t", series("d"))))
    assert [n.key for n in model.node(model.index_of("s")).children] == ["b", "b2", "c", "a"]
    tree.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert [n.key for n in model.node(model.index_of("s")).children] == ["a", "b", "c", "b2"]


@pytest.mark.parametrize("column", list(Column))
def test_what_lacks_a_name_a_number_or_a_date_is_sorted_too(
    model: CatalogModel, column: Column
) -> None:
    bare = Series("x", "2.x", None, "", "", "", "", (), 0)
    old = Study("s", "3.s", "1994.11.05", "", "", "", (bare, series("y")), 2, 200)
    new = study("t", series("z"))
    show(model, patient("p", new, old, name=""), patient("q", study("u", series("w"))))
    model.sort(column)
    assert [n.key for n in model.node(model.index_of("s")).children] == ["x", "y"]
    if column is Column.DATE:
        assert [n.key for n in model.node(model.index_of("p")).children] == ["s", "t"]


def test_unticking_a_series_makes_what_is_above_it_partly_ticked(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)))
    assert model.setData(model.index_of("a"), OFF, Qt.ItemDataRole.CheckStateRole)
    states = [
        model.data(model.index_of(key), Qt.ItemDataRole.CheckStateRole)
        for key in ("p", "s", "a", "b")
    ]
    assert states == [SOME, SOME, OFF, ON]
    assert model.unticked == {"a"}
    assert model.ticked == (1, 5, 500)


def test_ticking_a_patient_ticks_everything_below(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)))
    model.setData(model.index_of("a"), OFF, Qt.ItemDataRole.CheckStateRole)
    model.setData(model.index_of("p"), ON, Qt.ItemDataRole.CheckStateRole)
    assert model.unticked == set()
    assert model.ticked == (1, 7, 700)


def test_what_comes_below_an_unticked_study_is_unticked(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a)))
    model.setData(model.index_of("s"), OFF, Qt.ItemDataRole.CheckStateRole)
    show(model, patient("p", study("s", a, b), study("t", series("c"))))
    assert model.unticked == {"a", "b", "c"}


def test_ticks_survive_updates(model: CatalogModel) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)))
    model.setData(model.index_of("a"), OFF, Qt.ItemDataRole.CheckStateRole)
    grown = series("a", instances=9)
    show(model, patient("p", study("s", grown, b)))
    assert model.data(model.index_of("a"), Qt.ItemDataRole.CheckStateRole) is OFF
    assert model.data(model.index_of("a", Column.COUNT)) == "9"


def test_words_of_different_levels_find_a_series(model: CatalogModel, qtbot: QtBot) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)), patient("q", study("t", series("c")), name="Other"))
    tree = CatalogTree(model)
    qtbot.addWidget(tree)
    tree.set_filter("anna SAGITTAL")
    assert hidden(tree, "q", "a") == {"q", "a"}
    assert hidden(tree, "p", "s", "b") == set()
    tree.set_filter("")
    assert hidden(tree, "p", "q", "s", "a", "b") == set()


def test_rows_that_come_later_are_filtered_too(model: CatalogModel, qtbot: QtBot) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", b)))
    tree = CatalogTree(model)
    qtbot.addWidget(tree)
    tree.set_filter("t2")
    show(model, patient("p", study("s", b, a)), patient("q", study("t", series("c"))))
    qtbot.waitUntil(lambda: hidden(tree, "a", "b", "q") == {"a", "q"}, timeout=60_000)


def test_space_ticks_what_is_selected(model: CatalogModel, qtbot: QtBot) -> None:
    a, b = two_series()
    show(model, patient("p", study("s", a, b)))
    tree = CatalogTree(model)
    qtbot.addWidget(tree)
    tree.select_first()
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert model.unticked == {"a"}
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert model.unticked == set()


def hidden(tree: CatalogTree, *keys: str) -> set[str]:
    model = tree.model()
    assert isinstance(model, CatalogModel)
    at = {key: model.index_of(key) for key in keys}
    return {key for key, i in at.items() if tree.isRowHidden(i.row(), i.parent())}


def test_real_catalog_is_shown(model: CatalogModel, tmp_path: Path) -> None:
    from gantry.engine.cancel import CancelToken
    from gantry.engine.intake.scan import Scanner
    from support.dicom import make_study

    make_study(tmp_path, series=2, instances=3)
    scanner = Scanner(lambda update: model.update(update.catalog), CancelToken())
    scanner.add([str(tmp_path)])
    scanner.run()
    assert model.rowCount() == 1
    patient_index = model.index(0, 0)
    study_index = model.index(0, 0, patient_index)
    assert model.rowCount(study_index) == 2
    assert model.data(model.index(0, Column.DATE, patient_index)) == "2026-01-02"
    assert model.ticked[:2] == (1, 6)
