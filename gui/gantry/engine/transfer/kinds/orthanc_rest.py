"""Sends to Orthanc's REST interface (`POST /instances`): single instances, a few in parallel."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import IO

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile
from gantry.engine.transfer.destination import Limits, Member, Shipment
from gantry.engine.transfer.dicom.by_instance import ANOTHER, series_of
from gantry.engine.transfer.dicom.ledger import Ledger
from gantry.engine.transfer.dicom.same_content import same_content, temporary
from gantry.engine.transfer.dicom.suspects import is_cut, is_fault
from gantry.engine.transfer.dicom.web_instances import WebInstanceDestination
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.request_pool import RequestPool
from gantry.engine.transfer.kinds.orthanc_words import OrthancProof
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.pacer import BUSY

WORKERS = 4
_BLOCK = 1 << 18
_LIST_LIMIT = 64 << 20
_REFUSED = frozenset({400, 406, 409, 413, 415, 422})


@dataclass(slots=True)
class _ReadyInstance:
    """An instance of the archive, compared with the manifest and ready to be sent."""

    number: int
    packed: PackedFile
    file: IO[bytes]
    md5: str


class _FileBody:
    """A body that is a file of known size."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self.length = file, length
        self.rewind()

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def rewind(self) -> None:
        self._file.seek(0)

    def close(self) -> None:
        """Stays open, because a busy server may need it again."""


class OrthancDestination(WebInstanceDestination):
    """`orthanc+https://host/`. Instances that it already had are compared by MD5."""

    service = "Orthanc"
    proof = OrthancProof.LIST
    features = Features(word=OrthancProof.ANSWERS, instances=True)

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        base = url.removeprefix("orthanc+").rstrip("/")
        super().__init__(url, base, credentials, limits, options)

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        statuses: list[int] = []
        self._pass(ledger.clean(), ledger, shipment, partial(self._send_one, statuses))
        suspects = [n for n in ledger.suspects.numbers if ledger.is_open(n)]
        self._pass(suspects, ledger, shipment, partial(self._send_suspect, statuses))
        return max(statuses, default=None)  # a later success does not hide a failure

    def _pass(
        self,
        wanted: Collection[int],
        ledger: Ledger,
        shipment: Shipment,
        work: Callable[[_ReadyInstance, Ledger, Shipment], None],
    ) -> None:
        """Reads the archive once; passes these files to `work`, a few at a time."""
        if not (numbers := set(wanted)):
            return
        members = shipment.members()
        with (
            closing(members),  # type: ignore[type-var]
            RequestPool(WORKERS, shipment.token, "gantry-orthanc") as lanes,
        ):
            for member in members:
                number = ledger.number(member.file)
                if number not in numbers:
                    continue
                held = self._hold(number, member, shipment)
                try:
                    lanes.run(partial(work, held, ledger, shipment))
                except BaseException:
                    held.file.close()
                    raise

    def held(self, shipment: Shipment) -> dict[str, str] | None:
        """Orthanc's own ids, by SOP Instance UID."""
        found: dict[str, str] = {}
        for series in series_of(shipment):
            query = {"Level": "Instance", "Query": {"SeriesInstanceUID": series}, "Expand": True}
            answer = self._asking.request(
                "POST",
                f"{self._base}/tools/find",
                token=shipment.token,
                headers={"Content-Type": "application/json"},
                body=json.dumps(query).encode(),
                limit=_LIST_LIMIT,
            )
            if answer.status in (403, 404, 405):
                return None  # this user may store, but not list
            answer.expect({200})
            try:
                for item in answer.json():
                    uid = str(item["MainDicomTags"]["SOPInstanceUID"])
                    found[uid] = str(item.get("ID", ""))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise self._foreign(answer) from error
        return found

    def compare(self, ledger: Ledger, shipment: Shipment, held: Collection[str]) -> None:
        """Compares instances known only from Orthanc's list, if the archive can still be read."""
        assert isinstance(held, dict)
        numbers = {*ledger.not_compared(), *ledger.unanswered()}
        listed = [n for n in numbers if ledger.archive.files[n].sop_instance_uid in held]
        if listed and shipment.has_members:

            def work(own: _ReadyInstance, ledger: Ledger, shipment: Shipment) -> None:
                with closing(own.file):
                    self._compare(held[own.packed.sop_instance_uid], own, ledger, shipment)

            self._pass(listed, ledger, shipment, work)

    def _hold(self, number: int, member: Member, shipment: Shipment) -> _ReadyInstance:
        md5 = hashlib.md5(usedforsecurity=False)  # what Orthanc stores about each file
        file = temporary(shipment)
        try:
            while block := member.reader.read(_BLOCK):
                shipment.token.check()
                md5.update(block)
                file.write(block)
        except BaseException:
            file.close()
            raise
        return _ReadyInstance(number, member.file, file, md5.hexdigest())

    def _send_one(
        self, statuses: list[int], held: _ReadyInstance, ledger: Ledger, shipment: Shipment
    ) -> None:
        """Sends an instance; an error of this instance alone does not end the pass."""
        try:
            self._send(statuses, held, ledger, shipment)
        except GantryError as error:
            if is_fault(error, begun=ledger.is_begun):
                ledger.failed([held.number], error)
                return
            if is_cut(error) or error.code in BUSY:
                ledger.suspect([held.number])
            raise

    def _send_suspect(
        self, statuses: list[int], held: _ReadyInstance, ledger: Ledger, shipment: Shipment
    ) -> None:
        try:
            self._send(statuses, held, ledger, shipment)
        except GantryError as error:
            busy = error.code in BUSY
            fault = is_fault(error, begun=ledger.is_begun)
            if not fault and not is_cut(error) and not busy:
                raise
            ledger.set_aside(held.number, error, busy=busy)

    def _send(
        self, statuses: list[int], held: _ReadyInstance, ledger: Ledger, shipment: Shipment
    ) -> None:
        with closing(held.file):
            answer = self._post(held, ledger, shipment)
            statuses.append(answer.status)
            if answer.status in _REFUSED:
                ledger.record(held.number, Outcome.REJECTED, _words(answer))
                return
            try:
                said = answer.json()
                status, instance = str(said["Status"]), str(said.get("ID", ""))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise self._foreign(answer) from error
            if status == "AlreadyStored":
                # It silently keeps the older one.
                if not self._compare(instance, held, ledger, shipment):
                    ours = ledger.is_ours(held.number)
                    ledger.record(
                        held.number, Outcome.ALREADY_THERE if ours else Outcome.NOT_COMPARED
                    )
            elif status == "Success":
                ledger.record(held.number, Outcome.STORED, proved=True)
            elif status == "StorageFull":
                raise GantryError(ErrorCode.HTTP_507, facts=answer.facts())
            else:
                reason = "Orthanc's filter keeps it out" if status == "FilteredOut" else status
                ledger.record(held.number, Outcome.REJECTED, reason)

    def _post(self, held: _ReadyInstance, ledger: Ledger, shipment: Shipment) -> Answer:
        """Sends an instance, again while the server is busy; returns the answer."""
        counted = 0

        def sent(more: int) -> None:
            nonlocal counted
            counted += more
            ledger.count_sent(more)

        def post() -> Answer:
            sent(-counted)  # bytes sent before a busy answer are lost
            with self.pacer.place(shipment.token) as visit:
                answer = self._client.request(
                    "POST",
                    f"{self._base}/instances",
                    token=shipment.token,
                    headers={"Content-Type": "application/dicom"},
                    body=_FileBody(held.file, held.packed.size),
                    sent=sent,
                    handed_over=visit.handed_over,
                )
                if answer.status not in _REFUSED:
                    answer.expect({200})
            return answer

        return self.pacer.while_busy(post)

    def _compare(
        self, instance: str, held: _ReadyInstance, ledger: Ledger, shipment: Shipment
    ) -> bool:
        """Records whether Orthanc's file with this UID is this one; False: can't be told."""
        same = self._same(instance, held, shipment)
        if same:
            ledger.record(held.number, Outcome.ALREADY_THERE, proved=True)
        elif same is False:
            ledger.record(held.number, Outcome.REJECTED, ANOTHER)
        return same is not None

    def _same(self, instance: str, held: _ReadyInstance, shipment: Shipment) -> bool | None:
        """Compares by the MD5 that Orthanc stores, otherwise by its file; None: impossible,
        because Orthanc transcodes, or does not return the file."""
        if not instance.replace("-", "").isalnum():
            return None
        resource = f"{self._base}/instances/{instance}"
        token = shipment.token
        answer = self._client.request("GET", f"{resource}/attachments/dicom/md5", token=token)
        theirs = answer.body.decode("ascii", "replace").strip()
        if answer.status == 200 and theirs == held.md5:
            return True
        with temporary(shipment) as file:
            whole = self._client.request("GET", f"{resource}/file", token=token, into=file)
            if whole.status == 200 and file.tell():
                return same_content(held.file, file, held.packed.transfer_syntax_uid)
        if answer.status != 200 or not theirs:
            return None
        syntax = self._client.request("GET", f"{resource}/metadata/TransferSyntax", token=token)
        stored = syntax.body.decode("ascii", "replace").strip("\0 \r\n")
        alike = syntax.status == 200 and stored == held.packed.transfer_syntax_uid
        return False if alike else None


def _words(answer: Answer) -> str:
    """Why Orthanc refused an instance, in its own words."""
    try:
        said = answer.json()
        words = str(said.get("Details") or said.get("Message") or "")
    except (ValueError, AttributeError):
        words = ""
    return f"HTTP {answer.status}: {words or answer.words}".rstrip(": ")
