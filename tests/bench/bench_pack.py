"""`pack`, `pack-expert`, `pack-dense`, `pack-ct`, `cores`, `memory-pack`."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import data as bench_data
from harness import Row, peak_of_child

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.parcel import Parcel
from support.parcels import parcel_of

GIGABYTE = 10**9


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows of packing and proving."""

    @cache
    def mr() -> Side:
        return Side(bench_data.mr(data, scratch), scratch)

    @cache
    def dense() -> Side:
        return Side(bench_data.dense(scratch), scratch)

    @cache
    def ct() -> Side:
        return Side(bench_data.ct(scratch), scratch)

    found = [
        Row("pack", lambda: mr().ours(), lambda: mr().tarfile(), 20, rounds=3, before=mr),
        Row(
            "cores",
            lambda: mr().pack_with(2),
            lambda: mr().pack_with(1),
            1.7,
            rounds=9,
            before=mr,
        ),
        *_memory(data, scratch),
    ]
    if shutil.which("pigz"):
        for name, side, goal in (
            ("pack-expert", mr, 1.3),
            ("pack-ct", ct, 1.3),
            ("pack-dense", dense, 2.0),
        ):
            found.append(_expert(name, side, goal))
    return found


def _expert(name: str, side: Callable[[], Side], goal: float) -> Row:
    return Row(
        name, lambda: side().ours(), lambda: side().expert(), goal,
        before=side, check=lambda: side().sizes(),
    )  # fmt: skip


class Side:
    """One study, packed and proved by us and by others."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._out = scratch / "out"
        self._out.mkdir(exist_ok=True)
        self._parcel = parcel_of(bench_data.instances(folder))
        self._size = 0

    def ours(self) -> None:
        archive = pack(self._parcel, self._out)
        verify(archive.path, expected=archive)
        self._size = archive.size

    def pack_with(self, threads: int) -> None:
        pack(self._parcel, self._out, threads=threads)

    def tarfile(self) -> None:
        """What most uploaders do."""
        path = self._out / "tarfile.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for instance in self._parcel.files:
                tar.add(instance.source.path, arcname=f"{instance.sop_instance_uid}.dcm")
        with tarfile.open(path) as tar:
            assert len(tar.getmembers()) == len(self._parcel.files)

    def expert(self) -> None:
        """What somebody does who knows the shell."""
        folder, path = shlex.quote(str(self._folder)), shlex.quote(str(self._expert_path))
        line = (
            f"set -eo pipefail; tar c -C {folder} . | pigz -1 > {path}; pigz -t {path};"
            f" find {folder} -type f -print0 | xargs -0 sha256sum > {path}.sums"
        )
        subprocess.run(["bash", "-c", line], check=True)

    def sizes(self) -> tuple[bool, str]:
        """Whether our archive is within 3 % of the expert's."""
        ratio = self._size / self._expert_path.stat().st_size
        return ratio <= 1.03, f"size {ratio:.3f} of the peer's"

    @property
    def _expert_path(self) -> Path:
        return self._out / "expert.tar.gz"


def _memory(data: Path | None, scratch: Path) -> list[Row]:
    """Packing 10 GB in ten studies against 1 GB in one, each in a process of its own."""
    folder = scratch / "memory"

    def studies(count: int) -> None:
        """Packs and proves studies of 1 GB, made of the same files over and over."""
        few = bench_data.instances(bench_data.mr(data, scratch))
        times = GIGABYTE // sum(i.source.size for i in few) + 1
        for study in range(count):
            files = tuple(
                replace(i, sop_instance_uid=f"1.2.{study}.{time}.{n}")
                for time in range(times)
                for n, i in enumerate(few)
            )
            archive = pack(Parcel(f"M{study}", "", files), folder)
            verify(archive.path, expected=archive)
            archive.path.unlink()

    passed = ["--scratch", str(scratch)] + (["--data", str(data)] if data else [])
    peaks: list[float] = []

    def compare() -> float:
        peaks[:] = [peak_of_child(["--peak", f"memory-pack-{n}", *passed]) for n in (1, 10)]
        return peaks[1] / peaks[0]

    def below_200() -> tuple[bool, str]:
        return max(peaks) < 200, f"{peaks[0]:.0f} MB for 1 GB, {peaks[1]:.0f} MB for 10 GB"

    return [
        Row("memory-pack-1", lambda: studies(1), None, 0, rounds=1, listed=False),
        Row("memory-pack-10", lambda: studies(10), None, 0, rounds=1, listed=False),
        Row(
            "memory-pack", compare, None, 1.2, "× the memory for a tenth",
            rounds=1, check=below_200, peak=False,
        ),
    ]  # fmt: skip
