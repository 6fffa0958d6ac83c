"""A23, C23: jobs killed at any moment, at any system call, with their receiver killed as well.

Some in the ordinary run; hundreds by `python tests/faults/run.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator

import pytest

from support.kills import SYSCALLS, Rig
from support.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, SIGKILL and strace")
strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Zygote]]:
    seed = int(os.environ.get("GANTRY_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"GANTRY_SEED={seed}")
    rig = Rig(tmp_path_factory.mktemp("kills"), random.Random(seed))
    with rig.running() as zygote:
        yield rig, zygote
    print(rig.tally)


def test_a23_job_killed_at_random_moments_is_resumed(rig: tuple[Rig, Zygote]) -> None:
    for _ in range(8):
        rig[0].kill_at_random_moments(rig[1])
    assert rig[0].tally.kills >= 3, "hardly any kill met a running job"


@strace
@pytest.mark.parametrize(
    ("call", "number"), [("rename", 1), ("fsync", 1), ("fdatasync", 2), ("pwrite64", 6)]
)
def test_a23_job_killed_at_a_system_call_is_resumed(
    rig: tuple[Rig, Zygote], call: str, number: int
) -> None:
    assert rig[0].kill_at_call(rig[1], call, number), f"no thread came to {call} number {number}"


def test_c23_killed_receiver_comes_back_and_nothing_is_lost(rig: tuple[Rig, Zygote]) -> None:
    rig[0].kill_the_receiver(rig[1])
    assert rig[0].tally.receiver_kills >= 1


@pytest.mark.slow
def test_a23_a_hundred_jobs_killed(rig: tuple[Rig, Zygote]) -> None:
    for _ in range(100):
        rig[0].kill_at_random_moments(rig[1])


@strace
@pytest.mark.slow
@pytest.mark.parametrize("call", SYSCALLS)
def test_a23_job_killed_at_each_of_the_first_calls(rig: tuple[Rig, Zygote], call: str) -> None:
    survived = [rig[0].kill_at_call(rig[1], call, n) for n in range(1, min(SYSCALLS[call], 12) + 1)]
    assert any(survived), f"{call} was never met"
