"""`history`, `log` and `bundle`: what was sent, what was logged, what support needs."""

from __future__ import annotations

import argparse
import dataclasses
from collections import deque
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.scan import plural
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.label import text_of
from gantry.engine.lazy import load
from gantry.engine.parcel import ParcelState
from gantry.engine.times import moment_of
from gantry.messages import data_text, error_message
from gantry.store.history import History, ParcelFilter, ParcelRow
from gantry.store.home import Home
from gantry.store.locks import JobLocks
from gantry.store.logs import LEVELS, LogFilter, read_log
from gantry.store.relink import Relink
from gantry.store.settings_file import load_settings

_EXPLAINED = (ParcelState.FAILED, ParcelState.UNCLEAR, ParcelState.HELD)
_SHOWN = 50  # rows in the terminal without `--limit`


def history(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Lists parcels, newest first; or one with all its attempts, receipts and files; or a CSV."""
    home = Home.find(options.home)
    home.make()
    linked = Relink(home).linked
    with History(home.history_file, JobLocks(home.state).is_held, linked) as records:
        if records.problem:
            output.error(records.problem)
        if options.report:
            return _report(records, Relink(home), options, output)
        if options.parcel:
            return _one(records, options.parcel, output)
        wanted = _filter(options)
        if options.csv:
            return _csv(records, Path(options.csv), wanted, output)
        # Scripts get everything; a terminal gets a page.
        limit = options.limit or (0 if output.json else _SHOWN)
        shown = 0
        for row in records.all_parcels(wanted):
            token.check()
            if wanted.states and row.state not in wanted.states:
                continue  # it is interrupted, and only those were requested, or all but those
            if limit and shown >= limit:
                output.say(f"More than {limit} parcels; --limit N shows more, --search narrows.")
                break
            shown += 1
            _show(row, output)
        if not shown:
            output.say("Nothing in the history matches." if wanted != ParcelFilter() else
                       "The history is empty.")  # fmt: skip
        output.summary(parcels=shown)
    return OK


def _filter(options: argparse.Namespace) -> ParcelFilter:
    try:
        states = frozenset(ParcelState(s) for s in options.state)
    except ValueError:
        raise _wrong("--state", ", ".join(ParcelState)) from None
    return ParcelFilter(
        text=options.search,
        states=states,
        destination=options.destination,
        since=_day(options.since, "--since"),
        until=_day(options.until, "--until"),
        patient_id=options.patient,
        deidentified=True if options.deidentified else False if options.as_is else None,
    )


def _day(text: str, name: str) -> datetime | None:
    """The beginning of a day in this computer's time zone."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except ValueError:
        raise _wrong(name, "YYYY-MM-DD") from None


def _wrong(name: str, wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": name, "wanted": wanted})


def _show(row: ParcelRow, output: Output) -> None:
    output.emit("parcel", **_plain(row))
    size = data_text(row.size)
    local = moment_of(row.created).astimezone().strftime("%Y-%m-%d %H:%M")
    treated = f", de-identified: {row.profile}" if row.profile else ""
    output.text(
        f"{local}  {row.state.value:<11}  {row.destination}  {row.label or row.study_uid}  "
        f"{row.files:,} {plural(row.files, 'instance')}, {size}{treated}  {row.id}"
    )
    if row.error and row.state in _EXPLAINED:
        message = error_message(row.error)
        output.text(f"    {message.what} {message.do}")


def _plain(row: ParcelRow) -> dict[str, object]:
    values = {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}
    del values["seq"]
    values["labels"] = dict(row.labels)
    if row.error is not None:
        values["error"] = {
            "code": row.error.code.value,
            "facts": row.error.facts,
            "what": error_message(row.error).what,
        }
    return values


def _one(records: History, parcel_id: str, output: Output) -> int:
    detail = records.parcel(parcel_id)
    if detail is None:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    _show(detail.row, output)
    output.text(f"    study {detail.row.study_uid}")
    if detail.row.labels:
        output.text(f"    labels {text_of(detail.row.labels)}")
    _show_treatment(records.treatment(parcel_id), output)
    for attempt in detail.attempts:
        said = {f.name: getattr(attempt, f.name) for f in dataclasses.fields(attempt)}
        output.emit("attempt", **{**said, "error": attempt.error and attempt.error.code.value})
        problem = f": {error_message(attempt.error).what}" if attempt.error else ""
        output.text(
            f"    {attempt.started}  {attempt.step} {attempt.number}  "
            f"{attempt.outcome or 'running'}{problem}"
        )
    for receipt in detail.receipts:
        output.emit("receipt", **dataclasses.asdict(receipt))
        output.text(
            f"    {receipt.time}  {receipt.outcome.value}  {receipt.location}  "
            f"sha256 {receipt.sha256}  ({receipt.proof or 'as the server says'})"
        )
        if not receipt.is_proved and receipt.body:
            output.text(f"        it answered: {' '.join(receipt.body.split())[:300]}")
    start = 0
    while sources := records.sources(parcel_id, start=start):
        for source in sources:
            output.emit("file", **dataclasses.asdict(source))
            output.text(f"    {source.sha256 or '-' * 64}  {source.name}  {source.path}")
        start += len(sources)
    output.summary(parcels=1)
    return OK


def _show_treatment(treatment: Treatment | None, output: Output) -> None:
    if treatment is None or treatment.deidentified is None:
        return
    rules, skipped = treatment.deidentified, treatment.skipped
    output.emit("treatment", profile=rules.profile, edition=rules.edition, skipped=skipped)
    output.text(f"    de-identified by the profile {rules.profile}, PS3.15 {rules.edition}")
    if skipped:
        were = "was" if skipped == 1 else "were"
        output.text(f"    {skipped:,} held {plural(skipped, 'file')} {were} skipped by the user")


def _report(records: History, table: Relink, options: argparse.Namespace, output: Output) -> int:
    """Writes the de-identification report on the job of a parcel."""
    load("pydicom")
    from gantry.services.privacy_report import report_of, write_report  # noqa: PLC0415 - pydicom

    if not options.parcel:
        raise _wrong("--report", "--parcel ID")
    detail = records.parcel(options.parcel)
    if detail is None:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": options.parcel})
    report = report_of(records, table, detail.row.job)
    if report is None:
        output.say("Nothing of this job was de-identified; there is no report.")
        return FAILED
    beside = write_report(report, Path(options.report))
    output.summary(report=options.report, job=detail.row.job)
    output.text(f"{options.report}" + (f", {beside}" if beside else ""))
    return OK


def _csv(records: History, path: Path, wanted: ParcelFilter, output: Output) -> int:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = records.export_csv(file, wanted)
    except OSError as error:
        output.say(f"{path} could not be written: {error.strerror}. Choose another place.")
        return FAILED
    output.summary(rows=rows, csv=str(path))
    output.text(f"{rows:,} {plural(rows, 'row')} in {path}")
    return OK


def log(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Prints log lines, oldest first."""
    if options.level and options.level.lower() not in LEVELS:
        raise _wrong("--level", ", ".join(LEVELS))
    home = Home.find(options.home)
    wanted = LogFilter(
        level=options.level.lower(), event=options.event, job=options.job, text=options.search
    )
    lines = read_log(home.logs, wanted)
    if options.limit:
        lines = iter(deque(lines, maxlen=options.limit))
    count = 0
    for line in lines:
        token.check()
        count += 1
        output.emit(
            "line",
            line={"ts": line.ts, "level": line.level, "event": line.event, "msg": line.msg}
            | line.context,
        )
        output.text(str(line))
    if not count:
        output.say("Nothing in the log matches." if wanted != LogFilter() else "The log is empty.")
    output.summary(lines=count)
    return OK


def bundle(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes the support bundle, even if history or folders are broken."""
    home, path = Home.find(options.home), Path(options.file)
    # 60 ms: the kinds of destination come along.
    from gantry.store.bundle import write_bundle  # noqa: PLC0415

    settings, _ = load_settings(home.settings_file)
    with ExitStack() as open_:
        records = None
        try:
            home.make()
            records = open_.enter_context(History(home.history_file))
        except (GantryError, OSError) as error:
            output.say(f"The history can’t be read ({error}); the bundle says so.")
        names = write_bundle(path, home, settings, records)
    output.summary(file=str(path), entries=names)
    output.text(f"{path}: {', '.join(names)}")
    return OK
