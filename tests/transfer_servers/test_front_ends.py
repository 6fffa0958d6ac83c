"""Real servers with size limits but no 413, or for which large announcements are harmful."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import LIMIT, SharedDetail, Status
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.http import size_probe
from gantry.engine.transfer.kinds.form import FormDestination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.receiver.server import Receiver
from support.places import port_of
from support.process import ServerProcess, free_port
from support.shipments import make_archive, shipment_of

TOKEN = "front-end-token"
KNOWN = Credentials(token=TOKEN)


@pytest.fixture(autouse=True)
def _patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, a server may take long to refuse a size that it was told."""
    monkeypatch.setattr(size_probe, "_PATIENCE", 20)


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if found is None:
        pytest.skip(f"NOT TESTED: {name} is not installed")
    return found


def caddy(folder: Path, target: int) -> ServerProcess:
    """Caddy with `max_size 1MB`: it answers what is bigger with 502."""
    command, port = program("caddy"), free_port()
    config = folder / "Caddyfile"
    config.write_text(
        "{\n admin off\n auto_https off\n}\n"
        f"http://127.0.0.1:{port} {{\n bind 127.0.0.1\n request_body {{\n  max_size 1MB\n }}\n"
        f" reverse_proxy 127.0.0.1:{target}\n}}\n",
        "utf-8",
    )
    arguments = [command, "run", "--config", str(config), "--adapter", "caddyfile"]
    return ServerProcess(arguments, port, folder / "caddy.log")


def lighttpd(folder: Path, target: int) -> ServerProcess:
    """lighttpd with `server.max-request-size = 1000`, which are 1,024,000 bytes."""
    command, port = program("lighttpd"), free_port()
    config = folder / "lighttpd.conf"
    config.write_text(
        'server.modules = ( "mod_proxy" )\nserver.bind = "127.0.0.1"\n'
        f'server.port = {port}\nserver.document-root = "{folder}"\n'
        "server.max-request-size = 1000\n"
        f'proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => {target} ) ) )\n',
        "utf-8",
    )
    return ServerProcess([command, "-D", "-f", str(config)], port, folder / "lighttpd.log")


def test_caddys_limit_shows_only_while_sending_and_is_known_then(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=6, size=1300)
    attempts: list[int] = []
    with (
        Receiver(tmp_path / "root", token=TOKEN) as receiver,
        caddy(tmp_path, port_of(receiver)) as front,
    ):
        url = f"http://127.0.0.1:{front.port}/parcels"
        (step,) = [s for s in doctor(url, KNOWN, Limits(idle=10)) if s.name == LIMIT]
        with pytest.raises(GantryError) as caught:
            send_with_retry(
                FormDestination(url, KNOWN),
                shipment_of(archive),
                policy=RetryPolicy(first_wait=0.01, longest_wait=0.05),
                on_failure=lambda attempt, error, wait: attempts.append(attempt),
            )
    assert step.detail == SharedDetail.NO_LIMIT
    assert caught.value.code is ErrorCode.HTTP_413
    assert len(attempts) == 3


def test_lighttpds_limit_is_found_to_the_byte(tmp_path: Path) -> None:
    with (
        Receiver(tmp_path / "root", token=TOKEN) as receiver,
        lighttpd(tmp_path, port_of(receiver)) as front,
    ):
        url = f"http://127.0.0.1:{front.port}/parcels"
        (step,) = [s for s in doctor(url, KNOWN, Limits(idle=10)) if s.name == LIMIT]
        limit = FormDestination(url, KNOWN).size_limit(CancelToken(), 4_000_000)
    assert step.detail.startswith("1024000 bytes per request")
    assert limit == 1_024_000 - 1024


def test_phps_server_outlives_the_doctor(tmp_path: Path) -> None:
    command, port = program("php"), free_port()
    (tmp_path / "up.php").write_text("<?php echo json_encode(['code' => 400]);", "utf-8")
    arguments = [command, "-S", f"127.0.0.1:{port}", "-t", str(tmp_path)]
    with ServerProcess(arguments, port, tmp_path / "php.log") as server:
        for _ in range(2):
            steps = list(doctor(f"http://127.0.0.1:{port}/up.php", KNOWN, Limits(idle=10)))
            assert [s.name for s in steps if s.status is Status.FAILED] == []
        assert server.process is not None
        assert server.process.poll() is None
