"""Signs presets and checks their signatures: Ed25519 (RFC 8032) over the canonical form.

What is signed is the canonical form (canonical.py) of the file's JSON object without its entry
`signature`. So spaces, line ends and the order of entries don't matter.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from gantry.engine.lazy import load
from gantry.store.presets.canonical import canonical
from gantry.store.presets.entry import Entry
from gantry.store.presets.preset import Signed
from gantry.store.presets.wrong import Wrong

ALGORITHM: Final = "Ed25519"
SIGNATURE: Final = "signature"
_KEY_SIZE, _SIZE = 32, 64  # bytes


class NoSigningKey(ValueError):
    """The file is no private key for Ed25519, or its passphrase is another one."""


def signed_value(value: dict[str, Any], key_file: bytes, passphrase: str) -> dict[str, Any]:
    """The object of a preset with a signature, which replaces another one.

    Args:
        key_file: a private key in PEM.
        passphrase: of the key; "": it has none.

    Raises:
        NoSigningKey; ValueError: the object has no canonical form.
    """
    load("cryptography")
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - late
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - late
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(key_file, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoSigningKey from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey
    bare = {name: one for name, one in value.items() if name != SIGNATURE}
    made = {
        "algorithm": ALGORITHM,
        "key": _text(key.public_key().public_bytes_raw()),
        "value": _text(key.sign(canonical(bare))),
    }
    return {**bare, SIGNATURE: made}


def read_signature(whole: Entry) -> Signed | None:
    """The signature of a preset; None: it has none.

    Raises:
        WrongPreset: it is no signature, or does not fit the rest of the file.
    """
    entries = whole.entries()
    if (entry := entries.get(SIGNATURE)) is None:
        return None
    parts = entry.entries(("algorithm", "key", "value"))
    if set(parts) != {"algorithm", "key", "value"}:
        raise entry.wrong(Wrong.SIGNATURE)
    parts["algorithm"].one_of((ALGORITHM,))
    key, value = _bytes(parts["key"], _KEY_SIZE), _bytes(parts["value"], _SIZE)
    bare = {name: one.value for name, one in entries.items() if name != SIGNATURE}
    if not _fits(key, value, bare):
        raise entry.wrong(Wrong.SIGNATURE)
    return Signed(_text(key))


def read_key(entry: Entry) -> str:
    """A public key, as `Signed.key`. Raises WrongPreset."""
    return _text(_bytes(entry, _KEY_SIZE))


def _fits(key: bytes, value: bytes, bare: dict[str, Any]) -> bool:
    load("cryptography")
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - late
        Ed25519PublicKey,
    )

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(value, canonical(bare))
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(entry: Entry, size: int) -> bytes:
    try:
        found = base64.b64decode(entry.text(2 * _SIZE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise entry.wrong(Wrong.SIGNATURE) from error
    if len(found) != size:
        raise entry.wrong(Wrong.SIGNATURE)
    return found
