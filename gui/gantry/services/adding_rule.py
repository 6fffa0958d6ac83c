"""Adds rules for the elements that hold files of a job to its profile, which then goes by them.

Everything here may wait for a disk: the window calls it from worker threads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gantry.engine.archive.source import SourceReader
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import HeldFile, files_in
from gantry.engine.instance import Source
from gantry.engine.lazy import load
from gantry.engine.parcel import ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.services.named_destinations import Place
from gantry.services.privacy import (
    BUILT_IN,
    LONGEST,
    at_its_place,
    checked_profile,
    invalid_profile,
    read_profile,
    refusal,
)
from gantry.store.history import ParcelFilter
from gantry.store.home import Home
from gantry.store.profiles import change_profile, copies, is_name, is_of_preset, is_writable

if TYPE_CHECKING:
    from gantry.engine.deidentify.added_rule import NoRule, Rule
    from gantry.services.services import Services

_TAG: Final = re.compile(r"[0-9A-F]{8}")
_MOST_BYTES: Final = 256 << 20  # of a file that is read for the creator of an element
_RESIDUE: Final = "residue"


class NoChange(StrEnum):
    """Why a profile can't have further rules. Stable: the window's words refer to these names."""

    REQUIRED = "required"  # the destination takes only this built-in profile, or another one
    PRESET = "preset"
    READ_ONLY = "read only"


@dataclass(frozen=True, slots=True)
class HeldElement:
    """An element by which files are held.

    Attributes:
        tags: that lead to it.
        creator: of a private element; "" for others.
        value: masked, as it was found in the first file.
        files: how many.
        actions: what a rule may do to it, the usual one first; or why there can be none.
    """

    tags: tuple[int, ...]
    creator: str
    value: str
    files: int
    actions: tuple[str, ...] | NoRule


@dataclass(frozen=True, slots=True)
class RuleOffer:
    """What can be done about the held uploads of a job that were packed by one profile.

    Attributes:
        parcels: all that are held.
        profile: its name, or the path of its file.
        others: how many files are held for other reasons.
        why_not: why the profile can't have further rules; None: it can.
        taken: names that a new profile can't have, in lower case, and whether that profile may
            have the rules instead.
        name: for a copy of a built-in profile; "" where its own file is changed.
    """

    job: str
    parcels: tuple[str, ...]
    profile: str
    place: Place
    elements: tuple[HeldElement, ...]
    others: int = 0
    why_not: NoChange | None = None
    taken: Mapping[str, bool] = field(default_factory=dict)
    name: str = ""


def can_have_rule(error: GantryError | None) -> bool:
    """Whether any file is held because of what its elements say."""
    return any(file.rule == _RESIDUE for file in files_in(error))


def rule_offer(services: Services, job: str, parcel_ids: Sequence[str]) -> RuleOffer | None:
    """What rules can do for the held uploads of a job that have the profile of the first of these;
    None: it is held no more.

    Raises:
        GantryError: PROFILE_INVALID; TREATMENT_UNKNOWN; or the history can't be read.
    """
    load("pydicom")
    held = _held(services, job)
    first = next((parcel for parcel in parcel_ids if parcel in held), None)
    detail = services.history.parcel(first) if first is not None else None
    if first is None or detail is None:
        return None
    profile = held[first]
    read_profile(profile)
    parcels = tuple(parcel for parcel, chosen in held.items() if chosen == profile)
    elements, others = _elements(services, parcels)
    place = Place(detail.row.destination, detail.url)
    why_not = _why_not(services, place, profile)
    taken = _taken(services, profile) if profile in BUILT_IN else {}
    return RuleOffer(
        job, parcels, profile, place, elements, others, why_not, taken,
        _first_name(services, job, profile, taken) if profile in BUILT_IN else "",
    )  # fmt: skip


def add_rules(services: Services, offer: RuleOffer, rules: Iterable[Rule], name: str = "") -> str:
    """Adds rules to the profile of held uploads; returns the profile by which they continue.

    A file that was changed since the offer keeps what it says now.

    Args:
        name: of the copy of a built-in profile.

    Raises:
        GantryError: PROFILE_INVALID, TREATMENT_REQUIRED or EXPORT_FAILED, and nothing has changed.
    """
    load("pydicom")
    from gantry.engine.deidentify.added_rule import (  # noqa: PLC0415 - pydicom
        is_stricter,
        new_text,
        text_with_rule,
    )
    from gantry.engine.deidentify.wrong import Wrong, WrongProfile  # noqa: PLC0415 - late

    home, wanted = services.home, tuple(rules)
    base = offer.profile if offer.profile in BUILT_IN else ""
    path = _copy(home, name) if base else Path(offer.profile)
    _refuse_other(services, offer.place, str(path))
    if (base and not is_name(name)) or is_of_preset(home, str(path)):
        raise _unwritable(path, "name")

    def changed(before: bytes | None) -> bytes | None:
        if before is None and not base:
            raise invalid_profile(str(path), WrongProfile(Wrong.UNREADABLE), "gone")
        text = checked_profile(before, str(path))[1] if before is not None else new_text(name, base)
        if base and not is_stricter(text, base):  # made meanwhile: never by rules nobody chose
            raise _unwritable(path, "taken")
        made = text
        try:
            for rule in wanted:
                made = text_with_rule(made, rule)
        except WrongProfile as error:
            raise invalid_profile(str(path), error) from error
        data = made.encode()
        if len(data) > LONGEST:
            raise invalid_profile(str(path), WrongProfile(Wrong.TOO_LARGE))
        return None if data == before else data

    change_profile(home, path, changed)
    return at_its_place(str(path))


def by_profile(services: Services, profile: str, parcel_id: str) -> Treatment:
    """The treatment of a held parcel that continues by another profile, or by a changed one.

    Raises:
        GantryError: PARCEL_UNKNOWN; TREATMENT_UNKNOWN; TREATMENT_REQUIRED; PROFILE_INVALID.
    """
    treatment, detail = services.history.treatment(parcel_id), services.history.parcel(parcel_id)
    if treatment is None or detail is None or treatment.rewriter != BY_PROFILE:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    _refuse_other(services, Place(detail.row.destination, detail.url), profile)
    return services.privacy.renewed(treatment, profile)


def _refuse_other(services: Services, place: Place, profile: str) -> None:
    """Refuses a profile that is not the one that a place requires."""
    wanted = services.privacy.required(place)
    if wanted and at_its_place(wanted) != at_its_place(profile):
        raise refusal(place)


def _held(services: Services, job: str) -> dict[str, str]:
    """The held parcels of a job that are de-identified, and their profiles."""
    from gantry.engine.deidentify.treating import chosen_in  # noqa: PLC0415 - pydicom

    asked = ParcelFilter(job=job, states=frozenset({ParcelState.HELD}))
    found = {}
    for row in services.history.all_parcels(asked):
        treatment = services.history.treatment(row.id)
        if treatment is not None and treatment.rewriter == BY_PROFILE:
            found[row.id] = chosen_in(treatment)[0]
    return found


def _elements(services: Services, parcels: Iterable[str]) -> tuple[tuple[HeldElement, ...], int]:
    """What holds files of these parcels, and how many are held for other reasons."""
    from gantry.engine.deidentify.added_rule import actions_for  # noqa: PLC0415 - pydicom

    found: dict[tuple[tuple[int, ...], tuple[str, ...]], list[str]] = {}
    others = 0
    for parcel in parcels:
        detail = services.history.parcel(parcel)
        for file in files_in(detail.row.error) if detail is not None else ():
            if file.rule != _RESIDUE:
                others += 1
                continue
            parts = file.place.split(" > ")
            tags = tuple(int(part, 16) for part in parts if _TAG.fullmatch(part))
            is_private = bool(tags) and bool(tags[-1] >> 16 & 1) and bool(tags[-1] & 0xFF00)
            creators = _creators(services, parcel, file, tags) if is_private else ()
            found.setdefault((tags, creators), []).append(file.value)
    return tuple(
        HeldElement(
            tags,
            creators[0] if len(creators) == 1 else "",
            values[0],
            len(values),
            actions_for(tags, creators),
        )
        for (tags, creators), values in sorted(found.items())
    ), others


def _creators(
    services: Services, parcel: str, file: HeldFile, tags: tuple[int, ...]
) -> tuple[str, ...]:
    """The creators that a private element of a held file has; none if it can't be read."""
    from gantry.engine.deidentify.added_rule import creators_at  # noqa: PLC0415 - pydicom

    reader = SourceReader(CancelToken())
    try:
        for row in services.history.sources(parcel, start=file.number, limit=1):
            stream, _ = reader.open(Source(row.path, row.size, 0, 0, row.member))
            with stream:
                data = stream.read(_MOST_BYTES + 1)
            if len(data) <= _MOST_BYTES:
                return tuple(sorted(creators_at(data, tags)))
    except Exception:  # noqa: BLE001 - whatever a file that changed meanwhile brings about
        return ()
    finally:
        reader.close()
    return ()


def _why_not(services: Services, place: Place, profile: str) -> NoChange | None:
    wanted = services.privacy.required(place)
    if profile in BUILT_IN:
        return NoChange.REQUIRED if wanted else None
    if is_of_preset(services.home, profile):
        return NoChange.PRESET
    if wanted and at_its_place(wanted) != at_its_place(profile):
        return NoChange.REQUIRED
    return None if is_writable(os.path.realpath(profile)) else NoChange.READ_ONLY


def _taken(services: Services, base: str) -> dict[str, bool]:
    """Names of profiles in Gantry's folder, and whether they are only stricter than a built-in."""
    from gantry.engine.deidentify.added_rule import is_stricter  # noqa: PLC0415 - pydicom

    taken = dict.fromkeys(BUILT_IN, False)
    for name, path in copies(services.home).items():
        try:
            taken[name.casefold()] = is_stricter(read_profile(str(path))[1], base)
        except GantryError:
            taken[name.casefold()] = False
    return taken


def _first_name(services: Services, job: str, base: str, taken: Mapping[str, bool]) -> str:
    """The copy by which others of the job go already; otherwise the usual one, or a free name."""
    from gantry.engine.deidentify.treating import chosen_in  # noqa: PLC0415 - pydicom

    known = {os.path.normcase(path): name for name, path in copies(services.home).items()}
    for row in services.history.all_parcels(ParcelFilter(job=job)):
        treatment = services.history.treatment(row.id)
        if treatment is not None and treatment.rewriter == BY_PROFILE:
            name = known.get(os.path.normcase(chosen_in(treatment)[0]), "")
            if taken.get(name.casefold(), False):
                return name
    names = (f"{base} with rules{number}" for number in ("", *(f" {n}" for n in range(2, 1000))))
    return next((name for name in names if taken.get(name.casefold(), True)), "")


def _copy(home: Home, name: str) -> Path:
    """Where a copy is (capital letters make no difference), or will be."""
    there = (path for one, path in copies(home).items() if one.casefold() == name.casefold())
    return next(there, home.profiles / f"{name}.json")


def _unwritable(path: Path, why: str) -> GantryError:
    return GantryError(ErrorCode.EXPORT_FAILED, private={"path": str(path)}, detail=why)
