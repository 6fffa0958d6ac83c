"""Lists the instances of a series by QIDO-RS, and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from gantry.engine.errors import GantryError
from gantry.engine.parcel import PackedFile
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.dicom.by_instance import series_of
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.client import Client

PAGE = 1000  # instances listed at once …
SMALL_PAGE = 100  # … and if that is refused: Microsoft's server accepts a limit of at most 200
LIST_LIMIT = 16 << 20
JSON = "application/dicom+json"
STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*'


class Studies:
    """The studies of a DICOMweb server."""

    def __init__(
        self, base: str, query: str, client: Client, foreign: Callable[[Answer], GantryError]
    ) -> None:
        self._base, self._query = base, query
        self._client, self._foreign = client, foreign
        self._page = PAGE

    def address(self, path: str, query: dict[str, str] | None = None) -> str:
        """The address of a resource, with the query that belongs to the server's own address."""
        said = "&".join(filter(None, (self._query, urlencode(query or {}))))
        return f"{self._base}{path}" + (f"?{said}" if said else "")

    def address_of(self, packed: PackedFile, study: str) -> str:
        """The address of an instance."""
        place = f"/series/{packed.series_instance_uid}/instances/{packed.sop_instance_uid}"
        return self.address(f"/studies/{study}{place}")

    def held(self, shipment: Shipment) -> set[str] | None:
        """SOP Instance UIDs that the server lists in the parcel's series; None: it lists none."""
        uids: set[str] = set()
        files = shipment.archive.files
        for series in series_of(shipment):
            wanted = {f.sop_instance_uid for f in files if f.series_instance_uid == series}
            offset, fresh = 0, True
            # A page may be shorter than requested, by a limit that the server need not state.
            while fresh and not wanted <= uids:
                page = self._instances(series, offset, shipment)
                if page is None:
                    return None
                fresh = not uids.issuperset(page)
                uids.update(page)
                offset += len(page)
        return uids

    def _instances(self, series: str, offset: int, shipment: Shipment) -> list[str] | None:
        """SOP Instance UIDs of one page of QIDO-RS (PS3.18 §10.6); None: it is not offered."""
        path, query = "/instances", {"SeriesInstanceUID": series}
        if shipment.archive.study_uid:
            path, query = f"/studies/{shipment.archive.study_uid}/series/{series}/instances", {}
        page = {"includefield": "00080018", "limit": str(self._page), "offset": str(offset)}
        answer = self._client.request(
            "GET",
            self.address(path, {**query, **page}),
            token=shipment.token,
            headers={"Accept": JSON},
            limit=LIST_LIMIT,
        )
        if answer.status in (204, 404):
            return []
        if answer.status == 400 and self._page > SMALL_PAGE:
            self._page = SMALL_PAGE
            return self._instances(series, offset, shipment)
        if answer.status in (400, 403, 405, 406, 501):
            return None
        answer.expect({200, 206})
        try:
            return [str(item["00080018"]["Value"][0]) for item in answer.json()]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self._foreign(answer) from error
