"""Walks through the fields of a JSON answer that may have a meaning."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gantry.engine.transfer.verdict.field_names import is_error_name
from gantry.engine.transfer.verdict.yes_no_words import folded

_MOST = 5000  # fields that are looked at
_DEPTH = 24

NOT_OURS = re.compile(
    r"max|min|limit|quota|free|avail|chunk|part|page|block|disk|remain|used|font|buffer|compress|"
    r"thumb|image|header|queue|unzip|extract|content_?length_?range|storage|config|system|version|"
    r"second|speed|rate|left|project|batch|bucket|pixel|account|user|folder"
)
# A study's name is not the server's own word; neither is the value of a DICOM attribute.
_STUDY = re.compile(r"study|series|protocol|patient|procedure|modality|institution|station|subject"
                    r"|sequence|project|bodypart|diagnos|dicom|tags")  # fmt: skip
_CALLED = re.compile(r".*(description|desc|name|title|comments?|label|history|text)")
_ATTRIBUTE = re.compile(r"[0-9][0-9a-f]{7}")
_WEAK = re.compile(r"warn(ing)?s?|notes?|notices?|tips?|hints?|remarks?|caution")


@dataclass(frozen=True, slots=True)
class Field:
    """A field, or an item of a list.

    Attributes:
        name: folded; `flat`: the same without spaces and signs.
        is_ours: sizes in it refer to what was sent.
        is_top: it is a field of the answer itself.
        is_item: it has no name, because it is in a list: a text, or False.
        is_remark: it is the text of a warning or a note.
        is_attribute: its name is the tag of a DICOM attribute.
        beside_good_code: the same object has an error's code that is 0.
    """

    value: Any
    name: str = ""
    flat: str = ""
    is_ours: bool = True
    is_top: bool = False
    is_item: bool = False
    is_remark: bool = False
    is_attribute: bool = False
    beside_good_code: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the walk; `is_weak`: in a warning or a note, `of_study`: names are a study's."""

    is_ours: bool = True
    is_top: bool = True
    is_weak: bool = False
    of_study: bool = False
    depth: int = 0

    def deeper(self, **changes: bool) -> _Place:
        return dataclasses.replace(self, is_top=False, depth=self.depth + 1, **changes)


class Fields:
    """The fields of the values of one answer, up to a limit."""

    def __init__(self) -> None:
        self._left = _MOST

    def of(self, value: Any, place: _Place = _Place()) -> Iterator[Field]:
        """The fields of an object or a list, the outer before the inner."""
        if place.depth > _DEPTH:
            return
        if isinstance(value, list):
            yield from self._of_list(value, place)
            return
        lists = {len(inner) for inner in value.values() if isinstance(inner, list)}
        good_code = any(is_error_name(str(k)) and _is_zero(v) for k, v in value.items())
        for key, inner in value.items():
            self._left -= 1
            if self._left < 0:
                return
            name = folded(str(key))
            flat = re.sub(r"[^\w]|_", "", name)
            is_nested = isinstance(inner, dict | list)
            about = place.of_study or _STUDY.search(flat) is not None
            if _ATTRIBUTE.fullmatch(flat):
                yield Field(inner, name, flat, is_attribute=True)
                continue
            if about and _CALLED.fullmatch(flat) and not is_nested:
                continue
            if place.is_weak or _WEAK.fullmatch(flat):
                if isinstance(inner, str):
                    yield Field(inner, name, flat, is_remark=True)
                elif is_nested:
                    yield from self.of(
                        inner, place.deeper(is_ours=False, is_weak=True, of_study=False)
                    )
                continue
            is_count = flat == "length" and isinstance(inner, int) and inner in lists
            is_ours = place.is_ours and not NOT_OURS.search(flat) and not is_count
            yield Field(inner, name, flat, is_ours, place.is_top, beside_good_code=good_code)
            if isinstance(inner, str) and inner.lstrip()[:1] in ("{", "["):
                with suppress(ValueError, RecursionError):  # JSON within a text of JSON
                    inner = json.loads(inner)
            if isinstance(inner, dict | list):
                yield from self.of(inner, place.deeper(is_ours=is_ours, of_study=about))

    def _of_list(self, items: list[Any], place: _Place) -> Iterator[Field]:
        for item in items[:_MOST]:
            if isinstance(item, dict | list):
                yield from self.of(item, place.deeper())
            elif isinstance(item, str):
                yield Field(item, is_item=True, is_remark=place.is_weak)
            elif item is False:
                yield Field(item, is_item=True)


def _is_zero(value: Any) -> bool:
    return value is False or (not isinstance(value, bool) and str(value).strip() in ("0", "0.0"))
