"""Reads a policy (JSON, `gantry.policy/1`), or says what is wrong in it."""

from __future__ import annotations

from typing import Final

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.transfer.registry import normalise_url
from gantry.store.policy.policy import SCHEMA, Policy
from gantry.store.presets.entry import Entry, read_entries
from gantry.store.presets.parse import read_profile_entry, read_settings
from gantry.store.presets.signature import read_key
from gantry.store.presets.wrong import Wrong

LONGEST: Final = 1 << 20  # bytes
ENTRIES: Final = ("schema", "profile", "destinations", "settings", "preset_keys")
_NO_FLOOR: Final = ("recipes", "reviewed", "pseudonym")  # entries of a profile that are no minimum
_MOST: Final = 200  # entries of a list


def policy_of(data: bytes, path: str) -> Policy:
    """The policy that a file holds.

    Raises:
        WrongPreset: with the line and the name of the entry that is wrong.
    """
    entries = read_entries(data, SCHEMA, LONGEST).entries(ENTRIES)
    keys, places = entries.get("preset_keys"), entries.get("destinations")
    return Policy(
        path=path,
        profile=_floor(entries["profile"]) if "profile" in entries else "",
        destinations=None if places is None else tuple(map(_place, places.items(_MOST))),
        settings=read_settings(entries.get("settings")),
        preset_keys=() if keys is None else tuple(map(read_key, keys.items(_MOST))),
    )


def _floor(entry: Entry) -> str:
    text = read_profile_entry(entry)
    if isinstance(entry.value, dict):
        for name in _NO_FLOOR:
            if name in entry.value:
                raise entry.entries()[name].wrong(Wrong.UNKNOWN)
    return text


def _place(entry: Entry) -> str:
    """An address without secrets; a folder as a path, too."""
    try:
        url, secrets = normalise_url(entry.text(2000))
    except GantryError as error:
        raise entry.wrong(Wrong.VALUE, "https://…, file:///…") from error
    if secrets != Credentials():
        raise entry.wrong(Wrong.SECRET)
    return url
