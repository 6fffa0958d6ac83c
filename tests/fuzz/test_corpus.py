"""The fuzzers' seeds and kept inputs again, and mutations of them; in the ordinary run.

Longer: `python tests/fuzz/run.py --minutes 20` (coverage-guided, by atheris).
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from fuzz.targets import TARGETS, Target, clean_up, corpus

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fuzzed where atheris runs")
MUTATIONS = 150  # a target
GROWTH = 400  # MB that the process may grow by over one target


@pytest.fixture(scope="module", autouse=True)
def _tidy() -> Iterator[None]:
    yield
    clean_up()


def _resident() -> int:
    from fuzz.targets import resident_megabytes

    return resident_megabytes()


def _try(target: Target, data: bytes) -> None:
    """One input, which must end in time."""
    begun = time.monotonic()
    timer = threading.Timer(target.seconds * 15, lambda: os._exit(3))
    timer.start()
    try:
        target.try_(data[: target.longest])
    except Exception as error:
        raise AssertionError(f"{target.name}: input {data.hex()[:4000]}") from error
    finally:
        timer.cancel()
    assert time.monotonic() - begun < target.seconds * 10, f"took too long: {data.hex()[:4000]}"


def _mutated(data: bytes, chance: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(6):
            case 0 if raw:
                raw[at % len(raw)] ^= 1 << chance.randrange(8)
            case 1:
                raw[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 2:
                del raw[at : at + chance.randrange(1, 65)]
            case 3 if raw:
                raw[at % len(raw)] = chance.choice(b"\0\xff\x7f\x80\n\r\"'/\\%")
            case 4:
                raw[at:at] = raw[at : at + chance.randrange(1, 33)]
            case _:
                del raw[at:]
    return bytes(raw)


@pytest.mark.parametrize("name", list(TARGETS))
def test_kept_inputs_and_mutations_of_them_break_nothing(name: str) -> None:
    target = TARGETS[name]
    seed = int(os.environ.get("GANTRY_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"GANTRY_SEED={seed}")
    chance = random.Random(f"{seed} {name}")
    known = [*target.seeds(), *corpus(name)]
    assert known
    before = _resident()
    for data in known:
        _try(target, data)
    for _ in range(MUTATIONS):
        _try(target, _mutated(chance.choice(known)[: target.longest], chance))
    assert _resident() - before < GROWTH


def test_the_corpus_is_small_and_made_by_machines_only() -> None:
    from fuzz.targets import CORPUS

    files = [p for p in CORPUS.rglob("*") if p.is_file()]
    assert files
    assert all(p.parent.name in TARGETS for p in files)
    assert max(p.stat().st_size for p in files) <= 4096
    assert sum(p.stat().st_size for p in files) < 1 << 20
