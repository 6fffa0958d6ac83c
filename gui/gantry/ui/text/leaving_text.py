"""What happens to an element, why, and why a file is held: in the user's language."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.reasons import Reason
from gantry.engine.preview.contents import Hold, Row


class HoldText(NamedTuple):
    """Why a file is held, and what the user can do."""

    what: str
    do: str


def done_text(done: Done) -> str:
    """What was done, in a word or two."""
    return {
        Done.KEPT: _tr("Kept"),
        Done.REMOVED: _tr("Removed"),
        Done.EMPTIED: _tr("Emptied"),
        Done.REPLACED: _tr("Replaced"),
        Done.SHIFTED: _tr("Date shifted"),
        Done.UID: _tr("New UID"),
        Done.UID_IN_TEXT: _tr("New UID in text"),
        Done.CLEANED: _tr("Text cleaned"),
        Done.LIMITED: _tr("Age limited"),
        Done.PSEUDONYM: _tr("Pseudonym"),
        Done.MASKED: _tr("Masked"),
        Done.REWRITTEN: _tr("Stored differently"),
        Done.ADDED: _tr("Added"),
    }[done]


def reason_text(row: Row) -> str:
    """Why, in a few words."""
    if row.reason is Reason.OPTION:
        return _option_text(row.option)
    if row.reason is Reason.PRIVATE and row.done is Done.KEPT:
        return _tr("private, known to be technical")
    return {
        Reason.TABLE: _tr("table of DICOM PS3.15"),
        Reason.OWN: _tr("the profile’s own rule"),
        Reason.PATIENT: _tr("made from the key"),
        Reason.PRIVATE: _tr("private"),
        Reason.TEXT: _tr("text that the table does not list"),
        Reason.BYTES: _tr("bytes that may hold text"),
        Reason.UID: _tr("every UID"),
        Reason.DATE: _tr("every date and time"),
        Reason.FILE: _tr("head of the file, written again"),
        Reason.MARKER: _tr("says that the file is de-identified"),
        Reason.PIXELS: _tr("picture"),
        Reason.TECHNICAL: _tr("technical"),
    }[row.reason]


def _option_text(option: str) -> str:
    return {
        "dates": _tr("option for dates"),
        "texts": _tr("option for descriptions"),
        "device": _tr("option for the device"),
        "patient_characteristics": _tr("option for patient characteristics"),
        "institution": _tr("option for the institution"),
        "safe_private": _tr("option for private elements"),
        "uids": _tr("option for UIDs"),
        "structured_content": _tr("option for reports"),
        "graphics": _tr("option for drawings"),
    }.get(option, _tr("an option of the profile"))


def hold_text(hold: Hold) -> HoldText:
    """Why a file would be held, and what to do."""
    leave_out = _tr("Leave the file out, or export it again.")
    burned = _tr(
        "Mask the text in the picture with “Masks…”, or leave the file out.",
    )
    known = {
        "unreadable": (
            _tr("Gantry can’t read all of this file, so it can’t clean it."),
            leave_out,
        ),
        "residue": (
            _tr("Something about the patient would still be in it."),
            _tr("Add a rule for this element to the profile, or leave the file out."),
        ),
        "burned in": (
            _tr("The file says that text is burned into its picture."),
            burned,
        ),
        "class": (_tr("Pictures of this kind often name the patient."), burned),
        "modality": (_tr("Pictures of this kind often name the patient."), burned),
        "conversion": (
            _tr("This is a screenshot or a scan, which may name the patient."),
            burned,
        ),
        "image type": (
            _tr("This is a screenshot or a dose report, which may name the patient."),
            burned,
        ),
        "masks": (
            _tr("The masks for its kind can’t be applied to a picture that is stored like this."),
            _tr("Leave the file out."),
        ),
        "overlay": (
            _tr("An overlay, which may name the patient, is among the bits of its pixels."),
            _tr("Leave the file out."),
        ),
        "document": (
            _tr("This is a document, which Gantry can’t search."),
            _tr("Leave the file out."),
        ),
        "index": (
            _tr("This is an index of files, not an image."),
            _tr("Leave the file out; the images don’t need it."),
        ),
    }
    return HoldText(*known.get(hold.rule, (hold.rule, _tr("Leave the file out."))))


def hold_place(hold: Hold) -> str:
    """The place and the masked value, as far as they are known."""
    place = " › ".join(element_name(part) for part in hold.path)
    return " ".join(part for part in (place, hold.value) if part)


def element_name(part: str) -> str:
    """A tag as people write it, with its name; what is no tag stays as it is."""
    from pydicom.datadict import dictionary_description  # noqa: PLC0415 - only if a file is held

    try:
        tag = int(part, 16) if len(part) == 8 else -1
    except ValueError:
        tag = -1
    if tag < 0:
        return part
    written = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    try:
        return f"{dictionary_description(tag)} {written}"
    except KeyError:
        return written


def _tr(text: str) -> str:
    return QCoreApplication.translate("leaving", text)
