"""A profile: which options of DICOM PS3.15 apply, and the site's own rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Final

from gantry import __version__
from gantry.engine.content import Profile
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.after_masks import AFTER_MASKS
from gantry.engine.deidentify.recipes import Recipe, by_kind
from gantry.engine.deidentify.standard import EDITION

Private = tuple[str, int]  # a creator in capitals; group << 8 | last byte of an element
ANY_ELEMENT: Final = -1  # all elements of a creator for which there is no other rule
# Grows with every change to wordless.py: an upload that an earlier build began is never continued
# with other bytes.
WORDLESS: Final = 1
_LATER: Final = ("pseudonym", "uids", "structured_content", "graphics")


class Dates(Enum):
    """How dates are treated."""

    TABLE = "table"  # emptied, removed or replaced, as the table says
    SHIFTED = "shifted"
    KEPT = "kept"


class Texts(Enum):
    """How descriptions are treated."""

    EMPTY = "empty"
    CLEANED = "cleaned"
    REVIEWED = "reviewed"  # those that the user ticked stay


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one profile.

    Attributes:
        dates: the option Retain Longitudinal Temporal Information, modified or full.
        texts: the option Clean Descriptors.
        device: Retain Device Identity; serial numbers are removed anyway.
        patient_characteristics: Retain Patient Characteristics; an age over 89 becomes 90.
        institution: Retain Institution Identity.
        safe_private: Retain Safe Private, by creator and element (private.py).
        uids: Retain UIDs.
        structured_content: Clean Structured Content (content_items.py).
        graphics: Clean Graphics: texts of annotations are treated as by `texts`.
        reviewed: the texts that the user ticked, by tag, sorted; only `Texts.REVIEWED` asks.
        recipes: the masks for kinds of images that may name the patient.
        pseudonym: the pattern of new Patient IDs (pattern.py); "": the key's own form.
        own: actions for single standard elements, by tag; they win over the table.
        own_vr: actions for standard elements by VR; `own` wins over them.
        own_private: what stays and goes of private elements, by creator.
    """

    dates: Dates = Dates.TABLE
    texts: Texts = Texts.EMPTY
    device: bool = False
    patient_characteristics: bool = False
    institution: bool = False
    safe_private: bool = False
    uids: bool = False
    structured_content: bool = False
    graphics: bool = False
    reviewed: tuple[tuple[int, str], ...] = ()
    recipes: tuple[Recipe, ...] = ()
    pseudonym: str = ""
    own: dict[int, Action] = field(default_factory=dict)
    own_vr: dict[str, Action] = field(default_factory=dict)
    own_private: dict[Private, Action] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacyProfile:
    """A named set of options."""

    name: str
    options: Options

    @property
    def reference(self) -> Profile:
        """The reference in manifest and history."""
        return Profile(self.name, EDITION, __version__, self.rules_sha256)

    @property
    def rules_sha256(self) -> str:
        """Hex digest of everything that decides: options, edition and version of Gantry."""
        said = asdict(self.options)
        for name in _LATER:  # uploads were begun before there were these options
            if not said[name]:
                del said[name]
        said["recipes"] = sorted(
            [[*r.kind], [[*one] for one in r.rectangles]] for r in self.options.recipes
        )
        said["own"] = {f"{tag:08X}": action.value for tag, action in self.options.own.items()}
        said["own_private"] = sorted(
            (*key, action.value) for key, action in self.options.own_private.items()
        )
        said["after_masks"], said["wordless"] = AFTER_MASKS, WORDLESS
        text = json.dumps([EDITION, __version__, said], sort_keys=True, default=lambda e: e.value)
        return hashlib.sha256(text.encode()).hexdigest()


def with_recipes(profile: PrivacyProfile, recipes: tuple[Recipe, ...]) -> PrivacyProfile:
    """A profile with further recipes; its own one for the same kind stays."""
    both = by_kind(recipes) | by_kind(profile.options.recipes)
    return replace(profile, options=replace(profile.options, recipes=tuple(both.values())))


def with_ticked(profile: PrivacyProfile, texts: tuple[tuple[int, str], ...]) -> PrivacyProfile:
    """A profile with further ticked texts; unchanged if its texts are not reviewed."""
    options = profile.options
    if options.texts is not Texts.REVIEWED:
        return profile
    both = tuple(sorted({*options.reviewed, *texts}))
    return replace(profile, options=replace(options, reviewed=both))


BASIC: Final = PrivacyProfile("basic", Options())
RESEARCH: Final = PrivacyProfile(
    "research",
    Options(
        dates=Dates.SHIFTED,
        texts=Texts.CLEANED,
        device=True,
        patient_characteristics=True,
        safe_private=True,
    ),
)
PROFILES: Final = {profile.name: profile for profile in (BASIC, RESEARCH)}
