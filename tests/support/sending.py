"""Archives of plain bytes, for tests in which only the transfer matters."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ulid import ULID

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.retry import RetryPolicy

Result = TypeVar("Result")

QUICK = RetryPolicy(attempts=4, first_wait=0.01, longest_wait=0.05, offline=0.2)


def bytes_archive(folder: Path, size: int, seed: int = 7) -> Archive:
    """An archive of random bytes, for destinations that don't open it."""
    folder.mkdir(parents=True, exist_ok=True)
    parcel = str(ULID())
    data = random.Random(seed).randbytes(size)
    path = folder / f"{parcel}.tar.gz"
    path.write_bytes(data)
    return Archive(parcel, path, size, hashlib.sha256(data).hexdigest(), "1.2.3", ())


def shipment(archive: Archive, token: CancelToken | None = None) -> Shipment:
    """A shipment of the archive, with its own counters."""
    return Shipment(archive, Progress(), token or CancelToken())


def direct(**more: object) -> Options:
    """Options that keep the machine's own proxy settings out of a test."""
    return Options(proxy="none", **more)  # type: ignore[arg-type]


def past_resets(attempt: Callable[[], Result]) -> Result:
    """Sends to a server that closes as soon as it has answered.

    Its system may then discard the answer (RFC 9112 §9.6), Windows often and a busy Linux now and
    then: that is a cut, worth another attempt, and soon one of them receives the answer.
    """
    for left in reversed(range(8)):
        try:
            return attempt()
        except GantryError as error:
            cut = error.transient and error.code is ErrorCode.DISCONNECTED
            if not cut or not left:
                raise
    raise AssertionError("unreachable")
