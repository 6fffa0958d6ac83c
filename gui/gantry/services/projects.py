"""Names of keys: each place has one for each study name, however its address is written."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from gantry.engine.transfer.folder_path import is_folder_url
from gantry.services.addresses import PORTS, canonical, is_same
from gantry.services.named_destinations import Place
from gantry.store.settings import SavedDestination, Settings


def project_of(settings: Settings, place: Place) -> str:
    """The name of the key for a place; "": every job gets one of its own."""
    saved = _saved_at(settings, place)
    if saved is not None and saved.new_key_each_time:
        return ""
    return f"{canonical(place.url)}\n{saved.study if saved else ''}"


def former_names(settings: Settings, project: str, *called: str) -> tuple[str, ...]:
    """The names under which a project's key may be since keys were named by written addresses.

    Args:
        project: as `project_of` names it.
        called: how the address is written now: the first that is looked for.
    """
    address, separator, study = project.partition("\n")
    if not separator:  # of one job
        return ()
    saved = [d.url for d in settings.destinations if is_same(d.url, address)]
    chosen = [url for url in settings.profiles if is_same(url, address)]
    written = dict.fromkeys([*called, *saved, *chosen, *_spellings(address)])
    names = (f"{url}\n{study}" for url in written)
    return tuple(name for name in names if name != project)


def is_one_project(settings: Settings, one: Place, other: Place) -> bool:
    """Whether what goes to two places has the same key, or would have."""
    if not is_same(one.url, other.url):
        return False
    return project_of(settings, one) == project_of(settings, other)


def _saved_at(settings: Settings, place: Place) -> SavedDestination | None:
    if (saved := settings.destination_at(place.url, place.name)) is not None:
        return saved
    there = [d for d in settings.destinations if is_same(d.url, place.url)]
    return next((d for d in there if d.name == place.name), there[0] if there else None)


def _spellings(address: str) -> Iterator[str]:
    """Other usual spellings of a canonical address."""
    parts = urlsplit(address)
    places = [parts.netloc]
    if parts.netloc and parts.scheme in PORTS and not is_folder_url(address):
        places.append(f"{parts.netloc}:{PORTS[parts.scheme]}")
    for place in places:
        for path in (parts.path, f"{parts.path}/"):
            yield urlunsplit((parts.scheme, place, path, parts.query, ""))
