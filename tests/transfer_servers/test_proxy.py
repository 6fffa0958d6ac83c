"""Through a forward proxy that wants a password, with and without TLS inside."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.doctor import CONNECTION, NAME, Status, doctor
from gantry.engine.transfer.http import Options
from gantry.engine.transfer.tus import TusDestination
from support.forward_proxy import ForwardProxy
from support.nginx import nginx
from support.shipments import make_archive, shipment_of
from support.tus_server import TusServer

HOST = "uploads.hospital.test"


def test_a_proxy_with_a_password_carries_a_send(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=4, size=256)
    with TusServer(tmp_path / "tus") as server, ForwardProxy({HOST: server.port}) as proxy:
        tus = TusDestination(f"tus+http://{HOST}/files", options=Options(proxy=proxy.url()))
        tus.chunk = archive.size // 3
        assert tus.send(shipment_of(archive)).outcome is Outcome.STORED
        assert len(server.finished()) == 1
    assert f"PATCH {HOST}" in proxy.asked
    assert proxy.refused == 0


def test_a_tunnel_through_the_proxy_carries_tls(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=2)
    authority = trustme.CA()
    server_file, ca_file = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(server_file)
    authority.cert_pem.write_to_path(ca_file)
    with (
        TusServer(tmp_path / "tus") as server,
        nginx(tmp_path / "nginx", server.port, certificate=server_file) as front,
        ForwardProxy({HOST: front.port}) as proxy,
    ):
        options = Options(proxy=proxy.url(), ca_file=str(ca_file))
        tus = TusDestination(f"tus+https://{HOST}/files", options=options)
        assert tus.send(shipment_of(archive)).outcome is Outcome.STORED
        assert len(server.finished()) == 1
    assert set(proxy.asked) == {f"CONNECT {HOST}"}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_wrong_proxy_password_is_said(tmp_path: Path, scheme: str) -> None:
    archive = make_archive(tmp_path)
    with ForwardProxy({HOST: 1}) as proxy:
        options = Options(proxy=proxy.url(password="wrong"))
        with pytest.raises(GantryError) as caught:
            TusDestination(f"tus+{scheme}://{HOST}/files", options=options).send(
                shipment_of(archive)
            )
        assert caught.value.code is ErrorCode.HTTP_407
        assert proxy.refused
    assert "wrong" not in str(caught.value) + repr(options)


def test_the_doctor_goes_by_the_proxy(tmp_path: Path) -> None:
    with TusServer(tmp_path / "tus") as server, ForwardProxy({HOST: server.port}) as proxy:
        options = Options(proxy=proxy.url())
        steps = {s.name: s for s in doctor(f"tus+http://{HOST}/files", options=options)}
    assert all(step.status is not Status.FAILED for step in steps.values())
    assert "(proxy)" in steps[NAME].detail
    assert "(proxy)" in steps[CONNECTION].detail
