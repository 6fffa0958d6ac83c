"""Sends one POST to a webhook whose address was checked first; only the status is read.

Signed according to Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and
`webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body">`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3

from gantry import __version__
from gantry.alerts.outbox import Waiting
from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.http.access import header_value, tls_context
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.run_with_timeout import run_patiently

SECONDS = 10.0  # for everything: look-up, connection, sending, status line
_METADATA = frozenset({"metadata", "metadata.google.internal", "instance-data"})
_METADATA_ADDRESSES = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200")))
_TEMPORARY = frozenset({408, 425, 429})
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AlertFailed(Exception):
    """An alert failed. `reason` is a word for the log; `lasting`: retrying is useless."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lasting = reason, lasting


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where alerts go.

    Attributes:
        secret: signs them; "" leaves them unsigned.
        intranet: the user allowed a target in the user's own network.
        loopback_http: the user allowed plain http to this computer.
        ca_file: certificates (PEM) to trust in addition to the system's.
    """

    url: str
    secret: str = field(default="", repr=False)
    intranet: bool = False
    loopback_http: bool = False
    ca_file: str = ""

    def send(self, waiting: Waiting, token: CancelToken | None = None) -> int:
        """Sends one alert; returns the status.

        Raises:
            AlertFailed.
            Cancelled: by the token.
        """
        check_url(self.url, loopback_http=self.loopback_http)
        end = time.monotonic() + SECONDS
        try:
            status = run_patiently(
                lambda: self._post(waiting),
                token=token,
                give_up=lambda: time.monotonic() > end,
                name="gantry-alert",
            )
        except TimeoutError:
            raise AlertFailed("timeout") from None
        if 200 <= status < 300:
            return status
        lasting = 300 <= status < 500 and status not in _TEMPORARY
        raise AlertFailed(
            "redirect" if 300 <= status < 400 else f"status {status}", lasting=lasting
        )

    def _post(self, waiting: Waiting) -> int:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._address(host, port)
        body = json.dumps({**waiting.payload, "id": waiting.id}, ensure_ascii=False).encode()
        timeout = urllib3.Timeout(connect=SECONDS, read=SECONDS)
        # Connects to the address that was checked, even if the name resolves to another a moment
        # later; certificate and Host header still use the name.
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address, port, timeout=timeout, retries=False, server_hostname=host,
                assert_hostname=host, ssl_context=tls_context(Options(ca_file=self.ca_file)),
            )  # fmt: skip
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            answer = pool.request(
                "POST", target, body=body, headers=self._headers(parts.netloc, waiting.id, body),
                redirect=False, preload_content=False,
            )  # fmt: skip
            status = int(answer.status)
            answer.close()  # no byte of its body is read
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise AlertFailed(type(error).__name__) from None
        finally:
            pool.close()
        return status

    def _address(self, host: str, port: int) -> str:
        """The first of the host's addresses, if each of them may be connected to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise AlertFailed("name not found") from None
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            self._check_address(ipaddress.ip_address(address.split("%")[0]))
        return addresses[0]

    def _check_address(self, address: _Address) -> None:
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        if inner is not None:
            self._check_address(inner)
        if address.is_link_local or address.is_multicast or address.is_unspecified or (
            address in _METADATA_ADDRESSES
        ):  # fmt: skip
            raise AlertFailed("forbidden address", lasting=True)
        if address.is_loopback:
            if not (self.loopback_http or self.intranet):
                raise AlertFailed("this computer", lasting=True)
        elif self.url.startswith("http:"):
            raise AlertFailed("http", lasting=True)
        elif not address.is_global and not self.intranet:
            raise AlertFailed("own network", lasting=True)

    def _headers(self, host: str, number: str, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        headers = {
            "Host": host,
            "Content-Type": "application/json",
            "User-Agent": f"gantry/{__version__}",
            "webhook-id": number,
            "webhook-timestamp": stamp,
        }
        if self.secret:
            signed = f"{number}.{stamp}.".encode() + body
            digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
            headers["webhook-signature"] = header_value(f"v1,{base64.b64encode(digest).decode()}")
        return headers


def check_url(url: str, *, loopback_http: bool = False) -> None:
    """Checks that a URL may be a webhook's at all.

    Raises:
        AlertFailed: it may not; lasting.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        raise AlertFailed("not a URL", lasting=True) from None
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback_http):
        raise AlertFailed("http", lasting=True)
    if not host or host.lower().rstrip(".") in _METADATA:
        raise AlertFailed("forbidden address", lasting=True)
    if "@" in parts.netloc:
        raise AlertFailed("user in the URL", lasting=True)
    if any(c <= " " or c == "\x7f" for c in url) or not url.isascii():
        raise AlertFailed("not a URL", lasting=True)
