"""Puts the licences of everything that ships into a built program's folder.

THIRD-PARTY.txt               what is inside, under which licence; Qt's notice
gantry-files/licences/NAME/   each part's own texts, and those of the LGPL and GPL
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A licence's file in a package's metadata, by its name.
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
# The part of PyInstaller that starts the programs is in them.
BOOTLOADER = "pyinstaller"
# Qt for Python's packages bring only the text for those who bought it.
LGPL = {"pyside6-essentials", "pyside6_essentials", "shiboken6"}

_HEAD = """\
Gantry is under the MIT licence (LICENSE.txt). It is shipped with the parts listed below. Their
licences' texts are in gantry-files\\licences.

Qt and Qt for Python (PySide6, shiboken6), version {qt}, copyright The Qt Company Ltd. and other
contributors, are used under the GNU Lesser General Public License, version 3
(gantry-files\\licences\\LGPL-3.0.txt; it adds to the GNU General Public License, version 3, in
GPL-3.0.txt there). Gantry uses them as separate, unchanged libraries: those in
gantry-files\\PySide6 and gantry-files\\shiboken6 may be replaced by other builds of the same
interface. Reverse engineering of Gantry for debugging such changes is allowed. Their source is at
https://download.qt.io/official_releases/QtForPython and
https://download.qt.io/official_releases/qt.

The same holds for inflate64, under version 2.1 or later of the LGPL
(gantry-files\\licences\\inflate64); its source is at https://github.com/miurahr/inflate64.

"""


def write(program: Path, names: Iterable[str]) -> None:
    """`program` is the built folder, `names` the distributions whose files are in it.

    Ends the build where one has no licence's text: it must not ship so.
    """
    target = program / "gantry-files" / "licences"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for text in ("LGPL-3.0.txt", "GPL-3.0.txt"):
        shutil.copyfile(HERE / "licences" / text, target / text)
    python = _python_licence()
    (target / "Python").mkdir()
    shutil.copyfile(python, target / "Python" / python.name)
    lines = [f"Python {'.'.join(map(str, sys.version_info[:3]))}: PSF-2.0"]
    for name in sorted({*names, BOOTLOADER}, key=str.lower):
        found = metadata.distribution(name)
        licence = licence_of(found.metadata) or "see its text"
        lines.append(f"{found.metadata['Name']} {found.version}: {licence}")
        if _copy_texts(found, target / found.metadata["Name"]) or name.lower() in LGPL:
            continue
        if not (HERE / "licences" / f"{name.lower()}.txt").is_file():
            sys.exit(f"build: no licence's text for {name}: add it to packaging/windows/licences")
        (target / found.metadata["Name"]).mkdir()
        shutil.copy(HERE / "licences" / f"{name.lower()}.txt", target / found.metadata["Name"])
    head = _HEAD.format(qt=metadata.version("PySide6-Essentials"))
    text = head + "\n".join(lines) + "\n"
    (program / "THIRD-PARTY.txt").write_text(text, encoding="utf-8", newline="\r\n")


def licence_of(about: metadata.PackageMetadata) -> str | None:
    """A distribution's licence in a few words, if its metadata says."""
    said = about.json
    licence = str(
        said.get("license_expression") or _from_classifiers(about) or said.get("license") or ""
    )
    return licence[:200].splitlines()[0] if licence else None


def _from_classifiers(about: metadata.PackageMetadata) -> str | None:
    found = [c for c in about.get_all("Classifier") or [] if c.startswith("License :: ")]
    return found[0].rsplit(" :: ", 1)[1] if found else None


def _copy_texts(found: metadata.Distribution, target: Path) -> bool:
    """Copies a distribution's licences; whether there were any but Qt's commercial one."""
    copied = False
    for file in found.files or []:
        if ".dist-info" not in file.parts[0] or not _TEXT.search(file.name):
            continue
        if "Commercial" in file.name or file.suffix == ".py":
            continue
        source = Path(str(found.locate_file(file)))
        # Packages within packages have theirs in folders: their names go into the file's.
        name = "-".join(part for part in file.parts[1:] if part != "licenses")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
        copied = True
    return copied


def _python_licence() -> Path:
    """Python's own, beside the program on Windows, with the library elsewhere."""
    library = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info.minor}"
    for folder in (Path(sys.base_prefix), library):
        for name in ("LICENSE.txt", "LICENSE"):
            if (folder / name).is_file():
                return folder / name
    sys.exit(f"build: no licence of Python in {sys.base_prefix}")
