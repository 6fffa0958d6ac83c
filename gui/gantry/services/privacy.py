"""How uploads are de-identified: the profiles, the choice for each destination, the keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ulid import ULID

from gantry.engine.content import VERBATIM, Rewriter, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.subjects import new_patient_id
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel
from gantry.engine.patient_values import (
    PATIENT_ID,
    PATIENT_NAME,
    STUDY,
    PatientValues,
    patient_values,
    values_in,
)
from gantry.engine.rewriters import BY_PROFILE, rewriter_for
from gantry.engine.transfer.folder_path import folder_of
from gantry.services.addresses import is_same
from gantry.services.named_destinations import Place
from gantry.services.policy import check_profile
from gantry.services.preferences import Preferences
from gantry.services.projects import former_names, project_of
from gantry.store.home import Home
from gantry.store.own_folders import is_same_folder
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination, Settings

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.engine.deidentify.pseudonyms import Key
    from gantry.engine.deidentify.wrong import WrongProfile

AS_IT_IS: Final = ""
BUILT_IN: Final = ("basic", "research")
LONGEST: Final = 1 << 20  # bytes; a larger file is no profile


def offered(settings: Settings) -> list[str]:
    """The profiles: names of built-in ones, then paths of files."""
    return [*BUILT_IN, *settings.profile_files]


def remembered(settings: Settings, url: str) -> str:
    """The profile that was last chosen for an address."""
    if url in settings.profiles:
        return settings.profiles[url]
    known = settings.profiles.items()
    return next((profile for at, profile in known if is_same(at, url)), AS_IT_IS)


def required(settings: Settings, place: Place) -> str:
    """The profile without which nothing goes to a place.

    An address stays protected under all its names, without one, and however it is written.
    """
    own = settings.destination_at(place.url, place.name)
    if own is not None and own.deidentify:
        return own.deidentify
    return next((d.deidentify for d in settings.destinations if _is_at(d, place.url)), AS_IT_IS)


def _required_by_link(settings: Settings, place: Place) -> str:
    """What a folder requires to which a link, or another spelling, leads."""
    folder = folder_of(place.url)
    for saved in settings.destinations if folder is not None else ():
        other = folder_of(saved.url) if saved.deidentify else None
        if folder is not None and other is not None and is_same_folder(folder, other):
            return saved.deidentify
    return AS_IT_IS


def _is_at(saved: SavedDestination, url: str) -> bool:
    return bool(saved.deidentify) and is_same(saved.url, url)


class Privacy:
    """De-identification in one home.

    Attributes:
        on_key_file: called, on any thread, when keys are kept in a file for the first time because
            the system keeps no secrets.
    """

    def __init__(self, home: Home, preferences: Preferences) -> None:
        self._home, self._preferences = home, preferences
        self.on_key_file: Callable[[Path], None] = lambda file: None

    def required(self, place: Place) -> str:
        """As the function `required`, by the settings in force; a folder by every path to it.

        Looks at the disk.
        """
        settings = self._preferences.settings
        return required(settings, place) or _required_by_link(settings, place)

    def treatment(self, place: Place, profile: str) -> Treatment:
        """How files are treated on their way to a place. Reads files and the credential store.

        Raises:
            GantryError: TREATMENT_REQUIRED, the place takes nothing as it is, or requires another
                profile; POLICY_FORBIDS or POLICY_INVALID; PROFILE_INVALID; EXPORT_FAILED,
                CREDENTIALS_STORE or CALL_INVALID, there is no key.
        """
        profile = at_its_place(profile)
        if (wanted := self.required(place)) and profile != at_its_place(wanted):
            raise refusal(place)
        if profile == AS_IT_IS:
            check_profile(None)
            return VERBATIM
        known, text = self._by_site(*read_profile(profile))
        check_profile(known)
        settings = self._preferences.settings
        project = project_of(settings, place) or f"job {ULID()}"
        key = self._key(project, former_names(settings, project, place.url))
        from gantry.engine.deidentify.treating import treatment_of  # noqa: PLC0415 - pydicom

        reported = settings.report_in_archive
        return treatment_of(BY_PROFILE, known, text, project, key, profile, reported=reported)

    def renewed(self, treatment: Treatment, profile: str = "") -> Treatment:
        """The same choice and key, with rules, masks and ticked texts as they are now; no file is
        skipped. A report travels if it would have.

        Args:
            profile: is the choice from now on; "": the same as before.

        Raises:
            GantryError: TREATMENT_UNKNOWN, the key is another one now; PROFILE_INVALID;
                POLICY_FORBIDS or POLICY_INVALID; or there is no key.
        """
        load("pydicom")
        from gantry.engine.deidentify.treating import (  # noqa: PLC0415 - pydicom
            chosen_in,
            key_in,
            reported_in,
            subject_in,
            treatment_of,
            with_subject,
        )

        before, project = chosen_in(treatment)
        chosen = at_its_place(profile) or before
        known, text = self._by_site(*read_profile(chosen))
        check_profile(known)
        again = treatment_of(
            BY_PROFILE, known, text, project, self._known_key(project), chosen,
            reported=reported_in(treatment),
        )  # fmt: skip
        if key_in(again) != key_in(treatment):  # the patient would get a second pseudonym
            raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail="another key")
        again = with_subject(again, subject_in(treatment))
        return replace(again, known=treatment.known)

    def _by_site(self, profile: PrivacyProfile, text: str) -> tuple[PrivacyProfile, str]:
        """A profile with the site's masks and ticked texts, as they are now; they stay with the
        parcel."""
        from gantry.engine.deidentify.profile import Texts  # noqa: PLC0415 - pydicom
        from gantry.engine.deidentify.profile_file import (  # noqa: PLC0415 - pydicom
            profile_of,
            text_with_recipes,
        )
        from gantry.engine.deidentify.reviewed import text_with_ticked  # noqa: PLC0415 - pydicom
        from gantry.store.recipes import site_recipes  # noqa: PLC0415 - pydicom
        from gantry.store.texts import ticked_texts  # noqa: PLC0415 - pydicom

        before = text
        if recipes := site_recipes(self._home):
            text = text_with_recipes(profile.name, text, recipes)
        if profile.options.texts is Texts.REVIEWED and (ticked := ticked_texts(self._home)):
            text = text_with_ticked(text, ticked)
        return (profile_of(text.encode()) if text != before else profile), text

    def check(self, parcels: Iterable[Parcel], place: Place) -> None:
        """Refuses parcels that a place doesn't take as they are, or not by their profile.

        Raises:
            GantryError: TREATMENT_REQUIRED; TREATMENT_UNKNOWN.
        """
        if not (wanted := self.required(place)):
            return
        treatments = {id(p.treatment): p.treatment for p in parcels}.values()
        if not all(treatment.rewriter == BY_PROFILE for treatment in treatments):
            raise refusal(place)
        from gantry.engine.deidentify.treating import chosen_in  # noqa: PLC0415 - pydicom

        if any(chosen_in(treatment)[0] != at_its_place(wanted) for treatment in treatments):
            raise refusal(place)

    def numbered(self, parcels: tuple[Parcel, ...]) -> tuple[Parcel, ...]:
        """Parcels that begin, with their running numbers where the profile counts patients.

        Raises:
            GantryError: NUMBERS_FAILED; LABEL_CONFLICT: a subject is another patient's number;
                TREATMENT_UNKNOWN.
        """
        if not any(parcel.treatment.rewriter == BY_PROFILE for parcel in parcels):
            return parcels
        load("pydicom")
        from gantry.services.numbering import numbered, numbers_of  # noqa: PLC0415 - pydicom

        return numbered(parcels, numbers_of(self._home), self._known_key)

    def rewriter_of(self, treatment: Treatment) -> Rewriter:
        """Makes the rewriter of a parcel, with this home's keys.

        Raises:
            GantryError: TREATMENT_UNKNOWN, its rules or its key are gone or have changed.
        """
        if treatment.rewriter != BY_PROFILE:
            return rewriter_for(treatment)
        load("pydicom")
        from gantry.engine.deidentify.treating import rewriter_of  # noqa: PLC0415 - pydicom

        return rewriter_of(treatment, self._known_key)

    def _known_key(self, project: str) -> Key:
        """The key of something that was begun: one that is lost is never replaced.

        Raises:
            GantryError: TREATMENT_UNKNOWN, it is gone or can't be read.
        """
        from gantry.store.pseudonym_key import known_key  # noqa: PLC0415 - late

        if (key := known_key(project, self._home, secret_store())) is None:
            raise GantryError(ErrorCode.TREATMENT_UNKNOWN, detail="no key")
        return key

    def shown_key(self, project: str) -> Key | None:
        """The key that a project would use now, if there is one. Makes nothing.

        Reads the credential store.
        """
        from gantry.store.pseudonym_key import known_key  # noqa: PLC0415 - late

        names = (project, *former_names(self._preferences.settings, project))
        keys = (known_key(name, self._home, secret_store()) for name in names)
        return next((key for key in keys if key is not None), None)

    def _key(self, project: str, former: tuple[str, ...]) -> Key:
        from gantry.store.pseudonym_key import keys_folder, pseudonym_key  # noqa: PLC0415 - late

        folder = keys_folder(self._home)
        is_first = not any(folder.glob("*.key"))
        kept = pseudonym_key(project, self._home, secret_store(), former)
        if kept.file is not None and is_first:
            self.on_key_file(kept.file)
        return kept.key


def treated(parcels: Iterable[Parcel], treatment: Treatment) -> tuple[Parcel, ...]:
    """The same parcels with a treatment, which is kept with what is known of the patient.
    De-identified, each patient becomes the subject of the labels, if they name one.

    Raises:
        GantryError: LABEL_INVALID: a subject is too long.
    """
    if treatment.rewriter != BY_PROFILE:
        return tuple(replace(parcel, treatment=treatment) for parcel in parcels)
    from gantry.engine.deidentify.treating import knowing, with_subject  # noqa: PLC0415 - pydicom

    named = {"": treatment}  # one object for many parcels: its details may be long
    made: dict[tuple[str, PatientValues], Treatment] = {}
    found = []
    for parcel in parcels:
        subject, known = new_patient_id(parcel.labels), parcel.known or _known_of(parcel)
        if subject not in named:
            named[subject] = with_subject(treatment, subject)
        if (subject, known) not in made:
            made[subject, known] = knowing(named[subject], known)
        found.append(replace(parcel, treatment=made[subject, known], known=()))
    return tuple(found)


def _known_of(parcel: Parcel) -> PatientValues:
    """What the history knows of a patient."""
    with suppress(ValueError, TypeError, AttributeError):
        if before := values_in(parcel.treatment.known):
            return before
    return patient_values(
        [
            (PATIENT_ID, parcel.patient_id),
            (PATIENT_NAME, parcel.patient_name),
            (STUDY, parcel.study_uid),
        ]
    )


def read_profile(name: str) -> tuple[PrivacyProfile, str]:
    """A profile by its name or path, and the text of its file ("" for a built-in one).

    Raises:
        GantryError: PROFILE_INVALID, with the line or the entry that is wrong.
    """
    load("pydicom")
    from gantry.engine.deidentify.profile import PROFILES  # noqa: PLC0415 - pydicom
    from gantry.engine.deidentify.wrong import Wrong, WrongProfile  # noqa: PLC0415 - late

    if name in BUILT_IN:
        return PROFILES[name], ""
    try:
        with open(name, "rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise invalid_profile(name, WrongProfile(Wrong.UNREADABLE), type(error).__name__) from error
    return checked_profile(data, name)


def checked_profile(data: bytes, path: str) -> tuple[PrivacyProfile, str]:
    """A profile from what its file says, and that as text.

    Raises:
        GantryError: PROFILE_INVALID.
    """
    from gantry.engine.deidentify.profile_file import profile_of  # noqa: PLC0415 - pydicom
    from gantry.engine.deidentify.wrong import Wrong, WrongProfile  # noqa: PLC0415 - late

    try:
        if len(data) > LONGEST:
            raise WrongProfile(Wrong.TOO_LARGE)
        return profile_of(data), data.decode("utf-8")
    except WrongProfile as error:
        raise invalid_profile(path, error) from error
    except UnicodeDecodeError as error:
        raise invalid_profile(path, WrongProfile(Wrong.ENCODING)) from error


def at_its_place(profile: str) -> str:
    """A profile's file by its whole path: it is read again from another folder, later."""
    return profile if profile in (AS_IT_IS, *BUILT_IN) else os.path.abspath(profile)  # noqa: PTH100


def invalid_profile(path: str, wrong: WrongProfile, detail: str = "") -> GantryError:
    """The error about a profile's file."""
    facts: dict[str, str | int | float] = {"reason": wrong.reason.value}
    if wrong.line:
        facts["line"] = wrong.line
    private: dict[str, str | int | float] = {"path": os.path.basename(path)}  # noqa: PTH119 - a name for display
    private |= {k: v for k, v in (("entry", wrong.entry), ("wanted", wrong.detail)) if v}
    return GantryError(ErrorCode.PROFILE_INVALID, facts=facts, private=private, detail=detail)


def refusal(place: Place) -> GantryError:
    """The error about a place that takes only what its profile de-identified."""
    return GantryError(ErrorCode.TREATMENT_REQUIRED, facts={"destination": place.name})
