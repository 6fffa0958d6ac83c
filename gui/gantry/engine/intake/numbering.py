"""Finds instance numbers that seem to be missing from a series (DICOM PS3.3 §C.7.6.1.1.1).

Numbers may begin anywhere, increase in steps, begin again at each hundred, or occur once per
volume. Images omitted on purpose leave larger holes than lost ones: a quarter is the limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import gcd
from statistics import mode
from typing import Final, NamedTuple

FEWEST: Final = 4  # images that are judged
MOST_HOLES: Final = 0.25  # of the whole span
_BLOCK: Final = 100
_MOSTLY: Final = 0.8  # of the numbers, as often as the rest


class Missing(NamedTuple):
    """How many images are missing, and their numbers; each number comes `often` in the series."""

    images: int
    numbers: tuple[int, ...]
    step: int = 1
    often: int = 1


NOTHING: Final = Missing(0, ())


def numbers_missing(numbers: Sequence[int]) -> Missing:
    """What a series with these instance numbers, in any order, seems to lack."""
    counts = Counter(numbers)
    if len(counts) < FEWEST:
        return NOTHING
    if len(counts) == len(numbers):
        return _of_unique(sorted(counts))
    return _of_repeated(counts)


def is_whole(numbers: Sequence[int]) -> bool:
    """Whether they are consecutive, without a hole or a repeat."""
    return len(set(numbers)) == len(numbers) > 0 and max(numbers) - min(numbers) + 1 == len(numbers)


def in_words(numbers: Sequence[int], most: int = 6) -> str:
    """`3, 17–19, 40`, and `…` where there are more ranges than that."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    parts = [f"{a}" if a == b else f"{a}–{b}" for a, b in ranges[:most]]
    return ", ".join(parts) + (" …" if len(ranges) > most else "")


def _of_unique(numbers: list[int]) -> Missing:
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return NOTHING
    step = gcd(*(b - a for a, b in pairwise(numbers)))
    blocks = _blocks(numbers)
    if len(blocks) > 1:
        step = gcd(*(b - a for block in blocks for a, b in pairwise(block))) or 1
    span = 0
    missing: list[int] = []
    for begin, end in _bounds(blocks, step):
        span += (end - begin) // step + 1
        missing += range(begin, end + 1, step)
    present = set(numbers)
    missing = [number for number in missing if number not in present]
    if not missing or len(missing) > MOST_HOLES * span:
        return NOTHING
    return Missing(len(missing), tuple(missing), step)


def _blocks(numbers: list[int]) -> list[list[int]]:
    """Numbers that begin again at hundreds: 1 to 20, 101 to 120 …; usually all are one block."""
    blocks = [[numbers[0]]]
    first = numbers[0] % _BLOCK
    for before, number in pairwise(numbers):
        again = before // _BLOCK != number // _BLOCK and number - before > 1
        if again and first <= 2 and number % _BLOCK <= 2:  # the first may be the lost one
            blocks.append([number])
        else:
            blocks[-1].append(number)
    if len(numbers) < 3 * len(blocks) or any(b[-1] - b[0] >= _BLOCK for b in blocks):
        return [numbers]
    return blocks


def _bounds(blocks: list[list[int]], step: int) -> list[tuple[int, int]]:
    """The range of each block; the same as that of most if all but a few images exist."""
    bounds = [(block[0], block[-1]) for block in blocks]
    if len(blocks) < 3:
        return bounds
    begins = mode(begin % _BLOCK for begin, _ in bounds)
    ends = mode(end % _BLOCK for _, end in bounds)
    lacking = [(begin % _BLOCK - begins, ends - end % _BLOCK) for begin, end in bounds]
    usual = sum(lack == (0, 0) for lack in lacking)
    if usual < len(blocks) / 2 or any(
        not 0 <= part <= 2 * step for lack in lacking for part in lack
    ):
        return bounds
    return [
        (begin - lack[0], end + lack[1]) for (begin, end), lack in zip(bounds, lacking, strict=True)
    ]


def _of_repeated(counts: Counter[int]) -> Missing:
    """Numbers that occur once per volume or echo: one that occurs less often lacks an image."""
    numbers = sorted(counts)
    often = max(counts.values())
    whole = [number for number in numbers if counts[number] == often]
    step = gcd(*(b - a for a, b in pairwise(numbers)))
    if often < 2 or len(whole) < _MOSTLY * len(numbers):
        return NOTHING
    inner = range(numbers[0], numbers[-1] + 1, step)
    lacking = {n: often - counts[n] for n in inner if counts[n] < often}
    at_ends = sum(lack for n, lack in lacking.items() if not whole[0] < n < whole[-1])
    # the last volume may have been stopped, so at an end only one image counts as lost
    if at_ends > (1 if often > 2 else 0):
        return NOTHING
    missing = sum(lacking.values())
    if missing > MOST_HOLES * often * len(inner):
        return NOTHING
    return Missing(missing, tuple(lacking), step, often)
