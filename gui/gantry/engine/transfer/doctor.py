"""Tests a destination step by step, and reports whether each step passed.

The first steps (name, connection, TLS) are the same for all kinds; then each kind has its own. A
failed step has the error, whose message says what to do; the steps after it do not apply.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import (
    CONNECTION,
    NAME,
    STEPS,
    SharedDetail,
    Status,
    Step,
    failed,
    not_applicable,
    passed,
)
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.access import is_loopback
from gantry.engine.transfer.http.answer import host_of
from gantry.engine.transfer.http.diagnosis import diagnose
from gantry.engine.transfer.http.wire import Exchange
from gantry.engine.transfer.kind import Case, DestinationKind
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.patience import patiently
from gantry.engine.transfer.registry import kind_of, normalise_url

Result = TypeVar("Result")


def doctor(
    url: str,
    credentials: Credentials = Credentials(),
    limits: Limits = Limits(),
    options: Options = Options(),
    token: CancelToken | None = None,
) -> Iterator[Step]:
    """Yields the steps of `STEPS`, each once, in that order, as they are done.

    Raises:
        GantryError: DESTINATION_INVALID: there is nothing to test.
        Cancelled.
    """
    url, found = normalise_url(url)
    if credentials == Credentials():
        credentials = found
    token = token or CancelToken()
    reported = 0
    for step in _steps(url, credentials, limits, options, token):
        yield step
        reported += 1
        if step.status is Status.FAILED:
            break
    for name in STEPS[reported:]:
        yield not_applicable(name, SharedDetail.EARLIER_FAILED)


def _steps(
    url: str, credentials: Credentials, limits: Limits, options: Options, token: CancelToken
) -> Iterator[Step]:
    kind = kind_of(url)
    if kind.remote:
        scheme = url.split(":", 1)[0]
        address = url.partition("+")[2] if "+" in scheme else url
        yield from _network(address, kind, limits, options, token)
    yield from kind.examine(Case(url, credentials, limits, options, token))


def _network(
    address: str, kind: DestinationKind, limits: Limits, options: Options, token: CancelToken
) -> Iterator[Step]:
    """Looks the name up and connects, to the proxy if there is one."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    port = port or kind.port or {"https": 443}.get(parts.scheme, 80)
    if proxy := _proxy(address, options):
        proxied = urlsplit(proxy)
        usual = {"http": 80, "https": 443}.get(proxied.scheme, 1080)  # as urllib3 and PySocks
        host, port = proxied.hostname or host, proxied.port or usual
    where = f"{parts.scheme}://{host}:{port}"

    def explained(error: OSError) -> GantryError:
        found = diagnose(error, where, Exchange(limits, token))
        if not proxy:
            return found
        facts: dict[str, Fact] = {"host": host_of(address), "proxy": host_of(proxy)}
        return GantryError(ErrorCode.PROXY_FAILED, facts=facts, detail=found.detail, transient=True)

    try:
        found = patiently(
            partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM), limits, token
        )
    except OSError as error:
        yield failed(NAME, explained(error))
        return
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    found_at = SharedDetail.ADDRESSES_OF_PROXY if proxy else SharedDetail.ADDRESSES
    yield passed(NAME, found_at, host=host, addresses=", ".join(addresses[:4]))
    try:
        patiently(
            lambda: socket.create_connection((host, port), limits.connect).close(), limits, token
        )
    except OSError as error:
        yield failed(CONNECTION, explained(error))
        return
    yield passed(CONNECTION, SharedDetail.PORT_OF_PROXY if proxy else SharedDetail.PORT, port=port)


def _proxy(address: str, options: Options) -> str:
    host = urlsplit(address).hostname or ""
    if options.proxy == "none" or is_loopback(host) or not address.startswith("http"):
        return ""
    return options.proxy or str(select_proxy(address, get_environ_proxies(address)) or "")
