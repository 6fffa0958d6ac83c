"""The words between the window and the process that reads previews: plain, bounded structures."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Want(msgspec.Struct, frozen=True):
    """What to read.

    Attributes:
        path: the file; `member` the name inside, where it is a ZIP.
        frame: 0…; None: no picture, only tags.
        longest: pixels; a longer picture is made smaller.
    """

    path: bytes  # as the system spells it: not every file name is text
    member: str = ""
    tags: bool = True
    frame: int | None = None
    longest: int = 1024


class Tag(msgspec.Struct, frozen=True, array_like=True):
    """One element, or one item of a sequence.

    Attributes:
        depth: 0 at the top; what follows with a greater depth lies inside.
        tag: "(0010,0010)"; "" for an item.
    """

    depth: int
    tag: str
    vr: str
    name: str
    value: str
    private: bool = False


class NoPicture(StrEnum):
    """Why there is none. Stable: the window's sentences refer to these names."""

    NO_PIXELS = "no-pixels"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"


class Picture(msgspec.Struct, frozen=True):
    """One frame, ready for the screen.

    Attributes:
        colour: `data` is RGB, 8 bits; else 32-bit floats after the modality transform.
        windows: name, centre and width, as the file gives them.
        low, high: of what is shown, for a window where the file gives none.
        inverted: MONOCHROME1, low values are bright.
        aspect: height of a pixel by its width.
        frames: in this file.
        transfer_syntax: its name.
    """

    width: int
    height: int
    colour: bool
    data: bytes
    windows: tuple[tuple[str, float, float], ...]
    low: float
    high: float
    inverted: bool
    aspect: float
    frames: int
    rows: int
    columns: int
    transfer_syntax: str


class Contents(msgspec.Struct, frozen=True):
    """The answer to `Want`. `more_tags`: there are more than are told."""

    tags: tuple[Tag, ...] = ()
    more_tags: bool = False
    picture: Picture | None = None
    no_picture: NoPicture | None = None
    detail: str = ""
    unreadable: bool = False
