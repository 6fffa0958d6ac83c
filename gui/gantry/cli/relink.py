"""`relink` lists original identifiers beside the new ones."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gantry.cli.exit_codes import OK
from gantry.cli.output import Output
from gantry.cli.scan import plural
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import replace_retry, unlink_retry
from gantry.store.home import Home
from gantry.store.relink import Relink


def relink(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Prints one line for each identifier, or writes a CSV file, or removes those of a job."""
    table = Relink(Home.find(options.home))
    if options.forget:
        return _forget(table, options.forget, output)
    if options.csv:
        rows = _csv(table, Path(options.csv), options.search)
        output.summary(rows=rows, csv=options.csv)
        output.text(f"{rows:,} {plural(rows, 'row')} in {options.csv}")
        return OK
    count = 0
    for row in table.rows(options.search):
        token.check()
        count += 1
        output.emit("link", **row._asdict())
        output.text(f"{row.kind:<8}  {row.id_old}  {row.id_new}  {row.patient}  {row.job}")
    if not count:
        output.say(
            "No identifier begins with this text."
            if options.search
            else "No identifier has been replaced on this computer."
        )
    output.summary(rows=count)
    return OK


def _forget(table: Relink, job: str, output: Output) -> int:
    removed = table.forget(job)
    if not removed:
        facts: dict[str, Fact] = {"option": "--forget", "wanted": "a job of the table"}
        raise GantryError(ErrorCode.CALL_INVALID, facts=facts)
    output.summary(removed=removed)
    output.text(f"{removed:,} {plural(removed, 'identifier')} removed.")
    return OK


def _csv(table: Relink, path: Path, search: str) -> int:
    """Writes the file completely or not at all, for this user only. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with open(os.open(unfinished, flags, 0o600), "w", encoding="utf-8", newline="") as file:
            rows = table.write_csv(file, search)
            file.flush()
            os.fsync(file.fileno())
        replace_retry(unfinished, path)
    except BaseException:
        unlink_retry(unfinished)
        raise
    return rows
