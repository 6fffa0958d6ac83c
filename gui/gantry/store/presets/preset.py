"""What a preset holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gantry.engine.labels.form import Form
from gantry.store.settings import SavedDestination

SCHEMA: Final = "gantry.preset/1"
SUFFIX: Final = ".gantry"


@dataclass(frozen=True, slots=True)
class ExpectedSeries:
    """A series that an upload should have. Nothing looks for it yet.

    Attributes:
        modality: "": any.
        description: a pattern (engine/labels/pattern.py); "": any.
        least, most: how many of them a study has.
        text: what they are, by language.
    """

    modality: str = ""
    description: str = ""
    least: int = 1
    most: int = 1
    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that fits the preset.

    Attributes:
        key: the public key, 32 bytes in Base64. Whose it is, somebody else must know.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset.

    Attributes:
        name: the same for all its versions.
        serial: the higher one of two versions is the newer one.
        title: to display, by language.
        destinations: `deidentify` is the name of a built-in profile, or `PROFILE` for its own.
        profile: the name of a built-in profile, the text of a file of its own, or "".
        settings: values of settings, by name.
        signed: None: it has no signature.
    """

    name: str
    serial: int
    title: Mapping[str, str]
    destinations: tuple[SavedDestination, ...] = ()
    profile: str = ""
    labels: Form = ()
    series: tuple[ExpectedSeries, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    signed: Signed | None = None


OWN_PROFILE: Final = "the preset's own profile"
