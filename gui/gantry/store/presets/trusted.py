"""The keys whose presets are trusted: a folder with one file each, named by the key's SHA-256.

Two processes that add or remove keys never touch the same file with different content.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import retry_held, unlink_retry
from gantry.store.atomic import write_atomically
from gantry.store.home import Home

KEY_SIZE: Final = 32  # bytes
_SUFFIX: Final = ".key"
_LONGEST: Final = 256  # bytes; a longer file is no key
_REPLACED_WITHIN: Final = 0.3  # seconds


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key, or what is wrong with its file.

    Attributes:
        key: the public key, 32 bytes in Base64, as in `Signed`; "" if its file holds none.
    """

    path: Path
    key: str = ""
    error: GantryError | None = None


def key_in(text: str) -> str | None:
    """The public key in Base64, as it is always written; None: the text is none."""
    try:
        data = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key_text(data) if len(data) == KEY_SIZE else None


def key_text(data: bytes) -> str:
    """The text of the bytes of a public key."""
    return base64.b64encode(data).decode("ascii")


def fingerprint(key: str) -> str:
    """The fingerprint of a public key, as SSH writes it: `SHA256:` and 43 characters."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def trusted_keys(home: Home) -> list[TrustedKey]:
    """All trusted keys; one whose file is damaged is trusted no more, and hides no other.

    Raises:
        GantryError: EXPORT_FAILED: the folder can't be read.
    """
    folder = _folder(home)
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _failed(folder, error) from error
    return [
        _read(one) for one in files if one.name.endswith(_SUFFIX) and not one.name.startswith(".")
    ]


def add_key(home: Home, key: str) -> bool:
    """Trusts a key; returns whether that is new. Raises GantryError: EXPORT_FAILED."""
    path = _file(home, key)
    if path.exists() and _read(path).key == key:
        return False
    try:
        write_atomically(path, f"{key}\n".encode("ascii"))
    except OSError as error:
        raise _failed(path, error) from error
    return True


def remove_key(home: Home, key: str) -> None:
    """Trusts a key no more. Raises GantryError: EXPORT_FAILED."""
    path = _file(home, key)
    try:
        unlink_retry(path)
    except OSError as error:
        raise _failed(path, error) from error


def _read(path: Path) -> TrustedKey:
    try:
        data = retry_held(lambda: _head(path), seconds=_REPLACED_WITHIN, denied_too=True)
    except OSError:
        data = b""
    key = key_in(data.decode("ascii", "replace"))
    if key is None or path.name != _name(key):
        error = GantryError(
            ErrorCode.PRESET_INVALID, facts={"reason": "key"}, private={"path": str(path)}
        )
        return TrustedKey(path, error=error)
    return TrustedKey(path, key)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST)


def _folder(home: Home) -> Path:
    return home.presets / "keys"


def _file(home: Home, key: str) -> Path:
    return _folder(home) / _name(key)


def _name(key: str) -> str:
    return hashlib.sha256(base64.b64decode(key)).hexdigest() + _SUFFIX


def _failed(path: Path, error: OSError) -> GantryError:
    return GantryError(
        ErrorCode.EXPORT_FAILED, private={"path": str(path)}, detail=type(error).__name__
    )
