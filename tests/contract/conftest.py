"""Runs every test here for every kind of destination, once for each of its `support.places`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.parcel import Archive
from gantry.engine.transfer.registry import KINDS, kind_of
from support import server_places  # noqa: F401  (registers its places)
from support.places import KINDS_OF, PLACES, Place
from support.shipments import make_archive

# Every kind, each in all of its places; one that has none is a place that can't be made.
_CASES = [
    pytest.param((kind.name, name), id=name)
    for kind in KINDS
    for name in sorted(n for n in PLACES if KINDS_OF[n] == kind.name)
    or [f"no place for {kind.name}"]
]


@pytest.fixture(params=_CASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The destination under test."""
    folder = tmp_path / "place"
    folder.mkdir()
    kind, name = request.param
    assert name in PLACES, f"{name}: see support.places"
    with PLACES[name](folder) as made:
        with closing(made.unreachable()) as destination:
            assert kind_of(destination.url).name == kind
        yield made


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Archive]:
    """Makes packed and verified archives of synthetic DICOM, each of a study of its own."""
    made: list[Archive] = []

    def make(**study: object) -> Archive:
        made.append(make_archive(tmp_path / f"study {len(made)}", **study))
        return made[-1]

    return make
