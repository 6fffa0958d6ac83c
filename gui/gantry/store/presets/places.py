"""Reads the destinations of a preset. A user name, a password or a token is never in them."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.transfer.http.url_secrets import without_secrets
from gantry.engine.transfer.kind import DestinationKind, SignIn
from gantry.engine.transfer.kind import Entry as FieldEntry
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.store.presets.entry import Entry
from gantry.store.presets.wrong import Wrong
from gantry.store.settings import SavedDestination

_ENTRIES: Final = (
    *("name", "url", "auth", "header", "options"),
    *("deidentify", "study", "new_key_each_time"),
)
_OAUTH: Final = ("issuer", "client_id", "scope")
_OF_THIS_COMPUTER: Final = (FieldEntry.FILE, FieldEntry.FOLDER, FieldEntry.SECRET)


def read_destination(entry: Entry, profile: str) -> SavedDestination:
    """A destination.

    Args:
        profile: what `deidentify` stands for; "": the preset has no profile.

    Raises:
        WrongPreset.
    """
    entries = entry.entries(_ENTRIES)
    for name in ("name", "url"):
        if name not in entries:
            raise entry.wrong(Wrong.MISSING, f'"{name}"')
    url, kind = _address(entries["url"])
    auth = entries["auth"].one_of(("none", *kind.sign_in)) if "auth" in entries else "none"
    wanted = "deidentify" in entries and entries["deidentify"].yes()
    if wanted and not profile:
        raise entries["deidentify"].wrong(Wrong.MISSING, '"profile"')
    new_key = "new_key_each_time" in entries and entries["new_key_each_time"].yes()
    values: dict[str, Any] = {"auth": auth}
    return SavedDestination(
        name=entries["name"].text(100),
        url=url,
        header=entries["header"].text(100) if "header" in entries else "",
        options=_options(entries.get("options"), kind, auth),
        deidentify=profile if wanted else "",
        study=entries["study"].text(100) if "study" in entries else "",
        new_key_each_time=new_key,
        **values,
    )


def _address(entry: Entry) -> tuple[str, DestinationKind]:
    text = entry.text(2000)
    try:
        url, secrets = normalise_url(text)
        kind = kind_of(url)
    except GantryError as error:
        raise entry.wrong(Wrong.VALUE, "https://…") from error
    if secrets != Credentials():
        raise entry.wrong(Wrong.SECRET)
    return url, kind


def _options(entry: Entry | None, kind: DestinationKind, auth: str) -> dict[str, str]:
    if entry is None:
        return {}
    known: Collection[str] = [f.name for f in kind.options if f.entry not in _OF_THIS_COMPUTER]
    if auth == SignIn.OAUTH:
        known = [*known, *_OAUTH]
    made = {}
    for name, one in entry.entries(known).items():
        made[name] = one.text(2000)
        if _has_secret(made[name]):
            raise one.wrong(Wrong.SECRET)
    return made


def _has_secret(text: str) -> bool:
    """Whether a value is an address with a user, a password or a secret parameter."""
    if without_secrets(text)[1]:
        return True
    with suppress(ValueError):
        return "://" in text and "@" in urlsplit(text).netloc
    return True
