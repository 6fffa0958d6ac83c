"""A file whose header is being read, and the header made from its elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gantry.engine.instance import Source
from gantry.engine.intake.header.describe import Header, SeriesValues, header_with, own_values
from gantry.engine.intake.header.elements import Elements, HandOver
from gantry.engine.intake.header.pixels import PixelPlace, falls_short
from gantry.engine.intake.header.window import Window
from gantry.engine.intake.skipped import NotTaken

DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is being read; `prefixed`: it has a preamble, `program`: which is a program."""

    window: Window
    source: Source
    prefixed: bool
    program: bool


def made(
    found: Elements, series: SeriesValues, file: OpenFile, syntax: str, short: bool, flaw: str = ""
) -> Header:
    """Makes the header from a file's elements."""
    own = own_values(found.values, little=found.little, implicit=found.implicit)
    return header_with(file.source, series, own, syntax, short, file.program, flaw)


def cut_short(
    window: Window,
    end: int,
    found: Elements,
    series: SeriesValues,
    syntax: str,
    place: PixelPlace | None = None,
) -> bool:
    """As `falls_short`; packing reports what can't be read after the header."""
    try:
        return falls_short(window, end, found, series.promised, syntax, place)
    except (HandOver, NotTaken):
        raise
    except Exception:  # noqa: BLE001 (whatever a damaged ZIP makes its reader raise)
        return False
