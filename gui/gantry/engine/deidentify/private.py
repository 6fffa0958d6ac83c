"""Private elements that may stay: technical ones, known by their creator, never by block number.

Facts about what the makers' elements hold: diffusion b-values and directions, mosaic times, scale
slopes, SUV factors. All others are removed.
"""

from __future__ import annotations

from typing import Final

# Creator (trimmed, upper case), group → elements (their last byte), each with its VR.
SAFE: Final[dict[tuple[str, int], dict[int, str]]] = {
    ("SIEMENS MR HEADER", 0x0019): {
        0x0A: "US",  # number of images in a mosaic
        0x0B: "DS",  # slice measurement duration
        0x0C: "IS",  # b-value
        0x0D: "CS",  # diffusion directionality
        0x0E: "FD",  # diffusion gradient direction
        0x0F: "SH",  # gradient mode
        0x11: "SH",  # flow compensation
        0x12: "SL",  # table position origin
        0x13: "SL",  # isocentre of the magnet
        0x14: "IS",  # position of the table
        0x17: "DS",  # slice resolution
        0x18: "IS",  # real dwell time
        0x27: "FD",  # b-matrix
        0x28: "FD",  # bandwidth per pixel in the phase encoding direction
        0x29: "FD",  # times of the slices of a mosaic
    },
    ("GEMS_PARM_01", 0x0043): {0x39: "IS"},  # b-value, coded
    ("GEMS_ACQU_01", 0x0019): {0xBB: "DS", 0xBC: "DS", 0xBD: "DS"},  # diffusion direction
    ("PHILIPS IMAGING DD 001", 0x2001): {
        0x03: "FL",  # b-value
        0x04: "CS",  # direction of diffusion
        0x0B: "CS",  # orientation of the slice
        0x18: "SL",  # number of slices
    },
    ("PHILIPS MR IMAGING DD 001", 0x2005): {
        0x0D: "FL",  # scale intercept
        0x0E: "FL",  # scale slope
        0xB0: "FL",  # diffusion gradient direction, right to left
        0xB1: "FL",
        0xB2: "FL",
    },
    ("IMAGE PRIVATE HEADER", 0x0065): {  # United Imaging
        0x05: "SH",  # phase encoding direction, as displayed
        0x09: "FD",  # b-value
        0x0A: "FD",  # b-value, nominal
        0x37: "FD",  # diffusion gradient direction
        0x50: "DS",  # number of images in a grid
        0x51: "SQ",  # position and time of each of them; cleaned inside
    },
    ("PHILIPS PET PRIVATE GROUP", 0x7053): {0x00: "DS", 0x09: "DS"},  # SUV, activity factors
}


def safe_vr(creator: str, group: int, element: int) -> str | None:
    """The VR of a private element that may stay; None for every other one."""
    elements = SAFE.get((creator.strip(" \0").upper(), group))
    return None if elements is None else elements.get(element & 0xFF)
