"""The computer's policy in the window: what it sets can't be changed, what it forbids is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from gantry.engine.errors import ErrorCode
from gantry.services.named_destinations import Place
from gantry.store.settings import SENDING, STORAGE
from gantry.ui.background.context import Context
from gantry.ui.background.runner import Refusal
from gantry.ui.dialogs.settings_form import SettingsForm
from support.dicom import make_study
from support.policy import write_policy
from support.screen import wait_until
from support.shipments import parcel_of


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_policy(tmp_path / "policy.json")
    monkeypatch.setenv("GANTRY_POLICY", str(path))
    return path


def test_a_row_that_the_policy_sets_shows_its_value_and_can_t_be_changed(
    context: Context, qtbot: QtBot, policy: Path
) -> None:
    preferences = context.services.preferences
    forms = [SettingsForm(context, part) for part in (SENDING, STORAGE)]
    for form in forms:
        qtbot.addWidget(form)
        form.show()

    def locked() -> set[str]:
        notes = {name for f in forms for name, note in f.locked.items() if note.isVisible()}
        fields = {name for f in forms for name, r in f.rows.items() if not r.field.isEnabled()}
        assert notes == fields
        return notes

    assert locked() == set()
    write_policy(policy, settings={"attempts": 17, "keep_delivered": True})
    preferences.follow_policy()
    context.settings_changed.emit(preferences.settings)
    assert locked() == {"attempts", "keep_delivered"}
    box = forms[0].rows["attempts"].field
    assert isinstance(box, QSpinBox)
    assert box.value() == 17
    assert forms[0].locked["attempts"].text() == "Set by your organisation"

    write_policy(policy)
    preferences.follow_policy()
    context.settings_changed.emit(preferences.settings)
    assert locked() == set()
    assert box.value() == 3


@pytest.mark.parametrize(
    ("entries", "reason"),
    [({"profile": "basic"}, "as it is"), ({"destinations": []}, "destination")],
)
def test_a_job_that_the_policy_forbids_is_refused_with_the_reason(
    context: Context, tmp_path: Path, policy: Path, entries: dict[str, object], reason: str
) -> None:
    write_policy(policy, **entries)
    refused: list[Refusal] = []
    context.runner.refused.connect(refused.append)
    (folder := tmp_path / "out").mkdir()
    parcel = parcel_of(make_study(tmp_path / "in", instances=1))
    place = Place("out", folder.as_uri())
    context.runner.start_job(place, lambda: [parcel])
    wait_until(lambda: refused)
    assert refused[0].error.code is ErrorCode.POLICY_FORBIDS
    assert refused[0].error.facts["reason"] == reason
    assert list(folder.iterdir()) == []

    write_policy(policy)
    over: list[str] = []
    context.runner.job_over.connect(over.append)
    refused[0].again(None)
    wait_until(lambda: over)
    assert len(list(folder.iterdir())) == 1
