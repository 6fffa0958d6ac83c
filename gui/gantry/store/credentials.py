"""The credentials for a destination: from the environment for one run, or from the store."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from urllib.parse import quote, urlsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.transfer.http.url_secrets import names_of_secrets
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.store.secrets import SecretStore, secret_store
from gantry.store.settings import SavedDestination


def credentials_for(
    destination: SavedDestination | str, store: SecretStore | None = None
) -> Credentials:
    """The credentials for a destination (or a bare URL); empty if unknown or not needed.

    Raises:
        GantryError: CREDENTIALS_MISSING; the destination requires some. CREDENTIALS_STORE; the
            store is locked or broken.
    """
    saved = destination if isinstance(destination, SavedDestination) else None
    url = saved.url if saved else str(destination)
    store = store or secret_store()
    query = _query_for(url, store, saved)
    if not _signs_in(url) or (saved and saved.auth == "none"):
        return Credentials(query=query)
    found = _from_environment()
    if found is None:
        found = store.load(url)
    if found is not None and found != Credentials(query=found.query):
        return replace(found, query=query)
    if saved:
        raise _missing(url, saved)
    return Credentials(query=query)


def _query_for(url: str, store: SecretStore, saved: SavedDestination | None) -> str:
    """The secrets of the URL's query: `GANTRY_SECRET_SIG` for `?sig=***`, or the stored ones."""
    names = names_of_secrets(url)
    if not names:
        return ""
    known = store.load(url)
    pairs = [pair for pair in (known.query if known else "").split("&") if "=" in pair]
    for name in names:
        if given := os.environ.get("GANTRY_SECRET_" + re.sub(r"\W", "_", name).upper(), ""):
            value = quote(given, safe="%/:?@!$'()*+,;=~")  # as in a URL
            pairs = [pair for pair in pairs if not pair.startswith(f"{name}=")]
            pairs.append(f"{name}={value}")
        if not any(pair.startswith(f"{name}=") for pair in pairs):
            raise _missing(url, saved)
    return "&".join(pair for pair in pairs if pair.partition("=")[0] in names)


def _missing(url: str, saved: SavedDestination | None) -> GantryError:
    host = urlsplit(url).hostname or ""
    facts: dict[str, Fact] = {"destination": saved.name if saved else host, "host": host}
    return GantryError(ErrorCode.CREDENTIALS_MISSING, facts=facts)


def _from_environment() -> Credentials | None:
    user, password, token = (
        os.environ.get(name, "") for name in ("GANTRY_USER", "GANTRY_PASSWORD", "GANTRY_TOKEN")
    )
    return Credentials(user, password, token) if user or password or token else None


def _signs_in(url: str) -> bool:
    """Whether such an address has a sign-in: a folder or a DICOM node has none."""
    try:
        return bool(kind_of(normalise_url(url)[0]).sign_in)
    except GantryError:
        return ":" in url and not url.startswith("practice:")
