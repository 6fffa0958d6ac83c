"""`settle`: decides whether an unclear parcel arrived, by asking the destination or the user."""

from __future__ import annotations

import argparse

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.send import run_jobs
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import ParcelState
from gantry.services.arrivals import ask_again, confirm
from gantry.services.services import Services
from gantry.store.home import Home


def settle(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Asks the destination; or, with --there or --again, does as the user says."""
    with Services(Home.find(options.home)) as services:
        services.destinations.plain_password_ok = options.allow_http
        detail = services.history.parcel(options.parcel)
        if detail is None:
            raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": options.parcel})
        if detail.row.state is not ParcelState.UNCLEAR:
            output.say(f"This parcel is not unclear: it is {detail.row.state.value}.")
            output.summary(state=detail.row.state.value)
            return OK
        if options.again:
            services.history.retry([options.parcel], another_copy=True)
            jobs = [job for job in services.jobs.unfinished() if job.id == detail.row.job]
            return run_jobs(services, jobs, output, token, options)
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
