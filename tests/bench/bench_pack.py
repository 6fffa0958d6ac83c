"""`pack`, `pack-expert`, `pack-dense`, `pack-ct`, `cores`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import data as bench_data
from harness import Row

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from support.parcels import parcel_of


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows of packing and verifying."""

    @cache
    def mr() -> Side:
        return Side(bench_data.mr(data, scratch), scratch)

    @cache
    def large() -> Side:
        return Side(bench_data.mr(data, scratch, 1200), scratch)

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
            lambda: large().pack_with(2),
            lambda: large().pack_with(1),
            1.7,
            rounds=9,
            before=large,
        ),
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
    """One study, packed and verified by us and by others."""

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
        """Into memory if the system has such a folder, because disk time is not processor time."""
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else self._out
        with tempfile.TemporaryDirectory(dir=memory) as out:
            pack(self._parcel, Path(out), threads=threads)

    def tarfile(self) -> None:
        """What most uploaders do."""
        path = self._out / "tarfile.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for instance in self._parcel.files:
                tar.add(instance.source.path, arcname=f"{instance.sop_instance_uid}.dcm")
        with tarfile.open(path) as tar:
            assert len(tar.getmembers()) == len(self._parcel.files)

    def expert(self) -> None:
        """What an expert does in the shell."""
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
