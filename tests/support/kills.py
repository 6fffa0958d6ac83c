"""Kills a job at a random moment, resumes it, and checks that nothing is lost.

Each `Case` is one job of several parcels: a `gantry-cli send` that is killed, any number of
`resume`s that are killed too, then one that may end. `check` says what must be true then.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gantry.receiver.server import Receiver
from support.dicom import make_study
from support.process import ServerProcess, free_port
from support.zygote import Child, Zygote

TOKEN = "kill-harness-token"
STUDIES, INSTANCES, SIZE = 4, 5, 192  # pixels per side: 74 kB per file
# The calls that change what survives a crash, and those that talk to the destination; and at which
# of them, at most, a thread of so small a job is killed.
SYSCALLS = {
    "rename": 3, "fsync": 6, "fdatasync": 10, "pwrite64": 120, "write": 60, "unlink": 4,
    "ftruncate": 3, "mkdir": 8, "linkat": 2, "connect": 2, "sendto": 8, "recvfrom": 8,
}  # fmt: skip
EVENTS = ("job", "packing", "verified", "sending", "delivered")  # what a run says, in this order
# Only one kind of destination comes to these.
KINDS = {"linkat": "folder", "connect": "form", "sendto": "form", "recvfrom": "form"}


class Broken(AssertionError):
    """A promise was broken; the case's folder is kept for a look."""


@dataclass
class Tally:
    """The sums over a series of cases.

    Attributes:
        phases: kills by the last thing that the killed run had said.
        calls: kills by system call.
        carried_on: jobs by what resumed them, where there was a choice.
    """

    cases: int = 0
    kills: int = 0
    parcels: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    receiver_kills: int = 0
    carried_on: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        phases = ", ".join(f"{name} {n}" for name, n in self.phases.most_common())
        calls = ", ".join(f"{name} {n}" for name, n in self.calls.most_common())
        return (
            f"{self.cases} jobs, {self.parcels} parcels, {self.kills} kills of the sender "
            f"({phases}; by call: {calls or 'none'}), {self.receiver_kills} of the receiver"
        )


@dataclass(frozen=True)
class Sources:
    """The files that are sent again and again; never changed."""

    folder: Path
    digests: tuple[str, ...]
    states: tuple[tuple[str, int, int], ...]

    @classmethod
    def make(cls, folder: Path) -> Sources:
        for number in range(STUDIES):
            make_study(folder / f"study {number}", instances=INSTANCES, size=SIZE)
        return cls(folder, _source_digests(folder), _states(folder))


@dataclass
class Case:
    """One job: its home, and the folder in which its destination keeps what arrives."""

    home: Path
    kept: Path
    to: str
    sources: Sources
    child: Child | None = None

    def check(self, zygote: Zygote) -> None:
        """Runs `resume` to the end, then looks at everything.

        Raises:
            Broken: a promise was not kept.
        """
        self._carry_on(zygote)
        said = zygote.start("--home", self.home, "history", "--json")
        said.wait()
        parcels = [
            line
            for line in map(json.loads, said.out.read_text("utf-8").splitlines())
            if line["event"] == "parcel"
        ]
        self._want(len(parcels) == STUDIES, f"{len(parcels)} parcels in the history")
        states = Counter(p["state"] for p in parcels)
        self._want(states == {"delivered": STUDIES}, f"states {dict(states)}")
        archives = sorted(self.kept.rglob("*.tar.gz"))
        names = [a.name.removesuffix(".tar.gz") for a in archives]
        self._want(sorted(p["id"] for p in parcels) == names, f"arrived {names}")
        self.check_arrived(archives)
        self._want(_states(self.sources.folder) == self.sources.states, "a source was touched")
        self._check_database({p.name.removesuffix(".tar.gz"): p for p in archives})
        spool = self.home / "spool"
        orphans = sorted(p.name for p in spool.iterdir()) if spool.exists() else []
        self._want(orphans == [], f"orphans {orphans}")

    def check_arrived(self, archives: list[Path]) -> None:
        """Whether what arrived is what should. Raises Broken."""
        self._want(arrived(archives) == self.sources.digests, "other bytes arrived")

    def look(self) -> None:
        """Looks at everything as a kill left it. Raises Broken."""

    def _carry_on(self, zygote: Zygote) -> None:
        ended = zygote.start("--home", self.home, "resume", "--json", GANTRY_TOKEN=TOKEN)
        code = ended.wait()
        self._want(code == 0, f"resume ended with {code}: {ended.err.read_text('utf-8')[-2000:]}")
        if not parcels_in(self.home):
            # Killed before the job was made: nothing was promised, so the user sends again.
            again = zygote.start(*self.send_command, GANTRY_TOKEN=TOKEN)
            code = again.wait()
            self._want(code == 0, f"send ended with {code}: {again.err.read_text('utf-8')[-2000:]}")

    @property
    def send_command(self) -> tuple[str, ...]:
        folder = str(self.sources.folder)
        return ("--home", str(self.home), "send", folder, "--to", self.to, "--json")

    @property
    def resume_command(self) -> tuple[str, ...]:
        return ("--home", str(self.home), "resume", "--json")

    def _check_database(self, archives: dict[str, Path]) -> None:
        with closing(sqlite3.connect(self.home / "history.sqlite")) as db:
            (told,) = db.execute("PRAGMA integrity_check").fetchone()
            self._want(told == "ok", f"integrity_check: {told}")
            self._want(
                db.execute("PRAGMA foreign_key_check").fetchall() == [], "foreign keys point away"
            )
            rows = db.execute(
                "SELECT p.id, r.sha256 FROM receipt r JOIN parcel p ON p.seq = r.parcel"
            ).fetchall()
        receipts = Counter(parcel for parcel, _ in rows)
        self._want(set(receipts) == set(archives), f"receipts for {sorted(receipts)}")
        for parcel, sha256 in rows:
            arrived = hashlib.sha256(archives[parcel].read_bytes()).hexdigest()
            self._want(sha256 == arrived, f"the receipt of {parcel} is for other bytes")

    def _want(self, true: bool, otherwise: str) -> None:
        if not true:
            raise Broken(f"{otherwise} (home {self.home}, to {self.to})")


class Rig:
    """Makes cases below `folder`, all from the same sources, by one `chance`."""

    make: type[Case] = Case

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.tally = Tally()
        self.sources = Sources.make(folder / "sources")
        self._number = 0
        self._span = 3.0  # seconds of a run that isn't killed; measured before the first kill

    @contextmanager
    def running(self) -> Iterator[Zygote]:
        """The zygote; measures how long a whole run takes."""
        (self.folder / "runs").mkdir()
        with Zygote(self.folder / "runs", environment()) as zygote:
            begun = time.monotonic()
            with self.case("folder") as case:
                zygote.start(*case.send_command).wait()
                self._span = time.monotonic() - begun
                case.check(zygote)
            yield zygote

    @contextmanager
    def case(self, kind: str = "") -> Iterator[Case]:
        """A fresh home and destination; deleted unless something is wrong with them."""
        self._number += 1
        kind = kind or self.chance.choice(("form", "form", "folder", "practice"))
        base = self.folder / f"case {self._number}"
        kept = base / "arrived"
        kept.mkdir(parents=True)
        home = base / "home"
        if kind == "form":
            with Receiver(kept, token=TOKEN) as receiver:
                yield self.make(home, kept, receiver.url, self.sources)
        elif kind == "practice":
            yield self.make(home, home / "practice", "practice", self.sources)
        else:
            yield self.make(home, kept, kept.as_uri(), self.sources)
        shutil.rmtree(base)

    def kill_at_random_moments(self, zygote: Zygote) -> None:
        """One job, killed one to four times."""
        with self.case() as case:
            command = case.send_command
            for _ in range(self.chance.choice((1, 1, 2, 4))):
                child = zygote.start(*command, GANTRY_TOKEN=TOKEN)
                time.sleep(self.chance.uniform(0.0, 1.2 * self._span))
                child.kill()
                if child.wait() == -signal.SIGKILL:
                    self._count(child.events)
                case.look()
                if parcels_in(case.home):
                    command = case.resume_command
            case.check(zygote)
        self._done()

    def kill_after_event(self, zygote: Zygote, event: str) -> bool:
        """One job, killed just after it says this for the first time. False: it had ended."""
        with self.case() as case:
            child = zygote.start(*case.send_command, GANTRY_TOKEN=TOKEN)
            until = time.monotonic() + 60
            while event not in child.events and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(self.chance.uniform(0.0, 0.05))
            child.kill()
            killed = child.wait() == -signal.SIGKILL
            if killed:
                self._count(child.events)
            case.look()
            case.check(zygote)
        self._done()
        return killed

    def kill_after_some_event(self, zygote: Zygote) -> bool:
        """As `kill_after_event`, with an event of chance's choice."""
        return self.kill_after_event(zygote, self.chance.choice(EVENTS))

    def kill_at_some_call(self, zygote: Zygote) -> bool:
        """One job, killed at a call of chance's choice; the early ones are chosen more often."""
        call, most = self.chance.choice(list(SYSCALLS.items()))
        number = int((most + 1) ** self.chance.random())
        return self.kill_at_call(zygote, call, number, warm=self.chance.random() < 0.3)

    def kill_at_call(self, zygote: Zygote, call: str, number: int, *, warm: bool = False) -> bool:
        """One job, killed as one of its threads begins its n-th such call. False: it never did.

        `warm`: the job was killed at some moment before, so that it is a `resume` which dies.
        """
        with self.case(KINDS.get(call, self.chance.choice(("form", "folder")))) as case:
            resumed = False
            if warm:
                child = zygote.start(*case.send_command, GANTRY_TOKEN=TOKEN)
                time.sleep(self.chance.uniform(0.5, 0.9) * self._span)
                child.kill()
                child.wait()
                case.look()
                resumed = parcels_in(case.home) > 0
            command = case.resume_command if resumed else case.send_command
            ran = subprocess.run(
                [
                    "strace", "-f", "-qq", "-o", "/dev/null",
                    "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}",
                    sys.executable, "-m", "gantry.cli", *command,
                ],
                env={**environment(), "GANTRY_TOKEN": TOKEN},
                capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            killed = ran.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
            if killed:
                self.tally.calls[call] += 1
                self._count(_events(ran.stdout))
            case.look()
            case.check(zygote)
        self._done()
        return killed

    def kill_the_receiver(self, zygote: Zygote) -> None:
        """One job, whose receiver dies and comes back on the same port, once or twice."""
        self._number += 1
        base = self.folder / f"case {self._number}"
        kept = base / "arrived"
        kept.mkdir(parents=True)
        port = free_port()
        server = ServerProcess(
            [
                sys.executable, "-m", "gantry.cli", "receive",
                "--root", str(kept), "--port", str(port), "--token", TOKEN,
            ],
            port, base / "receiver.log", env=environment(),
        )  # fmt: skip
        case = self.make(base / "home", kept, f"http://127.0.0.1:{port}/parcels", self.sources)
        with server:
            sender = zygote.start(*case.send_command, GANTRY_TOKEN=TOKEN)
            for _ in range(self.chance.choice((1, 2))):
                # The moment of interest is while something arrives, so it is waited for.
                until = time.monotonic() + 60
                while "sending" not in sender.events and time.monotonic() < until:
                    time.sleep(0.002)
                time.sleep(self.chance.uniform(0.0, 0.15))
                server.kill()
                case.look()
                self.tally.receiver_kills += 1
                server.start()
            code = sender.wait()
            if code != 0:
                raise Broken(f"send ended with {code}: {sender.err.read_text('utf-8')[-2000:]}")
            case.check(zygote)
        shutil.rmtree(base)
        self._done()

    def _count(self, events: list[str]) -> None:
        self.tally.kills += 1
        self.tally.phases[events[-1] if events else "before the job"] += 1

    def _done(self) -> None:
        self.tally.cases += 1
        self.tally.parcels += STUDIES


def environment() -> dict[str, str]:
    """The environment of a run: no credential store, nothing of this machine's Gantry."""
    found = {k: v for k, v in os.environ.items() if not k.startswith("GANTRY_")}
    found["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return found


def _events(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        try:
            found.append(str(json.loads(line)["event"]))
        except ValueError:
            break
    return found


def parcels_in(home: Path, where: str = "1") -> int:
    """How many parcels the history knows; 0 where there is none yet."""
    if not (home / "history.sqlite").exists():
        return 0
    with closing(sqlite3.connect(home / "history.sqlite")) as db:
        try:
            (count,) = db.execute(f"SELECT count(*) FROM parcel WHERE {where}").fetchone()
        except sqlite3.OperationalError:
            return 0  # killed before its tables were made
    return int(count)


def unfinished_parcels(home: Path) -> int:
    """How many parcels are still to be delivered."""
    return parcels_in(home, "state NOT IN ('delivered', 'failed', 'cancelled', 'split')")


def _source_digests(folder: Path) -> tuple[str, ...]:
    found = (hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file())
    return tuple(sorted(found))


def _states(folder: Path) -> tuple[tuple[str, int, int], ...]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return tuple((str(p), s.st_size, s.st_mtime_ns) for p, s in ((p, p.stat()) for p in files))


def arrived(archives: list[Path]) -> tuple[str, ...]:
    """SHA-256 of every instance, by a reader that is independent of Gantry."""
    found: list[str] = []
    for archive in archives:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name != "manifest.json":
                    stream = tar.extractfile(member)
                    assert stream is not None
                    found.append(hashlib.sha256(stream.read()).hexdigest())
    return tuple(sorted(found))
