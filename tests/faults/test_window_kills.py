"""A23: the window killed at any moment, or at any system call; resumed by itself or by the CLI.

Two jobs in the ordinary run; dozens with `-m slow`, and by `python tests/faults/run.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.window_kills import CALLS, MOMENTS, OVER, Window, WindowRig
from support.zygote import Zygote

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks, SIGKILL and strace"),
    pytest.mark.skipif("GANTRY_BLOCK_QT" in os.environ, reason="the window needs Qt"),
    pytest.mark.timeout(600),
]
strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")
JOBS = 4  # for each moment


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WindowRig, Zygote]]:
    seed = int(os.environ.get("GANTRY_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"GANTRY_SEED={seed}")
    rig = WindowRig(tmp_path_factory.mktemp("window kills"), random.Random(seed))
    with rig.running() as zygote:
        yield rig, zygote
    print(f"window: {rig.tally}")


def test_a23_job_of_a_window_killed_at_a_random_moment_is_resumed(
    rig: tuple[WindowRig, Zygote],
) -> None:
    before = rig[0].tally.kills
    rig[0].kill_at_random_moments(rig[1], rig[0].chance.choice(list(MOMENTS)))
    assert rig[0].tally.kills > before, "no kill met a running window"


@strace
def test_a23_job_of_a_window_killed_at_a_system_call_is_resumed(
    rig: tuple[WindowRig, Zygote],
) -> None:
    assert rig[0].kill_at_call(rig[1], "fdatasync", 3), "no thread came to it"


def test_only_the_windows_own_thread_imports_qt(
    rig: tuple[WindowRig, Zygote], tmp_path: Path
) -> None:
    """Two threads that make PySide's classes at the same time crash it, once in a hundred."""
    with rig[0].window_case() as case:
        window = Window(case, tmp_path / "window")
        window.wait_for(OVER)
        window.end()
    assert [line for line in window.said if line.startswith("fault")] == []


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a23_window_killed_at_each_moment(rig: tuple[WindowRig, Zygote], moment: str) -> None:
    before = rig[0].tally.kills
    for _ in range(JOBS):
        rig[0].kill_at_random_moments(rig[1], moment)
    assert rig[0].tally.kills - before >= JOBS


@strace
@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS)
def test_a23_window_killed_at_each_of_the_first_calls(
    rig: tuple[WindowRig, Zygote], call: str
) -> None:
    survived = [rig[0].kill_at_call(rig[1], call, n, warm=n > 1) for n in (1, CALLS[call])]
    assert any(survived), f"{call} was never met"
