"""Kills of de-identified jobs: after each, a search for what must not be outside the home."""

from __future__ import annotations

import hashlib
import io
import random
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread

from support.dicom import CANARIES
from support.kills import INSTANCES, STUDIES, Case, Rig, Sources

# What a sweep deletes, written again here: another name would stay in the spool for good.
SWEPT = re.compile(r"[0-9A-Z]{26}\.(tar\.gz(\.part)?|dcm\.part)")


class PrivateCase(Case):
    """A job that is sent by the profile `basic`, with the key of its own home."""

    temporary: Path  # the folder for temporary files, of all cases
    original: frozenset[bytes]  # values that only the sources and the home may hold
    pixels: tuple[str, ...]

    @property
    def send_command(self) -> tuple[str, ...]:
        return (*super().send_command, "--deidentify", "basic")

    def look(self) -> None:
        spool = self.home / "spool"
        for folder in (self.kept, self.temporary, spool):
            for path in folder.rglob("*") if folder.exists() else ():
                for data in (str(path.relative_to(folder)).encode(), *contents(path)):
                    left = [value.decode() for value in self.original if value in data]
                    self._want(left == [], f"{left[:3]} in {path}")
        names = [path.name for path in spool.iterdir()] if spool.exists() else []
        odd = [name for name in names if not SWEPT.fullmatch(name)]
        self._want(odd == [], f"{odd} in the spool, which no sweep deletes")

    def check_arrived(self, archives: list[Path]) -> None:
        self.look()
        found = [dcmread(io.BytesIO(data)) for archive in archives for data in images(archive)]
        pixels = tuple(sorted(hashlib.sha256(ds.PixelData).hexdigest() for ds in found))
        self._want(pixels == self.pixels, f"{len(found)} images arrived, or others")
        studies = {ds.StudyInstanceUID for ds in found}
        patients = {ds.PatientID for ds in found}
        self._want(len(studies) == STUDIES, f"{len(studies)} new studies of {STUDIES}")
        self._want(len(patients) == 1, f"one patient has {len(patients)} pseudonyms")
        self._want(len({ds.SOPInstanceUID for ds in found}) == STUDIES * INSTANCES, "one UID twice")
        self._want({ds.PatientIdentityRemoved for ds in found} == {"YES"}, "not marked")


class PrivateRig(Rig):
    """As `Rig`, with jobs that are de-identified.

    Args:
        temporary: what TMPDIR names while the rig runs.
    """

    def __init__(self, folder: Path, chance: random.Random, temporary: Path) -> None:
        super().__init__(folder, chance)
        original, pixels = known(self.sources)

        class Made(PrivateCase):
            pass

        Made.temporary, Made.original, Made.pixels = temporary, original, pixels
        self.make = Made


def known(sources: Sources) -> tuple[frozenset[bytes], tuple[str, ...]]:
    """The values of the sources that must not leave, and the digests of the pixels that must."""
    values = {canary.encode() for canary in CANARIES}
    pixels = []
    for path, _size, _time in sources.states:
        ds = dcmread(path)
        uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
        values |= {uid.encode() for uid in uids}
        pixels.append(hashlib.sha256(ds.PixelData).hexdigest())
    return frozenset(values), tuple(sorted(pixels))


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and of all that a compressed one holds, however early it ends."""
    try:
        data = path.read_bytes()
    except OSError:
        return  # a folder
    yield data
    plain = bytearray()
    while data[:2] == b"\x1f\x8b":
        packer = zlib.decompressobj(31)
        try:
            plain += packer.decompress(data)
        except zlib.error:
            break
        data = packer.unused_data
    yield bytes(plain)


def images(archive: Path) -> Iterator[bytes]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(".dcm") and (stream := tar.extractfile(member)):
                yield stream.read()
