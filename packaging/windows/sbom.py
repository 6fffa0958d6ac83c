"""Writes the CycloneDX bill of materials of a built program: what is in its folder, no more."""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from notices import licence_of
from packageurl import PackageURL

ROOT = "gantry"


def write(program: Path, work: Path, version: str, time: int, target: Path) -> None:
    """`program` is the built folder, `work` PyInstaller's work folder with its lists of modules."""
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"gantry-{version}-{time}"))
    bom.metadata.timestamp = datetime.fromtimestamp(time, UTC)
    root = Component(type=ComponentType.APPLICATION, name=ROOT, version=version, bom_ref=ROOT)
    root.licenses.add(LicenseFactory().make_from_string("MIT"))
    for file in sorted(program.glob("*.exe")):
        digest = HashType.from_hashlib_alg("sha256", _sha256(file))
        # a reference of its own would be a random one
        part = Component(
            type=ComponentType.FILE, name=file.name, bom_ref=file.name, hashes=[digest]
        )
        root.components.add(part)
    bom.metadata.component = root
    python = ".".join(map(str, sys.version_info[:3]))
    purl = PackageURL("generic", None, "python", python)
    parts = [_component("CPython", python, "PSF-2.0", purl)]
    parts += [_distribution(name) for name in sorted(shipped(work))]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    target.write_text(text, encoding="utf-8", newline="\n")


def shipped(work: Path) -> set[str]:
    """The distributions that any collected module or library belongs to."""
    # the modules in the programs, and the files beside them
    lists = [work / "PYZ-00.toc", work / "COLLECT-00.toc"]
    collected = "".join(file.read_text(encoding="utf-8") for file in lists)
    found = set(re.findall(r"\('(?:gantry-files[\\/]+)?(\w+)", collected))
    return {
        distribution
        for package, distributions in metadata.packages_distributions().items()
        if package in found
        for distribution in distributions
        if distribution.lower() not in {"gantry-dicom", "pyinstaller", "pyinstaller-hooks-contrib"}
    }


def _distribution(name: str) -> Component:
    about = metadata.metadata(name)
    version = metadata.version(name)
    purl = PackageURL("pypi", None, name.lower(), version)
    return _component(name, version, licence_of(about), purl)


def _component(name: str, version: str, licence: str | None, purl: PackageURL) -> Component:
    component = Component(
        type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=str(purl)
    )
    if licence:
        component.licenses.add(LicenseFactory().make_from_string(licence))
    return component


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
