"""Secrets are kept by the system or nowhere; long ones in parts; broken stores are reported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.credentials import credentials_for
from gantry.store.secrets import SecretStore, find_backend
from gantry.store.settings import SavedDestination
from support.vault import Vault

URL = "https://example.org/in"
SECRET = Credentials("me", "pa\u00dfword", "")
LONG = Credentials(token="t0k€n" * 900)


class Locked(Vault):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("no")


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.mark.parametrize("secret", [SECRET, LONG, Credentials(token='":{}\n\x00')])
def test_what_was_stored_is_loaded_by_another_session(vault: Vault, secret: Credentials) -> None:
    SecretStore(vault).store(URL, secret)
    assert SecretStore(vault).load(URL) == secret
    assert SecretStore(vault).load(URL + "/other") is None


def test_d09_a_long_secret_is_split_below_the_systems_limit(vault: Vault) -> None:
    SecretStore(vault).store(URL, LONG)
    assert len(vault.kept) > 4
    assert all(len(part) <= vault.limit for part in vault.kept.values())


def test_d09_a_secret_beyond_all_bounds_is_refused_with_the_reason(vault: Vault) -> None:
    store = SecretStore(vault)
    with pytest.raises(GantryError) as caught:
        store.store(URL, Credentials(token="x" * 100_000))
    assert caught.value.code is ErrorCode.CREDENTIALS_STORE
    assert caught.value.facts["reason"] == "too long"
    assert vault.kept == {}


def test_a_new_secret_leaves_nothing_of_the_old(vault: Vault) -> None:
    store = SecretStore(vault)
    store.store(URL, LONG)
    store.store(URL, SECRET)
    assert len(vault.kept) == 1
    store.delete(URL)
    store.delete(URL)
    assert vault.kept == {}
    assert store.load(URL) is None


@pytest.mark.parametrize("nth", range(1, 8))
def test_a_failure_in_the_middle_leaves_the_old_secret(vault: Vault, nth: int) -> None:
    SecretStore(vault).store(URL, SECRET)
    vault.writes, vault.fails_at = 0, nth
    new = SecretStore(vault)
    fired = None
    try:
        new.store(URL, LONG)
    except GantryError as error:
        fired = error
    assert (fired is not None) == (vault.writes == nth)
    assert fired is None or fired.facts["reason"] == "error"
    assert SecretStore(vault).load(URL) == (SECRET if fired else LONG)
    assert new.load(URL) == LONG, "for this session it serves"


def test_d09_without_a_store_it_is_kept_for_the_session_only() -> None:
    store = SecretStore(None)
    assert not store.is_lasting
    with pytest.raises(GantryError) as caught:
        store.store(URL, SECRET)
    assert caught.value.facts["reason"] == "none"
    assert store.load(URL) == SECRET
    assert SecretStore(None).load(URL) is None
    store.delete(URL)
    assert store.load(URL) is None


def test_d09_a_locked_store_is_reported() -> None:
    with pytest.raises(GantryError) as caught:
        SecretStore(Locked()).load(URL)
    assert caught.value.code is ErrorCode.CREDENTIALS_STORE
    assert caught.value.facts["reason"] == "locked"
    assert caught.value.__cause__ is None, "a cause may quote the secret"


def test_the_environment_comes_first(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SecretStore(vault)
    store.store(URL, SECRET)
    assert credentials_for(URL, store) == SECRET
    monkeypatch.setenv("GANTRY_TOKEN", "for one run")
    assert credentials_for(URL, store) == Credentials(token="for one run")
    monkeypatch.delenv("GANTRY_TOKEN")
    monkeypatch.setenv("GANTRY_USER", "u")
    monkeypatch.setenv("GANTRY_PASSWORD", "p")
    assert credentials_for(URL, store) == Credentials("u", "p")


def test_a_destination_that_needs_a_secret_asks_for_it(vault: Vault) -> None:
    saved = SavedDestination(name="Klinik", url=URL, auth="token")
    with pytest.raises(GantryError) as caught:
        credentials_for(saved, SecretStore(vault))
    assert caught.value.code is ErrorCode.CREDENTIALS_MISSING
    assert caught.value.facts == {"destination": "Klinik", "host": "example.org"}
    assert credentials_for(URL, SecretStore(vault)) == Credentials()


@pytest.mark.parametrize("url", ["file:///srv", "\\\\server\\share", "practice:", "dicom://A@h:1"])
def test_a_folder_asks_no_store(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANTRY_TOKEN", "t")
    assert credentials_for(url, SecretStore(Locked())) == Credentials()


@pytest.mark.parametrize(
    "name",
    ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring", "no.such.Backend"],
)
def test_d09_stores_that_keep_nothing_or_plain_text_are_not_taken(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    found = find_backend()
    assert type(found).__module__.split(".")[-1] not in ("fail", "null", "file")


@pytest.mark.skipif(sys.platform != "linux", reason="shows a machine without a secret service")
def test_d09_a_machine_without_a_secret_service_has_no_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert find_backend(("keyring.backends.SecretService.Keyring",)) is None
    assert find_backend(()) is None


def test_no_secret_shows_in_a_repr(vault: Vault) -> None:
    assert "pa" not in repr(SECRET)
    store = SecretStore(vault)
    store.remember(URL, LONG)
    assert "t0k" not in repr(store)


def test_a_secret_of_the_query_is_kept_and_deleted_with_the_sign_in(vault: Vault) -> None:
    """Neither overwrites the other; the destination without sign-in gets only its query."""
    url = f"{URL}?sig=***"
    store = SecretStore(vault)
    store.store(url, Credentials(query="sig=abc"))
    store.store(url, SECRET)
    store.store(url, Credentials(query="sig=def"))
    assert SecretStore(vault).load(url) == Credentials("me", "paßword", query="sig=def")
    saved = SavedDestination(name="x", url=url)
    assert credentials_for(saved, store) == Credentials(query="sig=def")
    store.delete(url)
    assert vault.kept == {}
    with pytest.raises(GantryError) as error:
        credentials_for(saved, SecretStore(vault))
    assert error.value.code is ErrorCode.CREDENTIALS_MISSING


def test_of_a_querys_secrets_only_those_are_used_that_its_address_names(vault: Vault) -> None:
    store = SecretStore(vault)
    url = "https://example.org/in?sig=***&site=3"
    store.store(url, Credentials(query="sig=abc&old=xyz"))
    assert credentials_for(SavedDestination(name="x", url=url), store) == Credentials(
        query="sig=abc"
    )
