"""Sends to XNAT's import service, into a project's prearchive or directly into a session.

Written from XNAT's sources and API pages; not tested against a live XNAT. The service takes the
format of a body from its media type (`application/x-gtar` is tar.gz since XNAT 1.8.3), and ignores
non-DICOM files (the manifest) only on request. It puts all parcels of a study into one session,
each file under a name made from its UIDs, and overwrites an existing file of that name. So the
session is listed before and after: an instance that is new in the list has arrived; one that was
listed before may still be the older one, because nothing in XNAT's lists compares contents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote, urlencode

from gantry.engine import doctor_steps as steps
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Step
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import InstanceOutcome, Outcome, Parcel, Receipt
from gantry.engine.times import now
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.dicom.by_instance import SETTLE_WAITS
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.fields import (
    CONNECTION_FIELDS,
    SESSION,
    SUBJECT,
    over_http_schemes,
    with_scheme,
)
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import ArchiveBody
from gantry.engine.transfer.http.doctor import (
    WebCase,
    over_http,
    signed_in,
    size_limit,
    wrong_service,
)
from gantry.engine.transfer.http.size_probe import largest_request
from gantry.engine.transfer.kind import (
    DestinationKind,
    Field,
    Form,
    Values,
)
from gantry.engine.transfer.kinds.xnat_outcome import Begun, not_all, outcomes_of
from gantry.engine.transfer.kinds.xnat_project import XnatProject
from gantry.engine.transfer.kinds.xnat_words import (
    ROW,
    WORDS,
    XnatDetail,
    XnatProof,
)
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.verdict.form_receipt import is_definite

LISTED, WORD = XnatProof.LIST, XnatProof.ANSWER

_PREARCHIVED = re.compile(r"/prearchive/projects/[^/\s]+/[^/\s]+/[^/\s?]+")
_ARCHIVED = re.compile(r"/archive/[^\s?]+")


class XnatDestination(Destination):
    """`xnat+https://host/projects/P`, with `?subject=S&session=E` directly into the archive."""

    features = Features(proves_later=(XnatProof.LIST,), remembers=True, splits=True)

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        self.url = url
        self._project = XnatProject(url, credentials, limits, options)

    def check_names(self, parcels: Iterable[Parcel]) -> None:
        """Checks what subjects and sessions would be called."""
        self._project.labels.check(parcels)

    def send(self, shipment: Shipment) -> Receipt:
        """Imports the archive, then checks which of its instances the session contains."""
        archive, progress = shipment.archive, shipment.progress
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        if Begun.of(shipment) is not None:  # an earlier attempt may have arrived
            receipt = self.ask(shipment)
            if receipt is not None and receipt.outcome.is_delivered:
                progress.sent = archive.size
                return receipt
        else:
            Begun.save(shipment, self._held_anywhere(shipment))
        try:
            return self._import(shipment)
        finally:
            progress.handed_over = False

    def _import(self, shipment: Shipment) -> Receipt:
        archive, progress = shipment.archive, shipment.progress
        query = {
            "import-handler": "DICOM-zip",
            "inbody": "true",
            "dest": self._project.target(archive),
            **self._project.names(archive),
            "overwrite": "append",
            "rename": "true",
            "Ignore-Unparsable": "true",
            "SOURCE": "uploader",
        }
        if archive.deidentified is not None:  # else the site's own script must run
            query["prevent_anon"] = "true"

        def sent(count: int) -> None:
            progress.sent += count

        def handed_over() -> None:
            progress.handed_over = True

        answer = self._project.client.request(
            "POST",
            f"{self._project.services}/import?{urlencode(query, quote_via=quote)}",
            token=shipment.token,
            headers={"Content-Type": "application/x-gtar"},
            body=ArchiveBody(archive, before_end=lambda: shipment.hand_over(True)),
            sent=sent,
            handed_over=handed_over,
        )
        if is_definite(answer):
            shipment.hand_over(False)
        if answer.status == 301:  # "already moved on": it was archived
            places = _ARCHIVED.findall(answer.headers.get("location", ""))
            if not places:
                raise answer.error()
            return self._judge(shipment, answer, places)
        answer.expect({200, 201})
        if answer.is_html:
            raise GantryError(
                ErrorCode.NOT_A_RECEIPT,
                facts={**answer.facts(), "reason": "html"},
                private={"words": answer.words},
            )
        text = answer.body.decode("utf-8", "replace")
        places = list(dict.fromkeys(_PREARCHIVED.findall(text) or _ARCHIVED.findall(text)))
        if not places:
            raise GantryError(
                ErrorCode.NOT_A_RECEIPT,
                facts={**answer.facts(), "reason": "no address of what was imported"},
                private={"words": answer.words},
            )
        return self._judge(shipment, answer, places)

    def _judge(self, shipment: Shipment, answer: Answer, places: list[str]) -> Receipt:
        """Judges an import that XNAT answered, by its sessions' own lists (one per study).

        Raises:
            NotAllStored: instances are missing in it.
        """
        files = shipment.archive.files
        count, place = len(files), " ".join(places)
        uids = Counter(f.sop_instance_uid for f in files)
        lonely = {n for n, f in enumerate(files) if uids[f.sop_instance_uid] == 1}
        for wait in (*SETTLE_WAITS, None):
            held = self._project.held(places, shipment)
            if held is None or wait is None or lonely <= held.numbers:
                break
            shipment.token.wait(wait)
        missing = lonely - held.numbers if held else lonely
        untold = held is None or 0 < len(missing) <= held.opaque
        if held is None or untold or (missing and not self._project.are_built(places, shipment)):
            # Without a list, with an outdated one, or with unknown names, only XNAT's word counts.
            return self._receipt(shipment, answer, Outcome.ACCEPTED, place, WORD)
        outcomes = outcomes_of(shipment, held, Outcome.STORED)
        lost = [o for o in outcomes if not o.outcome.is_taken]
        whole = Outcome.UNKNOWN if lost else Outcome.STORED
        receipt = self._receipt(shipment, answer, whole, place, LISTED, outcomes)
        if lost:
            raise not_all(receipt, count - len(lost) + min(held.opaque, len(missing)))
        return receipt

    def ask(self, shipment: Shipment) -> Receipt | None:
        """A receipt if a session of this study lists all of the parcel's instances.

        Only those count as delivered that were missing before the parcel was first sent.

        Raises:
            GantryError: UNCLEAR, if XNAT doesn't tell and the shipment was handed over; or it can't
                be asked now.
        """
        held, answer, place = self._project.look(shipment)
        missing = len(shipment.archive.files) - (len(held.numbers) if held else 0)
        told = answer is not None and (held is None or not 0 < missing <= held.opaque)
        if shipment.handed_over and not told:
            raise GantryError(ErrorCode.UNCLEAR, facts={"host": self._project.host})
        if held is None or answer is None or missing:
            shipment.hand_over(False)
            return None
        outcomes = outcomes_of(shipment, held, Outcome.ALREADY_THERE)
        sure = all(o.outcome.is_delivered for o in outcomes)
        whole = Outcome.ALREADY_THERE if sure else Outcome.UNKNOWN
        return self._receipt(shipment, answer, whole, place, LISTED, outcomes)

    def _held_anywhere(self, shipment: Shipment) -> frozenset[int] | None:
        """Which of the archive's instances exist before it is sent; None: XNAT doesn't say."""
        held, answer, _ = self._project.look(shipment)
        if held is None:
            return None if answer is None else frozenset()
        return held.numbers

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        """The largest archive that the server, or its front end, accepts at once."""
        url = f"{self._project.services}/import?import-handler=DICOM-zip&inbody=true"
        headers = {"Content-Type": "application/x-gtar"}
        found = largest_request(self._project.client, url, headers, token, most=most)
        return None if found.refusal is None else found.size or None

    def close(self) -> None:
        self._project.client.close()

    def _receipt(
        self,
        shipment: Shipment,
        answer: Answer,
        outcome: Outcome,
        location: str,
        proof: str,
        instances: tuple[InstanceOutcome, ...] = (),
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
            instances=instances,
        )


def _examine(web: WebCase) -> Iterator[Step]:
    root, _, project = web.base.partition("?")[0].rpartition("/projects/")
    answer = web.ask("GET", f"{root}/data/projects/{project}?format=json")
    yield signed_in(web, answer)
    if answer.status != 200 or answer.is_html:
        wrong = wrong_service(answer, "XNAT") if answer.status == 200 else answer.error()
        yield steps.failed(steps.SERVICE, wrong)
        return
    yield steps.passed(steps.SERVICE, XnatDetail.PROJECT, project=project)
    path = f"{root}/data/services/import?import-handler=DICOM-zip&inbody=true"
    yield size_limit(web, path, {"Content-Type": "application/x-gtar"})
    yield steps.not_applicable(steps.WRITE, XnatDetail.IMPORTED_STAYS)


def _to_url(values: Mapping[str, str]) -> str:
    server = with_scheme(values["address"].strip()).rstrip("/")
    return f"xnat+{server}/projects/{quote(values['project'].strip(), safe='')}"


def _from_url(url: str) -> Values:
    server, _, project = url.removeprefix("xnat+").rpartition("/projects/")
    return {"address": server, "project": unquote(project.strip("/"))}


KIND = DestinationKind(
    name="xnat",
    schemes=over_http_schemes("xnat"),
    label="XNAT project",
    example="xnat+https://host/projects/P",
    form=Form(
        (
            Field("address", "Address", "https://xnat.example.org"),
            Field("project", "Project", "PROJECT1"),
        ),
        _to_url,
        _from_url,
    ),
    open=XnatDestination,
    examine=over_http(_examine),
    row=ROW,
    words=WORDS,
    features=XnatDestination.features,
    options=(
        Field(SUBJECT, "Subject", "{label:subject}", optional=True),
        Field(SESSION, "Session", "{label:subject}_{label:session}", optional=True),
        *CONNECTION_FIELDS,
    ),
)
