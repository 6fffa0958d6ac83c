"""The key that new identifiers are made from: one per project, kept with the system's secrets.

If the system keeps none, it is in a file in Gantry's home that only this user may read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
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
# An empty file: the key is in the system's store. A session that has no store makes no other.
_STORED: Final = ".stored"


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A project's key.

    Attributes:
        file: its path, if the system keeps no secrets; otherwise None.
    """

    key: Key
    file: Path | None = None


def pseudonym_key(
    project: str, home: Home, store: SecretStore, former: Iterable[str] = ()
) -> KeptKey:
    """The key of a project; created at the first request.

    Args:
        former: other names of the project. If only one of them has a key, it becomes the project's,
            and stays under its old name for the uploads that began with it.

    Raises:
        GantryError: CALL_INVALID, the variable holds no key; EXPORT_FAILED, the file can't be
            written or read; CREDENTIALS_STORE, the system's store can't be read. Another key would
            break every link to what was sent before, so none is made then.
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        return KeptKey(_from_text(given))
    file = _file_of(project, home)
    try:
        make_private(file.parent)
        with FileLock(file.with_suffix(".lock"), timeout=_PATIENCE):  # two at once make one key
            for name in (project, *former):
                if (kept := _found(name, home, store)) is None:
                    continue
                if name == project:
                    return kept
                return _keep(kept.key, project, file, store, in_file=kept.file is not None)
            return _keep(Key(secrets.token_bytes(KEY_BYTES)), project, file, store)
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
        known = store.load(_place_of(project)) if store.is_lasting else None
        return Key(bytes.fromhex(known.token)) if known is not None and known.token else None
    except (GantryError, OSError, ValueError):
        return None


def _found(project: str, home: Home, store: SecretStore) -> KeptKey | None:
    """The key of a project, if it has one.

    Raises:
        GantryError: CREDENTIALS_STORE, whether there is one can't be known now.
    """
    file = _file_of(project, home)
    if file.exists():
        return KeptKey(Key(bytes.fromhex(file.read_text("ascii").strip())), file)
    mark = file.with_suffix(_STORED)
    if not store.is_lasting:
        if mark.exists():
            raise _unreadable("none")
        return None
    try:
        known = store.load(_place_of(project))
    except GantryError as error:
        if error.code is not ErrorCode.CREDENTIALS_STORE:
            raise
        raise _unreadable(error.detail) from error
    if known is None or not known.token:
        return None
    key = Key(bytes.fromhex(known.token))
    mark.touch()
    return KeptKey(key)


def _keep(
    key: Key, project: str, file: Path, store: SecretStore, *, in_file: bool = False
) -> KeptKey:
    """Keeps a key in the system's store, or in a file if there is none or it doesn't work."""
    if store.is_lasting and not in_file:
        try:
            store.store(_place_of(project), Credentials(token=key.secret.hex()))
            file.with_suffix(_STORED).touch()
            return KeptKey(key)
        except GantryError as error:
            if error.code is not ErrorCode.CREDENTIALS_STORE:
                raise
    unfinished = file.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key.secret.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    sync_folder(file.parent)
    return KeptKey(key, file)


def _unreadable(detail: str) -> GantryError:
    return GantryError(ErrorCode.CREDENTIALS_STORE, facts={"reason": "key"}, detail=detail)


def _place_of(project: str) -> str:
    return f"pseudonyms:{project}"


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
