"""Lets a process import only what Gantry's own dependencies bring, as an installation has it."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires


def only_declared() -> None:
    """Makes packages that `pip install gantry-dicom[gui]` doesn't bring impossible to import."""
    mine = _declared()
    for module, distributions in packages_distributions().items():
        if not any(_name(one) in mine for one in distributions):
            sys.modules[module] = None  # type: ignore[assignment]  # as Python documents it


def _declared() -> set[str]:
    found: set[str] = set()
    waiting = [("gantry-dicom", "gui")]
    while waiting:
        name, extra = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:  # of another system
            continue
        for line in lines:
            optional = re.search(r"extra\s*==\s*['\"](.*?)['\"]", line)
            match = re.match(r"[\w.-]+", line)
            if match is not None and (optional is None or optional[1] == extra):
                waiting.append((_name(match[0]), ""))
    return found


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()
