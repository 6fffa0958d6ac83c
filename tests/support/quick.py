"""The quick run (`pytest -m quick`): which tests are in it, and that they start no process."""

from __future__ import annotations

import multiprocessing.process
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# Where tests need no other process and no window; "." are the modules beside the folders.
FOLDERS = {
    *(".", "alerts", "preview", "receiver", "store"),
    *("engine", "engine/archive", "engine/intake", "engine/labels", "engine/transfer"),
}
# Excluded because they start processes, or take several seconds.
LEFT_OUT = {
    "alerts": "alerts",
    "engine": "content identity job memory",
    "engine/archive": "gunzip pack properties source_faults verify",
    "engine/intake": (
        "dicomdir gaps header header_cache removal same_uid scan scan_process zip_members"
    ),
    "engine/labels": "matching",
    "engine/transfer": "folder http names_of_kinds size_limits",
    "receiver": "receiver",
    "store": "history_damage history_search own_folders",
    ".": "known_patient lean_start numbering privacy_leaks",
}
# Tests that start a process, in modules that otherwise do not; all with nginx do, too.
STARTING = {
    "test_a_guess_is_marked_in_json_and_found_in_the_history",
    "test_a_killed_process_leaves_whole_parcels_and_can_be_repeated",
    "test_gantry_s_own_archive_is_dropped_back_in_and_sent",
    "test_the_terminal_writes_the_report_of_a_parcels_job",
    "test_two_processes_at_once_make_one_key",
    "test_two_processes_give_each_patient_one_number_and_no_number_twice",
    "test_two_processes_keep_all_their_links",
    "test_two_processes_write_one_log_and_rotate_it",
}


def is_quick(item: pytest.Item) -> bool:
    """Whether a test belongs to the quick run."""
    folder = item.path.parent.relative_to(TESTS).as_posix()
    name = item.path.stem.removeprefix("test_")
    window = {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ()))
    if window or item.get_closest_marker("slow"):
        return False
    if "nginx" in item.name or item.name.split("[")[0] in STARTING:
        return False
    return folder in FOLDERS and name not in LEFT_OUT.get(folder, "").split()


def forbid_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that starts a process: it does not belong to the quick run."""

    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail("a test of the quick run starts a process: see tests/support/quick.py")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", refuse)
