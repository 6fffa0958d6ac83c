"""Trusts the keys of those who sign presets, by what a user was given of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.lazy import load
from gantry.store.home import Home
from gantry.store.presets.trusted import (
    add_key,
    fingerprint,
    key_in,
    key_text,
    remove_key,
    trusted_keys,
)

_LONGEST: Final = 1 << 16  # bytes
_PUBLIC: Final = "an Ed25519 public key: the key itself in Base64, or a file with it or in PEM"
_NOT_PRIVATE: Final = (
    "a public key, and this file holds a private one, which only its owner may have "
    "(openssl pkey -in KEY.pem -pubout writes the public one)"
)
_LISTED: Final = "the fingerprint of a trusted key (--keys lists them)"


def keys_of(home: Home) -> frozenset[str]:
    """The keys that are trusted. Raises GantryError: EXPORT_FAILED."""
    return frozenset(one.key for one in trusted_keys(home) if one.key)


def trust_key(home: Home, given: str) -> tuple[str, bool]:
    """Trusts a key; returns it, and whether that is new.

    Args:
        given: the key in Base64, or the path of a file that holds it.

    Raises:
        GantryError: CALL_INVALID: it is no public key; EXPORT_FAILED.
    """
    key = key_in(given) or _key_of_file(Path(given))
    return key, add_key(home, key)


def distrust_key(home: Home, given: str) -> str:
    """Trusts a key no more, and returns it. What was installed stays installed.

    Args:
        given: its fingerprint, or what `trust_key` takes.

    Raises:
        GantryError: CALL_INVALID: it is not trusted; EXPORT_FAILED.
    """
    known = {fingerprint(key): key for key in keys_of(home)}
    key = known.get(given.strip()) or key_in(given)
    if key is None and not given.startswith("SHA256:"):
        key = _key_of_file(Path(given), "--distrust")
    if key is None or key not in known.values():
        raise _wants("--distrust", _LISTED)
    remove_key(home, key)
    return key


def _key_of_file(path: Path, option: str = "--trust") -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST)
    except (OSError, ValueError) as error:  # a name with a zero in it is none
        raise _wants(option, _PUBLIC) from error
    if b"PRIVATE KEY" in data:
        raise _wants(option, _NOT_PRIVATE)
    key = key_in(data.decode("ascii", "replace")) or _key_of_pem(data)
    if key is None:
        raise _wants(option, _PUBLIC)
    return key


def _key_of_pem(data: bytes) -> str | None:
    if b"-----BEGIN PUBLIC KEY-----" not in data:
        return None
    load("cryptography")
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - late
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - late
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key_text(key.public_bytes_raw()) if isinstance(key, Ed25519PublicKey) else None


def _wants(option: str, wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": option, "wanted": wanted})
