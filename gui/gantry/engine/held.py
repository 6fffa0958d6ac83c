"""The files of a parcel that must not be sent as they would be, kept in one error.

They travel and are stored as the private facts of TREATMENT_HELD: rules and places are no secrets,
but a masked value and a path belong in the history and on the screen only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from gantry.engine.errors import ErrorCode, GantryError

_FILES = "files"


class HeldFile(NamedTuple):
    """One file that is held.

    Attributes:
        number: its place among the parcel's files, from 0.
        rule: why, in the rewriter's words.
        place: where in the file; "" for the file as a whole.
        value: the masked value that was found, or "".
        sha256: the first half of the digest of what was read: the file that the user decides about.
    """

    number: int
    rule: str
    place: str
    value: str
    sha256: str


def held_error(first: GantryError, files: Sequence[HeldFile]) -> GantryError:
    """One error for all held files of a parcel; its facts and path are the first file's."""
    return GantryError(
        ErrorCode.TREATMENT_HELD,
        facts={**first.facts, "files": len(files)},
        private={**first.private, _FILES: json.dumps(files)},
        detail=first.detail,
    )


def files_in(error: GantryError | None) -> tuple[HeldFile, ...]:
    """The held files of a parcel, from its error; empty for every other error."""
    if error is None or error.code is not ErrorCode.TREATMENT_HELD:
        return ()
    try:
        found = json.loads(str(error.private.get(_FILES, "[]")))
        return tuple(
            HeldFile(int(number), str(rule), str(place), str(value), str(sha256))
            for number, rule, place, value, sha256 in found
        )
    except (ValueError, TypeError):
        return ()
