"""`Inflater` gives the same result with zlib-ng as with zlib for every stream."""

from __future__ import annotations

import gzip
import random
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import igzip

from gantry.engine.archive import gunzip
from gantry.engine.archive.gunzip import Inflater
from gantry.engine.archive.gzip_writer import GzipWriter
from gantry.engine.archive.helpers import Helpers
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from support.parcels import dense, image_like

Outcome = bytes | tuple[object, object]


def outcome(path: Path) -> Outcome:
    """All that was inflated; or what is wrong, and where."""
    with Inflater(path, CancelToken()) as blocks:
        try:
            return b"".join(blocks)
        except GantryError as error:
            return error.facts["reason"], error.facts["at"]


def assert_as_zlib(path: Path) -> Outcome:
    found = outcome(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gunzip, "zlib_ng", zlib)
        assert outcome(path) == found
    return found


def ours(data: bytes, level: int) -> bytes:
    pieces: list[bytes] = []
    writer = GzipWriter(lambda piece: pieces.append(bytes(piece)), Helpers(1), level=level)
    writer.write(data)
    writer.close()
    return b"".join(pieces)


def by_zlib(data: bytes, level: int, strategy: int, *, memory: int = 8, flush: int = 0) -> bytes:
    engine = zlib.compressobj(level, zlib.DEFLATED, 31, memory, strategy)
    pieces = []
    for start in range(0, len(data), flush or len(data) or 1):
        pieces.append(engine.compress(data[start : start + (flush or len(data))]))
        pieces.append(engine.flush(zlib.Z_FULL_FLUSH) if flush else b"")
    return b"".join((*pieces, engine.flush()))


# A flip makes two threads, which under Wine take ten times as long: there one bit of each byte.
EVERY_BIT = () if sys.platform == "win32" else range(8)

TEXTS = [
    b"",
    b"a",
    bytes(70_000),
    image_like(90_000, 1) + dense(140_000, 2) + image_like(90_000, 3),
    b"abcd" * 9000 + dense(33_000, 4) + b"abcd" * 9000,  # copies from the window's far end
]


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_streams_of_every_writer_come_out_as_they_went_in(text: bytes, tmp_path: Path) -> None:
    streams = [ours(text, level) for level in range(4)]
    streams += [igzip.compress(text, level, mtime=0) for level in range(4)]
    streams += [gzip.compress(text, level, mtime=0) for level in range(10)]
    strategies = (zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)
    streams += [by_zlib(text, 6, strategy, memory=1) for strategy in strategies]
    streams += [by_zlib(text, 1, 0, flush=size) for size in (997, 32768)]
    for name in ("pigz", "gzip"):
        if program := shutil.which(name):
            command = [program, "-c", "-1n"]
            streams.append(subprocess.run(command, input=text, capture_output=True).stdout)
    for stream in streams:
        (tmp_path / "x").write_bytes(stream)
        assert assert_as_zlib(tmp_path / "x") == text


@pytest.mark.parametrize("block", [1, 100])
def test_cuts_and_flips_are_seen_where_zlib_sees_them(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where they fall between two reads, or between two rounds of output."""
    monkeypatch.setattr(gunzip, "_INFLATED", block)
    text = image_like(50, 5) + dense(20, 6)
    for stream in (ours(text, 1), gzip.compress(text, 9, mtime=0), by_zlib(text, 1, 0, flush=25)):
        monkeypatch.setattr(gunzip, "_READ", max(18, len(stream) // 3))
        for at in range(len(stream)):
            (tmp_path / "x").write_bytes(stream[:at])
            assert assert_as_zlib(tmp_path / "x") != text
            for bit in EVERY_BIT or (at % 8,):
                damaged = bytearray(stream)
                damaged[at] ^= 1 << bit
                (tmp_path / "x").write_bytes(damaged)
                assert_as_zlib(tmp_path / "x")


def test_damage_deep_in_a_long_stream_is_seen_where_zlib_sees_it(tmp_path: Path) -> None:
    rng = random.Random(7)
    text = image_like(1_500_000, 8) + dense(400_000, 9) + bytes(1_500_000)
    for stream in (ours(text, 1), gzip.compress(text, 6, mtime=0)):
        for _ in range(40):
            damaged = bytearray(stream)
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            (tmp_path / "x").write_bytes(damaged)
            assert_as_zlib(tmp_path / "x")


def test_what_follows_the_stream_is_seen_as_zlib_sees_it(tmp_path: Path) -> None:
    stream = ours(image_like(3000, 1), 1)
    for more in (b"\0", b"\0" * 600, stream, stream[:9], b"x" * 300_000):
        (tmp_path / "x").write_bytes(stream + more)
        assert isinstance(assert_as_zlib(tmp_path / "x"), tuple)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_deflate_stream_means_to_both_the_same(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gz"
    path.write_bytes(ours(b"", 1)[:10] + body + bytes(8))
    assert_as_zlib(path)
