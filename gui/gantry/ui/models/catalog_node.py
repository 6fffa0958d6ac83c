"""A row of the catalog's tree, and the words by which it is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from PySide6.QtCore import Qt

from gantry.engine.intake.catalog import Patient, Series, Study

Item = Patient | Study | Series
ON, SOME, OFF = Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked


class Column(IntEnum):
    NAME = 0
    MODALITY = 1
    DATE = 2
    COUNT = 3
    SIZE = 4


class Node:
    """A row: its contents, its place, and how many of its series are ticked."""

    __slots__ = ("children", "id", "item", "parent", "row", "search", "ticked", "total")

    def __init__(self, id_: int, item: Item | None, parent: Node | None, row: int) -> None:
        self.id, self.item, self.parent, self.row = id_, item, parent, row
        self.children: list[Node] = []
        self.ticked = 0
        self.total = 0
        self.search = ""

    @property
    def key(self) -> str:
        return self.item.key if self.item is not None else ""

    @property
    def state(self) -> Qt.CheckState:
        if self.ticked == 0:
            return OFF
        return ON if self.ticked == self.total else SOME

    def matches(self, words: Sequence[str]) -> bool:
        """Whether it, or a row below it, contains all these words."""
        return all(word in self.search for word in words) or any(
            child.matches(words) for child in self.children
        )

    def series(self) -> Iterator[Node]:
        """The series at and below this node."""
        if isinstance(self.item, Series):
            yield self
        for child in self.children:
            yield from child.series()


def person_text(name: str) -> str:
    """A person name (PS3.5 §6.2.1) in readable form: its component groups, with spaces for `^`."""
    groups = (" ".join(part for part in group.split("^") if part) for group in name.split("="))
    return " / ".join(group for group in groups if group)


def date_text(date: str) -> str:
    """`YYYYMMDD`, and the older `YYYY.MM.DD`, as `YYYY-MM-DD`; any other text unchanged."""
    if len(date) == 10 and date[4] == date[7] == ".":
        date = date.replace(".", "")
    if len(date) == 8 and date.isdigit():
        return f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return date


def below(item: Item) -> tuple[Item, ...]:
    if isinstance(item, Patient):
        return item.studies
    return item.series if isinstance(item, Study) else ()


def search_text(item: Item) -> str:
    words: tuple[str, ...]
    if isinstance(item, Patient):
        words = (item.name, person_text(item.name), item.id)
    elif isinstance(item, Study):
        words = (item.description, item.date, date_text(item.date), item.accession, item.uid)
    else:
        words = (item.description, item.modality, item.body_part, date_text(item.date), item.uid)
    return "\n".join(words).casefold()


def sort_key(item: Item, column: int) -> tuple[object, ...]:
    """A sort key for items by a column; a patient's date is that of the latest study."""
    if column == Column.COUNT:
        return (item.instance_count,)
    if column == Column.SIZE:
        return (item.size,)
    if isinstance(item, Patient):
        name = (person_text(item.name).casefold(), item.id)
        latest = max((date_text(study.date) for study in item.studies), default="")
        return {Column.DATE: (latest,), Column.MODALITY: ()}.get(Column(column), name)
    if column == Column.DATE:
        return (date_text(item.date),)
    if isinstance(item, Study):
        return item.modalities if column == Column.MODALITY else (item.description.casefold(),)
    if column == Column.MODALITY:
        return (item.modality,)
    return (item.number if item.number is not None else -1, item.description.casefold())
