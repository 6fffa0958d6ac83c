"""The bytes of a JSON value that are signed: its canonical form by RFC 8785.

Only whole numbers up to 2^53 are possible: they are written alike by everybody.
"""

from __future__ import annotations

import json
from typing import Any, Final

_LARGEST: Final = 2**53


def canonical(value: Any) -> bytes:
    """The canonical form.

    Raises:
        ValueError: a number that is not whole or is too large, or half a character.
    """
    return _written(value).encode("utf-8")


def _written(value: Any) -> str:
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() if abs(value) <= _LARGEST:
            return str(value)
        case list():
            return f"[{','.join(map(_written, value))}]"
        case dict():
            names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
            return f"{{{','.join(f'{_written(n)}:{_written(value[n])}' for n in names)}}}"
    raise ValueError(f"{type(value).__name__} has no canonical form here")
