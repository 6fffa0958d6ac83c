"""Through a forward proxy that wants a password, with and without TLS inside."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from gantry.engine.doctor_steps import CONNECTION, NAME, Status
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.options import Options
from gantry.messages import error_message
from support.forward_proxy import ForwardProxy
from support.nginx import nginx
from support.process import free_port
from support.shipments import make_archive, shipment_of
from support.socks_proxy import SocksProxy
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
def test_a_wrong_proxy_password_is_reported(tmp_path: Path, scheme: str) -> None:
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


NAMED = f"tus+http://{HOST}/files"


def _refused(options: Options, tmp_path: Path, url: str = NAMED) -> GantryError:
    with pytest.raises(GantryError) as caught:
        TusDestination(url, options=options).send(shipment_of(make_archive(tmp_path)))
    return caught.value


@pytest.mark.parametrize("password", ["", "ge:heim", "pass€wörd"])
def test_a_socks_proxy_carries_a_send_and_looks_the_name_up(tmp_path: Path, password: str) -> None:
    archive = make_archive(tmp_path, instances=2)
    user = "me" if password else ""
    with (
        TusServer(tmp_path / "tus") as server,
        SocksProxy({HOST: server.port}, user, password) as proxy,
    ):
        tus = TusDestination(NAMED, options=Options(proxy=proxy.url()))
        assert tus.send(shipment_of(archive)).outcome is Outcome.STORED
        assert len(server.finished()) == 1
    assert set(proxy.asked) == {f"{HOST}:80"}


@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["socks5h", "socks"])
def test_a_socks_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    archive = make_archive(tmp_path)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with TusServer(tmp_path / "tus") as server, SocksProxy({HOST: server.port}) as proxy:
        monkeypatch.setenv(variable, proxy.url(scheme))
        assert TusDestination(NAMED).send(shipment_of(archive)).outcome is Outcome.STORED
    assert proxy.asked


def test_a_socks_proxy_carries_tls(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=2)
    authority = trustme.CA()
    server_file, ca_file = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(server_file)
    authority.cert_pem.write_to_path(ca_file)
    with (
        TusServer(tmp_path / "tus") as server,
        nginx(tmp_path / "nginx", server.port, certificate=server_file) as front,
        SocksProxy({HOST: front.port}) as proxy,
    ):
        options = Options(proxy=proxy.url(), ca_file=str(ca_file))
        tus = TusDestination(f"tus+https://{HOST}/files", options=options)
        assert tus.send(shipment_of(archive)).outcome is Outcome.STORED
    assert set(proxy.asked) == {f"{HOST}:443"}


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
def test_a_missing_proxy_is_blamed_on_the_proxy(tmp_path: Path, scheme: str) -> None:
    gone = f"127.0.0.1:{free_port()}"
    for kind, url in {"form": NAMED, "tus": f"tus+https://{HOST}/files"}.items():
        error = _refused(Options(proxy=f"{scheme}://{gone}"), tmp_path / kind, url)
        assert error.code is ErrorCode.PROXY_FAILED
        assert error.facts["proxy"] == gone
        assert error.transient


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
def test_the_blame_for_a_silent_proxy_falls_on_the_proxy(tmp_path: Path, scheme: str) -> None:
    with SocksProxy({}) as proxy:
        proxy.silent = True
        limits = Limits(connect=0.5, idle=2, answer=2)
        tus = TusDestination(
            f"tus+https://{HOST}/files", limits=limits, options=Options(proxy=proxy.url(scheme))
        )
        with pytest.raises(GantryError) as caught:
            tus.send(shipment_of(make_archive(tmp_path)))
    assert caught.value.code is ErrorCode.PROXY_FAILED


def test_a_socks_proxy_that_refuses_the_password_is_reported(tmp_path: Path) -> None:
    with SocksProxy({HOST: 1}, "me", "right") as proxy:
        error = _refused(Options(proxy=proxy.url(password="wrong")), tmp_path)
    assert (error.code, error.facts["reason"]) == (ErrorCode.PROXY_FAILED, "sign-in")
    assert not error.transient
    assert "wrong" not in str(error)


def test_a_socks_proxy_that_cannot_reach_the_server_is_named_with_it(tmp_path: Path) -> None:
    with SocksProxy({}) as proxy:
        error = _refused(Options(proxy=proxy.url()), tmp_path)
        assert (error.code, error.facts["reason"]) == (ErrorCode.PROXY_FAILED, "onward")
        what = error_message(error).what
    assert f"127.0.0.1:{proxy.port}" in what
    assert HOST in what


@pytest.mark.parametrize("proxy", ["http://:3128", "gopher://127.0.0.1:1", "socks9://127.0.0.1:1"])
def test_the_blame_for_an_impossible_proxy_falls_on_the_proxy(tmp_path: Path, proxy: str) -> None:
    error = _refused(Options(proxy=proxy), tmp_path)
    assert error.code is ErrorCode.PROXY_FAILED
    assert not error.transient


@pytest.mark.parametrize("password", ["€uro", "密码", "grün"])
def test_a_proxy_password_in_any_script_works(tmp_path: Path, password: str) -> None:
    archive = make_archive(tmp_path)
    encoding = "latin-1" if password == "grün" else "utf-8"
    with (
        TusServer(tmp_path / "tus") as server,
        ForwardProxy({HOST: server.port}, password.encode(encoding)) as proxy,
    ):
        for given in (password, quote(password)):
            options = Options(proxy=proxy.url(password=given))
            assert TusDestination(NAMED, options=options).send(shipment_of(archive))
    assert proxy.refused == 0


def test_the_doctor_goes_by_a_socks_proxy_and_blames_it(tmp_path: Path) -> None:
    with TusServer(tmp_path / "tus") as server, SocksProxy({HOST: server.port}) as proxy:
        steps = {s.name: s for s in doctor(NAMED, options=Options(proxy=proxy.url()))}
        assert all(step.status is not Status.FAILED for step in steps.values())
        assert "(proxy)" in steps[CONNECTION].detail
    gone = Options(proxy=f"socks5h://127.0.0.1:{free_port()}")
    failed = [s for s in doctor(NAMED, options=gone) if s.status is Status.FAILED]
    assert failed
    assert failed[0].error is not None
    assert failed[0].error.code is ErrorCode.PROXY_FAILED


def test_the_doctor_goes_by_the_proxy(tmp_path: Path) -> None:
    with TusServer(tmp_path / "tus") as server, ForwardProxy({HOST: server.port}) as proxy:
        options = Options(proxy=proxy.url())
        steps = {s.name: s for s in doctor(f"tus+http://{HOST}/files", options=options)}
    assert all(step.status is not Status.FAILED for step in steps.values())
    assert "(proxy)" in steps[NAME].detail
    assert "(proxy)" in steps[CONNECTION].detail
