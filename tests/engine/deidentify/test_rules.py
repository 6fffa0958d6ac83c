"""The rules follow the standard's table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import BASIC, RESEARCH
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.standard import table

pytestmark = pytest.mark.same_everywhere

REPO = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def privacy_table() -> ModuleType:
    """`packaging/privacy_table.py`, which writes the table."""
    script = REPO / "packaging" / "privacy_table.py"
    spec = importlib.util.spec_from_file_location("privacy_table", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_sources_say(privacy_table: ModuleType) -> None:
    written = (REPO / "gui/gantry/engine/deidentify/standard.py").read_text(encoding="utf-8")
    assert privacy_table.module() == written, "run python packaging/privacy_table.py"
    assert {f"{tag:08X}" for tag in table()} == set(privacy_table.rows())


@pytest.mark.parametrize(
    ("tag", "vr", "basic", "research"),
    [
        (0x00080018, "UI", Action.UID, Action.UID),  # SOP Instance UID
        (0x00080016, "UI", Action.KEEP, Action.KEEP),  # SOP Class UID
        (0x00081150, "UI", Action.KEEP, Action.KEEP),  # Referenced SOP Class UID
        (0x00081155, "UI", Action.UID, Action.UID),  # Referenced SOP Instance UID
        (0x00080020, "DA", Action.EMPTY, Action.SHIFT),  # Study Date
        (0x00080030, "TM", Action.EMPTY, Action.KEEP),  # Study Time
        (0x00080201, "SH", Action.REMOVE, Action.KEEP),  # Timezone Offset From UTC
        (0x00100030, "DA", Action.EMPTY, Action.EMPTY),  # Patient's Birth Date
        (0x00100010, "PN", Action.PATIENT, Action.PATIENT),
        (0x00100040, "CS", Action.EMPTY, Action.KEEP),  # Patient's Sex
        (0x00101010, "AS", Action.REMOVE, Action.AGE),
        (0x00081030, "LO", Action.REMOVE, Action.CLEAN),  # Study Description
        (0x00181000, "LO", Action.DUMMY, Action.DUMMY),  # Device Serial Number
        (0x00080080, "LO", Action.DUMMY, Action.DUMMY),  # Institution Name
        (0x00081140, "SQ", Action.INSIDE, Action.INSIDE),  # Referenced Image Sequence: X/Z/U*
        (0x0040A730, "SQ", Action.INSIDE, Action.INSIDE),  # Content Sequence: D
        (0x00400555, "SQ", Action.EMPTY, Action.EMPTY),  # Acquisition Context Sequence: X/Z
        (0x00080070, "LO", Action.KEEP, Action.KEEP),  # Manufacturer: technical
        (0x00281055, "LO", Action.EMPTY, Action.EMPTY),  # unlisted text
        (0x0010FFF0, "LO", Action.EMPTY, Action.EMPTY),  # of a later edition
        (0x00140102, "DA", Action.EMPTY, Action.SHIFT),  # an unlisted date
        (0x00280010, "US", Action.KEEP, Action.KEEP),  # Rows
        (0x7FE00010, "OW", Action.KEEP, Action.KEEP),
        (0x60023000, "OW", Action.REMOVE, Action.REMOVE),  # data of a second overlay
        (0x50041000, "US", Action.REMOVE, Action.REMOVE),  # a curve
        (0x00180000, "UL", Action.REMOVE, Action.REMOVE),  # the length of a group
        (0x00880200, "SQ", Action.REMOVE, Action.REMOVE),  # Icon Image Sequence
        (0x04000561, "SQ", Action.REMOVE, Action.REMOVE),  # Original Attributes Sequence
    ],
)
def test_an_element(tag: int, vr: str, basic: Action, research: Action) -> None:
    assert Rules(BASIC.options).action(tag, vr) is basic
    assert Rules(RESEARCH.options).action(tag, vr) is research


def test_every_listed_text_or_date_is_decided_by_the_table_in_basic() -> None:
    rules, strict = Rules(BASIC.options), 0
    for tag, row in table().items():
        if row.basic in ("X", "Z", "D") and tag not in (0x00100010, 0x00100020):
            action = rules.action(tag, "LO")
            assert action.name == {"X": "REMOVE", "Z": "EMPTY", "D": "DUMMY"}[row.basic], hex(tag)
            strict += 1
    assert strict > 500
