"""The Send page says before packing that patients get other pseudonyms, and sends all the same."""

from __future__ import annotations

from pathlib import Path

from gantry.store.history.rows import ParcelFilter
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from support.dicom import make_study
from support.screen import Screen, wait_until

TITLE = "1 patient will get other pseudonyms than before"


def test_a_destination_with_another_study_name_says_so_and_sends(
    screen: Screen, tmp_path: Path
) -> None:
    make_study(tmp_path / "study", instances=2)
    (tmp_path / "place").mkdir()
    url, context = (tmp_path / "place").as_uri(), screen.context
    saved = SavedDestination(name="Study server", url=url, deidentify="research")
    for sent, study in enumerate(("", "Stroke", "Stroke"), start=1):
        saved = replace(saved, study=study)
        settings = replace(context.settings, destinations=(saved,), last_destination="Study server")
        context.change_settings(settings)
        stored = context.services.preferences
        wait_until(lambda stored=stored, saved=saved: stored.settings.destinations == (saved,))  # type: ignore[misc]
        if sent == 1:
            screen.drop_and_wait(tmp_path / "study")
        bar = screen.catalog.bar
        bar.choose(url)
        wait_until(lambda bar=bar: bar.place is not None and bar.send.isEnabled())  # type: ignore[misc]
        bar.send.click()
        wait_until(lambda sent=sent: _arrived(screen) == sent)  # type: ignore[misc]
        wait_until(lambda: any("1 of 1 delivered" in text for text in screen.texts()))
        if sent == 2:
            wait_until(lambda: TITLE in screen.texts())
        assert TITLE not in screen.texts() or sent == 2, "the third time, it was said before"
        context.dismiss.emit("other key Study server")


def _arrived(screen: Screen) -> int:
    rows = screen.context.history.parcels(ParcelFilter())
    done = [row for row in rows if row.state.has_arrived]
    return 0 if screen.context.runner.busy else len(done)
