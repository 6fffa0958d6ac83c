"""Names for members: from UIDs or SHA-256, never from the source's name."""

from __future__ import annotations

import re
from collections.abc import Callable

from gantry.engine.content import Identity
from gantry.engine.files import reserved
from gantry.engine.uids import is_uid

MANIFEST = "manifest.json"
REPORT = "deidentification.json"  # how the files were de-identified; before the manifest
LONGEST_NAME = 255

_OURS = re.compile(
    r"(?:[0-9.]{1,64}/)?(?:[0-9.]{1,64}|[0-9a-f]{64})(?:~[0-9]{1,6})?\.dcm", re.ASCII
)


def is_ours(name: str) -> bool:
    """Whether a member's name is one that Gantry gives, and so can hold no patient data."""
    return name in (MANIFEST, REPORT) or (_OURS.fullmatch(name) is not None and is_safe(name))


def is_safe(name: str) -> bool:
    """Whether a member's name from an unknown archive is a plain relative path on every system."""
    if not 0 < len(name) <= LONGEST_NAME:
        return False
    return not any(part in (".", "..") or reserved(part) for part in name.split("/"))


class MemberNames:
    """Gives every member of an archive its own name, from the identity that is sent; the same
    content with the same UID gets only one.

    Args:
        sha256_of: the SHA-256 of the member that got this name before.
    """

    def __init__(self, sha256_of: Callable[[str], str]) -> None:
        self._sha256_of = sha256_of
        self._given: set[str] = set()
        self._twins: dict[str, list[str]] = {}

    def is_given(self, identity: Identity) -> bool:
        """Whether another member has these UIDs, so that `give` asks for its SHA-256."""
        series, sop = identity.series_instance_uid, identity.sop_instance_uid
        return f"{series}/{sop}.dcm" in self._given and is_uid(sop)

    def give(self, identity: Identity, sha256: Callable[[], str]) -> str | None:
        """The name for these UIDs; None if the same content is already in the archive.

        `sha256` is called only if the name depends on it: a UID is missing or unusable, or another
        member has the same ones.
        """
        series, sop = identity.series_instance_uid, identity.sop_instance_uid
        folder = f"{series}/" if is_uid(series) else ""
        if not (folder and is_uid(sop)):
            name = f"{folder}{sha256()}.dcm"
            if name in self._given:
                return None
            self._given.add(name)
            return name
        stem = f"{folder}{sop}"
        name = f"{stem}.dcm"
        if name not in self._given:
            self._given.add(name)
            return name
        if name not in self._twins:
            self._twins[name] = [self._sha256_of(name)]
        known, digest = self._twins[name], sha256()
        if digest in known:
            return None
        known.append(digest)
        return f"{stem}~{len(known)}.dcm"
