"""Signing in by OAuth from the window, at a real server that keeps to RFC 8628."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.services.named_destinations import Place
from gantry.store import secrets
from gantry.store.replace import replace
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.background.runner import Refusal
from gantry.ui.dialogs.destination_editor import DestinationEditor
from gantry.ui.dialogs.device_sign_in import DeviceSignIn
from gantry.ui.dialogs.settings_dialog import SettingsDialog
from gantry.ui.prompts.offers import refusal_alert
from gantry.ui.text.i18n import language
from support.oauth_server import CLIENT, OAuthServer
from support.screen import wait_until

URL = "tus+https://upload.example.org/files"


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> SecretStore:
    """A credential store for this session only."""
    made = SecretStore(None)
    monkeypatch.setattr(secrets, "_store", made)
    return made


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with OAuthServer() as made:
        yield made


@pytest.fixture
def saved(server: OAuthServer) -> SavedDestination:
    return SavedDestination(
        name="Guarded",
        url=URL,
        auth="oauth",
        options={"issuer": server.url, "client_id": CLIENT, "scope": "upload"},
    )


@pytest.fixture
def dialog(context: Context, saved: SavedDestination, qtbot: QtBot) -> DeviceSignIn:
    made = DeviceSignIn(context, saved)
    qtbot.addWidget(made)
    made.show()
    return made


def _tokens(store: SecretStore) -> Tokens:
    known = store.load(URL)
    return Tokens.from_text(known.token if known else "")


def test_a_person_types_the_code_and_the_dialog_continues_by_itself(
    dialog: DeviceSignIn, server: OAuthServer, store: SecretStore, qtbot: QtBot
) -> None:
    wait_until(dialog.code.isVisible)
    assert dialog.address.text() == f"{server.url}/activate"
    assert dialog.focusWidget() is dialog.browse
    qtbot.keyClick(dialog.copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == dialog.code.text()
    dialog.copy_address.click()
    assert QGuiApplication.clipboard().text() == dialog.address.text()
    with qtbot.waitSignal(dialog.signed_in, timeout=60_000):
        server.approve(dialog.code.text())
    assert not dialog.isVisible()
    assert _tokens(store).refresh


def test_escape_ends_the_asking_and_keeps_nothing(
    dialog: DeviceSignIn, server: OAuthServer, store: SecretStore, qtbot: QtBot
) -> None:
    wait_until(dialog.code.isVisible)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    server.approve(dialog.code.text())
    assert store.load(URL) is None


def test_who_says_no_reads_why_and_can_try_again(
    dialog: DeviceSignIn, server: OAuthServer, store: SecretStore
) -> None:
    wait_until(dialog.code.isVisible)
    first = dialog.code.text()
    server.deny(first)
    wait_until(dialog.again.isVisible)
    assert "refused Gantry’s sign-in" in dialog._status.text()
    assert not dialog.code.isVisible()
    dialog.again.click()
    wait_until(dialog.code.isVisible)
    assert dialog.code.text() != first
    dialog.reject()


def test_a_refused_job_offers_the_code_and_continues_once_signed_in(
    context: Context, saved: SavedDestination, server: OAuthServer, qtbot: QtBot
) -> None:
    context.change_settings(replace(context.settings, destinations=(saved,)))
    again: list[object] = []
    error = GantryError(ErrorCode.CREDENTIALS_MISSING, facts={"destination": saved.name})
    window = SettingsDialog(context)
    qtbot.addWidget(window)
    alert = refusal_alert(Refusal(error, Place(saved.name, URL), again.append), context, window)
    ((label, act),) = alert.actions
    assert label() == "Sign in…"
    act()
    (dialog,) = window.findChildren(DeviceSignIn)
    wait_until(dialog.code.isVisible)
    server.approve(dialog.code.text())
    wait_until(lambda: again)
    assert again == [None]  # the tokens are in the store


def test_a_new_destination_is_signed_in_at_before_it_is_kept(
    context: Context, server: OAuthServer, store: SecretStore, qtbot: QtBot
) -> None:
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.show()
    editor.paste.setText(URL)
    editor.signing.auth.setCurrentIndex(3)
    assert not editor.save.isEnabled()
    assert not editor.signing.sign_in.isEnabled()
    editor.signing.oauth["issuer"].setText(server.url)
    editor.signing.oauth["client_id"].setText(CLIENT)
    editor.signing.sign_in.click()
    (dialog,) = editor.findChildren(DeviceSignIn)
    wait_until(dialog.code.isVisible)
    server.approve(dialog.code.text())
    wait_until(lambda: editor.signing.signed.text() == "Signed in")
    assert _tokens(store).refresh
    editor.reject()
    wait_until(lambda: store.load(URL) is None)


def test_the_list_of_destinations_says_so_in_both_languages(
    context: Context, saved: SavedDestination, qtbot: QtBot
) -> None:
    context.change_settings(replace(context.settings, destinations=(saved,)))
    part = SettingsDialog(context)
    qtbot.addWidget(part)
    part.destinations.view.setCurrentIndex(part.destinations.model.index(1))
    assert "OAuth 2.0" in part.destinations._about.text()
    language().choose("zh_CN")
    assert "OAuth 2.0" in part.destinations._about.text()
