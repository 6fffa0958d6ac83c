"""The connection test against real servers: what it finds, and what it says about faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import (
    CONNECTION,
    LIMIT,
    NAME,
    SERVICE,
    SIGN_IN,
    STEPS,
    TLS,
    WRITE,
    Status,
    Step,
)
from gantry.engine.errors import ErrorCode
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.http import size_probe
from gantry.engine.transfer.options import Options
from gantry.receiver.server import Receiver
from support.dcmtk import StoreScp
from support.nginx import nginx
from support.orthanc import PASSWORD, USER, Orthanc
from support.process import free_port
from support.s3_server import MotoServer
from support.script_server import ScriptServer, answer
from support.tus_server import TusServer
from support.xnat_contract import PASSWORD as XNAT_PASSWORD
from support.xnat_contract import USER as XNAT_USER
from support.xnat_contract import XnatContract

SIGNED = Credentials(user=USER, password=PASSWORD)


@pytest.fixture(autouse=True)
def _patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, a server may take long to refuse a size that it was told."""
    monkeypatch.setattr(size_probe, "_PATIENCE", 20)


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc") as running:
        yield running


def walk(url: str, *more: object, **named: object) -> dict[str, Step]:
    steps = list(doctor(url, *more, limits=Limits(connect=5, idle=10, answer=20), **named))  # type: ignore[arg-type, misc]
    assert tuple(step.name for step in steps) == STEPS
    return {step.name: step for step in steps}


def failed(steps: dict[str, Step]) -> list[str]:
    return [name for name, step in steps.items() if step.status is Status.FAILED]


def test_orthanc_is_sound(orthanc: Orthanc) -> None:
    steps = walk(orthanc.url, SIGNED)
    assert failed(steps) == []
    assert steps[SERVICE].detail == "Orthanc 1.10.1" or "Orthanc" in steps[SERVICE].detail
    assert steps[TLS].status is Status.NOT_APPLICABLE
    assert steps[LIMIT].status is Status.PASSED
    assert orthanc.stored_uids() == []


def test_dicomweb_is_sound(orthanc: Orthanc) -> None:
    steps = walk(orthanc.web_url, SIGNED)
    assert failed(steps) == []
    assert steps[SERVICE].detail == "QIDO-RS answers"
    assert orthanc.stored_uids() == []


@pytest.mark.parametrize("kind", ["url", "web_url"])
def test_a_wrong_password_fails_at_the_sign_in(orthanc: Orthanc, kind: str) -> None:
    steps = walk(getattr(orthanc, kind), Credentials(user=USER, password="wrong"))
    assert failed(steps) == [SIGN_IN]
    error = steps[SIGN_IN].error
    assert error is not None
    assert error.code is ErrorCode.HTTP_401
    assert steps[WRITE].detail == "an earlier step failed"


def test_a_page_for_people_is_told_from_an_interface(orthanc: Orthanc) -> None:
    url = orthanc.web_url.replace("/dicom-web", "/app/explorer.html")
    steps = walk(url, SIGNED)
    assert failed(steps) == [SERVICE]


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ('{"code":400,"msg":"没有文件"}'.encode(), []),
        (b"no file", []),
        (b"<html><body><form>Log in</form></body></html>", [SERVICE]),
    ],
)
def test_an_answer_is_a_page_by_its_tags_not_by_its_media_type(
    body: bytes, broken: list[str]
) -> None:
    with ScriptServer(answer(200, body, "Content-Type: text/html")) as server:
        assert failed(walk(server.url)) == broken


def test_the_limit_of_a_front_end_is_found(orthanc: Orthanc, tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", orthanc.http_port) as front:  # nginx's own default: 1m
        steps = walk(f"dicomweb+{front.url}/dicom-web", SIGNED)
    assert failed(steps) == []
    assert steps[LIMIT].detail == "1048576 bytes per request (nginx, client_max_body_size)"


@pytest.mark.parametrize(("most", "found"), [("32m", 32 << 20), ("30000000", 30_000_000)])
def test_other_limits_are_found_too(
    orthanc: Orthanc, tmp_path: Path, most: str, found: int
) -> None:
    with nginx(tmp_path / "nginx", orthanc.http_port, max_body=most) as front:
        steps = walk(f"orthanc+{front.url}", SIGNED)
    assert steps[LIMIT].detail.startswith(f"{found} bytes per request")


def test_tus_is_sound_and_the_test_upload_is_gone(tmp_path: Path) -> None:
    with TusServer(tmp_path / "tus", max_size=5000) as server:
        steps = walk(server.url)
        assert failed(steps) == []
        assert steps[LIMIT].detail.startswith("5000 bytes")
        assert steps[WRITE].status is Status.PASSED
        assert list(server.folder.iterdir()) == []


def test_tus_without_its_token_fails_at_the_sign_in(tmp_path: Path) -> None:
    with TusServer(tmp_path / "tus", token="geheim") as server:
        assert failed(walk(server.url)) == [SIGN_IN]
        assert failed(walk(server.url, Credentials(token="geheim"))) == []


def test_s3_is_sound_and_the_test_object_is_gone(tmp_path: Path) -> None:
    with MotoServer(tmp_path, guarded=True) as server:
        right = Credentials(user=server.user, password=server.password)
        steps = walk(server.url, right)
        assert failed(steps) == []
        assert steps[WRITE].status is Status.PASSED
        assert server.stored_keys() == []
        wrong = Credentials(user=server.user, password="wrong")
        assert failed(walk(server.url, wrong)) == [SIGN_IN]
        assert failed(walk(server.url.replace("gantry-parcels", "nowhere"), right)) == [SERVICE]


def test_storescp_is_sound(tmp_path: Path) -> None:
    with StoreScp(tmp_path / "scp") as scp:
        steps = walk(scp.url)
        assert failed(steps) == []
        assert "takes MR, CT" in steps[SERVICE].detail
        assert scp.stored_uids() == []


def test_an_unknown_ae_title_fails_at_the_sign_in(orthanc: Orthanc) -> None:
    steps = walk(orthanc.dicom_url.replace("//ORTHANC@", "//NOBODY@"))
    assert failed(steps) == [SIGN_IN]


def test_xnat_is_sound_by_its_contract() -> None:
    with XnatContract() as contract:
        signed = Credentials(user=XNAT_USER, password=XNAT_PASSWORD)
        assert failed(walk(contract.url, signed)) == []
        assert failed(walk(contract.url.replace("STROKE", "NONE"), signed)) == [SERVICE]
        assert failed(walk(contract.url, Credentials(user="x", password="y"))) == [SIGN_IN]


def test_the_receiver_is_sound(tmp_path: Path) -> None:
    with Receiver(tmp_path / "root", token="geheim") as receiver:
        assert failed(walk(receiver.url, Credentials(token="geheim"))) == []
        assert failed(walk(receiver.url, Credentials(token="wrong"))) == [SIGN_IN]


def test_a_folder_is_written_and_swept(tmp_path: Path) -> None:
    steps = walk(str(tmp_path))
    assert failed(steps) == []
    assert steps[WRITE].status is Status.PASSED
    assert list(tmp_path.iterdir()) == []
    assert failed(walk(str(tmp_path / "missing"))) == [SERVICE]


def test_nobody_there_fails_at_the_connection() -> None:
    steps = walk(f"tus+http://127.0.0.1:{free_port()}/files")
    assert failed(steps) == [CONNECTION]
    assert steps[NAME].status is Status.PASSED


def test_a_name_that_nobody_has_fails_first() -> None:
    steps = walk("https://no-such-host.invalid/")
    assert failed(steps) == [NAME]
    error = steps[NAME].error
    assert error is not None
    assert error.code is ErrorCode.DNS_FAILED


def test_an_unknown_certificate_fails_at_tls(orthanc: Orthanc, tmp_path: Path) -> None:
    authority = trustme.CA()
    server_file, ca_file = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(server_file)
    authority.cert_pem.write_to_path(ca_file)
    with nginx(tmp_path / "nginx", orthanc.http_port, certificate=server_file) as front:
        url = f"orthanc+{front.url}"
        assert failed(walk(url, SIGNED)) == [TLS]
        sound = walk(url, SIGNED, options=Options(ca_file=str(ca_file)))
        assert failed(sound) == []
        assert sound[TLS].status is Status.PASSED
