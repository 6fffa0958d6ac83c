"""STOW-RS against Orthanc's DICOMweb plugin, which is asked through its own API."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pydicom
import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Limits, Member
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.kinds.stow import StowDestination
from gantry.engine.transfer.kinds.stow_answer import parse_stow
from support.dicom import cut_in_header, make_study
from support.nginx import nginx
from support.orthanc import PASSWORD, USER, Orthanc
from support.script_server import Script, ScriptServer, Talk, response
from support.sending import direct
from support.shipments import Positions, archive_of, make_archive, shipment_of

SIGN_IN = Credentials(user=USER, password=PASSWORD)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, series=2, instances=6)


def uids(archive: Archive) -> list[str]:
    return sorted(f.sop_instance_uid for f in archive.files)


def test_every_instance_arrives_byte_for_byte(server: Orthanc, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", series=2, instances=6)
    archive = archive_of(paths, tmp_path / "spool")
    receipt = StowDestination(server.web_url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "QIDO-RS"
    assert sorted(server.stored_uids()) == uids(archive)
    for path in paths:
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        assert server.stored_file(uid) == path.read_bytes()


@pytest.mark.parametrize("most", [1, 3000, 7000])
def test_batches_are_bounded(server: Orthanc, archive: Archive, most: int) -> None:
    destination = StowDestination(server.web_url, SIGN_IN)
    destination.batch_bytes = most
    sizes = []
    original = destination._client.request

    def request(method, url, **more):  # type: ignore[no-untyped-def]
        if method == "POST":
            sizes.append(more["body"].length)
        return original(method, url, **more)

    destination._client.request = request  # type: ignore[method-assign]
    assert destination.send(shipment_of(archive)).outcome is Outcome.STORED
    assert sorted(server.stored_uids()) == uids(archive)
    alone = max(f.size for f in archive.files) + 200
    assert all(size <= max(most, alone) for size in sizes)


def test_a_cut_send_resumes_at_the_instance(server: Orthanc, archive: Archive) -> None:
    positions, token = Positions(), CancelToken()
    first = StowDestination(server.web_url, SIGN_IN)
    first.batch_bytes = 3000
    original, posts = first._client.request, []

    def request(method, url, **more):  # type: ignore[no-untyped-def]
        if method == "POST":
            posts.append(url)
            if len(posts) == 4:
                token.cancel()
        return original(method, url, **more)

    first._client.request = request  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        first.send(shipment_of(archive, save=positions, token=token))
    stored = len(server.stored_uids())
    assert 0 < stored < 12
    again = StowDestination(server.web_url, SIGN_IN)
    shipment = shipment_of(archive, position=positions[-1])
    before = server.peer("/changes?last")["Last"]
    assert again.send(shipment).outcome is Outcome.STORED
    assert sorted(server.stored_uids()) == uids(archive)
    assert server.peer("/changes?last")["Last"] > before


def test_one_bad_instance_is_named_and_the_others_arrive(server: Orthanc, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=5)
    paths[2].write_bytes(cut_in_header(paths[2]))
    archive = archive_of(paths, tmp_path / "spool")
    with pytest.raises(NotAllStored) as caught:
        StowDestination(server.web_url, SIGN_IN).send(shipment_of(archive))
    receipt = caught.value.receipt
    outcomes = [o.outcome for o in receipt.instances]
    assert outcomes.count(Outcome.STORED) == 4
    assert outcomes.count(Outcome.REJECTED) == 1
    assert len(server.stored_uids()) == 4


def test_ask_proves_what_this_parcel_brought(server: Orthanc, archive: Archive) -> None:
    destination, positions = StowDestination(server.web_url, SIGN_IN), Positions()
    assert destination.ask(shipment_of(archive)) is None
    destination.send(shipment_of(archive, save=positions))
    receipt = destination.ask(shipment_of(archive, position=positions[-1]))
    assert receipt is not None
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_what_may_have_been_there_before_is_listed_and_no_more(
    server: Orthanc, archive: Archive
) -> None:
    destination = StowDestination(server.web_url, SIGN_IN)
    destination.send(shipment_of(archive))
    receipt = destination.ask(shipment_of(archive))
    assert receipt is not None
    assert receipt.outcome is Outcome.NOT_COMPARED
    assert not receipt.is_proved


def test_a_wrong_password_is_reported(server: Orthanc, archive: Archive) -> None:
    with pytest.raises(GantryError) as caught:
        StowDestination(server.web_url, Credentials(user=USER, password="x")).send(
            shipment_of(archive)
        )
    assert caught.value.code is ErrorCode.HTTP_401


def test_a_page_for_people_is_no_dicomweb(server: Orthanc, archive: Archive) -> None:
    url = server.web_url.replace("/dicom-web", "/app")
    with pytest.raises(GantryError) as caught:
        StowDestination(url, SIGN_IN).send(shipment_of(archive))
    assert caught.value.code in (ErrorCode.HTTP_404, ErrorCode.HTTP_405, ErrorCode.NOT_A_RECEIPT)
    assert server.stored_uids() == []


def test_batches_shrink_below_a_front_ends_limit(server: Orthanc, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=12, size=512)  # 6 MB in one batch
    with nginx(tmp_path / "nginx", server.http_port) as front:
        destination = StowDestination(f"dicomweb+{front.url}/dicom-web", SIGN_IN)
        assert destination.send(shipment_of(archive)).outcome is Outcome.STORED
    assert destination.batch_bytes == 1 << 20
    assert sorted(server.stored_uids()) == uids(archive)


def test_instances_that_no_batch_is_small_enough_for_are_named(
    server: Orthanc, tmp_path: Path
) -> None:
    paths = make_study(tmp_path / "source", instances=3)
    big = make_study(tmp_path / "big", instances=4, size=1024)  # 2 MB each
    archive = archive_of([*big, *paths], tmp_path / "spool")
    with nginx(tmp_path / "nginx", server.http_port) as front:
        destination = StowDestination(f"dicomweb+{front.url}/dicom-web", SIGN_IN)
        shipment, passes = shipment_of(archive), []
        once = shipment.members

        def members() -> Iterator[Member]:
            passes.append(1)
            return once()

        shipment.members = members
        with pytest.raises(NotAllStored) as caught:
            destination.send(shipment)
    refused = [o for o in caught.value.receipt.instances if not o.outcome.is_delivered]
    assert len(refused) == 4
    assert all(o.reason.startswith("HTTP 413") for o in refused)
    assert caught.value.facts["stored"] == 3
    assert len(passes) == 2  # the second in smaller batches
    assert len(server.stored_uids()) == 3


def list_of(archive: Archive, *, most: int, refuses_more: bool = False) -> Script:
    """Plays a QIDO-RS server that gives at most so many instances at once."""

    def script(talk: Talk) -> None:
        target = talk.read_head().split()[1].decode()
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        limit, offset = int(query["limit"]), int(query["offset"])
        if refuses_more and limit > most:
            talk.send(response(400, b"limit"))
            return
        page = uids(archive)[offset : offset + min(limit, most)]
        items = [{"00080018": {"vr": "UI", "Value": [uid]}} for uid in page]
        talk.send(response(200 if items else 204, json.dumps(items).encode() if items else b""))

    return script


@pytest.mark.parametrize("refuses_more", [False, True])
def test_a_server_that_lists_few_at_once_is_asked_for_the_rest(
    tmp_path: Path, refuses_more: bool
) -> None:
    archive = make_archive(tmp_path, instances=250)
    with ScriptServer(
        list_of(archive, most=200 if refuses_more else 12, refuses_more=refuses_more)
    ) as server:
        destination = StowDestination(f"dicomweb+http://127.0.0.1:{server.port}", options=direct())
        receipt = destination.ask(shipment_of(archive))
    assert receipt is not None
    assert receipt.outcome is Outcome.NOT_COMPARED  # all are listed; nobody knows since when


def test_a_list_that_lacks_one_is_not_asked_for_for_ever(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=30)
    less = replace(archive, files=archive.files[1:])
    with ScriptServer(list_of(less, most=12)) as server:
        destination = StowDestination(f"dicomweb+http://127.0.0.1:{server.port}", options=direct())
        assert destination.ask(shipment_of(archive)) is None
    assert server.hits == 4


_MEMORY = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from gantry.engine.credentials import Credentials
from gantry.engine.transfer.registry import open_destination
from support.shipments import archive_of, shipment_of
archive = archive_of(sorted(Path(sys.argv[1]).rglob("IM*")), Path(sys.argv[1]) / "spool")
destination = open_destination(sys.argv[2], Credentials(*sys.argv[3].split("|")))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
destination.send(shipment_of(archive))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks the system as POSIX does")
@pytest.mark.parametrize("kind", ["url", "web_url"])
@pytest.mark.parametrize(("count", "size"), [(1, 8192), (50, 1024)])  # each 100 MiB or more
def test_big_instances_and_many_take_little_memory(
    server: Orthanc, tmp_path: Path, kind: str, count: int, size: int
) -> None:
    source, tests = tmp_path / "source", str(Path(__file__).parents[1])
    make_study(source, instances=count, size=size)
    grown = subprocess.run(
        [sys.executable, "-c", _MEMORY, source, getattr(server, kind), f"{USER}|{PASSWORD}", tests],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(grown.stdout) * unit < 40 << 20
    assert len(server.stored_uids()) == count


REFERENCED = {"00081199": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2.3"]}}]}}
FAILED = {
    "00081198": {
        "vr": "SQ",
        "Value": [
            {"00081155": {"Value": ["1.2.4"]}, "00081197": {"vr": "US", "Value": [49442]}},
            {"00081155": {"Value": ["1.2.5"]}, "00081197": {"vr": "US", "Value": [45070]}},
        ],
    }
}
XML = """<?xml version="1.0" encoding="UTF-8"?>
<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
<DicomAttribute tag="00081198" vr="SQ"><Item number="1">
<DicomAttribute tag="00081155" vr="UI"><Value number="1">1.2.4</Value></DicomAttribute>
<DicomAttribute tag="00081197" vr="US"><Value number="1">272</Value></DicomAttribute>
</Item></DicomAttribute>
<DicomAttribute tag="00081199" vr="SQ"><Item number="1">
<DicomAttribute tag="00081155" vr="UI"><Value number="1">1.2.3</Value></DicomAttribute>
</Item></DicomAttribute></NativeDicomModel>"""


def answer(status: int, body: str, media_type: str) -> Answer:
    return Answer("http://h/studies", status, {"content-type": media_type}, body.encode())


@pytest.mark.parametrize("status", [200, 202, 400, 409])
def test_json_answers_are_read_whatever_their_status(status: int) -> None:
    said = parse_stow(
        answer(
            status, json.dumps({**REFERENCED, **FAILED}), "application/dicom+json; charset=utf-8"
        )
    )
    assert said.stored == {"1.2.3": ""}
    assert said.refused["1.2.4"] == "transfer syntax not supported (C122H)"
    assert said.codes["1.2.5"] == 45070


def test_a_list_of_data_sets_is_read_too() -> None:
    said = parse_stow(answer(200, json.dumps([REFERENCED]), "application/json"))
    assert said.stored == {"1.2.3": ""}


@pytest.mark.parametrize("status", [200, 202, 400, 409])
def test_xml_answers_are_read_whatever_their_status(status: int) -> None:
    said = parse_stow(answer(status, XML, "application/dicom+xml"))
    assert said.stored == {"1.2.3": ""}
    assert said.refused == {"1.2.4": "processing failure (0110H)"}


def both(archive: Archive, code: int) -> bytes:
    """An answer that lists all as stored, and the first as failed too."""
    stored = [{"00081155": {"Value": [uid]}} for uid in uids(archive)]
    failed = [{**stored[0], "00081197": {"vr": "US", "Value": [code]}}]
    return json.dumps({"00081199": {"Value": stored}, "00081198": {"Value": failed}}).encode()


@pytest.mark.parametrize("code", [0, 0x0110, 0xA700])
def test_an_instance_that_is_both_stored_and_failed_has_failed(tmp_path: Path, code: int) -> None:
    archive = make_archive(tmp_path, instances=4)

    def script(talk: Talk) -> None:
        head = talk.read_head()
        if body := talk.read_body(head):
            talk.server.bodies.append(body)
        post = head.startswith(b"POST")
        listed = uids(archive) if talk.server.bodies else []
        items = [{"00080018": {"vr": "UI", "Value": [uid]}} for uid in listed]
        talk.send(response(200, both(archive, code) if post else json.dumps(items).encode()))

    with ScriptServer(script) as server, pytest.raises(NotAllStored) as caught:
        StowDestination(f"dicomweb+http://127.0.0.1:{server.port}", options=direct()).send(
            shipment_of(archive)
        )
    assert not caught.value.transient
    outcomes = {o.sop_instance_uid: o.outcome for o in caught.value.receipt.instances}
    assert outcomes.pop(uids(archive)[0]) is Outcome.REJECTED
    assert set(outcomes.values()) == {Outcome.STORED}


@pytest.mark.parametrize("code", [0x0111, 45070])
def test_an_instance_that_the_server_has_already_is_not_compared(tmp_path: Path, code: int) -> None:
    archive = make_archive(tmp_path, instances=4)

    def script(talk: Talk) -> None:
        head = talk.read_head()
        post = bool(talk.read_body(head))
        talk.send(response(200, both(archive, code)) if post else response(405))

    with ScriptServer(script) as server:
        receipt = StowDestination(
            f"dicomweb+http://127.0.0.1:{server.port}", options=direct()
        ).send(shipment_of(archive))
    assert receipt.outcome is Outcome.NOT_COMPARED
    outcomes = [o.outcome for o in receipt.instances]
    assert outcomes.count(Outcome.NOT_COMPARED) == 1
    assert outcomes.count(Outcome.STORED) == 3


def test_a_list_that_never_comes_is_none(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=4)
    asked: list[bytes] = []

    def script(talk: Talk) -> None:
        head = talk.read_head()
        if talk.read_body(head):
            talk.send(response(200, both(archive, 0).replace(b"00081198", b"00081190")))
            return
        asked.append(head)
        talk.wait()

    with ScriptServer(script) as server:
        destination = StowDestination(
            f"dicomweb+http://127.0.0.1:{server.port}",
            limits=Limits(answer=900, listing=900),
            options=direct(listing=0.3),
        )
        receipt = destination.send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "STOW-RS answers"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "body", ["", "<html></html>", "17", '"ok"', "{", '<!DOCTYPE x [<!ENTITY a "b">]><x/>']
)
def test_what_is_no_data_set_is_not_taken_for_one(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is for nobody
        parse_stow(answer(200, body, "application/dicom+json"))


@pytest.mark.parametrize("status", [204, 404])
def test_what_was_said_to_be_stored_and_no_list_has_is_not_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """204 and 404 are how QIDO-RS says that there is no such instance: that is an answer."""
    monkeypatch.setattr("gantry.engine.transfer.dicom.by_instance.SETTLE_WAITS", (0.01,))
    archive = make_archive(tmp_path, instances=4)
    stored = both(archive, 0).replace(b"00081198", b"00081190")

    def script(talk: Talk) -> None:
        talk.send(response(200, stored) if talk.read_body(talk.read_head()) else response(status))

    with ScriptServer(script) as server, pytest.raises(NotAllStored) as caught:
        StowDestination(f"dicomweb+http://127.0.0.1:{server.port}", options=direct()).send(
            shipment_of(archive)
        )
    assert {o.outcome for o in caught.value.receipt.instances} == {Outcome.UNKNOWN}
