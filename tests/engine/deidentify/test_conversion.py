"""dcm2niix makes the same volumes of a diffusion series before and after de-identification."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier
from support.diffusion import MAKERS, VOLUMES, diffusion

PROGRAM = shutil.which("dcm2niix")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="NOT TESTED: dcm2niix is not installed")
KEY = Key(b"k" * 32)
DESCRIPTION = slice(148, 228)  # of NIfTI: free text, such as the time of the acquisition


def converted(files: list[bytes], folder: Path) -> dict[str, bytes]:
    """What dcm2niix writes, by the ending of its name."""
    assert PROGRAM is not None
    source, out = folder / "in", folder / "out"
    source.mkdir(parents=True)
    out.mkdir()
    for number, data in enumerate(files):
        (source / f"{number:04d}.dcm").write_bytes(data)
    command = [PROGRAM, "-b", "y", "-z", "n", "-f", "made", "-o", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return {path.suffix: path.read_bytes() for path in out.iterdir()}


def volume(nifti: bytes) -> bytes:
    """Header and image data, without the description."""
    return nifti[: DESCRIPTION.start] + nifti[DESCRIPTION.stop :]


@pytest.mark.parametrize("maker", MAKERS)
def test_research_keeps_volumes_b_values_and_directions(maker: str, tmp_path: Path) -> None:
    files = diffusion(maker)
    deidentifier = Deidentifier(PROFILES["research"], KEY)
    sent = [b"".join(deidentifier.deidentify(data).parts) for data in files]
    assert not any(word in data for data in sent for word in (b"Hidden", b"HID4711"))
    before, after = converted(files, tmp_path / "before"), converted(sent, tmp_path / "after")
    found = [round(float(b)) for b in before[".bval"].split()]
    assert sorted(found) == sorted(b for b, _ in VOLUMES)  # the series is one that it understands
    assert after[".bval"] == before[".bval"]
    assert after[".bvec"] == before[".bvec"]
    assert volume(after[".nii"]) == volume(before[".nii"])


def test_basic_keeps_the_image_data_and_its_geometry(tmp_path: Path) -> None:
    files = diffusion("Philips Medical Systems")[:4]
    deidentifier = Deidentifier(PROFILES["basic"], KEY)
    sent = [b"".join(deidentifier.deidentify(data).parts) for data in files]
    before, after = converted(files, tmp_path / "before"), converted(sent, tmp_path / "after")
    assert volume(after[".nii"]) == volume(before[".nii"])
