"""A kind of destination is named in its own modules and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import gantry
from gantry.engine.transfer.registry import KINDS

PACKAGE = Path(gantry.__file__).parent
OWN = PACKAGE / "engine" / "transfer" / "kinds"

# What a kind is called that is an ordinary word, or a protocol that others speak too. Of these,
# only `file:` stands for the kind.
WORDS = {"file", "http", "https"}
EXCEPTIONS = {
    "engine/transfer/http/front_ends.py": "Orthanc as one of the servers that may have answered",
}


def named_kinds(source: str) -> Iterator[str]:
    """The string constants, docstrings apart, that are a kind's name, scheme or address."""
    schemes = {scheme for kind in KINDS for scheme in (kind.name, *kind.schemes)}
    address = "|".join(re.escape(scheme) for scheme in sorted(schemes - {"http", "https"}))
    pattern = re.compile(rf"(?:{address})(?:\+https?)?:(?://|$)|(?:{address})\+", re.IGNORECASE)
    tree = ast.parse(source)
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            text = node.value
            if text in schemes - WORDS or pattern.match(text):
                yield f"line {node.lineno}: {text!r}"


def test_the_search_finds_a_name_a_scheme_and_an_address() -> None:
    for text in ("orthanc", "tus+https", "file:", "dicom://host", "s3+"):
        assert list(named_kinds(f"x = {text!r}")) == [f"line 1: {text!r}"]
    for text in ("file", "files: 3", "https://host", "the DICOM node"):
        assert list(named_kinds(f'"""dicom://host"""\nx = {text!r}')) == []


def test_no_module_beside_its_own_names_a_kind() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): names
        for path in PACKAGE.rglob("*.py")
        if OWN not in path.parents and (names := list(named_kinds(path.read_text("utf-8"))))
    }

    assert {path: names for path, names in found.items() if path not in EXCEPTIONS} == {}
    assert found.keys() == EXCEPTIONS.keys(), "an exception that is needed no more"


def test_no_module_beside_the_registry_imports_a_kind() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if OWN not in path.parents and "transfer.kinds" in path.read_text("utf-8")
    }

    assert importing == {"engine/transfer/registry.py"}
