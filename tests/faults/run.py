"""Tries to break Gantry for a while and counts: faults tried, kills survived, inputs fuzzed, hours.

    python tests/faults/run.py [--minutes N] [--seed N] [--json FILE]

A third of the time goes to kills (of the sender, as it is and de-identified, its receiver, and the
window), a third to fuzzing (atheris: `pip install -e ".[fuzz]"`), a third to a soak; before them,
every test of this folder runs, the slow ones too, where there is time (from --minutes 30 on). Exit
code 1: something was lost, let in or out, or failed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.kills import Rig

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

CODE = re.compile(r"test_(?:[abcd]\d\d_)+")


def _faults(slow: bool, seed: int) -> dict[str, object]:
    """All tests that bear a fault's code, by pytest's own count."""
    named = sorted(
        {
            str(path.relative_to(TESTS.parent))
            for path in TESTS.rglob("test_*.py")
            if CODE.search(path.read_text("utf-8"))
            and not {"windows", "ui"} & set(path.relative_to(TESTS).parts)
        }
    )
    names = " or ".join(f"test_{letter}{digit}" for letter in "abcd" for digit in "012")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *named, "-k", names]
    if slow:
        command += ["-m", "slow or not slow"]
    ran = subprocess.run(
        command, cwd=TESTS.parent, capture_output=True, text=True,
        env={**os.environ, "GANTRY_SEED": str(seed)},
    )  # fmt: skip
    last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else ""
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", ran.stdout, re.MULTILINE)
    return {
        "tests by code": counts, "failed": failed, "exit": ran.returncode, "last line": last,
    }  # fmt: skip


def _kills(minutes: float, seed: int) -> dict[str, object]:
    from support.kills import Rig

    return _killed(Rig, {"moment": 0.6, "call": 0.25, "receiver": 0.15}, minutes, seed)


def _private_kills(minutes: float, seed: int) -> dict[str, object]:
    """Of de-identified jobs, after each of which an original is searched for everywhere."""
    from support.private_kills import PrivateRig

    with tempfile.TemporaryDirectory(prefix="gantry-temporary-") as folder:
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = folder
        try:
            return _killed(
                lambda base, chance: PrivateRig(base, chance, Path(folder)),
                {"moment": 0.3, "event": 0.4, "call": 0.3},
                minutes,
                seed,
            )
        finally:
            del os.environ["TMPDIR"]
            if before is not None:
                os.environ["TMPDIR"] = before


def _window_kills(minutes: float, seed: int) -> dict[str, object]:
    from support.window_kills import WindowRig

    return _killed(WindowRig, {"moment": 0.75, "call": 0.25}, minutes, seed)


def _killed(
    kind: Callable[[Path, random.Random], Rig], turns: dict[str, float], minutes: float, seed: int
) -> dict[str, object]:
    """Kills for so long, at least once; `turns` says which way how often."""
    from support.kills import Broken

    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="gantry-kills-") as folder:
        rig = kind(Path(folder), random.Random(seed))
        ways = {
            "moment": rig.kill_at_random_moments,
            "call": rig.kill_at_some_call,
            "event": rig.kill_after_some_event,
            "receiver": rig.kill_the_receiver,
        }
        with rig.running() as zygote:
            end = time.monotonic() + minutes * 60
            while not rig.tally.cases or time.monotonic() < end:
                (way,) = rig.chance.choices(list(turns), list(turns.values()))
                try:
                    ways[way](zygote)
                except Broken as error:
                    broken.append(str(error))
                    if not rig.tally.cases:
                        break
        tally = rig.tally
    return {
        "jobs": tally.cases,
        "parcels": tally.parcels,
        "kills": tally.kills,
        "receiver kills": tally.receiver_kills,
        "by what was said last": dict(tally.phases),
        "by system call": dict(tally.calls),
        "resumed by": dict(tally.carried_on),
        "broken": broken,
    }


def _fuzz(minutes: float, seed: int) -> dict[str, object]:
    from fuzz.run import run
    from fuzz.targets import TARGETS

    if importlib.util.find_spec("atheris") is None:
        return {"inputs": 0, "why": "atheris is not installed", "findings": []}
    keep = Path(tempfile.mkdtemp(prefix="gantry-findings-"))
    said = [run(name, minutes / len(TARGETS), seed, keep) for name in TARGETS]
    return {
        "inputs": sum(int(str(one["inputs"])) for one in said),
        "targets": {str(one["target"]): one["inputs"] for one in said},
        "findings": [name for one in said for name in one["findings"]],  # type: ignore[attr-defined]
        "kept in": str(keep),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--without-tests", action="store_true", help="they ran just now")
    options = parser.parse_args()
    print(f"GANTRY_SEED={options.seed}", flush=True)
    begun = time.monotonic()
    said: dict[str, dict[str, object]] = {}
    steps: dict[str, Callable[[], dict[str, object]]] = {
        "kills": lambda: _kills(options.minutes / 9, options.seed),
        "private kills": lambda: _private_kills(options.minutes / 9, options.seed),
        "window kills": lambda: _window_kills(options.minutes / 9, options.seed),
        "fuzz": lambda: _fuzz(options.minutes / 3, options.seed),
        "soak": lambda: _soak(options.minutes / 3, options.seed),
    }
    if not options.without_tests:
        steps = {"faults": lambda: _faults(options.minutes >= 30, options.seed), **steps}
    for name, step in steps.items():
        said[name] = step()
        print(json.dumps({name: said[name]}), flush=True)
    kills, private, windows = said["kills"], said["private kills"], said["window kills"]
    fuzz, soaked = said["fuzz"], said["soak"]
    faults = said.get("faults", {"exit": 0, "last line": "not run"})
    hours = (time.monotonic() - begun) / 3600
    print(
        f"faults: {faults['last line']}; kills survived: {kills['kills']} of the sender, "
        f"{kills['receiver kills']} of the receiver in {kills['jobs']} jobs, "
        f"{private['kills']} in {private['jobs']} de-identified, {windows['kills']} of "
        f"the window in {windows['jobs']}; inputs fuzzed: {fuzz['inputs']}; "
        f"parcels soaked: {soaked['parcels']}; {hours:.2f} hours"
    )
    if options.json:
        options.json.write_text(json.dumps({"seed": options.seed, **said}, indent=1), "utf-8")
    bad = (
        faults["exit"]
        or kills["broken"]
        or private["broken"]
        or windows["broken"]
        or fuzz["findings"]
        or soaked["wrong"]
    )
    return 1 if bad else 0


def _soak(minutes: float, seed: int) -> dict[str, object]:
    from faults.soak import soak

    return soak(minutes, 50_000, seed)


if __name__ == "__main__":
    sys.exit(main())
