"""Negative controls of de-identification: removes one rule after another and runs its tests.

    python tests/mutate.py [MODULE…] [--sample N] [--seed N]

Each mutant is one change of one module of gui/gantry/engine/deidentify, in a copy of the package: a
row of the standard's table without its action, an entry of a list that is gone, a comparison or a
condition turned round, a branch never taken, an action that becomes "keep", a number off by one.
A mutant that no test notices is printed: a rule that nothing holds. `mutants_alike.txt` names
those that change no result, each with the reason; they are not tried. The tests must pass without
a change first: otherwise they would seem to notice everything. One process at a time; `nice` it on
a machine that others use.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).parents[1]
PACKAGE = Path("gantry/engine/deidentify")
ALIKE = Path(__file__).with_name("mutants_alike.txt")
_SEARCH = (
    "spellings", "not_understood", "residue", "residue_sources", "residue_places", "controls",
    "held", "planted",
)  # fmt: skip
_PIXELS = ("layouts", "overlay_bits", "pixels", "masked")
# Of each module, the tests that hold it, the quickest first: most mutants end there.
TESTS = {
    "rules": ("controls", "rules", "own_rules", "table_options", "each_row", "planted"),
    "standard": ("controls", "rules"),
    "values": ("values", "controls", "rules", "own_rules", "reviewed", "planted"),
    "own_rules": ("own_rules", "table_options"),
    "added_rule": ("added_rule",), "wordless": ("wordless",), "floor": ("floor",),
    "private": ("rules", "controls", "own_rules", "planted", "reference", "conversion"),
    "markers": ("table_options", "each_row", "pixels", "planted"), "after_masks": ("after_masks",),
    "needles": _SEARCH, "spellings": _SEARCH, "residue": _SEARCH, "layers": _SEARCH,
    "places": _SEARCH, "search": _SEARCH, "sources": _SEARCH,
    "normal": (*_SEARCH, "conversion", "unpacked"),
    "series": ("order",), "repeats": ("order",),
    "pixels": _PIXELS, "layout": (*_PIXELS, "unpacked"), "masked": _PIXELS,
    "masking": _PIXELS, "frames": _PIXELS, "overlays": ("overlay_bits",),
    "blank": ("blank_exactly", "blank", "residue_places"),
}  # fmt: skip
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
        if isinstance(node, ast.If | ast.IfExp):
            yield made(node.test, "(False)", "never")
        elif isinstance(node, ast.Return) and node.value is not None:
            for action in _actions(node.value):
                yield made(action, "Action.KEEP", f"{ast.unparse(action)} becomes keep")
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
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
                if isinstance(element, ast.Constant | ast.Attribute | ast.Starred):
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


def _actions(node: ast.expr) -> Iterator[ast.Attribute]:
    """The actions that an expression returns, not those it compares with."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Action":
        if node.attr != "KEEP":
            yield node
    elif not isinstance(node, ast.Compare):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                yield from _actions(inner)


def _constants(node: ast.Constant, made: object) -> Iterator[Mutant]:
    assert callable(made)
    value = node.value
    if isinstance(value, str) and value.count("\n") > 3:  # a list or a table as text
        for entry in re.finditer(r"[^\n]+" if "|" in value else r"\S+", value):
            without = value[: entry.start()] + value[entry.end() :]
            yield made(node, repr(without), f"without {entry[0].strip()[:40]}")
    elif isinstance(value, int) and not isinstance(value, bool) and value < 0x10000:
        yield made(node, str(value + 1), f"{value} + 1")


def alike() -> set[tuple[str, str, str]]:
    """The mutants that change no result: module, line of the source, what is changed."""
    lines = ALIKE.read_text(encoding="utf-8").splitlines()
    return {
        (module, source, what)
        for line in lines
        if line and not line.startswith("#")
        for module, rest in [line.split(" | ", 1)]
        for source, what, _ in [rest.rsplit(" | ", 2)]
    }


def survives(folder: Path, module: str, mutant: Mutant, text: str) -> bool:
    """Whether all tests pass with a mutant in place."""
    path = folder / PACKAGE / f"{module}.py"
    path.write_text(mutant.applied(text), encoding="utf-8")
    try:
        return passes(folder, module)
    finally:
        path.write_text(text, encoding="utf-8")


def passes(folder: Path, module: str) -> bool:
    """Whether all tests of a module pass with the package as it is in a folder."""
    tests = [str(REPO / f"tests/engine/deidentify/test_{name}.py") for name in TESTS[module]]
    process = multiprocessing.get_context("forkserver").Process(target=_test, args=(folder, tests))
    process.start()
    process.join(_MOST_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0


def _test(folder: Path, tests: list[str]) -> None:
    """Exits with what pytest says."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = str(folder)
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    import pytest

    import gantry

    assert Path(gantry.__file__).is_relative_to(folder), "the tests would use another copy"
    sys.exit(pytest.main(["-q", "-x", "-n", "0", f"--rootdir={REPO}", *tests]))


def tried(folder: Path, module: str, sample: random.Random, most: int) -> tuple[int, int, int]:
    """How many mutants of a module there are, how many change no result, and how many of those
    that were tried no test noticed."""
    text = (folder / PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    lines, known = text.splitlines(), alike()

    def is_alike(mutant: Mutant) -> bool:
        return (module, lines[mutant.line - 1].strip(), mutant.what) in known

    every = list(mutants(text))
    found = [mutant for mutant in every if not is_alike(mutant)]
    count = len(found)
    if most and most < count:
        found = sample.sample(found, most)
    left = 0
    for mutant in found:
        if survives(folder, module, mutant, text):
            left += 1
            source = lines[mutant.line - 1].strip()
            print(f"{module}.py:{mutant.line}: {module} | {source} | {mutant.what}", flush=True)
    return len(found), len(every) - count, left


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("modules", nargs="*", default=[*TESTS], choices=[*TESTS, []])
    parser.add_argument("--sample", type=int, default=0, help="this many mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    options = parser.parse_args()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "hypothesis", "pydicom", "numpy"])
    sample, total = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(REPO / "gui/gantry", folder / "gantry")
        for module in options.modules:
            if not passes(folder, module):
                print(f"{module}: its tests fail without a change", flush=True)
                total += 1
                continue
            count, same, left = tried(folder, module, sample, options.sample)
            total += left
            said = f"{count} mutants, {left} that no test noticed; {same} change nothing"
            print(f"{module}: {said}", flush=True)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
