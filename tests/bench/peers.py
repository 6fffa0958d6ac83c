"""Compares what de-identification tools leave behind, all with the settings that they come with.

    python tests/bench/peers.py [--cache FOLDER] [NAME…]

Studies are made with a different token in each place that may name a patient (support/planted.py).
Each tool gets the same files; then the tokens are searched for in what it wrote. Tools in Python
are installed into virtual environments of their own under the cache folder, Orthanc must be there
as a program; what is missing is named instead. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent)]

from pydicom import Dataset, dcmread  # noqa: E402
from pydicom.errors import InvalidDicomError  # noqa: E402

import gantry  # noqa: E402
from support.linked import linked, uids  # noqa: E402
from support.planted import Planted, planted  # noqa: E402
from support.process import free_port  # noqa: E402

NAME = "Quillfeather"  # of the patient, in the names of the source files
SEEDS = (11, 12)
REFERENCED = 0x00081155
MARKERS = (0x00120062, 0x00120063, 0x00120064, 0x00280303)
# Run by the tool's own Python: source folder, target folder.
DCMANON = """
import sys, pathlib, dcmanon
anonymizer = dcmanon.Anonymizer()
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    made = anonymizer.anonymize(str(path))
    (pathlib.Path(sys.argv[2]) / path.name).write_bytes(made)
"""
DICOGNITO = "import sys; from dicognito.__main__ import main; main(sys.argv[1:])"
DEID = """
import sys, pathlib
from deid.config import DeidRecipe
from deid.dicom import get_identifiers, replace_identifiers
files = sorted(map(str, pathlib.Path(sys.argv[1]).iterdir()))
ids = get_identifiers(files)
replace_identifiers(files, ids=ids, deid=DeidRecipe(), save=True, output_folder=sys.argv[2])
"""
COLUMNS = (
    "tool", "values left", "references intact, dangling", "marked", "private elements",
    "study date", "pixels equal", "file names",
)  # fmt: skip
Tool = Callable[[Path, Path], str]  # source and target folder → the version


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--cache", type=Path, help="where virtual environments stay between runs")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="gantry-peers-") as scratch:
        folder = Path(scratch)
        source = folder / "source"
        source.mkdir()
        studies = [planted(seed) for seed in SEEDS]
        files = [data for study in studies for data in study.files]
        for number, data in enumerate([*files, *linked()]):
            (source / f"{NAME}_{number:03d}.dcm").write_bytes(data)
        print(f"{date.today()}, {len(files) + len(linked())} files, {_count(studies)} values\n")
        print(
            "| tool | values left | references: intact, dangling | marked | private elements ",
            end="",
        )
        print("| study date | pixels equal | file names |")
        print("| --- | ---: | --- | --- | ---: | --- | --- | --- |")
        tools = _tools(options.cache or folder / "cache")
        for name, tool in tools.items():
            if options.names and name not in options.names:
                continue
            target = folder / name.replace(" ", "-")
            target.mkdir()
            try:
                version = tool(source, target)
            except Exception as error:  # noqa: BLE001 - the others are still worth their time
                print(f"{name}: not compared: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            print(_row(name, version, studies, source, target), flush=True)
    return 0


def _tools(cache: Path) -> dict[str, Tool]:
    def script(package: str, text: str) -> Tool:
        def run(source: Path, target: Path) -> str:
            python, version = _environment(cache, package)
            _run(python, "-c", text, source, target)
            return version

        return run

    def dicognito(source: Path, target: Path) -> str:
        python, version = _environment(cache, "dicognito")
        _run(python, "-c", DICOGNITO, "--output-directory", target, source)
        return version

    def dicom_anonymizer(source: Path, target: Path) -> str:
        python, version = _environment(cache, "dicom-anonymizer")
        _run(python.with_name("dicom-anonymizer"), source, target)
        return version

    return {
        "Gantry basic": _gantry("basic"),
        "Gantry research": _gantry("research"),
        "dcmanon": script("dcmanon", DCMANON),
        "dicognito": dicognito,
        "dicom-anonymizer": dicom_anonymizer,
        "deid": script("deid", DEID),
        "Orthanc": _orthanc,
    }


def _run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    ran = subprocess.run(
        list(map(str, command)), env=env, capture_output=True, text=True, timeout=600, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{command[0]} ended with {ran.returncode}: {ran.stderr[-500:]}")


def _environment(cache: Path, package: str) -> tuple[Path, str]:
    """A virtual environment with one package: its Python, and the package's version."""
    folder = cache / package
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if not (folder / "whole").exists():
        _run(sys.executable, "-m", "venv", "--clear", folder, env=env)
        _run(python, "-m", "pip", "install", "--quiet", package, env=env)
        (folder / "whole").touch()
    site = next((folder / "lib").rglob("site-packages"), folder / "Lib/site-packages")
    found = importlib.metadata.distributions(name=package, path=[str(site)])
    return python, next(iter(found)).version


def _gantry(profile: str) -> Tool:
    def run(source: Path, target: Path) -> str:
        env = {**os.environ, "GANTRY_HOME": str(target.parent / "home")}
        command = [sys.executable, "-m", "gantry.cli", "deidentify", str(source), "-o", str(target)]
        _run(*command, "--profile", profile, env=env)
        return gantry.__version__

    return run


def _orthanc(source: Path, target: Path) -> str:
    program = shutil.which("Orthanc") or "/usr/sbin/Orthanc"
    port, storage = free_port(), target.parent / "orthanc"
    storage.mkdir()
    settings = {
        "StorageDirectory": str(storage), "IndexDirectory": str(storage), "HttpPort": port,
        "RemoteAccessAllowed": False, "DicomServerEnabled": False, "Plugins": [],
    }  # fmt: skip
    config = storage / "orthanc.json"
    config.write_text(json.dumps(settings), "utf-8")

    def ask(path: str, body: bytes | None = None) -> bytes:
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=60) as answer:
            return bytes(answer.read())

    log = storage / "log"
    with (
        log.open("wb") as out,
        subprocess.Popen([program, str(config)], stdout=out, stderr=out) as process,
    ):
        try:
            end = time.monotonic() + 60
            while True:
                try:
                    version = str(json.loads(ask("/system"))["Version"])
                    break
                except OSError:
                    if time.monotonic() > end or process.poll() is not None:
                        raise
                    time.sleep(0.2)
            for path in sorted(source.iterdir()):
                ask("/instances", path.read_bytes())
            for patient in json.loads(ask("/patients")):
                made = json.loads(ask(f"/patients/{patient}/anonymize", b"{}"))["ID"]
                for instance in json.loads(ask(f"/patients/{made}/instances")):
                    name = instance["ID"]
                    (target / f"{name}.dcm").write_bytes(ask(f"/instances/{name}/file"))
        finally:
            process.terminate()
    return version


def _count(studies: list[Planted]) -> int:
    return sum(len(study.tokens) for study in studies)


def _row(name: str, version: str, studies: list[Planted], source: Path, target: Path) -> str:
    paths = sorted(path for path in target.rglob("*") if path.is_file())
    made = [data for path in paths if (data := path.read_bytes())[128:132] == b"DICM"]
    read = [_read(data) for data in made]
    everything = b"\n".join(made)
    kept = sum(len(study.left_in(everything)) for study in studies)
    intact, dangling = _references(made)
    before, _ = _references([path.read_bytes() for path in sorted(source.iterdir())])
    marked = [
        f"{tag >> 16:04X},{tag & 0xFFFF:04X}" for tag in MARKERS if all(tag in d for d in read)
    ]
    private = sum(element.tag.is_private for ds in read for element in ds.iterall())
    was = {bytes(d.PixelData) for d in map(_file, source.iterdir()) if "PixelData" in d}
    now = {bytes(d.PixelData) for d in read if "PixelData" in d}
    named = any(NAME.lower() in path.name.lower() for path in paths)
    cells = (
        f"{name} {version}", f"{kept} of {_count(studies)}",
        f"{intact} of {before}, {dangling}", " ".join(marked) or "no", str(private),
        _dates(read), "yes" if was == now else "no", "as before" if named else "new",
    )  # fmt: skip
    few = "" if len(read) == len(list(source.iterdir())) else f" ({len(read)} files written)"
    return "| " + " | ".join(cells) + f"{few} |"


def _dates(read: list[Dataset]) -> str:
    """How the study dates are now; the linked study was made on 4 March 2025."""
    found = {str(ds.get("StudyDate", "removed")) or "emptied" for ds in read}
    if found & {"removed", "emptied"} or len(found) == 1:
        return ", ".join(sorted(found))
    return "kept" if "20250304" in found else "moved"


def _references(files: list[bytes]) -> tuple[int, int]:
    every = [uids(data) for data in files]
    known = {one[tag,][0] for one in every for tag in (0x00080018, 0x0020000D) if (tag,) in one}
    named = [
        u for one in every for place, found in one.items() for u in found if place[-1] == REFERENCED
    ]
    return sum(uid in known for uid in named), sum(uid not in known for uid in named)


def _in_all(tag: int, read: list[Dataset]) -> bool:
    return all(tag in ds for ds in read)


def _file(path: Path) -> Dataset:
    return dcmread(path)


def _read(data: bytes) -> Dataset:
    try:
        return dcmread(io.BytesIO(data))
    except InvalidDicomError:
        return Dataset()


if __name__ == "__main__":
    sys.exit(main())
