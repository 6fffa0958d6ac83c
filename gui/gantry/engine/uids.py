"""Checks DICOM UIDs."""

from __future__ import annotations

import re

# DICOM PS3.5 §9.1, but with leading zeros, which some vendors write. No empty component, so that
# neither ".." nor a name that Windows would cut (`1.2.`) can result.
UID = re.compile(r"(?=.{1,64}\Z)[0-9]+(?:\.[0-9]+)*")


def is_uid(text: str) -> bool:
    """Whether the text is a usable UID: numbers between dots, 64 characters at most."""
    return UID.fullmatch(text) is not None
