"""Names uploads by templates, and refuses names that would make two things one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.safe import NameKind, compared, safe
from gantry.engine.labels.template import LABEL, Template
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.times import planned

Values = Mapping[str, str]
# Known only once the archive is packed; before that, its parcel's id represents it.
_LATER: Final = ("sha256", "size")


def values_of(archive: Archive) -> Values:
    """What a template can say about a packed upload."""
    return {
        **_common(archive.parcel, archive.labels, archive.modality),
        "study_uid": archive.study_uid,
        "sha256": archive.sha256,
        "size": str(archive.size),
    }


def planned_values(parcel: Parcel) -> Values:
    """The same before it is packed, with the parcel's id for what is not known yet."""
    later = dict.fromkeys(_LATER, parcel.id)
    # A de-identified study gets its new UID while it is packed.
    known = parcel.study_uid and (parcel.id if parcel.treatment.deidentified else parcel.study_uid)
    common = _common(parcel.id, parcel.labels, parcel.modality)
    return {**common, "study_uid": known, **later}


def _common(parcel: str, labels: Iterable[tuple[str, str]], modality: str) -> dict[str, str]:
    return {
        **{f"{LABEL}{name}": value for name, value in labels},
        "parcel": parcel,
        "modality": modality,
        "date": planned(parcel).strftime("%Y-%m-%d"),
    }


def path_of(template: Template, values: Values, kind: NameKind) -> tuple[str, ...]:
    """The levels of a path, each a safe name; a `/` in the template divides them.

    Raises:
        GantryError: LABEL_MISSING; LABEL_INVALID: a name is too long.
    """
    filled = template.fill(values, lambda value: value.replace("/", "_").replace("\\", "_"))
    levels = filled.replace("\\", "/").split("/") if kind is NameKind.FILE else filled.split("/")
    return tuple(safe(level, kind) for level in levels if level.strip())


def name_of(template: Template, values: Values, kind: NameKind) -> str:
    """A single safe name.

    Raises:
        GantryError: LABEL_MISSING; LABEL_INVALID: it is too long.
    """
    return safe(template.fill(values), kind)


class Clashes:
    """Finds different values of a template that would get the same name."""

    def __init__(self, template: Template, kind: NameKind, place: str) -> None:
        self._template, self._kind, self._place = template, kind, place
        self._known: dict[str, tuple[str, ...]] = {}

    def add(self, values: Values) -> str:
        """Returns the name for these values.

        Raises:
            GantryError: LABEL_COLLISION, LABEL_MISSING, LABEL_INVALID.
        """
        try:
            name = "/".join(path_of(self._template, values, self._kind))
        except GantryError as error:
            error.facts.setdefault("place", self._place)
            raise
        want_one(self._known, name, tuple(values[f] for f in self._template.fields), self._kind,
                 self._place)  # fmt: skip
        return name


def want_one(
    known: dict[str, tuple[str, ...]],
    name: str,
    values: tuple[str, ...],
    kind: NameKind,
    place: str,
) -> None:
    """Notes what a name is for. Raises LABEL_COLLISION if it is for something else already."""
    before = known.setdefault(compared(name, kind), values)
    if before != values:
        raise GantryError(
            ErrorCode.LABEL_COLLISION,
            facts={"place": place},
            private={"value": " / ".join(before), "other": " / ".join(values), "name": name},
        )


def check_paths(template: Template, parcels: Iterable[Parcel], kind: NameKind, place: str) -> None:
    """Checks that a template gives each upload a name, and none to two different ones.

    Raises:
        GantryError: LABEL_COLLISION, LABEL_MISSING, LABEL_INVALID.
    """
    clashes = Clashes(template, kind, place)
    for parcel in parcels:
        try:
            clashes.add(planned_values(parcel))
        except GantryError as error:
            error.private.setdefault("study", parcel.label or parcel.study_uid or parcel.id)
            raise
