"""Runs ours and the peer in turn, and says how they compare."""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import psutil

Run = Callable[[], float | None]


@dataclass(frozen=True)
class Row:
    """One benchmark.

    Attributes:
        ours, peer: do the work once; they return None to be timed from outside, or the number that
            counts. Without a peer, `goal` is the most that ours may return.
        goal: how many times as fast as the peer ours must be: the peer's median / ours.
        within: the goal is instead how many times as long as the peer ours may take.
        unit: of what is measured.
        rounds: how often each runs.
        before: called before each run, untimed.
        check: a further condition, checked after the last round: (whether it holds, a text).
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
    within: bool = False


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
    within: bool = False


def measure(row: Row, peak: Callable[[str], float | None] = lambda name: None) -> Result:
    """Runs the row: peer and ours in turn, so that both meet the same conditions."""
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
    if peer and row.within:
        ratio = our / peer
    if ratio is None:
        met = our <= row.goal
    else:
        met = ratio <= row.goal if row.within else ratio >= row.goal
    most = peak(row.name) if row.peak else None
    return Result(
        row.name, our, peer, ratio, row.goal, row.unit, met and fine, most, note, row.within
    )


def failed(row: Row, error: Exception) -> Result:
    """The result of a row that could not be measured: missed."""
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    nothing = float("nan")
    return Result(row.name, nothing, None, None, row.goal, row.unit, False, None, said, row.within)


def _once(before: Callable[[], object], run: Run) -> float:
    before()
    gc.collect()
    start = time.perf_counter()
    value = run()
    return time.perf_counter() - start if value is None else value


Server = TypeVar("Server", bound=AbstractContextManager[object])


def running(server: Server) -> Server:
    """Starts a server, to be stopped when the bench ends."""
    server.__enter__()
    atexit.register(server.__exit__, None, None, None)
    return server


def peak_megabytes() -> float:
    """The most memory that this process ever had, or the largest one that `watched` ran."""
    if _watched:
        return max(_watched)
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: there, a child begins with what its parent had when it was forked.
        lines = status.read_text("utf-8").splitlines()
        peak = next(int(x.split()[1]) for x in lines if x.startswith("VmHWM"))
        return peak * 1024 / 1e6
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    scale = 1 if sys.platform == "darwin" else 1024  # macOS says bytes, others KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


_watched: list[float] = []


def watched(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, seconds: float = 1200
) -> tuple[str, float]:
    """Runs a program; returns what it printed, and the most memory it had, in MB.

    Raises:
        RuntimeError: it failed.
    """
    peak, end = 0.0, time.monotonic() + seconds
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
        subprocess.Popen(list(map(str, command)), stdout=out, stderr=err, env=env) as process,
    ):
        memory = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error):
                peak = max(peak, memory.memory_info().rss / 1e6)
            if time.monotonic() > end:
                process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(
                f"{command[0]} ended with {process.returncode}: {err.read()[-2000:]}"
            )
        _watched.append(peak)
        return out.read(), peak


def peak_of_child(arguments: Sequence[str], seconds: float = 1200) -> float:
    """Runs this bench's `run.py` with the arguments, and returns the peak that it prints."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("run.py")), *arguments],
        check=True, capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip
    return float(ran.stdout.strip().splitlines()[-1])


def run_child(module: str, *arguments: object, seconds: float = 1200) -> tuple[str, float]:
    """Runs one of the bench's own scripts in a process of its own, as `watched` does."""
    here = Path(__file__).parent
    path = os.pathsep.join((str(here), str(here.parent), os.environ.get("PYTHONPATH", "")))
    command = [sys.executable, str(here / module), *map(str, arguments)]
    return watched(command, {**os.environ, "PYTHONPATH": path}, seconds)


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


def cells(r: Result) -> tuple[str, ...]:
    """A result in words: name, ours, peer, ratio, goal, peak memory, outcome."""
    peer = "" if r.peer is None else f"{r.peer:.3g} {r.unit}"
    ratio = "" if r.ratio is None else f"{r.ratio:.2f} ×"
    goal = f"≤ {r.goal:g} {r.unit}" if r.ratio is None else f"≥ {r.goal:g} ×"
    if r.within:
        goal = f"≤ {r.goal:g} ×"
    peak = "" if r.peak_mb is None else f"{r.peak_mb:.0f} MB"
    verdict = ("met" if r.met else "**missed**") + (f"; {r.note}" if r.note else "")
    return (r.name, f"{r.ours:.3g} {r.unit}", peer, ratio, goal, peak, verdict)


def line(result: Result) -> str:
    """A line for people who watch."""
    name, ours, peer, ratio, goal, peak, verdict = cells(result)
    against = f" against {peer}: {ratio}" if peer else ""
    peak = f", peak {peak}" if peak else ""
    return f"{name}: {ours}{against} (goal {goal}){peak}; {verdict.replace('*', '')}"


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| name | ours | peer | ratio | goal | peak memory | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for result in results:
        name, *rest = cells(result)
        lines.append("| " + " | ".join((f"`{name}`", *rest)) + " |")
    return "\n".join(lines)


def as_json(result: Result) -> str:
    return json.dumps({"event": "row", **asdict(result)}, ensure_ascii=False)
