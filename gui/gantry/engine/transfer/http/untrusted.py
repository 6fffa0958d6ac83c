"""Finds out why a certificate is not trusted: its dates, name or issuer, or the local clock."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.transfer.http.answer import host_of
from gantry.engine.transfer.http.certificate import Certificate, look_at
from gantry.engine.transfer.http.wire import Exchange
from gantry.engine.transfer.run_with_timeout import run_patiently

_CLOCK_TOLERANCE = 3600.0
# OpenSSL's X509_V_ERR_…, Windows' CERT_E_…, Apple's errSec…
_EXPIRED = {10, 0x800B0101, -67818}
_NOT_YET = {9, -67819}
_WRONG_HOST = {62, 64, 0x800B010F, -67602}


def untrusted(
    refused: ssl.SSLCertVerificationError,
    url: str,
    exchange: Exchange,
    *,
    detail: str,
    proxied: bool,
) -> GantryError:
    """Expired, another name, an unknown issuer; or this computer's clock is wrong."""
    code = int(getattr(refused, "verify_code", 0) or 0)
    said = f"{getattr(refused, 'verify_message', '')} {refused}".lower()
    parts = urlsplit(url)
    certificate: Certificate | None = None
    if not proxied and parts.hostname:
        certificate = _look(parts.hostname, parts.port or 443, exchange)
    now = datetime.now(UTC)
    facts: dict[str, Fact] = {"host": host_of(url)}
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


def _look(host: str, port: int, exchange: Exchange) -> Certificate | None:
    """Fetches the certificate of a server, which may not answer a second time. Raises Cancelled."""
    seconds = exchange.limits.connect
    end = time.monotonic() + 2 * seconds
    try:
        return run_patiently(
            lambda: look_at(host, port, timeout=seconds),
            token=exchange.token,
            give_up=lambda: time.monotonic() > end,
            name="gantry-certificate",
        )
    except TimeoutError:
        return None
