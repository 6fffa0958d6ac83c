"""The receiver's error answers."""

from __future__ import annotations

import logging
from http import HTTPStatus

from gantry.engine.os_errors import is_full

log = logging.getLogger(__name__)


class Refused(Exception):
    """An error answer; `code` is stable, `message` is for people."""

    def __init__(self, status: HTTPStatus, code: str, message: str, **more: object) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.more = status, code, message, more


def of_disk(error: OSError) -> Refused:
    """The answer if the disk refuses what arrived."""
    if is_full(error):
        return Refused(HTTPStatus.INSUFFICIENT_STORAGE, "disk-full", "The disk here is full.")
    log.error("the receiver can't store: %s", type(error).__name__)
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "storage", "It could not be stored.")
