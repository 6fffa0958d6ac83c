"""Normalizes the URL of a destination, and turns folders into URLs."""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.folder_path import (
    file_path,
    folder_url,
    is_folder_path,
    is_folder_url,
)
from gantry.engine.transfer.http.answer import address
from gantry.engine.transfer.http.url_secrets import without_secrets

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def normalise_url(
    text: str, schemes: Container[str], peers: Container[str]
) -> tuple[str, Credentials]:
    r"""A URL in canonical form, and the user, password and other secrets that were in it.

    Takes folders too: `/data/out`, `C:\out`, `\\server\share` become `file:` URLs. Scheme and host
    are put in lower case; the fragment is dropped. An address with a scheme of `peers` names a peer
    (`AET@host`) and has no path.

    Raises:
        GantryError: DESTINATION_INVALID, with the fact `reason`: "empty", "scheme", "host", "port",
            "path", "characters".
    """
    text = text.strip()
    if not text:
        raise invalid_url(text, "empty")
    if any(c < " " or c == "\x7f" for c in text):
        raise invalid_url(text, "characters")
    if is_folder_path(text):
        return _folder_url(text), Credentials()
    scheme = _SCHEME.match(text)
    if not scheme or scheme.group(1).lower() not in schemes:
        raise invalid_url(text, "scheme")
    if any("\ud800" <= c <= "\udfff" for c in text) and not is_folder_url(text):
        raise invalid_url(text, "characters")
    try:
        if is_folder_url(text):
            return _folder_url(file_path(text)), Credentials()
        parts = urlsplit(text.partition("#")[0].rstrip())
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise invalid_url(text, "port" if "ort" in str(error) else "host") from error
    if not host:
        raise invalid_url(text, "host")
    if any(c.isspace() or c in "\\<>\"'{}|^`" for c in host):
        raise invalid_url(text, "host")
    if port == 0:
        raise invalid_url(text, "port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    if "@" in parts.netloc and parts.scheme in peers:
        # The AE title of a peer is where a user would be; it is not a secret
        place, user = f"{parts.username}@{place}", ""
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    if parts.scheme in peers:
        path = parts.path.rstrip("/")
    url, query = urlunsplit((parts.scheme.lower(), place, path, parts.query, "")), ""
    if parts.scheme not in peers:
        url, query = without_secrets(url)
    return url, Credentials(user=user, password=password, query=query)


def _folder_url(path: str) -> str:
    try:
        return folder_url(path)
    except ValueError as error:
        raise invalid_url(str(error), "path") from error


def invalid_url(text: str, reason: str) -> GantryError:
    return GantryError(
        ErrorCode.DESTINATION_INVALID, facts={"url": address(text), "reason": reason}
    )
