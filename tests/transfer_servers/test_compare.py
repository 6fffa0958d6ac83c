"""Option `compare`: what may have been there before is retrieved and compared, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.dicom.by_instance import ANOTHER
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.dicom.retrieve import file_of
from gantry.engine.transfer.dicom.same_content import same_content
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.registry import open_destination
from gantry.services.sign_in import connected
from gantry.store.settings import SavedDestination
from support.cli import Cli
from support.dicom import make_study
from support.orthanc import PASSWORD, USER, Orthanc
from support.sending import direct
from support.shipments import Positions, archive_of, shipment_of

KINDS = ("web_url", "dicom_url")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(
        tmp_path / "orthanc", DicomAlwaysAllowFind=True, DicomAlwaysAllowGet=True
    ) as running:
        yield running


def opened(server: Orthanc, kind: str) -> Destination:
    known = Credentials() if kind == "dicom_url" else Credentials(user=USER, password=PASSWORD)
    return open_destination(getattr(server, kind), known, options=direct(compare=True))


def correct(path: Path) -> None:
    ds = pydicom.dcmread(path)
    ds.SeriesDescription = "corrected"
    ds.save_as(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_are_proved_to_be_there(tmp_path: Path, server: Orthanc, kind: str) -> None:
    paths = make_study(tmp_path / "files", instances=4)
    opened(server, kind).send(shipment_of(archive_of(paths[:2], tmp_path / "one")))
    again = opened(server, kind).send(shipment_of(archive_of(paths, tmp_path / "two")))
    assert again.is_proved
    outcomes = [o.outcome for o in again.instances]
    assert outcomes == [Outcome.ALREADY_THERE] * 2 + [Outcome.STORED] * 2
    assert [p.name for p in (tmp_path / "two").iterdir()] == [f"{again_name(tmp_path)}"]


def again_name(folder: Path) -> str:
    (name,) = [p.name for p in (folder / "two").glob("*.tar.gz")]
    return name


@pytest.mark.parametrize("kind", KINDS)
def test_another_file_is_no_delivery_and_named(tmp_path: Path, server: Orthanc, kind: str) -> None:
    paths = make_study(tmp_path / "files", instances=4)
    opened(server, kind).send(shipment_of(archive_of(paths, tmp_path / "one")))
    correct(paths[2])
    archive, positions = archive_of(paths, tmp_path / "two"), Positions()
    with pytest.raises(NotAllStored) as caught:
        opened(server, kind).send(shipment_of(archive, save=positions))
    assert caught.value.code is ErrorCode.PARTLY_STORED
    assert not caught.value.transient
    (odd,) = [o for o in caught.value.receipt.instances if not o.outcome.is_delivered]
    assert odd.sop_instance_uid == archive.files[2].sop_instance_uid
    assert (odd.outcome, odd.reason) == (Outcome.REJECTED, ANOTHER)


@pytest.mark.parametrize("kind", KINDS)
def test_the_terminal_takes_it_as_an_option(tmp_path: Path, server: Orthanc, kind: str) -> None:
    paths = make_study(tmp_path / "files", instances=3)
    cli = Cli(tmp_path / "home", GANTRY_USER=USER, GANTRY_PASSWORD=PASSWORD)
    send = ["send", tmp_path / "files", "--to", getattr(server, kind), "--json"]
    assert cli(*send).done["delivered"] == 1
    same = cli(*send, "--option", "compare=yes")
    correct(paths[1])
    other = cli(*send, "--option", "compare=yes")
    assert (same.code, same.done["delivered"]) == (0, 1), same.err
    assert (other.code, other.done["failed"]) == (1, 1)
    assert str(pydicom.dcmread(paths[1]).SOPInstanceUID) in other.err


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_server_does_not_give_stays_uncompared(tmp_path: Path, kind: str) -> None:
    lua = tmp_path / "no_get.lua"
    lua.write_text(
        "function IncomingHttpRequestFilter(method, uri)\n"
        "  return not (method == 'GET' and string.find(uri, '/instances/[0-9.]+$'))\n"
        "end\n"
    )
    with Orthanc(tmp_path / "orthanc", DicomAlwaysAllowFind=True, LuaScripts=[str(lua)]) as server:
        paths = make_study(tmp_path / "files", instances=2)
        opened(server, kind).send(shipment_of(archive_of(paths, tmp_path / "one")))
        again = opened(server, kind).send(shipment_of(archive_of(paths, tmp_path / "two")))
    assert again.outcome is Outcome.NOT_COMPARED


def as_file(ds: pydicom.Dataset, syntax: str = ExplicitVRLittleEndian) -> io.BytesIO:
    ds.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    file = io.BytesIO()
    ds.save_as(
        file,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=True,
        enforce_file_format=True,
    )
    return file


def test_content_is_compared_by_elements_where_bytes_differ(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path, instances=1)
    ours = io.BytesIO(path.read_bytes())
    other_meta = pydicom.dcmread(path)
    other_meta.file_meta.ImplementationVersionName = "ELSEWHERE"
    implicit = as_file(pydicom.dcmread(path), ImplicitVRLittleEndian)
    corrected = pydicom.dcmread(path)
    corrected.SeriesDescription = "corrected"
    assert same_content(ours, io.BytesIO(path.read_bytes())) is True
    assert same_content(ours, as_file(other_meta)) is True
    assert same_content(ours, implicit) is True
    assert same_content(ours, as_file(corrected)) is False
    assert same_content(ours, as_file(corrected, ImplicitVRLittleEndian)) is None
    assert same_content(ours, io.BytesIO(b"<html>sign in</html>")) is False
    assert same_content(ours, io.BytesIO()) is False


@pytest.mark.parametrize(
    "kind",
    [
        'multipart/related; type="application/dicom"; boundary=b1',
        'multipart/related; boundary="b1"; type=application/dicom',
        "application/dicom",
        None,
    ],
)
def test_a_file_is_taken_out_of_any_form_of_answer(kind: str | None) -> None:
    content = bytes(range(256)) * 200
    body = content
    if kind and "multipart" in kind:
        head = b"\r\n--b1\r\nContent-Type: application/dicom\r\n\r\n"
        body = head + content + b"\r\n--b1--\r\n"
    into = io.BytesIO()
    answer = Answer("http://h", 200, {"content-type": kind} if kind else {}, b"")
    assert file_of(answer, io.BytesIO(body), into)
    assert into.getvalue() == content


@pytest.mark.parametrize("body", [b"", b"--b1\r\n", b"--b1\r\nContent-Type: x\r\n\r\nhalf a fi"])
def test_an_answer_that_broke_off_holds_no_file(body: bytes) -> None:
    answer = Answer("http://h", 200, {"content-type": "multipart/related; boundary=b1"}, b"")
    assert not file_of(answer, io.BytesIO(body), io.BytesIO())


@pytest.mark.parametrize(
    ("said", "wanted"), [("yes", True), ("YES", True), ("no", False), ("", False)]
)
def test_the_option_of_a_saved_destination_is_heeded(said: str, wanted: bool) -> None:
    saved = SavedDestination(name="x", url="dicom://A@h:104", options={"compare": said})
    assert connected(saved, Options()).compare is wanted


@pytest.mark.parametrize(("said", "seconds"), [("5", 5.0), ("0.5", 0.5), ("x", 0.0), ("-1", 0.0)])
def test_the_limit_of_a_list_can_be_set(said: str, seconds: float) -> None:
    saved = SavedDestination(name="x", url="dicom://A@h:104", options={"listing": said})
    assert connected(saved, Options()).listing == seconds
