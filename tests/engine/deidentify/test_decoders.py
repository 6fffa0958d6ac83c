"""Each compressed syntax is masked with the decoders that Gantry's installation has, no others."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    HTJ2K,
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLSLossless,
    RLELossless,
)

from gantry.engine import jpeg_12
from support.pictures import LOOKS, high_throughput, noise, picture, saved

SHIPPED = Path(pydicom.data.__file__).parent / "test_files"
TESTS = Path(__file__).parents[2]
NATIVE = ExplicitVRLittleEndian
# What a file of pydicom's is after its mask; whether colors were converted.
FILES = {
    "MR_small_RLE.dcm": RLELossless,
    "SC_rgb_rle_16bit_2frame.dcm": RLELossless,
    "rtdose_rle_1frame.dcm": RLELossless,
    "MR_small_jpeg_ls_lossless.dcm": JPEGLSLossless if find_spec("jpeg_ls") else NATIVE,
    "JPEGLSNearLossless_08.dcm": NATIVE,
    "MR_small_jp2klossless.dcm": JPEG2000Lossless,
    "GDCMJ2K_TextGBR.dcm": NATIVE,  # in boxes, which JPEG 2000 in DICOM doesn't have
    "examples_jpeg2k.dcm": JPEG2000Lossless,
    "JPEG2000.dcm": NATIVE,
    "693_J2KI.dcm": NATIVE,
    "SC_rgb_jpeg_dcmtk.dcm": NATIVE,
    "SC_jpeg_no_color_transform.dcm": NATIVE,
    "JPGExtended.dcm": NATIVE,
    "SC_rgb_jpeg_gdcm.dcm": NATIVE,  # JPEG lossless
    "image_dfl.dcm": NATIVE,
    "SC_rgb_small_odd_big_endian.dcm": NATIVE,
    "MR_small_implicit.dcm": ImplicitVRLittleEndian,
    "MR_small.dcm": NATIVE,
}
SCRIPT = """
import sys
from pathlib import Path
from support.declared import only_declared
only_declared()
from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, Rectangle, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, facts_in
for file in sorted(Path(sys.argv[1]).iterdir()):
    data = file.read_bytes()
    recipe = Recipe(kind_of(facts_in(data)), (Rectangle(1, 2, 4, 5),))
    profile = with_recipes(BASIC, (recipe,))
    done = Deidentifier(profile, Key(b"k" * 32)).deidentify(data)
    Path(sys.argv[2], file.name).write_bytes(b"".join(done.parts))
"""


def sources() -> dict[str, tuple[bytes, UID]]:
    found = {name: ((SHIPPED / name).read_bytes(), syntax) for name, syntax in FILES.items()}
    for syntax in (HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K):
        ds = picture(LOOKS[0], RLELossless, noise(LOOKS[0], 1))
        ds.PixelData = encapsulate([high_throughput()])
        ds["PixelData"].is_undefined_length = True
        ds.file_meta.TransferSyntaxUID = syntax
        found[f"{syntax.keyword}.dcm"] = saved(ds), NATIVE
    # Process 14 in general: what is predicted by its first selection value belongs to it too.
    ds = dcmread(SHIPPED / "SC_rgb_jpeg_gdcm.dcm")
    ds.file_meta.TransferSyntaxUID = JPEGLossless
    found["JPEGLossless.dcm"] = saved(ds), NATIVE
    return found


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_each_syntax_is_masked_with_what_is_declared(tmp_path: Path) -> None:
    """In a process of its own, as pydicom looks for its decoders once."""
    if not any(Distribution.discover(name="gantry-dicom")):
        pytest.skip("NOT TESTED: Gantry is not installed here, so what it declares is unknown")
    files = sources()
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    for name, (data, _) in files.items():
        (tmp_path / "from" / name).write_bytes(data)
    subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "from", tmp_path / "to"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        check=True,
        timeout=120,
    )
    jpeg_12.register()
    for name, (data, syntax) in files.items():
        before, after = dcmread(io.BytesIO(data)), dcmread(tmp_path / "to" / name)
        assert after.file_meta.TransferSyntaxUID == syntax, name
        was_rgb = after.PhotometricInterpretation != before.PhotometricInterpretation
        old = pixel_array(before, raw=not was_rgb)
        new = pixel_array(after, raw=not was_rgb)
        shape = (-1, before.Rows, before.Columns, before.SamplesPerPixel)
        old, new = old.reshape(shape), new.reshape(shape)
        outside = np.ones(shape[1:3], bool)
        outside[2:5, 1:4] = False
        assert (old[:, outside] == new[:, outside]).all(), name
        assert len({tuple(pixel) for pixel in new[:, ~outside].reshape(-1, shape[3])}) == 1, name
