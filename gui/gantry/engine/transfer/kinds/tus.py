"""Describes tus servers (tus.io)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from gantry.engine import doctor_steps as steps
from gantry.engine.doctor_steps import SharedDetail, Step
from gantry.engine.errors import GantryError
from gantry.engine.transfer.fields import CONNECTION_FIELDS, over_http_schemes, web_form
from gantry.engine.transfer.http.doctor import WebCase, over_http, signed_in, wrong_service
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.kinds.tus_words import ROW, WORDS, TusDetail


def _examine(web: WebCase) -> Iterator[Step]:
    offer = web.ask("OPTIONS", web.base)
    if offer.status in (401, 403):
        raise offer.error()
    speaks = "tus-version" in offer.headers or "tus-resumable" in offer.headers
    deletes = "termination" in offer.headers.get("tus-extension", "")
    head = {"Tus-Resumable": "1.0.0"}
    name = base64.b64encode(b"gantry-test").decode()
    created = None
    if deletes:
        size = {"Upload-Length": str(steps.TEST_SIZE), "Upload-Metadata": f"filename {name}"}
        created = web.ask("POST", web.base, {**head, **size})
    yield signed_in(web, created)
    if not speaks:
        yield steps.failed(steps.SERVICE, wrong_service(offer, "tus"))
        return
    version = offer.headers.get("tus-version", "1.0.0")[:30]
    yield steps.passed(steps.SERVICE, TusDetail.VERSION, version=version)
    most = offer.headers.get("tus-max-size", "")
    if most.isdecimal():
        yield steps.passed(steps.LIMIT, TusDetail.LARGEST, size=most)
    else:
        yield steps.passed(steps.LIMIT, TusDetail.NONE_NAMED)
    if created is None:
        yield steps.not_applicable(steps.WRITE, TusDetail.DELETES_NOTHING)
        return
    try:
        created.expect({201})
        upload = urljoin(web.base, created.headers.get("location", ""))
        ours = urlsplit(web.base)
        upload = urlsplit(upload)._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()
        data = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        web.ask("PATCH", upload, {**head, **data}, bytes(steps.TEST_SIZE)).expect({204, 200})
        web.ask("DELETE", upload, head).expect({204, 200})
    except GantryError as error:
        yield steps.failed(steps.WRITE, error)
        return
    yield steps.passed(steps.WRITE, SharedDetail.WRITTEN, size=steps.TEST_SIZE)


KIND = DestinationKind(
    name="tus",
    schemes=over_http_schemes("tus"),
    label="Resumable upload server (tus)",
    example="tus+https://host/files",
    form=web_form("tus+"),
    open=TusDestination,
    examine=over_http(_examine),
    row=ROW,
    words=WORDS,
    features=TusDestination.features,
    options=CONNECTION_FIELDS,
)
