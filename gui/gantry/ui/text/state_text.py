"""Texts for the states of a parcel."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gantry.engine.parcel import ParcelState


def state_text(state: ParcelState) -> str:
    """A short text for a list."""
    return {
        ParcelState.WAITING: _tr("Waiting"),
        ParcelState.PACKING: _tr("Packing"),
        ParcelState.VERIFIED: _tr("Ready to send"),
        ParcelState.SENDING: _tr("Sending"),
        ParcelState.DELIVERED: _tr("Delivered"),
        ParcelState.ACCEPTED: _tr("Accepted"),
        ParcelState.INCOMPLETE: _tr("Incomplete"),
        ParcelState.UNCLEAR: _tr("Unclear"),
        ParcelState.HELD: _tr("Held"),
        ParcelState.INTERRUPTED: _tr("Interrupted"),
        ParcelState.FAILED: _tr("Failed"),
        ParcelState.CANCELLED: _tr("Cancelled"),
        ParcelState.SPLIT: _tr("Split into smaller uploads"),
    }[state]


def full_state_text(state: ParcelState) -> str:
    """A longer text that also says what the state does not promise."""
    if state is ParcelState.ACCEPTED:
        return _tr("Accepted, not proved")
    return state_text(state)


def _tr(text: str) -> str:
    return QCoreApplication.translate("states", text)
