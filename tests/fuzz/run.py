"""Fuzzes one target, or each in turn, with atheris.

    python tests/fuzz/run.py [TARGET…] [--minutes N] [--seed N] [--keep FOLDER] [--collect]

Prints one line of JSON a target: inputs tried, code edges reached, findings. A finding (crash,
hang, memory above the bound) is written to the folder given by --keep and makes the exit code 1.
With --collect, the inputs that reach code which no other reaches are added to the corpus.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

MOST_KEPT, LARGEST_KEPT = 24, 3000  # files per target, bytes per file, in the corpus


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None, help="where findings go")
    parser.add_argument("--collect", action="store_true")
    parser.add_argument("--child", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _fuzz(options.targets[0], options.child, options.minutes, options.seed, options.keep)
        return 0
    from fuzz.targets import TARGETS

    found = 0
    for name in options.targets or TARGETS:
        said = run(name, options.minutes, options.seed, options.keep, collect=options.collect)
        print(json.dumps(said), flush=True)
        found += bool(said["findings"])
    return 1 if found else 0


def run(
    name: str, minutes: float, seed: int, keep: Path | None = None, *, collect: bool = False
) -> dict[str, object]:
    """Fuzzes a target in a process of its own, and reports the outcome."""
    from fuzz.targets import CORPUS, TARGETS

    folder = Path(tempfile.mkdtemp(prefix="gantry-corpus-"))
    keep = keep or Path.cwd() / "fuzz-findings"
    keep.mkdir(parents=True, exist_ok=True)
    before = set(keep.glob(f"{name}-*"))
    (folder / "work").mkdir()
    for number, data in enumerate(TARGETS[name].seeds()):
        (folder / "work" / f"seed-{number}").write_bytes(data[: TARGETS[name].longest])
    for path in sorted((CORPUS / name).glob("*")):
        shutil.copy(path, folder / "work")
    command = [
        sys.executable, __file__, name, "--child", str(folder / "work"),
        "--minutes", str(minutes), "--seed", str(seed), "--keep", str(keep),
    ]  # fmt: skip
    ran = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=minutes * 60 + 600
    )
    findings = sorted(p.name for p in set(keep.glob(f"{name}-*")) - before)
    inputs = [int(n) for n in re.findall(r"^#(\d+)", ran.stderr, re.MULTILINE)]
    inputs += [int(n) for n in re.findall(r"number_of_executed_units:\s*(\d+)", ran.stderr)]
    edges = [int(n) for n in re.findall(r"cov: (\d+)", ran.stderr)]
    memory = [int(n) for n in re.findall(r"peak_rss_mb:\s*(\d+)", ran.stderr)]
    if collect:
        _collect(name, folder / "work")
    said: dict[str, object] = {
        "target": name,
        "minutes": minutes,
        "seed": seed,
        "inputs": max(inputs, default=0),
        "edges": max(edges, default=0),
        "peak_mb": max(memory, default=0),
        "findings": findings,
        "exit": ran.returncode,
    }
    if ran.returncode or findings:
        text = ran.stdout[-20000:] + ran.stderr[-20000:]
        (keep / f"{name}.log").write_text(text, encoding="utf-8")
        said["log"] = str(keep / f"{name}.log")
    shutil.rmtree(folder)
    return said


def _collect(name: str, work: Path) -> None:
    """Adds the smallest of the inputs that libFuzzer found worth keeping to the corpus."""
    from fuzz.targets import CORPUS

    into = CORPUS / name
    into.mkdir(parents=True, exist_ok=True)
    new = sorted(
        (p for p in work.iterdir() if re.fullmatch(r"[0-9a-f]{40}", p.name)),
        key=lambda p: p.stat().st_size,
    )
    new = [p for p in new if p.stat().st_size <= LARGEST_KEPT]
    step = max(1, len(new) // MOST_KEPT)
    for path in new[::step][: max(0, MOST_KEPT - len(list(into.iterdir())))]:
        shutil.copy(path, into)


def _fuzz(name: str, work: str, minutes: float, seed: int, keep: Path) -> None:
    """In the child: never returns, libFuzzer ends the process."""
    import logging
    import warnings

    import atheris

    with atheris.instrument_imports(include=["gantry"]):
        from fuzz.targets import TARGETS
    target = TARGETS[name]
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    atheris.Setup(
        [
            name, work, f"-max_total_time={int(minutes * 60)}", f"-seed={seed}",
            f"-max_len={target.longest}", f"-timeout={target.seconds}",
            f"-rss_limit_mb={target.megabytes}", f"-artifact_prefix={keep}/{name}-",
            "-print_final_stats=1", "-use_value_profile=1",
        ],
        target.try_,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
