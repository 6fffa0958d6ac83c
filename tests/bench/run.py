"""Runs the benchmarks side by side with their peers.

    python tests/bench/run.py [NAME…] [--data FOLDER] [--scratch FOLDER] [--json | --table]

Data is made here, unless a folder of DICOM is given to multiply. NAME picks rows, by their whole
name or its beginning; all without it. Each row is printed as it is done; `--table` prints Markdown
at the end instead.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import harness  # noqa: E402

import gantry  # noqa: E402


def rows(data: Path | None, scratch: Path) -> list[harness.Row]:
    return [row for module in harness.modules() for row in module.rows(data, scratch)]


def bench(options: argparse.Namespace, scratch: Path) -> int:
    data: Path | None = options.data
    passed = ["--scratch", str(scratch)] + (["--data", str(data)] if data else [])
    names = options.names
    every = rows(data, scratch)
    chosen = [row for row in every if row.listed]
    if names:
        whole = {row.name for row in every}
        unknown = [n for n in names if not any(name.startswith(n) for name in whole)]
        if unknown:
            print(f"no such benchmark: {', '.join(unknown)}", file=sys.stderr)
            return 2
        beginnings = tuple(n for n in names if n not in whole)
        chosen = [
            row
            for row in every
            if row.name in names or (row.listed and beginnings and row.name.startswith(beginnings))
        ]
    results: list[harness.Result] = []
    for row in chosen:
        print(f"{row.name} …", file=sys.stderr, flush=True)
        try:
            result = harness.measure(row, lambda n: harness.peak_of_child(["--peak", n, *passed]))
        except Exception as error:  # noqa: BLE001 - the other rows are still worth their time
            result = harness.failed(row, error)
        results.append(result)
        if options.json:
            print(harness.as_json(result), flush=True)
        elif not options.table:
            print(harness.line(result), flush=True)
    missed = [r.name for r in results if not r.met]
    if options.json:
        done = {"event": "done", "machine": harness.machine(), "missed": missed}
        print(json.dumps(done))
    elif options.table:
        print(harness.machine() + "\n")
        print(harness.table(results))
    else:
        print(harness.machine())
    return 1 if missed else 0


def peak(name: str, data: Path | None, scratch: Path) -> None:
    """What `harness.peak_of_child` starts: ours once, then the most memory it took."""
    row = next(r for r in rows(data, scratch) if r.name == name)
    row.before()
    row.ours()
    print(harness.peak_megabytes())


def compile_gantry() -> None:
    """Compiles the bytecode, as after an installation, whatever the environment's settings."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(gantry.__file__).parent, quiet=2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--data", type=Path, help="a folder of DICOM to multiply")
    parser.add_argument("--scratch", type=Path, help="where to keep made data between runs")
    parser.add_argument("--json", action="store_true", help="one object a line, and nothing else")
    parser.add_argument("--table", action="store_true", help="Markdown, once all is done")
    parser.add_argument("--peak", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    compile_gantry()
    if options.scratch:
        options.scratch.mkdir(parents=True, exist_ok=True)
        if options.peak:
            peak(options.peak, options.data, options.scratch)
            return 0
        return bench(options, options.scratch)
    with tempfile.TemporaryDirectory(prefix="gantry-bench-") as folder:
        return bench(options, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
