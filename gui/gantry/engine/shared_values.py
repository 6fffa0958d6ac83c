"""The values that the instances of a series have in common, kept once for all of them."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, NamedTuple


class SharedValues(NamedTuple):
    """What the instances of one series in one folder usually have in common.

    Attributes:
        folder: the beginning of their places, up to the last separator.
        placed: whether they have a `Geometry`.
        who: a hash of the patient that their headers name; "" if unknown.
    """

    folder: str
    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax_uid: str
    rows: int
    columns: int
    burned_in: bool
    fault: str
    cut_short: bool
    changing: bool
    program: bool
    placed: bool = False
    orientation: tuple[float, float, float, float, float, float] | None = None
    spacing: float | None = None
    frames: int = 1
    acquisition: str = ""
    image_type: tuple[str, ...] = ()
    who: str = ""
    flaw: str = ""
    images: int = 0
    time_points: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return _shared_again, tuple(self)


def _shared_again(*fields: Any) -> SharedValues:
    """Unpickles, so that on the other side of a pipe, too, one object serves many instances."""
    return shared_once(SharedValues(*fields))


@lru_cache(maxsize=4096)
def shared_once(shared: SharedValues) -> SharedValues:
    """Usually the same object for equal values."""
    return shared


def divided(place: str) -> tuple[str, str]:
    """Splits a place into its folder and the rest."""
    cut = max(place.rfind(os.sep), place.rfind("/")) + 1
    return place[:cut], place[cut:]
