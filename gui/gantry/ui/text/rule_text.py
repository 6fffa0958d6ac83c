"""Texts for rules that are added to a profile: actions, and why there can be none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gantry.services.adding_rule import NoChange
from gantry.ui.text.destination_forms import destination_text
from gantry.ui.text.leaving_text import element_name
from gantry.ui.text.treatment_text import profile_text

if TYPE_CHECKING:
    from gantry.engine.deidentify.added_rule import NoRule
    from gantry.services.adding_rule import HeldElement, RuleOffer


def action_text(action: str) -> str:
    """What a rule does to an element; "": there is none."""
    return {
        "empty": _tr("Empty it"),
        "remove": _tr("Remove it"),
    }.get(action, _tr("No rule"))


def place_text(element: HeldElement) -> str:
    """An element with those around it; a private one with its creator."""
    place = " › ".join(element_name(f"{tag:08X}") for tag in element.tags)
    return " · ".join(part for part in (place, element.creator) if part) or _tr("The whole file")


def no_rule_text(reason: NoRule) -> str:
    """Why an element can't have a rule, and what to do."""
    why = {
        "no element": _tr("What was found is in no single element."),
        "fixed": _tr("No rule can change this element: the file is read by it."),
        "creator": _tr("No rule can change what names the maker of private elements."),
        "unknown creator": _tr(
            "A rule for a private element needs the name of its maker, and the files don’t say it, "
            "say several, or can’t be read now."
        ),
    }[reason.value]
    return f"{why} {_tr('Send the upload without these files.')}"


def no_change_text(reason: NoChange, offer: RuleOffer) -> str:
    """Why a profile can't have further rules, and what to do."""
    return {
        NoChange.REQUIRED: _tr(
            "{destination} takes only what is de-identified by the profile in its settings. With "
            "other rules, it would be another profile. Send without these files, or choose a "
            "profile file in the settings of the destination and send the files again."
        ).format(destination=destination_text(offer.place.name)),
        NoChange.PRESET: _tr(
            "The profile {profile} belongs to a preset, so it is not changed here. Ask "
            "those who gave you the preset for the rule, or send without these files."
        ).format(profile=profile_text(offer.profile)),
        NoChange.READ_ONLY: _tr(
            "You may not change the profile file {path}. Ask its owner for the rule, or send "
            "without these files."
        ).format(path=offer.profile),
    }[reason]


def _tr(text: str) -> str:
    return QCoreApplication.translate("rules", text)
