"""Makes the content of a history: parcels, archives, receipts."""

from __future__ import annotations

from pathlib import Path

from pydicom.uid import generate_uid
from ulid import ULID

from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, Outcome, PackedFile, Parcel, Receipt
from support.dicom import CANARY_ID, CANARY_NAME

MR_IMAGE, EXPLICIT_LITTLE = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.1.2.1"


def make_parcels(
    number: int,
    *,
    files: int = 2,
    label: str = "MR 2026-01-02 Head",
    patient_id: str = CANARY_ID,
    size: int = 1000,
    folder: str = "/data",
) -> tuple[Parcel, ...]:
    """Parcels as a plan makes them; nothing of them is on the disk."""
    made = []
    for p in range(number):
        study, series = generate_uid(), generate_uid()
        instances = tuple(
            Instance(
                Source(f"{folder}/{p}/IM{n}", size + n, 10 + n, 20 + n),
                f"{series}.{n}",
                MR_IMAGE,
                series,
                study,
                EXPLICIT_LITTLE,
                instance_number=n,
            )
            for n in range(files)
        )
        made.append(Parcel(str(ULID()), study, instances, label, patient_id, CANARY_NAME))
    return tuple(made)


def archive_of(parcel: Parcel, folder: Path = Path("/spool")) -> Archive:
    """The archive that the packer would make of it."""
    files = tuple(
        PackedFile(
            f"{f.series_instance_uid}/{f.sop_instance_uid}.dcm",
            f.source.size,
            f"{n:064x}",
            f.sop_instance_uid,
            f.series_instance_uid,
            f.sop_class_uid,
            f.transfer_syntax_uid,
            n,
        )
        for n, f in enumerate(parcel.files)
    )
    path = folder / f"{parcel.id}.tar.gz"
    return Archive(parcel.id, path, 500, "a" * 64, parcel.study_uid, files)


def receipt_for(parcel: Parcel, body: str = "{}") -> Receipt:
    """The answer of a server that stored it."""
    return Receipt(
        "https://example.org/in",
        "2026-01-02T03:04:05Z",
        201,
        "a" * 64,
        500,
        Outcome.STORED,
        f"/parcels/{parcel.id}",
        body,
        "receiver's SHA-256",
    )
