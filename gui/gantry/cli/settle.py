"""`settle`: settles a parcel that is unclear, or that de-identification holds."""

from __future__ import annotations

import argparse

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.report import Report
from gantry.cli.send import run_jobs
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import files_in
from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.services.arrivals import ask_again, confirm
from gantry.services.holding import by_rules_of_today, without_held
from gantry.services.services import Services
from gantry.store.history import ParcelDetail
from gantry.store.home import Home


def settle(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Asks the destination about an unclear parcel; or does as the user says."""
    with Services(Home.find(options.home)) as services:
        services.destinations.plain_password_ok = options.allow_http
        detail = services.history.parcel(options.parcel)
        if detail is None:
            raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": options.parcel})
        if detail.row.state is ParcelState.HELD:
            return _settle_held(services, detail, output, token, options)
        only_held = options.skip_held or options.cancel
        if detail.row.state is not ParcelState.UNCLEAR or only_held:
            wanted = "held" if only_held else "unclear"
            output.say(f"This parcel is not {wanted}: it is {detail.row.state.value}.")
            output.summary(state=detail.row.state.value)
            return OK
        if options.again:
            services.history.retry([options.parcel], another_copy=True)
            return _run_job(services, detail, output, token, options)
        event = confirm(services, options.parcel) if options.there else None
        event = event or ask_again(services, options.parcel)
        state = event.state if event else ParcelState.UNCLEAR
        output.summary(state=state.value)
        if event is None:
            output.say("The destination says that it does not hold it. --again sends it again.")
            return FAILED
        output.emit(
            state.value,
            parcel=options.parcel,
            state=state.value,
            outcome=event.receipt.outcome.value,
            proof=event.receipt.proof,
        )
        output.text(f"{state.value:<10} {detail.row.label or options.parcel}")
        return OK


def _settle_held(
    services: Services,
    detail: ParcelDetail,
    output: Output,
    token: CancelToken,
    options: argparse.Namespace,
) -> int:
    """Lists the held files; or cancels the parcel, or lets it be packed again, as the user says."""
    parcel = detail.row.id
    if options.cancel:
        for event in services.jobs.give_up_held(detail.row.job, [parcel]):
            Report(output, {parcel: detail.row.label or parcel})(event)
        output.summary(state=ParcelState.CANCELLED.value)
        return OK
    if options.skip_held:
        treatment = without_held(services, parcel)
    elif options.again:
        treatment = by_rules_of_today(services, parcel)
    else:
        _list_held(services, detail, output)
        output.say(
            "--skip-held sends the rest of it, --again tries it by the rules of today, --cancel "
            "gives it up."
        )
        output.summary(state=detail.row.state.value)
        return FAILED
    services.history.retry([parcel], treatment=treatment)
    return _run_job(services, detail, output, token, options)


def _list_held(services: Services, detail: ParcelDetail, output: Output) -> None:
    for file in files_in(detail.row.error):
        found = services.history.sources(detail.row.id, start=file.number, limit=1)
        name = " > ".join(filter(None, (found[0].path, found[0].member))) if found else ""
        output.emit("held_file", file=file.number, name=name, rule=file.rule, value=file.value)
        error = GantryError(
            ErrorCode.TREATMENT_HELD,
            facts={"reason": file.rule, "place": file.place},
            private={"path": name, "value": file.value},
        )
        output.text(f"HELD  {error_message(error).what}")


def _run_job(
    services: Services,
    detail: ParcelDetail,
    output: Output,
    token: CancelToken,
    options: argparse.Namespace,
) -> int:
    jobs = [job for job in services.jobs.unfinished() if job.id == detail.row.job]
    if not jobs:  # another process has the job, and doesn't look at this parcel again
        raise GantryError(ErrorCode.JOB_RUNNING, facts={"job": detail.row.job})
    return run_jobs(services, jobs, output, token, options)
