"""Writes docs/settings.md from the declarations of the settings.

    python packaging/settings_page.py

`tests/test_documented_settings.py` says when the page is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "settings.md"
sys.path.insert(0, str(ROOT / "gui"))

from gantry.store.setting import Applies, Choice, Language, Number, Setting, Switch, Text  # noqa: E402
from gantry.store.settings import PARTS, SETTINGS, Settings  # noqa: E402

_HEAD = """\
# Settings

<!-- written by packaging/settings_page.py from gui/gantry/store/settings.py -->

Everything here can be changed in the window under *Settings*. Gantry keeps it in `settings.json`,
in the folder that [install.md](install.md) names, or under `--home DIR`; the terminal uses the same
file. To edit the file by hand, quit Gantry first. A key that is missing has its default. A value
that Gantry doesn't know is reported, replaced by its default, and kept in the file until another
one is chosen; a file that can't be read at all is set aside, and the last good copy is used.
"""
_FOOT = """\
## Other keys

| key | meaning |
| --- | --- |
| `version` | the version of the file's format |
| `destinations` | the saved destinations: `name`, `url`, `auth` (`none`, `basic`, `token`, \
`oauth`), `user`, `header`, `options`, `insecure_http`, \
`deidentify` (a required profile), `study`, `new_key_each_time`; \
see [destinations.md](destinations.md) |
| `last_destination` | the name of the destination that was chosen last |
| `profiles` | the profile that was chosen last for each address; none: as it is |
| `profile_files` | the paths of the profiles that were added |

Passwords, tokens and other secrets are not in the file: the system's credential store holds them.
"""
_APPLIES = {Applies.AT_ONCE: "at once", Applies.NEXT_JOB: "next job"}


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_chapters(), _FOOT])


def _chapters() -> Iterator[str]:
    for part in PARTS:
        rows = [_row(setting) for setting in SETTINGS if setting.part is part]
        yield "\n".join(
            [
                f"## {part.title}",
                "",
                part.hint,
                "",
                "| key | in the window | meaning | values | default | applies |",
                "| --- | --- | --- | --- | --- | --- |",
                *rows,
                "",
            ]
        )


def _row(setting: Setting[Any]) -> str:
    cells = (
        f"`{setting.name}`",
        setting.label.replace("&", ""),
        setting.help,
        _values(setting),
        _code(setting.of(Settings())),
        _APPLIES[setting.applies],
    )
    return f"| {' | '.join(cells)} |"


def _values(setting: Setting[Any]) -> str:
    match setting:
        case Switch(text=text):
            return f"`true`: {text}; `false`"
        case Number(low=low, high=high, unit=unit, scale=scale, zero=zero):
            found = f"{low} to {high}" + (unit if scale == 1 else f" ({scale} is 1{unit})")
            return f"{found}; 0: {zero}" if zero else found
        case Choice(choices=choices, file_only=others):
            named = [f"{_code(value)}: {text}" for value, text in choices.items()]
            more = '; any other: as `""`' if isinstance(setting, Language) else ""
            return "; ".join([*named, *map(_code, others)]) + more
        case Text(example=example, empty=empty):
            found = f"such as `{example}`" if example else "its path"
            return f'{found}; `""`: {empty or "none"}'
    raise TypeError(f"{setting.name}: say here which values a {type(setting).__name__} has")


def _code(value: object) -> str:
    return f"`{json.dumps(value)}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
