"""`scan`: prints the contents of paths as a tree, with what was skipped and why."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from getpass import getpass

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.progress import counting
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.cautions import Caution
from gantry.engine.intake.scan import ScanCounts, Scanner, ScanUpdate
from gantry.engine.intake.skipped import TROUBLE, UNREAD, Skipped, SkipReason
from gantry.engine.text import mark_hidden
from gantry.engine.zip_locks import remember
from gantry.messages import caution_message, data_text, skip_message


@dataclass(slots=True)
class Scanned:
    """The result of a scan."""

    catalog: Catalog = field(default_factory=Catalog)
    skipped: list[Skipped] = field(default_factory=list)
    counts: ScanCounts = field(default_factory=ScanCounts)
    show: Callable[[ScanCounts], None] = lambda counts: None

    @property
    def unread(self) -> int:
        """How many files could not be read."""
        return sum(one.reason in UNREAD for one in self.skipped)

    @property
    def locked(self) -> list[str]:
        """The ZIPs whose password is unknown."""
        return sorted({s.path for s in self.skipped if s.reason is SkipReason.ZIP_ENCRYPTED})

    def take(self, update: ScanUpdate) -> None:
        """Adds an update of the scan."""
        self.catalog, self.counts = update.catalog, update.counts
        if update.resolved:
            resolved = set(update.resolved)
            self.skipped = [one for one in self.skipped if one.place not in resolved]
        self.skipped.extend(update.skipped)
        self.show(update.counts)

    def has_trouble(self, own: Set[str] = frozenset()) -> bool:
        """Whether anything is missing, except what Gantry itself has open in its `own` folders."""
        inside_own = tuple(os.path.join(folder, "") for folder in own)  # noqa: PTH118
        return any(s.reason in TROUBLE and not s.path.startswith(inside_own) for s in self.skipped)


def find(
    paths: Iterable[str], output: Output, token: CancelToken, *, again: bool = False
) -> Scanned:
    """Scans, with progress on the terminal; `again`: retries what could not be read.

    On a terminal, asks for the passwords of locked ZIPs.
    """
    found = Scanned()
    scanner = Scanner(found.take, token)
    scanner.add(paths)
    _run(scanner, found)
    while (locked := found.locked) and sys.stdin.isatty() and not output.json:
        password = getpass(f"Password of {mark_hidden(locked[0])} (Enter: leave it out): ")
        token.check()
        if not password:
            break
        remember(password)
        scanner.again()
        _run(scanner, found)
    if again and found.unread:
        scanner.again()
        _run(scanner, found)
    return found


def _run(scanner: Scanner, found: Scanned) -> None:
    with counting() as progress:
        task = progress.add_task("Scanning …", total=None)

        def show(counts: ScanCounts) -> None:
            progress.update(
                task,
                description=f"{counts.files:,} {plural(counts.files, 'file')}, "
                f"{counts.dicom:,} DICOM, "
                f"{counts.files_per_second:,.0f} files/s"
                + "".join(f"; {path} does not answer" for path in counts.silent),
            )

        found.show = show
        found.catalog = scanner.run()


def scan(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Prints the catalog; fails if something could not be read."""
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
    """Prints each skipped file by name, with its reason."""
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
    return f"{instances:,} {plural(instances, 'instance')}, {data_text(size)}"


def plural(count: int, noun: str) -> str:
    return noun if count == 1 or noun == "series" else f"{noun}s"


def _sum_up(found: Scanned, output: Output) -> None:
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
        f"({counts.files:,} {plural(counts.files, 'file')} in {counts.seconds:.1f} s)"
    )
