"""A destination that signs in by OAuth is edited without losing how."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gantry.store.settings import SavedDestination
from gantry.ui.context import Context
from gantry.ui.dialogs.destination_editor import DestinationEditor

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
