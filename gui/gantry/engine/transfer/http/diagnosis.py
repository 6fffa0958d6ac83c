"""Diagnoses failed connections from an exception and all that it wraps, in one place."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import urllib3.exceptions as urllib3_errors

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.os_errors import windows_number
from gantry.engine.transfer.http.answer import address, host_of
from gantry.engine.transfer.http.untrusted import untrusted
from gantry.engine.transfer.http.wire import Exchange, NoAnswer, NoProgress

CAUGHT = (
    requests.RequestException,
    urllib3_errors.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # URL and header parsers; UnicodeError is one too
)

_UNREACHABLE = {
    errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL,
    getattr(errno, "EHOSTDOWN", -1), 10050, 10051, 10064, 10065,
}  # fmt: skip
_PROXIES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
_TUNNEL = re.compile(r"[Tt]unnel connection failed: (\d{3})")
_CUTS = (
    ConnectionError,  # reset, aborted, broken pipe; RemoteDisconnected is one
    http.client.IncompleteRead,
    urllib3_errors.IncompleteRead,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)
_BAD_URLS = (
    urllib3_errors.LocationParseError,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    UnicodeError,
)


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
    family = list(_ancestry(error))
    if exchange.cut is not None:
        family.append(exchange.cut)
    case = _Case(family, url, exchange, proxy)
    for rule in (_of_trust, _of_proxy, _of_connecting, _of_cut, _of_tls, _of_protocol):
        if found := rule(case):
            return found
    if case.first(OSError):
        return case.disconnected()
    return case.failed(ErrorCode.INTERNAL, transient=False, error=type(error).__name__)


@dataclass(frozen=True)
class _Case:
    """A failure: the exception with its causes, and the request that it ended."""

    family: list[BaseException]
    url: str
    exchange: Exchange
    proxy: str

    def first(self, *kinds: type[BaseException]) -> BaseException | None:
        return next((e for e in self.family if isinstance(e, kinds)), None)

    def failed(self, code: ErrorCode, *, transient: bool = True, **more: Fact) -> GantryError:
        facts = {"host": host_of(self.url), **more}
        return GantryError(code, facts=facts, detail=_detail(self.family), transient=transient)

    def disconnected(self) -> GantryError:
        sent, asked = self.exchange.sent, self.exchange.length
        return self.failed(ErrorCode.DISCONNECTED, phase=self.phase, sent=sent, asked=asked)

    @property
    def phase(self) -> str:
        exchange = self.exchange
        if exchange.deadline is not None and exchange.sent >= exchange.length and not exchange.cut:
            return "answer"
        return "send" if exchange.body else "connect"


def _of_trust(case: _Case) -> GantryError | None:
    refused = next((e for e in case.family if isinstance(e, ssl.SSLCertVerificationError)), None)
    if refused is None:
        return None
    return untrusted(
        refused, case.url, case.exchange, detail=_detail(case.family), proxied=bool(case.proxy)
    )


def _of_proxy(case: _Case) -> GantryError | None:
    host = host_of(case.proxy)
    tunnel = _TUNNEL.search(" ".join(str(e) for e in case.family))
    if tunnel or case.first(urllib3_errors.ProxyError, requests.exceptions.ProxyError):
        if tunnel and tunnel.group(1) == "407":
            return case.failed(ErrorCode.HTTP_407, transient=False, proxy=host, status=407)
        return case.failed(ErrorCode.PROXY_FAILED, proxy=host)
    if case.proxy and (wrong := _proxy_trouble(case)):
        is_final = wrong in ("sign-in", "address", "no SOCKS")
        return case.failed(ErrorCode.PROXY_FAILED, transient=not is_final, proxy=host, reason=wrong)
    return None


def _of_connecting(case: _Case) -> GantryError | None:
    """The server does not respond, or the connection stalls."""
    limits = case.exchange.limits
    if case.first(NoProgress):
        return case.failed(ErrorCode.NO_PROGRESS, phase="send", seconds=limits.idle)
    if case.first(NoAnswer):
        return case.failed(ErrorCode.TIMED_OUT, phase="answer", seconds=limits.answer)
    if case.first(socket.gaierror, urllib3_errors.NameResolutionError):
        return case.failed(ErrorCode.DNS_FAILED)
    if case.first(ConnectionRefusedError):
        return case.failed(ErrorCode.REFUSED)
    systems = [e for e in case.family if isinstance(e, OSError)]
    if any({e.errno, windows_number(e)} & _UNREACHABLE for e in systems):
        return case.failed(ErrorCode.UNREACHABLE)
    if case.first(TimeoutError, urllib3_errors.TimeoutError, requests.Timeout):
        return case.failed(ErrorCode.TIMED_OUT, phase="connect", seconds=limits.connect)
    return None


def _of_cut(case: _Case) -> GantryError | None:
    if any("CERTIFICATE_REQUIRED" in str(getattr(e, "reason", "")).upper() for e in case.family):
        # TLS 1.3 says so after the handshake, when the first bytes are already being sent.
        return case.failed(ErrorCode.TLS_FAILED, transient=False, reason="client certificate")
    broken = [e for e in case.family if isinstance(e, ssl.SSLError)]
    if case.first(*_CUTS) or any("EOF" in str(getattr(e, "reason", "")) for e in broken):
        return case.disconnected()
    return None


def _of_tls(case: _Case) -> GantryError | None:
    error = case.first(ssl.SSLError)
    if error is None:
        return None
    reason = str(getattr(error, "reason", "") or "")
    is_plain = reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
    reason = "not TLS" if is_plain else reason.lower()
    return case.failed(ErrorCode.TLS_FAILED, transient=False, reason=reason)


def _of_protocol(case: _Case) -> GantryError | None:
    if case.first(http.client.HTTPException, urllib3_errors.ProtocolError):
        return case.failed(ErrorCode.HTTP_UNEXPECTED, transient=False, reason="not HTTP")
    if case.first(*_BAD_URLS):
        shown = address(case.url)
        return case.failed(ErrorCode.DESTINATION_INVALID, transient=False, url=shown)
    return None


def _proxy_trouble(case: _Case) -> str | None:
    """What is wrong with the proxy, or what it says; None: nothing known.

    A dead server behind it can't be told from a silent proxy.
    """
    scheme, found, _ = case.proxy.lower().partition("://")
    unknown = bool(found) and scheme not in _PROXIES
    if unknown or case.first(requests.exceptions.InvalidProxyURL):
        return "address"
    if "SOCKS support" in str(case.first(requests.exceptions.InvalidSchema)):
        return "no SOCKS"
    # PySocks' own exceptions, by name: it is imported only when used.
    said = {type(e).__name__ for e in case.family if type(e).__module__ == "socks"}
    if "SOCKS5AuthError" in said:
        return "sign-in"
    if "SOCKS5Error" in said or "SOCKS4Error" in said:
        return "onward"
    if "GeneralProxyError" in said and case.first(socket.gaierror):
        return None  # socks5: this computer looks names up
    late = case.first(TimeoutError, urllib3_errors.TimeoutError)
    if said or (late and case.phase == "connect" and not case.first(NoAnswer)):
        return "silent"
    return None


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


def _detail(family: list[BaseException]) -> str:
    """The innermost exception, for the administrator: its type and the system's text."""
    inner = family[-1] if len(family) > 1 else family[0]
    for error in family:
        if isinstance(error, OSError) and (error.errno or isinstance(error, ssl.SSLError)):
            inner = error
    return f"{type(inner).__name__}: {str(inner)[:300]}"
