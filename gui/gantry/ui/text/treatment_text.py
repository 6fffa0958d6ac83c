"""Texts for how uploads are treated: as they are, or de-identified by a profile."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QCoreApplication

from gantry.services.privacy import AS_IT_IS, BUILT_IN


def treatment_text(profile: str) -> str:
    """A choice in the send bar."""
    if profile == AS_IT_IS:
        return _tr("As it is")
    return _tr("De-identified: {profile}").format(profile=profile_text(profile))


def profile_text(profile: str) -> str:
    """A profile's name: built-in ones are not translated, because files and commands name them.

    A file that is called like one of them keeps its ending, to be told from it.
    """
    path = PurePath(profile)
    return path.name if path.stem in BUILT_IN else path.stem


def about(profile: str) -> str:
    """What a profile does, in one or two sentences."""
    if profile == AS_IT_IS:
        return _tr("Every file is sent unchanged, with names, IDs and dates.")
    if profile == "basic":
        return _tr(
            "Names, IDs, dates, descriptions and private elements are removed or replaced. What "
            "may show the patient in the picture is held back."
        )
    if profile == "research":
        return _tr(
            "As basic, but age, sex, size and weight, technical words and known technical private "
            "elements stay, and all dates of a patient move by the same number of days."
        )
    return _tr("By the profile file {path}").format(path=profile)


def _tr(text: str) -> str:
    return QCoreApplication.translate("treatment", text)
