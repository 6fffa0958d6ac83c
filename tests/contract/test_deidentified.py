"""Nothing that was planted in a study arrives at any kind of destination, nor is said to it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from gantry.engine.archive.manifest import REPORT_SCHEMA
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.treating import rewriter_of, treatment_of
from gantry.engine.parcel import Archive
from gantry.engine.rewriters import REWRITERS
from support.arrived import everything
from support.places import Place
from support.planted import Planted, planted
from support.shipments import parcel_of, shipment_of

KEY = Key(b"k" * 32)


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Planted, Archive]:
    """A de-identified study, and what was planted in its files."""
    monkeypatch.setitem(REWRITERS, "deidentify", lambda how: rewriter_of(how, lambda name: KEY))
    made, folder = planted(33), tmp_path / "study"
    folder.mkdir()
    for number, data in enumerate(made.files):
        (folder / f"{number}.dcm").write_bytes(data)
    parcel = replace(
        parcel_of(sorted(folder.iterdir())),
        treatment=treatment_of("deidentify", RESEARCH, "", "project", KEY, reported=True),
    )
    archive = pack(parcel, tmp_path / "spool", threads=1)
    return made, verify(archive.path, expected=archive)


def test_nothing_that_was_planted_arrives(
    place: Place, sent: tuple[Planted, Archive], tmp_path: Path
) -> None:
    made, archive = sent
    destination = place.open()
    receipt = destination.send(shipment_of(archive))
    destination.close()
    assert receipt.outcome.is_taken
    assert place.copies(archive) == 1
    arrived = list(everything(tmp_path / "place"))
    found = {place for data in arrived for place in made.left_in(data)}
    assert found == set()
    assert made.left_in(repr(receipt).encode()) == []
    if place.kept is None:
        return
    assert not any(REPORT_SCHEMA.encode() in data for data in arrived), "it is no instance"
    instances = {file.sop_instance_uid for file in archive.files}
    for uid in instances:
        (data,) = place.kept(uid)
        assert made.left_in(data) == []
        for item in dcmread(io.BytesIO(data)).get("ReferencedImageSequence", ()):
            assert item.ReferencedSOPInstanceUID in instances
