"""No patient data and no source path in anything that the whole test run logged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import LOG_WATCH
from support.dicom import CANARIES


def _logs(base: Path) -> list[Path]:
    return [p for p in base.rglob("*") if p.is_file() and re.search(r"\.jsonl(\.\d+)?$", p.name)]


def test_no_log_line_of_the_run_holds_patient_data(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    base = tmp_path_factory.getbasetemp()
    watched = [base / LOG_WATCH, *_logs(base)]
    seen = {
        canary: str(path)
        for path in watched
        for canary in CANARIES
        if canary in path.read_text("utf-8", "replace")
        # JSON may write a name in escapes
        or canary.encode("unicode_escape").decode() in path.read_text("utf-8", "replace")
    }
    assert seen == {}


def test_the_watch_itself_sees_what_is_logged(tmp_path_factory: pytest.TempPathFactory) -> None:
    import logging

    logging.getLogger("gantry.watch").warning("watch %s", "is awake")
    text = (tmp_path_factory.getbasetemp() / LOG_WATCH).read_text("utf-8")
    assert "watch is awake" in text
