"""Drives the installed program in the Wine bench from Linux, by its windows and keys.

    python -m pytest tests/windows/installed          after packaging/windows/build

Skipped where there is no bench or no set-up program. GANTRY_PICTURES=FOLDER keeps the screenshots.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.installed import BENCH, Windows, setup_program, wait_until


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    if os.name == "nt" or os.getuid() != 0 or not (BENCH / "packages.done").exists():
        pytest.skip("NOT TESTED: no Windows bench here (as root: packaging/wine/setup)")
    if setup_program() is None:
        pytest.skip("NOT TESTED: no set-up program here (as root: packaging/windows/build)")
    pictures = Path(os.environ.get("GANTRY_PICTURES") or tmp_path_factory.mktemp("pictures"))
    name = f"installed-{os.getpid()}"
    data = tmp_path_factory.mktemp("windows")
    fresh = Windows(name, f":{100 + os.getpid() % 800}", data, pictures)
    fresh.start(
        "linux",
        "Xvfb",
        fresh.display,
        "-screen",
        "0",
        "1280x800x24",
        "-nolisten",
        "tcp",
        "-noreset",
    )
    socket = Path("/tmp/.X11-unix") / f"X{fresh.display[1:]}"
    wait_until(socket.exists, "no virtual screen", 30)
    fresh.start("linux", "openbox")
    try:
        yield fresh
    finally:
        fresh.run("linux", "wineserver", "-k")
        for child in fresh.children:
            child.terminate()
        for child in fresh.children:
            child.wait(20)
        shutil.rmtree(fresh.c.parent, ignore_errors=True)
