"""Where things go, by name: the practice destination, those of the settings, and plain URLs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.store.secrets import secret_store
from gantry.store.settings import Settings

PRACTICE_NAME = "Practice (this computer)"
PRACTICE_URL = "practice:"


@dataclass(frozen=True, slots=True)
class Place:
    """A destination by name.

    Attributes:
        name: for people; of a bare URL, the URL.
        url: without user and password.
    """

    name: str
    url: str

    @property
    def is_practice(self) -> bool:
        return self.url == PRACTICE_URL


def places(settings: Settings) -> tuple[Place, ...]:
    """Practice first, then those of the settings."""
    saved = (Place(d.name, d.url) for d in settings.destinations)
    return (Place(PRACTICE_NAME, PRACTICE_URL), *saved)


def find_place(text: str, settings: Settings) -> Place:
    """The destination of that name, or at that URL or folder.

    Raises:
        GantryError: DESTINATION_UNKNOWN or DESTINATION_INVALID.
    """
    if text.casefold() in ("practice", PRACTICE_URL, PRACTICE_NAME.casefold()):
        return Place(PRACTICE_NAME, PRACTICE_URL)
    known = places(settings)
    for place in known:
        if place.name.casefold() == text.casefold():
            return place
    if text.startswith(("./", ".\\", "../", "..\\")):
        text = str(Path(text).absolute())
    if "://" not in text and not Path(text).is_absolute() and not text.startswith("\\\\"):
        raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts={"destination": text})
    url, credentials = normalise_url(text)
    kind_of(url)
    if credentials != Credentials():
        # They don't stay in the URL. Where the system keeps no secrets, this run has them.
        with suppress(GantryError):
            secret_store().store(url, credentials)
    return next((p for p in known if p.url == url), Place(url, url))
