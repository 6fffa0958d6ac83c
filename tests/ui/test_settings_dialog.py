"""The settings: changed at once, kept atomically; destinations by address or by form."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gantry.engine.parcel import ParcelRule
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.registry import KINDS, normalise_url
from gantry.services import PRACTICE_NAME
from gantry.store import secrets
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination, Settings, load_settings
from gantry.ui.context import Context
from gantry.ui.destination_forms import FORMS, kinds, missing, split_address
from gantry.ui.dialogs.credentials_prompt import CredentialsPrompt
from gantry.ui.dialogs.destination_editor import DestinationEditor
from gantry.ui.dialogs.settings_dialog import SettingsDialog
from gantry.ui.models.destination_model import DestinationModel, Role
from support.screen import wait_until

URL = "https://pacs.example.org/upload"


class Vault:
    """A credential store in memory: what keyring's backends offer."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> SecretStore:
    """The system's store would ask the user: here it is one in memory."""
    made = SecretStore(Vault())
    monkeypatch.setattr(secrets, "_store", made)
    return made


@pytest.fixture
def dialog(context: Context, qtbot: QtBot, store: SecretStore) -> SettingsDialog:
    made = SettingsDialog(context)
    qtbot.addWidget(made)
    made.show()
    return made


def _kept(context: Context) -> Settings:
    settings, problem = load_settings(context.home.settings_file)
    assert problem is None
    return settings


@pytest.mark.parametrize("kind", kinds())
def test_a_form_and_its_address_become_one_another(kind: str) -> None:
    example = next(k.example for k in KINDS if k.scheme == kind)
    found, values = split_address(example)
    assert found == kind
    assert not missing(kind, values)
    assert normalise_url(FORMS[kind].to_url(values))[0] == normalise_url(example)[0]


def test_every_kind_that_can_be_sent_to_has_a_form() -> None:
    assert set(kinds()) == {k.scheme for k in KINDS}


def test_the_list_keeps_to_the_rules_for_models(qtmodeltester: ModelTester) -> None:
    model = DestinationModel()
    qtmodeltester.check(model)
    model.set_settings(Settings(destinations=(SavedDestination(name="A", url=URL),)))
    assert [model.index(r).data() for r in range(model.rowCount())] == [PRACTICE_NAME, "A"]
    assert model.index(1).data(Role.KIND) == "Upload address (form POST)"
    model.set_settings(Settings())
    assert model.rowCount() == 1


def test_each_setting_is_used_at_once_and_kept(
    dialog: SettingsDialog, context: Context, tmp_path: Path
) -> None:
    def choose(box: QComboBox, place: int) -> None:
        box.setCurrentIndex(place)
        box.activated.emit(place)

    sending, storage, look = dialog.sending, dialog.storage, dialog.look
    choose(sending.rule, 1)
    choose(sending.level, 2)
    sending.workers.setValue(3)
    sending.sends.setValue(4)
    sending.attempts.setValue(5)
    sending.send_attempts.setValue(6)
    sending.bandwidth.setValue(1.5)
    storage.spool.setText(str(tmp_path))
    storage.spool.editingFinished.emit()
    storage.keep.click()
    storage.lists.setValue(0)
    choose(look.theme, 2)
    wanted = context.settings
    assert wanted.parcel_rule is ParcelRule.SERIES
    assert (wanted.compression_level, wanted.pack_workers, wanted.parallel_sends) == (2, 3, 4)
    assert (wanted.attempts, wanted.send_attempts) == (5, 6)
    assert wanted.bandwidth == 1_572_864
    assert (wanted.spool_folder, wanted.keep_delivered) == (str(tmp_path), True)
    assert (wanted.keep_file_lists, wanted.theme) == (0, "dark")
    wait_until(lambda: context.services.settings == wanted)
    assert _kept(context) == wanted


def test_a_change_from_elsewhere_is_shown(dialog: SettingsDialog, context: Context) -> None:
    context.change_settings(parallel_sends=7, theme="light")
    assert dialog.sending.sends.value() == 7
    assert dialog.look.theme.currentText() == "Light"


def test_a_pasted_address_fills_the_form_and_its_secret_stays_out_of_the_url(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    editor = dialog.destinations.open_editor(None)
    assert not editor.save.isEnabled()
    editor.paste.setText("https://anna:s3cret@pacs.example.org/upload")
    assert editor.name.text() == "pacs.example.org"
    assert editor._edits["address"].text() == URL
    assert editor.auth.currentText() == "User and password"
    editor.save.click()
    wait_until(lambda: context.services.settings.destinations)
    (saved,) = _kept(context).destinations
    assert (saved.url, saved.auth, saved.user) == (URL, "basic", "anna")
    assert b"s3cret" not in context.home.settings_file.read_bytes()
    wait_until(lambda: store.load(URL) == Credentials("anna", "s3cret", ""))


def test_a_changed_destination_keeps_its_secret_unless_its_address_changes(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    store.store(URL, Credentials("anna", "s3cret", ""))
    saved = SavedDestination(name="PACS", url=URL, auth="basic", user="anna")
    context.change_settings(destinations=(saved,))
    editor = dialog.destinations.open_editor(saved)
    editor.name.setText("Research PACS")
    editor.save.click()
    wait_until(lambda: context.settings.destination("Research PACS"))
    wait_until(lambda: store.load(URL) is not None)
    editor = dialog.destinations.open_editor(context.settings.destination("Research PACS"))
    editor._edits["address"].setText("https://other.example.org/upload")
    editor.save.click()
    wait_until(lambda: store.load(URL) is None)
    assert store.load("https://other.example.org/upload") is None


def test_the_form_asks_only_for_what_a_kind_needs(dialog: SettingsDialog) -> None:
    editor = dialog.destinations.open_editor(None)
    for kind in kinds():
        editor.kind.setCurrentIndex(editor._kinds.index(kind))
        assert list(editor._edits) == [f.name for f in FORMS[kind].fields]
        assert editor.auth.isVisibleTo(editor) is FORMS[kind].signs_in
        assert not editor.password.isVisibleTo(editor)
    editor.reject()


@pytest.mark.parametrize("name", ["practice", PRACTICE_NAME, "pacs"])
def test_a_name_is_taken_once(dialog: SettingsDialog, context: Context, name: str) -> None:
    context.change_settings(destinations=(SavedDestination(name="PACS", url=URL),))
    editor = dialog.destinations.open_editor(None)
    editor.paste.setText(URL)
    editor.name.setText(name)
    assert not editor.save.isEnabled()
    assert "already" in editor._problem.text()
    editor.reject()


def test_a_secret_over_http_needs_the_user_s_word(dialog: SettingsDialog) -> None:
    editor = dialog.destinations.open_editor(None)
    editor.paste.setText("http://anna:x@pacs.example.org/upload")
    assert not editor.save.isEnabled()
    editor.insecure.click()
    assert editor.save.isEnabled()
    assert editor.destination().insecure_http
    editor.paste.setText("http://anna:x@127.0.0.1:8042/upload")
    assert editor.save.isEnabled()
    assert not editor.destination().insecure_http
    editor.reject()


def test_a_destination_is_deleted_with_its_secret(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    store.store(URL, Credentials("anna", "s3cret", ""))
    saved = SavedDestination(name="PACS", url=URL, auth="basic", user="anna")
    context.change_settings(destinations=(saved,))
    dialog.destinations.remove(saved)
    assert not context.settings.destinations
    wait_until(lambda: store.load(URL) is None)


def test_practice_is_built_in(dialog: SettingsDialog) -> None:
    part = dialog.destinations
    part.view.setCurrentIndex(part.model.index(0))
    assert not part.edit.isEnabled()
    assert not part.delete.isEnabled()
    assert part.test.isEnabled()


def test_the_connection_test_shows_each_step(
    dialog: SettingsDialog, context: Context, tmp_path: Path
) -> None:
    part = dialog.destinations
    part.view.setCurrentIndex(part.model.index(0))
    part.test.click()
    assert not part.test.isEnabled()
    wait_until(part.test.isEnabled)
    assert len(part.steps.texts) == 7
    assert part.steps.texts[0].startswith("Name")
    context.change_settings(
        destinations=(SavedDestination(name="Gone", url=(tmp_path / "gone").as_uri()),)
    )
    part.view.setCurrentIndex(part.model.index(1))
    assert part.steps.texts == []
    part.test.click()
    wait_until(part.test.isEnabled)
    assert part.steps._failed == 1


def test_a_destination_is_tested_before_it_is_kept(
    dialog: SettingsDialog, tmp_path: Path, context: Context
) -> None:
    editor = dialog.destinations.open_editor(None)
    editor.paste.setText(str(tmp_path))
    editor.name.setText("Here")
    editor.test.click()
    wait_until(lambda: len(editor.steps.texts) == 7 and editor.test.isEnabled())
    assert editor.steps._failed == 0
    assert not context.settings.destinations
    editor.reject()


def test_a_destination_or_a_part_is_revealed(dialog: SettingsDialog, context: Context) -> None:
    dialog.reveal("storage")
    assert dialog.parts.currentRow() == 2
    context.change_settings(destinations=(SavedDestination(name="PACS", url=URL),))
    dialog.reveal("PACS")
    assert dialog.parts.currentRow() == 0
    (editor,) = dialog.findChildren(DestinationEditor)
    assert editor.name.text() == "PACS"
    editor.reject()


def test_the_language_changes_the_open_dialog(dialog: SettingsDialog, context: Context) -> None:
    from gantry.ui.i18n import language

    language().choose("zh_CN")
    wait_until(lambda: dialog.windowTitle() != "Settings")
    assert dialog.sending._title.text() != "Sending"
    language().choose("en")
    wait_until(lambda: dialog.windowTitle() == "Settings")


def test_every_field_is_reached_by_keyboard_and_has_a_name(
    dialog: SettingsDialog, qtbot: QtBot
) -> None:
    for row, part in enumerate(
        (dialog.destinations, dialog.sending, dialog.storage, dialog.alerts, dialog.look)
    ):
        dialog.parts.setCurrentRow(row)
        dialog.parts.setFocus()
        reached = set()
        for _ in range(30):
            widget = dialog.focusWidget() or dialog
            reached.add(widget)
            qtbot.keyClick(widget, Qt.Key.Key_Tab)
        for kind in (QComboBox, QSpinBox, QLineEdit):
            for field in part.findChildren(kind):
                inner = isinstance(field.parent(), (QSpinBox, QComboBox))
                hidden = not (field.isVisible() and field.isEnabled())
                if inner or hidden or "spinbox" in field.objectName():
                    continue
                assert field in reached, field
                assert field.accessibleName(), field


@pytest.mark.parametrize("lasting", [True, False])
def test_signing_in_keeps_the_secret_where_the_system_can(
    context: Context,
    qtbot: QtBot,
    store: SecretStore,
    monkeypatch: pytest.MonkeyPatch,
    lasting: bool,
) -> None:
    if not lasting:
        store = SecretStore(None)
        monkeypatch.setattr(secrets, "_store", store)
    prompt = CredentialsPrompt(context, "PACS", URL)
    qtbot.addWidget(prompt)
    prompt.show()
    wait_until(lambda: prompt.keep.isEnabled() is lasting)
    assert not prompt.ok.isEnabled()
    prompt.way.setCurrentIndex(1)
    qtbot.keyClicks(prompt.token, "t0ken")
    with qtbot.waitSignal(prompt.given) as given:
        qtbot.keyClick(prompt.token, Qt.Key.Key_Return)
    assert given.args == [Credentials(token="t0ken")]
    assert store.load(URL) == Credentials(token="t0ken")


def test_a_timetable_is_kept_once_it_can_be_read(
    dialog: SettingsDialog, context: Context, qtbot: QtBot
) -> None:
    line = dialog.sending.timetable
    dialog.parts.setCurrentRow(1)
    qtbot.keyClicks(line, "08:00,512K  19:00,fast")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "fast" in dialog.sending._fault.text()
    assert dialog.sending._fault.isVisible()
    assert context.settings.bandwidth_timetable == ""
    line.clear()
    qtbot.keyClicks(line, "08:00,512K  19:00,off")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not dialog.sending._fault.isVisible()
    wait_until(lambda: _kept(context).bandwidth_timetable == "08:00,512K 19:00,off")
    assert dialog.isVisible()  # Return ended the line, not the dialog


def test_a_webhook_is_tried_and_kept_with_its_secret(
    dialog: SettingsDialog, context: Context, store: SecretStore, qtbot: QtBot
) -> None:
    part = dialog.alerts
    dialog.parts.setCurrentRow(3)
    came: list[tuple[dict[str, str], bytes]] = []
    with _listening(came) as url:
        qtbot.keyClicks(part.url, url)
        qtbot.keyClick(part.url, Qt.Key.Key_Return)
        assert "Only https" in part._outcome.text()
        assert context.settings.alert_url == ""
        part.loopback.click()
        assert context.settings.alert_url == url
        qtbot.keyClicks(part.secret, "s3cret")
        part.test.click()
        wait_until(part.test.isEnabled)
    assert part._outcome.text() == "The server took the test alert."
    ((headers, body),) = came
    assert json.loads(body)["event"] == "test"
    assert headers["webhook-signature"].startswith("v1,")
    assert store.load(url) == Credentials(token="s3cret")
    wait_until(lambda: _kept(context).alert_url == url)
    part.url.clear()
    qtbot.keyClick(part.url, Qt.Key.Key_Return)
    wait_until(lambda: store.load(url) is None)
    assert not part.test.isEnabled()


@contextmanager
def _listening(came: list[tuple[dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()
