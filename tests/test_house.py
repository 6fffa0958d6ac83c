"""The structure of the code: no cycles between files or folders, and a page that shows it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 400


@pytest.fixture(scope="module")
def architecture() -> ModuleType:
    """`packaging/architecture.py`, which draws the page's diagram."""
    spec = importlib.util.spec_from_file_location(
        "architecture", ROOT / "packaging" / "architecture.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_the_search_for_cycles_finds_one() -> None:
    assert _cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_no_files_import_one_another_in_a_circle(architecture: ModuleType) -> None:
    modules = architecture.modules()
    graph = {
        name: set(architecture.imports(path, modules)) - {name} for name, path in modules.items()
    }

    assert len(graph) > 200
    assert _cycles(graph) == []


def test_no_folders_import_one_another_in_a_circle(architecture: ModuleType) -> None:
    assert _cycles(architecture.arrows()) == []


def test_every_folder_says_what_it_is_for(architecture: ModuleType) -> None:
    assert "|  |" not in architecture.drawing()


def test_the_diagram_of_the_architecture_page_is_fresh(architecture: ModuleType) -> None:
    assert architecture.PAGE.read_text(encoding="utf-8") == architecture.page(), (
        "run python packaging/architecture.py"
    )


def test_every_module_that_the_architecture_page_names_exists(architecture: ModuleType) -> None:
    page = architecture.PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)(?::\w+)?`", page))
    folders = (ROOT / "gui" / "gantry", ROOT / "tests", ROOT / "packaging")
    there = [f"/{path.relative_to(ROOT).as_posix()}" for f in folders for path in f.rglob("*.py")]

    assert len(named) > 50
    assert [name for name in named if not any(p.endswith(f"/{name}") for p in there)] == []


def test_no_module_is_longer_than_a_reader_can_hold_in_mind(architecture: ModuleType) -> None:
    long = {
        name: lines
        for name, path in architecture.modules().items()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }

    assert long == {}
