"""Runs every test here once for every place in `support.places`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine.parcel import Archive
from support import server_places  # noqa: F401  (registers its places)
from support.places import PLACES, Place
from support.shipments import make_archive


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The destination under test."""
    folder = tmp_path / "place"
    folder.mkdir()
    with PLACES[request.param](folder) as made:
        yield made


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Archive]:
    """Makes packed and proved archives of synthetic DICOM, each of a study of its own."""
    made: list[Archive] = []

    def make(**study: object) -> Archive:
        made.append(make_archive(tmp_path / f"study {len(made)}", **study))
        return made[-1]

    return make
