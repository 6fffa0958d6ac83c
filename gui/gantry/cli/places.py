"""`destinations`, `doctor` and `receive`: where things go, and whether they would arrive."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from msgspec.structs import replace

from gantry import sign_in as oauth
from gantry.cli import FAILED, OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.oauth import DeviceCode
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.messages import error_message
from gantry.receiver.server import Receiver
from gantry.services import Services
from gantry.sign_in import CLIENT_ID, ISSUER, SCOPE
from gantry.store.home import Home
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination


def destinations(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Lists, adds or removes destinations; secrets go to the credential store."""
    with Services(Home.find(options.home)) as services:
        if options.add:
            _add(services, *options.add)
        if options.remove:
            _remove(services, options.remove)
        places = services.places()
        for place in places:
            kind = "practice" if place.is_practice else kind_of(place.url).scheme
            output.emit("destination", name=place.name, url=place.url, kind=kind)
            output.text(f"{place.name}  {place.url}")
    output.summary(destinations=len(places))
    return OK


def _add(services: Services, name: str, text: str) -> None:
    url, credentials = normalise_url(text)
    kind_of(url)
    if any(p.name.casefold() == name.casefold() for p in services.places()):
        raise GantryError(ErrorCode.DESTINATION_EXISTS, facts={"destination": name})
    signs_in = bool(credentials.user or credentials.password)
    saved = SavedDestination(
        name=name, url=url, auth="basic" if signs_in else "none", user=credentials.user
    )
    settings = services.settings
    services.save_settings(replace(settings, destinations=(*settings.destinations, saved)))
    if signs_in:
        secret_store().store(url, credentials)


def _remove(services: Services, name: str) -> None:
    settings = services.settings
    found = [d for d in settings.destinations if d.name.casefold() == name.casefold()]
    if not found:
        raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts={"destination": name})
    left = tuple(d for d in settings.destinations if d not in found)
    services.save_settings(replace(settings, destinations=left))
    for saved in found:
        secret_store().delete(saved.url)


def doctor(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Tests a destination; the first step that fails says what to do."""
    failed = 0
    with Services(Home.find(options.home)) as services:
        services.plain_password_ok = options.allow_http
        for step in services.examine(services.place(options.destination), token):
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
    return FAILED if failed else OK


def sign_in(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Shows the code that a person is to type in a browser, and waits until that is done."""
    with Services(Home.find(options.home)) as services:
        saved = services.settings.destination(options.destination)
        if saved is None:
            facts: dict[str, str | int | float] = {"destination": options.destination}
            raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts=facts)
        given = {ISSUER: options.issuer, CLIENT_ID: options.client_id, SCOPE: options.scope}
        more = {**saved.options, **{name: text for name, text in given.items() if text}}
        signing = replace(saved, auth="oauth", options=more)

        def show(code: DeviceCode) -> None:
            output.emit("code", user_code=code.user_code, address=code.address, direct=code.direct)
            output.text(f"Open {code.address} in any browser and type {code.user_code}")

        oauth.sign_in(signing, token, show)
        if signing != saved:
            others = tuple(signing if d is saved else d for d in services.settings.destinations)
            services.save_settings(replace(services.settings, destinations=others))
    output.text("Signed in.")
    if not secret_store().is_lasting:
        output.say("This computer has no credential store: the sign-in ends with this command.")
    return OK


def receive(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Receives until it is interrupted."""
    # On 127.0.0.1 every program of this computer can connect; elsewhere everybody can.
    exposed = options.listen not in ("127.0.0.1", "::1", "localhost")
    if exposed and not options.token:
        output.say("--listen opens the receiver to the network: name a --token for it.")
        return WRONG_CALL
    key = options.token or secrets.token_urlsafe(32)
    root = Path(options.root)
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
        output.emit("listening", url=receiver.url, token="" if options.token else key)
        output.text(f"Receiving at {receiver.url} into {options.root}")
        if not options.token:
            output.text(f"Token: {key}")
        while not token.cancelled:
            token.wait(3600)
    return OK
