"""Finds images that seem to be missing from a series: by number, by position, by what headers say.

It is cautious. Positions count only if they are regular except for holes of whole slices and the
instance numbers don't contradict, or if all positions but a few have the same number of images.
Numbers count only if they have few holes. (DICOM PS3.3 §C.7.6.1, §C.7.6.2.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from gantry.engine.errors import Fact
from gantry.engine.instance import Instance
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.numbering import (
    FEWEST,
    MOST_HOLES,
    NOTHING,
    Missing,
    in_words,
    is_whole,
    numbers_missing,
)
from gantry.engine.shared_values import SharedValues

FEWEST_POSITIONS: Final = 4
SAME_PLACE: Final = 0.01  # mm
REGULAR: Final = 0.05  # of the spacing
WHOLE: Final = 0.1  # how close a hole must be to whole slices
MOSTLY: Final = 0.6  # of the steps are regular
COVERED: Final = 0.8  # of the positions, by every echo, time point or weighting

FULL: Final = 0.8  # of the positions have as many images as any

# Series of slices and volumes; from others, single images are often removed on purpose
_SLICES: Final = (
    "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2",
    "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.3",
    "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.128",
    "1.2.840.10008.5.1.4.1.1.128.1", "1.2.840.10008.5.1.4.1.1.130",
)  # fmt: skip

_Placed = tuple[float, Instance]
_Stack = list[list[_Placed]]


def slices_missing(instances: Sequence[Instance]) -> Caution | None:
    """What a series seems to lack, or None."""
    numbers, places = _sorted_out(instances)
    by_numbers = numbers_missing(numbers) if numbers else NOTHING
    if by_numbers.step > 1 and not places:
        by_numbers = NOTHING  # localizers and multi-frame images are numbered arbitrarily
    few = sum(_fewer(stack) for stack in places)
    if not numbers or not is_whole(numbers):
        holes = [_holes(stack) for stack in places]
        slices = sum(missing for missing, _spacing in holes)
        # a unique number for each image says more than positions; one that increases in steps, less
        believed = by_numbers.images if by_numbers.step == by_numbers.often == 1 else 0
        if slices and not believed and slices >= by_numbers.images:
            return _by_holes(places, holes)
    if by_numbers.images:
        return _by_numbers(by_numbers, few, numbers)
    present = len(instances)
    facts: dict[str, Fact] = {"missing": few, "present": present, "by": "places"}
    if few:
        return Caution(CautionCode.SLICES_MISSING, facts)
    if promised := _promised(instances, numbers, places):
        facts |= {"missing": promised - present, "promised": promised, "by": "header"}
        return Caution(CautionCode.SLICES_MISSING, facts)
    return None


def _sorted_out(instances: Sequence[Instance]) -> tuple[list[int], list[_Stack]]:
    """The numbers of slices and volumes, if each has one; and the positions of each stack."""
    numbers: list[int] = []
    all_numbered = True
    stacks: dict[tuple[object, ...], list[_Placed]] = defaultdict(list)
    # one object serves many instances: whether they are slices, and their stack
    of_shared: dict[int, tuple[bool, list[_Placed] | None]] = {}
    for instance in instances:
        shared = instance.shared
        if (known := of_shared.get(id(shared))) is None:
            key = _stack(shared)
            is_slice = shared.sop_class_uid in _SLICES
            known = of_shared[id(shared)] = is_slice, None if key is None else stacks[key]
        is_slice, stack = known
        number, position = instance.number_and_position
        if number is not None and (is_slice or position is not None):
            numbers.append(number)
        elif number is None:
            all_numbered = False
        if stack is not None and position is not None and shared.orientation is not None:
            stack.append((_along_normal(position, shared.orientation), instance))
    places = [_places(stack) for stack in stacks.values() if stack]
    return numbers if all_numbered else [], places


def _by_holes(places: Sequence[_Stack], holes: Sequence[tuple[int, float]]) -> Caution:
    missing = present = 0
    spacing = 0.0
    for stack, (slices, step) in zip(places, holes, strict=True):
        if slices:
            missing += slices
            present += sum(len(place) for place in stack)
            spacing = step
    facts = {"missing": missing, "present": present, "spacing": round(spacing, 2)}
    return Caution(CautionCode.SLICES_MISSING, dict(facts))


def _by_numbers(found: Missing, by_places: int, numbers: Sequence[int]) -> Caution:
    """Judges by numbers; positions may find more, because they know the last number, too."""
    missing, gone = found.images, found.numbers
    if missing < by_places <= missing + max(2, len(numbers) // 20):
        missing = by_places
    facts: dict[str, Fact] = {
        "missing": missing, "present": len(numbers), "lowest": min(numbers),
        "highest": max(numbers), "first": gone[0], "last": gone[-1],
    }  # fmt: skip
    if found.often > 1:
        facts |= {"often": found.often, "numbers": in_words(gone), "by": "fewer"}
        return Caution(CautionCode.SLICES_MISSING, facts)
    if len(gone) == 1:
        return Caution(CautionCode.SLICES_MISSING, {**facts, "by": "number"})
    if gone[-1] - gone[0] == len(gone) - 1:
        return Caution(CautionCode.SLICES_MISSING, {**facts, "by": "range"})
    return Caution(
        CautionCode.SLICES_MISSING, {**facts, "numbers": in_words(gone), "by": "numbers"}
    )


def _promised(
    instances: Sequence[Instance], numbers: Sequence[int], places: Sequence[_Stack]
) -> int:
    """How many images the headers state, if that is plausible and more than exist."""
    present = len(instances)
    told = {(i.shared.images, i.shared.time_points) for i in instances}
    if len(told) != 1 or present < FEWEST:
        return 0
    images, time_points = told.pop()
    most = int(present / (1 - MOST_HOLES))
    if present < images <= most and len(set(numbers)) == present and max(numbers) <= images:
        return images
    if time_points > 1 and len(places) == 1 and len(places[0]) >= FEWEST_POSITIONS:
        grid = time_points * len(places[0])
        most_at_one = max(len(place) for place in places[0])
        if present < grid <= most and most_at_one <= time_points:
            return grid
    return 0


def _stack(shared: SharedValues) -> tuple[object, ...] | None:
    """What the images of one stack have in common; None for images that aren't judged."""
    if shared.orientation is None or shared.frames > 1:
        return None
    if any(kind.strip().upper() in ("LOCALIZER", "SCOUT") for kind in shared.image_type):
        return None
    direction = tuple(round(part, 3) + 0.0 for part in shared.orientation)
    return direction, shared.rows, shared.columns


def _along_normal(position: Sequence[float], orientation: Sequence[float]) -> float:
    """The position of an image along the slices' normal, in mm."""
    ax, ay, az, bx, by, bz = orientation
    x, y, z = position
    return x * (ay * bz - az * by) + y * (az * bx - ax * bz) + z * (ax * by - ay * bx)


def _places(stack: list[_Placed]) -> _Stack:
    """The images of one stack by their position along its normal."""
    stack.sort(key=lambda placed: placed[0])
    places: _Stack = []
    for placed in stack:
        if places and placed[0] - places[-1][-1][0] <= SAME_PLACE:
            places[-1].append(placed)
        else:
            places.append([placed])
    return places


def _fewer(places: _Stack) -> int:
    """How many images a few positions lack compared with all the others."""
    counts = [len(place) for place in places]
    often = max(counts)
    if len(counts) < FEWEST_POSITIONS or often < 3:
        return 0
    missing = often * len(counts) - sum(counts)
    full = [n for n, count in enumerate(counts) if count == often]
    if len(full) < FULL * len(counts):
        return 0
    if missing > 1 and full[-1] - full[0] == len(full) - 1:
        return 0  # fewer at the ends only: some volumes are shorter than others
    return missing if missing <= MOST_HOLES * often * len(counts) else 0


def _holes(places: _Stack) -> tuple[int, float]:
    """Slices missing from one stack of parallel images, and its spacing in mm."""
    if len(places) < FEWEST_POSITIONS:
        return 0, 0.0
    steps = [b[0][0] - a[0][0] for a, b in pairwise(places)]
    spacing = median(steps)
    regular = sum(abs(step / spacing - 1) <= REGULAR for step in steps)
    if regular < MOSTLY * len(steps):
        return 0, spacing
    missing = 0
    for step, (before, after) in zip(steps, pairwise(places), strict=True):
        slices = round(step / spacing)
        if slices >= 2 and abs(step / spacing - slices) <= WHOLE and not _adjoin(before, after):
            missing += slices - 1
    return missing or _uneven(places), spacing


def _adjoin(before: Iterable[_Placed], after: Iterable[_Placed]) -> bool:
    """Whether instance numbers say that nothing was between two positions: a gap between slabs."""
    numbers = {placed[1].instance_number for placed in before}
    return any(
        number is not None and (number - 1 in numbers or number + 1 in numbers)
        for number in (placed[1].instance_number for placed in after)
    )


def _uneven(places: Sequence[Sequence[_Placed]]) -> int:
    """Slices that one echo, time point or diffusion weighting has and another lacks."""
    covered: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for index, place in enumerate(places):
        for _along, instance in place:
            covered[instance.varying].add(index)
    if len(covered) < 2 or any(len(c) < COVERED * len(places) for c in covered.values()):
        return 0
    return sum(len(places) - len(c) for c in covered.values())
