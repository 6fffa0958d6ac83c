"""Describes Orthanc servers (their own REST interface).

A light module: pydicom is imported when the first destination of this kind is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gantry.engine import doctor_steps as steps
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import SharedDetail, Step
from gantry.engine.errors import GantryError
from gantry.engine.lazy import load
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.fields import CONNECTION_FIELDS, over_http_schemes, web_form
from gantry.engine.transfer.http.doctor import (
    WebCase,
    over_http,
    signed_in,
    size_limit,
    wrong_service,
)
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.kinds.orthanc_rest import OrthancDestination
from gantry.engine.transfer.kinds.orthanc_words import ROW, WORDS, OrthancDetail
from gantry.engine.transfer.options import Options


def _open(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pydicom")
    return OrthancDestination(url, credentials, limits, options)


def _examine(web: WebCase) -> Iterator[Step]:
    answer = web.ask("GET", f"{web.base}/system", {"Accept": "application/json"})
    yield signed_in(web, answer)
    try:
        version = str(answer.expect({200}).json()["Version"])
    except (ValueError, KeyError, TypeError):
        yield steps.failed(steps.SERVICE, wrong_service(answer, "Orthanc"))
        return
    except GantryError as error:
        yield steps.failed(steps.SERVICE, error)
        return
    version = re.sub(r"[^0-9A-Za-z.+-]", "", version)[:30]
    yield steps.passed(steps.SERVICE, OrthancDetail.VERSION, version=version)
    yield size_limit(web, f"{web.base}/instances", {"Content-Type": "application/dicom"})
    yield steps.not_applicable(steps.WRITE, SharedDetail.TEST_IMAGE)


KIND = DestinationKind(
    name="orthanc",
    schemes=over_http_schemes("orthanc"),
    label="Orthanc server",
    example="orthanc+https://host",
    form=web_form("orthanc+"),
    open=_open,
    examine=over_http(_examine),
    row=ROW,
    words=WORDS,
    features=OrthancDestination.features,
    options=CONNECTION_FIELDS,
)
