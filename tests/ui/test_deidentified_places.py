"""De-identified from the window, to every kind: nothing planted arrives, and every link holds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox

from gantry.store.history.rows import ParcelFilter
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from support import server_places  # noqa: F401  (registers its places)
from support.arrived import KEY, ONE_OF_EACH, check_arrived, plant
from support.places import PLACES
from support.screen import Screen, wait_until

pytestmark = pytest.mark.same_everywhere


def _choose(box: QComboBox, text: str) -> None:
    """As with the mouse or the keys: the entry is set, and the box says that the user did it."""
    index = box.findText(text)
    assert index >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


@pytest.mark.parametrize("name", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_nothing_that_was_planted_arrives(
    screen: Screen, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = plant(tmp_path / "study")
    (tmp_path / "place").mkdir()
    with PLACES[name](tmp_path / "place") as place:
        with closing(place.open()) as destination:
            url = destination.url
        known, context = place.credentials, screen.context
        monkeypatch.setenv("GANTRY_USER", known.user)
        monkeypatch.setenv("GANTRY_PASSWORD", known.password)
        monkeypatch.setenv("GANTRY_TOKEN", known.token)
        for variable, key in KEY.items():
            monkeypatch.setenv(variable, key)
        saved = SavedDestination(name="Study server", url=url)
        if known.token or known.user:
            saved = replace(saved, auth="token" if known.token else "basic")
        context.change_settings(replace(context.settings, destinations=(saved,)))

        screen.drop_and_wait(tmp_path / "study")
        bar = screen.catalog.bar
        wait_until(lambda: bar.places.findText("Study server") >= 0)
        _choose(bar.places, "Study server")
        _choose(bar.treatment, "De-identified: research")
        bar.send.click()
        wait_until(lambda: _all_ended(screen, len(sets)))
        check_arrived(place, tmp_path / "place", context.history, sets)
        left = [found for one in sets for found in one.left_in(repr(screen.window.alerts).encode())]
        assert left == []


def _all_ended(screen: Screen, many: int) -> bool:
    rows = screen.context.history.parcels(ParcelFilter())
    ended = len(rows) == many and all(row.state.is_final for row in rows)
    return ended and not screen.context.runner.busy
