"""Finds icons, style and translations: beside the package, or in the source tree."""

from __future__ import annotations

import os

_PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")  # noqa: PTH100, PTH118, PTH120


def resource(*parts: str) -> str:
    """The path of a resource.

    `pathlib` isn't used, because nothing else imports it before the first paint.
    """
    installed = os.path.join(_PACKAGE, "resources")  # noqa: PTH118
    if not os.path.isdir(installed):  # noqa: PTH112
        installed = os.path.join(_PACKAGE, "..", "..", "resources")  # noqa: PTH118
    return os.path.normpath(os.path.join(installed, *parts))  # noqa: PTH118
