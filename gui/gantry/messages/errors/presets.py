"""Sentences for errors of presets."""

from __future__ import annotations

from typing import Final

from gantry.messages.errors.common import Row

_INVALID: Final = "The preset can’t be used"
_NOT_INSTALLED: Final = "The preset was not installed"
_REMOVE: Final = "Nothing was changed. If you want this one, remove the installed preset first."
_ASK: Final = (
    "Nothing was changed. Ask where the preset comes from whether this is right; then remove the "
    "installed preset first."
)
_DO: Final = "Nothing was changed. Ask where the preset comes from for a corrected one."

PRESETS: dict[str, Row] = {
    "preset.invalid": (_INVALID, "{path} is no valid preset.", _DO),
    "preset.invalid#unreadable": (
        _INVALID,
        "{path} can’t be read.",
        "Check its name, and whether you may read it.",
    ),
    "preset.invalid#too-large": (_INVALID, "{path} is larger than 1 MB, so it is no preset.", _DO),
    "preset.invalid#json": (_INVALID, "{path}, line {line}: this is not JSON.", _DO),
    "preset.invalid#schema": (
        _INVALID,
        "{path} does not say that its schema is “gantry.preset/1”.",
        "It may be of a newer version of Gantry: update Gantry. Nothing was changed.",
    ),
    "preset.invalid#twice": (
        _INVALID,
        "{path}, line {line}: “{entry}” occurs a second time.",
        _DO,
    ),
    "preset.invalid#unknown": (
        _INVALID,
        "{path}, line {line}: there can’t be an entry “{entry}”.",
        _DO,
    ),
    "preset.invalid#missing": (_INVALID, "{path}, line {line}: {wanted} is missing here.", _DO),
    "preset.invalid#secret": (
        _INVALID,
        "{path}, line {line}: “{entry}” is or has a secret. A preset never has secrets: everyone "
        "who gets it could read them.",
        "Nothing was changed. Change the password or token, because others may have read it, and "
        "ask for a preset without it.",
    ),
    "preset.invalid#value": (
        _INVALID,
        "{path}, line {line}: “{entry}” can’t have this value. Possible: {wanted}.",
        _DO,
    ),
    "preset.invalid#profile": (
        _INVALID,
        "{path}, line {line}: the profile in it is wrong at “{entry}”: {wanted}.",
        _DO,
    ),
    "preset.invalid#signature": (
        _INVALID,
        "The signature in {path} does not fit: the preset was changed after it was signed, or the "
        "signature is damaged.",
        _DO,
    ),
    "preset.invalid#other-name": (
        _INVALID,
        "{path} holds the preset {wanted}, and an installed preset has the name of its file.",
        "Remove it, and install the preset again from the file that you were given.",
    ),
    "preset.invalid#key": (
        "The key can’t be used",
        "{path} holds no key, or another key than its name says.",
        "No preset is trusted because of it. Delete it, and trust the key again.",
    ),
    "preset.refused": (_NOT_INSTALLED, "The preset {preset} was not installed.", _REMOVE),
    "preset.refused#damaged": (
        _NOT_INSTALLED,
        "The preset {preset} is installed already, and its file can’t be read, so the two can’t be "
        "compared.",
        _REMOVE,
    ),
    "preset.refused#older": (
        _NOT_INSTALLED,
        "A newer version of the preset {preset} is installed: serial {known}. This one has "
        "{version}.",
        _REMOVE,
    ),
    "preset.refused#same-serial": (
        _NOT_INSTALLED,
        "The preset {preset} is installed with the same serial, {known}, and other content.",
        "Ask where the preset comes from for one with a higher serial. Nothing was changed.",
    ),
    "preset.refused#unsigned": (
        _NOT_INSTALLED,
        "The installed preset {preset} is signed, and this one is not: anybody could have made it.",
        _ASK,
    ),
    "preset.refused#signer": (
        _NOT_INSTALLED,
        "This preset is signed by another key than the installed preset {preset}.",
        _ASK,
    ),
    "preset.refused#now-signed": (
        _NOT_INSTALLED,
        "The installed preset {preset} is not signed, and this one is: Gantry can’t know whether "
        "both come from the same place.",
        _ASK,
    ),
    "preset.refused#profile": (
        _NOT_INSTALLED,
        "This version of the preset {preset} takes out other things of the patient’s identity "
        "than the installed one, or nothing.",
        _ASK,
    ),
    "preset.unknown": (
        "The preset is not installed",
        "No preset {preset} is installed, and there is no such file.",
        "“gantry-cli preset --list” lists those that are installed. Nothing was changed.",
    ),
}
