"""Archive, settings, history and logs on a disk that fails at every n-th call: old or new, whole.

The failing layer is strace, which lets real system calls fail; and a real disk of a few kB, on
which writes come out short. `n + step` makes the fault wander over all calls of an operation.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.parcel import ParcelState
from gantry.store.history import History

WORKER = Path(__file__).with_name("consistency_worker.py")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="strace and tmpfs"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system"),
]
ROUNDS = 30
# The calls by which each store writes; the first `n` are its opening, which has tests of its own.
CALLS = {
    "settings": ("write", "fsync", "rename"),
    "history": ("pwrite64", "fdatasync"),
    "archive": ("write", "fsync", "rename"),
    "logs": ("write",),
}
FAULTS = [
    (store, call, error, step)
    for store, calls in CALLS.items()
    for call in calls
    for error, step in (("ENOSPC", 7), ("EIO", 5))
    if not (call in ("rename", "fsync", "fdatasync") and error == "ENOSPC")
]


def run(store: str, folder: Path, *prefix: str, rounds: int = ROUNDS) -> list[str]:
    ran = subprocess.run(
        [*prefix, sys.executable, "-u", str(WORKER), store, str(folder), str(rounds)],
        capture_output=True,
        text=True,
        timeout=150,
    )
    lines = ran.stdout.splitlines()
    assert lines, ran.stderr
    assert lines[-1].startswith("over"), ran.stdout[-500:] + ran.stderr[-1500:]
    assert not [line for line in lines if line.startswith("broken")], ran.stdout[-2000:]
    return lines


def check(store: str, folder: Path, lines: list[str]) -> None:
    """What is on the disk afterwards, read without faults."""
    if store == "history":
        recorded: dict[str, str] = {}
        for line in lines:
            if line.startswith("recorded"):
                _, parcel, event = line.split()
                recorded[parcel] = event
        with closing(sqlite3.connect(folder / "history.sqlite")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with History(folder / "history.sqlite") as history:
            states = {row.id: row.state for row in history.all_parcels()}
        for parcel, event in recorded.items():
            if event == "ParcelArrived":
                assert states[parcel] is ParcelState.DELIVERED, "acknowledged, then lost"
            assert parcel in states
    if store == "logs":
        for path in (folder / "logs").glob("*.jsonl*"):
            whole, cut = 0, 0
            for line in filter(None, path.read_text("utf-8").splitlines()):
                try:
                    json.loads(line)
                    whole += 1
                except ValueError:
                    cut += 1  # the disk took half of it; the next one begins on its own line
            assert whole > cut
            assert cut <= 2, "lines run into one another"


@pytest.mark.parametrize(
    ("store", "call", "error", "step"),
    [pytest.param(*s, marks=[pytest.mark.slow] if s[2] == "ENOSPC" else []) for s in FAULTS],
)
def test_a22_d03_d04_d05_every_nth_call_fails(
    tmp_path: Path, store: str, call: str, error: str, step: int
) -> None:
    if store == "history":
        run(store, tmp_path, rounds=1)  # an opened history; its making has tests of its own
    count = tmp_path / "strace.log"
    injected = f"inject={call}:error={error}:when={3 + step}+{step}"
    prefix: tuple[str, ...] = (
        "strace",
        "-f",
        "-qq",
        "-o",
        str(count),
        "-e",
        f"trace={call}",
        "-e",
        injected,
    )
    # Lines to the parent are written by write(2) too: those must not fail.
    if call == "write":
        names = {
            "settings": [], "archive": ["spool/01JTESTPARCEL0000000000000.tar.gz.part"],
            "logs": ["logs/gantry.jsonl"],
        }[store]  # fmt: skip
        if not names:
            pytest.skip("its parts have random names: the small disk tests its writes")
        for name in names:
            prefix = (*prefix, "-P", str(tmp_path / name))
    lines = run(store, tmp_path, *prefix)
    fired = count.read_text().count("(INJECTED)")
    assert fired >= 3, "the fault hardly fired"
    check(store, tmp_path, lines)


@pytest.mark.parametrize("store", list(CALLS))
@pytest.mark.parametrize(
    "free", [3_000, *(pytest.param(n, marks=pytest.mark.slow) for n in (20_000, 90_000))]
)
def test_a21_d03_d04_d05_writes_that_come_out_short_on_a_full_disk(
    tmp_path: Path, store: str, free: int
) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root: NOT TESTED")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here: NOT TESTED")
    try:
        (disk / "in").mkdir()
        lines = run(store, disk, rounds=2)
        acknowledged = [line for line in lines if not line.startswith("over")]
        filler = disk / "filler"
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler.write_bytes(bytes(max(0, room - free)))
        more = run(store, disk, rounds=60)
        filler.unlink()
        check(store, disk, [*acknowledged, *more])
        after = run(store, disk, rounds=2)
        assert len(after) > 1 or store == "logs", "works again when there is room"
    finally:
        subprocess.run(["umount", str(disk)], check=True)
