"""The messages between the window and the preview process: plain, bounded structures."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.profile import Options, PrivacyProfile
from gantry.engine.deidentify.reasons import Reason
from gantry.engine.deidentify.recipes import Kind


class Leave(msgspec.Struct, frozen=True):
    """How the file would leave.

    Attributes:
        profile: None: as it is.
        key: the secret that new identifiers are made from.
        known: what all files of the patient say, as in `Treatment.known`.
    """

    profile: PrivacyProfile | None
    key: bytes
    known: str = ""


class Want(msgspec.Struct, frozen=True):
    """What to read.

    Attributes:
        path: the file; `member` is the name inside, if it is a ZIP.
        frame: 0…; None: no picture, only tags.
        longest: pixels; a larger picture is scaled down.
        passwords: of ZIPs.
        leave: compare the file with what leaves of it; the picture is then the one that leaves.
        texts: the rules whose texts the user reviews: only those of the file are read.
    """

    path: bytes  # as the system spells it: not every file name is text
    member: str = ""
    tags: bool = True
    frame: int | None = None
    longest: int = 1024
    passwords: tuple[str, ...] = ()
    leave: Leave | None = None
    texts: Options | None = None


class Tag(msgspec.Struct, frozen=True, array_like=True):
    """One element, or one item of a sequence.

    Attributes:
        depth: 0 at the top; elements that follow with a greater depth are inside.
        tag: "(0010,0010)"; "" for an item.
    """

    depth: int
    tag: str
    vr: str
    name: str
    value: str
    private: bool = False


class NoPicture(StrEnum):
    """Why there is no picture. Stable: the window's sentences refer to these names."""

    NO_PIXELS = "no-pixels"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"


class Shape(StrEnum):
    """How a window maps values to brightness (PS3.3 §C.11.2.1.3)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


class Lut(msgspec.Struct, frozen=True):
    """A VOI LUT: brightness (0 to 255, a byte each) of `first` and the values after it."""

    name: str
    first: int
    data: bytes


class Picture(msgspec.Struct, frozen=True):
    """One frame, ready for the screen.

    Attributes:
        colour: `data` is RGB, 8 bits; otherwise 32-bit floats after the modality transform.
        kind: the same for frames that one window fits.
        windows: name, centre and width, as the file gives them for this frame.
        shape: of these windows.
        lut: the file's own table instead of a window.
        low, high: of the values shown, without padding, for a window if the file gives none.
        inverted: MONOCHROME1, low values are bright.
        aspect: height of a pixel by its width.
        frames: in this file.
        transfer_syntax: its name.
    """

    width: int
    height: int
    colour: bool
    data: bytes
    kind: str
    windows: tuple[tuple[str, float, float], ...]
    shape: Shape
    lut: Lut | None
    low: float
    high: float
    inverted: bool
    aspect: float
    frames: int
    rows: int
    columns: int
    transfer_syntax: str


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One element before and after, as `compare.Change` describes it."""

    depth: int
    where: str
    tag: str
    vr: str
    name: str
    before: str
    after: str
    done: Done
    reason: Reason
    option: str
    identifies: bool


class Hold(msgspec.Struct, frozen=True):
    """Why a file would be held, as `Held` says it."""

    rule: str
    path: tuple[str, ...]
    value: str


class Leaving(msgspec.Struct, frozen=True):
    """What leaves of a file.

    Attributes:
        rows: all elements; of a held file, as if nothing of it left.
        more_rows: there are more than are listed.
        hold: why it would be held; None: it may leave.
        masked: its pixels were masked.
        too_large: the file is too large to be compared here; there are no rows then.
        kind: of its picture; None: it can't be read.
        not_searchable: kinds of values that are too short to be searched for, or everyday words.
    """

    rows: tuple[Row, ...] = ()
    more_rows: bool = False
    hold: Hold | None = None
    masked: bool = False
    too_large: bool = False
    not_searchable: tuple[str, ...] = ()
    kind: Kind | None = None


class Contents(msgspec.Struct, frozen=True):
    """The answer to `Want`.

    Attributes:
        more_tags: there are more tags than are listed.
        texts: tag and value, of `Want.texts`.
    """

    tags: tuple[Tag, ...] = ()
    more_tags: bool = False
    picture: Picture | None = None
    no_picture: NoPicture | None = None
    detail: str = ""
    unreadable: bool = False
    leaving: Leaving | None = None
    texts: tuple[tuple[int, str], ...] = ()
