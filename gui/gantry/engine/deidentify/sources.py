"""Needles from outside a file: the catalog, other files of the patient, names of folders."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.needles import SHORTEST, Needle, Needles
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.rules import Rules, dictionary_vr
from gantry.engine.deidentify.spellings import of_date, of_id, of_name, words_of
from gantry.engine.deidentify.words import is_technical
from gantry.engine.patient_values import (
    ACCESSION,
    BIRTH_DATE,
    PATIENT_ID,
    PATIENT_NAME,
    STUDY,
    STUDY_DATE,
    PatientValues,
)
from gantry.engine.uids import is_uid

_FOLDERS: Final = 4  # the innermost folders; those above are the computer's, not the patient's
_SHORTEST_WORD: Final = 4
_MOST_ALONE: Final = 64
_EXTENSION: Final = re.compile(r"\.(dcm|dicom|ima|img|zip|tar|gz|tgz|jpe?g|pdf|xml)$")
_COUNTED: Final = re.compile(r"[a-z]{0,8}\d{1,5}")  # im0001, series12
_UID: Final = re.compile(r"[0-2](\.\d+){3,}")
_ANY_UID: Final = re.compile(r"(?<!\d)[0-2](?:\.\d+){3,}(?!\d)")
_EVERYDAY_WORDS: Final = """
anon anonymised anonymized archive baseline backup cases cdrom complete copy data dataset desktop
dicom dicomdir dicoms disk documents download downloads drive export exported exports file files
folder followup from home image images imaging incoming inbox input local media month more mount
multi none only original other outbox outgoing output package part patient patients private
project public received research root sample samples scanner scans send sent series shared sites
source storage studies study subject subjects system temp test this transfer trial upload uploads
user users visit visits week with work year
"""
_EVERYDAY: Final = frozenset(_EVERYDAY_WORDS.split())


def known_from(
    *,
    names: Iterable[str] = (),
    ids: Iterable[str] = (),
    dates: Iterable[str] = (),
    uids: Iterable[str] = (),
    places: Iterable[str] = (),
) -> Needles:
    """What is known about a patient before a file is read.

    Args:
        names: as in DICOM, of this patient only.
        ids: Patient IDs, accession numbers.
        dates: YYYYMMDD.
        uids: original ones.
        places: paths of the files; a member's name comes after a zero.
    """
    made = Needles()
    for name in names:
        for form in of_name(name, SHORTEST):
            made.add("name", form)
    for one in ids:
        for form in of_id(one):
            made.add("id", form)
    for day in dates:
        for form in of_date(day):
            made.add("date", form)
    for uid in uids:
        made.add("uid", uid)
    for word in _words_of_places(places):
        made.add_needle(Needle("folder", word, whole=True))
    return made


def named_by(place: str, *, uids_stay: bool) -> Needles | None:
    """What the names of a file and its folders may say of the patient; None: there are none.

    Args:
        uids_stay: files are often called by their UIDs, whose numbers then stay in them.
    """
    if not place:
        return None
    return known_from(places=(_ANY_UID.sub(" ", place) if uids_stay else place,))


def needles_of(values: PatientValues, profile: PrivacyProfile) -> Needles:
    """What other files of the patient say. What a profile keeps is not searched for: what each of
    them says of itself is not, either."""
    rules, found = Rules(profile.options), defaultdict[int, list[str]](list)
    for tag, value in values:
        action = rules.action(tag, dictionary_vr(tag))
        if action is not Action.KEEP and not (action is Action.KEEP_UID and is_uid(value)):
            found[tag] += value.encode("utf-8", "replace").decode().split("\\")
    return known_from(
        names=found[PATIENT_NAME],
        ids=found[PATIENT_ID] + found[ACCESSION],
        dates=found[BIRTH_DATE] + found[STUDY_DATE],
        uids=found[STUDY],
    )


def _words_of_places(places: Iterable[str]) -> list[str]:
    """The words in names of folders and files that may name a patient, sorted.

    Of many files, a word in the name of only one of them is not searched for: it counts or
    identifies the file.
    """
    folders, files = set[str](), Counter[str]()
    for place in set(places):
        *above, name = re.split(r"[\\/\0]+", place)
        for folder in above[-_FOLDERS:]:
            folders.update(_words(folder))
        files.update(set(_words(name)))
    alone = len(files) <= _MOST_ALONE
    return sorted(folders | {word for word, count in files.items() if alone or count > 1})


def _words(name: str) -> list[str]:
    bare = _EXTENSION.sub("", name.lower())
    if _UID.fullmatch(bare):
        return []
    return [
        word
        for word in words_of(bare)
        if len(word) >= _SHORTEST_WORD
        and word not in _EVERYDAY
        and not is_technical(word)
        and not _COUNTED.fullmatch(word)
    ]
