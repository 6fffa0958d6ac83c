"""What the receiver answers to a request, bounded in size, time and manners.

    POST /parcels         multipart/form-data, field `file`; `Idempotency-Key: "<parcel>"`,
                          `Repr-Digest: sha-256=:…:` (RFC 9530)
                          201, or 200 if it is held: {"parcel", "sha256", "size", "location", …}
    GET /parcels/<id>     200 with the same, or 404
    GET /                 200 {"service": "gantry-receiver", …}

Every error is `{"error": {"code", "message", …}}`.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import hmac
import io
import json
import logging
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
    parse_options_header,
)

from gantry import __version__
from gantry.receiver.limits import ReceiverLimits, TimedReader
from gantry.receiver.storage import Conflict, Incoming, Storage, valid_id

log = logging.getLogger(__name__)

_BLOCK = 1 << 18
_KEY = re.compile(r'"([^"\\]{1,64})"|([^"\s,;]{1,64})')
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")
_LINGER_SECONDS = 2.0


class Served(Protocol):
    """What a handler needs of its server."""

    storage: Storage
    token: str | None
    limits: ReceiverLimits


class _Refused(Exception):
    """An answer other than success; `code` is stable, `message` is for people."""

    def __init__(self, status: HTTPStatus, code: str, message: str, **more: object) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.more = status, code, message, more


class Handler(BaseHTTPRequestHandler):
    server: Served  # type: ignore[assignment]
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self._timed = TimedReader(self.connection, self.server.limits)
        self.rfile.close()
        self.rfile = io.BufferedReader(self._timed, _BLOCK)
        self._body_left = 0

    def handle_one_request(self) -> None:
        self._timed.expect_head()
        self._body_left = 0
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()
            return
        self.close_connection = True

    def version_string(self) -> str:
        return f"gantry-receiver/{__version__}"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request's path is a stranger's word, and the parcels are in the store."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, method: Any) -> None:
        try:
            self._let_in()
            status, content = method()
        except _Refused as refused:
            self._refuse(refused)
            return
        except TimeoutError:
            self._refuse(
                _Refused(HTTPStatus.REQUEST_TIMEOUT, "timeout", "The body came too slowly.")
            )
            return
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            self._refuse(_disk(error))
            return
        self._send(status, content)

    def _let_in(self) -> None:
        """Checks the token; and that no web page of another origin is speaking."""
        if self.headers.get("Origin"):
            raise _Refused(HTTPStatus.FORBIDDEN, "browser", "Web pages may not send here.")
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding"):
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "length", "Say the length; no chunks.")
        if len(set(lengths)) > 1 or (lengths and not re.fullmatch(r"[0-9]{1,18}", lengths[0])):
            raise _Refused(HTTPStatus.BAD_REQUEST, "length", "The Content-Length is not a number.")
        self._body_left = int(lengths[0]) if lengths else 0
        token = self.server.token
        if token is not None:
            said = self.headers.get("Authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(said, f"Bearer {token}".encode()):
                raise _Refused(HTTPStatus.UNAUTHORIZED, "token", "The token is missing or wrong.")

    def _get(self) -> tuple[HTTPStatus, dict[str, object]]:
        path = self.path.split("?")[0]
        if path == "/":
            about = {"service": "gantry-receiver", "version": __version__}
            return HTTPStatus.OK, {**about, "limit": self.server.limits.size}
        parcel = path.removeprefix("/parcels/")
        held = None
        if parcel != path and valid_id(parcel):
            held = self.server.storage.held(parcel)
        if held is None:
            raise _Refused(HTTPStatus.NOT_FOUND, "not-found", "Nothing is held under this name.")
        return HTTPStatus.OK, asdict(held)

    def _post(self) -> tuple[HTTPStatus, dict[str, object]]:
        if self.path.split("?")[0].rstrip("/") not in ("", "/parcels"):
            raise _Refused(HTTPStatus.NOT_FOUND, "not-found", "Archives are taken at /parcels.")
        if not self.headers.get("Content-Length"):
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "length", "Say the length.")
        parcel = self._parcel_named()
        digest = self._digest_named()
        boundary = self._boundary()
        self._want_room()
        incoming = self.server.storage.begin()
        try:
            self._receive(incoming, boundary)
            sha256 = incoming.sha256
            if digest is not None and not hmac.compare_digest(digest, sha256):
                raise _Refused(
                    HTTPStatus.UNPROCESSABLE_ENTITY, "digest-mismatch",
                    "What arrived is not what was sent.", sha256=sha256, size=incoming.size,
                )  # fmt: skip
            held, new = self.server.storage.keep(incoming, parcel or sha256)
        except Conflict:
            raise _Refused(
                HTTPStatus.CONFLICT, "conflict", "Other bytes are held under this name."
            ) from None
        finally:
            incoming.discard()
        return HTTPStatus.CREATED if new else HTTPStatus.OK, asdict(held)

    def _parcel_named(self) -> str:
        said = self.headers.get("Idempotency-Key", "").strip()
        if not said:
            return ""
        key = _KEY.fullmatch(said)
        parcel = (key.group(1) or key.group(2)) if key else ""
        if not valid_id(parcel):
            raise _Refused(HTTPStatus.BAD_REQUEST, "parcel", "This name can't be a parcel's.")
        return parcel

    def _digest_named(self) -> str | None:
        said = self.headers.get("Repr-Digest", "")
        if "sha-256" not in said:
            return None
        found = _DIGEST.search(said)
        with contextlib.suppress(binascii.Error):
            if found:
                return base64.b64decode(found.group(1), validate=True).hex()
        raise _Refused(HTTPStatus.BAD_REQUEST, "digest", "The Repr-Digest can't be read.")

    def _boundary(self) -> str:
        media_type, options = parse_options_header(self.headers.get("Content-Type", ""))
        boundary = options.get("boundary", "")
        if media_type != "multipart/form-data" or not 0 < len(boundary) <= 70:
            raise _Refused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", "Send multipart/form-data."
            )
        return str(boundary)

    def _want_room(self) -> None:
        limits = self.server.limits
        if self._body_left > limits.size:
            raise _Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large",
                "The archive is larger than is taken here.", limit=limits.size,
            )  # fmt: skip
        free = shutil.disk_usage(self.server.storage.root).free
        if free - limits.reserve < self._body_left:
            raise _Refused(
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
            raise _Refused(HTTPStatus.BAD_REQUEST, "form", f"Not a form: {error}") from error
        if files != 1:
            raise _Refused(HTTPStatus.BAD_REQUEST, "form", "One field `file` is wanted.")

    def _refuse(self, refused: _Refused) -> None:
        if self.command != "GET":  # its body was not read, or its end is not known
            self.close_connection = True
        error = {"code": refused.code, "message": refused.message, **refused.more}
        extra = {}
        if refused.status is HTTPStatus.UNAUTHORIZED:
            extra["WWW-Authenticate"] = "Bearer"
        self._send(refused.status, {"error": error}, extra)
        if self._body_left:
            self._linger()

    def _linger(self) -> None:
        """Lets the sender read the answer before a reset would take it away (RFC 9112 §9.6)."""
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


def _disk(error: OSError) -> _Refused:
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", 0) in (39, 112):
        return _Refused(HTTPStatus.INSUFFICIENT_STORAGE, "disk-full", "The disk here is full.")
    log.error("the receiver can't store: %s", type(error).__name__)
    return _Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "storage", "It could not be stored.")
