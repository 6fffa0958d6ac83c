"""The columns of all values that the history returns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from gantry.engine.content import Identity
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import (
    InstanceOutcome,
    Outcome,
    PackedFile,
    Parcel,
    ParcelState,
    ReadFile,
    Receipt,
)
from gantry.store.history.codec import error_out, labels_out, name_out, treatment_out
from gantry.store.history.field_map import FieldMap
from gantry.store.history.rows import AttemptRow, JobRow, ParcelRow, SourceRow


def _fields(value: Any, but: str = "") -> Iterator[str]:
    columns = (f for f in fields(value) if f.init and f.metadata.get("kept", True))
    return (f.name for f in columns if f.name not in but.split())


def _read_file(size: int, sha256: str | None, identity: Identity) -> ReadFile | None:
    return None if sha256 is None else ReadFile(size, sha256, identity)


def _outcome(value: str | None) -> Outcome | None:
    return None if value is None else Outcome(value)


def _profile(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _outcomes(value: str) -> tuple[InstanceOutcome, ...]:
    return tuple(InstanceOutcome(u, Outcome(o), why) for u, o, why in json.loads(value))


_STATE = {"state": ParcelState}
_NAMES = {"path": name_out, "member": name_out}

# From `parcel AS p`, its `job AS j`, and its last receipt, `r`.
PARCEL_ROW = FieldMap(
    ParcelRow,
    _fields(ParcelRow),
    table="p",
    sql={
        "job": "j.id",
        "outcome": "r.outcome",
        "proof": "coalesce(r.proof, '')",
        "profile": "CAST(p.profile AS BLOB)",  # a profile's file may name it with invalid Unicode
    },
    read={
        "state": ParcelState,
        "error": error_out,
        "outcome": _outcome,
        "labels": labels_out,
        "profile": _profile,
    },
)
JOB_ROW = FieldMap(JobRow, _fields(JobRow, but="states"))
ATTEMPT_ROW = FieldMap(AttemptRow, _fields(AttemptRow), read={"error": error_out})
RECEIPT = FieldMap(Receipt, _fields(Receipt), read={"outcome": Outcome, "instances": _outcomes})
SOURCE_ROW = FieldMap(SourceRow, _fields(SourceRow), read=_NAMES)

# What a parcel is rebuilt from.
PARCEL = FieldMap(
    Parcel,
    _fields(Parcel, but="files"),
    read={"treatment": treatment_out, "labels": labels_out},
)
INSTANCE = FieldMap(
    Instance,
    (
        "sop_instance_uid", "sop_class_uid", "series_instance_uid", "study_instance_uid",
        "transfer_syntax_uid", "instance_number", "rows", "columns", "burned_in", "fault", "who",
    ),
    read={"burned_in": bool},
    parts={"source": FieldMap(Source, _fields(Source), read=_NAMES)},
)  # fmt: skip

# A file as it was sent, and as it was read if the two differ.
PACKED_FILE = FieldMap(
    PackedFile,
    _fields(PackedFile, but="read"),
    sql={
        "size": "coalesce(sent_size, size)",
        "sop_instance_uid": "coalesce(sent_sop_instance_uid, sop_instance_uid)",
        "series_instance_uid": "coalesce(sent_series_instance_uid, series_instance_uid)",
        "sop_class_uid": "coalesce(sent_sop_class_uid, sop_class_uid)",
        "transfer_syntax_uid": "coalesce(sent_transfer_syntax_uid, transfer_syntax_uid)",
        "source": "n",
    },
    parts={
        "read": FieldMap(
            _read_file,
            ("size", "sha256"),
            sql={"sha256": "source_sha256"},
            parts={"identity": FieldMap(Identity, Identity._fields)},
        )
    },
)
