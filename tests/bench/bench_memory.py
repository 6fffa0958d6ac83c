"""`memory`: a whole job of 10 GB in ten studies against one of 1 GB in one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import data as bench_data
from harness import Row, running, watched

from support.nginx import PROGRAM, nginx

GIGABYTE = 10**9
MOST_MB = 200


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The row of the engine's memory; `gantry-cli send` is the engine with little around it."""
    if not PROGRAM:
        return []
    from bench_send import TAKING

    studies = 10
    peaks: list[float] = []

    def compare() -> float:
        nonlocal studies
        # The sources, and the archives that wait to be sent.
        free = shutil.disk_usage(scratch).free
        studies = 10 if free > 20 * GIGABYTE else max(2, free // (2 * GIGABYTE))
        url = running(nginx(scratch / "nginx-memory", 1, extra=TAKING)).url + "/in"
        folder = bench_data.studies(data, scratch, studies, GIGABYTE)
        one = next(iter(sorted(p for p in folder.iterdir() if p.is_dir())))
        peaks[:] = [send(one, url), send(folder, url)]
        shutil.rmtree(folder)
        folder.with_suffix(".whole").unlink()
        return peaks[1] / peaks[0]

    def send(what: Path, url: str) -> float:
        home = scratch / "home-memory"
        shutil.rmtree(home, ignore_errors=True)
        command = [sys.executable, "-m", "gantry.cli", "send", str(what), "--to", url]
        _, peak = watched(command, {**os.environ, "GANTRY_HOME": str(home)})
        return peak

    def below() -> tuple[bool, str]:
        said = f"{peaks[0]:.0f} MB for 1 GB, {peaks[1]:.0f} MB for {studies} GB"
        return max(peaks) < MOST_MB, said

    return [Row("memory", compare, None, 1.2, "× the memory", rounds=1, check=below, peak=False)]
