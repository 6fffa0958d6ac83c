"""Every way to turn the bytes of a source into the bytes that are sent, by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gantry.engine.content import VERBATIM, Rewriter, Treatment, Verbatim
from gantry.engine.errors import ErrorCode, GantryError

# Makes the rewriter of one parcel, or raises GantryError if it can't any more (its rules or its key
# are gone or have changed).
RewriterOf = Callable[[Treatment], Rewriter]

# The rewriter that follows a privacy profile, with a key of the job's home.
BY_PROFILE: Final = "deidentify"

# By `Treatment.rewriter`: those that need nothing of a home. What needs its keys is no part of this
# table, which all homes of a process share: `JobRunner` gets it from its caller.
REWRITERS: dict[str, RewriterOf] = {VERBATIM.rewriter: lambda treatment: Verbatim()}


def rewriter_for(treatment: Treatment) -> Rewriter:
    """Makes the rewriter for a parcel from the table alone.

    Raises:
        GantryError: TREATMENT_UNKNOWN, or what the rewriter itself says. Never falls back to
            sending files unchanged.
    """
    make = REWRITERS.get(treatment.rewriter)
    if make is None:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN)
    return make(treatment)
