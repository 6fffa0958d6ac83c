"""`scan`: what is in the dropped paths, as a tree, with what was skipped and why."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Set
from dataclasses import dataclass, field

import humanize

from gantry.cli import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.progress import counting
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.cautions import Caution
from gantry.engine.intake.scan import ScanCounts, Scanner, ScanUpdate
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.messages import caution_message, skip_message

# What a drop held that could have been DICOM, but could not be read: not all is done then.
TROUBLE = frozenset(
    {
        SkipReason.MISSING,
        SkipReason.DENIED,
        SkipReason.LOCKED,
        SkipReason.UNREADABLE,
        SkipReason.ROOT_GONE,
        SkipReason.STILL_WRITING,
        SkipReason.CLOUD,
        SkipReason.INTERNAL,
    }
)


@dataclass(slots=True)
class Found:
    """All that a scan brought."""

    catalog: Catalog = field(default_factory=Catalog)
    skipped: list[Skipped] = field(default_factory=list)
    counts: ScanCounts = field(default_factory=ScanCounts)

    def has_trouble(self, own: Set[str] = frozenset()) -> bool:
        """Whether anything is missing; what Gantry itself has open in its `own` folders is not."""
        inside_own = tuple(os.path.join(folder, "") for folder in own)  # noqa: PTH118
        return any(s.reason in TROUBLE and not s.path.startswith(inside_own) for s in self.skipped)


def find(paths: Iterable[str], output: Output, token: CancelToken) -> Found:
    """Scans, with progress on the terminal."""
    found = Found()
    with counting() as progress:
        task = progress.add_task("Scanning …", total=None)

        def sink(update: ScanUpdate) -> None:
            found.catalog = update.catalog
            found.skipped.extend(update.skipped)
            found.counts = update.counts
            counts = update.counts
            progress.update(
                task,
                description=f"{counts.files:,} files, {counts.dicom:,} DICOM, "
                f"{counts.files_per_second:,.0f} files/s",
            )

        scanner = Scanner(sink, token)
        scanner.add(paths)
        found.catalog = scanner.run()
    return found


def scan(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Prints the catalog; fails where something could not be read."""
    try:
        found = find(options.paths, output, token)
    except Cancelled:
        output.say("Interrupted: the scan is not complete.")
        raise
    for patient in found.catalog.patients:
        _show_patient(patient, output)
    _cautions(found.catalog.warnings, "", output)
    show_skipped(found.skipped, output)
    _sum_up(found, output)
    return FAILED if found.has_trouble() else OK


def show_skipped(skipped: Iterable[Skipped], output: Output) -> None:
    """Each file that is not taken, by name, with its reason."""
    for item in skipped:
        name = f"{item.path}!{item.member}" if item.member else item.path
        reason = skip_message(item.reason)
        output.emit(
            "skipped",
            path=item.path,
            member=item.member,
            reason=item.reason.value,
            text=reason,
            detail=item.detail,
        )
        output.text(f"  skipped  {name}: {reason}" + (f" ({item.detail})" if item.detail else ""))


def _show_patient(patient: Patient, output: Output) -> None:
    output.emit(
        "patient",
        key=patient.key,
        id=patient.id,
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        studies=len(patient.studies),
        instances=patient.instance_count,
        bytes=patient.size,
        warnings=_plain(patient.warnings),
    )
    output.text(
        f"{patient.name or '(no name)'}  [{patient.id or 'no ID'}]  "
        f"{_amount(patient.instance_count, patient.size)}"
    )
    _cautions(patient.warnings, "", output)
    for study in patient.studies:
        _show_study(patient, study, output)


def _show_study(patient: Patient, study: Study, output: Output) -> None:
    output.emit(
        "study",
        key=study.key,
        patient=patient.key,
        uid=study.uid,
        date=study.date,
        time=study.time,
        description=study.description,
        accession=study.accession,
        modalities=study.modalities,
        series=len(study.series),
        instances=study.instance_count,
        bytes=study.size,
        warnings=_plain(study.warnings),
    )
    title = study.description or study.uid or "(files without valid UIDs)"
    output.text(
        f"  {' '.join(study.modalities) or '?'}  {study.date}  {title}  "
        f"{_amount(study.instance_count, study.size)}"
    )
    _cautions(study.warnings, "  ", output)
    for series in study.series:
        _show_series(study, series, output)


def _show_series(study: Study, series: Series, output: Output) -> None:
    output.emit(
        "series",
        key=series.key,
        study=study.key,
        uid=series.uid,
        number=series.number,
        modality=series.modality,
        description=series.description,
        date=series.date,
        body_part=series.body_part,
        instances=series.instance_count,
        bytes=series.size,
        warnings=_plain(series.warnings),
        files=[
            {
                "path": i.source.path,
                "member": i.source.member,
                "bytes": i.source.size,
                "sop_instance_uid": i.sop_instance_uid,
                "sop_class_uid": i.sop_class_uid,
                "transfer_syntax_uid": i.transfer_syntax_uid,
                "fault": i.fault,
            }
            for i in series.instances
        ]
        if output.json
        else [],
    )
    number = "" if series.number is None else f"#{series.number} "
    output.text(
        f"    {series.modality or '?'}  {number}{series.description or series.uid or '(no UID)'}  "
        f"{_amount(series.instance_count, series.size)}"
    )
    _cautions(series.warnings, "    ", output)


def _cautions(warnings: Iterable[Caution], indent: str, output: Output) -> None:
    for caution in warnings:
        message = caution_message(caution)
        output.text(f"{indent}  ! {message.what} {message.do}".rstrip())


def _plain(warnings: Iterable[Caution]) -> list[dict[str, object]]:
    return [
        {"code": w.code.value, "facts": w.facts, "text": caution_message(w).what} for w in warnings
    ]


def _amount(instances: int, size: int) -> str:
    return f"{instances:,} {plural(instances, 'instance')}, {humanize.naturalsize(size, True)}"


def plural(count: int, noun: str) -> str:
    return noun if count == 1 or noun == "series" else f"{noun}s"


def _sum_up(found: Found, output: Output) -> None:
    catalog, counts = found.catalog, found.counts
    studies = sum(1 for _ in catalog.studies)
    series = sum(1 for _ in catalog.series)
    output.summary(
        files=counts.files,
        dicom=catalog.instance_count,
        skipped=len(found.skipped),
        patients=len(catalog.patients),
        studies=studies,
        series=series,
        bytes=catalog.size,
        seconds=round(counts.seconds, 3),
        files_per_second=round(counts.files_per_second, 1),
    )
    patients = len(catalog.patients)
    output.text(
        f"{patients} {plural(patients, 'patient')}, {studies} "
        f"{'study' if studies == 1 else 'studies'}, {series} series, "
        f"{_amount(catalog.instance_count, catalog.size)}; {len(found.skipped):,} skipped "
        f"({counts.files:,} files in {counts.seconds:.1f} s)"
    )
