"""Files are de-identified in the memory into which they were read."""

from __future__ import annotations

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
