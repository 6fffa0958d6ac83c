"""Texts for what is known about an arrival."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gantry.engine.doctor_steps import SERVICE, SharedDetail, passed
from gantry.engine.errors import Fact
from gantry.engine.proof import SharedProof
from gantry.ui.text.i18n import language
from gantry.ui.text.proof_text import proof_text
from gantry.ui.widgets.connection_steps import detail_text


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ("QIDO-RS", "QIDO-RS"),
        ("C-FIND: 7 of 8 listed", "C-FIND: 7 of 8 listed"),
        (
            "Orthanc's list of instances: 0 of 3 listed",
            "Orthanc's list of instances: 0 of 3 listed",
        ),
        ("C-STORE statuses", "the server's answers (C-STORE)"),
        ("", ""),
    ],
)
def test_a_proof_in_words(qtbot: QtBot, proof: str, said: str) -> None:
    assert proof_text(proof) == said


@pytest.mark.parametrize("proof", SharedProof)
def test_a_proof_of_no_kind_has_words_of_the_windows(proof: SharedProof) -> None:
    language().choose("zh_CN")
    try:
        assert proof_text(proof) != proof
    finally:
        language().choose("en")


@pytest.mark.parametrize("found", SharedDetail)
def test_a_detail_of_no_kind_has_words_of_the_windows(found: SharedDetail) -> None:
    facts: dict[str, Fact] = {"host": "h", "addresses": "a", "port": 1}
    facts |= {"size": 2, "who": "w", "why": "y"}

    assert detail_text(passed(SERVICE, found, **facts))
    assert passed(SERVICE, found, **facts).detail
