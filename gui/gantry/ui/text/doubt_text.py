"""Texts for arrivals that are not fully proved, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gantry.engine.parcel import Outcome, Receipt
from gantry.ui.text.quantities import count_text

_LONGEST = 200  # characters of an answer


def doubt_text(receipt: Receipt | None, images: int, unread: int, skipped: int) -> str:
    """What is not proved about an arrival, or did not arrive; "": nothing.

    Args:
        images: how many the parcel has.
        unread: how many could not be read, and were not sent.
        skipped: how many of the images were held, and skipped by the user.
    """
    parts = []
    if unread:
        parts.append(
            _tr("{images} images arrived; {unread} could not be read.").format(
                images=count_text(images - skipped), unread=count_text(unread)
            )
        )
    if skipped:
        parts.append(
            _tr("Images that were held and that you skipped: {skipped} of {images}.").format(
                images=count_text(images), skipped=count_text(skipped)
            )
        )
    if receipt is not None and not receipt.is_proved:
        parts.append(_unproved(receipt))
    return " ".join(parts)


def _unproved(receipt: Receipt) -> str:
    if receipt.outcome is not Outcome.ACCEPTED:
        return _tr(
            "The server may already have had images with the same UIDs; their content was "
            "not compared."
        )
    words = " ".join(receipt.body.split())
    if not words:
        return _tr(
            "The server accepted it, but its response was empty: nothing says that it was stored."
        )
    words = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return _tr(
        "The server accepted it, but its response does not say that it was stored: “{answer}”"
    ).replace("{answer}", words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("doubts", text)
