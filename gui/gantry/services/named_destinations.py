"""Looks destinations up by name: practice, those of the settings, and plain URLs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.url_secrets import said, without_secrets
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.store.replace import replace
from gantry.store.secrets import keep_secret, secret_store
from gantry.store.settings import SavedDestination, Settings
from gantry.store.settings_file import save_settings

PRACTICE_NAME = "Practice (this computer)"
PRACTICE_URL = "practice:"


@dataclass(frozen=True, slots=True)
class Place:
    """A destination by name.

    Attributes:
        name: to display; for a bare URL, the URL.
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


def find_place(text: str, settings: Settings) -> tuple[Place, Credentials]:
    """The destination of that name, or at that URL or folder; and the secrets in that URL.

    Raises:
        GantryError: DESTINATION_UNKNOWN or DESTINATION_INVALID.
    """
    if text.casefold() in ("practice", PRACTICE_URL, PRACTICE_NAME.casefold()):
        return Place(PRACTICE_NAME, PRACTICE_URL), Credentials()
    known = places(settings)
    for place in known:
        if place.name.casefold() == text.casefold():
            return place, Credentials()
    if text.startswith(("./", ".\\", "../", "..\\")):
        text = str(Path(text).absolute())
    if "://" not in text and not Path(text).is_absolute() and not text.startswith("\\\\"):
        raise GantryError(ErrorCode.DESTINATION_UNKNOWN, facts={"destination": said(text)})
    url, credentials = normalise_url(text)
    kind_of(url)
    return next((p for p in known if p.url == url), Place(url, url)), credentials


def hide_secrets(settings: Settings, file: Path) -> tuple[Settings, GantryError | None]:
    """Moves secrets in addresses that somebody wrote into the file to the credential store.

    If that fails, the file stays unchanged, because after this run they would be lost. Returns the
    error, if any.
    """
    bare: list[SavedDestination] = []
    found: dict[str, Credentials] = {}
    for saved in settings.destinations:
        url, secrets = saved.url, Credentials()
        with suppress(GantryError):
            url, secrets = normalise_url(saved.url)
        if secrets != Credentials():
            found[url] = secrets
            saved = replace(saved, url=url)
        if secrets.user and saved.auth == "none":
            saved = replace(saved, auth="basic", user=secrets.user)
        bare.append(saved)
    alert_url, query = without_secrets(settings.alert_url)
    if query:
        found[alert_url] = Credentials(query=query)
    if not found:
        return settings, None
    settings = replace(settings, destinations=tuple(bare), alert_url=alert_url)
    try:
        for url, secrets in found.items():
            keep_secret(url, secrets)
        if secret_store().is_lasting:
            save_settings(file, settings)
    except GantryError as error:
        return settings, error
    return settings, None
