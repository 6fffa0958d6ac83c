"""`deid`, `deid-research`, `deid-enhanced`, `deid-rt`, `deid-dcmanon`, `deid-dicognito`,
`deid-pack`, `residue`, `deid-memory`."""

from __future__ import annotations

import importlib
import importlib.util
import io
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import data as bench_data
from by_pydicom import by_pydicom
from harness import Row
from pydicom import dcmread

from gantry.engine.archive.pack import pack
from gantry.engine.content import VERBATIM, Identity, Rewritten, Treatment
from gantry.engine.deidentify.needles import Needle
from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.rewriter import Deidentifier
from gantry.engine.instance import Instance
from gantry.engine.parcel import Parcel
from gantry.engine.rewriters import REWRITERS
from support.deidentified_slowly import elements_of, slowly
from support.parcels import parcel_of

KEY = Key(b"k" * 32)
SPARE = 2_000_000  # bytes


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows of de-identification. Data is in memory: bytes become bytes."""

    @cache
    def mr() -> Files:
        return Files(bench_data.scanner(data, scratch))

    @cache
    def enhanced() -> Files:
        return Files(bench_data.enhanced(scratch), most=8)

    @cache
    def contours() -> Files:
        return Files(bench_data.structures(scratch))

    found = [
        _row("deid", mr, "basic", 15),
        _row("deid-research", mr, "research", 15),
        _row("deid-enhanced", enhanced, "basic", 8),
        _row("deid-rt", contours, "basic", 8),
    ]
    for name, peer, goal in (("dcmanon", _dcmanon, 3), ("dicognito", _dicognito, 30)):
        if importlib.util.find_spec(name):
            found.append(_beside(f"deid-{name}", mr, peer, goal))
    found += [_packing(mr, scratch), _searching(mr), _memory(mr)]
    return found


class Files:
    """Files in memory, and what Gantry makes of them."""

    def __init__(self, folder: Path, most: int = 10_000) -> None:
        self.folder = folder
        self.data = [path.read_bytes() for path in sorted(folder.iterdir())[:most]]

    def ours(self, profile: str) -> None:
        deidentifier = Deidentifier(PROFILES[profile], KEY)
        for data in self.data:
            deidentifier.deidentify(data)

    def differing(self, profile: str) -> tuple[bool, str]:
        """Whether every value is as the slow implementation says."""
        chosen = PROFILES[profile]
        deidentifier = Deidentifier(chosen, KEY)
        wrong = sum(
            elements_of(b"".join(deidentifier.deidentify(data).parts)) != slowly(data, chosen, KEY)
            for data in self.data
        )
        size = sum(map(len, self.data)) // len(self.data) // 1000
        return (
            wrong == 0,
            f"{len(self.data)} files of {size} KB, values differ in {wrong or 'none'}",
        )


def _row(name: str, files: Callable[[], Files], profile: str, goal: float) -> Row:
    def peer() -> None:
        for data in files().data:
            by_pydicom(data, PROFILES[profile], KEY)

    return Row(
        name, lambda: files().ours(profile), peer, goal, before=files,
        check=lambda: files().differing(profile), peak=False,
    )  # fmt: skip


def _beside(
    name: str, files: Callable[[], Files], peer: Callable[[list[bytes]], None], goal: float
) -> Row:
    return Row(
        name, lambda: files().ours("basic"), lambda: peer(files().data), goal, before=files,
        peak=False,
    )  # fmt: skip


def _dcmanon(files: list[bytes]) -> None:
    anonymizer = importlib.import_module("dcmanon").Anonymizer()
    for data in files:
        anonymizer.anonymize(io.BytesIO(data))


def _dicognito(files: list[bytes]) -> None:
    anonymizer = importlib.import_module("dicognito.anonymizer").Anonymizer(seed="bench")
    for data in files:
        ds = dcmread(io.BytesIO(data))
        anonymizer.anonymize(ds)
        ds.save_as(io.BytesIO())


class _Rewriter:
    """De-identifies while packing."""

    def __init__(self) -> None:
        self._deidentifier = Deidentifier(PROFILES["research"], KEY)

    def unchanged(self, source: Instance) -> Identity | None:
        return None

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        made = self._deidentifier.deidentify(data)
        return Rewritten(made.parts, made.identity)

    def summary(self) -> None:
        return None


def _packing(files: Callable[[], Files], scratch: Path) -> Row:
    """A parcel packed with rewriting and search, against the same one as it is."""
    out = scratch / "out"

    REWRITERS["bench"] = lambda treatment: _Rewriter()

    @cache
    def parcel() -> Parcel:
        out.mkdir(exist_ok=True)
        return parcel_of(bench_data.instances(files().folder))

    def ours() -> None:
        pack(replace(parcel(), treatment=Treatment("bench")), out)

    def peer() -> None:
        pack(replace(parcel(), treatment=VERBATIM), out)

    return Row("deid-pack", ours, peer, 1.4, within=True, before=parcel)


def _searching(files: Callable[[], Files]) -> Row:
    """The search of one image for 40 needles, in milliseconds of this thread."""
    needles = [Needle("name", f"needle number {n}", False) for n in range(40)]

    def ours() -> float:
        parts = [
            b"".join(bytes(part) for part in made.parts if len(part) < 100_000)
            for made in map(Deidentifier(PROFILES["basic"], KEY).deidentify, files().data)
        ]
        began = time.thread_time()
        for part in parts:
            assert not list(search(part, needles))
        return (time.thread_time() - began) / len(parts) * 1000

    return Row("residue", ours, None, 0.2, "ms", before=files, peak=False)


def _memory(files: Callable[[], Files]) -> Row:
    """What one file takes beside its own bytes: pixels are not copied."""

    def ours() -> float:
        ds = dcmread(io.BytesIO(files().data[0]))
        ds.Rows, ds.Columns, ds.PixelData = 5000, 2000, bytes(20_000_000)
        out = io.BytesIO()
        ds.save_as(out)
        data = out.getvalue()
        deidentifier = Deidentifier(PROFILES["research"], KEY)
        deidentifier.deidentify(data)
        tracemalloc.start()
        deidentifier.deidentify(data)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most / 1e6

    return Row("deid-memory", ours, None, SPARE / 1e6, "MB", rounds=2, before=files, peak=False)
