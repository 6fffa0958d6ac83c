"""C-STORE against DCMTK's storescp and Orthanc's DICOM port."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import JPEGBaseline8Bit

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dicom.association import Association
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.kinds.c_store import DimseDestination
from support.dcmtk import StoreScp
from support.dicom import CANARIES, make_study
from support.orthanc import Orthanc
from support.process import free_port
from support.sending import past_resets
from support.shipments import Positions, archive_of, make_archive, shipment_of


@pytest.fixture
def scp(tmp_path: Path) -> Iterator[StoreScp]:
    with StoreScp(tmp_path / "scp") as running:
        yield running


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc", DicomAlwaysAllowFind=True) as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, series=2, instances=5)


def uids(archive: Archive) -> list[str]:
    return sorted(f.sop_instance_uid for f in archive.files)


def test_storescp_receives_every_data_set_unchanged(scp: StoreScp, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", series=2, instances=5)
    archive = archive_of(paths, tmp_path / "spool")
    shipment = shipment_of(archive)
    receipt = DimseDestination(scp.url).send(shipment)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-STORE statuses"
    assert scp.stored_uids() == uids(archive)
    stored = {f.name.partition(".")[2]: pydicom.dcmread(f) for f in scp.received.iterdir()}
    for path in paths:
        ours = pydicom.dcmread(path)
        (theirs,) = [d for d in stored.values() if d.SOPInstanceUID == ours.SOPInstanceUID]
        assert theirs == ours
    assert shipment.progress.sent >= archive.content - 10 * 1000
    assert [f.name for f in archive.path.parent.iterdir()] == [archive.path.name]


def test_orthanc_proves_by_its_own_list(orthanc: Orthanc, archive: Archive) -> None:
    receipt = DimseDestination(orthanc.dicom_url).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "C-FIND"
    assert sorted(orthanc.stored_uids()) == uids(archive)


def test_a_server_that_lists_nothing_to_strangers_is_believed_by_its_statuses(
    tmp_path: Path, archive: Archive
) -> None:
    with Orthanc(tmp_path / "orthanc") as orthanc:  # aborts a C-FIND of an unknown AE
        receipt = DimseDestination(orthanc.dicom_url).send(shipment_of(archive))
        assert receipt.proof == "C-STORE statuses"
        assert sorted(orthanc.stored_uids()) == uids(archive)


def test_ask_proves_what_this_parcel_brought(orthanc: Orthanc, archive: Archive) -> None:
    destination, positions = DimseDestination(orthanc.dicom_url), Positions()
    assert destination.ask(shipment_of(archive)) is None
    destination.send(shipment_of(archive, save=positions))
    receipt = destination.ask(shipment_of(archive, position=positions[-1]))
    assert receipt is not None
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_what_may_have_been_there_before_is_listed_and_no_more(
    orthanc: Orthanc, archive: Archive
) -> None:
    destination = DimseDestination(orthanc.dicom_url)
    destination.send(shipment_of(archive))
    receipt = destination.ask(shipment_of(archive))
    assert receipt is not None
    assert receipt.outcome is Outcome.NOT_COMPARED
    assert not receipt.is_proved


def test_a_server_without_a_list_is_not_asked(scp: StoreScp, archive: Archive) -> None:
    assert DimseDestination(scp.url).ask(shipment_of(archive)) is None


def test_what_the_server_does_not_take_is_named(tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=3)
    ds = pydicom.dcmread(paths[1])
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8\xff\xd9"])
    ds["PixelData"].VR = "OB"
    ds.save_as(paths[1])
    archive = archive_of(paths, tmp_path / "spool")
    with StoreScp(tmp_path / "scp") as scp:  # without options: uncompressed only
        with pytest.raises(NotAllStored) as caught:
            DimseDestination(scp.url).send(shipment_of(archive))
        assert len(scp.stored_uids()) == 2
    error = caught.value
    assert error.code is ErrorCode.NO_PRESENTATION_CONTEXT
    assert "MR Image Storage in JPEG Baseline" in error.detail
    outcomes = [o.outcome for o in error.receipt.instances]
    assert outcomes.count(Outcome.STORED) == 2
    assert outcomes.count(Outcome.REJECTED) == 1


def test_a_server_that_takes_nothing_of_it_is_reported(tmp_path: Path, scp: StoreScp) -> None:
    archive = make_archive(tmp_path, instances=2, SOPClassUID="1.2.3.4.5")
    with pytest.raises(NotAllStored) as caught:
        DimseDestination(scp.url).send(shipment_of(archive))
    assert caught.value.code is ErrorCode.NO_PRESENTATION_CONTEXT
    assert scp.stored_uids() == []


def test_more_kinds_than_one_association_holds_take_two(tmp_path: Path) -> None:
    paths = []
    for n in range(131):
        paths += make_study(
            tmp_path / f"source {n}", instances=1, study="1.2.3", SOPClassUID=f"1.2.840.99.{n + 1}"
        )
    archive = archive_of(paths, tmp_path / "spool")
    with StoreScp(tmp_path / "scp", "--promiscuous") as scp:
        DimseDestination(scp.url).send(shipment_of(archive))
        assert scp.stored_uids().sort() == uids(archive).sort()
        assert len(scp.stored_uids()) == 131


def test_a_cut_send_resumes_at_the_instance(scp: StoreScp, archive: Archive) -> None:
    positions, token = Positions(), CancelToken()
    original, calls = Association.store, []

    def store(self: Association, path: Path) -> object:
        calls.append(path)
        if len(calls) == 5:
            token.cancel()
        return original(self, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Association, "store", store)
        with pytest.raises(Cancelled):
            DimseDestination(scp.url).send(shipment_of(archive, save=positions, token=token))
        stored = len(scp.stored_uids())
        assert 0 < stored < 10
        calls.clear()
        DimseDestination(scp.url).send(shipment_of(archive, position=positions[-1]))
    assert len(calls) <= 10 - stored + 1
    assert scp.stored_uids() == uids(archive)


def test_sending_resumes_after_a_server_died(tmp_path: Path, archive: Archive) -> None:
    positions, calls = Positions(), []
    original = Association.store
    with StoreScp(tmp_path / "scp") as scp:

        def store(self: Association, path: Path) -> object:
            calls.append(path)
            if len(calls) == 4:
                scp.kill()
            return original(self, path)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Association, "store", store)
            with pytest.raises(GantryError) as caught:
                DimseDestination(scp.url).send(shipment_of(archive, save=positions))
        assert caught.value.transient
        assert caught.value.code in (ErrorCode.DISCONNECTED, ErrorCode.REFUSED)
        scp.start()
        DimseDestination(scp.url).send(shipment_of(archive, position=positions[-1]))
        assert scp.stored_uids() == uids(archive)


def test_a_wrong_ae_title_is_rejected_in_words(orthanc: Orthanc, archive: Archive) -> None:
    url = orthanc.dicom_url.replace("//ORTHANC@", "//NOBODY@")
    with pytest.raises(GantryError) as caught:
        past_resets(lambda: DimseDestination(url).send(shipment_of(archive)))
    assert caught.value.code is ErrorCode.ASSOCIATION_REJECTED
    assert "Called AE title not recognised" in caught.value.detail


def test_nobody_there_is_reported(archive: Archive) -> None:
    with pytest.raises(GantryError) as caught:
        DimseDestination(f"dicom://A@127.0.0.1:{free_port()}").send(shipment_of(archive))
    assert caught.value.code is ErrorCode.REFUSED
    assert caught.value.transient


def test_a_server_that_says_nothing_does_not_hold_a_cancel(archive: Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        token = CancelToken()
        threading.Timer(0.5, token.cancel).start()
        url = f"dicom://A@127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Cancelled):
            DimseDestination(url, limits=Limits(connect=60)).send(shipment_of(archive, token=token))


def test_a_file_without_preamble_arrives(scp: StoreScp, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=1, implicit=True)
    ds = pydicom.dcmread(paths[0])
    whole = paths[0].read_bytes()
    meta = len(whole) - len(whole[132:]) + 12 + ds.file_meta.FileMetaInformationGroupLength
    paths[0].write_bytes(whole[meta:])
    archive = archive_of(paths, tmp_path / "spool")
    DimseDestination(scp.url).send(shipment_of(archive))
    (stored,) = scp.received.iterdir()
    assert pydicom.dcmread(stored) == ds


def test_no_name_leaves_by_a_log(
    scp: StoreScp, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        DimseDestination(scp.url).send(shipment_of(archive))
    assert not any(canary in caplog.text for canary in CANARIES)
    assert not [r for r in caplog.records if r.name.startswith("pynetdicom")]


_MEMORY = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from support.shipments import archive_of, shipment_of
from gantry.engine.transfer.kinds.c_store import DimseDestination
archive = archive_of([Path(sys.argv[1])], Path(sys.argv[1]).parent / "spool")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
DimseDestination(sys.argv[2]).send(shipment_of(archive))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_big_instance_takes_little_memory(scp: StoreScp, tmp_path: Path) -> None:
    (path,) = make_study(tmp_path / "source", instances=1, size=8192)  # 128 MiB
    grown = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(path), scp.url, str(Path(__file__).parents[1])],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(grown.stdout) * unit < 40 << 20
    (stored,) = scp.received.iterdir()
    assert stored.stat().st_size > 128 << 20
