"""Reads a policy (JSON, `gantry.policy/1`), or says what is wrong in it."""

from __future__ import annotations

from typing import Final

from gantry.store.policy.policy import SCHEMA, Policy
from gantry.store.presets.entry import Entry, read_entries
from gantry.store.presets.parse import read_profile_entry
from gantry.store.presets.signature import read_key
from gantry.store.presets.wrong import Wrong

LONGEST: Final = 1 << 20  # bytes
ENTRIES: Final = ("schema", "profile", "preset_keys")
_NO_FLOOR: Final = ("recipes", "reviewed", "pseudonym")  # entries of a profile that are no minimum
_MOST: Final = 200  # entries of a list


def policy_of(data: bytes, path: str) -> Policy:
    """The policy that a file holds.

    Raises:
        WrongPreset: with the line and the name of the entry that is wrong.
    """
    entries = read_entries(data, SCHEMA, LONGEST).entries(ENTRIES)
    keys = entries.get("preset_keys")
    return Policy(
        path=path,
        profile=_floor(entries["profile"]) if "profile" in entries else "",
        preset_keys=() if keys is None else tuple(map(read_key, keys.items(_MOST))),
    )


def _floor(entry: Entry) -> str:
    text = read_profile_entry(entry)
    if isinstance(entry.value, dict):
        for name in _NO_FLOOR:
            if name in entry.value:
                raise entry.entries()[name].wrong(Wrong.UNKNOWN)
    return text
