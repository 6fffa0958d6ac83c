"""`destinations`, `doctor`, `sign-in` and `receive`: lists, tests and receives."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

from gantry.cli.exit_codes import FAILED, OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials, DeviceCode
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import state_after
from gantry.engine.transfer.http.url_secrets import said
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.messages import error_message
from gantry.receiver.server import Receiver
from gantry.services import sign_in as oauth
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.services.sign_in import CLIENT_ID, ISSUER, SCOPE
from gantry.services.trial import try_out
from gantry.store.home import Home
from gantry.store.own_folders import keep_apart
from gantry.store.replace import replace
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination


def destinations(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Lists, adds or removes destinations; secrets go to the credential store."""
    with Services(Home.find(options.home)) as services:
        if options.add:
            _add(services, *options.add)
        if options.remove:
            _remove(services, options.remove)
        for problem in services.problems:
            output.error(problem)
        places = services.destinations.all()
        for place in places:
            kind = _kind(place)
            output.emit("destination", name=place.name, url=place.url, kind=kind)
            output.text(f"{place.name}  {place.url}")
    output.summary(destinations=len(places))
    return OK


def _kind(place: Place) -> str:
    """The kind's name; "unknown" for one of another version."""
    if place.is_practice:
        return "practice"
    try:
        return kind_of(place.url).name
    except GantryError:
        return "unknown"


def _add(services: Services, name: str, text: str) -> None:
    url, credentials = normalise_url(text)
    kind_of(url)
    if any(p.name.casefold() == name.casefold() for p in services.destinations.all()):
        raise GantryError(ErrorCode.DESTINATION_EXISTS, facts={"destination": said(name)})
    signs_in = bool(credentials.user or credentials.password)
    saved = SavedDestination(
        name=name, url=url, auth="basic" if signs_in else "none", user=credentials.user
    )
    settings = services.preferences.settings
    services.preferences.save(replace(settings, destinations=(*settings.destinations, saved)))
    if credentials != Credentials():
        secret_store().store(url, credentials)


def _remove(services: Services, name: str) -> None:
    settings = services.preferences.settings
    found = [d for d in settings.destinations if d.name.casefold() == name.casefold()]
    if not found:
        raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts={"destination": name})
    left = tuple(d for d in settings.destinations if d not in found)
    services.preferences.save(replace(settings, destinations=left))
    for saved in found:
        secret_store().delete(saved.url)


def doctor(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Tests a destination; the first step that fails says what to do."""
    failed = 0
    with Services(Home.find(options.home)) as services:
        services.destinations.plain_password_ok = options.allow_http
        services.destinations.call_options = oauth.parse_options(options.option)
        place = services.destinations.named(options.destination)
        for step in services.destinations.examine(place, token):
            message = error_message(step.error) if step.error else None
            failed += step.error is not None
            output.emit(
                "step",
                step=step.name,
                status=step.status.value,
                detail=step.detail,
                code=step.error.code.value if step.error else "",
                what=message.what if message else "",
                do=message.do if message else "",
            )
            output.text(f"{step.status.value:<15}  {step.name}  {step.detail}".rstrip())
            if message:
                output.text(f"                 {message.what} {message.do}")
        if options.try_out:
            failed += not _try_out(services, place, options, output, token)
    return FAILED if failed else OK


def _try_out(
    services: Services,
    place: Place,
    options: argparse.Namespace,
    output: Output,
    token: CancelToken,
) -> bool:
    """Sends a test upload, shows the answer, and asks the user what it means."""
    trial = try_out(services, place, token)
    receipt = trial.receipt
    state = state_after(receipt, 0).value if receipt else "failed"
    rule = f"{trial.option}={trial.value}"
    output.emit(
        "trial",
        status=trial.status,
        answer=trial.text,
        state=state,
        proof=receipt.proof if receipt else "",
        rule=rule,
    )
    output.text(f"The test upload was answered with {trial.status}:")
    for line in trial.text.splitlines()[:20] or ["(nothing)"]:
        output.text(f"    {line}")
    output.text(f"Gantry takes this as: {state}.")
    if trial.error is not None:
        output.error(trial.error)
    if not trial.can_teach:
        return False
    stored = options.means_stored
    if not stored and state != "delivered" and not output.json and sys.stdin.isatty():
        stored = input("Does this mean that it was stored? [y/N] ").strip().lower() in ("y", "yes")
    if not stored:
        return trial.error is None
    saved = services.preferences.settings.destination_at(place.url, place.name)
    if saved is None:
        output.say(f"This address is not in the settings: give --option {rule} to each send.")
        return True
    learned = replace(saved, options={**saved.options, trial.option: trial.value})
    others = tuple(learned if d is saved else d for d in services.preferences.settings.destinations)
    services.preferences.save(replace(services.preferences.settings, destinations=others))
    output.say(f"Kept: {rule}. Such answers count as delivered from now on.")
    return True


def sign_in(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Shows the code that the user must enter in a browser, and waits until that is done."""
    with Services(Home.find(options.home)) as services:
        saved = services.preferences.settings.destination(options.destination)
        if saved is None:
            facts: dict[str, str | int | float] = {"destination": said(options.destination)}
            raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts=facts)
        given = {ISSUER: options.issuer, CLIENT_ID: options.client_id, SCOPE: options.scope}
        more = {**saved.options, **{name: text for name, text in given.items() if text}}
        signing = replace(saved, auth="oauth", options=more)

        def show(code: DeviceCode) -> None:
            output.emit("code", user_code=code.user_code, address=code.address, direct=code.direct)
            output.text(f"Open {code.address} in any browser and type {code.user_code}")

        oauth.sign_in(signing, token, show)
        if signing != saved:
            others = tuple(
                signing if d is saved else d for d in services.preferences.settings.destinations
            )
            services.preferences.save(replace(services.preferences.settings, destinations=others))
    output.text("Signed in.")
    if not secret_store().is_lasting:
        output.say("This computer has no credential store: the sign-in ends with this command.")
    return OK


def receive(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Receives until interrupted."""
    # On 127.0.0.1 every program on this computer can connect; elsewhere everybody can.
    exposed = options.listen not in ("127.0.0.1", "::1", "localhost")
    given = options.token or os.environ.get("GANTRY_TOKEN", "")
    if exposed and not given:
        output.say("--listen opens the receiver to the network: set a token in GANTRY_TOKEN.")
        return WRONG_CALL
    key = given or secrets.token_urlsafe(32)
    root = Path(options.root)
    home = Home.find(options.home)
    keep_apart(root, (home.spool, home.logs, home.state), "receiver")
    root.mkdir(parents=True, exist_ok=True)
    try:
        receiver = Receiver(root, host=options.listen, port=options.port, token=key)
    except OSError as error:
        output.say(
            f"{options.listen} port {options.port} can't be listened on ({error.strerror}). "
            "Another program may use it: choose another --port."
        )
        return FAILED
    with receiver:
        output.emit("listening", url=receiver.url, token="" if given else key)
        output.text(f"Receiving at {receiver.url} into {options.root}")
        if not given:
            output.text(f"Token: {key}")
        while not token.cancelled:
            token.wait(3600)
    return OK
