"""What arrived at a place, read without Gantry: everything that its server keeps, and the links."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydicom import dcmread

from gantry.store.history import History, ParcelFilter
from support.linked import uids
from support.places import Place
from support.planted import Planted, planted

# A place of each kind of destination: the fastest one to start.
ONE_OF_EACH = {
    "file": "folder",
    "http": "receiver",
    "tus": "tus",
    "orthanc": "orthanc",
    "dicomweb": "dicomweb",
    "dicom": "dicom-storescp",
    "s3": "s3-moto",
    "xnat": "xnat-contract",
}
# With a random one, a date that was moved is now and then another one that was planted.
KEY = {"GANTRY_PSEUDONYM_KEY": "33" * 32}


def plant(folder: Path) -> list[Planted]:
    """Writes two patients' studies into a folder; each file refers to others."""
    folder.mkdir(parents=True)
    made = [planted(33), planted(34, implicit=True)]
    for number, one in enumerate(made):
        for place, data in enumerate(one.files):
            (folder / f"{number}{place}.dcm").write_bytes(data)
    return made


def everything(folder: Path) -> Iterator[bytes]:
    """All that a server's folder holds: names, contents, members of archives, its own logs."""
    for path in folder.rglob("*"):
        yield str(path.relative_to(folder)).encode()
        if path.is_file():
            yield from _unpacked(path.read_bytes())


def _unpacked(data: bytes) -> Iterator[bytes]:
    yield data
    if data[:2] == b"\x1f\x8b":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                file = tar.extractfile(member)
                yield member.name.encode() + (file.read() if file else b"")
    elif data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode() + archive.read(name)


def check_arrived(place: Place, folder: Path, history: History, sets: list[Planted]) -> None:
    """Whether all files arrived, nothing that was planted did, and no link leads nowhere.

    Args:
        folder: where the place's server keeps everything.
        history: of the home that sent; it knows the UIDs to ask the server for.
    """
    rows = history.parcels(ParcelFilter())
    assert len(rows) == len(sets)
    assert all(row.state.has_arrived for row in rows), [row.state for row in rows]
    arrived = list(everything(folder))
    for whole in place.contents():
        arrived += _unpacked(whole)
    sent: list[str] = []
    for row in rows:
        archive = history.archive(row.id)
        assert archive is not None
        sent += [file.sop_instance_uid for file in archive.files]
        if place.kept is not None:
            kept = [place.kept(file.sop_instance_uid) for file in archive.files]
            assert all(len(copies) == 1 for copies in kept)
            arrived += [copy for copies in kept for copy in copies]
    left = {found for data in arrived for one in sets for found in one.left_in(data)}
    assert left == set()
    files = {data[data.find(b"DICM") - 128 :] for data in arrived if b"DICM" in data[:512]}
    assert sorted({dcmread(io.BytesIO(data)).SOPInstanceUID for data in files}) == sorted(sent)
    assert dangling(files) == []


def dangling(files: Iterable[bytes]) -> list[str]:
    """UIDs inside sequences that are no instance, series, study or frame of these files."""
    known: set[str] = set()
    nested: set[str] = set()
    for data in files:
        for place, found in uids(data).items():
            (nested if len(place) > 1 else known).update(found)
    return sorted(nested - known)
