"""What a member is called: by UIDs or by SHA-256, never by the source's name."""

from __future__ import annotations

import re

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

    def __init__(self) -> None:
        self._hashes: dict[str, list[str]] = {}

    def is_taken(self, instance: Instance) -> bool:
        """Whether an earlier file had these UIDs: then the name depends on the SHA-256 too."""
        return self._stem(instance, "") in self._hashes

    def give(self, instance: Instance, sha256: str) -> str | None:
        """The name for this file; None where the same file is in the archive already."""
        stem = self._stem(instance, sha256)
        known = self._hashes.setdefault(stem, [])
        if sha256 in known:
            return None
        known.append(sha256)
        return f"{stem}.dcm" if len(known) == 1 else f"{stem}~{len(known)}.dcm"

    def reserve(self, instance: Instance) -> str:
        """The first name for these UIDs, before the SHA-256 is known; `settle` must follow."""
        stem = self._stem(instance, "")
        self._hashes[stem] = []
        return f"{stem}.dcm"

    def settle(self, instance: Instance, sha256: str) -> None:
        """Says what `reserve` was for."""
        self._hashes[self._stem(instance, "")].append(sha256)

    @staticmethod
    def _stem(instance: Instance, sha256: str) -> str:
        series = instance.series_instance_uid
        folder = f"{series}/" if usable_uid(series) else ""
        return folder + (sha256 if needs_hash(instance) else instance.sop_instance_uid)
