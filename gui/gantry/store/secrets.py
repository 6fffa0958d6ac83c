"""Passwords and tokens in the system's credential store.

Never in a file. If the system has no store, they are kept for this session and asked for again in
the next. Backends are listed one by one, so that no plain-text store of a keyring add-on, and no
`PYTHON_KEYRING_BACKEND`, is used.
"""

from __future__ import annotations

import importlib
import json
import secrets
import sys
import threading
from dataclasses import replace
from typing import Protocol

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.url_secrets import MARK

_BACKENDS = {
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "darwin": ("keyring.backends.macOS.Keyring",),
}
_BACKENDS_ELSEWHERE = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
_ACCOUNT = "credentials"
_PART = 1000  # characters; Windows takes 2,560 bytes of UTF-16 (jaraco/keyring#540)
_MOST_PARTS = 32


class Backend(Protocol):
    """The part of keyring's `KeyringBackend` that is used."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class SecretStore:
    """Stores secrets by destination URL: a changed address doesn't get the old one's secret.

    Calls may wait until the user unlocks the store: not for the window's own thread.
    """

    def __init__(self, backend: Backend | None) -> None:
        self._backend = backend
        self._session: dict[str, Credentials] = {}
        self._lock = threading.Lock()

    @property
    def is_lasting(self) -> bool:
        """Whether secrets outlive this session."""
        return self._backend is not None

    def load(self, url: str) -> Credentials | None:
        """The secret of a URL; None: there is none.

        Raises:
            GantryError: CREDENTIALS_STORE; the store is locked or broken.
        """
        found = self._load(url)
        if MARK in url and (query := self._load(_query_of(url))) is not None:
            return replace(found or Credentials(), query=query.token)
        return found

    def _load(self, url: str) -> Credentials | None:
        with self._lock:
            if (kept := self._session.get(url)) is not None:
                return kept
            if self._backend is None:
                return None
            text = self._get(self._backend, _service(url))
            if text is None:
                return None
            nonce, number, text = _head(text)
            for n in range(1, number):
                part = self._get(self._backend, _service(url, nonce, n))
                if part is None:
                    return None
                text += part
            return _decoded(text)

    def store(self, url: str, credentials: Credentials) -> None:
        """Stores a secret, in parts if it is long.

        Raises:
            GantryError: CREDENTIALS_STORE; it was not stored, but can be used in this session.
        """
        self.remember(url, credentials)
        if credentials.query:
            self._store(_query_of(url), Credentials(token=credentials.query))
            credentials = replace(credentials, query="")
        if credentials != Credentials():
            self._store(url, credentials)

    def _store(self, url: str, credentials: Credentials) -> None:
        with self._lock:
            self._session[url] = credentials
            if self._backend is None:
                raise _failed("none")
            text = _encoded(credentials)
            parts = [text[i : i + _PART] for i in range(0, len(text), _PART)]
            if len(parts) > _MOST_PARTS:
                raise _failed("too long", size=len(text), limit=_PART * _MOST_PARTS)
            old = self._get(self._backend, _service(url))
            nonce = secrets.token_hex(4)
            for n, part in enumerate(parts[1:], 1):
                self._set(self._backend, _service(url, nonce, n), part)
            # The head is written last: until then, the old parts are valid.
            self._set(self._backend, _service(url), f"{nonce}:{len(parts)}:{parts[0]}")
            if old is not None:
                self._delete_parts(self._backend, url, old)
            del self._session[url]

    def remember(self, url: str, credentials: Credentials) -> None:
        """Keeps a secret until Gantry ends."""
        with self._lock:
            if credentials.query:
                self._session[_query_of(url)] = Credentials(token=credentials.query)
                credentials = replace(credentials, query="")
            if credentials != Credentials():
                self._session[url] = credentials

    def delete(self, url: str) -> None:
        """Deletes a secret everywhere; a missing one counts as deleted.

        Raises:
            GantryError: CREDENTIALS_STORE.
        """
        self._delete(url)
        if MARK in url:
            self._delete(_query_of(url))

    def _delete(self, url: str) -> None:
        with self._lock:
            self._session.pop(url, None)
            if self._backend is None:
                return
            old = self._get(self._backend, _service(url))
            if old is not None:
                self._delete_one(self._backend, _service(url))
                self._delete_parts(self._backend, url, old)

    def _delete_parts(self, backend: Backend, url: str, head: str) -> None:
        nonce, number, _ = _head(head)
        for n in range(1, number):
            self._delete_one(backend, _service(url, nonce, n))

    @staticmethod
    def _get(backend: Backend, service: str) -> str | None:
        try:
            return backend.get_password(service, _ACCOUNT)
        except Exception as error:  # noqa: BLE001 - backends let D-Bus and system errors through
            raise _broken(error) from None

    @staticmethod
    def _set(backend: Backend, service: str, text: str) -> None:
        try:
            backend.set_password(service, _ACCOUNT, text)
        except Exception as error:  # noqa: BLE001 - as above; the cause would carry the secret
            raise _broken(error) from None

    @staticmethod
    def _delete_one(backend: Backend, service: str) -> None:
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415 - 13 ms, for secrets only

        try:
            backend.delete_password(service, _ACCOUNT)
        except PasswordDeleteError:
            return
        except Exception as error:  # noqa: BLE001 - as above
            raise _broken(error) from None


_store: SecretStore | None = None
_store_lock = threading.Lock()


def secret_store() -> SecretStore:
    """This process's store, on the first of the system's backends that works."""
    global _store
    with _store_lock:
        if _store is None:
            _store = SecretStore(find_backend())
        return _store


def keep_secret(url: str, credentials: Credentials) -> None:
    """Stores a secret in the system's store, or for this session if there is none.

    Raises:
        GantryError: CREDENTIALS_STORE; the system's store is locked or broken.
    """
    store = secret_store()
    if store.is_lasting:
        store.store(url, credentials)
    else:
        store.remember(url, credentials)


def find_backend(names: tuple[str, ...] | None = None) -> Backend | None:
    """The first of the named backends (by default this system's) that works here."""
    system = _BACKENDS.get(sys.platform, _BACKENDS_ELSEWHERE)
    for name in system if names is None else names:
        module, _, kind = name.rpartition(".")
        try:
            backend = getattr(importlib.import_module(module), kind)
            if backend.viable:
                found: Backend = backend()
                return found
        except Exception:  # noqa: BLE001 - an import or a D-Bus error: not here
            continue
    return None


def _query_of(url: str) -> str:
    """The key for the secrets of a URL's query; no URL has a fragment here."""
    return f"{url}#query"


def _service(url: str, nonce: str = "", part: int = 0) -> str:
    return f"Gantry {url} {nonce}-{part}" if part else f"Gantry {url}"


def _encoded(credentials: Credentials) -> str:
    parts = {"user": credentials.user, "password": credentials.password, "token": credentials.token}
    return json.dumps({k: v for k, v in parts.items() if v}, ensure_ascii=True)


def _decoded(text: str) -> Credentials | None:
    try:
        raw = json.loads(text)
        return Credentials(*(str(raw.get(k, "")) for k in ("user", "password", "token")))
    except (ValueError, AttributeError):
        return None  # as if there were none: the user is asked again


def _head(text: str) -> tuple[str, int, str]:
    nonce, _, rest = text.partition(":")
    number, _, first = rest.partition(":")
    if not (number.isascii() and number.isdigit() and int(number) <= _MOST_PARTS):
        return "", 1, ""
    return nonce, int(number), first


def _broken(error: Exception) -> GantryError:
    locked = type(error).__name__ in ("KeyringLocked", "LockedException")
    return _failed("locked" if locked else "error", detail=type(error).__name__)


def _failed(reason: str, *, detail: str = "", **facts: int) -> GantryError:
    return GantryError(
        ErrorCode.CREDENTIALS_STORE, facts={"reason": reason, **facts}, detail=detail
    )
