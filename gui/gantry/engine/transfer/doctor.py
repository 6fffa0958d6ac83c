"""Tests a destination step by step, and says of each step whether it passed.

The first steps (name, connection, TLS) are the same for all; then each kind has its own. A failed
step carries the error, whose message says what to do; the steps after it are not applicable.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy
from ulid import ULID

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended, unlink_retry
from gantry.engine.lazy import load
from gantry.engine.transfer.destination import Credentials, Limits
from gantry.engine.transfer.diagnosis import diagnose
from gantry.engine.transfer.http import Options, is_loopback
from gantry.engine.transfer.patience import run_patiently
from gantry.engine.transfer.registry import file_path, normalise_url
from gantry.engine.transfer.wire import Exchange

Result = TypeVar("Result")

NAME = "Name"
CONNECTION = "Connection"
TLS = "TLS"
SIGN_IN = "Sign-in"
SERVICE = "Right service"
LIMIT = "Size limit"
WRITE = "Write and delete"
STEPS = (NAME, CONNECTION, TLS, SIGN_IN, SERVICE, LIMIT, WRITE)

TEST_SIZE = 1024


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Step:
    """One step's outcome.

    Attributes:
        name: one of `STEPS`.
        detail: what was found (an address, a version, a limit), or why it does not apply.
        error: what went wrong, if it failed.
    """

    name: str
    status: Status
    detail: str = ""
    error: GantryError | None = None


def passed(name: str, detail: str = "") -> Step:
    return Step(name, Status.PASSED, detail)


def failed(name: str, error: GantryError) -> Step:
    return Step(name, Status.FAILED, error.detail, error)


def not_applicable(name: str, detail: str = "") -> Step:
    return Step(name, Status.NOT_APPLICABLE, detail)


def doctor(
    url: str,
    credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    options: Options = Options(),  # noqa: B008  (frozen)
    token: CancelToken | None = None,
) -> Iterator[Step]:
    """The steps of `STEPS`, each once, in that order, as they are done.

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
        yield not_applicable(name, "an earlier step failed")


def _steps(
    url: str, credentials: Credentials, limits: Limits, options: Options, token: CancelToken
) -> Iterator[Step]:
    scheme = url.split(":", 1)[0]
    if scheme == "file":
        yield from _folder(file_path(url), limits, token)
        return
    address = url.partition("+")[2] if "+" in scheme else url
    yield from _network(address, limits, options, token)
    if scheme == "dicom":
        load("pynetdicom")
        from gantry.engine.transfer.doctor_dicom import examine

        yield from examine(url, limits, token)
    else:
        from gantry.engine.transfer.doctor_http import examine_http

        yield from examine_http(url, credentials, limits, options, token)


def _network(address: str, limits: Limits, options: Options, token: CancelToken) -> Iterator[Step]:
    """Looks the name up and connects, to the proxy where there is one."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    port = port or {"https": 443, "dicom": 104}.get(parts.scheme, 80)
    via = ""
    if proxy := _proxy(address, options):
        proxied = urlsplit(proxy)
        host, port, via = proxied.hostname or host, proxied.port or 3128, " (proxy)"
    exchange = Exchange(limits, token)
    where = f"{parts.scheme}://{host}:{port}"

    try:
        found = _patiently(
            partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM), limits, token
        )
    except OSError as error:
        yield failed(NAME, diagnose(error, where, exchange))
        return
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    yield passed(NAME, f"{host}{via}: {', '.join(addresses[:4])}")
    try:
        _patiently(
            lambda: socket.create_connection((host, port), limits.connect).close(), limits, token
        )
    except OSError as error:
        yield failed(CONNECTION, diagnose(error, where, exchange))
        return
    yield passed(CONNECTION, f"port {port}{via}")


def _patiently(work: Callable[[], Result], limits: Limits, token: CancelToken) -> Result:
    end = time.monotonic() + 2 * limits.connect
    return run_patiently(
        work, token=token, give_up=lambda: time.monotonic() > end, name="gantry-doctor"
    )


def _proxy(address: str, options: Options) -> str:
    host = urlsplit(address).hostname or ""
    if options.proxy == "none" or is_loopback(host) or address.startswith("dicom:"):
        return ""
    return options.proxy or str(select_proxy(address, get_environ_proxies(address)) or "")


def _folder(path: str, limits: Limits, token: CancelToken) -> Iterator[Step]:
    """A folder or share: there, with room, to be written in."""
    yield not_applicable(NAME, "a folder")
    yield not_applicable(CONNECTION, "a folder")
    yield not_applicable(TLS, "a folder")
    yield not_applicable(SIGN_IN, "the system signs in to shares")
    facts: dict[str, str | int | float] = {"folder": Path(path).name or path}
    try:
        there = _patiently(lambda: Path(extended(path)).is_dir(), limits, token)
        if not there:
            yield failed(SERVICE, GantryError(ErrorCode.SHARE_GONE, facts=facts))
            return
        yield passed(SERVICE, "the folder is there")
        free = _patiently(lambda: shutil.disk_usage(path).free, limits, token)
        yield passed(LIMIT, f"{free} bytes free")
        _patiently(lambda: _write_and_delete(path), limits, token)
    except OSError as error:
        code = ErrorCode.SHARE_DENIED if isinstance(error, PermissionError) else None
        code = code or ErrorCode.SHARE_GONE
        detail = f"{type(error).__name__}: {error.strerror}"
        yield failed(WRITE, GantryError(code, facts=facts, detail=detail))
        return
    yield passed(WRITE, f"{TEST_SIZE} bytes")


def _write_and_delete(path: str) -> None:
    test = Path(path) / f"gantry-test-{ULID()}.part"
    try:
        with open(extended(test), "xb") as file:
            file.write(bytes(TEST_SIZE))
        with open(extended(test), "rb") as file:
            if file.read() != bytes(TEST_SIZE):
                raise OSError(None, "what was written reads back differently")
    finally:
        if test.exists():
            unlink_retry(test)
