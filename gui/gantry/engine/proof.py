"""Kinds of proof that a parcel arrived. The values are stored in the history and in JSON."""

from __future__ import annotations

from enum import StrEnum


class Proof(StrEnum):
    """The value of a receipt's `proof`; the window translates it.

    A kind of destination that has proofs of its own derives them from this, and says in its `words`
    what the window calls them.
    """


class SharedProof(Proof):
    """The proofs that several kinds share."""

    SHA256 = "receiver's SHA-256"
    SHA384 = "receiver's SHA-384"
    SHA512 = "receiver's SHA-512"
    SHA1 = "receiver's SHA-1"
    MD5 = "receiver's MD5"
    CHECKSUM = "receiver's checksum"
    RULE = "success rule"
    USER = "user's word"
    READ_BACK = "read back"
