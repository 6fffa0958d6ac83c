"""Which error a failed connection is: the exception's whole ancestry, read once, in one place."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as urllib3_errors

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.transfer.answer import address, host_of
from gantry.engine.transfer.certificate import Certificate, look_at
from gantry.engine.transfer.wire import Exchange, NoAnswer, NoProgress

CAUGHT = (
    requests.RequestException,
    urllib3_errors.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # URL and header parsers; UnicodeError is one too
)

_CLOCK_TOLERANCE = 3600.0
# OpenSSL's X509_V_ERR_…, Windows' CERT_E_…, Apple's errSec…
_EXPIRED = {10, 0x800B0101, -67818}
_NOT_YET = {9, -67819}
_WRONG_HOST = {62, 64, 0x800B010F, -67602}
_UNREACHABLE = {
    errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL,
    getattr(errno, "EHOSTDOWN", -1), 10050, 10051, 10064, 10065,
}  # fmt: skip
_TUNNEL = re.compile(r"[Tt]unnel connection failed: (\d{3})")


def diagnose(
    error: BaseException,
    url: str,
    exchange: Exchange,
    *,
    proxy: str = "",
) -> GantryError:
    """The GantryError for an exception of requests, urllib3, ssl or the socket.

    Facts: `host`, always; `proxy`, `phase` (connect, send, answer), `issuer`, `name`, `from`,
    `until`, `ours`, `theirs`, `reason` where they apply.
    """
    facts: dict[str, Fact] = {"host": host_of(url)}
    family = list(_ancestry(error))
    if exchange.cut is not None:
        family.append(exchange.cut)
    detail = _detail(family)

    def failed(code: ErrorCode, *, transient: bool = True, **more: Fact) -> GantryError:
        return GantryError(code, facts={**facts, **more}, detail=detail, transient=transient)

    refused = next((e for e in family if isinstance(e, ssl.SSLCertVerificationError)), None)
    if refused is not None:
        return _untrusted(refused, url, exchange, facts, detail, proxied=bool(proxy))
    tunnel = _TUNNEL.search(" ".join(str(e) for e in family))
    if tunnel or _first(family, urllib3_errors.ProxyError, requests.exceptions.ProxyError):
        if tunnel and tunnel.group(1) == "407":
            return failed(ErrorCode.HTTP_407, transient=False, proxy=host_of(proxy), status=407)
        return failed(ErrorCode.PROXY_FAILED, proxy=host_of(proxy))
    if _first(family, NoProgress):
        return failed(ErrorCode.NO_PROGRESS, phase="send", seconds=exchange.limits.idle)
    if _first(family, NoAnswer):
        return failed(ErrorCode.TIMED_OUT, phase="answer", seconds=exchange.limits.answer)
    if _first(family, socket.gaierror, urllib3_errors.NameResolutionError):
        return failed(ErrorCode.DNS_FAILED)
    numbers = {n for e in family if isinstance(e, OSError) for n in (e.errno, _winerror(e)) if n}
    if _first(family, ConnectionRefusedError):
        return failed(ErrorCode.REFUSED)
    if numbers & _UNREACHABLE:
        return failed(ErrorCode.UNREACHABLE)
    if _first(family, TimeoutError, urllib3_errors.TimeoutError, requests.Timeout):
        return failed(ErrorCode.TIMED_OUT, phase="connect", seconds=exchange.limits.connect)
    if _is_cut(family):
        return failed(ErrorCode.DISCONNECTED, phase=_phase(exchange), sent=exchange.sent)
    if tls := _first(family, ssl.SSLError):
        reason = str(getattr(tls, "reason", "") or "")
        plain = reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
        return failed(
            ErrorCode.TLS_FAILED, transient=False, reason="not TLS" if plain else reason.lower()
        )
    if _first(family, http.client.HTTPException, urllib3_errors.ProtocolError):
        return failed(ErrorCode.HTTP_UNEXPECTED, transient=False, reason="not HTTP")
    if _first(
        family,
        urllib3_errors.LocationParseError,
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
        UnicodeError,
    ):
        return GantryError(
            ErrorCode.DESTINATION_INVALID, facts={**facts, "url": address(url)}, detail=detail
        )
    if _first(family, OSError):
        return failed(ErrorCode.DISCONNECTED, phase=_phase(exchange), sent=exchange.sent)
    return failed(ErrorCode.INTERNAL, transient=False, error=type(error).__name__)


def _untrusted(
    refused: ssl.SSLCertVerificationError,
    url: str,
    exchange: Exchange,
    facts: dict[str, Fact],
    detail: str,
    *,
    proxied: bool,
) -> GantryError:
    """Expired, other name, unknown issuer; or it is this computer's clock that is wrong."""
    code = int(getattr(refused, "verify_code", 0) or 0)
    said = f"{getattr(refused, 'verify_message', '')} {refused}".lower()
    parts = urlsplit(url)
    certificate: Certificate | None = None
    if not proxied and parts.hostname:
        timeout = exchange.limits.connect
        certificate = look_at(parts.hostname, parts.port or 443, timeout=timeout)
    now = datetime.now(UTC)
    if certificate is not None:
        facts["issuer"], facts["name"] = certificate.issuer, certificate.subject
        if certificate.not_before and certificate.not_after:
            facts["from"] = certificate.not_before.date().isoformat()
            facts["until"] = certificate.not_after.date().isoformat()

    def failed(which: ErrorCode) -> GantryError:
        return GantryError(which, facts=facts, detail=detail)

    too_old = code in _EXPIRED or "expired" in said
    too_young = code in _NOT_YET or "not yet valid" in said
    if certificate is not None and certificate.not_before and certificate.not_after:
        theirs = certificate.server_time
        dated = too_old or too_young
        apart = abs((now - theirs).total_seconds()) if theirs and dated else 0.0
        if (
            theirs
            and apart > _CLOCK_TOLERANCE
            and certificate.not_before <= theirs <= certificate.not_after
        ):
            facts["ours"] = now.isoformat(timespec="minutes")
            facts["theirs"] = theirs.isoformat(timespec="minutes")
            return failed(ErrorCode.CLOCK_WRONG)
        if dated:  # Windows has one number for both
            too_young = now < certificate.not_before
            too_old = not too_young
    if too_young:
        return failed(ErrorCode.TLS_NOT_YET_VALID)
    if too_old:
        return failed(ErrorCode.TLS_EXPIRED)
    if code in _WRONG_HOST or "hostname mismatch" in said or "not valid for" in said:
        return failed(ErrorCode.TLS_WRONG_HOST)
    return failed(ErrorCode.TLS_UNKNOWN_ISSUER)


def _ancestry(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it wraps (cause, context, reason, arguments), and so on."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        for inner in (
            current.__cause__,
            current.__context__,
            getattr(current, "reason", None),
            getattr(current, "original_error", None),
            *current.args,
        ):
            if isinstance(inner, BaseException):
                waiting.append(inner)


def _first(family: list[BaseException], *kinds: type[BaseException]) -> BaseException | None:
    return next((e for e in family if isinstance(e, kinds)), None)


def _is_cut(family: list[BaseException]) -> bool:
    cuts = (
        ConnectionError,  # reset, aborted, broken pipe; RemoteDisconnected is one
        http.client.IncompleteRead,
        urllib3_errors.IncompleteRead,
        ssl.SSLEOFError,
        ssl.SSLZeroReturnError,
    )
    if _first(family, *cuts):
        return True
    broken = [e for e in family if isinstance(e, ssl.SSLError)]
    return any("EOF" in str(getattr(e, "reason", "")) for e in broken)


def _phase(exchange: Exchange) -> str:
    if exchange.deadline is not None and exchange.sent >= exchange.length and not exchange.cut:
        return "answer"
    return "send" if exchange.body else "connect"


def _winerror(error: OSError) -> int:
    return int(getattr(error, "winerror", 0) or 0)


def _detail(family: list[BaseException]) -> str:
    """The innermost exception, for the administrator: its type and the system's own text."""
    inner = family[-1] if len(family) > 1 else family[0]
    for error in family:
        if isinstance(error, OSError) and (error.errno or isinstance(error, ssl.SSLError)):
            inner = error
    return f"{type(inner).__name__}: {str(inner)[:300]}"
