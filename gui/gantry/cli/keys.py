"""Says before a send that patients get other pseudonyms than in earlier uploads."""

from __future__ import annotations

from collections.abc import Iterable

from gantry.cli.output import Output
from gantry.cli.scan import plural
from gantry.engine.parcel import Parcel
from gantry.services.named_destinations import Place
from gantry.services.other_keys import with_another_key
from gantry.services.services import Services


def warn_of_keys(
    services: Services, parcels: Iterable[Parcel], place: Place, output: Output
) -> None:
    """Says how many patients were sent to a place before with another key; never stops a send."""
    settings = services.preferences.settings
    if patients := with_another_key(services.history, settings, parcels, place):
        output.emit("other_key", patients=patients, destination=place.name)
        output.say(
            f"{patients:,} {plural(patients, 'patient')} will get other pseudonyms than before: "
            f"earlier uploads to {place.name} were made with another key."
        )
