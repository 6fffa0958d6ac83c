"""Orthanc's REST interface against a real Orthanc, which is asked without Gantry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.dicom.instances import TWIN, NotAllStored
from gantry.engine.transfer.kinds.orthanc_rest import OrthancDestination
from support.dicom import cut_in_header, make_study
from support.orthanc import PASSWORD, USER, Orthanc
from support.script_server import ScriptServer, Talk, response
from support.sending import direct
from support.shipments import Positions, archive_of, make_archive, shipment_of

SIGN_IN = Credentials(user=USER, password=PASSWORD)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, series=2, instances=5)


def uids(archive: Archive) -> list[str]:
    return sorted(f.sop_instance_uid for f in archive.files)


def test_every_instance_arrives_byte_for_byte(server: Orthanc, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", series=2, instances=5)
    archive = archive_of(paths, tmp_path / "spool")
    shipment = shipment_of(archive)
    receipt = OrthancDestination(server.url, SIGN_IN).send(shipment)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "Orthanc's list of instances"
    assert [o.outcome for o in receipt.instances] == [Outcome.STORED] * 10
    assert sorted(server.stored_uids()) == uids(archive)
    for path in paths:
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        assert server.stored_file(uid) == path.read_bytes()
    assert shipment.progress.sent == archive.content
    assert [f.name for f in (tmp_path / "spool").iterdir()] == [archive.path.name]


def test_a_repeat_is_already_there_and_doubles_nothing(server: Orthanc, archive: Archive) -> None:
    OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    receipt = OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.ALREADY_THERE
    assert sorted(server.stored_uids()) == uids(archive)


def test_another_file_under_the_same_uid_is_no_delivery(server: Orthanc, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=2)
    destination = OrthancDestination(server.url, SIGN_IN)
    destination.send(shipment_of(archive_of(paths, tmp_path / "one")))
    ds = pydicom.dcmread(paths[0])
    ds.SeriesDescription = "changed since"
    ds.save_as(paths[0])
    changed = archive_of(paths, tmp_path / "two")
    with pytest.raises(NotAllStored) as caught:
        destination.send(shipment_of(changed))
    assert caught.value.code is ErrorCode.PARTLY_STORED
    outcomes = {o.sop_instance_uid: o.outcome for o in caught.value.receipt.instances}
    assert outcomes[str(ds.SOPInstanceUID)] is Outcome.REJECTED


def test_two_files_under_one_uid_are_not_both_called_stored(
    server: Orthanc, tmp_path: Path
) -> None:
    paths = make_study(tmp_path / "source", instances=2)
    twin = paths[0].with_name("twin")
    ds = pydicom.dcmread(paths[0])
    ds.SeriesDescription = "a twin"
    ds.save_as(twin)
    archive = archive_of([*paths, twin], tmp_path / "spool")
    with pytest.raises(NotAllStored) as caught:
        OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    assert [o.reason for o in caught.value.receipt.instances].count(TWIN) == 1
    assert len(server.stored_uids()) == 2


def test_a_cut_send_resumes_at_the_instance(server: Orthanc, archive: Archive) -> None:
    positions, token = Positions(), CancelToken()
    first = OrthancDestination(server.url, SIGN_IN)
    original, posts = first._client.request, []

    def request(method, url, **more):  # type: ignore[no-untyped-def]
        if url.endswith("/instances"):
            posts.append(url)
            if len(posts) == 5:
                token.cancel()
        return original(method, url, **more)

    first._client.request = request  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        first.send(shipment_of(archive, save=positions, token=token))
    stored = len(server.stored_uids())
    assert 0 < stored < 10
    again = OrthancDestination(server.url, SIGN_IN)
    original, posts = again._client.request, []
    again._client.request = request  # type: ignore[method-assign]
    receipt = again.send(shipment_of(archive, position=positions[-1]))
    assert receipt.outcome is Outcome.STORED
    assert len(posts) <= 10 - stored + 1  # one may have been in flight
    assert sorted(server.stored_uids()) == uids(archive)


def test_a_position_is_not_believed_when_the_server_lost_the_instances(
    server: Orthanc, archive: Archive
) -> None:
    positions = Positions()
    OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive, save=positions))
    import requests

    for study in server.peer("/studies"):
        requests.delete(
            f"http://127.0.0.1:{server.http_port}/studies/{study}", auth=(USER, PASSWORD), timeout=9
        )
    assert server.stored_uids() == []
    OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive, position=positions[-1]))
    assert sorted(server.stored_uids()) == uids(archive)


def test_what_is_no_dicom_is_rejected_and_the_rest_arrives(server: Orthanc, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=3)
    paths[1].write_bytes(cut_in_header(paths[1]))
    archive = archive_of(paths, tmp_path / "spool")
    with pytest.raises(NotAllStored) as caught:
        OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    receipt = caught.value.receipt
    assert sum(o.outcome is Outcome.STORED for o in receipt.instances) == 2
    assert sum(o.outcome is Outcome.REJECTED for o in receipt.instances) == 1
    assert len(server.stored_uids()) == 2


def test_ask_proves_what_is_there(server: Orthanc, archive: Archive) -> None:
    destination = OrthancDestination(server.url, SIGN_IN)
    assert destination.ask(shipment_of(archive)) is None
    destination.send(shipment_of(archive))
    receipt = destination.ask(shipment_of(archive))
    assert receipt is not None
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_a_wrong_password_is_reported(server: Orthanc, archive: Archive) -> None:
    wrong = Credentials(user=USER, password="wrong")
    with pytest.raises(GantryError) as caught:
        OrthancDestination(server.url, wrong).send(shipment_of(archive))
    assert caught.value.code is ErrorCode.HTTP_401


def test_a_damaged_archive_is_noticed(server: Orthanc, archive: Archive) -> None:
    data = bytearray(archive.path.read_bytes())
    data[len(data) // 2] ^= 1
    archive.path.chmod(0o600)
    archive.path.write_bytes(data)
    with pytest.raises(GantryError) as caught:
        OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED


def test_big_instances_wait_in_a_file(
    server: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gantry.engine.transfer.dicom.same_content.IN_MEMORY", 1000)
    archive = make_archive(tmp_path, instances=4, size=64)
    OrthancDestination(server.url, SIGN_IN).send(shipment_of(archive))
    assert sorted(server.stored_uids()) == uids(archive)
    assert [f.name for f in archive.path.parent.iterdir()] == [archive.path.name]


def test_what_is_there_already_and_cannot_be_looked_at_is_not_proved(archive: Archive) -> None:
    """A user who may store, but not look: the instance may be an older file under its UID."""

    def script(talk: Talk) -> None:
        head = talk.read_head()
        talk.read_body(head)
        stores = b"POST /instances " in head
        body = b'{"Status": "AlreadyStored", "ID": "1f2e-3d4c"}'
        talk.send(response(200, body) if stores else response(403))

    with ScriptServer(script) as server:
        receipt = OrthancDestination(
            f"orthanc+http://127.0.0.1:{server.port}", options=direct()
        ).send(shipment_of(archive))
    assert receipt.outcome is Outcome.NOT_COMPARED
    assert not receipt.is_proved
