"""A clean stop keeps at the destination whatever a kill keeps; a cancel discards it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine import events
from gantry.engine.credentials import Credentials
from gantry.engine.job import Job, Resumed
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Archive, ParcelState
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.kinds.folder import FolderDestination
from gantry.engine.transfer.kinds.s3_upload import S3Destination
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.rate_limit import Bandwidth
from support.parcels import dense, parcel_with
from support.s3_server import BUCKET, MotoServer
from support.sending import direct
from support.tus_server import TusServer

S3_KEY = Credentials(user=MotoServer.user, password=MotoServer.password)
SIZE = 40 << 20  # three parts for S3
ENOUGH = 18 << 20  # sent before it is ended: more than a part of S3


class Slow(Bandwidth):
    """40 MB per second; counts the bytes that were sent."""

    def __init__(self) -> None:
        super().__init__(40 << 20)
        self.sent = 0

    def take(self, count: int) -> float:
        self.sent += count
        return super().take(count)


@dataclass
class Kind:
    """How to open a destination, and how many bytes it holds of what is half sent."""

    open: Callable[[Slow], Destination]
    held: Callable[[], int]


@pytest.fixture(params=["folder", "tus", "s3"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    out = tmp_path / "out"
    out.mkdir()
    match request.param:
        case "folder":
            yield Kind(
                lambda slow: FolderDestination(out.as_uri(), bandwidth=slow),
                lambda: sum(p.stat().st_size for p in out.glob("*.part")),
            )
        case "tus":
            with TusServer(out) as tus:
                yield Kind(
                    lambda slow: TusDestination(tus.url, options=direct(bandwidth=slow)),
                    lambda: sum(p.stat().st_size for p in tus.folder.iterdir() if not p.suffix),
                )
        case _:
            with MotoServer(out) as moto:
                yield Kind(
                    lambda slow: S3Destination(moto.url, S3_KEY, options=direct(bandwidth=slow)),
                    lambda: _parts(moto),
                )


def _parts(moto: MotoServer) -> int:
    total = 0
    for one in moto.peer.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
        listed = moto.peer.list_parts(Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"])
        total += sum(part["Size"] for part in listed.get("Parts", []))
    return total


def _settled(kind: Kind) -> int:
    """The bytes held, once the server has noticed that no more come."""
    held = -1
    while held != (held := kind.held()):
        time.sleep(1)
    return held


class Run:
    """A job of one parcel, ended in the middle of sending."""

    def __init__(self, kind: Kind, tmp_path: Path, end: Callable[[JobRunner], None]) -> None:
        parcel = parcel_with(tmp_path / "source", [dense(SIZE // 4, n) for n in range(4)])
        self.slow, self.position = Slow(), ""
        self.archive: Archive | None = None
        self.names: list[str] = []
        self.destination = kind.open(self.slow)
        self.job = Job(str(ULID()), "x", self.destination.url, (parcel,))
        self.spool = tmp_path / "spool"
        runner = JobRunner(self.job, self.destination, self.spool, self._sink)
        thread = threading.Thread(target=runner.run)
        thread.start()
        while runner.works[parcel.id].progress.sent < ENOUGH and thread.is_alive():
            time.sleep(0.005)
        end(runner)
        runner.kick()
        thread.join(60)
        assert not thread.is_alive()

    def _sink(self, event: events.Event) -> None:
        self.names.append(type(event).__name__)
        if isinstance(event, events.ParcelVerified):
            self.archive = event.archive
        if isinstance(event, events.SendPosition):
            self.position = event.state

    def resumed(self) -> JobRunner:
        (parcel,) = self.job.parcels
        was = Resumed(ParcelState.SENDING, 1, position=self.position, archive=self.archive)
        job = dataclasses.replace(self.job, resumed={parcel.id: was})
        return JobRunner(job, self.destination, self.spool, self._sink)


def test_a_stopped_send_is_resumed_at_the_byte_that_the_destination_holds(
    kind: Kind, tmp_path: Path
) -> None:
    run = Run(kind, tmp_path, lambda runner: runner.stop())
    assert "ParcelCancelled" not in run.names
    assert run.archive is not None
    held = _settled(kind)
    assert held > 0
    run.slow.sent = 0
    assert run.resumed().run().delivered == 1
    again = run.slow.sent - (run.archive.size - held)
    assert 0 <= again < 1024, "but for the list of its parts, which S3 gets at the end"


def test_a_cancelled_send_leaves_nothing_half_sent(kind: Kind, tmp_path: Path) -> None:
    run = Run(kind, tmp_path, lambda runner: runner.token.cancel())
    assert "ParcelCancelled" in run.names
    assert kind.held() == 0


def test_a_send_that_is_cancelled_after_it_was_stopped_leaves_nothing_either(
    kind: Kind, tmp_path: Path
) -> None:
    run = Run(kind, tmp_path, lambda runner: runner.stop())
    assert _settled(kind) > 0
    runner = run.resumed()
    runner.token.cancel()
    assert runner.run().cancelled == 1
    assert kind.held() == 0
