"""Sign-in and trust: options, credentials, certificates, origins."""

from __future__ import annotations

import ipaddress
import re
import ssl
from urllib.parse import quote, urlsplit

import requests
import truststore
from requests.auth import AuthBase

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.answer import host_of
from gantry.engine.transfer.options import Options

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


class RequestAuth(AuthBase):
    """Adds the secret to a request. Being callable, it also keeps requests from reading .netrc."""

    def __init__(self, credentials: Credentials, header: str = "") -> None:
        self._credentials, self._header = credentials, header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        known = self._credentials
        if known.token:
            name = self._header or "Authorization"
            value = known.token if self._header else f"Bearer {known.token}"
            request.headers[name] = header_value(value)
        elif known.user or known.password:
            basic = requests.auth.HTTPBasicAuth(  # UTF-8, as RFC 7617 recommends
                known.user.encode(), known.password.encode()
            )
            basic(request)
        return request


def want_consent(url: str, options: Options) -> None:
    """Raises CREDENTIALS_EXPOSED if a secret would be sent over plain http to another computer."""
    parts = urlsplit(url)
    far = not is_loopback(parts.hostname or "")
    if parts.scheme == "http" and far and not options.plain_password_ok:
        raise GantryError(ErrorCode.CREDENTIALS_EXPOSED, facts={"host": host_of(url)})


def tls_context(options: Options) -> ssl.SSLContext:
    """A context that trusts the system's certificates and `ca_file`, with TLS 1.2 or newer.

    Raises:
        GantryError: DESTINATION_INVALID, for a file or the key's passphrase.
    """
    is_locked = False

    def passphrase() -> str:  # otherwise OpenSSL would ask at the terminal, and wait
        nonlocal is_locked
        is_locked = True
        return options.key_password()

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if options.ca_file:
            context.load_verify_locations(cafile=options.ca_file)
        if options.client_certificate:
            context.load_cert_chain(
                options.client_certificate, options.client_key or None, passphrase
            )
    except (OSError, ValueError) as error:  # ssl.SSLError; a passphrase too long for OpenSSL
        words = getattr(error, "strerror", "") or error
        raise GantryError(
            ErrorCode.DESTINATION_INVALID,
            facts={"reason": "key passphrase" if is_locked else "certificate file"},
            detail=f"{type(error).__name__}: {words}",
        ) from error
    return context


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 9110 §4.3.1), which two URLs must share to share a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        return parts.scheme, (parts.hostname or "").lower().rstrip("."), port
    except ValueError:
        return "", "", 0


def is_loopback(host: str) -> bool:
    """Whether the host is this computer."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def header_value(text: str) -> str:
    """A value that can't end its header: controls are dropped, non-ASCII characters quoted."""
    text = re.sub(r"[\x00-\x1f\x7f]", "", text).strip()
    return text if text.isascii() else quote(text.encode("utf-8", "replace"), safe=_PRINTABLE)
