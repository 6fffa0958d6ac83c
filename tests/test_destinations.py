"""Secrets and options are used only for the address to which they belong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.transfer.destination import Shipment
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store import secrets
from gantry.store.home import Home
from gantry.store.secrets import SecretStore, secret_store
from gantry.store.settings import SavedDestination, Settings
from support.history import archive_of, make_parcels
from support.script_server import ScriptServer, Talk, response
from support.vault import Vault


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vault: Vault) -> Iterator[Services]:
    monkeypatch.setattr(secrets, "_store", SecretStore(vault))
    with Services(Home.find(str(tmp_path / "home"))) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[ScriptServer]:
    """Has nothing of what it is asked for."""

    def absent(talk: Talk) -> None:
        talk.read_head()
        talk.socket.sendall(response(404, b"{}"))

    with ScriptServer(absent) as running:
        yield running


def ask(services: Services, place: Place) -> None:
    """Asks the destination of an earlier job for a parcel."""
    (parcel,) = make_parcels(1)
    destination = services.destinations.open(place)
    try:
        destination.ask(Shipment(archive_of(parcel), Progress(), CancelToken()))
    finally:
        destination.close()


def test_a_destination_that_moved_sends_no_secret_to_its_old_address(
    services: Services, server: ScriptServer
) -> None:
    moved = SavedDestination(name="Lab", url="https://new.example/in", auth="token")
    services.preferences.use(Settings(destinations=(moved,)))
    secret_store().remember(moved.url, Credentials(token="of-the-new-server"))
    ask(services, Place("Lab", server.url))
    assert server.heads
    assert "of-the-new-server" not in "".join(server.heads)


def test_of_two_destinations_at_one_address_a_jobs_own_is_taken(
    services: Services, server: ScriptServer
) -> None:
    ones = tuple(
        SavedDestination(name=name, url=server.url, auth="token", header=f"X-{name}")
        for name in ("First", "Second")
    )
    services.preferences.use(Settings(destinations=ones))
    secret_store().remember(server.url, Credentials(token="t0ken"))
    ask(services, Place("Second", server.url))
    assert "X-Second: t0ken" in "".join(server.heads)


def test_a_destination_that_was_renamed_is_known_by_its_address(
    services: Services, server: ScriptServer
) -> None:
    renamed = SavedDestination(name="Lab 2", url=server.url, auth="token", header="X-Key")
    services.preferences.use(Settings(destinations=(renamed,)))
    secret_store().remember(server.url, Credentials(token="t0ken"))
    ask(services, Place("Lab", server.url))
    assert "X-Key: t0ken" in "".join(server.heads)


def with_secrets(server: ScriptServer) -> str:
    return server.url.replace("://", "://me:pa55@") + "?sig=s1gnature"


def test_a_look_up_uses_the_secrets_of_an_address_and_keeps_none(
    services: Services, server: ScriptServer, vault: Vault
) -> None:
    services.destinations.plain_password_ok = True
    place = services.destinations.named(with_secrets(server))
    ask(services, place)
    head = "".join(server.heads)
    assert "sig=s1gnature" in head
    assert f"Basic {b64encode(b'me:pa55').decode()}" in head
    assert vault.writes == 0
    assert "pa55" not in place.name + place.url


def test_the_secrets_of_an_address_are_kept_when_that_is_asked_for(
    services: Services, server: ScriptServer, vault: Vault
) -> None:
    services.destinations.keep_secrets(with_secrets(server))
    place = services.destinations.named(f"{server.url}?sig=***")
    kept = SecretStore(vault).load(place.url)
    assert kept == Credentials("me", "pa55", query="sig=s1gnature")


def test_a_store_that_cant_keep_the_secrets_of_an_address_is_reported(
    services: Services, server: ScriptServer, vault: Vault
) -> None:
    vault.fails_at = 1
    with pytest.raises(GantryError) as caught:
        services.destinations.keep_secrets(with_secrets(server))
    assert caught.value.code is ErrorCode.CREDENTIALS_STORE
