"""What is known of how pixels are stored, and what can be masked: all else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gantry.engine.deidentify.layout import Layout, black_of
from gantry.engine.deidentify.masking import Masks, Painter, area_of
from gantry.engine.deidentify.recipes import Rectangle
from gantry.engine.deidentify.walked import NotWalked

pytestmark = pytest.mark.same_everywhere

GRAY = Layout(
    rows=2, columns=6, frames=1, samples=1, allocated=8, stored=8, high=7, signed=False,
    planar=False, photometric="MONOCHROME2", lossy="", palette={}, places={},
)  # fmt: skip
HALVED = replace(GRAY, samples=3, photometric="YBR_FULL_422")
CORNER = Masks((Rectangle(0, 0, 2, 1),))


def native(layout: Layout, masks: Masks = CORNER) -> bytes:
    samples = 2 if layout.photometric.endswith("422") else layout.samples
    size = layout.rows * layout.columns * samples * layout.allocated // 8
    return Painter(masks, layout).native(bytes(range(1, size + 1)))


def test_where_two_pixels_share_their_colors_a_mask_takes_whole_pairs() -> None:
    assert native(HALVED) == b"\0\0\x80\x80" + bytes(range(5, 25))


def test_so_it_is_with_any_even_number_of_columns() -> None:
    assert native(replace(HALVED, columns=4)) == b"\0\0\x80\x80" + bytes(range(5, 17))


@pytest.mark.parametrize("change", [{"columns": 5}, {"planar": True}])
def test_pixels_that_share_their_colors_in_no_known_way_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotWalked):
        native(replace(HALVED, **change))


@pytest.mark.parametrize("masks", [CORNER, Masks(overlays=1 << 7), Masks()])
@pytest.mark.parametrize("photometric", ["YBR_RCT", "YBR_ICT"])
def test_colors_that_only_jpeg_2000_has_are_refused_without_it(
    photometric: str, masks: Masks
) -> None:
    layout = replace(GRAY, samples=3, photometric=photometric, stored=7, high=6)
    with pytest.raises(NotWalked):
        native(layout, masks)


@pytest.mark.parametrize(
    "change",
    [
        {"photometric": "RGB"},
        {"photometric": "RGB", "samples": 4},
        {"photometric": "RGB", "samples": 3, "signed": True},
        {"photometric": "YBR_FULL", "samples": 3, "signed": True},
        {"photometric": "MONOCHROME1", "samples": 3},
        {"photometric": "MONOCHROME2", "samples": 3},
        {"photometric": "PALETTE COLOR", "samples": 3},
        {"photometric": "PALETTE COLOR"},
        {"photometric": "HSV", "samples": 3},
        {"photometric": ""},
    ],
)
def test_where_black_is_not_known_nothing_is_painted(change: dict[str, Any]) -> None:
    with pytest.raises(NotWalked):
        black_of(replace(GRAY, **change))


@pytest.mark.parametrize(
    ("change", "black"),
    [
        ({}, (0,)),
        ({"photometric": "MONOCHROME1"}, (255,)),
        ({"photometric": "MONOCHROME1", "stored": 5, "high": 4}, (31,)),
        ({"photometric": "MONOCHROME1", "stored": 5}, (31 << 3,)),
        ({"photometric": "MONOCHROME1", "signed": True}, (127,)),
        ({"signed": True}, (-128,)),
        ({"signed": True, "stored": 5}, (-16 << 3,)),
        ({"photometric": "RGB", "samples": 3}, (0, 0, 0)),
        ({"photometric": "YBR_FULL", "samples": 3}, (0, 128, 128)),
        ({"photometric": "YBR_FULL_422", "samples": 3}, (0, 128, 128)),
        ({"photometric": "YBR_PARTIAL_422", "samples": 3}, (16, 128, 128)),
        ({"photometric": "YBR_FULL", "samples": 3, "stored": 7}, (0, 128, 128)),
    ],
)
def test_what_black_is(change: dict[str, Any], black: tuple[int, ...]) -> None:
    assert black_of(replace(GRAY, **change)) == black


def test_a_frame_counts_as_masked_only_if_it_is_as_large_and_as_deep_as_before() -> None:
    painter = Painter(CORNER, GRAY)
    old = np.full((2, 6, 1), 9, np.uint8)
    new = painter.paint(old, 8)
    assert painter.has_painted(old, new, 8)
    assert not painter.has_painted(old, old, 8)
    for other in (new.astype(np.uint16), new[:, :, :0], new[:1], np.repeat(new, 3, axis=2)):
        assert not painter.has_painted(old, other, 8)
    changed = new.copy()
    changed[1, 5, 0] ^= 1
    assert not painter.has_painted(old, changed, 8)


@pytest.mark.parametrize(
    ("masks", "expected"),
    [
        (Masks((Rectangle(1, 0, 3, 2),)), [".##..", ".##..", "....."]),
        (Masks((Rectangle(-3, -2, 1, 1),)), ["#....", ".....", "....."]),
        (Masks((Rectangle(-3, -3, 0, 0),)), [".....", ".....", "....."]),
        (Masks((Rectangle(4, 2, 99, 99),)), [".....", ".....", "....#"]),
        (Masks(regions=((1, 0, 2, 1),)), ["#..##", "#..##", "#####"]),
        (Masks((Rectangle(0, 0, 2, 1),), ((1, 0, 2, 1),)), ["##.##", "#..##", "#####"]),
        (Masks(regions=((0, 0, 0, 0), (4, 2, 9, 9))), [".####", "#####", "####."]),
        (Masks(), [".....", ".....", "....."]),
    ],
)
def test_which_pixels_become_black(masks: Masks, expected: list[str]) -> None:
    made = ["".join("#" if one else "." for one in row) for row in area_of(masks, 3, 5)]
    assert made == expected


@pytest.mark.parametrize("allocated", [2, 4, 12, 24, 64])
def test_samples_of_another_size_are_refused(allocated: int) -> None:
    with pytest.raises(NotWalked):
        native(replace(GRAY, allocated=allocated))


@pytest.mark.parametrize(
    ("change", "bits", "black"),
    [
        ({"photometric": "MONOCHROME1"}, 16, 0xFFF),
        ({"photometric": "MONOCHROME1"}, 12, 0xFFF),
        ({"photometric": "MONOCHROME1"}, 8, 0xFF),
        ({"signed": True}, 16, 0xF800),
        ({"signed": True}, 12, 0x800),
        ({"signed": True}, 8, 0x80),
    ],
)
def test_black_in_a_stream_of_other_bits_than_the_file_states(
    change: dict[str, Any], bits: int, black: int
) -> None:
    layout = replace(GRAY, allocated=16, stored=12, high=11, **change)
    assert Painter(CORNER, layout).black(bits) == [black]


@pytest.mark.parametrize(("photometric", "black"), [("MONOCHROME2", 0), ("MONOCHROME1", 1)])
def test_single_bits_are_masked_one_by_one_and_the_rest_of_the_last_byte_is_zero(
    photometric: str, black: int
) -> None:
    layout = replace(
        GRAY, rows=3, columns=3, frames=2, allocated=1, stored=1, high=0, photometric=photometric
    )
    masks = Masks((Rectangle(1, 0, 3, 1),))  # bits 1 and 2 of each frame of 9
    before = 0 if black else (1 << 18) - 1
    expected = before ^ (0b110 | 0b110 << 9)
    filled = before | 0xFC << 16
    made = Painter(masks, layout).native(filled.to_bytes(3, "little") + b"\0")
    assert made == expected.to_bytes(3, "little") + b"\0"
    with pytest.raises(NotWalked):
        Painter(masks, replace(layout, samples=3)).native(bytes(7))
