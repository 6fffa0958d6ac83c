"""Sends an archive as a form POST, and reads what came back as a receipt, or not as one.

The contract: field `file`, `Idempotency-Key: "<parcel>"`, `Repr-Digest: sha-256=:…:` (RFC 9530);
`201` with `{"parcel", "sha256", "size", "location"}`, or `200` with the same where the parcel was
there already; `GET <url>/<parcel>` tells what is held.

Servers that know nothing of the contract are taken at their word only where it is unambiguous:
see `receipt_of`.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.answer import Answer, clean
from gantry.engine.transfer.body import ArchiveBody
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.size_probe import largest_request

PROOF = "receiver's SHA-256"

_TAKEN = frozenset({200, 201, 202, 204})
_LATER = frozenset({408, 425, 429, 502, 503, 504})  # a 500 may be how it says "no such page"
_FRAME = 1024  # bytes of the form around the archive, at most
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FAILED_STATES = frozenset({"error", "fail", "failed", "failure", "rejected"})


class FormDestination:
    """Any HTTP server that takes a form with a file in it."""

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        self._url = url
        self._client = Client(url, credentials, limits, options)
        self._field = options.field

    @property
    def url(self) -> str:
        return self._url

    def send(self, shipment: Shipment) -> Receipt:
        """One POST. Raises GantryError, Cancelled."""
        archive, progress = shipment.archive, shipment.progress
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{_quoted(self._field)}"; '
            f'filename="{_quoted(archive.parcel)}.tar.gz"\r\n'
            "Content-Type: application/gzip\r\n\r\n"
        ).encode()
        body = ArchiveBody(archive, head=head, tail=f"\r\n--{boundary}--\r\n".encode())
        progress.sent, progress.to_send, progress.handed_over = 0, body.length, False

        def count(more: int) -> None:
            progress.sent += more

        def handed_over() -> None:
            progress.handed_over = True

        try:
            answer = self._client.request(
                "POST",
                self._url,
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
        return receipt_of(answer, archive, self._url)

    def size_limit(self, token: CancelToken) -> int | None:
        """The biggest archive that fits in a POST. Raises GantryError, Cancelled."""
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        found = largest_request(self._client, self._url, headers, token)
        return None if found.refusal is None else max(0, found.size - _FRAME)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """Asks by parcel and SHA-256. None also from servers that don't offer this."""
        archive = shipment.archive
        parts = urlsplit(self._url)
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
        if answer.status != 200 or answer.is_html:
            return None
        try:
            said = answer.json()
        except ValueError:
            return None
        if not isinstance(said, dict) or said.get("parcel") != archive.parcel:
            return None
        if said.get("sha256") != archive.sha256 or said.get("size", archive.size) != archive.size:
            return None
        return _receipt(answer, archive, self._url, Outcome.ALREADY_THERE, PROOF, said)

    def close(self) -> None:
        self._client.close()


def receipt_of(answer: Answer, archive: Archive, url: str) -> Receipt:
    """The receipt that an answer to a whole archive amounts to.

    Delivered is 200, 201, 202 or 204 with
    - JSON with a `sha256`, which must be the archive's (and `parcel` and `size`, where said); or,
    - given after the whole body, with the server's word only (the proof is then ""): 201
      or 204 with or without a body, 200 or 202 with one; not an HTML page, not broken JSON, not
      JSON that reports a failure. A sign-in page or a hotel's Wi-Fi answers 200 too.

    Raises:
        GantryError: NOT_A_RECEIPT, RECEIPT_MISMATCH, REJECTED, DISCONNECTED, or `http.…`.
    """
    if answer.status not in _TAKEN:
        raise _refusal(answer)
    facts: dict[str, Fact] = {**answer.facts(), "parcel": archive.parcel}
    private: dict[str, Fact] = {"words": answer.words} if answer.words else {}

    def failed(code: ErrorCode, reason: str, *, transient: bool = False) -> GantryError:
        return GantryError(
            code,
            facts={**facts, "reason": reason},
            private=private,
            detail=f"HTTP {answer.status}, {answer.media_type or 'no media type'}, "
            f"{len(answer.body)} bytes: {reason}",
            transient=transient,
        )

    if not answer.whole:
        raise failed(ErrorCode.NOT_A_RECEIPT, "cut", transient=True)
    if answer.is_html:
        raise failed(ErrorCode.NOT_A_RECEIPT, "html")
    said: Any = None
    body = answer.body.strip()
    if answer.media_type.endswith("json") or body[:1] in (b"{", b"["):
        try:
            said = answer.json() if body else None
        except ValueError:
            raise failed(ErrorCode.NOT_A_RECEIPT, "cut", transient=True) from None
    if not body and answer.status in (200, 202):
        raise failed(ErrorCode.NOT_A_RECEIPT, "empty")
    if answer.early and not (isinstance(said, dict) and "sha256" in said):
        raise failed(ErrorCode.NOT_A_RECEIPT, "early")
    if not isinstance(said, dict):
        return _receipt(answer, archive, url, Outcome.STORED, "", {})
    if "sha256" in said:
        if str(said["sha256"]).lower() != archive.sha256:
            theirs = str(said["sha256"]).lower()
            facts["theirs"] = theirs if _SHA256.fullmatch(theirs) else "not a SHA-256"
            raise failed(ErrorCode.RECEIPT_MISMATCH, "sha256", transient=True)
        for key, ours in (("size", archive.size), ("parcel", archive.parcel)):
            if said.get(key, ours) != ours:
                raise failed(ErrorCode.RECEIPT_MISMATCH, key, transient=True)
        known = answer.status == 200 and "parcel" in said
        outcome = Outcome.ALREADY_THERE if known else Outcome.STORED
        return _receipt(answer, archive, url, outcome, PROOF, said)
    if _reports_failure(said):
        raise failed(ErrorCode.REJECTED, "said so")
    return _receipt(answer, archive, url, Outcome.STORED, "", said)


def repr_digest(sha256: str) -> str:
    """The header of RFC 9530 for a hex digest."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode('ascii')}:"


def now_utc() -> str:
    """RFC 3339, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refusal(answer: Answer) -> GantryError:
    """The error for a refused POST; bytes spoilt on the way are the one 4xx worth repeating."""
    error = answer.error()
    try:
        said = answer.json()
    except ValueError:
        return error
    inner = said.get("error") if isinstance(said, dict) else None
    if isinstance(inner, dict) and inner.get("code") == "digest-mismatch":
        return GantryError(
            ErrorCode.RECEIPT_MISMATCH,
            facts={**error.facts, "reason": "sha256"},
            private=error.private,
            detail=error.detail,
            transient=True,
        )
    if isinstance(inner, dict) and isinstance(inner.get("limit"), int):
        error.facts["limit"] = inner["limit"]
    return error


def _reports_failure(said: dict[str, Any]) -> bool:
    if said.get("success") is False or said.get("ok") is False:
        return True
    if said.get("error") or said.get("errors"):
        return True
    return str(said.get("status", "")).lower() in _FAILED_STATES


def _receipt(
    answer: Answer,
    archive: Archive,
    url: str,
    outcome: Outcome,
    proof: str,
    said: dict[str, Any],
) -> Receipt:
    place = answer.headers.get("location", "") or said.get("location") or said.get("id") or ""
    return Receipt(
        destination=url,
        time=now_utc(),
        status=answer.status,
        sha256=archive.sha256,
        size=archive.size,
        outcome=outcome,
        location=clean(str(place), 500, " "),
        body=answer.text,
        proof=proof,
    )


def _quoted(text: str) -> str:
    """A form's parameter as browsers write it (HTML Living Standard, multipart encoding)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
