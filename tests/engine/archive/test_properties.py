"""Properties of every parcel and every change, tested with many."""

from __future__ import annotations

import tarfile
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantry.engine.archive.pack import pack
from gantry.engine.archive.read import iter_members
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Archive
from gantry.engine.uids import is_uid
from support.parcels import dense, image_like, instance_of, parcel_of, parcel_with, source_of

sizes = st.one_of(
    st.integers(0, 3000),
    st.sampled_from([511, 512, 513, 1 << 19, (1 << 19) + 1, (2 << 20) - 513, (2 << 20) - 512,
                     (2 << 20) - 511, 2 << 20, 3_000_001]),
)  # fmt: skip
uids = st.one_of(
    st.from_regex(r"[0-9]{1,5}(\.[0-9]{1,5}){0,8}", fullmatch=True),
    st.sampled_from(["", "..", "1.2.3", "1." + "2" * 62]),
    st.text(max_size=70),
)
files = st.lists(st.tuples(sizes, st.booleans(), uids, uids, st.integers(0, 2)), min_size=1,
                 max_size=12)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=files, level=st.integers(0, 3), threads=st.integers(1, 4))
def test_packing_and_reading_returns_any_tree(
    tree: list[tuple[int, bool, str, str, int]], level: int, threads: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base, instances, contents = Path(folder), [], set()
        for number, (size, hard, series, sop, seed) in enumerate(tree):
            content = dense(size, seed) if hard else image_like(size, seed)
            contents.add(content)
            path = base / f"{number}"
            path.write_bytes(content)
            instances.append(instance_of(source_of(path), sop, series))
        packed = pack(parcel_of(instances), base / "spool", level=level, threads=threads)
        proved = verify(packed.path, expected=packed)
        assert proved == packed
        assert verify(packed.path) == packed
        with tarfile.open(packed.path) as tar:
            by_tarfile = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
        del by_tarfile["manifest.json"]
        read = {m.file.name: m.reader.read() for m in iter_members(packed.path, CancelToken())}
        assert read == by_tarfile
        assert set(read.values()) == contents, "every content is there, and nothing else"
        for file in packed.files:
            assert file.name.isascii()
            assert all(is_uid(u) or u == "" for u in (file.sop_instance_uid, proved.study_uid))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("small")
    contents = [image_like(40_000), dense(30_000), image_like(600_000, 3), b""]
    return pack(parcel_with(folder / "in", contents), folder / "spool")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a26_any_change_of_one_byte_is_refused(small: Archive, data: st.DataObject) -> None:
    raw = bytearray(small.path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.tar.gz"
        path.write_bytes(raw)
        with pytest.raises(GantryError):
            verify(path, expected=small)
        try:
            verify(path)  # knowing only the manifest inside
        except GantryError:
            return
        assert zlib.decompress(raw, 31) == zlib.decompress(small.path.read_bytes(), 31)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a26_no_mutilation_makes_anything_but_a_refusal(
    small: Archive, data: st.DataObject
) -> None:
    raw = small.path.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    changed = raw[:start] + data.draw(st.binary(max_size=40)) + raw[end:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.tar.gz"
        path.write_bytes(changed)
        if changed == raw:
            return
        with pytest.raises(GantryError):
            verify(path, expected=small)
        try:
            verify(path)
        except GantryError:
            return
        assert zlib.decompress(changed, 31) == zlib.decompress(raw, 31)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=4000), whole=st.booleans())
def test_any_bytes_inside_a_gzip_make_a_refusal(data: bytes, whole: bool) -> None:
    body = data + bytes(-len(data) % 512 + 1024) if whole else data
    squeezer = zlib.compressobj(1, zlib.DEFLATED, 31)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.tar.gz"
        path.write_bytes(squeezer.compress(body) + squeezer.flush())
        with pytest.raises(GantryError):
            verify(path)
