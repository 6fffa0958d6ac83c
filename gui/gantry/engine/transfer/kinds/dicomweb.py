"""Describes DICOMweb servers (STOW-RS).

A light module: pydicom is imported when the first destination of this kind is opened.
"""

from __future__ import annotations

from collections.abc import Iterator

from gantry.engine import doctor_steps as steps
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import SharedDetail, Step
from gantry.engine.lazy import load
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.fields import (
    COMPARE_FIELD,
    CONNECTION_FIELDS,
    over_http_schemes,
    web_form,
)
from gantry.engine.transfer.http.doctor import (
    WebCase,
    over_http,
    signed_in,
    size_limit,
    wrong_service,
)
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.kinds.dicomweb_words import ROW, WORDS, DicomwebDetail
from gantry.engine.transfer.kinds.stow import StowDestination
from gantry.engine.transfer.options import Options


def _open(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pydicom")
    return StowDestination(url, credentials, limits, options)


def _examine(web: WebCase) -> Iterator[Step]:
    answer = web.ask("GET", f"{web.base}/studies?limit=1", {"Accept": "application/dicom+json"})
    yield signed_in(web, answer)
    known = answer.status == 204
    if answer.status == 200:
        try:
            known = isinstance(answer.json(), list)
        except ValueError:
            known = b"00080" in answer.body and not answer.whole  # a long list
    if not known:
        error = wrong_service(answer, "DICOMweb")
        yield steps.failed(steps.SERVICE, error if answer.status == 200 else answer.error())
        return
    yield steps.passed(steps.SERVICE, DicomwebDetail.ANSWERS)
    kind = 'multipart/related; type="application/dicom"; boundary=x'
    yield size_limit(web, f"{web.base}/studies", {"Content-Type": kind})
    yield steps.not_applicable(steps.WRITE, SharedDetail.TEST_IMAGE)


KIND = DestinationKind(
    name="dicomweb",
    schemes=over_http_schemes("dicomweb"),
    label="DICOMweb server (STOW-RS)",
    example="dicomweb+https://host/dicom-web",
    form=web_form("dicomweb+"),
    open=_open,
    examine=over_http(_examine),
    row=ROW,
    words=WORDS,
    features=StowDestination.features,
    options=(*CONNECTION_FIELDS, COMPARE_FIELD),
)
