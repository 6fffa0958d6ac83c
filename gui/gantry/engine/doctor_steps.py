"""The steps of the connection test, and how one can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gantry.engine.errors import Fact, GantryError

NAME = "Name"
CONNECTION = "Connection"
TLS = "TLS"
SIGN_IN = "Sign-in"
SERVICE = "Right service"
LIMIT = "Size limit"
WRITE = "Write and delete"
STEPS = (NAME, CONNECTION, TLS, SIGN_IN, SERVICE, LIMIT, WRITE)

TEST_SIZE = 1024


class Detail(StrEnum):
    """What a step found: an English sentence with room for facts; the window translates it.

    A kind of destination with its own findings derives its details from this, and has their texts
    in its `words`.
    """


class SharedDetail(Detail):
    """The details that the test of any kind may find."""

    EARLIER_FAILED = "an earlier step failed"
    ADDRESSES = "{host}: {addresses}"
    ADDRESSES_OF_PROXY = "{host} (proxy): {addresses}"
    PORT = "port {port}"
    PORT_OF_PROXY = "port {port} (proxy)"
    NOT_ENCRYPTED = "not encrypted"
    TRUSTED = "the certificate is trusted"
    NONE_NEEDED = "none is needed"
    ACCEPTED = "accepted"
    NO_LIMIT = "none announced for up to 64 MB; one may still show while sending"
    LIMIT = "{size} bytes per request (the server)"
    LIMIT_OF = "{size} bytes per request ({who})"
    LITTLE = "less than 1024 bytes per request (the server)"
    LITTLE_OF = "less than 1024 bytes per request ({who})"
    UNSAID = "the server does not say it: {why}"
    WRITTEN = "{size} bytes"
    TEST_IMAGE = "a test image would be taken for a patient's"


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Step:
    """One step's outcome.

    Attributes:
        name: one of `STEPS`.
        found: what it found, or why it does not apply.
        facts: named values in `found`: an address, a version, a limit.
        error: what went wrong, if it failed.
    """

    name: str
    status: Status
    found: Detail | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    error: GantryError | None = None

    @property
    def detail(self) -> str:
        """In English: what was found, or what went wrong."""
        if self.error is not None:
            return self.error.detail
        return self.found.format(**self.facts) if self.found is not None else ""


def passed(name: str, found: Detail, /, **facts: Fact) -> Step:
    """A step that found what it looked for."""
    return Step(name, Status.PASSED, found, facts)


def failed(name: str, error: GantryError) -> Step:
    """A step that ended with an error."""
    return Step(name, Status.FAILED, error=error)


def not_applicable(name: str, found: Detail, /, **facts: Fact) -> Step:
    """A step that this destination, or this test, does not have."""
    return Step(name, Status.NOT_APPLICABLE, found, facts)
