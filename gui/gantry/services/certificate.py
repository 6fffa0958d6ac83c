"""What the history knows of a job, for its certificate: no names, no birth dates, no paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gantry.engine.content import VERBATIM, Profile
from gantry.engine.errors import GantryError
from gantry.engine.held import files_in
from gantry.engine.parcel import Labels, ParcelState, Receipt
from gantry.engine.transfer.http.url_secrets import without_secrets
from gantry.store.history import History, JobRow, ParcelDetail, ParcelFilter

# In these states, the archive that the history remembers is not the one that counts, or none is.
_NO_ARCHIVE = frozenset(
    {
        ParcelState.WAITING,
        ParcelState.PACKING,
        ParcelState.HELD,
        ParcelState.CANCELLED,
        ParcelState.SPLIT,
    }
)
_EXPLAINED = frozenset({ParcelState.FAILED, ParcelState.UNCLEAR})


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of the job.

    Attributes:
        labels: what the user said about it.
        patient_id: only of files that were sent as they are; "" otherwise.
        study_uid: as it is sent; "" where that is not known, or is not to be told.
        chosen: files that were to be sent.
        unread: further files that could not be read.
        skipped: of the chosen ones, held files that the user decided not to send.
        packed: instances in the archive; None: no archive, or its list is not kept any more.
        sha256, size: of the archive; "" and 0 without one.
        receipt: the answer by which it arrived, if it did.
        held: how many files are held, by rule.
        error: why it failed or is unclear, without anything private.
        deidentified: by which rules; None: it isn't.
    """

    id: str
    state: ParcelState
    labels: Labels
    patient_id: str
    study_uid: str
    chosen: int
    unread: int
    skipped: int
    packed: int | None
    sha256: str
    size: int
    receipt: Receipt | None
    held: dict[str, int] = field(default_factory=dict)
    error: GantryError | None = None
    deidentified: Profile | None = None

    @property
    def copies(self) -> int:
        """Files that were not packed because an equal one was."""
        return 0 if self.packed is None else max(0, self.chosen - self.skipped - self.packed)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified.

    Attributes:
        url: the destination's address, without secrets.
        uploads: in the order of the job; one of them if only that was asked for.
        of_job: how many uploads the job has.
    """

    job: str
    destination: str
    url: str
    created: str
    finished: str
    uploads: tuple[Upload, ...]
    of_job: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing of it waits for Gantry or for a person."""
        waits = (ParcelState.HELD, ParcelState.UNCLEAR)
        return all(u.state.is_final and u.state not in waits for u in self.uploads)


def certificate_of(history: History, key: str) -> Certificate | None:
    """The certificate of a job, or of one upload; None: the history has neither of that id.

    Raises:
        GantryError: the history can't be read.
    """
    if detail := history.parcel(key):
        job = history.job(detail.row.job)
        return None if job is None else _certificate(history, job, [detail])
    if (job := history.job(key)) is None:
        return None
    rows = history.all_parcels(ParcelFilter(job=key))  # in the order of the job
    details = [found for row in rows if (found := history.parcel(row.id))]
    return _certificate(history, job, details)


def _certificate(history: History, job: JobRow, details: Sequence[ParcelDetail]) -> Certificate:
    return Certificate(
        job=job.id,
        destination=without_secrets(job.destination)[0],  # a bare URL is its own name
        url=without_secrets(job.url)[0],
        created=job.created,
        finished=job.finished,
        uploads=tuple(_upload(history, detail) for detail in details),
        of_job=sum(job.states.values()),
    )


def _upload(history: History, detail: ParcelDetail) -> Upload:
    row, treatment = detail.row, detail.treatment
    receipt = detail.receipts[-1] if detail.receipts and row.state.has_arrived else None
    archive = None
    if detail.archive_sha256 and row.state not in _NO_ARCHIVE:
        archive = history.archive(row.id)
    as_is = treatment.rewriter == VERBATIM.rewriter
    # Before it is packed, a study that will be rewritten has only its original UID.
    study = archive.study_uid if archive else row.study_uid if as_is else ""
    error = row.error if row.state in _EXPLAINED else None
    return Upload(
        id=row.id,
        state=row.state,
        labels=row.labels,
        patient_id=row.patient_id if as_is else "",
        study_uid=study,
        chosen=row.files,
        unread=row.unread,
        skipped=treatment.skipped,
        packed=len(archive.files) if archive and archive.files else None,
        sha256=(receipt.sha256 if receipt else "") or (archive.sha256 if archive else ""),
        size=(receipt.size if receipt else 0) or (archive.size if archive else 0),
        receipt=receipt,
        held=_held(detail),
        error=error and GantryError(error.code, facts=error.facts),
        deidentified=treatment.deidentified,
    )


def _held(detail: ParcelDetail) -> dict[str, int]:
    if detail.row.state is not ParcelState.HELD:
        return {}
    return dict(sorted(Counter(file.rule for file in files_in(detail.row.error)).items()))
