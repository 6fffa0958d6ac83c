"""`send` of a study with an unreadable file: the rest arrives, and this is reported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import Cli
from support.dicom import make_study

# root may read everything, unless it gives that right away
_WITHOUT = "-dac_override,-dac_read_search"
_GIVEN_UP = ["setpriv", f"--bounding-set={_WITHOUT}", f"--inh-caps={_WITHOUT}"]


class Unprivileged(Cli):
    """gantry-cli of a user who may not read everything."""

    def start(self, *args: str | Path) -> subprocess.Popen[str]:
        before = _GIVEN_UP if os.geteuid() == 0 else []
        return subprocess.Popen(
            [*before, sys.executable, "-m", "gantry.cli", *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            encoding="utf-8",
        )


@pytest.fixture
def cli(tmp_path: Path) -> Unprivileged:
    if sys.platform == "win32":
        pytest.skip("tests/windows has this with locked files")
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may read all, and setpriv is not installed")
    (tmp_path / "in").mkdir()
    return Unprivileged(tmp_path / "home")


def test_the_rest_arrives_and_the_result_says_what_is_missing(
    cli: Unprivileged, tmp_path: Path
) -> None:
    made = make_study(tmp_path / "study", instances=20)
    made[7].chmod(0)
    ran = cli("send", tmp_path / "study", "--to", (tmp_path / "in").as_uri(), "--json")
    assert ran.code == 1
    assert [line["reason"] for line in ran.of("skipped")] == ["denied"]
    assert (ran.done["delivered"], ran.done["incomplete"]) == (0, 1)
    assert "1 file could not be read, even when tried again" in ran.err
    (row,) = cli("history", "--json").of("parcel")
    assert (row["state"], row["unread"]) == ("incomplete", 1)


def test_a_study_beside_it_is_delivered(cli: Unprivileged, tmp_path: Path) -> None:
    bad = make_study(tmp_path / "all" / "a", instances=3)
    make_study(tmp_path / "all" / "b", instances=3, patient_id="OTHER")
    bad[0].chmod(0)
    ran = cli("send", tmp_path / "all", "--to", (tmp_path / "in").as_uri(), "--json")
    assert ran.code == 1
    assert (ran.done["delivered"], ran.done["incomplete"]) == (1, 1)


def test_a_folder_that_may_not_be_opened_makes_its_study_incomplete(
    cli: Unprivileged, tmp_path: Path
) -> None:
    make_study(tmp_path / "study", series=2, instances=3)
    (tmp_path / "study" / "series 2").chmod(0)
    ran = cli("send", tmp_path / "study", "--to", (tmp_path / "in").as_uri(), "--json")
    (tmp_path / "study" / "series 2").chmod(0o700)
    assert ran.code == 1
    assert (ran.done["delivered"], ran.done["incomplete"]) == (0, 1)
