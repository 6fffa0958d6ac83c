"""Negative controls of de-identification: removes one rule after another and runs its tests.

    python tests/mutate.py [MODULE…] [--sample N] [--seed N]

Each mutant is one change of one module of gui/gantry/engine/deidentify, in a copy of the package: a
row of the standard's table without its action, an entry of a list that is gone, a comparison or a
condition turned round, a number off by one. A mutant that no test notices is printed: a rule that
nothing holds. One process; `nice` it on a machine that others use.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).parents[1]
PACKAGE = Path("gantry/engine/deidentify")
MODULES = (
    "rules", "values", "needles", "spellings", "residue", "layers", "places", "private", "pixels",
    "standard", "search", "sources", "normal",
)  # fmt: skip
TESTS = (  # the quickest first: most mutants end there
    "test_controls.py", "test_rules.py", "test_values.py", "test_spellings.py",
    "test_not_understood.py", "test_residue.py",
    "test_residue_sources.py", "test_residue_places.py", "test_held.py", "test_planted.py",
)  # fmt: skip
_MOST_SECONDS = 300
_TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


class Mutant:
    """One change: the place in the text of a module, and what stands there instead."""

    def __init__(self, line: int, start: int, end: int, new: str, what: str) -> None:
        self.line, self.start, self.end, self.new, self.what = line, start, end, new, what

    def applied(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


def mutants(text: str) -> Iterator[Mutant]:
    """Every change of a module."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def made(node: ast.expr | ast.stmt, new: str, what: str) -> Mutant:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None

        # Columns count bytes.
        def offset(line: int, column: int) -> int:
            begin = starts[line - 1]
            return begin + len(text[begin:].encode()[:column].decode(errors="ignore"))

        start = offset(node.lineno, node.col_offset)
        return Mutant(node.lineno, start, offset(node.end_lineno, node.end_col_offset), new, what)

    tree = ast.parse(text)
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
            turned = ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators[:1])
            if len(node.ops) == 1:
                yield made(node, f"({ast.unparse(turned)})", "comparison turned")
        elif isinstance(node, ast.BoolOp):
            for index in range(len(node.values)):
                others = node.values[:index] + node.values[index + 1 :]
                kept = others[0] if len(others) == 1 else ast.BoolOp(node.op, others)
                yield made(node, f"({ast.unparse(kept)})", f"without condition {index + 1}")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield made(node, f"({ast.unparse(node.operand)})", "not removed")
        elif isinstance(node, ast.Set | ast.Tuple | ast.List) and len(node.elts) > 1:
            for index, element in enumerate(node.elts):
                if isinstance(element, ast.Constant | ast.Attribute):
                    rest = node.elts[:index] + node.elts[index + 1 :]
                    new = (
                        ast.unparse(type(node)(rest))
                        if isinstance(node, ast.Set)
                        else ("(" + ", ".join(map(ast.unparse, rest)) + ",)")
                    )
                    yield made(node, new, f"without {ast.unparse(element)}")
        elif isinstance(node, ast.Dict):
            for index, key in enumerate(node.keys):
                if key is not None:
                    keys = node.keys[:index] + node.keys[index + 1 :]
                    values = node.values[:index] + node.values[index + 1 :]
                    without = ast.unparse(ast.Dict(keys, values))
                    yield made(node, without, f"without {ast.unparse(key)}")
        elif isinstance(node, ast.Constant) and node not in docs:
            yield from _constants(node, made)


def _constants(node: ast.Constant, made: object) -> Iterator[Mutant]:
    assert callable(made)
    value = node.value
    if isinstance(value, str) and value.count("\n") > 3:  # a list or a table as text
        entries = [e for e in (value.split("\n") if "|" in value else value.split()) if e.strip()]
        for entry in entries:
            without = value.replace(entry, "", 1)
            yield made(node, repr(without), f"without {entry.strip()[:40]}")
    elif isinstance(value, int) and not isinstance(value, bool) and value < 0x10000:
        yield made(node, str(value + 1), f"{value} + 1")


def survives(folder: Path, module: str, mutant: Mutant, text: str) -> bool:
    """Whether all tests pass with a mutant in place."""
    path = folder / PACKAGE / f"{module}.py"
    path.write_text(mutant.applied(text), encoding="utf-8")
    tests = [str(REPO / "tests/engine/deidentify" / name) for name in TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            command, env=environment, cwd=REPO, capture_output=True, timeout=_MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(text, encoding="utf-8")
    return ran.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("modules", nargs="*", default=MODULES, choices=[*MODULES, []])
    parser.add_argument("--sample", type=int, default=0, help="this many mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    options = parser.parse_args()
    left = tried = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(REPO / "gui/gantry", folder / "gantry")
        for module in options.modules:
            text = (folder / PACKAGE / f"{module}.py").read_text(encoding="utf-8")
            found = list(mutants(text))
            if options.sample and options.sample < len(found):
                found = random.Random(options.seed).sample(found, options.sample)
            for mutant in found:
                tried += 1
                if survives(folder, module, mutant, text):
                    left += 1
                    print(f"{module}.py:{mutant.line}: {mutant.what}", flush=True)
    print(f"{tried} mutants, {left} that no test noticed")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
