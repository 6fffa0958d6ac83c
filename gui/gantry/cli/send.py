"""`send`, `resume` and `cancel`: whole jobs, with progress, receipts and a clear end."""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress as Bars

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.keys import warn_of_keys
from gantry.cli.labels import assigned_labels, labels_given
from gantry.cli.output import Output
from gantry.cli.progress import transferring
from gantry.cli.report import Report
from gantry.cli.scan import find, plural, show_skipped
from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.late import late_files, met
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import ParcelRule, ParcelState
from gantry.engine.parcel_run import ParcelRun
from gantry.engine.plan import plan
from gantry.engine.transfer.destination import Destination
from gantry.messages import data_text, error_message
from gantry.services.holding import held_in
from gantry.services.labels import check_deidentified
from gantry.services.named_destinations import Place
from gantry.services.policy import usual_profile
from gantry.services.privacy import remembered, treated
from gantry.services.services import Services
from gantry.services.sign_in import parse_options
from gantry.store.home import Home
from gantry.store.replace import replace

if TYPE_CHECKING:
    from gantry.store.presets.preset import Preset

# They stop no other job.
_OF_ONE_JOB = (ErrorCode.TREATMENT_REQUIRED, ErrorCode.POLICY_FORBIDS, ErrorCode.POLICY_INVALID)
_TOTALS = (
    "delivered",
    "accepted",
    "incomplete",
    "unclear",
    "held",
    "failed",
    "cancelled",
    "unfinished",
)


def send(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Runs a whole job: finds, packs, verifies, sends."""
    with Services(Home.find(options.home)) as services:
        _warn(services, output)
        services.destinations.plain_password_ok = options.allow_http
        services.destinations.call_options = parse_options(options.option)
        if options.split:
            services.preferences.want_unlocked("split_automatically", True)
            services.preferences.use(
                replace(services.preferences.settings, split_automatically=True)
            )
        preset = _preset(services.home, options.preset)
        given = labels_given(options, preset.labels if preset else ())
        place = services.destinations.named(options.to)
        destination = services.destinations.open(place)
        try:
            began = time.time()
            found = find(options.paths, output, token, again=True)
            show_skipped(found.skipped, output)
            if found.unread:
                count = found.unread
                rest = " The rest is sent." if found.catalog.instance_count else ""
                output.say(
                    f"{count} {plural(count, 'file')} could not be read, even when tried again."
                    + rest
                )
            rule = _rule(services, options)
            treatment = _treatment(services, place, options, output, preset)
            labels = assigned_labels(given, found.catalog, output).by_study
            if treatment.deidentified is not None:
                check_deidentified(found.catalog, labels)
            parcels = treated(plan(found.catalog, rule, labels=labels), treatment)
            warn_of_keys(services, parcels, place, output)
            job = services.jobs.new(parcels, place)
            token.check()
            _keep_secrets(services, options.to, output)
            output.outlives_reader = True
            output.say(_intent(job, place))
            done, unfinished = _run(services, job, destination, output, token, options)
        finally:
            destination.close()
        late, own = 0, services.destinations.written_folders(place)
        if not token.cancelled:
            roots = dict.fromkeys(options.paths, began)
            late = len(late_files(roots, met(found.catalog, found.skipped), own, token))
        if late:
            output.emit("late", files=late)
            output.say(f"{late} {plural(late, 'file')} came after the scan. Send again for them.")
        output.summary(
            **_totals(done, unfinished),
            skipped=len(found.skipped),
            seconds=round(done.seconds, 3),
        )
        return FAILED if done.is_trouble or found.has_trouble(own) or late else OK


def _rule(services: Services, options: argparse.Namespace) -> ParcelRule:
    """What one archive holds: as the call says, or the settings."""
    if not options.parcel:
        return services.preferences.settings.parcel_rule
    rule = ParcelRule(options.parcel)
    services.preferences.want_unlocked("parcel_rule", rule)
    return rule


def _preset(home: Home, called: str) -> Preset | None:
    if not called:
        return None
    from gantry.services.installed_presets import preset_called  # noqa: PLC0415 - few need it

    return preset_called(home, called)[1]


def _treatment(
    services: Services,
    place: Place,
    options: argparse.Namespace,
    output: Output,
    preset: Preset | None,
) -> Treatment:
    """How files are rewritten: as the preset or the call says, as the destination requires, as
    the window sent to it last, or as the policy requires."""
    profile = options.deidentify
    if preset is not None and preset.profile:
        if profile or options.as_is:
            wanted = "neither --deidentify nor --as-is: it has a profile"
            raise GantryError(
                ErrorCode.CALL_INVALID, facts={"option": "--preset", "wanted": wanted}
            )
        from gantry.services.presets import kept_profile  # noqa: PLC0415 - few calls need it

        profile = kept_profile(services.home, preset)
        output.say(f"De-identified as the preset {preset.name} says.")
    elif not profile and not options.as_is:
        settings = services.preferences.settings
        profile = services.privacy.required(place) or remembered(settings, place.url)
        if profile:
            name = Path(profile).stem
            output.say(f"De-identified by the profile {name}, as {place.name} is set up.")
        elif profile := usual_profile():
            output.say(f"De-identified by the profile {profile}, as the policy requires.")
    services.privacy.on_key_file = lambda file: output.say(
        f"This computer keeps no secrets; the key of the pseudonyms is in {file}."
    )
    return services.privacy.treatment(place, profile)


def _keep_secrets(services: Services, text: str, output: Output) -> None:
    """Stores the secrets of an address for `resume`, or says that it will need them."""
    try:
        services.destinations.keep_secrets(text)
    except GantryError as error:
        output.say(
            f"{error_message(error).what} This command uses it anyway; `gantry-cli resume` "
            "needs it in GANTRY_USER and GANTRY_PASSWORD, or in GANTRY_SECRET_NAME for NAME=*** "
            "in the address."
        )


def resume(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Resumes every unfinished job; one that can't be resumed does not stop the others."""
    output.outlives_reader = True
    with Services(Home.find(options.home)) as services:
        _warn(services, output)
        services.destinations.plain_password_ok = options.allow_http
        jobs = services.jobs.unfinished()
        if not jobs:
            services.jobs.sweep_spool()
            if running := services.jobs.running_elsewhere():
                output.say(
                    f"Another Gantry is sending {running} {plural(running, 'job')} of this home; "
                    "nothing else is unfinished."
                )
            else:
                output.say("Nothing is unfinished.")
        return run_jobs(services, jobs, output, token, options)


def run_jobs(
    services: Services,
    jobs: list[Job],
    output: Output,
    token: CancelToken,
    options: argparse.Namespace,
) -> int:
    """Resumes these jobs one after another; returns the exit code."""
    totals: Counter[str] = Counter(dict.fromkeys(_TOTALS, 0))
    for job in jobs:
        if token.cancelled:
            totals["unfinished"] += sum(not was.state.is_final for was in job.resumed.values())
            continue
        place = Place(job.destination, job.url)
        try:
            destination = services.destinations.open(place, job=job.id)
        except GantryError as error:
            totals["failed"] += 1
            output.error(error, job=job.id)
            continue
        output.say(f"Resuming: {_intent(job, place)}")
        try:
            done, unfinished = _run(services, job, destination, output, token, options)
        except GantryError as error:
            if error.code in _OF_ONE_JOB:
                totals["failed"] += 1
                output.error(error, job=job.id)
                continue
            if error.code is not ErrorCode.JOB_RUNNING:
                raise
            output.say(f"{error_message(error).what} It is left to that one.")
            continue
        finally:
            destination.close()
        totals.update(_totals(done, unfinished))
    output.summary(jobs=len(jobs), **totals)
    trouble = ("failed", "unclear", "held", "incomplete")
    return FAILED if any(totals[state] for state in trouble) else OK


def cancel(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Cancels the unfinished and the held parcels of a job, even at the destination."""
    output.outlives_reader = True
    with Services(Home.find(options.home)) as services:
        _warn(services, output)
        services.destinations.plain_password_ok = options.allow_http
        job = next((job for job in services.jobs.unfinished() if job.id == options.job), None)
        held = held_in(services, options.job)
        if job is None and not held:
            raise GantryError(ErrorCode.JOB_UNKNOWN, facts={"job": options.job})
        totals = dict.fromkeys(_TOTALS, 0)
        if job is not None:
            destination = services.destinations.open(Place(job.destination, job.url), job=job.id)
            token.cancel()
            try:
                totals = _totals(*_run(services, job, destination, output, token, options))
            finally:
                destination.close()
        report = Report(output, {parcel: label or parcel for parcel, label in held.items()})
        for event in services.jobs.give_up_held(options.job, held):
            report(event)
            totals["cancelled"] += 1
            totals["held"] -= job is not None
    output.summary(**totals)
    return OK


def _totals(done: events.JobDone, unfinished: int) -> dict[str, int]:
    """The outcomes of the parcels."""
    return {
        "delivered": done.delivered,
        "accepted": done.accepted,
        "incomplete": done.incomplete,
        "unclear": done.unclear,
        "held": done.held,
        "failed": done.failed,
        "cancelled": done.cancelled,
        "unfinished": unfinished,
    }


def _warn(services: Services, output: Output) -> None:
    for problem in services.problems:
        output.error(problem)


def _intent(job: Job, place: Place) -> str:
    count = len(job.parcels)
    size = data_text(sum(p.size for p in job.parcels))
    return f"{count} {plural(count, 'parcel')}, {size}, to {place.name}"


def _run(
    services: Services,
    job: Job,
    destination: Destination,
    output: Output,
    token: CancelToken,
    options: argparse.Namespace,
) -> tuple[events.JobDone, int]:
    """Runs a job; returns its outcome, and how many parcels are still to be sent."""
    labels = {p.id: p.label or p.id for p in job.parcels}
    report = Report(output, labels)
    with transferring() as bars:
        watch = _Watch(bars)
        runners: list[JobRunner] = []

        def on_runner(runner: JobRunner) -> None:
            runners.append(runner)
            options.stops.stop = runner.stop
            watch.begin(runner)

        try:
            done = services.jobs.run(
                job, destination, sink=report, token=token, on_runner=on_runner
            )
        finally:
            watch.end()
    unfinished = runners[0].unfinished
    if unfinished:
        output.say(
            f"Stopped. `gantry-cli resume` continues, `gantry-cli cancel {job.id}` gives it up."
        )
    return done, unfinished


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


def _step(work: ParcelRun) -> tuple[str, int, int]:
    """The current step of a parcel: name, done and total bytes."""
    p = work.progress
    if work.state is ParcelState.PACKING:
        if p.packed < work.parcel.size:
            return "packing", p.packed, work.parcel.size
        return "verifying", p.verified, work.parcel.size
    if p.handed_over:
        return "answer", p.sent, p.to_send
    if work.state in (ParcelState.SENDING, ParcelState.VERIFIED):
        return "sending", p.sent, p.to_send or 1
    return str(work.state), work.parcel.size, work.parcel.size


def _share(work: ParcelRun) -> int:
    """A parcel's share of the whole job, in bytes of source; sent bytes count."""
    if work.state.is_final:
        return work.parcel.size
    p = work.progress
    return int(work.parcel.size * p.sent / p.to_send) if p.to_send else 0
