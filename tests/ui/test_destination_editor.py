"""Rarely used options are entered once, and are not lost when a destination is edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from gantry.engine.transfer.options import Options
from gantry.services.sign_in import connected
from gantry.store import secrets
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.dialogs.destination_editor import DestinationEditor
from support.screen import wait_until
from support.script_server import ScriptServer, answer

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
    assert editor.signing.oauth["issuer"].isVisible()
    assert not editor.signing.token.isVisible()
    assert editor.destination() == SAVED


def test_another_way_to_sign_in_drops_the_issuer_and_keeps_the_rest(
    context: Context, qtbot: QtBot
) -> None:
    editor = DestinationEditor(context, SAVED)
    qtbot.addWidget(editor)
    editor.signing.auth.setCurrentIndex(0)
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
    assert not certificate.isVisible()
    assert editor.more.edits["compare"].isVisible()
    editor.paste.setText("/srv/incoming")
    assert [name for name, edit in editor.more.edits.items() if edit.isVisible()] == ["path"]
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
    for wrong in ("proxy.example.org:3128", "ftp://proxy.example.org", "http://:1", "http://[x"):
        editor.more.edits["proxy"].setText(wrong)
        assert not editor.save.isEnabled(), wrong
    editor.more.edits["proxy"].setText("none")
    assert editor.save.isEnabled()
    editor.paste.setText("/srv/incoming")
    editor.more.edits["path"].setText("{label:project}/{subject}")
    assert not editor.save.isEnabled()
    editor.more.edits["path"].setText("{label:project}/{label:subject}")
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
    with qtbot.waitSignal(editor.kept, timeout=60_000) as kept:
        editor.save.click()
    saved = kept.args[0]
    assert saved.options == {"proxy": "http://me@proxy.example.org:3128"}
    wait_until(lambda: store.load("http://me@proxy.example.org:3128"))
    used = connected(saved, Options())
    assert used.proxy == "http://me:s%40cret@proxy.example.org:3128"


def test_a_key_s_passphrase_goes_to_the_credential_store_and_not_into_the_settings(
    context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SecretStore(None)
    monkeypatch.setattr(secrets, "_store", store)
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.paste.setText("https://upload.example.org/in")
    for name, text in (
        ("client_certificate", "/c/me.pem"),
        ("client_key", "/c/me.key"),
        ("key_password", "geheim"),
    ):
        editor.more.edits[name].setText(text)
    assert editor.more.edits["key_password"].displayText() != "geheim"
    assert connected(editor._in_use(), Options()).key_password() == "geheim"
    with qtbot.waitSignal(editor.kept, timeout=60_000) as kept:
        editor.save.click()
    saved = kept.args[0]
    assert "geheim" not in repr(saved.options)
    wait_until(lambda: store.load("key:/c/me.key"))
    assert connected(saved, Options()).key_password() == "geheim"


def test_gantry_s_own_folder_is_refused_before_the_dialog_closes(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    kept: list[object] = []
    editor = DestinationEditor(context)
    qtbot.addWidget(editor)
    editor.kept.connect(lambda saved, secret: kept.append(saved))
    editor.show()
    editor.paste.setText(str(context.services.preferences.spool))
    editor.name.setText("inbox")
    editor.save.click()
    wait_until(lambda: "Choose another folder" in editor._problem.text())
    assert editor.isVisible()
    assert kept == []
    (tmp_path / "inbox").mkdir()
    editor.paste.setText(str(tmp_path / "inbox"))
    editor.save.click()
    wait_until(lambda: bool(kept))
    assert not editor.isVisible()


def test_a_test_upload_shows_its_answer_and_the_user_says_what_it_means(
    context: Context, qtbot: QtBot
) -> None:
    with ScriptServer(answer(200, b'{"code": 1, "html": "<b>x</b>"}')) as server:
        made = DestinationEditor(context)
        qtbot.addWidget(made)
        made.show()
        made.paste.setText(server.url)
        assert made.trying.trial.isEnabled()
        qtbot.mouseClick(made.trying.trial, Qt.MouseButton.LeftButton)
        wait_until(lambda: bool(made.findChildren(QMessageBox)))
        (box,) = made.findChildren(QMessageBox)
        assert "&lt;b&gt;" in box.informativeText(), "an answer is never markup"
        (yes,) = [b for b in box.buttons() if b.text() == "&Yes, it was stored"]
        qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert made.destination().options == {"success": "/code=1"}
