"""Tests the destinations that are reached over HTTP, each kind by requests that change nothing,
or, where the protocol can delete again, by a kilobyte that comes and goes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ulid import ULID

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer import doctor
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.destination import Credentials, Limits
from gantry.engine.transfer.doctor import Step
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.s3 import S3Destination
from gantry.engine.transfer.size_probe import largest_request

_PAGE = "a page for people answers, not an interface: the address needs a path, or another one"


@dataclass(slots=True)
class _Case:
    """What the steps share."""

    url: str
    base: str
    client: Client
    credentials: Credentials
    limits: Limits
    options: Options
    token: CancelToken

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        return self.client.request(method, url, token=self.token, headers=headers, body=body)


def examine_http(
    url: str, credentials: Credentials, limits: Limits, options: Options, token: CancelToken
) -> Iterator[Step]:
    """The steps from TLS on."""
    scheme = url.split(":", 1)[0]
    kind = scheme.partition("+")[0]
    base = url.removeprefix(f"{kind}+").rstrip("/") if "+" in scheme else url
    client = Client(base, credentials, limits, options)
    case = _Case(url, base, client, credentials, limits, options, token)
    reached = doctor.TLS
    try:
        yield _tls(case)
        for step in _KINDS.get(kind, _form)(case):
            reached = step.name
            yield step
    except GantryError as error:
        yield doctor.failed(doctor.STEPS[doctor.STEPS.index(reached) + 1], error)
    finally:
        client.close()


def _tls(case: _Case) -> Step:
    if not case.base.startswith("https:"):
        return doctor.not_applicable(doctor.TLS, "not encrypted")
    try:
        case.client.request("HEAD", urljoin(case.base, "/"), token=case.token)
    except GantryError as error:
        if error.code.value.startswith(("tls.", "clock.", "network.proxy", "http.407")):
            return doctor.failed(doctor.TLS, error)
    return doctor.passed(doctor.TLS, "the certificate is trusted")


def _signed_in(case: _Case) -> Step:
    known = case.credentials
    if not (known.user or known.password or known.token):
        return doctor.passed(doctor.SIGN_IN, "none is needed")
    return doctor.passed(doctor.SIGN_IN, "accepted")


def _wrong_service(answer: Answer, what: str) -> GantryError:
    return GantryError(
        ErrorCode.NOT_A_RECEIPT,
        facts={**answer.facts(), "reason": "html" if answer.is_html else what},
        private={"words": answer.words},
        detail=_PAGE if answer.is_html else f"the answer is not {what}'s",
    )


def _form(case: _Case) -> Iterator[Step]:
    parcel = str(ULID())
    answer = case.ask("GET", f"{case.base.rstrip('/')}/{parcel}", {"Accept": "application/json"})
    if answer.status in (401, 403):
        raise answer.error()
    yield _signed_in(case)
    if answer.is_html and answer.status == 200:
        yield doctor.failed(doctor.SERVICE, _wrong_service(answer, "a receiver"))
        return
    answer = case.ask("OPTIONS", case.base)
    if answer.status == 404:
        yield doctor.failed(doctor.SERVICE, answer.error())
        return
    yield doctor.passed(doctor.SERVICE, "something answers there")
    yield _limit(case, case.base, {"Content-Type": "multipart/form-data; boundary=x"})
    yield doctor.not_applicable(doctor.WRITE, "what is posted can't be deleted again")


def _tus(case: _Case) -> Iterator[Step]:
    offer = case.ask("OPTIONS", case.base)
    if offer.status in (401, 403):
        raise offer.error()
    speaks = "tus-version" in offer.headers or "tus-resumable" in offer.headers
    deletes = "termination" in offer.headers.get("tus-extension", "")
    head = {"Tus-Resumable": "1.0.0"}
    name = base64.b64encode(b"gantry-test").decode()
    created = None
    if deletes:
        size = {"Upload-Length": str(doctor.TEST_SIZE), "Upload-Metadata": f"filename {name}"}
        created = case.ask("POST", case.base, {**head, **size})
        if created.status in (401, 403):
            raise created.error()
    yield _signed_in(case)
    if not speaks:
        yield doctor.failed(doctor.SERVICE, _wrong_service(offer, "tus"))
        return
    yield doctor.passed(doctor.SERVICE, f"tus {offer.headers.get('tus-version', '1.0.0')[:30]}")
    most = offer.headers.get("tus-max-size", "")
    detail = f"{most} bytes" if most.isdecimal() else "none named"
    yield doctor.passed(doctor.LIMIT, f"{detail}; archives go in pieces")
    if created is None:
        yield doctor.not_applicable(doctor.WRITE, "the server deletes nothing")
        return
    try:
        created.expect({201})
        upload = urljoin(case.base, created.headers.get("location", ""))
        ours = urlsplit(case.base)
        upload = urlsplit(upload)._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()
        data = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        case.ask("PATCH", upload, {**head, **data}, bytes(doctor.TEST_SIZE)).expect({204, 200})
        case.ask("DELETE", upload, head).expect({204, 200})
    except GantryError as error:
        yield doctor.failed(doctor.WRITE, error)
        return
    yield doctor.passed(doctor.WRITE, f"{doctor.TEST_SIZE} bytes")


def _dicomweb(case: _Case) -> Iterator[Step]:
    answer = case.ask("GET", f"{case.base}/studies?limit=1", {"Accept": "application/dicom+json"})
    if answer.status in (401, 403):
        raise answer.error()
    yield _signed_in(case)
    known = answer.status == 204
    if answer.status == 200:
        try:
            known = isinstance(answer.json(), list)
        except ValueError:
            known = b"00080" in answer.body and not answer.whole  # a long list
    if not known:
        error = _wrong_service(answer, "DICOMweb")
        yield doctor.failed(doctor.SERVICE, error if answer.status == 200 else answer.error())
        return
    yield doctor.passed(doctor.SERVICE, "QIDO-RS answers")
    kind = 'multipart/related; type="application/dicom"; boundary=x'
    yield _limit(case, f"{case.base}/studies", {"Content-Type": kind})
    yield doctor.not_applicable(doctor.WRITE, "a test image would be taken for a patient's")


def _orthanc(case: _Case) -> Iterator[Step]:
    answer = case.ask("GET", f"{case.base}/system", {"Accept": "application/json"})
    if answer.status in (401, 403):
        raise answer.error()
    yield _signed_in(case)
    try:
        version = str(answer.expect({200}).json()["Version"])
    except (ValueError, KeyError, TypeError):
        yield doctor.failed(doctor.SERVICE, _wrong_service(answer, "Orthanc"))
        return
    except GantryError as error:
        yield doctor.failed(doctor.SERVICE, error)
        return
    yield doctor.passed(doctor.SERVICE, f"Orthanc {re.sub(r'[^0-9A-Za-z.+-]', '', version)[:30]}")
    yield _limit(case, f"{case.base}/instances", {"Content-Type": "application/dicom"})
    yield doctor.not_applicable(doctor.WRITE, "a test image would be taken for a patient's")


def _s3(case: _Case) -> Iterator[Step]:
    s3 = S3Destination(case.url, case.credentials, case.limits, case.options)
    try:
        answer = s3.request("GET", "", {"list-type": "2", "max-keys": "1"}, token=case.token)
        if answer.status in (401, 403):
            yield doctor.failed(doctor.SIGN_IN, s3.failure(answer))
            return
        yield _signed_in(case)
        if answer.status != 200 or b"<ListBucketResult" not in answer.body:
            error = s3.failure(answer) if answer.status != 200 else _wrong_service(answer, "S3")
            yield doctor.failed(doctor.SERVICE, error)
            return
        yield doctor.passed(doctor.SERVICE, f"bucket {s3.bucket}")
        yield doctor.not_applicable(doctor.LIMIT, "archives go in parts")
        try:
            s3.write_and_delete(f"gantry-test-{ULID()}", bytes(doctor.TEST_SIZE), case.token)
        except GantryError as error:
            yield doctor.failed(doctor.WRITE, error)
            return
        yield doctor.passed(doctor.WRITE, f"{doctor.TEST_SIZE} bytes")
    finally:
        s3.close()


def _xnat(case: _Case) -> Iterator[Step]:
    root, _, project = case.base.partition("?")[0].rpartition("/projects/")
    answer = case.ask("GET", f"{root}/data/projects/{project}?format=json")
    if answer.status in (401, 403):
        raise answer.error()
    yield _signed_in(case)
    if answer.status != 200 or answer.is_html:
        wrong = _wrong_service(answer, "XNAT") if answer.status == 200 else answer.error()
        yield doctor.failed(doctor.SERVICE, wrong)
        return
    yield doctor.passed(doctor.SERVICE, f"project {project}")
    path = f"{root}/data/services/import?import-handler=DICOM-zip&inbody=true"
    yield _limit(case, path, {"Content-Type": "application/x-gtar"})
    yield doctor.not_applicable(doctor.WRITE, "what is imported can't be deleted again")


_KINDS: dict[str, Callable[[_Case], Iterator[Step]]] = {
    "tus": _tus,
    "dicomweb": _dicomweb,
    "orthanc": _orthanc,
    "s3": _s3,
    "xnat": _xnat,
}


def _limit(case: _Case, url: str, headers: Mapping[str, str]) -> Step:
    """The biggest request that is let in."""
    try:
        found = largest_request(case.client, url, headers, case.token)
    except GantryError as error:  # some drop a connection that announces too much
        return doctor.not_applicable(doctor.LIMIT, f"the server does not say it: {error.detail}")
    if found.refusal is None:
        return doctor.passed(doctor.LIMIT, "none found")
    if found.is_open:
        return doctor.passed(doctor.LIMIT, f"more than {found.size} bytes a request")
    facts = found.refusal.error().facts
    who = str(facts.get("front_end", "the server"))
    setting = f", {facts['setting']}" if "setting" in facts else ""
    return doctor.passed(doctor.LIMIT, f"{found.size} bytes a request ({who}{setting})")
