"""One place has one key, however its address is written; a key that was made stays in use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from gantry.engine.content import Treatment
from gantry.engine.deidentify.treating import chosen_in, key_in
from gantry.engine.errors import ErrorCode, GantryError
from gantry.messages import error_message
from gantry.services import privacy
from gantry.services.named_destinations import Place
from gantry.services.projects import former_names, project_of
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.pseudonym_key import keys_folder, pseudonym_key
from gantry.store.replace import replace
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination, Settings
from support.vault import Vault

NO_STORE = SecretStore(None)


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """With keys in files, whatever this system has."""
    monkeypatch.setattr(privacy, "secret_store", lambda: NO_STORE)
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


def _save(services: Services, *saved: SavedDestination) -> None:
    services.preferences.save(replace(services.preferences.settings, destinations=saved))


def _at(url: str) -> Place:
    return Place(url, url)


def _treated(services: Services, url: str) -> Treatment:
    return services.privacy.treatment(_at(url), "basic")


def _key_under(services: Services, project: str) -> str:
    """The key as it was made when the written address was its name."""
    return pseudonym_key(project, services.home, NO_STORE).key.id


WAYS = [
    ("http://h.example/x", "http://h.example:80/x/"),
    ("HTTP://H.example/x", "http://h.example/x"),
    ("https://h.example", "https://h.example:443/"),
    ("dicom://STORE@Pacs.example:104/", "dicom://STORE@pacs.example:104"),
]


@pytest.mark.parametrize(("one", "other"), WAYS)
def test_two_spellings_of_one_address_have_one_key(
    services: Services, one: str, other: str
) -> None:
    assert _treated(services, one) == _treated(services, other)
    assert key_in(_treated(services, "https://h.example/other")) != key_in(_treated(services, one))
    assert len(list(keys_folder(services.home).glob("*.key"))) == 2


@pytest.mark.parametrize("url", ["https://h.example/in", "s3://bucket/in", "practice:"])
def test_the_usual_spelling_names_its_key_as_before(url: str) -> None:
    assert project_of(Settings(), _at(url)) == f"{url}\n"


def test_two_spellings_of_one_folder_have_one_key(services: Services, tmp_path: Path) -> None:
    url = (tmp_path / "in").as_uri()
    ways = (url, f"{url}/", f"{tmp_path.as_uri()}/./in", str(tmp_path / "in"))
    assert len({key_in(_treated(services, way)) for way in ways}) == 1


@pytest.mark.parametrize(("one", "other"), WAYS)
def test_what_is_saved_holds_for_the_address_however_it_is_called(
    services: Services, one: str, other: str
) -> None:
    """The study's name, and *New ones in each upload*."""
    for saved, called in ((one, other), (other, one)):
        trial = SavedDestination(name="Trial", url=saved, study="Stroke")
        _save(services, trial)
        settings = services.preferences.settings
        by_name = project_of(settings, Place("Trial", saved))
        assert project_of(settings, _at(called)) == by_name
        assert by_name.endswith("\nStroke")
        _save(services, replace(trial, new_key_each_time=True))
        assert project_of(services.preferences.settings, _at(called)) == ""


@pytest.mark.parametrize(("before", "now"), [*WAYS, *((b, a) for a, b in WAYS)])
def test_a_key_that_was_made_under_a_written_address_stays_in_use(
    services: Services, before: str, now: str
) -> None:
    made = _key_under(services, f"{before}\n")
    _save(services, SavedDestination(name="Saved", url=before))
    treatment = _treated(services, now)
    assert key_in(treatment) == made
    _save(services)  # the place is under the one name from now on, whatever is saved
    assert _treated(services, now) == _treated(services, before) == treatment
    assert _key_under(services, f"{before}\n") == made, "for the uploads that began with it"


def test_of_two_keys_that_were_made_for_one_place_the_first_one_used_wins(
    services: Services,
) -> None:
    one, other = "http://h.example/x", "http://h.example:80/x/"
    older, newer = "http://h.example:80/x", "http://h.example/x/"
    first, second = _key_under(services, f"{older}\n"), _key_under(services, f"{newer}\n")
    assert first != second
    assert key_in(_treated(services, newer)) == second
    for way in (one, other, older, newer):
        assert key_in(_treated(services, way)) == second
    assert _key_under(services, f"{older}\n") == first


def test_an_upload_that_began_with_the_other_key_keeps_it(services: Services) -> None:
    older, newer = "http://h.example:80/x", "http://h.example/x/"
    begun = _as_before(services, older, _treated(services, newer))
    services.privacy.rewriter_of(begun)
    assert key_in(services.privacy.renewed(begun)) == key_in(begun)
    assert key_in(begun) != key_in(_treated(services, older))


def _as_before(services: Services, url: str, like: Treatment) -> Treatment:
    """A treatment of an upload that began when the written address named the key."""
    project = f"{url}\n"
    made = _key_under(services, project)
    canonical = chosen_in(like)[1]
    details = like.details.replace(key_in(like), made)
    return Treatment(
        like.rewriter,
        like.deidentified,
        details.replace(_json(canonical), _json(project)),
    )


def _json(text: str) -> str:
    return text.replace("\n", "\\n")


def test_another_study_name_never_takes_over_a_key(services: Services) -> None:
    made = _key_under(services, "http://h.example:80/x\n")
    _save(services, SavedDestination(name="Trial", url="http://h.example/x", study="Stroke"))
    assert key_in(_treated(services, "http://h.example:80/x")) != made
    assert all(
        name.endswith("\nStroke")
        for name in former_names(
            services.preferences.settings, "http://h.example/x\nStroke", "http://h.example:80/x"
        )
    )


def test_what_leaves_shows_the_key_that_a_send_would_use_and_makes_none(
    services: Services,
) -> None:
    settings = Settings(destinations=(SavedDestination(name="S", url="http://h.example:80/x/"),))
    project = project_of(settings, _at("http://h.example/x"))
    assert services.privacy.shown_key(project) is None
    assert list(keys_folder(services.home).glob("*")) == []
    made = _key_under(services, "http://h.example:80/x/\n")
    shown = services.privacy.shown_key(project)
    assert shown is not None
    assert shown.id == made == key_in(_treated(services, "http://h.example/x"))


_MAKE = """
import sys
from gantry.engine.deidentify.treating import key_in
from gantry.services import privacy
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.secrets import SecretStore
privacy.secret_store = lambda: SecretStore(None)
with Services(Home.find(sys.argv[1])) as services:
    print("ready", flush=True)
    sys.stdin.readline()
    for url in sys.argv[2:]:
        print(key_in(services.privacy.treatment(Place(url, url), "basic")))
"""


def test_two_processes_at_once_make_one_key(services: Services) -> None:
    """Of one place, and take over one that was made before, of another."""
    made = _key_under(services, "http://old.example:80/\n")
    home = str(services.home.history_file.parent)
    ways = (
        ("http://h.example/x/", "http://old.example"),
        ("http://h.example:80/x", "http://old.example:80/"),
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _MAKE, home, *urls],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for urls in ways
    ]  # fmt: skip
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    found = [one.communicate(timeout=120)[0].split() for one in processes]
    assert found[0] == found[1] == [key_in(_treated(services, "http://h.example/x")), made]


class Locked(Vault):
    """A store that the user has not unlocked."""

    locked = True

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return super().get_password(service, username)


def _refused(project: str, home: Home, store: SecretStore, *former: str) -> None:
    with pytest.raises(GantryError) as refused:
        pseudonym_key(project, home, store, former)
    assert refused.value.code is ErrorCode.CREDENTIALS_STORE
    assert "key" in error_message(refused.value).title
    assert list(keys_folder(home).glob("*.key")) == []


def test_a_store_that_cant_be_read_gets_no_second_key(tmp_path: Path) -> None:
    home, vault = Home.find(str(tmp_path)), Locked()
    _refused("a", home, SecretStore(vault), "b")
    assert vault.kept == {}
    vault.locked = False
    made = pseudonym_key("a", home, SecretStore(vault)).key
    vault.locked = True
    _refused("a", home, SecretStore(vault))
    vault.locked = False
    assert pseudonym_key("a", home, SecretStore(vault)).key == made


def test_a_session_without_the_store_that_has_the_key_makes_no_second_one(tmp_path: Path) -> None:
    home, vault = Home.find(str(tmp_path)), Vault()
    made = pseudonym_key("old", home, SecretStore(vault)).key
    _refused("old", home, NO_STORE)
    _refused("new", home, NO_STORE, "old")
    assert pseudonym_key("another", home, NO_STORE).file is not None
    assert pseudonym_key("new", home, SecretStore(vault), ["old"]).key == made


def test_a_key_in_the_store_becomes_that_of_the_one_name(tmp_path: Path) -> None:
    home, vault = Home.find(str(tmp_path)), Vault()
    made = pseudonym_key("old", home, SecretStore(vault)).key
    taken = pseudonym_key("new", home, SecretStore(vault), ["none", "old"])
    assert (taken.key, taken.file) == (made, None)
    assert pseudonym_key("new", home, SecretStore(vault)).key == made
    assert list(keys_folder(home).glob("*.key")) == []


def test_a_key_in_a_file_stays_in_a_file(tmp_path: Path) -> None:
    home, vault = Home.find(str(tmp_path)), Vault()
    made = pseudonym_key("old", home, NO_STORE).key
    taken = pseudonym_key("new", home, SecretStore(vault), ["old"])
    assert taken.key == made
    assert taken.file is not None
    assert vault.kept == {}
