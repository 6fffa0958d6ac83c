"""Runs ours and the peer in turn, and says how they compare."""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType

Run = Callable[[], float | None]


@dataclass(frozen=True)
class Row:
    """One benchmark.

    Attributes:
        ours, peer: do the work once; they return None to be timed from outside, or the number
            that counts. Without a peer, `goal` is the most that ours may return.
        goal: how many times as fast as the peer ours shall be: the peer's median / ours.
        unit: of what is measured.
        rounds: how often each runs.
        before: called before each run, untimed.
        check: what else must hold, told after the last round: (whether it does, in words).
        peak: whether to run ours once more, in a process of its own, for its peak memory.
        listed: whether it runs without being named; an unlisted row serves another one.
    """

    name: str
    ours: Run
    peer: Run | None
    goal: float
    unit: str = "s"
    rounds: int = 5
    before: Callable[[], object] = field(default=lambda: None)
    check: Callable[[], tuple[bool, str]] = field(default=lambda: (True, ""))
    peak: bool = True
    listed: bool = True


@dataclass(frozen=True)
class Result:
    """Medians over the rounds. `ratio` is None where there is no peer."""

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    goal: float
    unit: str
    met: bool
    peak_mb: float | None
    note: str


def measure(row: Row, peak: Callable[[str], float | None] = lambda name: None) -> Result:
    """Runs the row: peer and ours in turn, so that both meet the same weather."""
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(row.rounds):
        if row.peer:
            peers.append(_once(row.before, row.peer))
        ours.append(_once(row.before, row.ours))
    fine, note = row.check()
    our = statistics.median(ours)
    peer = statistics.median(peers) if peers else None
    ratio = peer / our if peer is not None and our else None
    met = fine and (ratio >= row.goal if ratio is not None else our <= row.goal)
    most = peak(row.name) if row.peak else None
    return Result(row.name, our, peer, ratio, row.goal, row.unit, met, most, note)


def _once(before: Callable[[], object], run: Run) -> float:
    before()
    gc.collect()
    start = time.perf_counter()
    value = run()
    return time.perf_counter() - start if value is None else value


def peak_megabytes() -> float:
    """The most memory this process ever had."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    scale = 1 if sys.platform == "darwin" else 1024  # macOS says bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def peak_of_child(arguments: Sequence[str], seconds: float = 1200) -> float:
    """Runs this bench's `run.py` with the arguments, and returns the peak that it prints."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("run.py")), *arguments],
        check=True, capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip
    return float(ran.stdout.strip().splitlines()[-1])


def modules() -> list[ModuleType]:
    """Every `bench_*.py` here that offers `rows`."""
    here = Path(__file__).parent
    found = [importlib.import_module(p.stem) for p in sorted(here.glob("bench_*.py"))]
    return [m for m in found if hasattr(m, "rows")]


def machine() -> str:
    """The processor, its cores, the system."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8").splitlines()
        name = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), name)
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| name | ours | peer | ratio | goal | peak memory | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for r in results:
        peer = "" if r.peer is None else f"{r.peer:.3g} {r.unit}"
        ratio = "" if r.ratio is None else f"{r.ratio:.2f} ×"
        goal = f"≥ {r.goal:g} ×" if r.ratio is not None else f"≤ {r.goal:g} {r.unit}"
        peak = "" if r.peak_mb is None else f"{r.peak_mb:.0f} MB"
        verdict = ("met" if r.met else "**missed**") + (f"; {r.note}" if r.note else "")
        cells = (f"`{r.name}`", f"{r.ours:.3g} {r.unit}", peer, ratio, goal, peak, verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def as_json(result: Result) -> str:
    return json.dumps({"event": "row", **asdict(result)}, ensure_ascii=False)
