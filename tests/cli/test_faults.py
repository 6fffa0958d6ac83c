"""A fault of the program while a de-identified upload is handled says nothing of the files.

What is raised quotes a whole file. Meant to hold originals: the history, and the relink table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gantry.store.home import Home
from gantry.store.replace import replace
from gantry.store.settings import Settings
from gantry.store.settings_file import render_settings
from support.arrived import KEY, plant
from support.cli import Cli
from support.planted import Planted

MEANT = ("history", "relink")
_SCANNING = """
import sys
from pathlib import Path
from gantry.engine.intake import scan_server
from support.faulty import quoting
said = Path(sys.argv[1]).read_bytes().decode("latin-1")
scan_server.ScanServer.serve = quoting(said)
scan_server.serve(None)
"""


def left(sets: list[Planted], data: bytes) -> list[str]:
    return [found for one in sets for found in one.left_in(data)]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    home = Home.find(str(tmp_path / "home"))
    home.make()
    home.settings_file.write_bytes(render_settings(replace(Settings(), log_level="debug")))
    path = os.pathsep.join(filter(None, sys.path))
    return Cli(tmp_path / "home", PYTHONPATH=path, **KEY)


def ran(cli: Cli, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True, env=cli.environment, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "code", "told"),
    [
        ("rules", 1, b"treatment.failed"),
        ("packing", 1, b"internal"),
        ("command", 1, b"fault: ValueError"),
        ("thread", 0, b"fault: ValueError"),
        ("end of an object", 0, b"fault: ValueError"),
    ],
)
def test_a_fault_says_where_it_happened_and_nothing_of_the_file(
    where: str, code: int, told: bytes, cli: Cli, tmp_path: Path
) -> None:
    sets, to = plant(tmp_path / "study"), tmp_path / "to"
    to.mkdir()
    said = tmp_path / "study" / "00.dcm"
    assert len(left(sets, said.read_bytes())) > 50
    faulty = ("-m", "support.faulty", where, said)
    treated = ("--deidentify", "research", "--json")  # to people, it names the study
    done = ran(cli, *faulty, "send", said.parent, "--to", to, *treated)
    assert done.returncode == code, done.stderr
    assert told in done.stdout + done.stderr
    assert left(sets, done.stdout + done.stderr) == []
    bundle = tmp_path / "bundle.zip"
    assert cli("bundle", bundle).code == 0
    with zipfile.ZipFile(bundle) as packed:
        for name in packed.namelist():
            assert left(sets, name.encode() + packed.read(name)) == [], name
    root = Path(cli.home)
    files = [path for path in root.rglob("*") if path.is_file()]
    has_log = any(path.suffix == ".jsonl" for path in files)
    assert has_log or where == "command", "it ended before there was a log"
    for path in files:
        if not path.relative_to(root).parts[0].startswith(MEANT):
            assert left(sets, str(path).encode() + path.read_bytes()) == [], path.name


def test_a_fault_of_the_process_that_scans_says_nothing_of_the_file(
    cli: Cli, tmp_path: Path
) -> None:
    sets = plant(tmp_path / "study")
    done = ran(cli, "-c", _SCANNING, tmp_path / "study" / "00.dcm")
    assert b"fault: ValueError" in done.stderr
    assert left(sets, done.stdout + done.stderr) == []
