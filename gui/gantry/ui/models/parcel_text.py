"""Texts about one parcel from the history: overview, attempts, files, receipts."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gantry.engine.parcel import Outcome, Receipt
from gantry.messages import error_message
from gantry.store.history.rows import AttemptRow, ParcelDetail, SourceRow
from gantry.ui.models.catalog_node import person_text
from gantry.ui.text.destination_forms import destination_text
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.proof_text import proof_text
from gantry.ui.text.quantities import count_text, seconds_text, size_text, time_text


def overview(detail: ParcelDetail) -> list[tuple[str, str]]:
    """Captions and values, without empty ones."""
    row = detail.row
    patient = " · ".join(p for p in (person_text(row.patient_name), row.patient_id) if p)
    pairs = [
        (_tr("Patient"), patient),
        (_tr("Study UID"), row.study_uid),
        (_tr("Destination"), destination_text(row.destination)),
        (_tr("Address"), detail.url),
        (_tr("Sent on"), time_text(row.created)),
        (_tr("Last change"), time_text(row.changed)),
        (_tr("Instances"), count_text(row.files)),
        (_tr("Size"), size_text(row.size)),
        (_tr("De-identified"), row.profile or ""),
        (_tr("Archive"), size_text(row.archive_size) if row.archive_size else ""),
        (_tr("SHA-256"), detail.archive_sha256),
        (_tr("Parcel"), row.id),
    ]
    if detail.receipts:
        last = detail.receipts[-1]
        pairs[6:6] = [
            (_tr("Arrival"), outcome_text(last.outcome)),
            (_proof_caption(last), proof_text(last.proof)),
        ]
    return [(caption, value) for caption, value in pairs if value]


def attempt_cells(attempt: AttemptRow) -> tuple[str, ...]:
    """Number, step, beginning, duration and result."""
    if attempt.error is not None:
        result = error_message(attempt.error, translate=translate_message).title
    else:
        result = {
            "": _tr("Running"),
            "done": _tr("Done"),
            "interrupted": _tr("Interrupted"),
        }.get(attempt.outcome, _tr("Failed"))
    step = _tr("Packing") if attempt.step == "pack" else _tr("Sending")
    return (
        count_text(attempt.number),
        step,
        time_text(attempt.started),
        seconds_text(attempt.seconds) if attempt.ended else "",
        result,
    )


def file_cells(source: SourceRow) -> tuple[str, ...]:
    """Place, size, UID and hash."""
    path = f"{source.path} → {source.member}" if source.member else source.path
    return path, size_text(source.size), source.sop_instance_uid, source.sha256


def receipt_text(receipt: Receipt) -> str:
    """A destination's answer, line by line."""
    lines = [
        f"{_tr('Outcome')}: {outcome_text(receipt.outcome)}",
        f"{_tr('Time')}: {receipt.time}",
        f"{_tr('Destination')}: {receipt.destination}",
    ]
    for caption, value in (
        (_tr("Status"), receipt.status),
        (_proof_caption(receipt), proof_text(receipt.proof)),
        (_tr("Location"), receipt.location),
        ("SHA-256", receipt.sha256),
        (_tr("Size"), count_text(receipt.size)),
    ):
        if value:
            lines.append(f"{caption}: {value}")
    odd = [i for i in receipt.instances if not i.outcome.is_delivered]
    if receipt.instances:
        stored = count_text(len(receipt.instances) - len(odd))
        total = count_text(len(receipt.instances))
        text = _tr("{stored} of {total} instances stored")
        lines.append(text.format(stored=stored, total=total))
    lines += [f"  {i.sop_instance_uid}: {i.outcome} {i.reason}".rstrip() for i in odd[:500]]
    if receipt.body:
        lines += ["", receipt.body]
    return "\n".join(lines)


def outcome_text(outcome: Outcome) -> str:
    """A destination's answer, in the user's language."""
    return {
        Outcome.STORED: _tr("Stored"),
        Outcome.ALREADY_THERE: _tr("Already there"),
        Outcome.ACCEPTED: _tr("Accepted, not proved"),
        Outcome.NOT_COMPARED: _tr("Already there, content not compared"),
        Outcome.REJECTED: _tr("Rejected"),
        Outcome.UNKNOWN: _tr("Unknown"),
    }[outcome]


def _proof_caption(receipt: Receipt) -> str:
    return _tr("Proved by") if receipt.is_proved else _tr("Known from")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ParcelText", text)
