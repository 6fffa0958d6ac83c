"""Reads a policy (JSON, `gantry.policy/1`), or says what is wrong in it."""

from __future__ import annotations

from typing import Final

from gantry.store.policy.policy import SCHEMA, Policy
from gantry.store.presets.entry import read_entries
from gantry.store.presets.signature import read_key

LONGEST: Final = 1 << 20  # bytes
_ENTRIES: Final = ("schema", "preset_keys")
_MOST: Final = 200  # entries of a list


def policy_of(data: bytes, path: str) -> Policy:
    """The policy that a file holds.

    Raises:
        WrongPreset: with the line and the name of the entry that is wrong.
    """
    entries = read_entries(data, SCHEMA, LONGEST).entries(_ENTRIES)
    keys = entries.get("preset_keys")
    return Policy(
        path=path,
        preset_keys=() if keys is None else tuple(map(read_key, keys.items(_MOST))),
    )
