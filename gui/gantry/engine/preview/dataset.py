"""Reads as much as possible of a damaged or odd file that pydicom can't read, or reads wrongly."""

from __future__ import annotations

import io
from typing import IO, BinaryIO, cast

from pydicom import Dataset, config, dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag

from gantry.engine.intake.header.tags import LONG_VRS, SHORT_VRS
from gantry.engine.intake.header.values import mend_pydicom
from gantry.engine.preview.mending import mended

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_LAST_GROUP = 0x0028
_VRS = frozenset(vr.decode() for vr in SHORT_VRS | LONG_VRS)

mend_pydicom()


def read_dataset(file: IO[bytes], *, pixels: bool) -> tuple[Dataset, bool]:
    """The data set, and whether it could be read to its end.

    Raises:
        Exception: whatever pydicom raises for a file of which nothing can be read.
    """
    file = mended(file)
    plain = _try(file, pixels=pixels)
    if plain and (any(name in plain for name in _PIXELS) or file.read(1)):
        return plain, True
    # An invalid VR has a length of two bytes, as in dcmtk; pydicom guesses implicit VR.
    odd = _try(file, pixels=pixels, implicit_switch=False)
    if odd:
        _name_vrs(odd)
    found = max((ds for ds in (odd, plain) if ds is not None), key=len, default=None)
    if found:
        return found, True
    for implicit_switch in (True, False) if pixels else ():
        if header := _try(file, pixels=False, implicit_switch=implicit_switch):
            return header, False
    file.seek(0)
    return read_partial(cast(BinaryIO, file), _behind_header, force=True), False


def _try(file: IO[bytes], *, pixels: bool, implicit_switch: bool = True) -> Dataset | None:
    """Reads with pydicom; None if it raises, or returns an empty data set, as for some damage."""
    file.seek(0, io.SEEK_SET)
    config.assume_implicit_vr_switch = implicit_switch
    try:
        return dcmread(file, force=True, stop_before_pixels=not pixels, defer_size=None)
    except OSError as error:
        if error.errno is not None:
            raise
        return None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
        return None
    finally:
        config.assume_implicit_vr_switch = True


def _behind_header(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag >> 16 > _LAST_GROUP


def _name_vrs(dataset: Dataset) -> None:
    """Replaces invalid VRs with the dictionary's."""
    for key in list(dataset.keys()):
        raw: object = dataset.get_item(key)
        if isinstance(raw, RawDataElement) and raw.VR not in _VRS:
            try:
                vr = dictionary_VR(key)
            except KeyError:
                vr = "UN"
            dataset[key] = raw._replace(VR=vr)
