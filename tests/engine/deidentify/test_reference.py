"""Element by element, the result is that of pydicom with the same rules."""

from __future__ import annotations

import re
from pathlib import Path

import pydicom.data
import pytest

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.deidentified_slowly import Elements, elements_of, slowly
from support.planted import planted

pytestmark = pytest.mark.same_everywhere

KEY = Key(b"k" * 32)
SHIPPED = sorted((Path(pydicom.data.__file__).parent / "test_files").rglob("*.dcm"))


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("seed", range(100, 106))
def test_generated_files(seed: int, implicit: bool, profile: str) -> None:
    for data in planted(seed, implicit=implicit).files:
        made = b"".join(Deidentifier(PROFILES[profile], KEY).deidentify(data).parts)
        assert elements_of(made) == slowly(data, PROFILES[profile], KEY)


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("profile", ["basic", "research"])
def test_the_files_that_pydicom_ships(profile: str) -> None:
    compared = 0
    for path in SHIPPED:
        data = path.read_bytes()
        try:
            deidentified = Deidentifier(PROFILES[profile], KEY).deidentify(data)
        except Held:
            continue
        if deidentified.masked:
            continue
        made = elements_of(b"".join(deidentified.parts))
        expected = slowly(data, PROFILES[profile], KEY)
        assert _without_comments(made) == _without_comments(expected), path.name
        compared += 1
    assert compared > 20


def _without_comments(elements: Elements) -> Elements:
    """Comments of compressed pixels, which are blanked, are not compared."""
    vr, value = elements.get(0x7FE00010, ("", b""))
    if isinstance(value, bytes) and value.startswith(b"\xfe\xff\0\xe0"):
        at = [found.start() for found in re.finditer(rb"\xff[\x64\xe0-\xef\xfe]\0", value)]
        left = bytearray(value)
        for start in at:
            end = start + 2 + int.from_bytes(value[start + 2 : start + 4], "big")
            left[start + 4 : end] = b" " * len(left[start + 4 : end])
        return elements | {0x7FE00010: (vr, bytes(left))}
    return elements
