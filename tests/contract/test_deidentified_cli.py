"""`gantry-cli send --deidentify`, to every kind: nothing planted arrives, and every link holds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.transfer.registry import KINDS
from gantry.services.services import Services
from gantry.store.home import Home
from support.arrived import KEY, ONE_OF_EACH, check_arrived, plant
from support.cli import Cli
from support.places import Place

pytestmark = pytest.mark.same_everywhere


def test_every_kind_is_tried() -> None:
    assert sorted(ONE_OF_EACH) == sorted(kind.name for kind in KINDS)


@pytest.mark.parametrize("place", ONE_OF_EACH.items(), ids=ONE_OF_EACH, indirect=True)
def test_nothing_that_was_planted_arrives(place: Place, tmp_path: Path) -> None:
    sets = plant(tmp_path / "study")
    with closing(place.open()) as destination:
        url = destination.url
    known = place.credentials
    cli = Cli(
        tmp_path / "home",
        GANTRY_USER=known.user,
        GANTRY_PASSWORD=known.password,
        GANTRY_TOKEN=known.token,
        **KEY,
    )
    ran = cli("send", tmp_path / "study", "--to", url, "--deidentify", "research", "--json")
    assert ran.code == 0, ran.err
    assert [found for one in sets for found in one.left_in(f"{ran.out}{ran.err}".encode())] == []
    with Services(Home.find(str(cli.home))) as services:
        check_arrived(place, tmp_path / "place", services.history, sets)
