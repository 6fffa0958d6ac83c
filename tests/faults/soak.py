"""Sends for a long time with faults, and prints memory, handles, threads and files.

    python tests/faults/soak.py [--minutes N] [--parcels N] [--seed N] [--json]

Small studies go through the whole pipeline (scan, pack, verify, history, log) to a receiver behind
a proxy that cuts connections and drops answers. It ends at whichever bound comes first; then a
process that just began, with an empty history, does the same jobs in turn with the old one: both
have the same machine, and only age can make them differ. Exit code 1: something was lost or
doubled, or what must stay flat did not. Linux only (reads /proc).
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import hashlib
import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.scan import Scanner
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.registry import open_destination
from gantry.engine.transfer.retry import RetryPolicy
from gantry.receiver.server import Receiver
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.home import Home
from support.dicom import make_study
from support.fault_proxy import Fault, FaultProxy
from support.sending import direct

STUDIES = 20
MOST_GROWTH_MB = 48  # of resident memory, from the end of the first quarter to the last sample
LEAST_SPEED = 0.95  # of a fresh process's
_WARM, _PAIRS = 3, 20  # jobs of the fresh process that don't count, and that do
_OLD = 10_000  # parcels: below that, chance decides whether the fresh process is quicker


@dataclass
class Sample:
    """One look at the process."""

    seconds: float
    parcels: int
    rate: float  # parcels per second
    cost: float  # processor time a parcel, in milliseconds: other programs hardly move it
    rss_mb: float
    handles: int
    threads: int
    history_mb: float
    log_mb: float
    spool: int


class _Chance(tuple[Fault, ...]):
    """Faults without end: most connections meet one, sooner or later."""

    chance: random.Random

    def __len__(self) -> int:
        return 1 << 60

    def __getitem__(self, index: object) -> Fault:  # type: ignore[override]
        if self.chance.random() < 0.3:
            return Fault()
        return self.chance.choice(
            [
                Fault(drop_answer=True),
                Fault(reset_up=self.chance.randrange(0, 90_000)),
                Fault(close_up=self.chance.randrange(0, 90_000)),
                Fault(cut_answer=self.chance.randrange(0, 200)),
                Fault(refuse=True),
            ]
        )


class Soak:
    """The pipeline under load, in this process."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.samples: list[Sample] = []
        self.parcels = self.attempts_failed = self.lost = 0
        self._begun, self._spent = time.monotonic(), time.process_time()
        for number in range(STUDIES):
            make_study(folder / "sources" / f"study {number}", instances=3, size=24)

    @contextmanager
    def _pipeline(self) -> Iterator[None]:
        """A receiver, the proxy in front of it, and Gantry."""
        self._kept = self.folder / "received"
        with (
            Receiver(self._kept, token=None) as receiver,
            FaultProxy(int(receiver.url.rsplit(":", 1)[1].split("/")[0])) as self._proxy,
            Services(Home.find(str(self.folder / "home"))) as self._services,
        ):
            options = dataclasses.replace(
                self._services.preferences.job_options(),
                retry=RetryPolicy(attempts=30, first_wait=0.02, longest_wait=0.2, offline=60),
            )
            self._services.preferences.job_options = lambda *_: options  # type: ignore[method-assign]
            yield

    def run(self, minutes: float, parcels: int) -> None:
        """Until the time is over or so many parcels are sent."""
        end = time.monotonic() + minutes * 60
        chances = _Chance()
        chances.chance = self.chance
        with self._pipeline():
            self._proxy.faults = chances
            self._sample()
            last = time.monotonic()
            while time.monotonic() < end and self.parcels < parcels:
                self._one_job()
                if time.monotonic() - last >= min(15.0, minutes * 60 / 20):
                    self._sample()
                    last = time.monotonic()
            self._sample()
            self.fired = self._proxy.fired
            self.connections = self._proxy.hits
            self._proxy.faults = ()
            self.fresh_to_aged = self._in_turn()
        with closing(sqlite3.connect(self.folder / "home" / "history.sqlite")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            self.history_parcels = db.execute("SELECT count(*) FROM parcel").fetchone()[0]

    def answer(self) -> None:
        """What the fresh process does: a job for each line that it reads."""
        with self._pipeline():
            for _ in sys.stdin:
                print(self._timed(), flush=True)

    def _in_turn(self) -> float:
        """The median time of a job in a fresh process, as a share of that in this one."""
        command = [sys.executable, __file__, "--answer", str(self.folder / "fresh")]
        pairs: list[tuple[float, float]] = []
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            for _ in range(_WARM + (_PAIRS if self.parcels >= _OLD else 3)):
                print(file=other.stdin, flush=True)
                pairs.append((float(other.stdout.readline()), self._timed()))
        fresh, aged = zip(*pairs[_WARM:], strict=True)
        return float(statistics.median(fresh) / statistics.median(aged))

    def _timed(self) -> float:
        began = time.perf_counter()
        self._one_job()
        return time.perf_counter() - began

    def _one_job(self) -> None:
        services, kept = self._services, self._kept
        place = Place("soak", f"http://127.0.0.1:{self._proxy.port}/parcels")
        # Each job has its own connections, as each has in the program.
        destination = open_destination(place.url, limits=Limits(5, 10, 10), options=direct())
        scanner = Scanner(lambda update: None, CancelToken())
        scanner.add([str(self.folder / "sources")])
        parcels = plan(scanner.run())
        receipts: dict[str, str] = {}

        def sink(event: events.Event) -> None:
            if isinstance(event, events.AttemptFailed):
                self.attempts_failed += 1
            elif isinstance(event, events.ParcelArrived):
                receipts[event.parcel] = event.receipt.sha256

        services.jobs.run(services.jobs.new(parcels, place), destination, sink=sink)
        destination.close()
        self._check(parcels, receipts, kept)
        self.parcels += len(parcels)

    def _check(self, parcels: tuple[Parcel, ...], receipts: dict[str, str], kept: Path) -> None:
        """Each parcel is there once with the bytes of its receipt; then it makes room."""
        there = Counter(p.name.removesuffix(".tar.gz") for p in kept.glob("*.tar.gz"))
        for parcel in parcels:
            path = kept / f"{parcel.id}.tar.gz"
            whole = there.pop(parcel.id, 0) == 1 and receipts.get(parcel.id) == _sha256(path)
            if not whole:
                self.lost += 1
                print(f"{parcel.id}: receipt {receipts.get(parcel.id)}", flush=True)
        for name in there:
            self.lost += 1
            print(f"{name} was not sent", flush=True)
        for path in kept.iterdir():
            if path.is_file():
                path.unlink()

    def _sample(self) -> None:
        gc.collect()
        now = time.monotonic() - self._begun
        before = self.samples[-1] if self.samples else None
        span = now - before.seconds if before else 0.0
        done = self.parcels - before.parcels if before else 0
        spent, self._spent = time.process_time() - self._spent, time.process_time()
        home = self._services.home
        history = sum(p.stat().st_size for p in home.history_file.parent.glob("history.sqlite*"))
        logs = sum(p.stat().st_size for p in home.logs.iterdir())
        sample = Sample(
            round(now, 1), self.parcels, round(done / span, 2) if span else 0.0,
            round(1000 * spent / done, 2) if done else 0.0, round(_rss() / 2**20, 1),
            len(list(Path("/proc/self/fd").iterdir())), threading.active_count(),
            round(history / 2**20, 2), round(logs / 2**20, 2), len(list(home.spool.iterdir())),
        )  # fmt: skip
        self.samples.append(sample)
        print(json.dumps(dataclasses.asdict(sample)), flush=True)

    def verdict(self) -> dict[str, object]:
        """The numbers that matter, and what is wrong with them."""
        inner = self.samples[1:-1] or self.samples
        quarter = max(1, len(inner) // 4)
        first, last = inner[:quarter], inner[-quarter:]
        speed = statistics.mean(s.rate for s in last) / (
            statistics.mean(s.rate for s in first) or 1
        )
        cost = statistics.mean(s.cost for s in last) / (statistics.mean(s.cost for s in first) or 1)
        growth = last[-1].rss_mb - first[-1].rss_mb
        wrong = []
        if self.lost:
            wrong.append(f"{self.lost} parcels lost, doubled or spoilt")
        if self.history_parcels != self.parcels:
            wrong.append(f"{self.history_parcels} parcels in the history, not {self.parcels}")
        if growth > MOST_GROWTH_MB:
            wrong.append(f"memory grew by {growth:.0f} MB")
        if last[-1].handles > first[-1].handles + 8 or last[-1].threads > first[-1].threads + 4:
            wrong.append("handles or threads grew")
        if self.parcels >= _OLD and self.fresh_to_aged < LEAST_SPEED:
            wrong.append(f"{self.fresh_to_aged:.2f} of a fresh process's speed")
        if any(s.spool for s in self.samples):
            wrong.append("the spool was not empty between jobs")
        return {
            "parcels": self.parcels,
            "minutes": round((time.monotonic() - self._begun) / 60, 1),
            "connections": self.connections,
            "faults fired": self.fired,
            "attempts failed": self.attempts_failed,
            "memory growth MB": round(growth, 1),
            "speed, last to first quarter": round(speed, 3),
            "processor time a parcel, last to first quarter": round(cost, 3),
            "speed, aged to fresh process": round(self.fresh_to_aged, 3),
            "history bytes per parcel": round(self.samples[-1].history_mb * 2**20 / self.parcels),
            "wrong": wrong,
        }


def _rss() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def soak(minutes: float, parcels: int, seed: int) -> dict[str, object]:
    """Runs one; its files are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gantry-soak-"))
    try:
        one = Soak(folder, seed)
        one.run(minutes, parcels)
        return one.verdict()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--parcels", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        Soak(options.answer, options.seed).answer()
        return 0
    print(json.dumps({"seed": options.seed}), flush=True)
    said = soak(options.minutes, options.parcels, options.seed)
    print(json.dumps(said), flush=True)
    return 1 if said["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
