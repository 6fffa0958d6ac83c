"""Cuts a parcel that a server finds too big: by series first, a big series then into parts."""

from __future__ import annotations

import dataclasses

from ulid import ULID

from gantry.engine.instance import Instance
from gantry.engine.parcel import Parcel

_ROOM = 0.95  # tar headers and the manifest take their part of the limit
_OVERHEAD = 2048  # bytes a member costs beside its own: tar header, padding, manifest entry


def split(parcel: Parcel, limit: int, *, ratio: float = 1.0) -> tuple[Parcel, ...]:
    """Parcels whose archives stay below `limit` bytes, each with an id of its own.

    Series that fit together travel together; none is cut that fits alone. A single instance over
    the limit becomes a parcel of its own, which the server will refuse by name. A parcel that can't
    be made smaller comes back as it is.

    Args:
        ratio: archive bytes per source byte, as seen when the whole parcel was packed.
    """
    room = limit * _ROOM
    series: dict[str, list[Instance]] = {}
    for instance in parcel.files:
        series.setdefault(instance.series_instance_uid, []).append(instance)
    bins: list[list[Instance]] = []
    sizes: list[float] = []
    for instances in series.values():
        for part in _parts(instances, room, ratio):
            size = sum(_packed(i, ratio) for i in part)
            if bins and sizes[-1] + size <= room:
                bins[-1] += part
                sizes[-1] += size
            else:
                bins.append(list(part))
                sizes.append(size)
    if len(bins) < 2:
        return (parcel,)
    return tuple(
        dataclasses.replace(
            parcel,
            id=str(ULID()),
            files=tuple(files),
            label=f"{parcel.label} ({n}/{len(bins)})" if parcel.label else "",
        )
        for n, files in enumerate(bins, 1)
    )


def _parts(instances: list[Instance], room: float, ratio: float) -> list[list[Instance]]:
    if sum(_packed(i, ratio) for i in instances) <= room:
        return [instances]
    parts: list[list[Instance]] = [[]]
    size = 0.0
    for instance in instances:
        packed = _packed(instance, ratio)
        if parts[-1] and size + packed > room:
            parts.append([])
            size = 0.0
        parts[-1].append(instance)
        size += packed
    return parts


def _packed(instance: Instance, ratio: float) -> float:
    return instance.size * ratio + _OVERHEAD
