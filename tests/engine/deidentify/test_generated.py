"""Whatever the layout of a file: nothing is left, and the result is that of the slow reference."""

from __future__ import annotations

import hashlib
import io
import warnings

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.deidentified_slowly import elements_of, slowly
from support.hidden import Layout, layout

KEY = Key(b"k" * 32)
SEEDS = range(60)
pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]


def deidentified(drawn: Layout, profile: str) -> bytes:
    done = Deidentifier(PROFILES[profile], KEY).deidentify(drawn.data)
    return b"".join(done.parts)


def visited(ds: Dataset) -> int:
    return sum(1 + sum(map(visited, element.value)) if element.VR == "SQ" else 1 for element in ds)


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("seed", SEEDS)
def test_any_layout(seed: int, profile: str) -> None:
    drawn = layout(seed)
    made = deidentified(drawn, profile)
    assert drawn.left_in(made) == []
    assert deidentified(drawn, profile) == made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert visited(dcmread(io.BytesIO(made))) > 5
    assert elements_of(made) == slowly(drawn.data, PROFILES[profile], KEY)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_that_ends_early_is_held_or_has_nothing_left(seed: int) -> None:
    drawn = layout(seed)
    for end in range(len(drawn.data) - 1, 140, -max(len(drawn.data) // 7, 1)):
        cut = Layout(drawn.syntax, drawn.data[:end], drawn.tokens)
        try:
            made = deidentified(cut, "research")
        except Held:
            continue
        assert drawn.left_in(made) == []


def test_the_files_are_the_same_on_each_system() -> None:
    drawn = [layout(seed) for seed in SEEDS]
    # Two versions of zlib may deflate one data set in different ways.
    plain = [one.data for one in drawn if one.syntax != DeflatedExplicitVRLittleEndian]
    digest = hashlib.sha256(b"".join(plain)).hexdigest()
    assert digest[:16] == "fee97f8bf735bd43"
