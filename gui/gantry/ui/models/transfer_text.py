"""Texts for what a job and its parcels are doing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gantry.engine.parcel import Parcel, ParcelState
from gantry.ui.models.catalog_node import person_text
from gantry.ui.models.job_track import JobTrack
from gantry.ui.models.transfer_state import FINAL_STEPS, ParcelStep, ParcelTrack
from gantry.ui.text.destination_forms import destination_text
from gantry.ui.text.quantities import count_text, seconds_text, size_text


def name_of(parcel: Parcel) -> str:
    """The name of a parcel: patient and study; "" if its files don't say."""
    whose = person_text(parcel.patient_name) or parcel.patient_id
    return " — ".join(p for p in (whose, parcel.label) if p)


def parcel_text(track: ParcelTrack) -> str:
    """The name of a parcel, or that it has no description."""
    return name_of(track.parcel) or _tr("Study without a description")


def job_text(job: JobTrack) -> str:
    """The name of a job: its destination."""
    return _tr("To {destination}").format(destination=destination_text(job.destination))


def amount_text(track: ParcelTrack) -> str:
    """How much of a parcel is done, or its size."""
    done, total = track.done
    moving = (ParcelStep.PACKING, ParcelStep.VERIFYING, ParcelStep.SENDING, ParcelStep.PAUSED)
    if track.step in moving and total and done:
        return _tr("{done} of {total}").format(done=size_text(done), total=size_text(total))
    return size_text(track.size)


def job_step(job: JobTrack) -> ParcelStep:
    """The step that represents a whole job."""
    if not job.is_over:
        return ParcelStep.PAUSED if job.is_paused else ParcelStep.SENDING
    if job.failed:
        return ParcelStep.FAILED
    for state in (
        ParcelState.UNCLEAR,
        ParcelState.HELD,
        ParcelState.INCOMPLETE,
        ParcelState.ACCEPTED,
    ):
        if job.count(state):
            return FINAL_STEPS[state]
    return ParcelStep.DELIVERED if job.delivered else ParcelStep.CANCELLED


def job_status(job: JobTrack) -> str:
    """The progress of a job."""
    if job.is_paused:
        return _tr("Paused")
    if job.is_over and (accepted := job.count(ParcelState.ACCEPTED)):
        return _tr("{done} of {total} accepted").format(
            done=count_text(accepted + job.delivered), total=count_text(job.total)
        )
    return _tr("{done} of {total} delivered").format(
        done=count_text(job.delivered), total=count_text(job.total)
    )


def step_text(track: ParcelTrack, now: float) -> str:
    """What the parcel is doing, in the user's language."""
    if track.stalled(now):
        return _tr("Sending (stalled)")
    if track.step is ParcelStep.RETRYING and track.retry_at is not None:
        left = max(1, round(track.retry_at - now))
        return _tr("Next try in {time}").format(time=seconds_text(left))
    return {
        ParcelStep.WAITING: _tr("Waiting"),
        ParcelStep.PACKING: _tr("Packing"),
        ParcelStep.VERIFYING: _tr("Verifying"),
        ParcelStep.READY: _tr("Ready to send"),
        ParcelStep.SENDING: _tr("Sending"),
        ParcelStep.ANSWER: _tr("Waiting for the server"),
        ParcelStep.RETRYING: _tr("Retrying"),
        ParcelStep.PAUSED: _tr("Paused"),
        ParcelStep.DELIVERED: _tr("Delivered"),
        ParcelStep.ACCEPTED: _tr("Accepted"),
        ParcelStep.INCOMPLETE: _tr("Incomplete"),
        ParcelStep.UNCLEAR: _tr("Unclear"),
        ParcelStep.HELD: _tr("Held"),
        ParcelStep.INTERRUPTED: _tr("Interrupted"),
        ParcelStep.FAILED: _tr("Failed"),
        ParcelStep.CANCELLED: _tr("Cancelled"),
        ParcelStep.SPLIT: _tr("Split into smaller uploads"),
    }[track.step]


def _tr(text: str) -> str:
    return QCoreApplication.translate("TransferModel", text)
