"""No patient data and no source path in anything that the whole test run logged."""

from __future__ import annotations

import pytest

from support.canary_watch import LOG_WATCH, leaks


def test_no_log_line_of_the_run_holds_patient_data(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assert leaks(tmp_path_factory.getbasetemp()) == {}


def test_the_watch_itself_sees_what_is_logged(tmp_path_factory: pytest.TempPathFactory) -> None:
    import logging

    logging.getLogger("gantry.watch").warning("watch %s", "is awake")
    text = (tmp_path_factory.getbasetemp() / LOG_WATCH).read_text("utf-8")
    assert "watch is awake" in text
