"""gantry-cli to each real server: everything arrives once, even after SIGKILL at random moments.

XNAT is a simulator of its import service, because no live one can run here.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pydicom
import pytest

from gantry.store.settings import Settings
from gantry.store.settings_file import save_settings
from support.cli import Cli
from support.dicom import make_study
from support.server_sites import SITES, Site

RATES = {2: 3 << 20, 10: 1 << 20}  # bytes per second by kills, so that a kill meets a send

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these servers run on Linux")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 19 MB in two series; noise, so the archive is as big."""
    folder = tmp_path_factory.mktemp("study")
    make_study(folder, series=2, instances=72, size=256)
    return folder


@pytest.fixture(scope="module")
def wanted(study: Path) -> Counter[str]:
    paths = [p for p in study.rglob("*") if p.is_file()]
    return Counter(str(pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID) for p in paths)


@pytest.fixture(params=sorted(SITES))
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    with SITES[request.param](folder) as running:
        yield running


def test_a_study_is_there_once(
    site: Site, study: Path, wanted: Counter[str], tmp_path: Path
) -> None:
    ran = Cli(tmp_path / "home", **site.environment)("send", study, "--to", site.url, "--json")
    assert ran.code == 0, ran.err
    assert site.stored() == wanted


def has_job(home: Path) -> bool:
    """Whether the history knows a job, so that `resume` has something to resume."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'history.sqlite'}?mode=ro", uri=True)) as db:
            return bool(db.execute("SELECT count(*) FROM job").fetchone()[0])
    except sqlite3.Error:
        return False


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_is_there_once(
    site: Site, study: Path, wanted: Counter[str], tmp_path: Path, kills: int
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    save_settings(home / "settings.json", Settings(bandwidth=RATES[kills]))
    cli = Cli(home, **site.environment)
    begun = time.monotonic()
    assert cli("history").code == 0
    start = time.monotonic() - begun  # on a busy machine a program takes long to start
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    killed = 0
    for _ in range(10 * kills):
        command = ["resume"] if has_job(home) else ["send", study, "--to", site.url]
        process = cli.start(*command)
        time.sleep(0.5 * start + moments.uniform(0, 3))
        if process.poll() is None:
            killed += 1
            process.kill()
        process.communicate()
        if killed == kills:
            break
        if process.returncode == 0:
            break  # all was sent before the last kill could strike
    save_settings(home / "settings.json", Settings())
    last = ["resume"] if has_job(home) else ["send", study, "--to", site.url]
    ran = cli(*last, "--json")
    assert ran.code == 0, ran.err
    assert killed
    print(f"killed {killed} times")
    assert site.stored() == wanted
    history = cli("history", "--json")
    assert [row["state"] for row in history.of("parcel")] == ["delivered"]
    spool = home / "spool"
    assert not spool.exists() or list(spool.iterdir()) == []
