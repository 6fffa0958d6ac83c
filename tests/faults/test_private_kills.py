"""De-identified jobs, killed at any moment: no original leaves, and nothing is sent twice.

Some in the ordinary run; many by `python tests/faults/run.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator

import pytest

from support.kills import EVENTS, SYSCALLS, Broken
from support.private_kills import PrivateRig
from support.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, SIGKILL and strace")
strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PrivateRig, Zygote]]:
    seed = int(os.environ.get("GANTRY_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"GANTRY_SEED={seed}")
    temporary = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        rig = PrivateRig(tmp_path_factory.mktemp("kills"), random.Random(seed), temporary)
        with rig.running() as zygote:
            yield rig, zygote
    print(rig.tally)


def test_a23_deidentified_job_killed_in_each_phase_is_resumed(
    rig: tuple[PrivateRig, Zygote],
) -> None:
    killed = [rig[0].kill_after_event(rig[1], event) for event in EVENTS]
    assert any(killed), "no kill met a running job"


@strace
@pytest.mark.parametrize(("call", "number"), [("rename", 1), ("pwrite64", 6)])
def test_a23_deidentified_job_killed_at_a_system_call_is_resumed(
    rig: tuple[PrivateRig, Zygote], call: str, number: int
) -> None:
    assert rig[0].kill_at_call(rig[1], call, number), f"no thread came to {call} number {number}"


def test_an_original_in_the_spool_is_seen(rig: tuple[PrivateRig, Zygote]) -> None:
    with rig[0].case("folder") as case:
        (case.home / "spool").mkdir(parents=True)
        copy = case.home / "spool" / "copy"
        shutil.copy(rig[0].sources.states[0][0], copy)
        with pytest.raises(Broken, match="spool"):
            case.look()
        copy.write_bytes(b"harmless")
        with pytest.raises(Broken, match="no sweep"):
            case.look()


@pytest.mark.slow
def test_a23_many_deidentified_jobs_killed(rig: tuple[PrivateRig, Zygote]) -> None:
    for _ in range(50):
        rig[0].kill_at_random_moments(rig[1])


@strace
@pytest.mark.slow
@pytest.mark.parametrize("call", SYSCALLS)
def test_a23_deidentified_job_killed_at_each_of_the_first_calls(
    rig: tuple[PrivateRig, Zygote], call: str
) -> None:
    reached = [rig[0].kill_at_call(rig[1], call, n) for n in range(1, min(SYSCALLS[call], 12) + 1)]
    assert any(reached), f"{call} was never met"
