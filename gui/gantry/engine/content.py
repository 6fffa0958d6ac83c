"""Turns the bytes of a source into the bytes to send: the only place where they may differ.

What is *read* (path, original UIDs, SHA-256 of the file) and what is *sent* (`Identity` and bytes
as the rewriter made them) are kept apart from here on. Archive, manifest, destinations and receipts
know only what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from gantry.engine.instance import Instance

Data = bytes | memoryview


class Identity(NamedTuple):
    """The UIDs of one instance; "" where it has none."""

    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str


class Change(NamedTuple):
    """What was done to one element of an instance, without any value."""

    tag: int
    action: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules by which a parcel is de-identified, as its manifest names them.

    Attributes:
        profile: the profile's name.
        edition: the edition of DICOM PS3.15 whose table the rules come from.
        gantry: the version of Gantry that applied them.
        rules_sha256: hex digest of all rules together.
    """

    profile: str
    edition: str
    gantry: str
    rules_sha256: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a parcel's files are rewritten before they are sent; stored with the parcel.

    Attributes:
        rewriter: its name: "verbatim", or one that `rewriters` or the job's home knows.
        deidentified: the rules; None: the files are not de-identified.
        details: what else the rewriter needs to make the same bytes again, in its own format. It
            stays in the history.
        skipped: how many files the user decided not to send; two with the same content are two.
        known: what other files say of the patient, in the rewriter's own format. It stays in the
            history.
    """

    rewriter: str
    deidentified: Profile | None = None
    details: str = ""
    skipped: int = 0
    known: str = field(default="", repr=False)


VERBATIM = Treatment("verbatim")


class Rewritten(NamedTuple):
    """An instance as it is sent.

    Attributes:
        parts: its bytes, in their order. Empty: the user decided not to send this file.
        identity: the UIDs that these bytes have.
        tallies: each kind of change, and how often it was made.
    """

    parts: tuple[Data, ...]
    identity: Identity
    tallies: Mapping[Change, int] = MappingProxyType({})


class Link(NamedTuple):
    """One identifier before and after. It leads back to the patient.

    Attributes:
        kind: "patient", "study", "series", "instance", or "frame" (of reference).
        old: the original. Of a patient without an ID, the name.
        new: what the file says instead.
        patient: the new Patient ID.
    """

    kind: str
    old: str
    new: str
    patient: str


class Summary(NamedTuple):
    """What a rewriter did to all files of a parcel.

    Attributes:
        report: in the rewriter's own format; stays on this computer.
        links: the identifiers that it replaced.
        sent: a report without patient data that is sent in the archive; empty: none is.
    """

    report: str
    links: tuple[Link, ...]
    sent: bytes = b""


class Rewriter(Protocol):
    """Rewrites the instances of one parcel, one after another.

    Pure and picklable: the same instance and bytes always give the same result, with no clock, no
    random numbers and no memory of other instances. A parcel that is packed again must have the
    same bytes, or a destination would take it for a different one.
    """

    def unchanged(self, source: Instance) -> Identity | None:
        """The identity of an instance whose bytes stay unchanged, known without reading them.

        A file that is too large for a block of the archive is then streamed, and `rewrite` never
        sees it. With None, the packer reads the whole file first: in memory up to 64 MB, in a
        temporary file in the spool above that.
        """

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        """Turns a whole file into what is sent. Must not change `data`; may return parts of it.

        Raises:
            GantryError: TREATMENT_HELD, the file must not be sent as it would be: the parcel waits
                for the user's decision. Any other exception fails the parcel. Either way,
                nothing of it is sent.
        """

    def summary(self) -> Summary | None:
        """What was done since this rewriter was made, or None if it reports nothing."""


class Verbatim:
    """Sends every file unchanged: returns the same bytes object that it was given."""

    def unchanged(self, source: Instance) -> Identity:
        return identity_of(source)

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        return Rewritten((data,), identity_of(source))

    def summary(self) -> None:
        return None


def identity_of(source: Instance) -> Identity:
    """The UIDs that the scan read."""
    shared = source.shared
    return Identity(
        source.sop_instance_uid,
        shared.series_instance_uid,
        shared.study_instance_uid,
        shared.sop_class_uid,
        shared.transfer_syntax_uid,
    )
