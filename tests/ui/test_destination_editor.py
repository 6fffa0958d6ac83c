"""What few destinations need is entered once, and is not lost when they are edited."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gantry.engine.transfer.access import Options
from gantry.sign_in import connected
from gantry.store import secrets
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination
from gantry.ui.context import Context
from gantry.ui.dialogs.destination_editor import DestinationEditor
from support.screen import wait_until

SAVED = SavedDestination(
    name="Guarded",
    url="tus+https://upload.example.org/files",
    auth="oauth",
    options={"issuer": "https://login.example.org", "client_id": "gantry", "proxy": "none"},
)


def test_what_was_saved_about_oauth_comes_back_unchanged(context: Context, qtbot: QtBot) -> None:
    editor = DestinationEditor(context, SAVED)
    qtbot.addWidget(editor)
    editor.show()
    assert editor.oauth["issuer"].isVisible()
    assert not editor.token.isVisible()
    assert editor.destination() == SAVED


def test_another_way_to_sign_in_drops_the_issuer_and_keeps_the_rest(
    context: Context, qtbot: QtBot
) -> None:
    editor = DestinationEditor(context, SAVED)
    qtbot.addWidget(editor)
    editor.auth.setCurrentIndex(0)
    assert editor.destination().auth == "none"
    assert editor.destination().options == {"proxy": "none"}


def test_what_few_need_is_behind_more_and_only_where_it_can_be_used(
    context: Context, qtbot: QtBot
) -> None:
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.show()
    editor.paste.setText("https://upload.example.org/in")
    certificate, field = editor.more.edits["client_certificate"], editor.more.edits["field"]
    assert not certificate.isVisible()
    qtbot.keyClick(editor.more.button, Qt.Key.Key_Space)
    assert certificate.isVisible()
    assert field.isVisible()
    field.setText("archive")
    editor.paste.setText("dicomweb+https://pacs.example.org/dicom-web")
    assert certificate.isVisible()
    assert not field.isVisible()
    assert editor.destination().options == {}
    editor.paste.setText("dicom://PACS@pacs.example.org:104")
    assert not editor.more.button.isVisible()
    editor.paste.setText("https://upload.example.org/in")
    assert editor.destination().options == {"field": "archive"}


def test_a_key_without_its_certificate_and_a_proxy_that_is_none_are_refused(
    context: Context, qtbot: QtBot
) -> None:
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.paste.setText("https://upload.example.org/in")
    assert editor.save.isEnabled()
    editor.more.edits["client_key"].setText("me.key")
    assert not editor.save.isEnabled()
    editor.more.edits["client_certificate"].setText("me.pem")
    assert editor.save.isEnabled()
    for wrong in ("proxy.example.org:3128", "socks5://proxy.example.org", "http://:1", "http://[x"):
        editor.more.edits["proxy"].setText(wrong)
        assert not editor.save.isEnabled(), wrong
    editor.more.edits["proxy"].setText("none")
    assert editor.save.isEnabled()


def test_a_proxy_s_password_goes_to_the_credential_store_and_not_into_the_settings(
    context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SecretStore(None)
    monkeypatch.setattr(secrets, "_store", store)
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.paste.setText("https://upload.example.org/in")
    editor.more.edits["proxy"].setText("http://me:s%40cret@proxy.example.org:3128")
    with qtbot.waitSignal(editor.kept) as kept:
        editor.save.click()
    saved = kept.args[0]
    assert saved.options == {"proxy": "http://me@proxy.example.org:3128"}
    wait_until(lambda: store.load("http://me@proxy.example.org:3128"))
    used = connected(saved, Options())
    assert used.proxy == "http://me:s%40cret@proxy.example.org:3128"
