"""A line that is cut again and again: an upload that makes progress arrives in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from gantry.engine.errors import GantryError
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from support.fault_proxy import Fault, FaultProxy
from support.sending import direct
from support.shipments import make_archive, shipment_of
from support.tus_server import TusServer

TWICE = RetryPolicy(attempts=2, first_wait=0.01, longest_wait=0.02)
QUICK = Limits(connect=60, idle=60, answer=60)


def test_twenty_cuts_are_no_failure_while_the_upload_grows(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=8, size=512)  # 4 MB
    cuts = [Fault(close_up=400_000)] * 20
    with TusServer(tmp_path / "tus") as server, FaultProxy(server.port, *cuts) as proxy:
        url = server.url.replace(f":{server.port}", f":{proxy.port}")
        tus = TusDestination(url, limits=QUICK, options=direct())
        failures: list[float | None] = []
        receipt = send_with_retry(
            tus,
            shipment_of(archive),
            policy=TWICE,
            on_failure=lambda attempt, error, wait: failures.append(wait),
        )
        assert receipt.outcome is Outcome.STORED
        assert len(server.finished()) == 1
    assert len(failures) > TWICE.attempts
    assert None not in failures


def test_cuts_without_progress_end_the_send(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=2, size=128)
    with (
        TusServer(tmp_path / "tus") as server,
        FaultProxy(server.port, *[Fault(close_up=60)] * 50) as proxy,
    ):
        url = server.url.replace(f":{server.port}", f":{proxy.port}")
        with pytest.raises(GantryError):
            send_with_retry(
                TusDestination(url, limits=QUICK, options=direct()),
                shipment_of(archive),
                policy=TWICE,
                on_failure=lambda attempt, error, wait: None,
            )
