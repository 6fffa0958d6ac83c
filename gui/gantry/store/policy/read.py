"""Reads the policies of a computer. One that is there and can't be read allows nothing."""

from __future__ import annotations

import os
from pathlib import Path

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.store.policy.place import further_file, policy_file
from gantry.store.policy.policy import Policy


def policies() -> tuple[Policy, ...]:
    """The policies as they are now; all of them apply. Without any, the usual case, this only looks
    for a file.

    Raises:
        GantryError: POLICY_INVALID, with the line and the reason. Nothing may be sent then.
    """
    try:
        own = policy_file()
    except OSError as error:
        raise _unreadable("policy.json", error) from error
    more = further_file()
    found = (read_policy(own), read_policy(more, must_exist=True) if more is not None else None)
    return tuple(policy for policy in found if policy is not None)


def read_policy(path: Path, *, must_exist: bool = False) -> Policy | None:
    """The policy in a file; None: there is no file.

    Raises:
        GantryError: POLICY_INVALID.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read((1 << 20) + 1)
    except FileNotFoundError as error:
        if not must_exist and not os.path.lexists(path):
            return None
        raise _unreadable(str(path), error) from error  # a link that leads nowhere
    except OSError as error:
        raise _unreadable(str(path), error) from error
    from gantry.store.policy.parse import policy_of  # noqa: PLC0415 - only where there is one
    from gantry.store.presets.wrong import WrongPreset  # noqa: PLC0415 - only where there is one

    try:
        return policy_of(data, str(path))
    except WrongPreset as error:
        raise error.error(str(path), ErrorCode.POLICY_INVALID) from error


def _unreadable(path: str, error: OSError) -> GantryError:
    private: dict[str, Fact] = {"path": path}
    return GantryError(
        ErrorCode.POLICY_INVALID,
        facts={"reason": "unreadable"},
        private=private,
        detail=type(error).__name__,
    )
