"""Reads a certificate that was refused, so that the error can name its issuer and dates."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_COMMON_NAME = bytes.fromhex("550403")  # OID 2.5.4.3
_ORGANISATION = bytes.fromhex("55040a")  # OID 2.5.4.10
_STRINGS = {0x0C: "utf-8", 0x13: "latin-1", 0x14: "latin-1", 0x16: "latin-1", 0x1E: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an error says about a certificate. None of it is trusted: it was refused."""

    subject: str
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    server_time: datetime | None = None


def look_at(host: str, port: int, *, timeout: float) -> Certificate | None:
    """Fetches the server's certificate without trusting it; sends only `HEAD /`.

    Returns None if that fails. The server's time comes from its Date header.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as tls,
        ):
            der = tls.getpeercert(binary_form=True) or b""
            try:
                name = f"[{host}]" if ":" in host else host
                question = f"HEAD / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
                tls.sendall(question.encode("ascii"))
                head = tls.recv(8192)
            except (OSError, UnicodeError):
                head = b""
    except (OSError, ValueError):
        return None
    return parse(der, _date(head))


def parse(der: bytes, server_time: datetime | None = None) -> Certificate | None:
    """Reads the names and dates of an X.509 certificate (RFC 5280 §4.1); None if invalid."""
    try:
        (_, whole), *_rest = _elements(der)
        (_, signed), *_rest = _elements(whole)
        fields = [item for item in _elements(signed) if item[0] != 0xA0]  # [0] is the version
        _serial, _algorithm, issuer, validity, subject = fields[:5]
        before, after = (_time(tag, value) for tag, value in _elements(validity[1]))
        return Certificate(_name(subject[1]), _name(issuer[1]), before, after, server_time)
    except (IndexError, ValueError):
        return None


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and content of each DER element in `data`."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + length > len(data):
            raise ValueError("an element is longer than its frame")
        yield tag, data[at : at + length]
        at += length


def _name(content: bytes) -> str:
    found: dict[bytes, str] = {}
    for _, part in _elements(content):
        for _, pair in _elements(part):
            (_, oid), (tag, value) = list(_elements(pair))[:2]
            found.setdefault(oid, value.decode(_STRINGS.get(tag, "utf-8"), "replace"))
    common, organisation = found.get(_COMMON_NAME, ""), found.get(_ORGANISATION, "")
    if common and organisation and organisation not in common:
        return f"{common} ({organisation})"
    return common or organisation


def _time(tag: int, value: bytes) -> datetime | None:
    text = value.decode("ascii")
    if tag == 0x17:  # UTCTime: two digits of year, 50 to 99 mean 19xx
        text = ("19" if text[:2] >= "50" else "20") + text
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _date(head: bytes) -> datetime | None:
    for line in head.split(b"\r\n"):
        if line[:5].lower() == b"date:":
            return parse_date(line[5:].decode("latin-1"))
    return None


def parse_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110 §5.6.7) in UTC, or None if invalid."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
