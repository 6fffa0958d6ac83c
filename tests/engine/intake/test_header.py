"""The header walker gives pydicom's values, or leaves the file to pydicom, whatever the bytes."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import warnings
import zlib
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_charset_files
from pydicom.dataset import Dataset

from gantry.engine.instance import Source
from gantry.engine.intake.header import header as header_module
from gantry.engine.intake.header import tags
from gantry.engine.intake.header.header import Header, IsZip, header_of, read_header
from gantry.engine.intake.header.values import KIND, clean, converted
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.uids import is_uid
from support.dicom import CANARY_NAME, make_instance

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # of the damaged files

SHIPPED = sorted(
    path
    for path in (Path(pydicom.__file__).parent / "data").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)
DICOM = [path for path in SHIPPED if path.suffix == ".dcm" or path.name.startswith("DICOMDIR")]


def source(data: bytes) -> Source:
    return Source("x", len(data), 0, 0)


def read(data: bytes) -> Header:
    return header_of(io.BytesIO(data), source(data))


def by_pydicom(data: bytes) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)


def assert_same(header: Header, ds: Dataset) -> None:
    """Compares everything that the catalog shows with what pydicom gives for the same element."""

    def value(tag: int) -> object:
        return KIND[tag](converted(lambda: ds[tag].value)) if tag in ds else None

    def text(tag: int) -> object:
        return value(tag) or ""

    def uid(tag: int) -> object:
        return text(tag) if is_uid(str(text(tag))) else ""

    about, instance = header.about, header.instance
    if not about.guessed:  # pydicom keeps to a wrong declaration
        assert about.patient_name == text(tags.PATIENT_NAME)
        assert about.patient_id == text(tags.PATIENT_ID)
    assert about.birth_date == text(tags.BIRTH_DATE)
    assert about.sex == text(tags.SEX)
    assert about.study_date == text(tags.STUDY_DATE)
    assert about.study_time == text(tags.STUDY_TIME)
    assert about.study_description == text(tags.STUDY_DESCRIPTION)
    assert about.accession == text(tags.ACCESSION)
    assert about.series_number == value(tags.SERIES_NUMBER)
    assert about.series_description == text(tags.SERIES_DESCRIPTION)
    assert about.series_date == text(tags.SERIES_DATE)
    assert about.modality == text(tags.MODALITY)
    assert about.body_part == text(tags.BODY_PART)
    assert instance.sop_instance_uid == uid(tags.SOP_INSTANCE)
    assert instance.sop_class_uid == uid(tags.SOP_CLASS)
    assert instance.study_instance_uid == uid(tags.STUDY_INSTANCE)
    assert instance.series_instance_uid == uid(tags.SERIES_INSTANCE)
    assert instance.instance_number == value(tags.INSTANCE_NUMBER)
    assert instance.rows == (value(tags.ROWS) or 0)
    assert instance.columns == (value(tags.COLUMNS) or 0)
    assert instance.burned_in == (str(text(tags.BURNED_IN)).upper() == "YES")
    if instance.geometry and value(tags.POSITION):
        assert instance.geometry.position in (value(tags.POSITION), None)
    if instance.geometry and value(tags.ORIENTATION):
        assert instance.geometry.orientation in (value(tags.ORIENTATION), None)
    frames = value(tags.FRAMES) or 1
    assert (instance.geometry.frames if instance.geometry else 1) == frames


def check(data: bytes) -> None:
    """No exception but NotTaken; and the values, where pydicom reads the file at all."""
    try:
        header = read(data)
    except NotTaken:
        return
    try:
        ds = by_pydicom(data)
    except Exception:  # noqa: BLE001 (damaged after the header: pydicom refuses the whole file)
        return
    # it is empty for some damage after the header; what breaks the standard is read as dcmtk does
    if len(ds) and not header.instance.flaw:
        assert_same(header, ds)


@pytest.mark.parametrize("path", DICOM, ids=lambda path: path.name)
def test_every_file_that_pydicom_ships_reads_as_pydicom_reads_it(path: Path) -> None:
    data = path.read_bytes()
    if path.name.startswith("DICOMDIR"):
        reason = SkipReason.DICOMDIR
    elif path.name == "no_meta.dcm":  # begins with a stray blank: pydicom finds nothing either
        reason = SkipReason.NOT_DICOM
    else:
        assert_same(read_header(str(path)), by_pydicom(data))
        return
    with pytest.raises(NotTaken) as caught:
        read_header(str(path))
    assert caught.value.reason is reason


def test_nothing_else_that_pydicom_ships_is_taken_for_dicom() -> None:
    for path in set(SHIPPED) - set(DICOM):
        if path.suffix:
            with pytest.raises(NotTaken) as caught:
                read_header(str(path))
            if path.name == "zipMR.gz":  # one compressed image: named, not opened
                assert caught.value.reason is SkipReason.ARCHIVE_PACKED
            else:
                assert caught.value.reason in (SkipReason.NOT_DICOM, SkipReason.EMPTY), path.name


def test_the_walker_and_not_pydicom_reads_ordinary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> Header:
        raise AssertionError("handed over")

    monkeypatch.setattr(header_module, "read_slowly", refuse)
    for implicit in (False, True):
        path = make_instance(tmp_path / f"{implicit}", study="1.2", series="1.3", implicit=implicit)
        assert read_header(str(path)).about.patient_name == CANARY_NAME
    for name in ("emri_small.dcm", "emri_small_big_endian.dcm", "image_dfl.dcm", "JPEG2000.dcm"):
        for path in DICOM:
            if path.name == name:
                assert read_header(str(path)).instance.sop_instance_uid


@pytest.mark.parametrize(
    "path", [Path(name) for name in get_charset_files("chr*.dcm")], ids=lambda path: path.name
)
def test_b10_names_of_every_script_are_read_right(path: Path) -> None:
    name = read_header(str(path)).about.patient_name
    assert name == str(by_pydicom(path.read_bytes()).get("PatientName", "")).strip()
    assert "�" not in name


def test_b02_mutations_of_real_files_never_differ_crash_or_hang() -> None:
    seed = 20261124
    random_ = random.Random(seed)
    small = [data for path in DICOM if len(data := path.read_bytes()) < 200_000]
    slowest = 0.0
    for round_ in range(5000):
        mutant = bytearray(random_.choice(small)[: random_.choice((700, 4000, 200_000))])
        for _ in range(random_.choice((1, 1, 2, 8))):
            at = random_.randrange(min(len(mutant), 2500))
            kind = random_.randrange(4)
            if kind == 0:
                mutant[at] = random_.randrange(256)
            elif kind == 1:
                mutant[at : at + 4] = random_.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xfe\xff\0\xe0")
                )
            elif kind == 2:
                del mutant[at : at + random_.randrange(1, 9)]
            else:
                mutant[at:at] = random_.randbytes(random_.randrange(1, 9))
        began = time.monotonic()
        try:
            check(bytes(mutant))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, round {round_}") from error
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 20  # an endless read, not a slow machine


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_follows_the_prefix_is_taken_or_refused(data: st.DataObject) -> None:
    check(bytes(128) + b"DICM" + data.draw(st.binary(max_size=600)))


# What is refused, and why


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", SkipReason.EMPTY),
        (bytes(132), SkipReason.NOT_DICOM),
        (b"Name: text that is called .dcm\n" * 50, SkipReason.NOT_DICOM),
        (bytes(128) + b"DICM", SkipReason.TRUNCATED),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), SkipReason.NOT_DICOM),
    ],
)
def test_b01_what_is_no_dicom_is_refused_with_its_reason(data: bytes, reason: SkipReason) -> None:
    with pytest.raises(NotTaken) as caught:
        read(data)
    assert caught.value.reason is reason


def test_b01_a_header_that_is_cut_off_is_called_truncated(tmp_path: Path) -> None:
    data = make_instance(tmp_path / "a", study="1.2", series="1.3").read_bytes()
    at = data.index(b"\x20\x00\x0d\x00UI")
    with pytest.raises(NotTaken) as caught:
        read(data[: at + 10])
    assert caught.value.reason is SkipReason.TRUNCATED


def test_a_file_cut_in_its_pixel_data_is_kept_and_marked(tmp_path: Path) -> None:
    data = make_instance(tmp_path / "a", study="1.2", series="1.3").read_bytes()
    assert not read(data).instance.cut_short
    cut = read(data[:-100])
    assert cut.instance.cut_short
    assert cut.instance.study_instance_uid == "1.2"


def test_a_zip_says_that_it_is_one() -> None:
    with pytest.raises(IsZip):
        read(b"PK\x03\x04" + bytes(200))


def nested(depth: int, *, undefined: bool = True) -> bytes:
    """A file whose Referenced Image Sequence holds itself, so often."""
    body = b""
    for _ in range(depth):
        if undefined:
            item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + body + b"\xfe\xff\x0d\xe0\0\0\0\0"
            body = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + item + b"\xfe\xff\xdd\xe0\0\0\0\0"
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    uids = b"\x20\x00\x0d\x00UI\x04\x001.2\0\x20\x00\x0e\x00UI\x04\x001.3\0"
    sop = b"\x08\x00\x18\x00UI\x04\x001.4\0"
    return bytes(128) + b"DICM" + meta + sop + body + uids


@pytest.mark.parametrize("depth", [300, 10_000])
def test_b03_sequences_nested_without_end_are_refused(depth: int) -> None:
    with pytest.raises(NotTaken) as caught:
        read(nested(depth))
    assert caught.value.reason is SkipReason.TOO_DEEP


def test_sequences_nested_as_they_really_are_pass() -> None:
    assert read(nested(12)).instance.series_instance_uid == "1.3"


def test_b04_a_deflated_bomb_takes_bounded_memory() -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = bytes(128) + b"DICM\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99"
    bomb += squeeze.compress(b"\x08\x00\x18\x00UI\x04\x001.4\0")
    bomb += squeeze.compress(b"\x09\x00\x10\x00OB\0\0" + (600 << 20).to_bytes(4, "little"))
    for _ in range(600):
        bomb += squeeze.compress(bytes(1 << 20))
    bomb += squeeze.flush()
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(NotTaken) as caught:
            read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.reason is SkipReason.TOO_LARGE


def test_b04_a_length_of_four_gigabytes_takes_bounded_memory() -> None:
    data = bytes(128) + b"DICM\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    data += (
        b"\x08\x00\x18\x00UI\x04\x001.4\0" + b"\x09\x00\x10\x00OB\0\0\xfe\xff\xff\xff" + bytes(99)
    )
    tracemalloc.start()
    try:
        with pytest.raises(NotTaken) as caught:
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.reason is SkipReason.TRUNCATED


# Text and identifiers


def test_b05_text_is_cleaned_once_and_stays_readable() -> None:
    assert clean("Doe^John\r\n") == "Doe^John"
    assert clean("a\tb\nc") == "a b c"
    assert clean("\x1b[31mred\x00") == "�[31mred�"
    assert clean("file\u202egpj.exe") == "file�gpj.exe"
    assert clean("line\u2028line") == "line line"
    assert clean("بهرام‌نژاد") == "بهرام‌نژاد"  # the zero-width non-joiner belongs to the name
    assert clean("Yamada^Tarou=山田^太郎=やまだ^たろう") == "Yamada^Tarou=山田^太郎=やまだ^たろう"
    assert len(clean("x" * 100_000)) == 1024


@pytest.mark.parametrize(
    "uid", ["../../x", "1.2/3", "1..2", ".", "1.2.", "1" * 65, "=cmd", "1.2\n3"]
)
def test_b05_a_hostile_uid_is_invalid_and_kept_out(uid: str, tmp_path: Path) -> None:
    path = make_instance(tmp_path / "a", study="1.2", series="1.3")
    data = path.read_bytes()
    at = data.index(b"\x20\x00\x0d\x00UI")
    raw = uid.encode() + b"\0" * (len(uid) % 2)
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    data = data[: at + 6] + len(raw).to_bytes(2, "little") + raw + data[at + 8 + length :]
    instance = read(data).instance
    assert instance.study_instance_uid == ""
    assert instance.fault == "invalid:StudyInstanceUID"


def test_b11_a_preamble_that_is_a_program_is_marked(tmp_path: Path) -> None:
    data = make_instance(tmp_path / "a", study="1.2", series="1.3").read_bytes()
    assert not read(data).instance.program
    assert read(b"MZ" + data[2:]).instance.program
    assert read(b"\x7fELF" + data[4:]).instance.program


def test_b10_an_unknown_character_set_hides_no_file(tmp_path: Path) -> None:
    data = make_instance(tmp_path / "a", study="1.2", series="1.3").read_bytes()
    data = data.replace(b"ISO_IR 192", b"ISO_IR 999")
    assert read(data).instance.study_instance_uid == "1.2"


def test_elements_out_of_order_are_found_all_the_same(tmp_path: Path) -> None:
    data = make_instance(tmp_path / "a", study="1.2", series="1.3").read_bytes()
    private = b"\x31\x00\x10\x00LO\x04\x00ABCD"
    at = data.index(b"\x20\x00\x0d\x00UI")
    data = data[:at] + private + data[at:]
    assert read(data).instance.study_instance_uid == "1.2"
    assert_same(read(data), by_pydicom(data))
