"""The settings: changed at once, kept atomically; destinations by address or by form."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gantry.engine.credentials import Credentials
from gantry.engine.parcel import ParcelRule
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.registry import KINDS, normalise_url
from gantry.services.destination_form import missing, split_address
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.store import secrets
from gantry.store.replace import replace
from gantry.store.secrets import SecretStore
from gantry.store.setting import Number
from gantry.store.settings import SETTINGS, SavedDestination, Settings
from gantry.store.settings_file import load_settings
from gantry.ui.background.context import Context
from gantry.ui.dialogs.credentials_prompt import CredentialsPrompt
from gantry.ui.dialogs.destination_editor import DestinationEditor
from gantry.ui.dialogs.setting_rows import SpinRow
from gantry.ui.dialogs.settings_dialog import SettingsDialog
from gantry.ui.dialogs.settings_form import SettingsForm
from gantry.ui.models.destination_model import DestinationModel, Role
from gantry.ui.text.alert import Alert
from support.screen import wait_until
from support.vault import Vault

Field = TypeVar("Field", bound=QWidget)

URL = "https://pacs.example.org/upload"


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


def field(form: SettingsForm, name: str, kind: type[Field]) -> Field:
    """The field of a setting, by its name in settings.json."""
    found = form.rows[name].field
    assert isinstance(found, kind)
    return found


def _kept(context: Context) -> Settings:
    """The settings in the file; while Windows denies it because it is being replaced, defaults."""
    settings, problem = load_settings(context.home.settings_file)
    is_denied = problem is not None and problem.facts.get("reason") == "unreadable"
    assert problem is None or (is_denied and sys.platform == "win32")
    return settings


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_form_and_its_address_become_one_another(kind: DestinationKind) -> None:
    found, values, _ = split_address(kind.example)
    assert found == kind
    assert not missing(kind, values)
    assert normalise_url(kind.form.to_url(values))[0] == normalise_url(kind.example)[0]


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
    def choose(form: SettingsForm, name: str, place: int) -> None:
        box = field(form, name, QComboBox)
        box.setCurrentIndex(place)
        box.activated.emit(place)

    sending, storage, look = dialog.sending, dialog.storage, dialog.look
    choose(sending, "parcel_rule", 1)
    choose(sending, "compression_level", 2)
    field(sending, "pack_workers", QSpinBox).setValue(3)
    field(sending, "parallel_sends", QSpinBox).setValue(4)
    field(sending, "attempts", QSpinBox).setValue(5)
    field(sending, "send_attempts", QSpinBox).setValue(6)
    field(sending, "bandwidth", QDoubleSpinBox).setValue(1.5)
    spool = field(storage, "spool_folder", QLineEdit)
    spool.setText(str(tmp_path))
    spool.editingFinished.emit()
    field(storage, "keep_delivered", QCheckBox).click()
    field(storage, "keep_file_lists", QSpinBox).setValue(0)
    choose(look, "theme", 2)
    wanted = context.settings
    assert wanted.parcel_rule is ParcelRule.SERIES
    assert (wanted.compression_level, wanted.pack_workers, wanted.parallel_sends) == (2, 3, 4)
    assert (wanted.attempts, wanted.send_attempts) == (5, 6)
    assert wanted.bandwidth == 1_572_864
    assert (wanted.spool_folder, wanted.keep_delivered) == (str(tmp_path), True)
    assert (wanted.keep_file_lists, wanted.theme) == (0, "dark")
    wait_until(lambda: context.services.preferences.settings == wanted)
    assert _kept(context) == wanted


def test_every_setting_has_one_row_which_says_what_it_does(dialog: SettingsDialog) -> None:
    forms = (dialog.sending, dialog.storage, dialog.alerts, dialog.look)
    assert sorted(name for form in forms for name in form.rows) == sorted(s.name for s in SETTINGS)
    for form in forms:
        for name, row in form.rows.items():
            assert row.setting.name == name
            assert row.caption.text() == row.setting.label
            assert row.field.accessibleDescription().startswith(row.setting.help)
            assert row.field.toolTip() == row.caption.toolTip() != ""


def test_a_number_can_be_set_up_to_its_bounds(dialog: SettingsDialog) -> None:
    for form in (dialog.sending, dialog.storage):
        for row in form.rows.values():
            if isinstance(row, SpinRow) and isinstance(row.setting, Number):
                low, high, scale = row.setting.low, row.setting.high, row.setting.scale
                assert (row.box.minimum() * scale, row.box.maximum() * scale) == (low, high)


def test_a_value_that_only_the_file_can_have_stays_until_another_is_chosen(
    dialog: SettingsDialog, context: Context
) -> None:
    context.change_settings(replace(context.settings, log_level="warning", pack_workers=200))
    assert field(dialog.storage, "log_level", QComboBox).currentText() == "Normal"
    assert field(dialog.sending, "pack_workers", QSpinBox).value() == 200
    assert context.settings.log_level == "warning"


def test_a_line_that_is_being_written_survives_another_change(
    dialog: SettingsDialog, context: Context, qtbot: QtBot
) -> None:
    dialog.parts.setCurrentRow(1)
    line = field(dialog.sending, "bandwidth_timetable", QLineEdit)
    qtbot.keyClicks(line, "08:00,51")
    context.change_settings(replace(context.settings, attempts=9))
    assert line.text() == "08:00,51"


def test_settings_that_cant_be_saved_are_not_shown_as_if_they_applied(
    dialog: SettingsDialog, context: Context, alerts: list[Alert]
) -> None:
    context.home.settings_file.mkdir()
    sends = field(dialog.sending, "parallel_sends", QSpinBox)
    sends.setValue(9)
    wait_until(lambda: alerts)
    assert context.services.preferences.settings.parallel_sends == 2
    assert (context.settings.parallel_sends, sends.value()) == (2, 2)


def test_a_change_that_is_saved_stays_though_an_earlier_one_could_not_be(
    dialog: SettingsDialog, context: Context, alerts: list[Alert]
) -> None:
    file = context.home.settings_file
    file.mkdir()
    hold = threading.Event()
    context.runner.run_in_order("settings", hold.wait)
    context.change_settings(replace(context.settings, parallel_sends=9))
    context.runner.run_in_order("settings", file.rmdir)
    context.change_settings(replace(context.settings, attempts=7))
    hold.set()
    wait_until(lambda: alerts and context.services.preferences.settings.attempts == 7)
    assert context.settings == context.services.preferences.settings == _kept(context)
    assert context.settings.parallel_sends == 9


def test_a_change_from_elsewhere_is_shown(dialog: SettingsDialog, context: Context) -> None:
    context.change_settings(replace(context.settings, parallel_sends=7, theme="light"))
    assert field(dialog.sending, "parallel_sends", QSpinBox).value() == 7
    assert field(dialog.look, "theme", QComboBox).currentText() == "Light"


def test_a_pasted_address_fills_the_form_and_its_secret_stays_out_of_the_url(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    editor = dialog.destinations.open_editor(None)
    assert not editor.save.isEnabled()
    editor.paste.setText("https://anna:s3cret@pacs.example.org/upload")
    assert editor.name.text() == "pacs.example.org"
    assert editor.address.edits["address"].text() == URL
    assert editor.signing.auth.currentText() == "User and password"
    editor.save.click()
    wait_until(lambda: context.services.preferences.settings.destinations)
    (saved,) = _kept(context).destinations
    assert (saved.url, saved.auth, saved.user) == (URL, "basic", "anna")
    assert b"s3cret" not in context.home.settings_file.read_bytes()
    wait_until(lambda: store.load(URL) == Credentials("anna", "s3cret", ""))


def test_a_changed_destination_keeps_its_secret_unless_its_address_changes(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    store.store(URL, Credentials("anna", "s3cret", ""))
    saved = SavedDestination(name="PACS", url=URL, auth="basic", user="anna")
    context.change_settings(replace(context.settings, destinations=(saved,)))
    editor = dialog.destinations.open_editor(saved)
    editor.name.setText("Research PACS")
    editor.save.click()
    wait_until(lambda: context.settings.destination("Research PACS"))
    wait_until(lambda: store.load(URL) is not None)
    editor = dialog.destinations.open_editor(context.settings.destination("Research PACS"))
    editor.address.edits["address"].setText("https://other.example.org/upload")
    editor.save.click()
    wait_until(lambda: store.load(URL) is None)
    assert store.load("https://other.example.org/upload") is None


def test_the_form_asks_only_for_what_a_kind_needs(dialog: SettingsDialog) -> None:
    editor = dialog.destinations.open_editor(None)
    for number, kind in enumerate(KINDS):
        editor.kind.setCurrentIndex(number)
        assert list(editor.address.edits) == [f.name for f in kind.form.fields]
        assert editor.signing.auth.isVisibleTo(editor) is bool(kind.sign_in)
        assert not editor.signing.password.isVisibleTo(editor)
    editor.reject()


@pytest.mark.parametrize("name", ["practice", PRACTICE_NAME, "pacs"])
def test_a_name_is_taken_once(dialog: SettingsDialog, context: Context, name: str) -> None:
    context.change_settings(
        replace(context.settings, destinations=(SavedDestination(name="PACS", url=URL),))
    )
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
    editor.signing.insecure.click()
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
    context.change_settings(replace(context.settings, destinations=(saved,)))
    dialog.destinations.remove(saved)
    assert not context.settings.destinations
    wait_until(lambda: store.load(URL) is None)


def test_secrets_of_proxy_and_key_go_with_the_last_destination_that_uses_them(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    proxy, key = "http://me@proxy.example.org:3128", "key:/c/me.key"
    for place in (proxy, key):
        store.store(place, Credentials(password="s3cret"))
    own = {"client_certificate": "/c/me.pem", "client_key": "/c/me.key"}
    one = SavedDestination(name="One", url=URL, auth="none", options={**own, "proxy": proxy})
    other = SavedDestination(name="Other", url=URL + "/2", auth="none", options={"proxy": proxy})
    context.change_settings(replace(context.settings, destinations=(one, other)))
    dialog.destinations.remove(one)
    wait_until(lambda: store.load(key) is None)
    assert store.load(proxy) is not None
    dialog.destinations.remove(other)
    wait_until(lambda: store.load(proxy) is None)


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
        replace(
            context.settings,
            destinations=(SavedDestination(name="Gone", url=(tmp_path / "gone").as_uri()),),
        )
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
    editor.trying.test.click()
    wait_until(lambda: len(editor.trying.steps.texts) == 7 and editor.trying.test.isEnabled())
    assert editor.trying.steps._failed == 0
    assert not context.settings.destinations
    editor.reject()


def test_a_destination_or_a_part_is_revealed(dialog: SettingsDialog, context: Context) -> None:
    dialog.reveal("storage")
    assert dialog.parts.currentRow() == 2
    context.change_settings(
        replace(context.settings, destinations=(SavedDestination(name="PACS", url=URL),))
    )
    dialog.reveal("PACS")
    assert dialog.parts.currentRow() == 0
    (editor,) = dialog.findChildren(DestinationEditor)
    assert editor.name.text() == "PACS"
    editor.reject()


def test_the_language_changes_the_open_dialog(dialog: SettingsDialog, context: Context) -> None:
    from gantry.ui.text.i18n import language

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
    with qtbot.waitSignal(prompt.given, timeout=60_000) as given:
        qtbot.keyClick(prompt.token, Qt.Key.Key_Return)
    assert given.args == [Credentials(token="t0ken")]
    assert store.load(URL) == Credentials(token="t0ken")


def test_a_timetable_is_kept_once_it_can_be_read(
    dialog: SettingsDialog, context: Context, qtbot: QtBot
) -> None:
    row = dialog.sending.rows["bandwidth_timetable"]
    line, fault = field(dialog.sending, "bandwidth_timetable", QLineEdit), row.note
    assert fault is not None
    dialog.parts.setCurrentRow(1)
    qtbot.keyClicks(line, "08:00,512K  19:00,fast")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "fast" in fault.text()
    assert fault.isVisible()
    assert context.settings.bandwidth_timetable == ""
    line.clear()
    qtbot.keyClicks(line, "08:00,512K  19:00,off")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not fault.isVisible()
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
        field(part, "alert_loopback_http", QCheckBox).click()
        assert context.settings.alert_url == url
        qtbot.keyClicks(part.secret, "s3cret")
        part.test.click()
        wait_until(part.test.isEnabled)
    assert part._outcome.text() == "The server accepted the test alert."
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


def test_a_destination_s_folder_is_no_spool_folder(
    dialog: SettingsDialog, context: Context, tmp_path: Path
) -> None:
    """It is refused where it was chosen, and the folder that was set stays set."""
    saved = SavedDestination(name="inbox", url=tmp_path.as_uri())
    context.change_settings(replace(context.settings, destinations=(saved,)))
    spool = field(dialog.storage, "spool_folder", QLineEdit)
    refused = dialog.storage.rows["spool_folder"].note
    assert refused is not None
    spool.setText(str(tmp_path))
    spool.editingFinished.emit()
    wait_until(lambda: spool.text() == "")
    assert "it is a destination" in refused.text()
    assert not refused.isHidden()
    assert context.settings.spool_folder == ""
    assert _kept(context).destinations == (saved,)
    spool.setText(str(tmp_path / "other"))
    spool.editingFinished.emit()
    assert refused.isHidden()


def test_a_secret_in_the_webhook_s_address_goes_to_the_credential_store(
    dialog: SettingsDialog, context: Context, store: SecretStore
) -> None:
    url = dialog.alerts.url
    url.setText("https://hooks.example.org/x?team=3&token=Zx8canary")
    url.editingFinished.emit()
    bare = "https://hooks.example.org/x?team=3&token=***"
    assert context.settings.alert_url == bare
    wait_until(lambda: store.load(bare) == Credentials(query="token=Zx8canary"))
    wait_until(lambda: _kept(context).alert_url == bare)
    assert url.text() == bare
