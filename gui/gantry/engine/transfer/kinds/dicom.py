"""Describes DICOM nodes (C-STORE).

A light module: the sending code is imported when the first destination of this kind is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Step
from gantry.engine.lazy import load
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.fields import COMPARE_FIELD
from gantry.engine.transfer.kind import (
    Case,
    DestinationKind,
    Entry,
    Field,
    Form,
    Values,
)
from gantry.engine.transfer.kinds.dicom_words import ROW, WORDS, DicomProof
from gantry.engine.transfer.options import Options


def _open(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pynetdicom")
    from gantry.engine.transfer.kinds.c_store import DimseDestination  # noqa: PLC0415 - pynetdicom: 70 ms

    return DimseDestination(url, credentials, limits, options)


def _examine(case: Case) -> Iterator[Step]:
    load("pynetdicom")
    from gantry.engine.transfer.kinds.c_store_doctor import examine  # noqa: PLC0415 - pynetdicom: 70 ms

    yield from examine(case.url, case.limits, case.token)


def _to_url(values: Mapping[str, str]) -> str:
    called, host = quote(values["called"].strip(), safe=""), values["host"].strip()
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    calling = values.get("calling", "").strip()
    query = "?" + urlencode({"calling": calling}) if calling else ""
    return f"dicom://{called}@{host}:{values.get('port', '').strip() or '104'}{query}"


def _from_url(url: str) -> Values:
    parts = urlsplit(url)
    calling = parse_qs(parts.query).get("calling", [""])[0]
    return {
        "host": parts.hostname or "",
        "port": str(parts.port or 104),
        "called": unquote(parts.username or ""),
        "calling": calling,
    }


KIND = DestinationKind(
    name="dicom",
    schemes=("dicom",),
    label="DICOM node (C-STORE)",
    example="dicom://PACS@host:104",
    form=Form(
        (
            Field("host", "Host", "pacs.example.org"),
            Field("port", "Port", "104", Entry.PORT),
            Field("called", "Called AE title", "PACS"),
            Field("calling", "Calling AE title", "GANTRY", optional=True),
        ),
        _to_url,
        _from_url,
    ),
    open=_open,
    examine=_examine,
    row=ROW,
    words=WORDS,
    features=Features(word=DicomProof.STATUSES, instances=True),
    sign_in=(),
    options=(COMPARE_FIELD,),
    port=104,
    names_peer=True,
)
