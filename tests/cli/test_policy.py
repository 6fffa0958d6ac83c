"""A policy in the terminal: what it refuses, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.dicom import make_study
from support.policy import write_policy

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


@pytest.fixture
def cli(tmp_path: Path, policy: Path) -> Cli:
    return Cli(tmp_path / "home", GANTRY_POLICY=str(policy))


def test_send_names_the_file_and_the_line_of_a_wrong_policy(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=1)
    (out := tmp_path / "out").mkdir()
    policy.write_text('{"schema": "gantry.policy/1",\n"flor": 1}', encoding="utf-8")
    ran = cli("send", tmp_path / "in", "--to", out.as_uri(), "--json")
    assert ran.code == 2
    (error,) = ran.of("error")
    assert error["code"] == "policy.invalid"
    assert f"{policy}, line 2" in error["what"]
    assert list(out.iterdir()) == []

    write_policy(policy)
    assert cli("send", tmp_path / "in", "--to", out.as_uri()).code == 0
