"""Lists of numbers, written as ranges."""

from __future__ import annotations

from collections.abc import Iterable


def ranges(numbers: Iterable[int]) -> str:
    """`0-2,5` for 0, 1, 2, 5."""
    parts: list[str] = []
    first = last = -2
    for n in sorted(numbers):
        if n == last + 1:
            last = n
            continue
        if first >= 0:
            parts.append(f"{first}-{last}" if last > first else str(first))
        first = last = n
    if first >= 0:
        parts.append(f"{first}-{last}" if last > first else str(first))
    return ",".join(parts)


def parse_ranges(text: str, count: int) -> list[int]:
    """The numbers below `count` that `ranges` wrote.

    Raises:
        ValueError: it did not write this text.
    """
    numbers: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers += range(int(first), min(int(last or first), count - 1) + 1)
    return numbers
