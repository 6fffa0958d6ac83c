"""`pack` and `verify`: archives without a destination."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.progress import sampled, transferring
from gantry.cli.scan import find, plural, show_skipped
from gantry.engine.archive.verify import verify as prove
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.packing import pack_and_verify
from gantry.engine.parcel import Archive, PackedFile, Parcel, ParcelRule
from gantry.engine.plan import plan
from gantry.messages import error_message
from gantry.services.policy import check_profile
from gantry.store.home import Home
from gantry.store.own_folders import keep_apart

_MISSING = "Check its name, and whether you may read it."
_BAD = "Don’t rely on it: have it sent again, or pack the sources again."


def pack(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes one verified archive per parcel to a folder; reports those that fail."""
    check_profile(None)  # like `send` to this folder
    found = find(options.paths, output, token)
    show_skipped(found.skipped, output)
    parcels = plan(found.catalog, ParcelRule(options.parcel or "study"))
    if not parcels:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    folder = Path(options.output)
    keep_apart(folder, Home.find(options.home).written, "output")
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with transferring() as bars:
        for parcel in parcels:
            counters = Progress()
            bar = bars.add_task(parcel.label or parcel.id, total=2 * parcel.size)
            try:
                with sampled(bars, bar, lambda p=counters: p.packed + p.verified):  # type: ignore[misc]
                    proved = pack_and_verify(
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
    """Reports for each archive whether it is intact, and if not, exactly why."""
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
                message = error_message(error)
                do = message.do if error.code is ErrorCode.ARCHIVE_FOREIGN else _BAD
                output.error(error, what=f"{name}: {message.what}", do=do, archive=name)
            continue
        output.emit("verified", archive=name, **_facts(archive))
        output.text(f"good  {name}  {_files(archive)}, sha256 {archive.sha256}")
    output.summary(good=len(options.archives) - failed, bad=failed)
    return FAILED if failed else OK


def _show(archive: Archive, parcel: Parcel, output: Output) -> None:
    output.emit("packed", archive=str(archive.path), **_facts(archive))
    output.text(f"{archive.path}  {parcel.label}  {_files(archive)}, verified")


def _files(archive: Archive) -> str:
    count = len(archive.files)
    return f"{count:,} {plural(count, 'file')}"


def _facts(archive: Archive) -> dict[str, object]:
    rules = archive.deidentified
    return {
        "parcel": archive.parcel,
        "study": archive.study_uid,
        "files": [_member(f) for f in archive.files],
        "size": archive.size,
        "content": archive.content,
        "sha256": archive.sha256,
        **({"deidentified": dataclasses.asdict(rules)} if rules else {}),
        **({"labels": dict(archive.labels)} if archive.labels else {}),
    }


def _member(file: PackedFile) -> dict[str, object]:
    """A member, as in the manifest."""
    return {k: v for k, v in dataclasses.asdict(file).items() if k not in ("source", "read")}
