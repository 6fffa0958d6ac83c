"""Sends by DICOM C-STORE (PS3.4 Annex B): one association, exact presentation contexts.

Each pair of SOP class and transfer syntax in the parcel is negotiated separately, so that a refusal
can be named; nothing is converted. The status decides for each instance. If the server also answers
C-FIND, its list is the proof, and instances missing from it are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelGet,
)

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile, Receipt
from gantry.engine.text import drop_hidden
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.dicom.association import Association
from gantry.engine.transfer.dicom.by_instance import InstanceDestination
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.dicom.ledger import Ledger
from gantry.engine.transfer.dicom.part10 import dicom_file
from gantry.engine.transfer.dicom.suspects import is_cut
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.kinds.c_find import FIND, image_query, listed_uids
from gantry.engine.transfer.kinds.dicom_peer import parse_peer
from gantry.engine.transfer.kinds.dicom_words import DicomProof
from gantry.engine.transfer.options import Options

MOST_CONTEXTS = 128  # odd numbers of one byte (PS3.8 §9.3.2.2)
_PLAIN = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_DUPLICATE = 0x0111
_WARNINGS = frozenset({0x0001, 0x0107, 0x0116})  # PS3.7 Annex C: stored anyway

Context = tuple[str, str]


class DimseDestination(InstanceDestination):
    """`dicom://AET@host:port?calling=AET`. Without a list, the statuses decide.

    An instance with a good status that is missing from the server's own list counts only as
    accepted: many archives and all routers list late or never, and some servers answer 0000 to what
    they lose.
    """

    proof = DicomProof.FIND
    features = Features(word=DicomProof.STATUSES, instances=True)
    unlisted = Outcome.ACCEPTED

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        super().__init__(url)
        self._peer = parse_peer(url)
        self._limits = limits
        self._listing = options.listing or limits.listing
        self._bandwidth = options.bandwidth
        self._finds: bool | None = None
        self.compares = options.compare

    def send(self, shipment: Shipment) -> Receipt:
        try:
            return super().send(shipment)
        except NotAllStored as error:
            refused = {o.reason for o in error.receipt.instances if o.reason.startswith(_REFUSED)}
            if refused:
                error.code = ErrorCode.NO_PRESENTATION_CONTEXT
                error.facts["host"] = self._peer.name
                error.detail = "; ".join(sorted(refused))[:1000]
            raise

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        statuses: list[int] = []
        self._round(ledger.clean(), ledger, shipment, statuses)
        for number in sorted(ledger.suspects.numbers):
            if not ledger.is_open(number):
                continue
            # In its own association, so that an abort can only be meant for it
            errors: list[GantryError] = []
            self._round([number], ledger, shipment, statuses, errors)
            for error in errors:
                ledger.set_aside(number, error)
        return max(statuses, key=_severity, default=None)

    def _round(
        self,
        numbers: Iterable[int],
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        errors: list[GantryError] | None = None,
    ) -> None:
        """Sends these, in as many associations as necessary.

        Args:
            errors: collects the error of each instance; None: the ledger records it, and raises if
                the server itself is failing.
        """
        groups: dict[Context, list[int]] = {}
        for number in numbers:
            groups.setdefault(_context(ledger.archive.files[number]), []).append(number)
        wanted = list(groups)
        for start in range(0, len(wanted), MOST_CONTEXTS):
            some = wanted[start : start + MOST_CONTEXTS]
            left = {n for context in some for n in groups[context]}
            while left:
                with self._associate(some, shipment) as association:
                    for context in some:
                        if context not in association.accepted:
                            for number in left.intersection(groups[context]):
                                ledger.record(number, Outcome.REJECTED, _refusal(context))
                            left.difference_update(groups[context])
                    if left:
                        self._store(left, association, ledger, shipment, statuses, errors)

    def held(self, shipment: Shipment) -> Collection[str] | None:
        """By C-FIND at the image level; None if not offered, if it never ends, or lacks the
        study."""
        study = shipment.archive.study_uid
        if self._finds is False or not study:
            return None
        wanted = {f.sop_instance_uid for f in shipment.archive.files if f.sop_instance_uid}
        context = (str(FIND), str(ImplicitVRLittleEndian))
        try:
            with self._associate([context], shipment) as association:
                self._finds = context in association.accepted
                if not self._finds:
                    return None
                found = listed_uids(association, shipment, self._listing)
                if found is None and association.is_over:
                    self._finds = False  # the connection was cut: asking again is useless
                return None if found is None else found & wanted
        except GantryError as error:
            if error.code is not ErrorCode.ASSOCIATION_REJECTED or error.transient:
                raise
            return None

    @contextmanager
    def retrieving(
        self, files: Sequence[PackedFile], shipment: Shipment
    ) -> Iterator[Callable[[PackedFile, IO[bytes]], bool]]:
        """By C-GET (PS3.4 §C.4.3), in the peer's transfer syntax or an uncompressed one."""
        study = shipment.archive.study_uid
        model = UID(StudyRootQueryRetrieveInformationModelGet)
        kinds = sorted({_context(packed) for packed in files})[: MOST_CONTEXTS - 1]
        contexts = [build_context(model, ImplicitVRLittleEndian)]
        for abstract, syntax in kinds:
            syntaxes = dict.fromkeys([syntax, *map(str, _PLAIN)])
            contexts.append(build_context(UID(abstract), [UID(s) for s in syntaxes]))
        with Association(
            self._peer, contexts, limits=self._limits, token=shipment.token,
            bandwidth=self._bandwidth, gets={abstract for abstract, _ in kinds},
        ) as association:  # fmt: skip

            def retrieve(packed: PackedFile, into: IO[bytes]) -> bool:
                query = image_query(study, packed.series_instance_uid, packed.sop_instance_uid)
                return association.get(query, model, into)

            takes = any(abstract == str(model) for abstract, _ in association.accepted)
            yield retrieve if study and takes else lambda packed, into: False

    def close(self) -> None:
        """Nothing stays open between sends."""

    def _settled(self, ledger: Ledger, shipment: Shipment) -> Collection[str] | None:
        try:
            return super()._settled(ledger, shipment)
        except GantryError:
            return None  # the statuses are known; an unavailable list does not change them

    def _associate(self, contexts: Iterable[Context], shipment: Shipment) -> Association:
        return Association(
            self._peer,
            [build_context(UID(abstract), UID(syntax)) for abstract, syntax in contexts],
            limits=self._limits,
            token=shipment.token,
            bandwidth=self._bandwidth,
            progress=shipment.progress,
        )

    def _store(
        self,
        left: set[int],
        association: Association,
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        errors: list[GantryError] | None,
    ) -> None:
        """Sends these until all were tried or the association ended; removes them from `left`."""
        numbers = set(left)
        members = shipment.members()
        with closing(members):  # type: ignore[type-var]
            for member in members:
                number = ledger.number(member.file)
                if number not in numbers:
                    continue
                left.discard(number)
                try:
                    with dicom_file(member, shipment) as path:
                        status = association.store(path)
                    statuses.append(int(status.Status))
                    self._take(number, status, ledger)
                except GantryError as error:
                    if error.code is not ErrorCode.HTTP_507 and not is_cut(error):
                        raise
                    if errors is not None:
                        errors.append(error)
                    elif error.code is ErrorCode.TIMED_OUT:
                        ledger.suspect([number])
                        raise
                    else:
                        ledger.failed([number], error)
                    if association.is_over:
                        return

    def _take(self, number: int, status: Dataset, ledger: Ledger) -> None:
        """Records a status (PS3.4 Table B.2-1, PS3.7 Annex C).

        Raises:
            GantryError: HTTP_507, out of resources: it may be accepted later.
        """
        code = int(status.Status)
        words = f"C-STORE status {code:04X}H"
        if comment := str(status.get("ErrorComment", "")):
            words += f": {drop_hidden(comment, 64)}"
        if code == 0:
            ledger.record(number, Outcome.STORED)
        elif code & 0xF000 == 0xB000 or code in _WARNINGS:
            ledger.record(number, Outcome.STORED, f"warning, {words}")
        elif code == _DUPLICATE:
            ledger.record(number, Outcome.NOT_COMPARED, words)
        elif code & 0xFF00 == 0xA700:
            raise GantryError(
                ErrorCode.HTTP_507,
                facts={"host": self._peer.name, "status": f"{code:04X}H"},
                private={"words": words},
                detail=f"{words}: out of resources",
                transient=True,
            )
        else:
            ledger.record(number, Outcome.REJECTED, words)


_REFUSED = "not accepted: "


def _severity(code: int) -> tuple[int, int]:
    """Orders statuses: success, warning, failure."""
    return (0 if code == 0 else 1 if code & 0xF000 == 0xB000 or code in _WARNINGS else 2), code


def _refusal(context: Context) -> str:
    abstract, syntax = context
    if not abstract:
        return "the file has no SOP Class UID"
    return f"{_REFUSED}{UID(abstract).name} in {UID(syntax).name}"


def _context(packed: PackedFile) -> Context:
    return packed.sop_class_uid, packed.transfer_syntax_uid or str(ImplicitVRLittleEndian)
