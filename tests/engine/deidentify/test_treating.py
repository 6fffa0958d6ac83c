"""Files are de-identified in the memory into which they were read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.rewriter import Deidentifier
from gantry.engine.deidentify.treating import Deidentifying
from support.nearly_alike import KEY, slice_of
from support.parcels import instance_of, source_of


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_pixels_are_not_copied_when_a_file_is_treated(tmp_path: Path, profile: str) -> None:
    path = tmp_path / "slice"
    path.write_bytes(slice_of(1))
    buffer = bytearray(path.read_bytes() + b"unused")
    treating = Deidentifying(Deidentifier(PROFILES[profile], KEY))
    made = treating.rewrite(instance_of(source_of(path), "1.2"), memoryview(buffer)[:-6])
    alone = Deidentifier(PROFILES[profile], KEY).deidentify(slice_of(1))
    assert b"".join(made.parts) == b"".join(alone.parts)
    pixels = [part for part in made.parts if part == bytes([1, 1]) * 64]
    assert isinstance(pixels[0], memoryview)
    assert pixels[0].obj is buffer


@pytest.mark.parametrize("is_first", [False, True])
def test_a_file_that_the_user_skipped_is_skipped_though_it_would_leave_now(
    tmp_path: Path, is_first: bool
) -> None:
    files = {"one": slice_of(1), "another": slice_of(2)}
    skipped = files["one" if is_first else "another"]
    chosen = frozenset({hashlib.sha256(skipped).hexdigest()[:32]})
    treating = Deidentifying(Deidentifier(PROFILES["basic"], KEY), chosen)
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        made = treating.rewrite(instance_of(source_of(path), "1.2"), memoryview(data))
        assert bool(made.parts) == (data is not skipped)
    facts = json.loads(treating.summary().report)
    assert (facts["written"], facts["skipped"]) == (1, {"residue": 1})
