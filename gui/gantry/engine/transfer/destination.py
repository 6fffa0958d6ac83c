"""What every destination offers, and what callers may assume of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from gantry.engine.cancel import CancelToken
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive, PackedFile, Receipt


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in; never in a URL, a log or a repr."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs in seconds: `idle` ends a connection on which nothing moves in either direction."""

    connect: float = 15.0
    idle: float = 120.0
    answer: float = 300.0


class MemberReader(Protocol):
    """Gives a member's bytes, the last ones only when the whole was found to be what was proved."""

    def read(self, size: int = -1, /) -> bytes | None: ...


class Member(Protocol):
    """An instance out of the archive; `reader` is good until the next one is asked for."""

    @property
    def file(self) -> PackedFile: ...
    @property
    def reader(self) -> MemberReader: ...


def _no_members() -> Iterator[Member]:
    raise TypeError("this shipment can't be sent by instances: it has no `members`")


@dataclass(slots=True)
class Shipment:
    """One verified archive on its way.

    Attributes:
        position: what `save` was last given for this parcel (in an earlier run, perhaps), or "".
        save: keeps the position of a resumable send; returns when it is safe.
        confirmed: bytes that the destination said it holds; while they grow, no attempt is burnt.
        members: a new pass over the archive's instances, for destinations that take those.
    """

    archive: Archive
    progress: Progress
    token: CancelToken
    position: str = ""
    save: Callable[[str], None] = lambda state: None
    confirmed: int = 0
    members: Callable[[], Iterator[Member]] = _no_members


@runtime_checkable
class SizeLimited(Protocol):
    """A destination that takes archives whole, and may take only so much at once."""

    def size_limit(self, token: CancelToken) -> int | None:
        """The biggest archive that it takes, in bytes, asked of the server; None: no limit.

        Raises:
            GantryError: the server doesn't say.
            Cancelled.
        """
        ...


class Destination(Protocol):
    """A place that takes parcels.

    `send` may be called again for the same parcel after any failure, a kill included, and then
    must neither lose nor double anything (idempotent by parcel and SHA-256). It makes one attempt;
    retries are the caller's. It may be called from several threads at once.
    """

    @property
    def url(self) -> str:
        """The destination's URL, without user and password."""
        ...

    def send(self, shipment: Shipment) -> Receipt:
        """Delivers, and returns what the destination answered.

        Raises:
            GantryError: with `transient` telling whether another attempt can help.
            Cancelled: the token was cancelled.
        """
        ...

    def ask(self, shipment: Shipment) -> Receipt | None:
        """What the destination already holds of this parcel; None: nothing, or it can't tell.

        Raises:
            GantryError: the destination can't be asked now.
        """
        ...

    def close(self) -> None:
        """Lets go of connections."""
        ...
