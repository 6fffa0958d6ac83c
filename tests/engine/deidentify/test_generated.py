"""Whatever the layout of a file: nothing is left, and the result is that of the slow reference."""

from __future__ import annotations

import io
import warnings

import pytest
from hypothesis import given, settings
from pydicom import Dataset, dcmread

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.deidentified_slowly import elements_of, slowly
from support.hidden import Layout, layouts

KEY = Key(b"k" * 32)
# The same examples in every run.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
steady = settings(derandomize=True, max_examples=60)


def deidentified(layout: Layout, profile: str) -> bytes:
    done = Deidentifier(PROFILES[profile], KEY).deidentify(layout.data)
    return b"".join(done.parts)


def visited(ds: Dataset) -> int:
    return sum(1 + sum(map(visited, element.value)) if element.VR == "SQ" else 1 for element in ds)


@pytest.mark.parametrize("profile", ["basic", "research"])
@steady
@given(layout=layouts())
def test_any_layout(layout: Layout, profile: str) -> None:
    made = deidentified(layout, profile)
    assert layout.left_in(made) == []
    assert deidentified(layout, profile) == made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert visited(dcmread(io.BytesIO(made))) > 5
    assert elements_of(made) == slowly(layout.data, PROFILES[profile], KEY)


@steady
@given(layout=layouts())
def test_a_file_that_ends_early_is_held_or_has_nothing_left(layout: Layout) -> None:
    for end in range(len(layout.data) - 1, 140, -max(len(layout.data) // 7, 1)):
        cut = Layout(layout.syntax, layout.data[:end], layout.tokens)
        try:
            made = deidentified(cut, "research")
        except Held:
            continue
        assert layout.left_in(made) == []
