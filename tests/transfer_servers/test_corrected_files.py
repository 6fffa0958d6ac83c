"""Corrected files under the UIDs of files that a real Orthanc holds: through the terminal, and
after a cut or a kill. They are never reported as stored while the old ones stay."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.kinds.orthanc_rest import OrthancDestination
from gantry.engine.transfer.registry import open_destination
from support.cli import Cli
from support.dicom import CANARIES, make_study
from support.fault_proxy import Fault, FaultProxy
from support.odd_scp import OddScp, honest
from support.orthanc import PASSWORD, USER, Orthanc
from support.sending import direct
from support.shipments import Positions, archive_of, shipment_of

SIGN_IN = Credentials(user=USER, password=PASSWORD)
KINDS = ("web_url", "dicom_url")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc", DicomAlwaysAllowFind=True) as running:
        yield running


def correct(paths: list[Path]) -> None:
    """Other content, same UIDs."""
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.SeriesDescription = "corrected"
        ds.save_as(path)


def is_corrected(server: Orthanc, path: Path) -> bool:
    uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
    kept = pydicom.dcmread(io.BytesIO(server.stored_file(uid)), stop_before_pixels=True)
    return str(kept.SeriesDescription) == "corrected"


def opened(server: Orthanc, kind: str) -> Destination:
    known = Credentials() if kind == "dicom_url" else SIGN_IN
    return open_destination(getattr(server, kind), known, options=direct())


@pytest.mark.parametrize("kind", KINDS)
def test_terminal_and_history_say_accepted_and_why(
    tmp_path: Path, server: Orthanc, kind: str
) -> None:
    cli = Cli(tmp_path / "home", GANTRY_USER=USER, GANTRY_PASSWORD=PASSWORD)
    paths = make_study(tmp_path / "files", instances=3)
    first = cli("send", tmp_path / "files", "--to", getattr(server, kind), "--json")
    correct(paths)
    second = cli("send", tmp_path / "files", "--to", getattr(server, kind), "--json")
    history = cli("history", "--json")

    assert first.code == second.code == 0, first.err + second.err
    assert (first.done["delivered"], first.done["accepted"]) == (1, 0)
    assert (second.done["delivered"], second.done["accepted"]) == (0, 1)
    (arrived,) = second.of("accepted")
    assert arrived["outcome"] == Outcome.NOT_COMPARED.value
    assert "3 of 3 images before" in second.err
    assert not any(is_corrected(server, path) for path in paths)
    states = [line["state"] for line in history.lines if line.get("state")]
    assert sorted(states) == ["accepted", "delivered"]
    assert not any(canary in second.err.split("images before")[1] for canary in CANARIES)


def test_terminal_says_how_many_the_peer_lists(tmp_path: Path) -> None:
    def loses_one(scp: OddScp, uid: str) -> int:
        if len(scp.offered) != 5:
            scp.kept[uid] = scp.last
        return 0

    make_study(tmp_path / "files", instances=8)
    with OddScp(loses_one, honest) as scp:
        ran = Cli(tmp_path / "home")("send", tmp_path / "files", "--to", scp.url, "--json")
    assert ran.code == 0, ran.err
    (arrived,) = ran.of("accepted")
    assert arrived["proof"] == "C-FIND: 7 of 8 listed"
    assert "the server lists 7 of 8 images" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("kind", KINDS)
def test_killed_on_the_way_and_resumed_they_are_accepted_at_most(
    tmp_path: Path, server: Orthanc, kind: str
) -> None:
    home = tmp_path / "home"
    cli = Cli(home, GANTRY_USER=USER, GANTRY_PASSWORD=PASSWORD)
    paths = make_study(tmp_path / "files", instances=40, size=256)
    cli("send", tmp_path / "files", "--to", getattr(server, kind), "--json")
    correct(paths)
    port = server.dicom_port if kind == "dicom_url" else server.http_port
    slow = [Fault(trickle_up=1_000_000)] * 40
    with FaultProxy(port, *slow) as proxy:
        url = getattr(server, kind).replace(f":{port}", f":{proxy.port}")
        process = cli.start("send", tmp_path / "files", "--to", url, "--json")
        end = time.monotonic() + 60
        while sum(proxy.sent_up) < 1_500_000 and time.monotonic() < end:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)  # lets the proxy's threads work
        process.send_signal(signal.SIGKILL)
        process.communicate()
        resumed = cli("resume", "--json")

    assert resumed.code == 0, resumed.err
    assert (resumed.done["delivered"], resumed.done["accepted"]) == (0, 1)
    assert not any(is_corrected(server, path) for path in paths)


@pytest.mark.parametrize("kind", KINDS)
def test_those_that_are_new_are_proved_beside_those_that_were_there_before(
    tmp_path: Path, server: Orthanc, kind: str
) -> None:
    paths = make_study(tmp_path / "files", instances=6)
    opened(server, kind).send(shipment_of(archive_of(paths[:2], tmp_path / "one")))
    receipt = opened(server, kind).send(shipment_of(archive_of(paths, tmp_path / "two")))
    outcomes = [o.outcome for o in receipt.instances]
    assert outcomes == [Outcome.NOT_COMPARED] * 2 + [Outcome.STORED] * 4
    assert receipt.outcome is Outcome.NOT_COMPARED


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_orthanc_that_transcodes_is_believed_by_content_or_not_at_all(
    tmp_path: Path, syntax: str
) -> None:
    """Explicit into implicit: bytes and MD5 differ, the elements can be compared all the same."""
    with Orthanc(tmp_path / "orthanc", IngestTranscoding="1.2.840.10008.1.2") as server:
        paths = make_study(tmp_path / "files", instances=3, implicit=syntax == "1.2.840.10008.1.2")
        destination = OrthancDestination(server.url, SIGN_IN, options=direct())
        first = destination.send(shipment_of(archive_of(paths, tmp_path / "one")))
        again = destination.send(shipment_of(archive_of(paths, tmp_path / "two")))
        correct(paths)
        changed = archive_of(paths, tmp_path / "three")
        try:
            receipt: Receipt | None = destination.send(shipment_of(changed))
        except NotAllStored:
            receipt = None
    assert first.outcome is Outcome.STORED
    assert again.outcome is Outcome.ALREADY_THERE
    assert receipt is None or receipt.outcome is Outcome.NOT_COMPARED


def test_orthanc_that_keeps_no_md5_is_compared_by_its_files(tmp_path: Path) -> None:
    with Orthanc(tmp_path / "orthanc", StoreMD5ForAttachments=False) as server:
        paths = make_study(tmp_path / "files", instances=3)
        destination = OrthancDestination(server.url, SIGN_IN, options=direct())
        destination.send(shipment_of(archive_of(paths, tmp_path / "one")))
        again = destination.send(shipment_of(archive_of(paths, tmp_path / "two")))
        correct(paths[:1])
        changed = archive_of(paths, tmp_path / "three")
        with pytest.raises(NotAllStored) as caught:
            destination.send(shipment_of(changed))
        asked = destination.ask(shipment_of(changed))
    assert again.outcome is Outcome.ALREADY_THERE
    outcomes = [o.outcome for o in caught.value.receipt.instances]
    assert outcomes == [Outcome.REJECTED, Outcome.ALREADY_THERE, Outcome.ALREADY_THERE]
    assert asked is not None
    assert asked.outcome is Outcome.REJECTED


def test_what_was_only_listed_when_asked_is_sent_all_the_same(tmp_path: Path) -> None:
    """Asked after a cut, before anything left: what is listed can't be compared, so it is sent."""
    with Orthanc(tmp_path / "orthanc", IngestTranscoding="1.2.840.10008.1.2") as server:
        paths = make_study(tmp_path / "files", instances=3)
        destination = OrthancDestination(server.url, SIGN_IN, options=direct())
        destination.send(shipment_of(archive_of(paths, tmp_path / "one")))
        correct(paths)
        changed, positions = archive_of(paths, tmp_path / "two"), Positions()
        asked = destination.ask(shipment_of(changed, save=positions))
        sent = shipment_of(changed, position=positions[-1])
        with contextlib.suppress(NotAllStored):
            destination.send(sent)
    assert asked is None or not asked.is_proved
    assert sent.progress.sent >= changed.content
    assert json.loads(positions[-1])["delivered"] == ""
