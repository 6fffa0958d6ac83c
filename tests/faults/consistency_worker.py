"""What `test_consistency.py` runs under a failing system: one store, used again and again.

Prints a line for each operation that was acknowledged, and `broken …` for a promise that was not
kept. Ends with `over <operations> <refusals>`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gantry.engine import events
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.history import History
from gantry.store.logs import LogSink, start_logging
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings, save_settings
from support.history import archive_of, make_parcels, receipt_for
from support.parcels import image_like, parcel_with


def settings(folder: Path, rounds: int) -> tuple[int, int]:
    path, refused = folder / "settings.json", 0
    good = load_settings(path)[0].last_destination
    for number in range(rounds):
        new = f"destination {number} " + "x" * 3000
        try:
            save_settings(path, Settings(last_destination=new))
        except GantryError as error:
            refused += 1
            if error.code is not ErrorCode.SETTINGS_INVALID:
                print("broken: another error", error)
        else:
            good = new
            print("saved", number)
        loaded, problem = load_settings(path)
        if loaded.last_destination not in (good, new):
            print("broken: neither old nor new settings")
        if problem is not None and good:
            print("broken:", problem)
        good = loaded.last_destination
    return rounds, refused


def history(folder: Path, rounds: int) -> tuple[int, int]:
    kept, refused = None, 0
    for _ in range(rounds):
        try:
            kept = kept or History(folder / "history.sqlite")
            (parcel,) = make_parcels(1)
            job = f"J{parcel.id}"
            for event in (
                events.JobStarted(job, "a", "https://example.org/in", (parcel,)),
                events.ParcelPacking(job, parcel.id, 1),
                events.ParcelVerified(job, parcel.id, 1, archive_of(parcel), 1, 1),
                events.ParcelArrived(job, parcel.id, 1, receipt_for(parcel), 1.0),
            ):
                kept.record(event)
                print("recorded", parcel.id, type(event).__name__, flush=True)
        except GantryError as error:
            refused += 1
            if error.code is not ErrorCode.HISTORY_FAILED:
                print("broken: another error", error)
            if kept is not None:
                with suppress(GantryError):
                    kept.close()
            kept = None
    return rounds, refused


def archive(folder: Path, rounds: int) -> tuple[int, int]:
    parcel = parcel_with(folder / "in", [image_like(50_000, n) for n in range(3)])
    spool, refused = folder / "spool", 0
    for number in range(rounds):
        try:
            packed = pack(parcel, spool, threads=1, free_reserve=0)
        except GantryError as error:
            refused += 1
            if error.code not in (ErrorCode.SPOOL_FULL, ErrorCode.SPOOL_UNWRITABLE):
                print("broken: another error", error)
            left = list(spool.glob("*.part"))
            if left:
                print("broken: a part is left", left)
        else:
            verify(packed.path, expected=packed)
            print("packed", number)
            packed.path.unlink()
    return rounds, refused


def logs(folder: Path, rounds: int) -> tuple[int, int]:
    stop = start_logging(folder / "logs", "info")
    sink = LogSink(b"salt")
    log = logging.getLogger("gantry.test")
    for number in range(rounds):
        sink(events.ParcelPacking("01J", f"P{number}", 1))
        log.warning("round %d", number)
    stop()
    return rounds, 0


STORES: dict[str, Callable[[Path, int], tuple[int, int]]] = {
    "settings": settings, "history": history, "archive": archive, "logs": logs,
}  # fmt: skip

if __name__ == "__main__":
    done, refusals = STORES[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print("over", done, refusals)
