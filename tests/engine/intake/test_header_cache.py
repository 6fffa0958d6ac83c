"""A header that is read by comparison with another has the same values as when read alone."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ImplicitVRLittleEndian

from gantry.engine.instance import Source
from gantry.engine.intake.header import header as header_module
from gantry.engine.intake.header import header_cache
from gantry.engine.intake.header.header import Header, header_of
from gantry.engine.intake.header.header_cache import HeaderKind, HeaderKinds
from gantry.engine.intake.skipped import NotTaken, SkipReason
from support.dicom import make_instance

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # of the damaged files

FILES = [
    path
    for path in sorted((Path(pydicom.__file__).parent / "data").rglob("*.dcm"))
    if path.stat().st_size < 1 << 20
]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_module, "_kinds", HeaderKinds())


def read(data: bytes, size: int | None = None) -> Header | tuple[SkipReason, str]:
    try:
        return header_of(io.BytesIO(data), Source("/a/x", size or len(data), 1, 2))
    except NotTaken as error:
        return error.reason, error.detail


def alone(data: bytes, size: int | None = None) -> Header | tuple[SkipReason, str]:
    known, header_module._kinds = header_module._kinds, HeaderKinds()
    try:
        return read(data, size)
    finally:
        header_module._kinds = known


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each header that is read from now on was found to be like another."""
    found: list[bool] = []
    match = HeaderKinds.match

    def counting(self: HeaderKinds, buffer: bytes, size: int) -> object:
        like = match(self, buffer, size)
        found.append(like is not None)
        return like

    monkeypatch.setattr(HeaderKinds, "match", counting)
    return found


def series(count: int, *, implicit: bool = False, undefined: bool = False) -> list[bytes]:
    """Slices of a series, in which much is different and the lengths of it, too."""
    made = []
    for number in range(count):
        ds = pydicom.dcmread(str(get_testdata_file("MR_small.dcm")))
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{7**number}")
        ds.InstanceNumber = number + 1
        ds.ImagePositionPatient = [0, 0.5 * number, 10 * number]
        ds.AcquisitionTime = f"1015{number:02d}.{number}"
        ds.ContentTime = f"1016{number:02d}.123456"
        ds.EchoTime = "4.5" if number % 3 else "9"
        item = Dataset()
        item.ReferencedSOPInstanceUID = f"1.2.4.{3**number}"
        ds.ReferencedImageSequence = Sequence([item] * (number % 2 + 1))
        ds["ReferencedImageSequence"].is_undefined_length = undefined
        if implicit:
            ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        file = io.BytesIO()
        ds.save_as(file)
        made.append(file.getvalue())
    return made


@pytest.mark.parametrize("undefined", [False, True], ids=["sized", "undefined"])
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
def test_the_slices_of_a_series_read_as_they_do_alone(
    implicit: bool, undefined: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slices = series(24, implicit=implicit, undefined=undefined)
    expected = [alone(data) for data in slices]
    found = counted(monkeypatch)
    assert [read(data) for data in slices] == expected
    assert isinstance(expected[0], Header)
    assert expected[0] != expected[1]
    assert sum(found) > len(slices) / 2


def test_whatever_the_bytes_a_file_like_one_before_reads_as_it_does_alone() -> None:
    rng = random.Random(4)
    for path in FILES:
        data = path.read_bytes()
        # what differs here is what the others may differ in
        for _ in range(6):
            read(mutated(data, rng))
            read(data)
        for _ in range(30):
            odd = mutated(data, rng)
            assert read(odd) == alone(odd), path.name


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Something in the header changed, removed or added; or the end cut off."""
    part = bytearray(data)
    for _ in range(rng.randrange(1, 3)):
        at = rng.randrange(128, min(len(data), 3000))
        match rng.randrange(6):
            case 0 | 1 | 2:
                part[at : at + 1] = bytes([rng.choice((0, 1, 2, 8, 0x30, 0x31, 0xFF))])
            case 3:
                part[at : at + 2] = rng.randbytes(2)
            case 4:
                part[at:at] = rng.choice((b"\0\0", b"1", b"SQ", b"\xff\xff\xff\xff"))
            case _:
                del part[at : at + rng.randrange(1, 9)]
    if not rng.randrange(5):
        del part[rng.randrange(132, len(part)) :]
    return bytes(part)


def test_a_file_that_shrank_is_found_to_be_cut_short() -> None:
    slices = series(4)
    for data in slices:
        read(data)
    short = read(slices[3][:-200])
    assert isinstance(short, Header)
    assert short.instance.cut_short


def test_another_patient_is_never_taken_for_the_one_before(tmp_path: Path) -> None:
    for number in range(40):
        name = f"Nobody^{number % 4}"
        path = make_instance(
            tmp_path / str(number), study="1.2", series=f"1.3.{number % 4}", patient_name=name
        )
        header = read(path.read_bytes())
        assert isinstance(header, Header)
        assert header.about.patient_name == name


def test_files_of_which_no_two_are_alike_are_not_compared_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []

    class Counted(HeaderKind):
        def __init__(self, *args: Any) -> None:
            compared.append(self)
            super().__init__(*args)

    monkeypatch.setattr(header_cache, "HeaderKind", Counted)
    data = series(1)[0]
    study = pydicom.dcmread(io.BytesIO(data)).StudyInstanceUID.encode()
    for number in range(200):
        read(data.replace(study, study[:-3] + b"%03d" % number))
    assert 16 <= len(compared) <= 40
