"""`pack` and `verify`: archives without a destination."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from gantry.cli import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.progress import sampled, transferring
from gantry.cli.scan import find, show_skipped
from gantry.engine.archive.verify import verify as prove
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.packing import pack_and_prove
from gantry.engine.parcel import Archive, Parcel, ParcelRule
from gantry.engine.plan import plan
from gantry.messages import error_message

_MISSING = "Check its name, and whether you may read it."
_BAD = "Don’t rely on it: have it sent again, or pack the sources again."


def pack(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """One verified archive a parcel in the folder named; those that fail are said."""
    found = find(options.paths, output, token)
    show_skipped(found.skipped, output)
    parcels = plan(found.catalog, ParcelRule(options.parcel or "study"))
    if not parcels:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with transferring() as bars:
        for parcel in parcels:
            counters = Progress()
            bar = bars.add_task(parcel.label or parcel.id, total=2 * parcel.size)
            try:
                with sampled(bars, bar, lambda p=counters: p.packed + p.verified):  # type: ignore[misc]
                    proved = pack_and_prove(
                        parcel,
                        folder,
                        token=token,
                        progress=counters,
                        on_failure=lambda attempt, step, error, wait: output.error(
                            error, attempt=attempt, wait=wait
                        ),
                    )
            except GantryError as error:
                failed += 1
                output.error(error, parcel=parcel.id)
                continue
            bars.update(bar, completed=2 * parcel.size)
            _show(proved.archive, parcel, output)
    output.summary(archives=len(parcels) - failed, failed=failed, skipped=len(found.skipped))
    return FAILED if failed or found.has_trouble() else OK


def verify(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Says of each archive whether it is whole, and if not exactly why."""
    failed = 0
    for name in options.archives:
        try:
            archive = prove(Path(name), token=token)
        except GantryError as error:
            failed += 1
            output.text(f"BAD   {name}")
            if error.code is ErrorCode.ARCHIVE_MISSING:
                output.error(error, what=f"{name} can’t be read.", do=_MISSING, archive=name)
            else:
                what = f"{name}: {error_message(error).what}"
                output.error(error, what=what, do=_BAD, archive=name)
            continue
        output.emit("verified", archive=name, **_facts(archive))
        output.text(f"good  {name}  {len(archive.files):,} files, sha256 {archive.sha256}")
    output.summary(good=len(options.archives) - failed, bad=failed)
    return FAILED if failed else OK


def _show(archive: Archive, parcel: Parcel, output: Output) -> None:
    output.emit("packed", archive=str(archive.path), **_facts(archive))
    output.text(f"{archive.path}  {parcel.label}  {len(archive.files):,} files, proved good")


def _facts(archive: Archive) -> dict[str, object]:
    return {
        "parcel": archive.parcel,
        "study": archive.study_uid,
        "files": [dataclasses.asdict(f) for f in archive.files],
        "size": archive.size,
        "content": archive.content,
        "sha256": archive.sha256,
    }
