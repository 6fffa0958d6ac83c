"""Turns rows of the database into frozen values, field by field, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class FieldMap(Generic[Value]):
    """Maps each field of a value to a column; usually both have the same name.

    Args:
        make: makes the value from its fields, as keyword arguments.
        names: the fields, in the order in which `make` takes them.
        table: qualifies the columns of those names, if a query joins several tables.
        sql: the expressions of fields without a column of that name.
        read: converts a stored value to a field's, if the two differ.
        parts: fields that are values with columns of their own.

    Attributes:
        columns: what to select.
    """

    def __init__(
        self,
        make: Callable[..., Value],
        names: Iterable[str],
        *,
        table: str = "",
        sql: Mapping[str, str] | None = None,
        read: Mapping[str, Callable[[Any], Any]] | None = None,
        parts: Mapping[str, FieldMap[Any]] | None = None,
    ) -> None:
        self._make = make
        self._names = tuple(names)
        self._read = [(self._names.index(n), convert) for n, convert in (read or {}).items()]
        self._parts: list[tuple[str, FieldMap[Any], slice]] = []
        other = sql or {}
        self._columns = [other.get(n, f"{table}.{n}" if table else n) for n in self._names]
        for name, part in (parts or {}).items():
            start = len(self._columns)
            self._columns += part._columns
            self._parts.append((name, part, slice(start, len(self._columns))))
        self.columns = ", ".join(self._columns)

    def of(self, row: Sequence[Any], **others: object) -> Value:
        """The value of a selected row; `others` are fields without a column."""
        values = list(row)
        for at, convert in self._read:
            values[at] = convert(values[at])
        if not others and not self._parts:
            return self._make(*values)  # by position, which is faster: lists have many rows
        fields: dict[str, Any] = dict(zip(self._names, values, strict=False))
        for name, part, place in self._parts:
            fields[name] = part.of(row[place])
        return self._make(**fields, **others)
