"""The languages of the window, each by its own name."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = {"en": "English", "zh_CN": "简体中文"}
