"""Parses the headers of a request to the receiver: path, parcel, digest, form."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from email.message import Message
from http import HTTPStatus
from urllib.parse import urlsplit

from multipart import parse_options_header  # type: ignore[import-untyped]

from gantry.receiver.refusals import Refused
from gantry.receiver.storage import valid_id

_KEY = re.compile(r'"([^"\\]{1,64})"|([^"\s,;]{1,64})')
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")


def path_of(target: str) -> str:
    """The requested path; it may include scheme and host (RFC 9112 §3.2.2)."""
    if target.startswith("/"):
        return target.split("?")[0]
    with contextlib.suppress(ValueError):
        parts = urlsplit(target)
        if parts.scheme in ("http", "https"):
            return parts.path or "/"
    return ""


def parcel_named(headers: Message) -> str:
    """The parcel of the Idempotency-Key; "" if there is none. Raises Refused."""
    said = headers.get("Idempotency-Key", "").strip()
    if not said:
        return ""
    key = _KEY.fullmatch(said)
    parcel = (key.group(1) or key.group(2)) if key else ""
    if not valid_id(parcel):
        raise Refused(HTTPStatus.BAD_REQUEST, "parcel", "This name can't be a parcel's.")
    return parcel


def digest_named(headers: Message) -> str | None:
    """The SHA-256 of the Repr-Digest (RFC 9530), in hex. Raises Refused."""
    said = headers.get("Repr-Digest", "")
    if "sha-256" not in said:
        return None
    found = _DIGEST.search(said)
    with contextlib.suppress(binascii.Error):
        if found:
            return base64.b64decode(found.group(1), validate=True).hex()
    raise Refused(HTTPStatus.BAD_REQUEST, "digest", "The Repr-Digest can't be read.")


def boundary_of(headers: Message) -> str:
    """The boundary between the form's fields. Raises Refused."""
    media_type, options = parse_options_header(headers.get("Content-Type", ""))
    boundary = options.get("boundary", "")
    if media_type != "multipart/form-data" or not 0 < len(boundary) <= 70:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", "Send multipart/form-data.")
    return str(boundary)
