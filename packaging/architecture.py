"""Draws the diagram of docs/architecture.md from the imports of the code.

    python packaging/architecture.py            rewrite the diagram and the table of folders
    python packaging/architecture.py --check    exit with 1 if they are stale

A node is a folder of `gui/gantry`. The modules right in a folder that has folders of its own are
two nodes: those that use these folders ("engine: directs"), and those that these folders use
("engine: values"). An arrow says that a module in one node imports a module in the other; arrows
that follow from longer paths are omitted.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gui" / "gantry"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn by packaging/architecture.py -->", "<!-- end of the drawing -->"
_TOP = "app"  # the modules at the top: what starts the window


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("gantry", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def folder_of(path: Path) -> str:
    """The folder of a module, below `gui/gantry`, with dots."""
    return ".".join(path.relative_to(PACKAGE).parts[:-1]) or _TOP


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of this package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                if inner in known:
                    yield inner
                elif node.module in known:
                    yield node.module


def nodes(known: dict[str, Path], imported: dict[str, set[str]]) -> dict[str, str]:
    """The node of each module."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            new = imported[waiting.pop()] - seen
            seen |= new
            waiting += new
        return seen

    folders = {name: folder_of(path) for name, path in known.items()}
    found = {}
    for name, folder in folders.items():
        inside = {f for f in folders.values() if f.startswith(f"{folder}.")}
        if not inside:
            found[name] = folder
        elif any(folders[other] in inside for other in reach(name)):
            found[name] = f"{folder}: directs"
        else:
            found[name] = f"{folder}: values"
    return found


def arrows() -> dict[str, set[str]]:
    """From each node to those that it imports."""
    known = modules()
    imported = {name: set(imports(path, known)) - {name} for name, path in known.items()}
    node_of = nodes(known, imported)
    found: dict[str, set[str]] = {node: set() for node in node_of.values()}
    for name, others in imported.items():
        found[node_of[name]] |= {node_of[other] for other in others}
    for node, reached in found.items():
        reached -= {node, _TOP}  # the version, which everybody may ask for
    return {node: reached for node, reached in found.items() if reached or node in _used(found)}


def _used(graph: dict[str, set[str]]) -> set[str]:
    return {other for others in graph.values() for other in others}


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a longer way implies."""

    def reach(start: str, seen: set[str]) -> set[str]:
        for other in graph[start] - seen:
            seen.add(other)
            reach(other, seen)
        return seen

    return {
        node: {
            other
            for other in others
            if not any(other in reach(via, set()) for via in others - {other} if node != via)
        }
        for node, others in graph.items()
    }


def drawing() -> str:
    """The Mermaid diagram, and a table of what is in each folder."""
    graph = arrows()
    lines = ["```mermaid", "flowchart TD"]
    for top in sorted({_top(name) for name in graph}):
        inside = sorted(name for name in graph if _top(name) == top)
        if len(inside) == 1:
            lines.append(f"  {_id(inside[0])}[{_label(inside[0])}]")
            continue
        lines.append(f'  subgraph {top}_group["{top}"]')
        lines += [f'    {_id(name)}["{_label(name)}"]' for name in inside]
        lines.append("  end")
    for node, others in sorted(reduced(graph).items()):
        lines += [f"  {_id(node)} --> {_id(other)}" for other in sorted(others)]
    lines += ["```", "", "| folder | purpose |", "| --- | --- |"]
    for folder in sorted({folder_of(path) for path in modules().values()}):
        lines.append(f"| `{_label(folder)}` | {_purpose(folder)} |")
    return "\n".join(lines)


def _top(node: str) -> str:
    return node.split(".")[0].split(":")[0]


def _id(node: str) -> str:
    return node.replace(".", "_").replace(": ", "_")


def _label(name: str) -> str:
    return "app.py" if name == _TOP else name.replace(".", "/")


def _purpose(folder: str) -> str:
    path = PACKAGE / "app.py" if folder == _TOP else PACKAGE.joinpath(*folder.split("."))
    path = path if folder == _TOP else path / "__init__.py"
    text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def page() -> str:
    """The page with a new drawing in it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    new = page()
    if parser.parse_args().check:
        return int(PAGE.read_text(encoding="utf-8") != new)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
