"""De-identifies a parcel's files while they are packed: profile and key as a treatment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from gantry.engine.archive.source import source_failed
from gantry.engine.content import Change, Identity, Rewritten, Treatment
from gantry.engine.deidentify.profile import PROFILES, PrivacyProfile
from gantry.engine.deidentify.profile_file import WrongProfile, profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Instance


def treatment_of(
    rewriter: str, profile: PrivacyProfile, text: str, project: str, key: Key
) -> Treatment:
    """The treatment of parcels that are de-identified.

    Args:
        rewriter: the name under which `rewriter_of` is called.
        text: the file that the profile was read from, or "" for a built-in one. It stays with the
            parcel, so that a change to the file changes no upload that was already begun.
        project: the name of the key.
    """
    details = {"file": text, "project": project, "key": key.id}
    return Treatment(rewriter, profile.reference, json.dumps(details))


def rewriter_of(treatment: Treatment, key_of: Callable[[str], Key]) -> Deidentifying:
    """Makes the rewriter again.

    Raises:
        GantryError: TREATMENT_UNKNOWN, the rules or the key are not those of the treatment; or what
            `key_of` raises.
    """
    try:
        details = json.loads(treatment.details)
        text, project, key_id = str(details["file"]), str(details["project"]), details["key"]
        reference = treatment.deidentified
        assert reference is not None
        profile = profile_of(text.encode()) if text else PROFILES[reference.profile]
    except (ValueError, KeyError, TypeError, AssertionError, WrongProfile) as error:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail=type(error).__name__) from error
    if profile.reference != reference:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail="other rules")
    key = key_of(project)
    if key.id != key_id:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail="another key")
    return Deidentifying(Deidentifier(profile, key))


class Deidentifying:
    """The rewriter of one parcel."""

    def __init__(self, deidentifier: Deidentifier) -> None:
        self._deidentifier = deidentifier

    def unchanged(self, source: Instance) -> Identity | None:
        return None

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        """De-identifies one file.

        Raises:
            GantryError: TREATMENT_HELD, with the rule, and the masked value that was found.
        """
        try:
            done = self._deidentifier.deidentify(bytes(data), place=source.source.place)
        except Held as held:
            error = source_failed(
                ErrorCode.TREATMENT_HELD,
                source.source,
                reason=held.rule,
                place=" > ".join(held.path),
            )
            error.private["value"] = held.value
            raise error from held
        tallies: Counter[Change] = Counter()
        for (tag, action), count in done.tallies.items():
            tallies[Change(tag, action.value)] += count
        return Rewritten(done.parts, done.identity, tallies)
