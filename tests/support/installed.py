"""An installed Gantry in the Wine bench, driven from Linux by its windows and keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "packaging" / "wine" / "run"
BENCH = Path(os.environ.get("GANTRY_BENCH", "/var/cache/gantry-bench"))
STARTS_WITHIN = 120.0


def setup_program() -> Path | None:
    built = sorted((ROOT / "dist" / "windows").glob("Gantry-*-Setup.exe"))
    return built[-1] if built else None


@dataclass
class Windows:
    """One Windows of the bench, with a screen of its own.

    Attributes:
        c: its drive C:, seen from Linux.
        data: the folder that Windows sees as Z:\\work.
    """

    prefix: str
    display: str
    data: Path
    pictures: Path
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def c(self) -> Path:
        return BENCH / "root" / "prefix" / self.prefix / "drive_c"

    @property
    def home(self) -> Path:
        """The user's folder."""
        return self.c / "users" / "root"

    @property
    def installed(self) -> Path:
        return self.home / "AppData/Local/Programs/Gantry"

    @property
    def kept(self) -> Path:
        """Where Gantry keeps history, settings and logs."""
        return self.home / "AppData/Local/Gantry"

    def _command(self, *arguments: str | Path) -> tuple[list[str], dict[str, str]]:
        command = [str(RUN), "--prefix", self.prefix, "--cwd", str(ROOT), "--work", str(self.data)]
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GANTRY"))
        }
        environment |= {"DISPLAY": self.display, "GANTRY_BENCH": str(BENCH)}
        return [*command, *map(str, arguments)], environment

    def run(self, *arguments: str | Path, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        command, environment = self._command(*arguments)
        return subprocess.run(
            command, env=environment, timeout=timeout, capture_output=True,
            encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        command, environment = self._command(*arguments)
        nothing = subprocess.DEVNULL
        child = subprocess.Popen(command, env=environment, stdout=nothing, stderr=nothing)
        self.children.append(child)
        return child

    def registry(self, key: str) -> str:
        """What `reg query` prints of a key; "" where there is none."""
        ran = self.run("exe", "reg", "query", key, "/s")
        return ran.stdout if ran.returncode == 0 else ""

    def windows(self) -> list[str]:
        """Names of the windows on the screen."""
        ran = self.run("linux", "xdotool", "search", "--onlyvisible", "--name", ".")
        names = [self.run("linux", "xdotool", "getwindowname", w) for w in ran.stdout.split()]
        return [name.stdout.strip() for name in names]

    def wait_for_window(self) -> None:
        wait_until(lambda: any("Gantry" in n for n in self.windows()), "no window")

    def wait_for_no_window(self) -> None:
        wait_until(lambda: not any("Gantry" in n for n in self.windows()), "the window stays")

    def keys(self, *keys: str) -> None:
        self.run("linux", "xdotool", "key", "--clearmodifiers", "--delay", "120", *keys)

    def picture(self, name: str) -> None:
        """A screenshot, for people to look at."""
        self.run("linux", "import", "-window", "root", f"/work/{name}.png")
        if (self.data / f"{name}.png").exists():
            self.pictures.mkdir(parents=True, exist_ok=True)
            shutil.move(self.data / f"{name}.png", self.pictures / f"{name}.png")

    def log(self) -> str:
        logs = self.kept.rglob("gantry.jsonl")
        return "".join(file.read_text(encoding="utf-8") for file in logs)


def wait_until(holds: Callable[[], bool], otherwise: str, seconds: float = STARTS_WITHIN) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.5)
