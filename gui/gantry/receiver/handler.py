"""Answers requests to the receiver, within limits of size and time.

    POST /parcels         multipart/form-data, field `file`; `Idempotency-Key: "<parcel>"`,
                          `Repr-Digest: sha-256=:…:` (RFC 9530)
                          201, or 200 if it is held: {"parcel", "sha256", "size", "location", …}
    GET /parcels/<id>     200 with the same, or 404
    GET /                 200 {"service": "gantry-receiver", …}

Every error is `{"error": {"code", "message", …}}`.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import re
import shutil
import socket
import time
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from gantry import __version__
from gantry.receiver.limits import ReceiverLimits, TimedReader
from gantry.receiver.refusals import Refused, of_disk
from gantry.receiver.request_headers import boundary_of, digest_named, parcel_named, path_of
from gantry.receiver.storage import Conflict, Incoming, Storage, valid_id

_BLOCK = 1 << 18
_LINGER_SECONDS = 2.0


class Served(Protocol):
    """What a handler needs from its server."""

    storage: Storage
    token: str | None
    limits: ReceiverLimits

    def read_already(self, connection: socket.socket) -> bytes: ...


class Handler(BaseHTTPRequestHandler):
    server: Served  # type: ignore[assignment]
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        read = self.server.read_already(self.connection)
        self._timed = TimedReader(self.connection, self.server.limits, read)
        self.rfile.close()
        self.rfile = io.BufferedReader(self._timed, _BLOCK)
        self._body_left, self._has_body = 0, False

    def handle_one_request(self) -> None:
        self._timed.expect_head()
        self._body_left, self._has_body = 0, False
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()
            return
        self.close_connection = True

    def version_string(self) -> str:
        return f"gantry-receiver/{__version__}"

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing: a request's path is untrusted, and the parcels are in the store."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, method: Any) -> None:
        try:
            self._let_in()
            status, content = method()
        except Refused as refused:
            self._refuse(refused)
            return
        except TimeoutError:
            self._refuse(
                Refused(HTTPStatus.REQUEST_TIMEOUT, "timeout", "The body came too slowly.")
            )
            return
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            self._refuse(of_disk(error))
            return
        self._send(status, content)
        if self.close_connection and self._body_left:
            self._linger()

    def _let_in(self) -> None:
        """Checks the token, and that the request is not from a web page of another origin."""
        if self.request_version == "HTTP/0.9":  # no headers; from Python 3.14 on no mapping
            self.close_connection = True
            raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "version", "Speak HTTP/1.1.")
        lengths = self.headers.get_all("Content-Length", [])
        self._has_body = bool(lengths) or "Transfer-Encoding" in self.headers
        if self.headers.get("Origin"):
            raise Refused(HTTPStatus.FORBIDDEN, "browser", "Web pages may not send here.")
        if self.command != "POST" and (lengths or "Transfer-Encoding" in self.headers):
            # An unread body must not be taken for the next request (RFC 9112 §9.3).
            self.close_connection = True
        if "Transfer-Encoding" in self.headers:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "length", "Say the length; no chunks.")
        if len(set(lengths)) > 1 or (lengths and not re.fullmatch(r"[0-9]{1,18}", lengths[0])):
            raise Refused(HTTPStatus.BAD_REQUEST, "length", "The Content-Length is not a number.")
        self._body_left = int(lengths[0]) if lengths else 0
        token = self.server.token
        if token is not None:
            said = self.headers.get("Authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(said, f"Bearer {token}".encode()):
                raise Refused(HTTPStatus.UNAUTHORIZED, "token", "The token is missing or wrong.")

    def _get(self) -> tuple[HTTPStatus, dict[str, object]]:
        path = path_of(self.path)
        if path == "/":
            about = {"service": "gantry-receiver", "version": __version__}
            return HTTPStatus.OK, {**about, "limit": self.server.limits.size}
        parcel = path.removeprefix("/parcels/")
        held = None
        if parcel != path and valid_id(parcel):
            held = self.server.storage.held(parcel)
        if held is None:
            raise Refused(HTTPStatus.NOT_FOUND, "not-found", "Nothing is held under this name.")
        return HTTPStatus.OK, asdict(held)

    def _post(self) -> tuple[HTTPStatus, dict[str, object]]:
        if path_of(self.path).rstrip("/") not in ("", "/parcels"):
            raise Refused(HTTPStatus.NOT_FOUND, "not-found", "Archives are taken at /parcels.")
        if not self.headers.get("Content-Length"):
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "length", "Say the length.")
        parcel = parcel_named(self.headers)
        digest = digest_named(self.headers)
        boundary = boundary_of(self.headers)
        self._want_room()
        incoming = self.server.storage.begin()
        try:
            self._receive(incoming, boundary)
            sha256 = incoming.sha256
            if digest is not None and not hmac.compare_digest(digest, sha256):
                raise Refused(
                    HTTPStatus.UNPROCESSABLE_ENTITY, "digest-mismatch",
                    "What arrived is not what was sent.", sha256=sha256, size=incoming.size,
                )  # fmt: skip
            held, new = self.server.storage.keep(incoming, parcel or sha256)
        except Conflict:
            raise Refused(
                HTTPStatus.CONFLICT, "conflict", "Other bytes are held under this name."
            ) from None
        finally:
            incoming.discard()
        return HTTPStatus.CREATED if new else HTTPStatus.OK, asdict(held)

    def _want_room(self) -> None:
        limits = self.server.limits
        if self._body_left > limits.size:
            raise Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large",
                "The archive is larger than is taken here.", limit=limits.size,
            )  # fmt: skip
        free = shutil.disk_usage(self.server.storage.root).free
        if free - limits.reserve_of(free) < self._body_left:
            raise Refused(
                HTTPStatus.INSUFFICIENT_STORAGE, "disk-full", "The disk here is full.", free=free
            )

    def _receive(self, incoming: Incoming, boundary: str) -> None:
        """Parses the form as it streams in; only the field `file` is kept."""
        self._timed.expect_body()
        segment: MultipartSegment | None = None
        files = 0
        try:
            with PushMultipartParser(
                boundary, content_length=self._body_left, max_segment_count=16, strict=True
            ) as parser:
                while self._body_left:
                    block = self.rfile.read1(min(_BLOCK, self._body_left))
                    if not block:
                        raise ConnectionAbortedError("the sender is gone")
                    self._body_left -= len(block)
                    for event in parser.parse(block):
                        if isinstance(event, MultipartSegment):
                            segment = event
                            files += segment.name == "file"
                        elif event and segment is not None and segment.name == "file":
                            incoming.write(bytes(event))
        except MultipartError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "form", f"Not a form: {error}") from error
        if files != 1:
            raise Refused(HTTPStatus.BAD_REQUEST, "form", "One field `file` is wanted.")

    def _refuse(self, refused: Refused) -> None:
        # A body was not read, or its end is unknown; and a client without a token keeps no thread.
        if self.command != "GET" or refused.status is not HTTPStatus.NOT_FOUND:
            self.close_connection = True
        error = {"code": refused.code, "message": refused.message, **refused.more}
        extra = {}
        if refused.status is HTTPStatus.UNAUTHORIZED:
            extra["WWW-Authenticate"] = "Bearer"
        self._send(refused.status, {"error": error}, extra)
        if self._body_left or (self._has_body and self.close_connection):
            self._linger()

    def _linger(self) -> None:
        """Gives the sender time to read the answer before a reset discards it (RFC 9112 §9.6)."""
        end = time.monotonic() + _LINGER_SECONDS
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(0.5)
            while time.monotonic() < end and self.connection.recv(_BLOCK):
                pass

    def _send(
        self, status: HTTPStatus, content: dict[str, object], extra: dict[str, str] | None = None
    ) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.connection.settimeout(self.server.limits.idle)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.CREATED:
            self.send_header("Location", str(content.get("location", "")))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """http.server's own refusals (bad request line, unknown method) in the same form."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send(status, {"error": {"code": "http", "message": status.phrase}})
