"""The options that a saved destination needs to connect: certificates, proxy, OAuth tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials, DeviceCode
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.fields import (
    CA_FILE,
    CERTIFICATE,
    COMPARE,
    KEY,
    KEY_PASSWORD,
    PATH,
    PROXY,
    SESSION,
    SUBJECT,
)
from gantry.engine.transfer.http.bearer_sign_in import BearerSignIn
from gantry.engine.transfer.http.device_flow import DeviceFlow
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.options import Options
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination

CONNECTION = (CA_FILE, CERTIFICATE, KEY, PROXY)
LISTING = "listing"
_LONGEST = 3600.0
_YES = frozenset({"yes", "true", "1", "on"})
# Options of the form POST only.
FORM = ("field", "success", "redirect")
# Templates by which kinds name what they store.
NAMES = (PATH, SUBJECT, SESSION)
ISSUER, CLIENT_ID, SCOPE = "issuer", "client_id", "scope"


def options_of(saved: SavedDestination, base: Options, credentials: Credentials) -> Options:
    """The options with which this destination is opened.

    Raises:
        GantryError: CREDENTIALS_MISSING: it uses OAuth, and nobody has signed in yet.
    """
    options = connected(saved, base)
    if saved.auth == "oauth":
        options = replace(options, auth=_bearer(saved, options, credentials))
    return options


def connected(saved: SavedDestination, base: Options) -> Options:
    """These options with the destination's certificates, proxy and header, not signed in yet.

    Raises:
        GantryError: CREDENTIALS_STORE: the proxy's password can't be read.
    """
    more = {
        name: saved.options[name]
        for name in (*CONNECTION, *FORM, *NAMES)
        if saved.options.get(name)
    }
    if proxy := more.get(PROXY):
        more[PROXY] = _with_password(proxy)
    compare = saved.options.get(COMPARE, "").strip().lower() in _YES
    return replace(
        base,
        header=saved.header,
        compare=compare,
        listing=_seconds(saved.options.get(LISTING, "")),
        key_password=lambda: _passphrase(saved),
        **more,  # type: ignore[arg-type]
    )


def _seconds(text: str) -> float:
    """A time limit from the settings; 0 if invalid."""
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 < seconds <= _LONGEST else 0.0


def passphrase_place(options: Mapping[str, str]) -> str:
    """The place of a destination's key passphrase in the credential store."""
    return f"key:{options.get(KEY) or options.get(CERTIFICATE, '')}"


def secret_places(saved: SavedDestination) -> set[str]:
    """The places of a destination's secrets in the credential store: its own, its proxy's, and
    its key's passphrase. Others may share the last two."""
    options = saved.options
    places = {saved.url, options.get(PROXY, "")}
    if options.get(CERTIFICATE):
        places.add(passphrase_place(options))
    return places - {"", "none"}


def _passphrase(saved: SavedDestination) -> str:
    """The passphrase as just entered, from the environment for one run, or stored; "": unknown.

    Raises:
        GantryError: CREDENTIALS_STORE.
    """
    given = saved.options.get(KEY_PASSWORD) or os.environ.get("GANTRY_SECRET_CLIENT_KEY", "")
    if given:
        return given
    kept = secret_store().load(passphrase_place(saved.options))
    return kept.password if kept else ""


def parse_options(given: Iterable[str]) -> dict[str, str]:
    """`KEY=VALUE` texts as options.

    Raises:
        GantryError: CALL_INVALID: an unknown option, or no "=".
    """
    known = (*CONNECTION, *FORM, *NAMES, COMPARE, LISTING, ISSUER, CLIENT_ID, SCOPE)
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            wanted = "KEY=VALUE, with KEY one of " + ", ".join(known)
            raise GantryError(
                ErrorCode.CALL_INVALID, facts={"option": "--option", "wanted": wanted}
            )
        found[name] = value
    return found


def want_names_used(given: Mapping[str, str], kind: DestinationKind | None) -> None:
    """Checks that a kind uses the templates for names that were given for one call: otherwise
    labels would name nothing, and nobody would know.

    Args:
        kind: None: practice.

    Raises:
        GantryError: CALL_INVALID.
    """
    used = {field.name for field in kind.options} if kind is not None else set()
    for name in NAMES:
        if name in given and name not in used:
            wanted = "a destination that has such names: path a folder or an object store (S3), "
            wanted += "subject and session an XNAT project"
            raise GantryError(
                ErrorCode.CALL_INVALID, facts={"option": f"--option {name}", "wanted": wanted}
            )


def without_secrets(options: Mapping[str, str]) -> dict[str, str]:
    """The options given for one call, without what must not be stored."""
    kept = {name: value for name, value in options.items() if name != KEY_PASSWORD}
    if PROXY in kept:
        kept[PROXY] = proxy_without_password(kept[PROXY])[0]
    return kept


def proxy_without_password(url: str) -> tuple[str, Credentials | None]:
    """A proxy's URL for the settings, and the secret that belongs in the credential store."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None
    if not parts.password:
        return url, None
    _, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{parts.username}@{host}").geturl()
    return bare, Credentials(user=unquote(parts.username or ""), password=unquote(parts.password))


def secrets_in(options: Mapping[str, str]) -> dict[str, Credentials]:
    """What `without_secrets` removes, by its place in the credential store."""
    bare, of_proxy = proxy_without_password(options.get(PROXY, ""))
    found = {} if of_proxy is None else {bare: of_proxy}
    if passphrase := options.get(KEY_PASSWORD):
        found[passphrase_place(options)] = Credentials(password=passphrase)
    return found


def _with_password(proxy: str) -> str:
    parts = urlsplit(proxy)
    if not parts.username or parts.password is not None:
        return proxy
    known = secret_store().load(proxy)
    if known is None:
        return proxy
    _, _, host = parts.netloc.rpartition("@")
    signed = f"{parts.username}:{quote(known.password, safe='')}@{host}"
    return parts._replace(netloc=signed).geturl()


def flow_of(saved: SavedDestination, options: Options) -> DeviceFlow:
    """The device flow of this destination's sign-in server.

    Raises:
        GantryError: SETTINGS_INVALID: issuer or client id is missing; DESTINATION_INVALID.
    """
    issuer, client = saved.options.get(ISSUER, ""), saved.options.get(CLIENT_ID, "")
    if not issuer or not client:
        raise GantryError(
            ErrorCode.SETTINGS_INVALID,
            facts={
                "reason": "sign-in",
                "setting": CLIENT_ID if issuer else ISSUER,
                "destination": saved.name,
            },
        )
    return DeviceFlow(
        issuer, client, saved.options.get(SCOPE, ""), options=replace(options, auth=None)
    )


def sign_in(
    saved: SavedDestination,
    token: CancelToken,
    show: Callable[[DeviceCode], None],
    options: Options = Options(),
) -> None:
    """Shows the code that the user must enter, waits for it, and stores the tokens.

    The server is contacted with the destination's own certificates and proxy.

    Raises:
        GantryError: OAUTH_REFUSED, OAUTH_EXPIRED, or the server can't be asked.
        Cancelled.
    """
    flow = flow_of(saved, connected(saved, options))
    try:
        code = flow.begin(token)
        show(code)
        _keep(saved, flow.wait(code, token))
    finally:
        flow.close()


def _bearer(
    saved: SavedDestination, options: Options, credentials: Credentials
) -> BearerSignIn | None:
    """None for a token from the environment, which is used as it is."""
    tokens = Tokens.from_text(credentials.token)
    if not tokens.access and not tokens.refresh:
        if credentials.token:
            return None
        raise GantryError(ErrorCode.CREDENTIALS_MISSING, facts={"destination": saved.name})
    return BearerSignIn(flow_of(saved, options), tokens, lambda fresh: _keep(saved, fresh))


def _keep(saved: SavedDestination, tokens: Tokens) -> None:
    # If the system stores no secrets, the store has them for this session.
    with suppress(GantryError):
        secret_store().store(saved.url, Credentials(token=tokens.to_text()))
