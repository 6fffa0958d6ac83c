"""Writes what a Linux desktop and shell take of Gantry, below resources/linux: icons, manual pages,
and completion for bash, zsh and fish, from the programs' own parsers.

    python packaging/linux/make.py           writes the manual pages and completion
    python packaging/linux/make.py icons     draws the icons too (needs Qt)

Run it after a change of a parser; `tests/cli/test_menu.py` says when it was forgotten.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import shtab

from gantry import app
from gantry.cli.parser import parser as cli_parser

REPO = Path(__file__).resolve().parents[2]
TARGET = REPO / "resources" / "linux"
ICON_SIZES = (48, 64, 128, 256)
# What the values of options are called, where the shell can complete them.
FILES = {"PATH", "FILE", "NAME or FILE", "FILE.zip", "FILE.csv", "ARCHIVE"}
FOLDERS = {"DIR"}

_ENVIRONMENT = {
    "GANTRY_HOME": "The folder that holds everything, as with --home.",
    "GANTRY_USER, GANTRY_PASSWORD, GANTRY_TOKEN": "Credentials for one run.",
    "GANTRY_ZIP_PASSWORD": "The password of locked ZIPs.",
}
_FILES = {
    "~/.config/Gantry": "Settings, installed presets.",
    "~/.local/share/Gantry": "History, archives that were not sent yet, the practice receiver.",
    "~/.local/state/Gantry/log": "The log.",
}
_CODES = {
    "gantry": {
        "0": "The window was closed, or the window that is open took the paths.",
        "1": "The open window refused to close, or does not answer.",
        "2": "The command line is wrong.",
        "3": "No window can open here; standard error says why, and what to do.",
    },
    "gantry-cli": {
        "0": "All was done.",
        "1": "Something failed; each failure is reported.",
        "2": "The command line or the settings are wrong.",
        "130": "Interrupted.",
    },
}


def files() -> dict[str, str]:
    """Every generated text, by its path below resources/linux."""
    made: dict[str, str] = {}
    for name, parser in (("gantry", app.parser()), ("gantry-cli", cli_parser())):
        made[f"man/man1/{name}.1"] = manual(name, parser)
        _complete_paths(parser)
        for shell, place in (
            ("bash", f"bash-completion/completions/{name}"),
            ("zsh", f"zsh/site-functions/_{name}"),
            ("fish", f"fish/vendor_completions.d/{name}.fish"),
        ):
            text = shtab.complete(parser, shell)
            made[place] = "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"
    return made


def manual(name: str, parser: argparse.ArgumentParser) -> str:
    """The manual page of a program, in roff (man-pages(7))."""
    summary = _sentence(parser.description)
    commands = list(_commands(parser))
    lines = [
        '.\\" Written by packaging/linux/make.py.',
        f'.TH {name.upper()} 1 "" "Gantry" "Gantry"',
        ".SH NAME",
        f"{_roff(name)} \\- {_roff(summary[0].lower() + summary[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        *_synopsis(name, parser),
        ".SH DESCRIPTION",
        _roff(_sentence(parser.description)),
    ]
    if commands:
        lines.append(".SH COMMANDS")
        for command, inner in commands:
            lines += [f".SS {_roff(name)} {_roff(command)}", *_synopsis(f"{name} {command}", inner)]
            lines += [".PP", _roff(_sentence(inner.description)), *_options(inner)]
    else:
        lines += [".SH OPTIONS", *_options(parser)]
    for title, entries in (
        ("EXIT STATUS", _CODES[name]), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES),
    ):  # fmt: skip
        lines.append(f".SH {title}")
        for term, text in entries.items():
            lines += [".TP", f"\\fB{_roff(term)}\\fP", _roff(text)]
    other = "gantry" if name == "gantry-cli" else "gantry-cli"
    lines += [".SH SEE ALSO", f"\\fB{_roff(other)}\\fP(1)"]
    return "\n".join(lines) + "\n"


def _synopsis(name: str, parser: argparse.ArgumentParser) -> list[str]:
    usage = " ".join(parser.format_usage().split()).removeprefix(f"usage: {name}").strip()
    return [f"\\fB{_roff(name)}\\fP {_roff(usage)}"]


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _options(parser: argparse.ArgumentParser) -> list[str]:
    lines = []
    for action in parser._actions:
        if not action.help or action.help == argparse.SUPPRESS:
            continue
        value = action.metavar or ("" if action.nargs == 0 else action.dest.upper())
        value = " ".join(value) if isinstance(value, tuple) else value
        if action.choices and not isinstance(action, argparse._SubParsersAction):
            value = "|".join(map(str, action.choices))
        terms = [f"\\fB{_roff(option)}\\fP" for option in action.option_strings]
        value = f"\\fI{_roff(value)}\\fP" if value else ""
        lines += [".TP", f"{', '.join(terms)} {value}".strip(), _roff(_sentence(action.help))]
    return lines


def _sentence(text: str | None) -> str:
    text = " ".join((text or "").replace("%%", "%").split())
    return text if not text or text[-1] in ".!?)" else f"{text}."


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    return re.sub(r"^\.", "\\\\&.", text)


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    for _, inner in _commands(parser):
        _complete_paths(inner)


def draw_icons() -> None:
    """The icon in the sizes of the hicolor theme, and the drawing that they come from."""
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = REPO / "resources" / "icons" / "gantry.svg"
    theme = TARGET / "icons" / "hicolor"
    app = QGuiApplication.instance() or QGuiApplication([])
    renderer = QSvgRenderer(str(drawing))
    for size in ICON_SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        target = theme / f"{size}x{size}" / "apps" / "gantry.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save(str(target))
    del app
    scalable = theme / "scalable" / "apps" / "gantry.svg"
    scalable.parent.mkdir(parents=True, exist_ok=True)
    scalable.write_bytes(drawing.read_bytes())


if __name__ == "__main__":
    for place, text in files().items():
        path = TARGET / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if "icons" in sys.argv[1:]:
        draw_icons()
