"""Makes series as scanners number and place them, of all kinds met so far; each is complete."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from gantry.engine.instance import Geometry, Instance, Source
from gantry.engine.shared_values import shared_once

MR, CT, PT = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.128"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)

_names = itertools.count()


@dataclass(frozen=True)
class Made:
    """One image of a made series."""

    number: int | None
    z: float | None = None
    orientation: tuple[float, float, float, float, float, float] | None = AXIAL
    echo: str = ""
    temporal: str = ""
    diffusion: str = ""
    acquisition: str = ""
    sop_class: str = MR
    frames: int = 1
    kind: tuple[str, ...] = ("ORIGINAL", "PRIMARY")
    images: int = 0
    time_points: int = 0

    def instance(self) -> Instance:
        name = next(_names)
        position = None
        if self.z is not None:
            position = {SAGITTAL: (self.z, 0.0, 0.0), CORONAL: (0.0, self.z, 0.0)}.get(
                self.orientation or AXIAL, (0.0, 0.0, self.z)
            )
        geometry = Geometry(
            position, self.orientation, None, self.frames, self.echo, self.acquisition,
            self.temporal, self.diffusion, self.kind,
        )  # fmt: skip
        made = Instance(
            Source(f"/data/{name}", 100, 1, 1), f"9.{name}", self.sop_class, "1.3", "1.2",
            "1.2.840.10008.1.2.1", self.number, 64, 64, geometry,
        )  # fmt: skip
        shared = made.shared._replace(images=self.images, time_points=self.time_points)
        made.shared = shared_once(shared)
        return made


def _grid(slices: int, volumes: int, *, slices_first: bool = True) -> Iterator[tuple[int, int]]:
    """Slice and volume of each image, in the order of their numbers."""
    if slices_first:
        yield from ((s, v) for v in range(volumes) for s in range(slices))
    else:
        yield from ((s, v) for s in range(slices) for v in range(volumes))


def _numbered(first: int, places: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    for number, (s, v) in enumerate(places, first):
        yield number, s, v


def _ge_fmri(r: Random) -> list[Made]:
    slices, volumes = r.randint(18, 40), r.randint(8, 40)
    total = r.choice((0, slices * volumes))
    return [Made(n, 3.5 * s, images=total) for n, s, _ in _numbered(1, _grid(slices, volumes))]


def _philips_dwi(r: Random) -> list[Made]:
    slices, volumes = r.randint(20, 60), r.randint(2, 34)
    order = r.random() < 0.5
    return [
        Made(n, 2.5 * s, diffusion=str(v), temporal="1")
        for n, s, v in _numbered(1, _grid(slices, volumes, slices_first=order))
    ]


def _toshiba_dti(r: Random) -> list[Made]:
    slices, volumes = r.randint(20, 52), r.randint(6, 20)
    return [Made(n, 3.0 * s) for n, s, _ in _numbered(1, _grid(slices, volumes))]


def _mosaic(r: Random) -> list[Made]:
    return [
        Made(n, -60.0, kind=("ORIGINAL", "PRIMARY", "M", "MOSAIC"), acquisition=str(n))
        for n in range(1, r.randint(10, 300))
    ]


def _xa10_enhanced(r: Random) -> list[Made]:
    frames = r.randint(20, 60)
    return [
        Made(n, None, None, sop_class=ENHANCED_MR, frames=frames)
        for n in range(1, r.randint(6, 90))
    ]


def _uih(r: Random) -> list[Made]:
    return [Made(n, 12.0, acquisition="1") for n in range(1, r.randint(8, 100))]


def _ct_two_spacings(r: Random) -> list[Made]:
    base, head = r.randint(6, 15), r.randint(10, 25)
    places = [2.5 * n for n in range(base)] + [2.5 * base + 7.5 * n for n in range(head)]
    return [Made(n, z, sop_class=CT) for n, z in enumerate(places, 1)]


def _ct(r: Random) -> list[Made]:
    first = r.choice((0, 1, 1, 1, 5, 37, 301))
    return [Made(first + n, 1.25 * n, sop_class=CT) for n in range(r.randint(20, 400))]


def _localizer(r: Random) -> list[Made]:
    kind = ("ORIGINAL", "PRIMARY", "LOCALIZER")
    made, numbers = [], itertools.count(1)
    for orientation in (AXIAL, SAGITTAL, CORONAL):
        count = r.choice((1, 3, 3, 5, 7))
        made += [Made(next(numbers), 10.0 * n, orientation, kind=kind) for n in range(count)]
    return made


def _scouts(r: Random) -> list[Made]:
    kind = ("ORIGINAL", "PRIMARY", "LOCALIZER")
    return [
        Made(n, 0.0, orientation, sop_class=CT, kind=kind)
        for n, orientation in zip(
            r.choice(((1, 2), (1, 3), (0, 2))), (SAGITTAL, CORONAL), strict=True
        )
    ]


def _dual_echo(r: Random) -> list[Made]:
    slices, by_slice = r.randint(15, 60), r.random() < 0.5
    return [
        Made(n, 3.0 * s, echo=str(e + 1))
        for n, s, e in _numbered(1, _grid(slices, 2, slices_first=by_slice))
    ]


def _one_echo_of_two(r: Random) -> list[Made]:
    """Each echo is a series of its own, and the numbers run through both: 1, 3, 5 …"""
    first = r.randint(1, 2)
    return [Made(first + 2 * n, 3.0 * n, echo=str(first)) for n in range(r.randint(20, 60))]


def _multi_phase(r: Random) -> list[Made]:
    slices, phases = r.randint(10, 30), r.randint(3, 25)
    given = r.choice((0, phases))
    return [
        Made(n, 8.0 * s, temporal=str(p + 1), time_points=given)
        for n, s, p in _numbered(1, _grid(slices, phases, slices_first=r.random() < 0.5))
    ]


def _repeated_numbers(r: Random) -> list[Made]:
    slices, volumes = r.randint(12, 60), r.randint(2, 30)
    first = r.choice((0, 1))
    return [
        Made(first + s, 2.0 * s, diffusion=str(v), acquisition=str(v + 1))
        for s, v in _grid(slices, volumes)
    ]


def _by_hundreds(r: Random) -> list[Made]:
    slices, volumes, first = r.randint(12, 90), r.randint(3, 12), r.choice((0, 1))
    return [
        Made(100 * (v + 1) + s + first, 2.0 * s, temporal=str(v)) for s, v in _grid(slices, volumes)
    ]


def _hundreds(r: Random) -> list[Made]:
    return [Made(100 * n, 2.0 * n) for n in range(1, r.randint(12, 60))]


def _radial(r: Random) -> list[Made]:
    """Rotated around an axis: no two images are parallel."""
    from math import cos, pi, sin

    count = r.randint(12, 60)
    return [
        Made(n + 1, 0.0, (cos(pi * n / count), sin(pi * n / count), 0.0, 0.0, 0.0, -1.0))
        for n in range(count)
    ]


def _pacs_export(r: Random) -> list[Made]:
    """Renumbered by a PACS, or not at all, or every other image of a series."""
    count, way = r.randint(20, 200), r.randrange(4)
    if way == 0:
        return [Made(None, 2.0 * n, sop_class=CT) for n in range(count)]
    if way == 1:
        return [Made(1000 + n, 2.0 * n, sop_class=CT) for n in range(count)]
    if way == 2:
        return [Made(5 * n, 10.0 * n, sop_class=CT) for n in range(1, count)]
    return [Made(n, 2.0 * (count - n), sop_class=PT) for n in range(1, count)]


def _two_slabs(r: Random) -> list[Made]:
    one, other = r.randint(8, 20), r.randint(8, 20)
    places = [2.0 * n for n in range(one)] + [100 + 2.0 * n for n in range(other)]
    return [Made(n, z) for n, z in enumerate(places, 1)]


KINDS: dict[str, Callable[[Random], list[Made]]] = {
    "GE fMRI": _ge_fmri,
    "Philips DWI": _philips_dwi,
    "Toshiba DTI": _toshiba_dti,
    "Siemens MOSAIC": _mosaic,
    "XA10 enhanced": _xa10_enhanced,
    "UIH, a volume a file": _uih,
    "GE CT with two spacings": _ct_two_spacings,
    "CT": _ct,
    "localizer": _localizer,
    "scouts": _scouts,
    "dual echo": _dual_echo,
    "one echo of two": _one_echo_of_two,
    "multi-phase": _multi_phase,
    "repeated numbers": _repeated_numbers,
    "blocks by hundreds": _by_hundreds,
    "steps of a hundred": _hundreds,
    "radial": _radial,
    "PACS export": _pacs_export,
    "two slabs": _two_slabs,
}


def canon_series(r: Random) -> list[list[Made]]:
    """Canon's classic way: a series for each slice."""
    return [[Made(1, 3.0 * n)] for n in range(r.randint(10, 30))]
