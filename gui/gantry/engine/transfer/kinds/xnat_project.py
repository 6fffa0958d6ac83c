"""One XNAT project as its lists show it: the sessions of a study, and the files in them.

XNAT puts all parcels of a study into one session, each file under a name made from its UIDs.
Nothing in its lists compares contents.
"""

from __future__ import annotations

from urllib.parse import parse_qs, quote, unquote, urlsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.http.answer import Answer, host_of
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.kinds.xnat_labels import XnatLabels
from gantry.engine.transfer.kinds.xnat_names import NamedFiles, XnatNames
from gantry.engine.transfer.options import Options

_LIST_LIMIT = 64 << 20


class XnatProject:
    """A project's prearchive, or one session in its archive.

    Attributes:
        client: makes requests to this XNAT.
        services: the address of XNAT's services.
        host: the name of the server, to display.
        labels: what subject and session are called.
    """

    def __init__(
        self, url: str, credentials: Credentials, limits: Limits, options: Options
    ) -> None:
        parts = urlsplit(url.removeprefix("xnat+"))
        context, found, name = unquote(parts.path).rstrip("/").rpartition("/projects/")
        if not found or not name or "/" in name:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "project"}
            )
        query = parse_qs(parts.query)
        subject, session = (query.get(key, [""])[0] for key in ("subject", "session"))
        base = f"{parts.scheme}://{parts.netloc}{context}"
        self.client = Client(base, credentials, limits, options)
        self.services = f"{base}/data/services"
        self.host = host_of(base)
        self.labels = XnatLabels(options, subject, session)
        self._project = name
        self._is_session = bool(subject and session)
        self._data = f"{base}/data"
        self._prearchive = f"/prearchive/projects/{quote(name, safe='')}"

    def target(self, archive: Archive) -> str:
        """The destination of an import: the prearchive, or a session of the archive."""
        if not self._is_session:
            return f"/prearchive/projects/{self._project}"
        named = self.labels.of(archive)
        return (
            f"/archive/projects/{self._project}/subjects/{named.subject}"
            f"/experiments/{named.session}"
        )

    def names(self, archive: Archive) -> dict[str, str]:
        """What an import into the prearchive says about subject and session; nothing where they
        are read from the images."""
        if self._is_session:
            return {}
        named = self.labels.of(archive)
        said = {"SUBJECT_ID": named.subject, "EXPT_LABEL": named.session}
        return {name: value for name, value in said.items() if value}

    def look(self, shipment: Shipment) -> tuple[NamedFiles | None, Answer | None, str]:
        """What XNAT has of this study, in the sessions into which the parcel would be imported.

        Returns: None and None if it doesn't say, or the parcel's file list was forgotten, so that
        its word would prove nothing; None and its answer if there is no session.
        """
        if not shipment.archive.files:
            return None, None, ""
        if self._is_session:
            place = self.target(shipment.archive)
            answer = self._get(f"{place}/scans", shipment)
            if answer.status == 404:
                return None, answer, place
            return self.held([place], shipment), answer, place
        study = shipment.archive.study_uid
        answer = self._get(self._prearchive, shipment)
        rows = _rows(answer)
        if answer.status not in (200, 403, 404):
            raise answer.error()
        if rows is None or not study:
            return None, None, ""
        places = [self._place(row) for row in rows if row.get("tag") == study]
        if not places:
            return None, answer, ""
        held = self.held(places, shipment)
        return held, (answer if held is not None else None), " ".join(places)

    def held(self, places: list[str], shipment: Shipment) -> NamedFiles | None:
        """The instances named by the files of these sessions' scans; None: XNAT lists none."""
        names: list[str] = []
        for place in places:
            scans = _rows(self._get(f"{place}/scans", shipment))
            if scans is None:
                return None
            for scan in scans:
                path = f"{place}/scans/{quote(scan.get('ID', ''), safe='')}/resources/DICOM/files"
                files = _rows(self._get(path, shipment))
                if files is None:
                    return None
                names += [file.get("Name", "") for file in files]
        return XnatNames(shipment.archive).held(names)

    def are_built(self, places: list[str], shipment: Shipment) -> bool:
        """Whether the sessions' lists are current: XNAT lists what it found when it last built
        one, and another import into the same may be running."""
        rows = _rows(self._get(self._prearchive, shipment)) or []
        ready = {self._place(row) for row in rows if row.get("status") == "READY"}
        return all(place in ready or place.startswith("/archive/") for place in places)

    def _place(self, row: dict[str, str]) -> str:
        names = (row.get("timestamp", ""), row.get("folderName") or row.get("name", ""))
        return f"{self._prearchive}/" + "/".join(quote(name, safe="") for name in names)

    def _get(self, path: str, shipment: Shipment) -> Answer:
        return self.client.request(
            "GET",
            f"{self._data}{path}?format=json",
            token=shipment.token,
            limit=_LIST_LIMIT,
        )


def _rows(answer: Answer) -> list[dict[str, str]] | None:
    """The rows of XNAT's usual list, `{"ResultSet": {"Result": [{…}]}}`."""
    if answer.status != 200:
        return None
    try:
        rows = answer.json()["ResultSet"]["Result"]
        return [{str(k): str(v) for k, v in row.items()} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
