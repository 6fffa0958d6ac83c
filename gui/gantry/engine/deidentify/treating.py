"""De-identifies a parcel's files while they are packed: profile and key as a treatment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from gantry.engine.archive.source import source_failed
from gantry.engine.content import Change, Identity, Link, Rewritten, Summary, Treatment, identity_of
from gantry.engine.deidentify.needles import Needles
from gantry.engine.deidentify.pattern import pattern_of
from gantry.engine.deidentify.profile import PROFILES, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.report import Tally
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from gantry.engine.deidentify.sent_report import sent_report
from gantry.engine.deidentify.sources import needles_of
from gantry.engine.deidentify.wrong import WrongProfile
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import HeldFile
from gantry.engine.instance import Instance
from gantry.engine.patient_values import PatientValues, text_of, values_in

_SKIPPED: Final = "skipped"  # by content: nothing else is known of a file when it is read again
_SKIPPED_FILES: Final = "skipped_files"  # by number: two files may have the same content
_SUBJECT: Final = "subject"
_REPORTED: Final = "report"


def treatment_of(
    rewriter: str, profile: PrivacyProfile, text: str, project: str, key: Key, chosen: str = "",
    *, reported: bool = False,
) -> Treatment:  # fmt: skip
    """The treatment of parcels that are de-identified.

    Args:
        rewriter: the name under which `rewriter_of` is called.
        text: the file that the profile was read from, or "" for a built-in one. It stays with the
            parcel, so that a change to the file changes no upload that was already begun.
        project: the name of the key.
        chosen: what the user chose: the name of the profile, or the path of its file.
        reported: a report travels in the archive, whatever the settings say later: a parcel that is
            packed again has the same bytes.
    """
    details: dict[str, object] = {
        "file": text, "project": project, "key": key.id, "chosen": chosen,
    }  # fmt: skip
    if reported:
        details[_REPORTED] = True
    return Treatment(rewriter, profile.reference, json.dumps(details))


def chosen_in(treatment: Treatment) -> tuple[str, str]:
    """What the user chose as the profile, and the name of the key.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    details = _details(treatment)
    return str(details.get("chosen", "")), str(details.get("project", ""))


def reported_in(treatment: Treatment) -> bool:
    """Whether a report travels in the archive.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    return _details(treatment).get(_REPORTED) is True


def key_in(treatment: Treatment) -> str:
    """The id of the key.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    return str(_details(treatment).get("key", ""))


def with_subject(treatment: Treatment, subject: str) -> Treatment:
    """The treatment in which the patient becomes this subject; "": the pseudonym of the key.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    details = _details(treatment)
    details.pop(_SUBJECT, None)
    if subject:
        details[_SUBJECT] = subject
    return replace(treatment, details=json.dumps(details))


def subject_in(treatment: Treatment) -> str:
    """The subject that the patient becomes; "": the pseudonym of the key.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    return str(_details(treatment).get(_SUBJECT, ""))


def profile_in(treatment: Treatment) -> PrivacyProfile:
    """The profile.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    text, reference = str(_details(treatment).get("file", "")), treatment.deidentified
    try:
        if text:
            return profile_of(text.encode())
        return PROFILES[reference.profile if reference else ""]
    except (KeyError, WrongProfile) as error:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail=type(error).__name__) from error


def pattern_in(treatment: Treatment) -> str:
    """The profile's pattern of pseudonyms; "": none.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    text = str(_details(treatment).get("file", ""))
    try:
        return profile_of(text.encode()).options.pseudonym if text else ""
    except WrongProfile as error:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail=type(error).__name__) from error


def skipping(treatment: Treatment, files: Collection[HeldFile]) -> Treatment:
    """The treatment that doesn't send some files if they are held.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    details = _details(treatment)
    before = set(details.get(_SKIPPED_FILES, []))
    numbers = before | {file.number for file in files}
    details[_SKIPPED] = sorted({*details.get(_SKIPPED, []), *(file.sha256 for file in files)})
    details[_SKIPPED_FILES] = sorted(numbers)
    count = treatment.skipped + len(numbers) - len(before)
    return replace(treatment, details=json.dumps(details), skipped=count)


def _details(treatment: Treatment) -> dict[str, Any]:
    try:
        details = json.loads(treatment.details)
        assert isinstance(details, dict)
        assert isinstance(details.get(_SKIPPED, []), list)
        assert isinstance(details.get(_SKIPPED_FILES, []), list)
    except (ValueError, AssertionError) as error:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail=type(error).__name__) from error
    return details


def rewriter_of(treatment: Treatment, key_of: Callable[[str], Key]) -> Deidentifying:
    """Makes the rewriter again.

    Raises:
        GantryError: TREATMENT_UNKNOWN, the rules or the key are not those of the treatment; or what
            `key_of` raises.
    """
    try:
        details = _details(treatment)
        skipped = frozenset(map(str, details.get(_SKIPPED, [])))
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
    named, known = Named(subject_in(treatment)), _known(treatment, profile)
    pattern = profile.options.pseudonym
    if pattern and pattern_of(pattern).numbered and not named.subject:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail="no number")
    reported = details.get(_REPORTED) is True
    return Deidentifying(Deidentifier(profile, key, named, known), skipped, reported=reported)


@dataclass(frozen=True, slots=True)
class Named:
    """The pseudonym of all patients of a parcel, which has one; "": that of the key."""

    subject: str

    def __call__(self, identity: str) -> str:
        return self.subject


def knowing(treatment: Treatment, values: PatientValues) -> Treatment:
    """The treatment of a patient of whom other files say this."""
    return replace(treatment, known=text_of(values))


def _known(treatment: Treatment, profile: PrivacyProfile) -> Needles:
    """What to search each file for. What a profile keeps is not: each file would be held.

    Raises:
        GantryError: TREATMENT_UNKNOWN.
    """
    try:
        return needles_of(values_in(treatment.known), profile)
    except (ValueError, TypeError, AttributeError) as error:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail=type(error).__name__) from error


class Deidentifying:
    """The rewriter of one parcel.

    Args:
        skipped: the files that are not sent if they are held, as `HeldFile.sha256`.
        reported: a report travels in the archive.
    """

    def __init__(
        self,
        deidentifier: Deidentifier,
        skipped: frozenset[str] = frozenset(),
        *,
        reported: bool = False,
    ) -> None:
        self._deidentifier = deidentifier
        self._skipped, self._reported = skipped, reported
        self._tally = Tally(deidentifier.profile.reference, deidentifier.key.id)
        self._links: dict[Link, None] = {}

    def unchanged(self, source: Instance) -> Identity | None:
        return None

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        """De-identifies one file.

        Raises:
            GantryError: TREATMENT_HELD, with the rule, and the masked value that was found.
        """
        try:
            done = self._deidentifier.deidentify(data, place=source.source.place)
        except Held as held:
            if self._is_skipped(data):
                return self._skip(held.rule, source)
            error = source_failed(
                ErrorCode.TREATMENT_HELD,
                source.source,
                reason=held.rule,
                place=" > ".join(held.path),
            )
            error.private["value"] = held.value
            raise error from held
        if self._is_skipped(data):  # an earlier Gantry held it, and the user decided
            return self._skip("residue", source)
        self._tally.add(done)
        self._links.update(dict.fromkeys(done.links))
        tallies: Counter[Change] = Counter()
        for (tag, action), count in done.tallies.items():
            tallies[Change(tag, action.value)] += count
        return Rewritten(done.parts, done.identity, tallies)

    def _is_skipped(self, data: memoryview) -> bool:
        return bool(self._skipped) and hashlib.sha256(data).hexdigest()[:32] in self._skipped

    def _skip(self, rule: str, source: Instance) -> Rewritten:
        self._tally.skip(rule)
        return Rewritten((), identity_of(source))

    def summary(self) -> Summary:
        """The tally, with the texts that stayed; all links; and what travels of the tally."""
        sent = sent_report(self._tally) if self._reported else b""
        return Summary(json.dumps(self._tally.facts(texts=True)), tuple(self._links), sent)
