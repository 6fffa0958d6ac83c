"""The file of a policy: where it is, what it holds, and what is said of one that is wrong."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.messages import error_message
from gantry.store.policy import place, read
from gantry.store.policy.place import policy_file
from gantry.store.policy.read import policies, read_policy
from support.policy import write_policy

KEYS = [base64.b64encode(bytes([n] * 32)).decode() for n in (1, 2)]

PROFILE = """{"schema": "gantry.policy/1",
"profile": {"schema": "gantry.privacy/1", "name": "x",

%s}}"""


def _refused(path: Path) -> GantryError:
    with pytest.raises(GantryError) as caught:
        read_policy(path)
    assert caught.value.code is ErrorCode.POLICY_INVALID
    return caught.value


def test_no_variable_leads_to_another_policy_of_the_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = policy_file()
    names = "HOME", "PROGRAMDATA", "ALLUSERSPROFILE", "XDG_CONFIG_DIRS", "XDG_DATA_DIRS"
    for name in (*names, "WIN_PD_OVERRIDE_COMMON_APPDATA", "GANTRY_HOME", "GANTRY_POLICY"):
        monkeypatch.setenv(name, str(tmp_path))
    assert policy_file() == before
    if sys.platform.startswith("linux"):
        assert before == Path("/etc/gantry/policy.json")
    assert before.is_absolute()
    assert before.name == "policy.json"
    assert before.parent.name.casefold() == "gantry"


@pytest.mark.parametrize("text", [r"%SystemDrive%\ProgramData", r"%SYSTEMDRIVE%\ProgramData"])
def test_the_folder_of_windows_follows_no_other_variable_than_its_drive(text: str) -> None:
    assert str(place._expanded(text, "D:")) == r"D:\ProgramData"
    assert str(place._expanded(r"E:\Data", "D:")) == r"E:\Data"
    for drive, other in (("", text), ("D:", r"%PROGRAMDATA%\x")):
        with pytest.raises(OSError, match="all users"):
            place._expanded(other, drive)


def test_without_a_file_there_is_no_policy(tmp_path: Path) -> None:
    assert read_policy(tmp_path / "nowhere" / "policy.json") is None


def test_the_keys_whose_presets_are_trusted(tmp_path: Path) -> None:
    policy = read_policy(write_policy(tmp_path / "policy.json", preset_keys=KEYS))
    assert policy is not None
    assert policy.preset_keys == tuple(KEYS)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "json", 1),
        ('{"schema": "gantry.policy/1",\n', "json", 2),
        ("[]", "schema", 0),
        ('{"schema": "gantry.policy/2"}', "schema", 0),
        ('{"schema": "gantry.policy/1",\n"floor": 1}', "unknown", 2),
        ('{"schema": "gantry.policy/1",\n"preset_keys": [],\n"preset_keys": []}', "twice", 3),
        ('{"schema": "gantry.policy/1",\n"preset_keys": "x"}', "value", 2),
        ('{"schema": "gantry.policy/1",\n"profile": "strict"}', "value", 2),
        ('{"schema": "gantry.policy/1",\n"destinations": "https://x.example/"}', "value", 2),
        ('{"schema": "gantry.policy/1",\n"destinations": ["gopher://x/"]}', "value", 2),
        ('{"schema": "gantry.policy/1",\n"destinations": ["https://a:b@x.example/"]}', "secret", 2),
        ('{"schema": "gantry.policy/1",\n"settings": {\n"attempts": 0}}', "value", 3),
        ('{"schema": "gantry.policy/1",\n"settings": {\n"theme": "dark"}}', "unknown", 3),
        (PROFILE % '"base": "best"', "profile", 4),
        (PROFILE % '"reviewed": {}', "unknown", 4),
        (PROFILE % '"pseudonym": "S{hash:8}"', "unknown", 4),
        ('{"schema": "gantry.policy/1",\n"preset_keys": [\n"AAAA"]}', "signature", 3),
    ],
)
def test_a_wrong_policy_is_refused_with_its_name_its_line_and_the_reason(
    tmp_path: Path, text: str, reason: str, line: int
) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text, encoding="utf-8")
    error = _refused(path)
    assert error.facts["reason"] == reason
    assert error.facts.get("line", 0) == line
    message = error_message(error)
    assert str(path) in message.what
    assert not line or f"line {line}" in message.what
    assert "Nothing is sent" in message.do


def test_the_destinations_are_addresses_and_none_is_not_any(tmp_path: Path) -> None:
    for named, wanted in (
        (
            ["https://X.example:443", "dicom://A@b:104"],
            ("https://x.example:443/", "dicom://A@b:104"),
        ),
        ([], ()),
    ):
        policy = read_policy(write_policy(tmp_path / "policy.json", destinations=named))
        assert policy is not None
        assert policy.destinations == wanted
    policy = read_policy(write_policy(tmp_path / "policy.json"))
    assert policy is not None
    assert policy.destinations is None


def test_the_floor_is_a_built_in_profile_or_one_of_the_policy_s_own(tmp_path: Path) -> None:
    own = {"schema": "gantry.privacy/1", "name": "x", "uids": True}
    for profile in ("basic", own):
        policy = read_policy(write_policy(tmp_path / "policy.json", profile=profile))
        assert policy is not None
        assert policy.profile == profile or json.loads(policy.profile) == profile


def test_a_file_that_is_too_large_is_no_policy(tmp_path: Path) -> None:
    path = write_policy(tmp_path / "policy.json")
    path.write_bytes(path.read_bytes() + b" " * (1 << 20))
    assert _refused(path).facts["reason"] == "too large"


def test_what_is_there_and_is_no_file_is_no_missing_policy(tmp_path: Path) -> None:
    (tmp_path / "policy.json").mkdir()
    assert _refused(tmp_path / "policy.json").facts["reason"] == "unreadable"


@pytest.mark.skipif(os.name == "nt", reason="needs rights to make links")
def test_a_link_that_leads_nowhere_is_no_missing_policy(tmp_path: Path) -> None:
    link = tmp_path / "policy.json"
    link.symlink_to(tmp_path / "gone")
    assert _refused(link).facts["reason"] == "unreadable"


def test_a_second_policy_applies_beside_the_computer_s_own_and_replaces_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write_policy(tmp_path / "policy.json", preset_keys=KEYS)
    second = write_policy(tmp_path / "second.json")
    monkeypatch.setattr(read, "policy_file", lambda: own)
    assert [policy.path for policy in policies()] == [str(own)]
    monkeypatch.setenv("GANTRY_POLICY", str(second))
    assert [policy.path for policy in policies()] == [str(own), str(second)]
    monkeypatch.setenv("GANTRY_POLICY", str(tmp_path / "missing.json"))
    with pytest.raises(GantryError, match="unreadable"):
        policies()
    own.write_text("{", encoding="utf-8")
    monkeypatch.setenv("GANTRY_POLICY", str(second))
    with pytest.raises(GantryError, match="json"):
        policies()
