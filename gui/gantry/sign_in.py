"""What a saved destination needs to sign in and connect: certificates, proxy, OAuth tokens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.http import Options
from gantry.engine.transfer.oauth import BearerSignIn, DeviceCode, DeviceFlow, Tokens
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination

# Keys of `SavedDestination.options` that are options of a connection by the same name.
CA_FILE, CERTIFICATE, KEY, PROXY = "ca_file", "client_certificate", "client_key", "proxy"
CONNECTION = (CA_FILE, CERTIFICATE, KEY, PROXY)
ISSUER, CLIENT_ID, SCOPE = "issuer", "client_id", "scope"


def options_of(saved: SavedDestination, base: Options, credentials: Credentials) -> Options:
    """The options with which this destination is opened.

    Raises:
        GantryError: CREDENTIALS_MISSING: it signs in by OAuth, and nobody has done that yet.
    """
    options = connected(saved, base)
    if saved.auth == "oauth":
        options = replace(options, auth=_bearer(saved, options, credentials))
    return options


def connected(saved: SavedDestination, base: Options) -> Options:
    """These options with the destination's certificates, proxy and header; signed in nowhere yet.

    Raises:
        GantryError: CREDENTIALS_STORE: the proxy's password can't be read.
    """
    more = {name: saved.options[name] for name in CONNECTION if saved.options.get(name)}
    if proxy := more.get(PROXY):
        more[PROXY] = _with_password(proxy)
    if field := saved.options.get("field"):
        more["field"] = field
    return replace(base, header=saved.header, **more)  # type: ignore[arg-type]


def proxy_without_password(url: str) -> tuple[str, Credentials | None]:
    """A proxy's URL as the settings may hold it, and what belongs into the credential store."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None
    if not parts.password:
        return url, None
    _, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{parts.username}@{host}").geturl()
    return bare, Credentials(user=unquote(parts.username or ""), password=unquote(parts.password))


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
    """The device flow of the server that this destination trusts.

    Raises:
        GantryError: SETTINGS_INVALID: issuer or client id is missing; DESTINATION_INVALID.
    """
    issuer, client = saved.options.get(ISSUER, ""), saved.options.get(CLIENT_ID, "")
    if not issuer or not client:
        raise GantryError(
            ErrorCode.SETTINGS_INVALID, facts={"setting": ISSUER if not issuer else CLIENT_ID}
        )
    return DeviceFlow(
        issuer, client, saved.options.get(SCOPE, ""), options=replace(options, auth=None)
    )


def sign_in(
    saved: SavedDestination,
    token: CancelToken,
    show: Callable[[DeviceCode], None],
    options: Options = Options(),  # noqa: B008  (frozen)
) -> None:
    """Shows the code that a person is to type, waits for it, and keeps the tokens.

    The server is asked with the destination's own certificates and proxy.

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
    """None for a token that came from the environment: it serves as it is."""
    tokens = Tokens.from_text(credentials.token)
    if not tokens.access and not tokens.refresh:
        if credentials.token:
            return None
        raise GantryError(ErrorCode.CREDENTIALS_MISSING, facts={"destination": saved.name})
    return BearerSignIn(flow_of(saved, options), tokens, lambda fresh: _keep(saved, fresh))


def _keep(saved: SavedDestination, tokens: Tokens) -> None:
    # Where the system keeps no secrets, the store has them for this session.
    with suppress(GantryError):
        secret_store().store(saved.url, Credentials(token=tokens.to_text()))
