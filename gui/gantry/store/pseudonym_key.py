"""The key that new identifiers are made from: one per project, kept with the system's secrets.

If the system keeps none, it is in a file in Gantry's home that only this user may read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gantry.engine.credentials import Credentials
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import sync_folder
from gantry.store.home import Home, make_private
from gantry.store.secrets import SecretStore

VARIABLE: Final = "GANTRY_PSEUDONYM_KEY"
_PATIENCE: Final = 30  # seconds


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A project's key.

    Attributes:
        file: its path, if the system keeps no secrets; otherwise None.
    """

    key: Key
    file: Path | None = None


def pseudonym_key(project: str, home: Home, store: SecretStore) -> KeptKey:
    """The key of a project; created at the first request.

    Raises:
        GantryError: CALL_INVALID, the variable holds no key; EXPORT_FAILED, the file can't be
            written or read. Another key would break every link to what was sent before, so none
            is made then.
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        return KeptKey(_from_text(given))
    file = _file_of(project, home)
    try:
        make_private(file.parent)
        with FileLock(file.with_suffix(".lock"), timeout=_PATIENCE):  # two at once make one key
            return _kept(f"pseudonyms:{project}", file, store)
    except (OSError, Timeout, ValueError) as error:
        raise GantryError(
            ErrorCode.EXPORT_FAILED, private={"path": str(file)}, detail=type(error).__name__
        ) from error


def known_key(project: str, home: Home, store: SecretStore) -> Key | None:
    """The key of a project, if it has one already. Makes nothing.

    A key that can't be read now counts as none: for a preview, that is no error.
    """
    try:
        if (given := os.environ.get(VARIABLE)) is not None:
            return _from_text(given)
        file = _file_of(project, home)
        if file.exists():
            return Key(bytes.fromhex(file.read_text("ascii").strip()))
        known = store.load(f"pseudonyms:{project}") if store.is_lasting else None
        return Key(bytes.fromhex(known.token)) if known is not None and known.token else None
    except (GantryError, OSError, ValueError):
        return None


def _kept(place: str, file: Path, store: SecretStore) -> KeptKey:
    if file.exists():
        return KeptKey(Key(bytes.fromhex(file.read_text("ascii").strip())), file)
    made = secrets.token_bytes(KEY_BYTES)
    if store.is_lasting:
        try:
            if (known := store.load(place)) is not None and known.token:
                return KeptKey(Key(bytes.fromhex(known.token)))
            store.store(place, Credentials(token=made.hex()))
            return KeptKey(Key(made))
        except GantryError as error:
            if error.code is not ErrorCode.CREDENTIALS_STORE:
                raise
    unfinished = file.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(made.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    sync_folder(file.parent)
    return KeptKey(Key(made), file)


def _from_text(text: str) -> Key:
    """A key from hexadecimal digits, or from any long text."""
    if len(text) < KEY_BYTES:
        raise GantryError(
            ErrorCode.CALL_INVALID,
            facts={"option": VARIABLE, "wanted": f"at least {KEY_BYTES} characters"},
        )
    return Key(hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest())


def _file_of(project: str, home: Home) -> Path:
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return keys_folder(home) / f"{name}.key"


def keys_folder(home: Home) -> Path:
    """Where keys are if the system keeps no secrets."""
    return home.history_file.parent / "keys"
