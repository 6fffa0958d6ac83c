"""Running numbers: one for each patient, never one twice, and never again from 1."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store import private_table
from gantry.store.home import Home
from gantry.store.numbers import Numbers, Patient

PATTERN = "S{number:03}"
COUNTS = """
import sys
from gantry.store.home import Home
from gantry.store.numbers import Numbers, Patient
numbers = Numbers(Home.find(sys.argv[1]), list)
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    both = [Patient("key", f"both {number}"), Patient("key", f"{sys.argv[2]} {number}")]
    for patient, pseudonym in numbers.of("S{number:03}", both).items():
        print(patient.token, pseudonym, sep="=", flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / "home"))


def patients(*names: str, key: str = "key") -> list[Patient]:
    return [Patient(key, name) for name in names]


def given(home: Home, *names: str, key: str = "key", pattern: str = PATTERN) -> list[str]:
    """What patients get after a restart."""
    wanted = patients(*names, key=key)
    found = Numbers(home, list).of(pattern, wanted)
    return [found[one] for one in wanted]


def test_patients_are_counted_in_their_order_and_keep_their_numbers(home: Home) -> None:
    assert given(home, "a", "b", "a") == ["S001", "S002", "S001"]
    assert given(home, "c", "b") == ["S003", "S002"]
    assert given(home, "a") == ["S001"]


def test_more_patients_than_digits(home: Home) -> None:
    names = [str(number) for number in range(12)]
    assert given(home, *names, pattern="S{number:01}")[8:] == ["S9", "S10", "S11", "S12"]
    assert given(home, *names, pattern="T{number}")[8:] == ["T9", "T10", "T11", "T12"]


def test_two_projects_with_one_pattern_never_share_a_pseudonym(home: Home) -> None:
    assert given(home, "a", "b", key="one") == ["S001", "S002"]
    assert given(home, "a", "c", key="two") == ["S003", "S004"]
    assert given(home, "b", "d", key="one") == ["S002", "S005"]


def test_two_patterns_that_write_the_same_never_share_a_pseudonym(home: Home) -> None:
    assert given(home, "a") == ["S001"]
    assert given(home, "b", pattern="S0{number:02}") == ["S002"]
    assert given(home, "c", pattern="s{number:03}") == ["s003"], "S001 and s001 count as one"
    assert given(home, "d") == ["S004"]


def test_two_homes_count_for_themselves(tmp_path: Path) -> None:
    homes = [Home.find(str(tmp_path / name)) for name in ("one", "two")]
    assert [given(home, "a") for home in homes] == [["S001"], ["S001"]]


def test_what_the_user_named_a_patient_before_is_skipped(home: Home) -> None:
    numbers = Numbers(home, lambda: ["S002", "other"])
    numbers.name([("s001", Patient("key", "x"))])
    assert list(numbers.of(PATTERN, patients("a", "b")).values()) == ["S003", "S004"]


def test_a_number_can_be_named_for_its_own_patient_only(home: Home) -> None:
    assert given(home, "a") == ["S001"]
    numbers = Numbers(home, list)
    numbers.name([("s001", Patient("key", "a"))])
    for other in (Patient("key", "b"), Patient("another", "a")):
        with pytest.raises(GantryError) as refused:
            numbers.name([("s001", other)])
        assert refused.value.code is ErrorCode.LABEL_CONFLICT


def test_two_processes_give_each_patient_one_number_and_no_number_twice(home: Home) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTS, str(home.history_file.parent), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0].split("\n")[:-1] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    found = {tuple(line.split("=")) for lines in said for line in lines}
    assert len(found) == len({token for token, _ in found}) == 90
    assert sorted(pseudonym for _, pseudonym in found) == [f"S{n:03}" for n in range(1, 91)]
    assert json.loads(Numbers(home, list).counted_path.read_text()) == {PATTERN: 90}


def test_a_process_that_ends_between_its_two_files_loses_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(numbers: Numbers, db: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Numbers, "_count", ends)
        with pytest.raises(KeyboardInterrupt):
            given(home, "a")
    assert given(home, "b", "a") == ["S002", "S001"]


@pytest.mark.parametrize("how", ["deleted", "emptied", "older", "deleted, then a label"])
@pytest.mark.parametrize("pattern", [PATTERN, "other{number}"])
def test_a_lost_table_is_said_and_no_number_is_given(home: Home, how: str, pattern: str) -> None:
    given(home, "a")
    older = home.numbers_file.read_bytes()
    given(home, "b")
    if how == "older":
        home.numbers_file.write_bytes(older)
    elif how == "emptied":
        home.numbers_file.write_bytes(b"")
    else:
        home.numbers_file.unlink()
    if "label" in how:
        Numbers(home, list).name([("Anton", Patient("key", "x"))])
    for _ in range(2):
        with pytest.raises(GantryError) as lost:
            given(home, "c", pattern=pattern)
        assert (lost.value.code, lost.value.facts["reason"]) == (ErrorCode.NUMBERS_FAILED, "lost")


def test_a_restored_table_continues(home: Home) -> None:
    given(home, "a", "b")
    kept = home.numbers_file.read_bytes()
    home.numbers_file.unlink()
    with pytest.raises(GantryError):
        given(home, "c")
    home.numbers_file.write_bytes(kept)
    assert given(home, "c", "a") == ["S003", "S001"]


def test_a_table_without_the_file_beside_the_keys_continues(home: Home) -> None:
    given(home, "a")
    Numbers(home, list).counted_path.unlink()
    assert given(home, "b") == ["S002"]
    home.numbers_file.unlink()
    with pytest.raises(GantryError):
        given(home, "c")


@pytest.mark.parametrize("text", ["", "[]", '{"S{number:03}": "x"}', "\0"])
def test_a_damaged_file_beside_the_keys_is_no_reason_to_count_again(home: Home, text: str) -> None:
    given(home, "a")
    Numbers(home, list).counted_path.write_text(text)
    with pytest.raises(GantryError) as failed:
        given(home, "b")
    assert failed.value.code is ErrorCode.NUMBERS_FAILED


def test_a_damaged_table_is_said(home: Home) -> None:
    given(home, "a")
    home.numbers_file.write_bytes(b"no table" * 1000)
    with pytest.raises(GantryError) as failed:
        given(home, "a")
    assert failed.value.code is ErrorCode.NUMBERS_FAILED


def test_a_locked_table_is_waited_for_then_said_to_be_transient(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(home, "a")
    monkeypatch.setattr(private_table, "_BUSY", 0.1)
    with closing(sqlite3.connect(home.numbers_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GantryError) as failed:
            given(home, "b")
    assert failed.value.transient
    assert given(home, "b") == ["S002"]


def test_the_files_name_no_patient_and_are_for_this_user_only(home: Home) -> None:
    key = Key(b"k" * 32)
    Numbers(home, list).of(PATTERN, [Patient(key.id, key.token("id\0\0Overton4711"))])
    paths = [home.numbers_file, Numbers(home, list).counted_path]
    for path in paths:
        assert b"Overton" not in path.read_bytes()
        assert b"4711" not in path.read_bytes()
        if os.name != "nt":
            assert path.stat().st_mode & 0o077 == 0
    assert key.token("x") != Key(b"o" * 32).token("x")
