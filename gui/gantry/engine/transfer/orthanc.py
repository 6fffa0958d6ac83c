"""Orthanc's own REST interface: instances one by one, a few at once (`POST /instances`)."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import IO

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.by_instance import InstanceDestination, series_of
from gantry.engine.transfer.destination import Credentials, Limits, Member, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.instances import Ledger
from gantry.engine.transfer.lanes import Lanes
from gantry.engine.transfer.pace import BUSY, Pace

WORKERS = 4
IN_MEMORY = 8 << 20  # a bigger instance waits in a file beside the archive
BUSY_TRIES = 6
_BLOCK = 1 << 18
_LIST_LIMIT = 64 << 20
_REFUSED = frozenset({400, 406, 409, 413, 415, 422})


@dataclass(slots=True)
class _Held:
    """An instance out of the archive, compared with the manifest, ready to be sent."""

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
        """Left open: a busy server may want it again."""


class OrthancDestination(InstanceDestination):
    """`orthanc+https://host/`. What Orthanc already stored is compared with ours by its MD5."""

    proof = "Orthanc's list of instances"
    answers = "Orthanc's answers"

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        super().__init__(url)
        self._base = url.removeprefix("orthanc+").rstrip("/")
        self._client = Client(self._base, credentials, limits, options)
        self._pace = Pace(WORKERS * 2)

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        outstanding = set(ledger.outstanding())
        members = shipment.members()
        with (
            closing(members),  # type: ignore[type-var]
            Lanes(WORKERS, shipment.token, "gantry-orthanc") as lanes,
        ):
            for member in members:
                number = ledger.number(member.file)
                if number not in outstanding:
                    continue
                held = self._hold(number, member, shipment)
                try:
                    lanes.run(partial(self._send_one, held, ledger, shipment))
                except BaseException:
                    held.file.close()
                    raise
        return 200

    def held(self, shipment: Shipment) -> Collection[str] | None:
        uids: set[str] = set()
        for series in series_of(shipment):
            query = {"Level": "Instance", "Query": {"SeriesInstanceUID": series}, "Expand": True}
            answer = self._client.request(
                "POST",
                f"{self._base}/tools/find",
                token=shipment.token,
                headers={"Content-Type": "application/json"},
                body=json.dumps(query).encode(),
                limit=_LIST_LIMIT,
            )
            if answer.status in (403, 404, 405):
                return None  # this user may store, but not look
            answer.expect({200})
            try:
                uids.update(str(i["MainDicomTags"]["SOPInstanceUID"]) for i in answer.json())
            except (ValueError, KeyError, TypeError) as error:
                raise _not_orthanc(answer) from error
        return uids

    def close(self) -> None:
        self._client.close()

    def _hold(self, number: int, member: Member, shipment: Shipment) -> _Held:
        md5 = hashlib.md5(usedforsecurity=False)  # what Orthanc keeps of each file
        file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by the worker
            max_size=IN_MEMORY,
            dir=str(shipment.archive.path.parent),
            prefix=f"{shipment.archive.parcel}.",
            suffix=".part",
        )
        try:
            while block := member.reader.read(_BLOCK):
                shipment.token.check()
                md5.update(block)
                file.write(block)
        except BaseException:
            file.close()
            raise
        return _Held(number, member.file, file, md5.hexdigest())

    def _send_one(self, held: _Held, ledger: Ledger, shipment: Shipment) -> None:
        with closing(held.file):
            answer = self._post(held, ledger, shipment)
        if answer.status in _REFUSED:
            ledger.record(held.number, Outcome.REJECTED, _words(answer))
            return
        try:
            said = answer.json()
            status, instance = str(said["Status"]), str(said.get("ID", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _not_orthanc(answer) from error
        if status == "AlreadyStored":
            self._compare(held, instance, ledger, shipment)
        elif status == "Success":
            ledger.record(held.number, Outcome.STORED)
        elif status == "StorageFull":
            raise GantryError(ErrorCode.HTTP_507, facts=answer.facts())
        else:
            reason = "Orthanc's filter keeps it out" if status == "FilteredOut" else status
            ledger.record(held.number, Outcome.REJECTED, reason)

    def _post(self, held: _Held, ledger: Ledger, shipment: Shipment) -> Answer:
        """The answer to the instance, sent again while the server is busy."""
        token = shipment.token
        for left in reversed(range(BUSY_TRIES)):
            counted = 0

            def sent(more: int) -> None:
                nonlocal counted
                counted += more
                ledger.count_sent(more)

            try:
                with self._pace.place(token) as visit:
                    answer = self._client.request(
                        "POST",
                        f"{self._base}/instances",
                        token=token,
                        headers={"Content-Type": "application/dicom"},
                        body=_FileBody(held.file, held.packed.size),
                        sent=sent,
                        handed_over=visit.handed_over,
                    )
                    if answer.status not in _REFUSED:
                        answer.expect({200})
                return answer
            except GantryError as error:
                if error.code not in BUSY or not left:
                    raise
                ledger.count_sent(-counted)
        raise AssertionError("the last try returns or raises")

    def _compare(self, held: _Held, instance: str, ledger: Ledger, shipment: Shipment) -> None:
        """Whether what Orthanc has under this UID is this file; it keeps the older one unasked."""
        if not instance.replace("-", "").isalnum():
            ledger.record(held.number, Outcome.ALREADY_THERE)
            return
        resource = f"{self._base}/instances/{instance}"
        answer = self._client.request(
            "GET", f"{resource}/attachments/dicom/md5", token=shipment.token
        )
        theirs = answer.body.decode("ascii", "replace").strip()
        if answer.status == 200 and theirs and theirs != held.md5:
            syntax = self._client.request(
                "GET", f"{resource}/metadata/TransferSyntax", token=shipment.token
            )
            stored = syntax.body.decode("ascii", "replace").strip("\0 \r\n")
            if syntax.status == 200 and stored == held.packed.transfer_syntax_uid:
                ledger.record(
                    held.number,
                    Outcome.REJECTED,
                    "the server holds another file under this SOP Instance UID",
                )
                return
            # Orthanc transcodes what comes in: the bytes can't be the same
        ledger.record(held.number, Outcome.ALREADY_THERE)


def _words(answer: Answer) -> str:
    """Why Orthanc refused an instance, in its own words."""
    try:
        said = answer.json()
        words = str(said.get("Details") or said.get("Message") or "")
    except (ValueError, AttributeError):
        words = ""
    return f"HTTP {answer.status}: {words or answer.words}".rstrip(": ")


def _not_orthanc(answer: Answer) -> GantryError:
    return GantryError(
        ErrorCode.NOT_A_RECEIPT,
        facts={**answer.facts(), "reason": "html" if answer.is_html else "not Orthanc"},
        private={"words": answer.words},
    )
