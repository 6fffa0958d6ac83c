"""Shows what leaves of a file: it is rewritten as for sending, and compared with the original."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import islice
from typing import Final

from msgspec import structs
from pydicom import Dataset

from gantry.engine.deidentify.compare import Change, Comparison, Shown
from gantry.engine.deidentify.pattern import pattern_of
from gantry.engine.deidentify.profile import BASIC, Options
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.reasons import Reasons
from gantry.engine.deidentify.recipes import Kind, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, Held, facts_in
from gantry.engine.deidentify.sources import needles_of
from gantry.engine.patient_values import values_in
from gantry.engine.preview.contents import (
    Contents,
    Hold,
    Leave,
    Leaving,
    NoPicture,
    Picture,
    Row,
)
from gantry.engine.preview.dataset import read_dataset
from gantry.engine.preview.picture import NotShown, read_picture
from gantry.engine.preview.tags import element_text

MOST_BYTES: Final = 256 << 20  # about five copies are in memory for a moment
MOST_ROWS: Final = 20_000
LONGEST_VALUE: Final = 300  # characters
_PIXEL_GROUP: Final = 0x7FE0
_RUN: Final = re.compile(rb"[\x20-\x7e]{4,}")
_MOST_RUNS: Final = 12
_MOST_SEARCHED: Final = 1 << 16


def compared(
    data: bytes, leave: Leave, frame: int | None, longest: int, place: str = ""
) -> Contents:
    """A whole file before and after; with `frame`, the picture that leaves.

    A file that can't be read has no rows; whether it would be held is said anyway.

    Args:
        place: of the file, as `Source.place`: what its folders are called is searched for.
    """
    made = _compared(data, leave, frame, longest, place)
    assert made.leaving is not None
    return structs.replace(made, leaving=structs.replace(made.leaving, kind=_kind(data)))


def _compared(data: bytes, leave: Leave, frame: int | None, longest: int, place: str) -> Contents:
    original = _read(data)
    if leave.profile is None:
        rows, more = _rows(original, original, BASIC.options, masked=False)
        picture, none = _picture(original, frame, longest)
        return Contents(picture=picture, no_picture=none, leaving=Leaving(rows, more))
    options = leave.profile.options
    try:
        known = needles_of(values_in(leave.known), leave.profile)
        deidentifier = Deidentifier(leave.profile, Key(leave.key), _example(options), known)
        done = deidentifier.deidentify(data, place=place)
    except Held as held:
        rows, more = _rows(original, None, options, masked=False)
        hold = Hold(held.rule, held.path, held.value)
        picture, none = _picture(original, frame, longest)
        return Contents(picture=picture, no_picture=none, leaving=Leaving(rows, more, hold))
    made = _read(b"".join(done.parts))
    rows, more = _rows(original, made, options, masked=done.masked)
    picture, none = _picture(made, frame, longest)
    return Contents(
        picture=picture,
        no_picture=none,
        leaving=Leaving(
            rows,
            more,
            masked=done.masked,
            not_searchable=tuple(sorted(done.searched.not_searchable)),
        ),
    )


def _example(options: Options) -> Callable[[str], str]:
    """Patients that are counted get number 0, which nobody has; all others their pseudonym."""
    pattern = pattern_of(options.pseudonym) if options.pseudonym else None
    counted = pattern.counted(0) if pattern is not None and pattern.numbered else ""
    return lambda identity: counted


def _kind(data: bytes) -> Kind | None:
    try:
        kind = kind_of(facts_in(data))
    except Exception:  # noqa: BLE001 - whatever a hostile file brings about
        return None
    return kind if kind.rows and kind.columns else None


def _read(data: bytes) -> Dataset:
    """As much of a file as can be read; an empty data set if that is nothing."""
    try:
        return read_dataset(io.BytesIO(data), pixels=True)[0]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
        return Dataset()


def _rows(
    original: Dataset, made: Dataset | None, options: Options, *, masked: bool
) -> tuple[tuple[Row, ...], bool]:
    changes = Comparison(Reasons(options), _shown, masked=masked).changes(original, made)
    rows = tuple(_row(change) for change in islice(changes, MOST_ROWS + 1))
    return rows[:MOST_ROWS], len(rows) > MOST_ROWS


def _row(change: Change) -> Row:
    tag = f"({change.tag >> 16:04X},{change.tag & 0xFFFF:04X})"
    return Row(change.depth, change.where, tag, *change[3:])


def _shown(data_set: Dataset, tag: int, charset: str) -> Shown:
    vr, name, value = element_text(data_set, tag, charset, LONGEST_VALUE)
    if vr in ("UN", "OB") and tag >> 16 != _PIXEL_GROUP and value.endswith("]"):
        value = _readable(data_set[tag].value) or value
    return Shown(vr, name, value)


def _readable(value: object) -> str:
    """The text in bytes, so that a search for a name finds it; "" if there is none."""
    if not isinstance(value, bytes):
        return ""
    runs = [run.decode("ascii").strip() for run in _RUN.findall(value[:_MOST_SEARCHED])]
    found = " ".join(f"“{run}”" for run in runs[:_MOST_RUNS] if run)
    return f"{found[:LONGEST_VALUE]} [{len(value)}]" if found else ""


def _picture(
    data_set: Dataset, frame: int | None, longest: int
) -> tuple[Picture | None, NoPicture | None]:
    if frame is None:
        return None, None
    try:
        return read_picture(data_set, frame, longest), None
    except NotShown as no:
        return None, no.reason
    except MemoryError:
        return None, NoPicture.TOO_LARGE
    except Exception:  # noqa: BLE001 - a broken element may come up only here
        return None, NoPicture.DAMAGED
