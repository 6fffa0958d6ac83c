"""Signs a file with Ed25519 (RFC 8032), and checks a signature, which is in a file beside it.

`FILE.sig` is JSON: `{"schema": "gantry.signature/1", "key", "signature"}`, the public key and the
signature in Base64. The signature covers every byte of FILE, whatever kind of file that is.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.atomic import write_atomically

SCHEMA: Final = "gantry.signature/1"
_LONGEST: Final = 1 << 16  # bytes; a larger file is no key and no signature


class Verdict(StrEnum):
    """What a signature says about its file."""

    GOOD = "good"  # the file is as it was signed, by the key that was expected
    CHANGED = "changed"  # the file or the signature is not as it was
    UNKNOWN_KEY = "unknown key"  # unchanged since it was signed, but by a key that nobody named
    UNSIGNED = "not signed"


def signature_file(path: Path) -> Path:
    """Where the signature of a file is."""
    return path.with_name(f"{path.name}.sig")


def private_key(path: Path) -> Ed25519PrivateKey:
    """A key for Ed25519 in PEM, without a passphrase.

    Raises:
        GantryError: SIGNING_KEY.
    """
    try:
        key = load_pem_private_key(_read(path), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "private", type(error).__name__) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private", type(key).__name__)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The same of a public key; the private key that belongs to it will do.

    Raises:
        GantryError: SIGNING_KEY.
    """
    try:
        key = load_pem_public_key(_read(path))
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        with suppress(GantryError):
            return private_key(path).public_key()
        raise _no_key(path, "public", type(error).__name__) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public", type(key).__name__)
    return key


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST)


def _no_key(path: Path, kind: str, detail: str) -> GantryError:
    return GantryError(
        ErrorCode.SIGNING_KEY,
        facts={"reason": kind},
        private={"path": str(path)},
        detail=detail,
    )


def signature_of(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """The content of the file with the signature of `data`."""
    value = {
        "schema": SCHEMA,
        "key": _text(key.public_key().public_bytes_raw()),
        "signature": _text(key.sign(data)),
    }
    return json.dumps(value, indent=2).encode() + b"\n"


def check(path: Path, expected: Ed25519PublicKey | None) -> tuple[Verdict, str]:
    """What the signature beside a file says of it, and the public key in it, in Base64.

    Raises:
        OSError: the file can't be read.
    """
    data = path.read_bytes()
    try:
        with signature_file(path).open("rb") as file:
            content = file.read(_LONGEST)
    except FileNotFoundError:
        return Verdict.UNSIGNED, ""
    try:
        value = json.loads(content)
        if value["schema"] != SCHEMA:
            return Verdict.UNSIGNED, ""
        public = base64.b64decode(value["key"], validate=True)
        signature = base64.b64decode(value["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError):
        return Verdict.CHANGED, ""
    is_known = expected is not None and expected.public_bytes_raw() == public
    return Verdict.GOOD if is_known else Verdict.UNKNOWN_KEY, _text(public)


def remove_signature(path: Path) -> None:
    """Removes the signature of an earlier file of that name. Another program's file stays.

    Raises:
        OSError
    """
    beside = signature_file(path)
    with suppress(FileNotFoundError):
        with beside.open("rb") as file:
            is_own = SCHEMA.encode() in file.read(_LONGEST)
        if is_own:
            beside.unlink()


def write_signature(path: Path, data: bytes, key: Ed25519PrivateKey) -> Path:
    """Writes the signature of `data`, which is in `path`, beside it. Never over another's file.

    Raises:
        OSError
    """
    beside = signature_file(path)
    if beside.exists():
        raise FileExistsError(17, "another file has the name of the signature", str(beside))
    write_atomically(beside, signature_of(data, key))
    return beside


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
