"""The contract of every destination: what it offers, and what callers may assume."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.clock import Clock
from gantry.engine.errors import GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive, PackedFile, Parcel, Receipt
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.pacer import Pacer
from gantry.engine.trial import Trial

_ABANDON_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs in seconds: `idle` ends a connection on which no byte moves in either direction;
    `listing` ends the wait for a server's list of what it holds."""

    connect: float = 15.0
    idle: float = 120.0
    answer: float = 300.0
    listing: float = 30.0


class MemberReader(Protocol):
    """Reads a member's bytes; returns the last ones only if all match what was verified."""

    def read(self, size: int = -1, /) -> bytes | None: ...


class Member(Protocol):
    """An instance of the archive; `reader` is valid until the next one is requested."""

    @property
    def file(self) -> PackedFile: ...
    @property
    def reader(self) -> MemberReader: ...


def _no_members() -> Iterator[Member]:
    raise TypeError("this shipment can't be sent by instances: it has no `members`")


@dataclass(slots=True)
class Shipment:
    """One verified archive that is being sent.

    Attributes:
        position: what `save` last stored for this parcel (perhaps in an earlier run), or "".
        save: stores the position of a resumable send; returns when it is safe.
        confirmed: bytes that the destination said it holds; while they grow, no attempt is used up.
        handed_over: a body that completes the parcel was sent, in this run or an earlier one, and
            no answer said what happened to it.
        keep_handed_over: stores a change of `handed_over`; returns when that is safe.
        members: a new pass over the archive's instances, for destinations that take those.
    """

    archive: Archive
    progress: Progress
    token: CancelToken
    position: str = ""
    save: Callable[[str], None] = lambda state: None
    confirmed: int = 0
    handed_over: bool = False
    keep_handed_over: Callable[[bool], None] = lambda whole: None
    members: Callable[[], Iterator[Member]] = _no_members

    @property
    def has_members(self) -> bool:
        """Whether the archive can be read."""
        return self.members is not _no_members

    def hand_over(self, whole: bool) -> None:
        """Sets `handed_over`, for a destination that can't always be asked what it holds.

        True before the last byte of a body that completes the parcel is sent; False when an answer
        says what happened to it.
        """
        if self.handed_over is not whole:
            self.keep_handed_over(whole)
            self.handed_over = whole


class Destination(ABC):
    """A place that takes parcels.

    `send` may be called again for the same parcel after any failure, including a kill, and then
    must neither lose nor duplicate anything (idempotent by parcel and SHA-256). It makes one
    attempt; the caller retries. It may be called from several threads at once.

    Attributes:
        url: the destination's URL, without user and password.
        features: what it can do beside; a method that they name is to be called only there.
        pacer: decides when its requests go, where it sends several per parcel; otherwise None.
    """

    url: str
    features: Features = Features()
    pacer: Pacer | None = None

    @abstractmethod
    def send(self, shipment: Shipment) -> Receipt:
        """Sends the archive and returns the destination's answer.

        Raises:
            GantryError: with `transient` telling whether another attempt can help. UNCLEAR:
                everything was handed over, no answer came, and the destination can't be asked.
            Cancelled: the token was cancelled.
        """

    @abstractmethod
    def ask(self, shipment: Shipment) -> Receipt | None:
        """What the destination already holds of this parcel; None: nothing, or it can't tell.

        Raises:
            GantryError: the destination can't be asked now. UNCLEAR: it can't tell, and the
                shipment was handed over.
        """

    @abstractmethod
    def close(self) -> None:
        """Lets go of connections."""

    def check_names(self, parcels: Iterable[Parcel]) -> None:  # noqa: B027 - most need no names
        """Checks, before anything is packed, what these parcels would be called by their labels.

        Raises:
            GantryError: LABEL_MISSING, LABEL_COLLISION, LABEL_CONFLICT or LABEL_INVALID.
        """

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        """The largest archive that the server says it accepts, in bytes; None: it names no limit.

        Args:
            most: bytes; no larger request is announced to the server.

        Raises:
            GantryError: the server doesn't say.
            Cancelled.
        """
        raise TypeError("this destination has no size limit to ask for")

    def abandon(self, shipment: Shipment) -> None:
        """Drops what the destination holds of an upload that won't be finished.

        Raises:
            GantryError, Cancelled.
        """
        raise TypeError("this destination can't drop an upload")

    def try_out(self, shipment: Shipment) -> Trial:
        """Sends a test upload, and judges its answer.

        Raises:
            GantryError: no answer came.
            Cancelled.
        """
        raise TypeError("this destination takes no test upload")


def pacer_of(destination: Destination, clock: Clock) -> Pacer:
    """The destination's own pacer; a new one if it sends a single request per parcel."""
    return destination.pacer or Pacer(clock=clock)


def abandon(destination: Destination, archive: Archive, position: str) -> None:
    """Makes the destination drop what it holds of a cancelled parcel, if it can; tries for a few
    seconds only, because servers drop unfinished uploads by themselves."""
    if not destination.features.abandons:
        return
    token = CancelToken()
    patience = threading.Timer(_ABANDON_SECONDS, token.cancel)
    patience.daemon = True
    patience.start()
    with suppress(GantryError, Cancelled):
        destination.abandon(Shipment(archive, Progress(), token, position=position))
    patience.cancel()
