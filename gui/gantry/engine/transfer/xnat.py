"""XNAT's import service: one archive into a project's prearchive, or straight into a session.

Built to XNAT's sources and API pages; not tried against a live XNAT. The service takes the format
of a body from its media type, `application/x-gtar` being tar.gz since XNAT 1.8.3, and ignores what
is no DICOM (the manifest) only when told to: so afterwards the files are counted.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.body import ArchiveBody
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.instances import now
from gantry.engine.transfer.size_probe import largest_request

_LIST_LIMIT = 4 << 20
_PREARCHIVED = re.compile(r"/prearchive/projects/([^/\s]+)/([^/\s]+)/([^/\s?]+)")
_ARCHIVED = re.compile(r"/archive/[^\s?]+")


class XnatDestination:
    """`xnat+https://host/projects/P`, with `?subject=S&session=E` straight into the archive."""

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        self.url = url
        parts = urlsplit(url.removeprefix("xnat+"))
        context, found, project = unquote(parts.path).rstrip("/").rpartition("/projects/")
        if not found or not project or "/" in project:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "project"}
            )
        query = parse_qs(parts.query)
        self.project = project
        self._subject = query.get("subject", [""])[0]
        self._session = query.get("session", [""])[0]
        self._base = f"{parts.scheme}://{parts.netloc}{context}"
        self._client = Client(self._base, credentials, limits, options)

    def send(self, shipment: Shipment) -> Receipt:
        """Imports the archive, then counts what XNAT made of it."""
        archive, progress = shipment.archive, shipment.progress
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        if receipt := self.ask(shipment):
            progress.sent = archive.size
            return receipt
        try:
            return self._import(shipment)
        finally:
            progress.handed_over = False

    def _import(self, shipment: Shipment) -> Receipt:
        archive, progress = shipment.archive, shipment.progress
        query = {
            "import-handler": "DICOM-zip",
            "inbody": "true",
            "dest": self._target(),
            "overwrite": "append",
            "rename": "true",
            "Ignore-Unparsable": "true",
            "SOURCE": "uploader",
        }

        def sent(count: int) -> None:
            progress.sent += count

        def handed_over() -> None:
            progress.handed_over = True

        answer = self._client.request(
            "POST",
            f"{self._base}/data/services/import?{urlencode(query, quote_via=quote)}",
            token=shipment.token,
            headers={"Content-Type": "application/x-gtar"},
            body=ArchiveBody(archive),
            sent=sent,
            handed_over=handed_over,
        )
        if answer.status == 301:  # "already moved on": it was archived
            location = answer.headers.get("location", "")
            archived = _ARCHIVED.search(location)
            if archived is None:
                raise answer.error()
            return self._receipt(shipment, answer, Outcome.STORED, archived[0], "XNAT's answer")
        answer.expect({200, 201})
        if answer.is_html:
            raise GantryError(
                ErrorCode.NOT_A_RECEIPT,
                facts={**answer.facts(), "reason": "html"},
                private={"words": answer.words},
            )
        text = answer.body.decode("utf-8", "replace")
        if prearchived := _PREARCHIVED.search(text):
            place = prearchived[0]
            files = self._count(place, shipment)
            if files is not None and files < len(archive.files):
                raise GantryError(
                    ErrorCode.PARTLY_STORED,
                    facts={
                        "host": str(answer.facts()["host"]),
                        "stored": files,
                        "rejected": len(archive.files) - files,
                        "count": len(archive.files),
                    },
                    detail=f"XNAT's prearchive has {files} files of {len(archive.files)}",
                )
            proof = "XNAT's answer" if files is None else "XNAT's count of files"
            return self._receipt(shipment, answer, Outcome.STORED, place, proof)
        if archived := _ARCHIVED.search(text):
            return self._receipt(shipment, answer, Outcome.STORED, archived[0], "XNAT's answer")
        raise GantryError(
            ErrorCode.NOT_A_RECEIPT,
            facts={**answer.facts(), "reason": "no address of what was imported"},
            private={"words": answer.words},
        )

    def ask(self, shipment: Shipment) -> Receipt | None:
        """A receipt when the prearchive has a session of this study with all its files.

        A second import would make a second session there, so after a lost answer this decides.
        """
        study = shipment.archive.study_uid
        if not study or (self._subject and self._session):
            return None
        answer = self._client.request(
            "GET",
            f"{self._base}/data/prearchive/projects/{quote(self.project, safe='')}?format=json",
            token=shipment.token,
            limit=_LIST_LIMIT,
        )
        if answer.status in (403, 404):
            return None
        answer.expect({200})
        for row in _rows(answer) or ():
            if row.get("tag") != study or row.get("status") not in ("READY", "RECEIVING"):
                continue
            names = (row.get("timestamp", ""), row.get("folderName") or row.get("name", ""))
            place = f"/prearchive/projects/{quote(self.project, safe='')}/" + "/".join(
                quote(name, safe="") for name in names
            )
            if self._count(place, shipment) == len(shipment.archive.files):
                proof = "XNAT's count of files"
                return self._receipt(shipment, answer, Outcome.ALREADY_THERE, place, proof)
        return None

    def size_limit(self, token: CancelToken) -> int | None:
        """The biggest archive that the server, or what is in front of it, takes at once."""
        url = f"{self._base}/data/services/import?import-handler=DICOM-zip&inbody=true"
        headers = {"Content-Type": "application/x-gtar"}
        found = largest_request(self._client, url, headers, token)
        return None if found.refusal is None else found.size

    def close(self) -> None:
        self._client.close()

    def _target(self) -> str:
        if self._subject and self._session:
            return (
                f"/archive/projects/{self.project}/subjects/{self._subject}"
                f"/experiments/{self._session}"
            )
        return f"/prearchive/projects/{self.project}"

    def _count(self, place: str, shipment: Shipment) -> int | None:
        """How many DICOM files the session's scans have; None where XNAT doesn't say."""
        scans = self._list(f"{place}/scans", shipment)
        if scans is None:
            return None
        total = 0
        for scan in scans:
            name = quote(scan.get("ID", ""), safe="")
            files = self._list(f"{place}/scans/{name}/resources/DICOM/files", shipment)
            if files is None:
                return None
            total += len(files)
        return total

    def _list(self, path: str, shipment: Shipment) -> list[dict[str, str]] | None:
        answer = self._client.request(
            "GET",
            f"{self._base}/data{path}?format=json",
            token=shipment.token,
            limit=_LIST_LIMIT,
        )
        return _rows(answer) if answer.status == 200 else None

    def _receipt(
        self, shipment: Shipment, answer: Answer, outcome: Outcome, location: str, proof: str
    ) -> Receipt:
        return Receipt(
            destination=self.url,
            time=now(),
            status=answer.status,
            sha256=shipment.archive.sha256,
            size=shipment.archive.size,
            outcome=outcome,
            location=location[:500],
            body=answer.text,
            proof=proof,
        )


def _rows(answer: Answer) -> list[dict[str, str]] | None:
    """The rows of XNAT's usual list, `{"ResultSet": {"Result": [{…}]}}`."""
    try:
        rows = answer.json()["ResultSet"]["Result"]
        return [{str(k): str(v) for k, v in row.items()} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
