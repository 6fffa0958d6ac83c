"""An archive that is spoilt in the spool is packed again at once; only complete files are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode
from gantry.engine.job import Job, JobOptions
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import ParcelState
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.registry import open_destination
from gantry.engine.transfer.retry import RetryPolicy
from support.dicom import make_study
from support.orthanc import PASSWORD, USER, Orthanc
from support.sending import direct
from support.shipments import parcel_of

KINDS = ("url", "web_url", "dicom_url")
SLOW = RetryPolicy(first_wait=600, longest_wait=600)  # an attempt in vain would never end


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    with Orthanc(tmp_path / "orthanc", DicomAlwaysAllowFind=True) as running:
        yield running


def opened(server: Orthanc, kind: str) -> Destination:
    known = Credentials() if kind == "dicom_url" else Credentials(user=USER, password=PASSWORD)
    return open_destination(getattr(server, kind), known, options=direct())


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 4] ^= 4
    path.chmod(0o600)
    path.write_bytes(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spoil", [flip_a_bit, Path.unlink], ids=["a bit flipped", "gone"])
def test_it_is_packed_again_at_once(
    tmp_path: Path, server: Orthanc, kind: str, spoil: Callable[[Path], None]
) -> None:
    paths = make_study(tmp_path / "source", instances=12, size=64)
    spool = tmp_path / "spool"
    spool.mkdir()
    parcel = parcel_of(paths)
    told: list[events.Event] = []

    def sink(event: events.Event) -> None:
        if isinstance(event, events.ParcelVerified) and not any(
            isinstance(e, events.ParcelVerified) for e in told
        ):
            spoil(event.archive.path)
        told.append(event)

    job = Job("01JOB", "there", getattr(server, kind), (parcel,))
    runner = JobRunner(job, opened(server, kind), spool, sink, options=JobOptions(retry=SLOW))
    runner.run()

    assert runner.works[parcel.id].state is ParcelState.DELIVERED
    failures = [e.error.code for e in told if isinstance(e, events.AttemptFailed)]
    assert set(failures) <= {ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_MISSING}
    sent = {i.sop_instance_uid for i in parcel.files}
    assert sorted(server.stored_uids()) == sorted(sent)
    for path, instance in zip(paths, parcel.files, strict=True):
        if kind != "dicom_url":  # C-STORE brings data sets, not files
            assert server.stored_file(instance.sop_instance_uid) == path.read_bytes()
