"""New identifiers from a secret key: the same key gives the same ones, in every job.

Nothing here uses a clock or a random number, or repeated and resumed uploads would differ.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gantry.engine.deidentify.pattern import pattern_of

KEY_BYTES: Final = 32
_WELL_KNOWN: Final = b"1.2.840.10008."  # registered by DICOM: classes, syntaxes, templates
_MOST_REMEMBERED: Final = 500_000
_EARLIEST, _LATEST = -3650, -31  # days
_UUID_BITS: Final = (1 << 128) - 1


def is_well_known(uid: bytes) -> bool:
    """Whether DICOM registered a UID: it names nothing of a patient, and stays."""
    return uid.startswith(_WELL_KNOWN)


@dataclass(frozen=True)
class Key:
    """The key of a project.

    Attributes:
        secret: at least 32 bytes.
    """

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_BYTES:
            raise ValueError(f"a key has at least {KEY_BYTES} bytes")

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @cached_property
    def id(self) -> str:
        """An identifier of the key that does not reveal it."""
        return self._digest(b"id", b"").hex()[:16]

    @cached_property
    def _uids(self) -> dict[bytes, bytes]:
        return {}

    def uid(self, original: bytes) -> bytes:
        """The UID that replaces another: `2.25.` and a UUIDv8 as a decimal (RFC 9562 §5.8).

        An empty one and those that DICOM registered stay unchanged.
        """
        known = self._uids.get(original)
        if known is not None:
            return known
        bare = original.strip(b" \0")
        if not bare or is_well_known(bare):
            return bare
        number = int.from_bytes(self._digest(b"uid", bare)[:16], "big")
        number &= _UUID_BITS ^ (0xF << 76) ^ (0x3 << 62)
        number |= 0x8 << 76 | 0x2 << 62
        made = b"2.25.%d" % number
        if len(self._uids) >= _MOST_REMEMBERED:
            self._uids.clear()
        self._uids[original] = made
        return made

    def patient(self, identity: str) -> str:
        """A pseudonym for a patient, eleven letters and digits."""
        return "P" + self.letters(identity)[:10]

    def letters(self, identity: str) -> str:
        """A hash of a patient's identity, 51 capital letters and digits."""
        digest = self._digest(b"patient", identity.encode("utf-8", "surrogateescape"))
        return base64.b32encode(digest).decode("ascii")[:51]

    def token(self, identity: str) -> str:
        """What stands for a patient in a table, 32 hexadecimal digits."""
        return self._digest(b"token", identity.encode("utf-8", "surrogateescape")).hex()[:32]

    def days(self, identity: str) -> int:
        """By how many days all dates of a patient move; at least a month, at most ten years."""
        digest = self._digest(b"days", identity.encode("utf-8", "surrogateescape"))
        return _EARLIEST + int.from_bytes(digest[:8], "big") % (_LATEST - _EARLIEST + 1)

    def _digest(self, purpose: bytes, value: bytes) -> bytes:
        return hmac.digest(self.secret, purpose + b"\0" + value, hashlib.sha256)


def patient_identity(issuer: str, patient_id: str, name: str, born: str, study: str) -> str:
    """The identity of a patient: issuer and ID; without an ID, name and birth date; without
    those, the study."""
    if patient_id.strip():
        return f"id\0{issuer.strip()}\0{patient_id.strip()}"
    if name.strip(" ^="):
        return f"name\0{name.strip()}\0{born.strip()}"
    return f"study\0{study.strip()}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient under the new identity.

    Attributes:
        pseudonym: the new PatientID and PatientName.
        days: by how many days dates move.
    """

    pseudonym: str
    days: int


def subject_of(key: Key, identity: str, pseudonym: str = "") -> Subject:
    """The subject for a patient's identity; `pseudonym` if the user gave one."""
    return Subject(pseudonym or key.patient(identity), key.days(identity))


def by_pattern(text: str, key: Key, given: Callable[[str], str]) -> Callable[[str], str]:
    """What gives a patient's pseudonym by identity: the user's name, otherwise the one by a
    pattern; "": neither. Without a name, a pattern that counts raises ValueError."""
    if not text:
        return given
    pattern = pattern_of(text)

    def named(identity: str) -> str:
        if name := given(identity):
            return name
        if pattern.numbered:
            raise ValueError("no number")
        return pattern.pseudonym(key.letters(identity))

    return named
