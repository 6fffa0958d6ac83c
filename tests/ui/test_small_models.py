"""Tags and skipped files as models."""

from __future__ import annotations

from pytestqt.modeltest import ModelTester

from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.preview.contents import Tag
from gantry.ui.models.skipped_model import SkippedModel
from gantry.ui.models.tag_model import TagModel, as_text

TAGS = (
    Tag(0, "(0008,0060)", "CS", "Modality", "MR"),
    Tag(0, "(0008,2218)", "SQ", "Anatomic Region Sequence", "2"),
    Tag(1, "", "", "1", ""),
    Tag(2, "(0008,0104)", "LO", "Code Meaning", "头部"),
    Tag(1, "", "", "2", ""),
    Tag(2, "(0008,0104)", "LO", "Code Meaning", "Neck"),
    Tag(0, "(0011,1001)", "LO", "Secret", "sauce", True),
)


def test_sequences_are_branches(qtmodeltester: ModelTester) -> None:
    model = TagModel()
    model.show_tags(TAGS)
    qtmodeltester.check(model)
    assert model.rowCount() == 3
    sequence = model.index(1, 0)
    assert model.index(1, 2).data() == "2 items"
    assert model.rowCount(sequence) == 2
    second = model.index(1, 1, sequence)
    assert second.data() == "Item 2"
    assert model.index(0, 2, model.index(1, 0, sequence)).data() == "Neck"


def test_a_search_keeps_the_parents_of_a_line(qtmodeltester: ModelTester) -> None:
    model = TagModel()
    model.show_tags(TAGS)
    model.search("neck")
    qtmodeltester.check(model)
    item = model.index(0, 0, model.index(0, 0))
    assert item.siblingAtColumn(1).data() == "Item 2"
    assert model.count == 3
    model.search("0011,1001")
    assert model.count == 1
    assert model.index(0, 1).data() == "Secret (private)"
    model.search("anatomic")
    assert model.count == 5  # with all that is in it
    model.search("nowhere")
    assert model.rowCount() == 0


def test_copied_tags_keep_their_depth() -> None:
    assert as_text(TAGS[3:4]) == "    (0008,0104) LO Code Meaning: 头部"


def test_skipped_files_grow_and_are_filtered(qtmodeltester: ModelTester) -> None:
    model = SkippedModel()
    qtmodeltester.check(model)
    model.add([Skipped("/a/one.txt", "", SkipReason.NOT_DICOM)])
    model.filter(SkipReason.EMPTY, "")
    model.add(
        [Skipped("/a/two", "", SkipReason.EMPTY), Skipped("/b/x.txt", "", SkipReason.NOT_DICOM)]
    )
    qtmodeltester.check(model)
    assert model.rowCount() == 1
    assert model.total == 3
    model.filter(None, "/A/")
    assert model.rowCount() == 2
    assert model.reasons[SkipReason.NOT_DICOM] == 2


def test_a_copied_list_starts_no_formula() -> None:
    model = SkippedModel()
    model.add([Skipped("=cmd|' /C calc'!A0", "", SkipReason.EMPTY)])
    assert model.as_table().startswith("'=cmd")


def test_file_names_that_are_no_text_can_be_shown() -> None:
    model = SkippedModel()
    model.add([Skipped("/a/\udce9.dcm", "", SkipReason.DAMAGED)])
    assert model.index(0, 0).data() == "?.dcm"
