"""Gathers every string of the window, and makes the catalogues that Qt loads.

    python packaging/i18n.py            update resources/i18n/*.ts, make the *.qm of them
    python packaging/i18n.py --check    say what is missing or stale, change nothing

Strings are found in the syntax tree: `self.tr("…")` in a class (its name is the context),
`QCoreApplication.translate("context", "…")`, and calls of a module's `_tr` that wraps the second.
The sentences of `gantry.messages` are the context "messages"; the labels of the kinds of
destination and of their fields, and the kinds' own words, "kinds"; the texts of the settings'
declarations, "settings". `gantry_en.ts` holds only what has a plural. The *.qm are committed, so
that an installation from a checkout needs no Qt tools.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "gui" / "gantry"
CATALOGUES = ROOT / "resources" / "i18n"
FORMS = {"en": 2, "zh_CN": 1}

_GIVEN = ("messages", "kinds", "settings")  # contexts whose strings the package itself hands out

Key = tuple[str, str]  # context, source


@dataclass
class Strings:
    """What was found: in order, and whether a number makes its form."""

    plural: dict[Key, bool] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, context: str, source: str, plural: bool) -> None:
        key = context, source
        self.plural[key] = self.plural.get(key, False) or plural


def gather() -> Strings:
    """Every string that the window can show."""
    found = Strings()
    for path in sorted((SOURCES / "ui").rglob("*.py")):
        _Gatherer(path, found).gather()
    sys.path.insert(0, str(ROOT / "gui"))
    from gantry.engine.transfer.registry import KINDS
    from gantry.messages import all_templates
    from gantry.store.settings import all_texts

    for template in all_templates():
        if template:
            found.add("messages", template, False)
    for kind in KINDS:
        labels = [f.label for f in (*kind.form.fields, *kind.options)]
        for label in (kind.label, *labels, *kind.words.values()):
            found.add("kinds", label, False)
    for text in all_texts():
        found.add("settings", text, False)
    return found


class _Gatherer(ast.NodeVisitor):
    def __init__(self, path: Path, found: Strings) -> None:
        self._path, self._found = path, found
        self._classes: list[str] = []
        self._wrapper = ""  # the context of this module's `_tr`

    def gather(self) -> None:
        tree = ast.parse(self._path.read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == "_tr":
                self._wrapper = next(_contexts(node), "")
        self.visit(tree)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if not (node.name == "_tr" and self._wrapper):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "tr" and self._classes:
            self._take(node, self._classes[-1], node.args[:1], len(node.args) > 2)
        elif name == "translate" and len(node.args) >= 2:
            context = node.args[0]
            if isinstance(context, ast.Constant) and context.value not in _GIVEN:
                self._take(node, str(context.value), node.args[1:2], len(node.args) > 3)
        elif isinstance(node.func, ast.Name) and node.func.id == "_tr" and self._wrapper:
            self._take(node, self._wrapper, node.args[:1], len(node.args) > 1)

    def _take(self, node: ast.Call, context: str, source: list[ast.expr], plural: bool) -> None:
        text = source[0] if source else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            self._found.add(context, text.value, plural)
        else:
            where = f"{self._path.relative_to(ROOT)}:{node.lineno}"
            self._found.faults.append(f"{where}: not a plain string")


def _contexts(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr == "translate" and isinstance(first, ast.Constant):
                yield str(first.value)


def wanted(strings: Strings, language: str) -> dict[Key, bool]:
    """The strings that a language's catalogue must hold."""
    if language == "en":
        return {key: True for key, plural in strings.plural.items() if plural}
    return strings.plural


def read_catalogue(path: Path) -> dict[Key, list[str]]:
    """The translations in a .ts file, by context and source; forms of a plural in their order."""
    found: dict[Key, list[str]] = {}
    if not path.exists():
        return found
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or translation.get("type") == "unfinished":
                continue
            forms = [form.text or "" for form in translation.iter("numerusform")]
            found[name, message.findtext("source", "")] = forms or [translation.text or ""]
    return found


def write_catalogue(path: Path, language: str, strings: Strings) -> list[Key]:
    """Writes the .ts file, keeping translations; returns what has none."""
    known = read_catalogue(path)
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    missing: list[Key] = []
    contexts: dict[str, ET.Element] = {}
    for (name, source), plural in sorted(wanted(strings, language).items(), key=lambda e: e[0][0]):
        if name not in contexts:
            contexts[name] = ET.SubElement(root, "context")
            ET.SubElement(contexts[name], "name").text = name
        message = ET.SubElement(contexts[name], "message", {"numerus": "yes"} if plural else {})
        ET.SubElement(message, "source").text = source
        translation = ET.SubElement(message, "translation")
        forms = known.get((name, source), [])
        if len(forms) != (FORMS[language] if plural else 1) or not all(forms):
            translation.set("type", "unfinished")
            missing.append((name, source))
            forms = [""] * (FORMS[language] if plural else 1)
        if plural:
            for form in forms:
                ET.SubElement(translation, "numerusform").text = form
        else:
            translation.text = forms[0]
    ET.indent(root, "  ")
    text = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', "utf-8")
    return missing


def compile_catalogue(source: Path, target: Path) -> None:
    """Makes the .qm of a .ts, by Qt's own tool."""
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    subprocess.run([str(tool), "-silent", str(source), "-qm", str(target)], check=True)


def problems(strings: Strings) -> list[str]:
    """What is missing in the catalogues, or is not in the window any more."""
    found = list(strings.faults)
    for language in FORMS:
        known = read_catalogue(CATALOGUES / f"gantry_{language}.ts")
        want = wanted(strings, language)
        for key in want.keys() - known.keys():
            found.append(f"{language}: no translation of {key[1]!r} ({key[0]})")
        for key in known.keys() - want.keys():
            found.append(f"{language}: {key[1]!r} ({key[0]}) is not used")
    return sorted(found)


def main() -> int:
    """Updates, or checks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    strings = gather()
    if options.check:
        found = problems(strings)
        print("\n".join(found) or "complete")
        return 1 if found else 0
    print("\n".join(strings.faults))
    for language in FORMS:
        path = CATALOGUES / f"gantry_{language}.ts"
        missing = write_catalogue(path, language, strings)
        compile_catalogue(path, path.with_suffix(".qm"))
        print(f"{language}: {len(wanted(strings, language))} strings, {len(missing)} to translate")
    return 1 if strings.faults else 0


if __name__ == "__main__":
    sys.exit(main())
