"""Converts JSON objects to structs, value by value: an unknown value affects only itself.

A struct's field `extra` keeps what it doesn't know: keys of another version, and invalid values of
known keys. Both are written back, a value only as long as the field has its default: then nobody
chose another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec

Raw = dict[str, Any]
Kind = TypeVar("Kind", bound=msgspec.Struct)


def understood(
    raw: object, kind: type[Kind], accepts: Mapping[str, Callable[[Any], bool]] | None = None
) -> Kind:
    """Converts an object as far as possible; `accepts` checks values that have the right type.

    Raises:
        ValueError: not an object, or a field without default is missing or invalid.
    """
    if not isinstance(raw, dict):
        raise ValueError("not an object")
    values: Raw = {}
    extra: Raw = {}
    hints = _hints(kind)
    for name, value in raw.items():
        try:
            values[name] = _converted(value, hints[name], (accepts or {}).get(name))
        except (KeyError, ValueError, RecursionError):
            extra[name] = value
    try:
        return kind(**values, extra=extra)
    except TypeError as error:
        raise ValueError(str(error)) from None


def written_back(struct: msgspec.Struct) -> Raw:
    """The object of a struct, with the unknown keys and values."""
    raw: Raw = msgspec.to_builtins(struct)
    extra = raw.pop("extra")
    kept = not_understood(struct)
    return {**raw, **{k: v for k, v in extra.items() if k not in raw or k in kept}}


def not_understood(struct: msgspec.Struct) -> set[str]:
    """Fields whose value in the file is not the one in use."""
    fields = {f.name: f for f in msgspec.structs.fields(struct)}
    extra: Raw = struct.extra  # type: ignore[attr-defined]
    return {
        name for name in extra if name in fields and getattr(struct, name) == _default(fields[name])
    } | ({"destinations"} if "destinations" in extra else set())


def _default(field: msgspec.structs.FieldInfo) -> object:
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in msgspec.structs.fields(kind) if f.name != "extra"}


def _converted(value: object, hint: Any, accepts: Callable[[Any], bool] | None) -> object:
    found = msgspec.convert(value, hint)
    if accepts is not None and not accepts(found):
        raise ValueError("not accepted")
    return found
