"""Sentences for errors of presets."""

from __future__ import annotations

from typing import Final

from gantry.messages.errors.common import Row

_INVALID: Final = "The preset can’t be used"
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
}
