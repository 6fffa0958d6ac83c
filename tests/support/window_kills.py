"""Kills the window at a random moment, resumes its job, and checks as `kills` does.

Each case is one job begun by the window's Send button. It is resumed by the window's own offer or
by `gantry-cli resume`, and either may be killed again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gantry.store.settings import SavedDestination, Settings
from gantry.store.settings_file import save_settings
from support.kills import (
    KINDS,
    TOKEN,
    Broken,
    Case,
    Rig,
    environment,
    parcels_in,
    unfinished_parcels,
)
from support.zygote import Zygote

OVER = "over"  # what the window says when no job is running any more
# What the window has said last when it is killed, and how often it says so at most in one job.
MOMENTS = {
    "started": 1, "painted": 1, "ready": 1, "scanning": 1, "pressed": 1, "JobStarted": 1,
    "ParcelPacking": 4, "ParcelVerified": 4, "ParcelSending": 4, "ParcelArrived": 4,
}  # fmt: skip
# System calls of the window itself that change what survives; how often it comes to each.
CALLS = {
    "rename": 4, "fsync": 6, "fdatasync": 10, "pwrite64": 60, "unlink": 4,
    "linkat": 2, "connect": 4, "sendto": 12, "recvfrom": 12,
}  # fmt: skip
WITHIN = 90.0  # seconds that a window may take for anything that is waited for
AFTER = 0.12  # seconds at most between a moment and the kill


class Window:
    """One run of the window; it and its helpers are one process group."""

    def __init__(self, case: Case, out: Path, *, traced: Sequence[str] = ()) -> None:
        self.resumes = unfinished_parcels(case.home) > 0
        wanted = ["resume"] if self.resumes else ["send", str(case.sources.folder)]
        self.out = out
        self._read = 0
        with out.open("wb") as output, out.with_suffix(".err").open("wb") as errors:
            self._process = subprocess.Popen(
                [
                    *traced, sys.executable, "-m", "support.window_hand",
                    wanted[0], "--home", str(case.home), *wanted[1:],
                ],
                env={
                    **environment(),
                    "GANTRY_TOKEN": TOKEN,
                    "QT_QPA_PLATFORM": "offscreen",
                    "XDG_RUNTIME_DIR": str(case.home.parent),
                    "PYTHONPATH": os.pathsep.join(
                        [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
                    ),
                    "LC_ALL": "C.UTF-8",
                    "PYTHONFAULTHANDLER": "1",
                },
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> list[str]:
        return self.out.read_text("utf-8").splitlines()

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_for(self, word: str, times: int = 1, *, or_over: bool = False) -> bool:
        """Whether it said this word so often before its job was over.

        Raises:
            Broken: it said nothing of the kind in good time, told of a fault, or ended by itself.
        """
        end = time.monotonic() + WITHIN
        while (said := self.said).count(word) < times:
            if any(line.startswith("fault") for line in said):
                raise self._broken("it tells of a fault")
            if self.ended:
                raise self._broken("it ended by itself")
            if or_over and OVER in said:
                return False
            if time.monotonic() > end:
                raise self._broken(f"waited in vain for {word!r}")
            time.sleep(0.005)
        return True

    def kill(self) -> None:
        """SIGKILL to the window alone; its helpers are to end by themselves.

        Raises:
            Broken: it had ended before, or a helper stays.
        """
        self._process.kill()
        if self._process.wait(WITHIN) != -signal.SIGKILL:
            raise self._broken("it ended by itself")
        self.expect_no_helpers()

    def end(self) -> None:
        """Closes it in order, as a log-off does."""
        self._process.terminate()
        try:
            code = self._process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            raise self._broken("it did not end on SIGTERM") from None
        if code != 0:
            raise self._broken("it did not end in order")
        self.expect_no_helpers()

    def destroy(self) -> None:
        """Ends all of it, helpers and tracer included."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(WITHIN)

    def wait_for_the_kill(self) -> bool:
        """Waits until its tracer kills it or its job is over; whether it was killed."""
        end = time.monotonic() + WITHIN
        while OVER not in self.said and not self.ended:
            if time.monotonic() > end:
                raise self._broken("it hangs")
            time.sleep(0.01)
        if not self.ended:
            return False
        if self._process.wait() not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            raise self._broken("it ended by itself")
        self.expect_no_helpers()
        return True

    def _broken(self, why: str) -> Broken:
        said, code = self.said, self._process.poll()
        self.destroy()
        errors = self.out.with_suffix(".err").read_text("utf-8")[-4000:]
        return Broken(
            f"the window: {why}; it said {said}, exit code {code} ({self.out.parent}) {errors}"
        )

    def expect_no_helpers(self) -> None:
        """Checks that no helper continues to run: neither the scan's process nor the preview's.

        Raises:
            Broken: something does.
        """
        end = time.monotonic() + 60
        while left := _group(self._process.pid):
            if time.monotonic() > end:
                raise self._broken(f"it left behind {left}")
            time.sleep(0.02)


class WindowRig(Rig):
    """The same sources, destinations and checks, under the window."""

    def kill_at_random_moments(self, zygote: Zygote, moment: str = "") -> None:
        """One job, whose window is killed one to three times; the first time at `moment`."""
        with self.window_case() as case:
            for run in range(self.chance.choice((1, 1, 2, 3))):
                window = Window(case, case.home.parent / f"window {run}")
                word = moment or self.chance.choice(list(MOMENTS))
                moment = ""
                if window.resumes and word in ("scanning", "JobStarted"):
                    word = "JobResumed"
                times = self.chance.randrange(MOMENTS.get(word, 1)) + 1
                window.wait_for(word, times, or_over=True)
                time.sleep(AFTER * self.chance.random() ** 3)  # mostly at once
                said = window.said
                window.kill()
                self._count(said)
                if _is_over(case):
                    break
            self._carry_on_and_check(case, zygote)

    def kill_at_call(self, zygote: Zygote, call: str, number: int, *, warm: bool = False) -> bool:
        """One job, whose window is killed as a thread of it begins its n-th such call.

        `warm`: it was killed before, so that the resumed one dies.
        """
        with self.window_case(KINDS.get(call, "")) as case:
            if warm:
                window = Window(case, case.home.parent / "window before")
                window.wait_for("ParcelPacking", or_over=True)
                time.sleep(self.chance.uniform(0, AFTER))
                window.kill()
            traced = (
                "strace", "-f", "-qq", "-o", "/dev/null",
                "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}",
            )  # fmt: skip
            window = Window(case, case.home.parent / "window traced", traced=traced)
            if killed := window.wait_for_the_kill():
                self.tally.calls[call] += 1
                self._count(window.said)
            else:
                window.destroy()
            self._carry_on_and_check(case, zygote)
        return killed

    @contextmanager
    def window_case(self, kind: str = "") -> Iterator[Case]:
        """A case whose destination is the one that the window has chosen."""
        with self.case(kind) as case:
            if case.to != "practice":
                case.home.mkdir()
                saved = SavedDestination(
                    name="Target", url=case.to, auth="token" if "http" in case.to else "none"
                )
                settings = Settings(destinations=(saved,), last_destination="Target")
                save_settings(case.home / "settings.json", settings)
            yield case

    def _carry_on_and_check(self, case: Case, zygote: Zygote) -> None:
        """By the window in one of two cases; by `gantry-cli resume` in the others."""
        if self.chance.random() < 0.5 and not _is_over(case):
            window = Window(case, case.home.parent / "window at last")
            window.wait_for(OVER)
            window.end()
            if unfinished := unfinished_parcels(case.home):
                raise Broken(f"the window left {unfinished} parcels (home {case.home})")
            self.tally.carried_on["window"] += 1
        else:
            self.tally.carried_on["gantry-cli resume"] += 1
        case.check(zygote)
        self._done()


def _is_over(case: Case) -> bool:
    """Whether all was delivered already: a window would begin a second job."""
    return parcels_in(case.home) > 0 and unfinished_parcels(case.home) == 0


def _group(number: int) -> list[str]:
    """The command lines of the processes that are left of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError):
                if os.getpgid(int(folder.name)) == number:
                    state = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()[0]
                    if state != "Z":
                        found.append((folder / "cmdline").read_text("utf-8").replace("\0", " "))
    return found
