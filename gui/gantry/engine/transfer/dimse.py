"""DICOM C-STORE as a user of the service (PS3.4 Annex B): one association, exact contexts.

Each pair of SOP class and transfer syntax in the parcel is negotiated by itself, so a refusal is
known by name; nothing is converted. A status decides for each instance; where the server also
answers C-FIND, its list is the proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from urllib.parse import parse_qs, unquote, urlsplit

from pydicom.dataset import Dataset
from pydicom.uid import UID, ImplicitVRLittleEndian
from pynetdicom import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
)

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile, Receipt
from gantry.engine.transfer.answer import clean
from gantry.engine.transfer.association import Association, Peer
from gantry.engine.transfer.by_instance import InstanceDestination, series_of
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Options
from gantry.engine.transfer.instances import Ledger, NotAllStored
from gantry.engine.transfer.part10 import dicom_file

DEFAULT_PORT = 104
MOST_CONTEXTS = 128  # odd numbers of one byte (PS3.8 §9.3.2.2)
_UIDS_A_QUERY = 50
_DUPLICATE = 0x0111

Context = tuple[str, str]


class DimseDestination(InstanceDestination):
    """`dicom://AET@host:port?calling=AET`. Storage goes by the statuses; a list that lacks what was
    stored proves nothing, for many archives and all routers list late or never."""

    proof = "C-FIND"
    answers = "C-STORE statuses"

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        super().__init__(url)
        self._peer = parse_peer(url)
        self._limits = limits
        self._bandwidth = options.bandwidth
        self._finds: bool | None = None

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
        status = None
        groups: dict[Context, list[int]] = {}
        for number in ledger.outstanding():
            groups.setdefault(_context(ledger.archive.files[number]), []).append(number)
        wanted = list(groups)
        for start in range(0, len(wanted), MOST_CONTEXTS):
            some = wanted[start : start + MOST_CONTEXTS]
            with self._associate(some, shipment) as association:
                for context in some:
                    if context not in association.accepted:
                        for number in groups[context]:
                            ledger.record(number, Outcome.REJECTED, _refusal(context))
                numbers = {n for c in some if c in association.accepted for n in groups[c]}
                if numbers:
                    status = self._store(numbers, association, ledger, shipment)
        return status

    def held(self, shipment: Shipment) -> Collection[str] | None:
        """By C-FIND at the image level; None where it is not offered or the study is not known."""
        study = shipment.archive.study_uid
        if self._finds is False or not study:
            return None
        wanted = {f.sop_instance_uid for f in shipment.archive.files if f.sop_instance_uid}
        model = str(StudyRootQueryRetrieveInformationModelFind)
        context = (model, str(ImplicitVRLittleEndian))
        with self._associate([context], shipment) as association:
            self._finds = context in association.accepted
            if not self._finds:
                return None
            found: set[str] = set()
            for series in series_of(shipment):
                answer = self._find(association, study, series, "")
                if answer is None:
                    return None
                found |= answer
                # Some servers cut long answers: what is not in them is asked for by name.
                lacking = [
                    f.sop_instance_uid
                    for f in shipment.archive.files
                    if f.series_instance_uid == series and f.sop_instance_uid not in found
                ]
                for at in range(0, len(lacking) if answer else 0, _UIDS_A_QUERY):
                    uids = "\\".join(lacking[at : at + _UIDS_A_QUERY])
                    found |= self._find(association, study, series, uids) or set()
            return found & wanted

    def close(self) -> None:
        """Nothing stays open between sends."""

    def _settled(self, ledger: Ledger, shipment: Shipment) -> Collection[str] | None:
        held = self.held(shipment)
        return None if held is None or ledger.lacks(held) else held

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
        self, numbers: set[int], association: Association, ledger: Ledger, shipment: Shipment
    ) -> int | None:
        code = None
        members = shipment.members()
        with closing(members):  # type: ignore[type-var]
            for member in members:
                number = ledger.number(member.file)
                if number not in numbers:
                    continue
                with dicom_file(member, shipment) as path:
                    status = association.store(path)
                code = int(status.Status)
                self._take(number, code, str(status.get("ErrorComment", "")), ledger)
        return code

    def _take(self, number: int, code: int, comment: str, ledger: Ledger) -> None:
        words = f"C-STORE status {code:04X}H"
        if comment:
            words += f": {clean(comment, 64, ' ')}"
        if code == 0:
            ledger.record(number, Outcome.STORED)
        elif code & 0xF000 == 0xB000:
            ledger.record(number, Outcome.STORED, f"warning, {words}")
        elif code == _DUPLICATE:
            ledger.record(number, Outcome.ALREADY_THERE)
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

    def _find(
        self, association: Association, study: str, series: str, uids: str
    ) -> set[str] | None:
        query = Dataset()
        query.QueryRetrieveLevel = "IMAGE"
        query.StudyInstanceUID = study
        query.SeriesInstanceUID = series
        query.SOPInstanceUID = uids.split("\\") if uids else ""
        answers = association.find(query, UID(StudyRootQueryRetrieveInformationModelFind))
        if answers is None:
            return None
        return {str(a.SOPInstanceUID) for a in answers if "SOPInstanceUID" in a}


def parse_peer(url: str) -> Peer:
    """What a `dicom:` URL names.

    Raises:
        GantryError: DESTINATION_INVALID with the fact `reason`: "AE title", "host".
    """
    parts = urlsplit(url)
    called = unquote(parts.username or "").strip()
    calling = parse_qs(parts.query).get("calling", ["GANTRY"])[0].strip()
    for title in (called, calling):
        # PS3.5 §6.2, AE: 16 characters, no backslash, no control characters
        if not 1 <= len(title) <= 16 or not title.isascii() or "\\" in title:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "AE title"}
            )
    if not parts.hostname:
        raise GantryError(ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "host"})
    return Peer(parts.hostname, parts.port or DEFAULT_PORT, called, calling)


_REFUSED = "not accepted: "


def _refusal(context: Context) -> str:
    abstract, syntax = context
    if not abstract:
        return "the file has no SOP Class UID"
    return f"{_REFUSED}{UID(abstract).name} in {UID(syntax).name}"


def _context(packed: PackedFile) -> Context:
    return packed.sop_class_uid, packed.transfer_syntax_uid or str(ImplicitVRLittleEndian)
