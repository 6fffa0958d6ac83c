"""Finds, opens and tests destinations by name, with their sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.folder_path import folder_of
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.registry import kind_of, normalise_url, open_destination
from gantry.services.named_destinations import Place, find_place, places
from gantry.services.policy import check_place
from gantry.services.practice import Practice
from gantry.services.preferences import Preferences
from gantry.services.sign_in import options_of, want_names_used
from gantry.store.credentials import credentials_for
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination
from gantry.store.settings_file import want_understood

if TYPE_CHECKING:
    from gantry.engine.doctor_steps import Step


class Destinations:
    """The destinations of one home, including the practice receiver.

    Attributes:
        plain_password_ok: the user agreed, for this run, to send secrets over http.
        call_options: options for every destination that is opened; they override the saved ones.
    """

    def __init__(self, home: Home, preferences: Preferences, history: History) -> None:
        self._home, self._preferences, self._history = home, preferences, history
        self._practice = Practice(home.practice)
        self.plain_password_ok = False
        self.call_options: dict[str, str] = {}

    def close(self) -> None:
        """Ends the practice receiver."""
        self._practice.close()

    def all(self) -> tuple[Place, ...]:
        """Practice first, then those of the settings."""
        return places(self._preferences.settings)

    def named(self, text: str) -> Place:
        """The destination of that name, or at that URL or folder.

        User, password and other secrets in a URL are used for this run; `keep_secrets` stores them.

        Raises:
            GantryError: DESTINATION_UNKNOWN or DESTINATION_INVALID.
        """
        place, found = find_place(text, self._preferences.settings)
        secret_store().remember(place.url, found)
        return place

    def keep_secrets(self, text: str) -> None:
        """Moves user, password and other secrets in a URL to the system's credential store.

        Raises:
            GantryError: as `named`; CREDENTIALS_STORE: they were not stored, and are used for this
                run.
        """
        place, found = find_place(text, self._preferences.settings)
        if found != Credentials():
            secret_store().store(place.url, found)

    def written_folders(self, place: Place) -> set[str]:
        """Folders to which Gantry itself writes: files that appear there are not sources."""
        home = self._home
        folders = [
            home.settings_file.parent,
            home.history_file.parent,
            home.logs,
            self._preferences.spool,
        ]
        if (folder := folder_of(place.url)) is not None:
            folders.append(folder)
        return {str(folder.absolute()) for folder in folders}

    def open(
        self,
        place: Place,
        credentials: Credentials | None = None,
        saved: SavedDestination | None = None,
        job: str = "",
    ) -> Destination:
        """Opens a destination to send to; practice starts the embedded receiver.

        `saved` says how to sign in at one that isn't saved yet; `job` is one of the history, whose
        own options apply again.

        Raises:
            GantryError: the URL is wrong, the folder is one of Gantry's own, or the credential
                store can't be read.
        """
        kind = None if place.is_practice else kind_of(normalise_url(place.url)[0])
        want_names_used(self.call_options, kind)
        if place.is_practice:
            return open_destination(*self._practice.start())
        self._preferences.check_folder(place.url)
        credentials, options = self._sign_in(place, credentials, saved, job)
        return open_destination(place.url, credentials, options=options)

    def examine(
        self,
        place: Place,
        token: CancelToken,
        credentials: Credentials | None = None,
        saved: SavedDestination | None = None,
    ) -> Iterator[Step]:
        """Tests a destination step by step, with these credentials or the stored ones.

        `saved` says how to sign in at one that isn't saved yet.

        Raises:
            GantryError: the URL is wrong, the policy does not allow it, or the credential store
                can't be read.
            Cancelled.
        """
        if place.is_practice:
            yield from doctor(*self._practice.start(), token=token)
            return
        check_place(place)
        self._preferences.check_folder(place.url)
        credentials, options = self._sign_in(place, credentials, saved)
        yield from doctor(place.url, credentials, options=options, token=token)

    def _sign_in(
        self,
        place: Place,
        credentials: Credentials | None,
        saved: SavedDestination | None = None,
        job: str = "",
    ) -> tuple[Credentials, Options]:
        saved = saved or self._preferences.settings.destination_at(place.url, place.name)
        if saved is not None:
            want_understood(saved)
        if credentials is None:
            credentials = credentials_for(saved or place.url)
        options = Options(
            bandwidth=self._preferences.bandwidth, plain_password_ok=self.plain_password_ok
        )
        more = {**(self._history.options_of(job) if job else {}), **self.call_options}
        if more:
            saved = saved or SavedDestination(name=place.name, url=place.url)
            saved = structs.replace(saved, options={**saved.options, **more})
        if saved is not None:
            agreed = saved.insecure_http or self.plain_password_ok
            options = replace(options, plain_password_ok=agreed)
            options = options_of(saved, options, credentials)
        return credentials, options
