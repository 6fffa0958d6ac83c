"""What a member is called: by UIDs or by SHA-256, never by the source's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from gantry.engine.files import reserved
from gantry.engine.instance import Instance

MANIFEST = "manifest.json"
LONGEST_NAME = 255

# DICOM PS3.5 §9.1, but with leading zeros, which some vendors write. No empty component, so that
# neither ".." nor a name that Windows would cut (`1.2.`) can come of it.
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)*", re.ASCII)
_OURS = re.compile(
    r"(?:[0-9.]{1,64}/)?(?:[0-9.]{1,64}|[0-9a-f]{64})(?:~[0-9]{1,6})?\.dcm", re.ASCII
)


def usable_uid(uid: str) -> bool:
    """Whether the UID may become part of a member's name."""
    return 0 < len(uid) <= 64 and _UID.fullmatch(uid) is not None


def needs_hash(instance: Instance) -> bool:
    """Whether the member's name depends on its SHA-256, because a UID is missing or unusable."""
    return not (usable_uid(instance.series_instance_uid) and usable_uid(instance.sop_instance_uid))


def is_ours(name: str) -> bool:
    """Whether a member's name is one that Gantry gives, and so can hold no patient data."""
    return name == MANIFEST or (_OURS.fullmatch(name) is not None and is_safe(name))


def is_safe(name: str) -> bool:
    """Whether a member's name, from a stranger's archive, is a plain relative path everywhere."""
    if not 0 < len(name) <= LONGEST_NAME:
        return False
    return not any(part in (".", "..") or reserved(part) for part in name.split("/"))


class Names:
    """Gives every file of one archive its own name; the same content under one UID only once."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        counts = Counter(_key(i) for i in instances if not needs_hash(i))
        self._shared = {key for key, count in counts.items() if count > 1}
        self._given: dict[str, list[str]] = {}

    def needs_hash(self, instance: Instance) -> bool:
        """Whether the name depends on the SHA-256: no usable UIDs, or others have them too."""
        return needs_hash(instance) or _key(instance) in self._shared

    def give(self, instance: Instance, sha256: str = "") -> str | None:
        """The name for this file; None where the same file is in the archive already.

        `sha256` may be left out where `needs_hash` says so.
        """
        series, sop = _key(instance)
        folder = f"{series}/" if usable_uid(series) else ""
        if not self.needs_hash(instance):
            return f"{folder}{sop}.dcm"
        stem = folder + (sha256 if needs_hash(instance) else sop)
        known = self._given.setdefault(stem, [])
        if sha256 in known:
            return None
        known.append(sha256)
        return f"{stem}~{len(known)}.dcm" if len(known) > 1 else f"{stem}.dcm"


def _key(instance: Instance) -> tuple[str, str]:
    return instance.series_instance_uid, instance.sop_instance_uid
