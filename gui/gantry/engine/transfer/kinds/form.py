"""Sends an archive as a form POST, and judges the answer.

The contract: field `file`, `Idempotency-Key: "<parcel>"`, `Repr-Digest: sha-256=:…:` (RFC 9530);
`201` with `{"parcel", "sha256", "size", "location"}`, or `200` with the same if the parcel already
existed; `GET <url>/<parcel>` returns what is stored.

Other servers are judged by their answers: see `form_receipt`. They can't be asked, either. So
before the last bytes of a body are sent, the shipment is marked as handed over, and a parcel whose
answer is then lost is never sent again automatically.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from ulid import ULID

from gantry.engine import doctor_steps as steps
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Detail, Step
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.proof import SharedProof
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.fields import CONNECTION_FIELDS, web_form
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import ArchiveBody
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.http.doctor import (
    WebCase,
    over_http,
    signed_in,
    size_limit,
    wrong_service,
)
from gantry.engine.transfer.http.size_probe import largest_request
from gantry.engine.transfer.kind import (
    DestinationKind,
    Field,
    Row,
)
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.verdict.form_receipt import PROOF, is_definite, receipt, receipt_of
from gantry.engine.transfer.verdict.page import is_page
from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.success_rule import parse_rule, rule_from
from gantry.engine.trial import Trial

_LATER = frozenset({408, 425, 429, 502, 503, 504})  # a 500 may be how it says "no such page"
_FRAME = 1024  # bytes of the form around the archive, at most


class FormDetail(Detail):
    """The findings of a form's connection test."""

    ANSWERS = "something answers there"
    POSTED_STAYS = "what is posted can't be deleted again"


class FormDestination(Destination):
    """Any HTTP server that accepts a form with a file."""

    features = Features(proves_later=(SharedProof.SHA256,), splits=True, tries_out=True)

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        self.url = url
        self._client = Client(url, credentials, limits, options)
        self._field = options.field
        self._rule = parse_rule(options.success)
        if options.redirect not in ("", "ok"):
            raise GantryError(ErrorCode.CALL_INVALID, facts={"option": "redirect", "wanted": "ok"})
        self._redirect_ok = options.redirect == "ok"

    def send(self, shipment: Shipment) -> Receipt:
        """Makes one POST. Raises GantryError, Cancelled."""
        answer, sent = self.post(shipment)
        try:
            judged = self.judge(answer, sent)
        except GantryError as error:
            # Half an answer doesn't say what happened to the whole body.
            half = error.facts.get("reason") == "cut" and not answer.early
            if is_definite(answer) and not half:
                shipment.hand_over(False)
            raise
        shipment.hand_over(False)
        return judged

    def judge(self, answer: Answer, sent: Sent) -> Receipt:
        """Turns an answer into a receipt by this destination's rules. Raises GantryError."""
        return receipt_of(answer, sent, self.url, self._rule, self._redirect_ok)

    def post(self, shipment: Shipment) -> tuple[Answer, Sent]:
        """Sends the form, and returns any answer. Raises GantryError, Cancelled."""
        archive, progress = shipment.archive, shipment.progress
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{_quoted(self._field)}"; '
            f'filename="{_quoted(archive.parcel)}.tar.gz"\r\n'
            "Content-Type: application/gzip\r\n\r\n"
        ).encode()
        body = ArchiveBody(
            archive,
            head=head,
            tail=f"\r\n--{boundary}--\r\n".encode(),
            before_end=lambda: shipment.hand_over(True),
        )
        progress.sent, progress.to_send, progress.handed_over = 0, body.length, False

        def count(more: int) -> None:
            progress.sent += more

        def handed_over() -> None:
            progress.handed_over = True

        try:
            answer = self._client.request(
                "POST",
                self.url,
                token=shipment.token,
                headers={
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "Accept": "application/json, */*;q=0.1",
                    "Idempotency-Key": f'"{archive.parcel}"',
                    "Repr-Digest": repr_digest(archive.sha256),
                },
                body=body,
                sent=count,
                handed_over=handed_over,
            )
        finally:
            progress.handed_over = False
        return answer, Sent(archive, body.length)

    def try_out(self, shipment: Shipment) -> Trial:
        """Makes one POST, and judges its answer. Raises GantryError, Cancelled."""
        answer, sent = self.post(shipment)
        judged, problem = None, None
        try:
            judged = self.judge(answer, sent)
        except GantryError as error:
            problem = error
        moved = answer.status in (302, 303)
        option, value = ("redirect", "ok") if moved else ("success", rule_from(answer))
        return Trial(answer.status, answer.text, judged, problem, option, value)

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        """The largest archive that fits in a POST. Raises GantryError, Cancelled."""
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        found = largest_request(self._client, self.url, headers, token, most=most)
        return None if found.refusal is None or found.size <= _FRAME else found.size - _FRAME

    def ask(self, shipment: Shipment) -> Receipt | None:
        """Asks by parcel and SHA-256. None: it has not arrived, or the server doesn't offer this.

        Raises:
            GantryError: UNCLEAR, if the server doesn't offer this and the shipment was handed over;
                or it can't be asked now.
            Cancelled.
        """
        archive = shipment.archive
        parts = urlsplit(self.url)
        path = f"{parts.path.rstrip('/')}/{quote(archive.parcel, safe='')}"
        query = "&".join(filter(None, (parts.query, f"sha256={archive.sha256}")))
        answer = self._client.request(
            "GET",
            urlunsplit((parts.scheme, parts.netloc, path, query, "")),
            token=shipment.token,
            headers={"Accept": "application/json"},
        )
        if answer.status in _LATER:
            raise answer.error()
        try:
            said = answer.json()
        except ValueError:
            said = None
        if answer.status == 200 and isinstance(said, dict) and said.get("parcel") == archive.parcel:
            same = said.get("sha256") == archive.sha256
            if same and said.get("size", archive.size) == archive.size:
                sent = Sent(archive)
                return receipt(answer, sent, self.url, Outcome.ALREADY_THERE, PROOF, said)
        elif not _says_absent(answer.status, said):
            if shipment.handed_over and answer.is_cut:
                raise GantryError(ErrorCode.DISCONNECTED, facts=answer.facts(), transient=True)
            if shipment.handed_over:
                raise GantryError(ErrorCode.UNCLEAR, facts=answer.facts())
            return None
        shipment.hand_over(False)  # by the contract: this archive has not arrived
        return None

    def close(self) -> None:
        self._client.close()


def _says_absent(status: int, said: Any) -> bool:
    """Whether this is the answer of a receiver with this contract that doesn't have a parcel.

    Any other 404 may mean that the server has no such address.
    """
    error = said.get("error") if isinstance(said, dict) else None
    return status == 404 and isinstance(error, dict) and error.get("code") == "not-found"


def repr_digest(sha256: str) -> str:
    """The header of RFC 9530 for a hex digest."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode('ascii')}:"


def _quoted(text: str) -> str:
    """Encodes a form's parameter like a browser (HTML Living Standard, multipart encoding)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _examine(web: WebCase) -> Iterator[Step]:
    parcel = str(ULID())
    answer = web.ask("GET", f"{web.base.rstrip('/')}/{parcel}", {"Accept": "application/json"})
    yield signed_in(web, answer)
    # PHP and Flask label any output text/html: only tags make a page.
    if answer.status == 200 and answer.is_html and is_page(answer.text):
        yield steps.failed(steps.SERVICE, wrong_service(answer, "a receiver"))
        return
    answer = web.ask("OPTIONS", web.base)
    if answer.status == 404:
        yield steps.failed(steps.SERVICE, answer.error())
        return
    yield steps.passed(steps.SERVICE, FormDetail.ANSWERS)
    yield size_limit(web, web.base, {"Content-Type": "multipart/form-data; boundary=x"})
    yield steps.not_applicable(steps.WRITE, FormDetail.POSTED_STAYS)


KIND = DestinationKind(
    name="http",
    schemes=("http", "https"),
    label="Upload address (form POST)",
    example="https://host/upload",
    form=web_form(""),
    open=FormDestination,
    examine=over_http(_examine),
    words={
        FormDetail.ANSWERS: "A server responds there.",
        FormDetail.POSTED_STAYS: "Not tested: what is posted can't be deleted.",
    },
    row=Row(
        examples=("https://upload.example.org/parcels",),
        takes="the archive",
        resumes="the start; nothing twice, by parcel and SHA-256",
        proof="the receiver's SHA-256",
        tested="Gantry's receiver, nginx 1.22 in front of it, TLS",
    ),
    features=FormDestination.features,
    options=(
        *CONNECTION_FIELDS,
        Field("field", "Form field of the archive", "file", optional=True),
        Field(
            "success",
            "Answer that means “stored”",
            "auto, status, /code=0, text~REGEX",
            optional=True,
        ),
        Field("redirect", "Redirect after the upload", "ok", optional=True),
    ),
)
