"""C-STORE to servers that are silent, or speak another protocol."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import trustme
from pynetdicom import AE, evt
from pynetdicom.sop_class import MRImageStorage, Verification  # type: ignore[attr-defined]

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.kinds.c_store import DimseDestination
from gantry.engine.transfer.kinds.c_store_doctor import examine
from gantry.messages import error_message
from support.script_server import ScriptServer, never_read
from support.shipments import make_archive, shipment_of

_CANCELLED = """
import signal, sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.kinds.c_store import DimseDestination
from support.shipments import make_archive, shipment_of
token = CancelToken()
signal.signal(signal.SIGTERM, lambda *_: token.cancel())
archive = make_archive(Path(sys.argv[1]))
print("begun", flush=True)
try:
    DimseDestination(sys.argv[2], limits=Limits(connect=900)).send(
        shipment_of(archive, token=token)
    )
except Cancelled:
    print("cancelled", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process there at once")
def test_a_process_that_is_told_to_end_does_not_wait_for_a_silent_peer(tmp_path: Path) -> None:
    with ScriptServer(never_read) as silent:
        url = f"dicom://SILENT@127.0.0.1:{silent.port}"
        tests = str(Path(__file__).parents[1])
        with subprocess.Popen(
            [sys.executable, "-c", _CANCELLED, str(tmp_path), url, tests],
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            while not silent.hits and process.poll() is None:
                threading.Event().wait(0.005)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=120)  # far below the limit of the connection
    assert said == "cancelled\n"


def plain_dicom_to(server: object, port: int, tmp_path: Path) -> GantryError:
    with pytest.raises(GantryError) as caught:
        DimseDestination(f"dicom://TLS@127.0.0.1:{port}", limits=Limits(connect=60)).send(
            shipment_of(make_archive(tmp_path))
        )
    return caught.value


@pytest.mark.parametrize("wants_certificate", [False, True])
def test_a_port_that_speaks_dicom_over_tls_is_named_so(
    tmp_path: Path, wants_certificate: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("localhost").configure_cert(context)
    if wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    entity = AE(ae_title="TLS")
    entity.add_supported_context(MRImageStorage)
    entity.add_supported_context(Verification)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, ssl_context=context,
        evt_handlers=[(evt.EVT_C_STORE, lambda event: 0)],
    )  # fmt: skip
    assert server is not None
    try:
        port = server.server_address[1]
        error = plain_dicom_to(server, port, tmp_path)
        steps = list(examine(f"dicom://TLS@127.0.0.1:{port}", Limits(connect=60), CancelToken()))
    finally:
        server.shutdown()
        server.server_close()
    assert error.code is ErrorCode.TLS_FAILED
    assert not error.transient
    assert "TLS" in error_message(error).what
    failed = [step.error for step in steps if step.error is not None]
    assert [e.code for e in failed] == [ErrorCode.TLS_FAILED]


def test_a_port_that_speaks_neither_is_not_taken_for_tls(tmp_path: Path) -> None:
    def hangs_up(talk: object) -> None:
        """Takes the connection and ends it."""

    with ScriptServer(hangs_up) as server:
        error = plain_dicom_to(server, server.port, tmp_path)
    assert error.code is ErrorCode.DISCONNECTED
    assert error.transient


def test_a_silent_port_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # a test's own time limit may be a thread
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(GantryError) as caught:
        DimseDestination(
            f"dicom://A@127.0.0.1:{silent.getsockname()[1]}", limits=Limits(connect=0.5)
        ).send(shipment_of(make_archive(tmp_path)))
    assert caught.value.transient
    assert not [t for t in threading.enumerate() if not t.daemon and t not in before]
