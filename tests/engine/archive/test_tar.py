"""Headers are tarfile's, byte for byte, however they were made."""

from __future__ import annotations

import io
import tarfile

from hypothesis import example, given
from hypothesis import strategies as st

from gantry.engine.archive import tar

UID = "1.2.840.113619.2.408.14196467.3526880.20300.1519131523.900.12345"
UIDS = st.text("0123456789.", min_size=1, max_size=120)
NAMES = st.one_of(
    UIDS,
    st.builds("{}/{}.dcm".format, UIDS, UIDS),
    st.builds("{}/{}/{}".format, UIDS, UIDS, UIDS),
    st.text("aé漢/. ", min_size=1, max_size=200).filter(lambda name: not name.endswith("/")),
)


@given(NAMES, st.integers(0, 8**11 + 5), st.integers(-5, 8**11 + 5))
@example(f"{UID}/{UID}.dcm", 123_456, 1_700_000_000)
@example("x" * 100, 0, 0)
@example("x" * 101, 0, 0)
@example("x" * 155 + "/" + "y" * 100, 8**11 - 1, 8**11 - 1)
@example("x" * 156 + "/" + "y" * 10, 1, 1)
@example("x/" + "y" * 101, 1, 1)
@example("x/" * 60 + "y", 1, 1)
@example("/" + "y" * 100, 1, 1)
@example("x" * 120 + "/", 1, 1)
def test_a_header_is_tarfiles(name: str, size: int, mtime: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, min(max(mtime, 0), 8**11 - 1), 0o644
    try:
        expected = info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
    except (ValueError, UnicodeEncodeError):
        expected = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
    assert tar.header(name, size, mtime) == expected


@given(st.builds("{}/{}.dcm".format, UIDS, UIDS), st.binary(max_size=600))
def test_a_member_is_read_back_by_tarfile(name: str, data: bytes) -> None:
    stream = tar.header(name, len(data), 7) + data + tar.padding(len(data))
    stream += tar.end(len(stream))
    with tarfile.open(fileobj=io.BytesIO(stream)) as archive:
        (member,) = archive.getmembers()
        file = archive.extractfile(member)
        assert file is not None
        assert (member.name, member.mtime, file.read()) == (name.removesuffix("/"), 7, data)
