"""Sentences for errors of the computer's policy."""

from __future__ import annotations

from typing import Final

from gantry.messages.errors.common import Row

_INVALID: Final = "The policy of this computer can’t be used"
_DO: Final = (
    "Nothing is sent until the file is right, and what was to be sent waits. Show this to the "
    "administrator of this computer."
)
_FORBIDS: Final = "The policy of this computer does not allow this"
_WAITS: Final = "What was begun waits and can be resumed or cancelled."

POLICY: dict[str, Row] = {
    "policy.forbids": (
        _FORBIDS,
        "The policy of this computer forbids it. Nothing was sent.",
        f"Ask the administrator of this computer. {_WAITS}",
    ),
    "policy.forbids#as-it-is": (
        _FORBIDS,
        "Nothing leaves this computer as it is: at least the profile {profile} must take out who "
        "the patient is. Nothing was sent.",
        f"Choose to de-identify it. {_WAITS}",
    ),
    "policy.forbids#profile": (
        _FORBIDS,
        "The chosen profile keeps more than the profile {profile}, which is the least here, by: "
        "{entry}. Nothing was sent.",
        f"Choose a stricter profile. {_WAITS}",
    ),
    "policy.forbids#destination": (
        _FORBIDS,
        "Nothing may be sent to {destination}. Nothing was sent.",
        f"Choose another destination, or ask the administrator of this computer. {_WAITS}",
    ),
    "policy.forbids#setting": (
        _FORBIDS,
        "“{setting}” is set by your organisation, to another value. Nothing was sent.",
        "Leave it out, or ask the administrator of this computer.",
    ),
    "policy.invalid": (_INVALID, "{path} is no valid policy.", _DO),
    "policy.invalid#unreadable": (_INVALID, "{path} is there, but can’t be read.", _DO),
    "policy.invalid#too-large": (_INVALID, "{path} is larger than 1 MB, so it is no policy.", _DO),
    "policy.invalid#json": (_INVALID, "{path}, line {line}: this is not JSON.", _DO),
    "policy.invalid#schema": (
        _INVALID,
        "{path} does not say that its schema is “gantry.policy/1”. It may be for a newer version "
        "of Gantry.",
        _DO,
    ),
    "policy.invalid#twice": (
        _INVALID,
        "{path}, line {line}: “{entry}” occurs a second time.",
        _DO,
    ),
    "policy.invalid#unknown": (
        _INVALID,
        "{path}, line {line}: there can’t be an entry “{entry}”. It may be for a newer version of "
        "Gantry.",
        _DO,
    ),
    "policy.invalid#value": (
        _INVALID,
        "{path}, line {line}: “{entry}” can’t have this value. Possible: {wanted}.",
        _DO,
    ),
    "policy.invalid#profile": (
        _INVALID,
        "{path}, line {line}: the profile in it is wrong at “{entry}”: {wanted}.",
        _DO,
    ),
    "policy.invalid#secret": (
        _INVALID,
        "{path}, line {line}: “{entry}” is or has a secret. A policy never has secrets: all users "
        "can read them.",
        _DO,
    ),
    "policy.invalid#signature": (
        _INVALID,
        "{path}, line {line}: “{entry}” is no public key: 32 bytes, in Base64.",
        _DO,
    ),
}
