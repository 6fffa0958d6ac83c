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

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

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


def read_key(path: Path, *, private: bool) -> ECC.EccKey:
    """A key for Ed25519 in PEM; where a public key is wanted, a private one will do.

    Raises:
        GantryError: SIGNING_KEY.
    """
    try:
        with path.open("rb") as file:
            key = ECC.import_key(file.read(_LONGEST))
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise _no_key(path, private, type(error).__name__) from error
    if key.curve != "Ed25519" or (private and not key.has_private()):
        raise _no_key(path, private, key.curve)
    return key


def _no_key(path: Path, private: bool, detail: str) -> GantryError:
    facts: dict[str, str | int | float] = {"reason": "private" if private else "public"}
    return GantryError(
        ErrorCode.SIGNING_KEY, facts=facts, private={"path": str(path)}, detail=detail
    )


def signature_of(data: bytes, key: ECC.EccKey) -> bytes:
    """The content of the file with the signature of `data`."""
    value = {
        "schema": SCHEMA,
        "key": _text(_public(key)),
        "signature": _text(eddsa.new(key, "rfc8032").sign(data)),
    }
    return json.dumps(value, indent=2).encode() + b"\n"


def check(path: Path, expected: ECC.EccKey | None) -> tuple[Verdict, str]:
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
        eddsa.new(eddsa.import_public_key(public), "rfc8032").verify(data, signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Verdict.CHANGED, ""
    is_known = expected is not None and _public(expected) == public
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


def write_signature(path: Path, data: bytes, key: ECC.EccKey) -> Path:
    """Writes the signature of `data`, which is in `path`, beside it. Never over another's file.

    Raises:
        OSError
    """
    beside = signature_file(path)
    if beside.exists():
        raise FileExistsError(17, "another file has the name of the signature", str(beside))
    write_atomically(beside, signature_of(data, key))
    return beside


def _public(key: ECC.EccKey) -> bytes:
    raw = key.public_key().export_key(format="raw")
    assert isinstance(raw, bytes)
    return raw


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
