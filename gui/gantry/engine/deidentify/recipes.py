"""Masks for pictures of one kind: where such a device writes text into its images.

A recipe holds for every frame of every image of its kind. One without rectangles says that somebody
looked, and that there is nothing to mask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from gantry.engine.deidentify.facts import (
    COLUMNS,
    MANUFACTURER,
    MODEL,
    ROWS,
    SOP_CLASS,
    STATION,
    Facts,
)

MOST_RECTANGLES: Final = 64


class Rectangle(NamedTuple):
    """A part of a picture in its stored pixels; the right and bottom edges are not included."""

    left: int
    top: int
    right: int
    bottom: int


class Kind(NamedTuple):
    """What images have in common that carry their text at the same places."""

    manufacturer: str
    model: str
    station: str
    sop_class: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """The masks for one kind of image."""

    kind: Kind
    rectangles: tuple[Rectangle, ...]


def kind_of(facts: Facts) -> Kind:
    """The kind of an image."""
    return Kind(
        _text(facts, MANUFACTURER),
        _text(facts, MODEL),
        _text(facts, STATION),
        _text(facts, SOP_CLASS),
        facts.number(ROWS),
        facts.number(COLUMNS),
    )


def _text(facts: Facts, tag: int) -> str:
    """To compare: the bytes as they are, whatever their character set."""
    return facts.raw(tag).decode("latin-1")


def by_kind(recipes: Iterable[Recipe]) -> dict[Kind, Recipe]:
    """One recipe for each kind: where there are several, the rectangles of all."""
    made: dict[Kind, Recipe] = {}
    for recipe in recipes:
        before = made[recipe.kind].rectangles if recipe.kind in made else ()
        both = tuple(dict.fromkeys((*before, *recipe.rectangles)))
        made[recipe.kind] = Recipe(recipe.kind, both)
    return made


def recipe_as(recipe: Recipe) -> dict[str, object]:
    """A recipe as plain values, for JSON."""
    return {**recipe.kind._asdict(), "rectangles": [list(one) for one in recipe.rectangles]}


def recipe_from(entry: object) -> Recipe:
    """The recipe that plain values describe.

    Raises:
        ValueError: they describe none; the text says what is wrong.
    """
    if not isinstance(entry, dict) or set(entry) != {*Kind._fields, "rectangles"}:
        raise ValueError(f"an object with {', '.join(Kind._fields)} and rectangles")
    found = dict(entry)
    rectangles = found.pop("rectangles")
    for name, value in found.items():
        wanted = int if name in ("rows", "columns") else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(f"{name}: {'a whole number' if wanted is int else 'a text'}")
    if not isinstance(rectangles, list) or len(rectangles) > MOST_RECTANGLES:
        raise ValueError(f"rectangles: a list of at most {MOST_RECTANGLES}")
    return Recipe(Kind(**found), tuple(map(_rectangle, rectangles)))


def _rectangle(value: object) -> Rectangle:
    if not isinstance(value, list) or len(value) != 4 or any(type(n) is not int for n in value):
        raise ValueError("rectangles: left, top, right, bottom")
    made = Rectangle(*value)
    if not (0 <= made.left < made.right and 0 <= made.top < made.bottom):
        raise ValueError("rectangles: left, top, right, bottom")
    return made
