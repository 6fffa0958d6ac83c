"""Finds slices that seem to be missing from a series, by geometry (DICOM PS3.3 §C.7.6.2).

Cautious: it speaks only where positions are regular but for holes of whole slices, and where the
instance numbers don't contradict. Localizers and multi-frame images are not looked at; echoes,
time points and diffusion weightings lie at the same positions and so raise no alarm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from gantry.engine.instance import Instance, Shared
from gantry.engine.intake.cautions import Caution, CautionCode

FEWEST_POSITIONS: Final = 4
SAME_PLACE: Final = 0.01  # mm
REGULAR: Final = 0.05  # of the spacing
WHOLE: Final = 0.1  # a hole is so near to whole slices
MOSTLY: Final = 0.6  # of the steps are regular
COVERED: Final = 0.8  # of the positions, by every echo, time point or weighting

_Placed = tuple[float, Instance]


def slices_missing(instances: Sequence[Instance]) -> Caution | None:
    """What a series seems to lack, or None."""
    if _numbers_are_whole(instances):
        return None
    stacks: dict[tuple[object, ...], list[_Placed]] = defaultdict(list)
    of_shared: dict[int, list[_Placed] | None] = {}  # one object serves many instances
    for instance in instances:
        shared = instance.shared
        if id(shared) not in of_shared:
            key = _stack(shared)
            of_shared[id(shared)] = None if key is None else stacks[key]
        stack, position = of_shared[id(shared)], instance.position
        if stack is not None and position is not None and shared.orientation is not None:
            stack.append((_along_normal(position, shared.orientation), instance))
    missing, present, spacing = 0, 0, 0.0
    for stack in filter(None, stacks.values()):
        holes, step = _holes(stack)
        if holes:
            missing += holes
            present += len(stack)
            spacing = step
    if not missing:
        return None
    facts = {"missing": missing, "present": present, "spacing": round(spacing, 2)}
    return Caution(CautionCode.SLICES_MISSING, dict(facts))


def _stack(shared: Shared) -> tuple[object, ...] | None:
    """What the images of one stack have in common; None for what isn't looked at."""
    if shared.orientation is None or shared.frames > 1:
        return None
    if any(kind.strip().upper() in ("LOCALIZER", "SCOUT") for kind in shared.image_type):
        return None
    direction = tuple(round(part, 3) + 0.0 for part in shared.orientation)
    return direction, shared.rows, shared.columns


def _along_normal(position: Sequence[float], orientation: Sequence[float]) -> float:
    """How far along the slices' normal an image lies, in mm."""
    ax, ay, az, bx, by, bz = orientation
    x, y, z = position
    return x * (ay * bz - az * by) + y * (az * bx - ax * bz) + z * (ax * by - ay * bx)


def _numbers_are_whole(instances: Iterable[Instance]) -> bool:
    """Whether the instance numbers run through without a hole and without a repeat."""
    numbers = [instance.instance_number for instance in instances]
    known = {number for number in numbers if number is not None}
    return len(known) == len(numbers) > 0 and max(known) - min(known) + 1 == len(known)


def _holes(stack: list[_Placed]) -> tuple[int, float]:
    """Slices missing from one stack of parallel images, and its spacing in mm."""
    stack.sort(key=lambda placed: placed[0])
    places: list[list[_Placed]] = []
    for placed in stack:
        if places and placed[0] - places[-1][-1][0] <= SAME_PLACE:
            places[-1].append(placed)
        else:
            places.append([placed])
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
    """Whether instance numbers say that nothing was between two places: a gap between slabs."""
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
