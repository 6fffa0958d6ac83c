"""Every kind of destination sends, asks for and reports only what a rewriter made of the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.filebase import DicomBytesIO

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.rewriters import REWRITERS
from support.dicom import make_study
from support.places import Place
from support.rewriting import NAME, RENAMED, Renaming
from support.shipments import Positions, parcel_of, shipment_of

Make = Callable[[], tuple[Parcel, Archive]]


@pytest.fixture
def renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes parcels whose files are renamed, and their archives."""
    monkeypatch.setitem(REWRITERS, "renaming", lambda treatment: Renaming())
    made: list[Parcel] = []

    def make() -> tuple[Parcel, Archive]:
        paths = make_study(tmp_path / f"study {len(made)}", instances=3, StudyID=str(len(made)))
        made.append(replace(parcel_of(paths), treatment=RENAMED))
        archive = pack(made[-1], tmp_path / "spool", threads=1)
        return made[-1], verify(archive.path, expected=archive)

    return make


def test_two_rewritten_parcels_arrive_as_they_are_sent(place: Place, renamed: Make) -> None:
    both = [renamed(), renamed()]
    destination = place.open()
    receipts = [destination.send(shipment_of(archive)) for _, archive in both]
    destination.close()
    for (parcel, archive), receipt in zip(both, receipts, strict=True):
        assert receipt.outcome.is_taken
        assert place.copies(archive) == 1
        sent = {f.sop_instance_uid for f in archive.files}
        assert {i.sop_instance_uid for i in receipt.instances} <= sent
        if place.kept is not None:
            for file in archive.files:
                (data,) = place.kept(file.sop_instance_uid)
                found = pydicom.dcmread(DicomBytesIO(data))
                assert found.PatientName == NAME
                assert found.StudyInstanceUID == archive.study_uid
            assert not any(place.kept(f.sop_instance_uid) for f in parcel.files)


def test_a_place_is_asked_for_the_uids_that_were_sent(place: Place, renamed: Make) -> None:
    (_, archive), (_, other) = renamed(), renamed()
    positions = Positions()
    destination = place.open()
    destination.send(shipment_of(archive, save=positions))
    destination.close()
    destination = place.open()
    position = positions[-1] if positions else ""
    receipt = destination.ask(shipment_of(archive, position=position))
    nothing = destination.ask(shipment_of(other))
    destination.close()
    if place.can_list:
        assert receipt is not None
        assert receipt.outcome.is_taken
    assert nothing is None or not nothing.outcome.is_taken
    assert place.copies(archive) == 1
