"""Parcels, receipts and events as a job would make them, without a job."""

from __future__ import annotations

from pathlib import Path

from gantry.engine import events
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, Outcome, Parcel, Receipt

URL = "http://127.0.0.1:9/upload"


def make_parcel(number: int, *, files: int = 3, size: int = 1000, label: str = "") -> Parcel:
    """A parcel of `files` instances of `size` bytes, named by its number."""
    study = f"1.2.826.0.1.3680043.8.498.{number + 1}"
    return Parcel(
        id=f"01J{number:023d}",
        study_uid=study,
        files=tuple(
            Instance(
                Source(f"/data/{number}/{n}.dcm", size, 1, 1),
                sop_instance_uid=f"{study}.1.{n + 1}",
                sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
                series_instance_uid=f"{study}.1",
                study_instance_uid=study,
                transfer_syntax_uid="1.2.840.10008.1.2.1",
                instance_number=n + 1,
            )
            for n in range(files)
        ),
        label=label or f"MR · 2026-01-{number % 28 + 1:02d} · Head {number}",
        patient_id=f"P{number:04d}",
        patient_name=f"Test^{number}",
    )


def make_archive(parcel: Parcel, size: int = 2000) -> Archive:
    """The archive that such a parcel would become; there is no file."""
    return Archive(
        parcel.id, Path("spool") / f"{parcel.id}.tar.gz", size, "ab" * 32, parcel.study_uid, ()
    )


def make_receipt(size: int = 2000) -> Receipt:
    """A receipt that says stored."""
    return Receipt(
        destination=URL,
        time="2026-01-02T03:04:05Z",
        status=201,
        sha256="ab" * 32,
        size=size,
        outcome=Outcome.STORED,
        location="/parcels/1",
        body='{"parcel": "1"}',
        proof="receiver's SHA-256",
    )


def started(job: str, parcels: list[Parcel], destination: str = "Practice") -> events.JobStarted:
    """The first event of a job."""
    return events.JobStarted(job, destination, URL, tuple(parcels))


def delivery(job: str, parcel: Parcel) -> list[events.Event]:
    """All events of a parcel that goes well."""
    return [
        events.ParcelPacking(job, parcel.id, 1),
        events.ParcelVerified(job, parcel.id, 1, make_archive(parcel), 0.5, 0.2),
        events.ParcelSending(job, parcel.id, 1),
        events.ParcelArrived(job, parcel.id, 1, make_receipt(), 1.5),
    ]
