"""Whether two spellings are one address."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from gantry.engine.errors import GantryError
from gantry.engine.transfer.folder_path import file_path, folder_url, is_folder_url
from gantry.engine.transfer.registry import normalise_url

PORTS: Final = {"http": 80, "https": 443, "sftp": 22}


def is_same(one: str, other: str) -> bool:
    """Whether two spellings are one address. Looks at no disk: a link to a folder is another one.

    Rather too often than too seldom: `/in` and `/in/` count as one.
    """
    return one == other or canonical(one) == canonical(other)


def canonical(url: str) -> str:
    """The one spelling of an address; a text that is none stays as it is.

    Keys are kept under it (`projects.py`): if it changes, they must still be found under the old.
    """
    try:
        return _cleaned(url)
    except ValueError:  # no address at all
        return url


def _cleaned(url: str) -> str:
    with suppress(GantryError):  # a wrong address in the settings is no other one
        url = normalise_url(url)[0]
    if is_folder_url(url):
        return folder_url(os.path.normcase(os.path.normpath(file_path(url))))
    parts = urlsplit(url)
    place = parts.netloc
    with suppress(ValueError):
        if parts.port == PORTS.get(parts.scheme):
            place = place.removesuffix(f":{parts.port}")
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), parts.query, ""))


def is_within(url: str, place: str) -> bool:
    """Whether an address is a place, or below it. Looks at the disk: a folder counts as the one to
    which links lead.

    Rather too seldom: one that a server may read in another way is not.
    """
    if is_folder_url(url) or is_folder_url(place):
        if not (is_folder_url(url) and is_folder_url(place)):
            return False
        inner, outer = (os.path.normcase(os.path.realpath(file_path(one))) for one in (url, place))
        return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)
    one, other = urlsplit(canonical(url)), urlsplit(canonical(place))
    if (one.scheme, one.netloc) != (other.scheme, other.netloc):
        return False
    if other.query and one.query != other.query:
        return False
    path, base = unquote(one.path), unquote(other.path).rstrip("/")
    if path.rstrip("/") == base:
        return True
    steps = path.replace("\\", "/").split("/")
    return path.startswith(base + "/") and not ({"..", "."} & set(steps) or "%" in path)
