"""Who we are to a server and whom we trust: options, sign-in, certificates, origins."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from urllib.parse import quote, urlsplit

import requests
import truststore
from requests.auth import AuthBase

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.answer import host_of
from gantry.engine.transfer.bandwidth import Bandwidth
from gantry.engine.transfer.destination import Credentials

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True)
class Options:
    """What a destination may be told beyond its URL.

    Attributes:
        header: the name of the header that carries `Credentials.token`, in place of
            `Authorization: Bearer`.
        ca_file: certificates (PEM) to trust besides the system's.
        client_certificate, client_key: PEM files for sign-in by certificate.
        proxy: a proxy's URL; "" means the system's, "none" means none.
        plain_password_ok: the user agreed that this secret goes over http to another computer.
        bandwidth: shared by all sends to this destination.
        field: the form's field that takes the archive.
        auth: signs requests in place of the credentials (OAuth); if it has a `renew()` that says
            True after a 401, the request is made once more.
    """

    header: str = ""
    ca_file: str = ""
    client_certificate: str = ""
    client_key: str = ""
    proxy: str = dataclass_field(default="", repr=False)  # may hold a password
    plain_password_ok: bool = False
    bandwidth: Bandwidth | None = None
    field: str = "file"
    auth: Auth | None = None


class SignIn(AuthBase):
    """Puts the secret on a request. As a callable it also keeps requests from asking .netrc."""

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
    """Raises CREDENTIALS_EXPOSED where a secret would go over plain http to another computer."""
    parts = urlsplit(url)
    far = not is_loopback(parts.hostname or "")
    if parts.scheme == "http" and far and not options.plain_password_ok:
        raise GantryError(ErrorCode.CREDENTIALS_EXPOSED, facts={"host": host_of(url)})


def tls_context(options: Options) -> ssl.SSLContext:
    """Trusts what the system trusts, and `ca_file`; TLS 1.2 or newer; checks the host's name."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if options.ca_file:
            context.load_verify_locations(cafile=options.ca_file)
        if options.client_certificate:
            context.load_cert_chain(options.client_certificate, options.client_key or None)
    except OSError as error:  # ssl.SSLError is one
        raise GantryError(
            ErrorCode.DESTINATION_INVALID,
            facts={"reason": "certificate file"},
            detail=f"{type(error).__name__}: {error.strerror or error}",
        ) from error
    return context


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 9110 §4.3.1); what two URLs must share to share a secret."""
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
    """A header's value that can't end the header: controls dropped, other than ASCII quoted."""
    text = re.sub(r"[\x00-\x1f\x7f]", "", text).strip()
    return text if text.isascii() else quote(text.encode("utf-8", "replace"), safe=_PRINTABLE)
