"""Every way to turn the bytes of a source into the bytes that are sent, by its name."""

from __future__ import annotations

from collections.abc import Callable

from gantry.engine.content import VERBATIM, Rewriter, Treatment, Verbatim
from gantry.engine.errors import ErrorCode, GantryError

# By `Treatment.rewriter`: makes the rewriter of one parcel, or raises GantryError if it can't
# any more (its rules or its key are gone or have changed).
REWRITERS: dict[str, Callable[[Treatment], Rewriter]] = {
    VERBATIM.rewriter: lambda treatment: Verbatim()
}


def rewriter_for(treatment: Treatment) -> Rewriter:
    """Makes the rewriter for a parcel.

    Raises:
        GantryError: TREATMENT_UNKNOWN, or what the rewriter itself says. Never falls back to
            sending files unchanged.
    """
    make = REWRITERS.get(treatment.rewriter)
    if make is None:
        raise GantryError(ErrorCode.TREATMENT_UNKNOWN)
    return make(treatment)
