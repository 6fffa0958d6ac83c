"""Builds Gantry for Windows: program folder, set-up program, SBOM and checksums, in dist/windows.

    python packaging/windows/build.py [program] [setup]

Without arguments both stages. `program` needs Windows and the packages of requirements.txt and
build-requirements.txt; `setup` needs makensis and runs anywhere (GANTRY_TOOLS is put before the
commands makensis and osslsigncode; `build` uses that to take them from the bench).
README.md says how signing is configured.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import signing

REPO = Path(__file__).resolve().parents[2]
HERE = REPO / "packaging" / "windows"
OUT = REPO / "dist" / "windows"
PROGRAM = OUT / "Gantry"
WORK = REPO / "build" / "windows"
LIMIT_MB = 150
ICON_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def version() -> str:
    text = (REPO / "gui/gantry/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if not found:
        sys.exit("build: no __version__ in gui/gantry/__init__.py")
    return found[1]


def build_time() -> int:
    """The time that goes into everything built: of the last commit, unless it is given."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "-C", str(REPO), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        sys.exit("build: no git history here: set SOURCE_DATE_EPOCH (seconds since 1970)")


def make_icon(target: Path) -> None:
    """Draws the icon's SVG in every size that Windows asks for, into one .ico of PNGs."""
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication([])
    renderer = QSvgRenderer(str(REPO / "resources/icons/gantry.svg"))
    if not renderer.isValid():
        sys.exit("build: resources/icons/gantry.svg can't be drawn")
    images: list[bytes] = []
    for size in ICON_SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        images.append(data.data())
    del app
    header, offset = struct.pack("<HHH", 0, 1, len(images)), 6 + 16 * len(images)
    for size, png in zip(ICON_SIZES, images, strict=True):
        header += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(header + b"".join(images))


def build_program() -> None:
    """The program folder, and the SBOM of what is in it."""
    if sys.platform != "win32":
        sys.exit("build: the stage 'program' needs Windows: packaging/windows/build brings it")
    import notices
    import sbom

    make_icon(WORK / "gantry.ico")
    shutil.rmtree(PROGRAM, ignore_errors=True)
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(REPO / "gui"),  # where the spec looks for modules imported by name
        "SOURCE_DATE_EPOCH": str(build_time()),
        "GANTRY_BUILD_VERSION": version(),
        "GANTRY_BUILD_ICON": str(WORK / "gantry.ico"),
    }
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level=WARN",
         f"--distpath={OUT}", f"--workpath={WORK}", str(HERE / "gantry.spec")],
        check=True, env=environment,
    )  # fmt: skip
    sbom.write(PROGRAM, WORK / "gantry", version(), build_time(), OUT / "sbom.cdx.json")
    notices.write(PROGRAM, sbom.shipped(WORK / "gantry"))
    shutil.copy(REPO / "LICENSE", PROGRAM / "LICENSE.txt")
    report_size()


def report_size() -> None:
    """Says what the program weighs, part by part; too much of it ends the build."""
    parts: dict[str, int] = {}
    for file in PROGRAM.rglob("*"):
        if file.is_file():
            inside = file.relative_to(PROGRAM).parts
            part = inside[1] if inside[0] == "gantry-files" and len(inside) > 2 else inside[0]
            parts[part] = parts.get(part, 0) + file.stat().st_size
    total = sum(parts.values()) / 1e6
    largest = sorted(parts.items(), key=lambda item: -item[1])[:8]
    print(f"build: installed size {total:.1f} MB:", *(f"{k} {v / 1e6:.1f}" for k, v in largest))
    if total >= LIMIT_MB:
        sys.exit(f"build: that is more than {LIMIT_MB} MB: leave something out in gantry.spec")


def build_setup() -> None:
    """The set-up program from the program folder, both signed where that is configured."""
    if not (PROGRAM / "gantry.exe").is_file():
        sys.exit(f"build: no program in {PROGRAM}: run the stage 'program' first")
    certificate = signing.configured()
    print("build:", certificate.describe() if certificate else signing.NOT_CONFIGURED)
    if certificate:
        certificate.sign([PROGRAM / "gantry.exe", PROGRAM / "gantry-cli.exe"])
    time = build_time()
    for path in [*PROGRAM.rglob("*"), PROGRAM]:
        os.utime(path, (time, time))
    setup = OUT / f"Gantry-{version()}-Setup.exe"
    size_kb = sum(f.stat().st_size for f in PROGRAM.rglob("*") if f.is_file()) // 1024
    defines = {
        "VERSION": version(),
        "FILE_VERSION": ".".join((re.findall(r"\d+", version()) + ["0"] * 4)[:4]),
        "PROGRAM": relative(PROGRAM),
        "ICON": relative(WORK / "gantry.ico"),
        "OUT": relative(setup),
        "SIZE_KB": str(size_kb),
        # NSIS for Windows brings only 32-bit stubs, which every Windows runs; Debian's both
        "TARGET": "x86-unicode" if sys.platform == "win32" else "amd64-unicode",
    }
    if certificate:
        defines["SIGN"] = certificate.command_line("%1")
    tools = shlex.split(os.environ.get("GANTRY_TOOLS", ""))
    run = [*tools, makensis(), "-V2", "-WX", "-INPUTCHARSET", "UTF8", "-NOCD"]
    run += [f"-D{name}={value}" for name, value in defines.items()]
    subprocess.run(
        [*run, relative(HERE / "setup.nsi")],
        check=True, cwd=REPO, env={**os.environ, "SOURCE_DATE_EPOCH": str(time)},
    )  # fmt: skip
    if certificate:
        certificate.sign([setup])
    write_sums([setup, OUT / "sbom.cdx.json"])


def makensis() -> str:
    """On Windows NSIS is installed, but not on PATH."""
    usual = Path(os.environ.get("PROGRAMFILES(X86)", ""), "NSIS", "makensis.exe")
    if sys.platform == "win32" and not shutil.which("makensis") and usual.is_file():
        return str(usual)
    return "makensis"


def relative(path: Path) -> str:
    """Relative to the repository: true here and where the tools run."""
    return path.relative_to(REPO).as_posix()


def write_sums(files: list[Path]) -> None:
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (OUT / "SHA256SUMS").write_text("".join(lines), encoding="ascii", newline="\n")
    for file, line in zip(files, lines, strict=True):
        print(f"build: {relative(file)}  {file.stat().st_size / 1e6:.1f} MB  sha256 {line[:64]}")


if __name__ == "__main__":
    stages = sys.argv[1:] or ["program", "setup"]
    if set(stages) - {"program", "setup"}:
        sys.exit(__doc__)
    OUT.mkdir(parents=True, exist_ok=True)
    if "program" in stages:
        build_program()
    if "setup" in stages:
        build_setup()
