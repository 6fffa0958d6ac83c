"""Keeps uploads to the policies of this computer.

They are read again whenever a job starts: it may be older than the policy, and a window may be open
for weeks. One that can't be read allows nothing to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel
from gantry.engine.rewriters import BY_PROFILE
from gantry.services.addresses import is_within
from gantry.services.named_destinations import Place
from gantry.store.policy.read import policies

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.store.policy.policy import Policy

_MOST: Final = 5  # entries that a message names


def check_upload(parcels: Iterable[Parcel], place: Place) -> None:
    """Refuses what the policies don't allow to be sent to a place. Looks at the disk.

    Raises:
        GantryError: POLICY_FORBIDS; POLICY_INVALID; TREATMENT_UNKNOWN.
    """
    found = policies()
    _want_allowed(place, found)
    if any(policy.profile for policy in found):
        _want(found, _profiles_in(parcels))


def check_profile(profile: PrivacyProfile | None) -> None:
    """Refuses a profile that keeps more than the policies allow; None: nothing is changed.

    Looks at the disk.

    Raises:
        GantryError: POLICY_FORBIDS; POLICY_INVALID.
    """
    _want(policies(), [profile])


def check_place(place: Place) -> None:
    """Refuses a place to which the policies don't allow anything to be sent. Looks at the disk.

    Raises:
        GantryError: POLICY_FORBIDS; POLICY_INVALID.
    """
    _want_allowed(place, policies())


def locked_settings() -> dict[str, Any]:
    """The values of settings that nobody can change, by name. The computer's own policy wins.

    Raises:
        GantryError: POLICY_INVALID.
    """
    locked: dict[str, Any] = {}
    for policy in reversed(policies()):
        locked |= policy.settings
    return locked


def usual_profile() -> str:
    """The built-in profile that the policies want at least; "": none, or one of their own.

    Raises:
        GantryError: POLICY_INVALID.
    """
    named = (policy.profile for policy in policies())
    return next((name for name in named if name and not name.startswith("{")), "")


def _want_allowed(place: Place, found: Iterable[Policy]) -> None:
    if place.is_practice:  # it stays on this computer
        return
    for policy in found:
        allowed = policy.destinations
        if allowed is not None and not any(is_within(place.url, one) for one in allowed):
            facts: dict[str, Fact] = {"reason": "destination", "destination": place.name}
            raise GantryError(ErrorCode.POLICY_FORBIDS, facts=facts, private={"path": policy.path})


def _want(found: Iterable[Policy], profiles: Iterable[PrivacyProfile | None]) -> None:
    floors = [(policy, _floor_of(policy)) for policy in found if policy.profile]
    for profile in profiles if floors else ():
        for policy, floor in floors:
            _want_as_strict(profile, floor, policy)


def _want_as_strict(profile: PrivacyProfile | None, floor: PrivacyProfile, policy: Policy) -> None:
    from gantry.engine.deidentify.floor import loosened  # noqa: PLC0415 - pydicom

    facts: dict[str, Fact] = {"reason": "as it is", "profile": floor.name}
    private: dict[str, Fact] = {"path": policy.path}
    if profile is not None:
        entries = loosened(profile, floor)
        if not entries:
            return
        more = ", …" if len(entries) > _MOST else ""
        facts["reason"], private["entry"] = "profile", ", ".join(entries[:_MOST]) + more
    raise GantryError(ErrorCode.POLICY_FORBIDS, facts=facts, private=private)


def _floor_of(policy: Policy) -> PrivacyProfile:
    load("pydicom")
    from gantry.engine.deidentify.profile import PROFILES  # noqa: PLC0415 - pydicom
    from gantry.engine.deidentify.profile_file import profile_of  # noqa: PLC0415 - pydicom

    name = policy.profile
    return PROFILES[name] if name in PROFILES else profile_of(name.encode())


def _profiles_in(parcels: Iterable[Parcel]) -> Iterator[PrivacyProfile | None]:
    """The different profiles of parcels; None: another way than by a profile.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    met = set()
    for treatment in {id(parcel.treatment): parcel.treatment for parcel in parcels}.values():
        profile = _profile_in(treatment)
        rules = profile.rules_sha256 if profile is not None else ""
        if rules not in met:
            met.add(rules)
            yield profile


def _profile_in(treatment: Treatment) -> PrivacyProfile | None:
    if treatment.rewriter != BY_PROFILE:
        return None
    load("pydicom")
    from gantry.engine.deidentify.treating import profile_in  # noqa: PLC0415 - pydicom

    return profile_in(treatment)
