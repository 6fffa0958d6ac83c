"""`send` and `resume`: whole jobs, with progress, receipts and a clear end."""

from __future__ import annotations

import argparse
import dataclasses
import threading
import time

import humanize
from msgspec.structs import replace
from rich.progress import Progress as Bars

from gantry.cli import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.progress import transferring
from gantry.cli.scan import find, plural, show_skipped
from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.late import late_files, met
from gantry.engine.job import Job, JobRunner, Work
from gantry.engine.parcel import ParcelRule, ParcelState
from gantry.engine.plan import plan
from gantry.engine.transfer.destination import Destination
from gantry.messages import error_message
from gantry.services import Place, Services
from gantry.store.home import Home


def send(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """The whole job: finds, packs, proves, sends."""
    with Services(Home.find(options.home)) as services:
        _warn(services, output)
        services.plain_password_ok = options.allow_http
        if options.split:
            services.use_settings(replace(services.settings, split_automatically=True))
        place = services.place(options.to)
        destination = services.open(place)
        try:
            began = time.time()
            found = find(options.paths, output, token)
            show_skipped(found.skipped, output)
            rule = ParcelRule(options.parcel or services.settings.parcel_rule)
            job = services.new_job(plan(found.catalog, rule), place)
            token.check()
            output.outlives_reader = True
            output.say(_intent(job, place))
            done = _run(services, job, destination, output, token, options)
        finally:
            destination.close()
        late, own = 0, services.own_folders(place)
        if not token.cancelled:
            roots = dict.fromkeys(options.paths, began)
            late = len(late_files(roots, met(found.catalog, found.skipped), own, token))
        if late:
            output.emit("late", files=late)
            output.say(f"{late} {plural(late, 'file')} came after the scan. Send again for them.")
        output.summary(
            **_totals(done, options),
            skipped=len(found.skipped),
            seconds=round(done.seconds, 3),
        )
        return FAILED if done.failed or found.has_trouble(own) or late else OK


def resume(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Carries on every unfinished job; one that can't go on does not stop the others."""
    totals = {"delivered": 0, "failed": 0, "cancelled": 0, "unfinished": 0}
    output.outlives_reader = True
    with Services(Home.find(options.home)) as services:
        _warn(services, output)
        services.plain_password_ok = options.allow_http
        jobs = services.unfinished()
        if not jobs:
            services.sweep_spool()
            output.say("Nothing is unfinished.")
        for job in jobs:
            token.check()
            try:
                place = services.place(job.url)
                destination = services.open(place)
            except GantryError as error:
                totals["failed"] += 1
                output.error(error, job=job.id)
                continue
            output.say(f"Carrying on: {_intent(job, place)}")
            try:
                done = _run(services, job, destination, output, token, options)
            except GantryError as error:
                if error.code is not ErrorCode.JOB_RUNNING:
                    raise
                output.say(f"{error_message(error).what} It is left to that one.")
                continue
            finally:
                destination.close()
            for key, count in _totals(done, options).items():
                totals[key] += count
    output.summary(jobs=len(jobs), **totals)
    return FAILED if totals["failed"] else OK


def _totals(done: events.JobDone, options: argparse.Namespace) -> dict[str, int]:
    """What became of the parcels; those that SIGTERM stopped are not cancelled, only unfinished."""
    stopped = options.stops.resumable
    return {
        "delivered": done.delivered,
        "failed": done.failed,
        "cancelled": 0 if stopped else done.cancelled,
        "unfinished": done.cancelled if stopped else 0,
    }


def _warn(services: Services, output: Output) -> None:
    for problem in services.problems:
        output.error(problem)


def _intent(job: Job, place: Place) -> str:
    count = len(job.parcels)
    size = humanize.naturalsize(sum(p.size for p in job.parcels), True)
    return f"{count} {plural(count, 'parcel')}, {size}, to {place.name}"


def _run(
    services: Services,
    job: Job,
    destination: Destination,
    output: Output,
    token: CancelToken,
    options: argparse.Namespace,
) -> events.JobDone:
    labels = {p.id: p.label or p.id for p in job.parcels}
    report = _Report(output, labels)
    with transferring() as bars:
        watch = _Watch(bars)

        def on_runner(runner: JobRunner) -> None:
            def cancel() -> None:
                token.cancel()
                runner.kick()

            def stop() -> None:
                options.stops.resumable = True
                runner.stop()

            options.stops.cancel, options.stops.stop = cancel, stop
            if options.stops.terminated:  # it came when there was no runner to stop yet
                stop()
            watch.begin(runner)

        try:
            done = services.run(job, destination, sink=report, token=token, on_runner=on_runner)
        finally:
            watch.end()
    if options.stops.resumable and done.cancelled:
        output.say("Stopped. `gantry-cli resume` carries on.")
    return done


class _Report:
    """Says each event: as JSON, or in words where a person wants to know."""

    def __init__(self, output: Output, labels: dict[str, str]) -> None:
        self._output = output
        self._labels = labels
        self._said: dict[str, ErrorCode] = {}

    def __call__(self, event: events.Event) -> None:
        emit, text = self._output.emit, self._output.text
        match event:
            case events.JobStarted(job=job, destination=name, url=url, parcels=parcels):
                emit("job", job=job, destination=name, url=url, parcels=[p.id for p in parcels])
            case events.JobResumed(job=job):
                emit("job", job=job, resumed=True)
            case events.ParcelPacking(parcel=parcel, attempt=attempt):
                emit("packing", parcel=parcel, attempt=attempt)
            case events.ParcelVerified(parcel=parcel, archive=archive):
                emit(
                    "verified",
                    parcel=parcel,
                    files=len(archive.files),
                    size=archive.size,
                    sha256=archive.sha256,
                    seconds=round(event.pack_seconds + event.verify_seconds, 3),
                )
            case events.ParcelSending(parcel=parcel, attempt=attempt):
                emit("sending", parcel=parcel, attempt=attempt)
            case events.AttemptFailed(parcel=parcel, error=error, wait=wait):
                if wait is not None:
                    self._output.say(f"{self._labels[parcel]}: trying again in {wait:.0f} s.")
                    told = self._said.get(parcel) is error.code
                    self._said[parcel] = error.code
                    self._output.error(
                        error, told=told, parcel=parcel, attempt=event.attempt, wait=wait
                    )
            case events.ParcelDelivered(parcel=parcel, receipt=receipt):
                emit("delivered", parcel=parcel, receipt=dataclasses.asdict(receipt))
                text(f"delivered  {self._labels[parcel]}  {receipt.location}".rstrip())
            case events.ParcelSplit(parcel=parcel, parts=parts):
                self._labels.update({p.id: p.label or p.id for p in parts})
                emit("split", parcel=parcel, parcels=[p.id for p in parts], limit=event.limit)
                text(f"split      {self._labels[parcel]}  into {len(parts)}: it was too big")
            case events.ParcelFailed(parcel=parcel, error=error):
                text(f"FAILED     {self._labels[parcel]}")
                self._output.error(error, parcel=parcel, final=True)
            case events.ParcelCancelled(parcel=parcel):
                emit("cancelled", parcel=parcel)
                text(f"cancelled  {self._labels[parcel]}")
            case events.JobDone():
                text(
                    f"{event.delivered} delivered, {event.failed} failed, "
                    f"{event.cancelled} cancelled in {event.seconds:.1f} s"
                )
            case _:
                pass


class _Watch:
    """Samples the runner's counters ten times a second and moves the bars."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, runner: JobRunner) -> None:
        if self._bars.disable:
            return
        self._thread = threading.Thread(target=self._sample, args=(runner,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self, runner: JobRunner) -> None:
        overall = self._bars.add_task("all", total=None)
        tasks = {}
        while not self._over.wait(0.1):
            for work in runner.works.values():
                if work.state is ParcelState.WAITING and work.parcel.id not in tasks:
                    continue
                if work.parcel.id not in tasks:
                    tasks[work.parcel.id] = self._bars.add_task(work.parcel.label or work.parcel.id)
                step, completed, total = _step(work)
                self._bars.update(
                    tasks[work.parcel.id],
                    description=f"{step:<9} {work.parcel.label[:40]}",
                    completed=completed,
                    total=total,
                    visible=not work.state.is_final,
                )
            works = runner.works.values()
            self._bars.update(
                overall,
                completed=sum(_share(w) for w in works),
                total=sum(w.parcel.size for w in works),
            )


def _step(work: Work) -> tuple[str, int, int]:
    """What a parcel is at: name, done and total bytes of that step."""
    p = work.progress
    if work.state is ParcelState.PACKING:
        if p.packed < work.parcel.size:
            return "packing", p.packed, work.parcel.size
        return "proving", p.verified, work.parcel.size
    if p.handed_over:
        return "answer", p.sent, p.to_send
    if work.state in (ParcelState.SENDING, ParcelState.VERIFIED):
        return "sending", p.sent, p.to_send or 1
    return str(work.state), work.parcel.size, work.parcel.size


def _share(work: Work) -> int:
    """A parcel's part of the whole job, in bytes of source: the bytes that were sent count."""
    if work.state.is_final:
        return work.parcel.size
    p = work.progress
    return int(work.parcel.size * p.sent / p.to_send) if p.to_send else 0
