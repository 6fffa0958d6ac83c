r"""Folders as addresses: a path of either system (`/data/out`, `C:\out`, `\\server\share`) and its
`file:` URL."""

from __future__ import annotations

import ntpath
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

SCHEME = "file"
# A name or address, WebDAV's `host@SSL@8443`, `wsl$`; not `.` and `?`, which are devices.
_SERVER = re.compile(r"\w[\w.@$-]*")
_DRIVE = re.compile(r"[A-Za-z]:")


def is_folder_url(text: str) -> bool:
    """Whether this is a URL of a folder."""
    return text.lower().startswith(f"{SCHEME}:")


def is_folder_path(text: str) -> bool:
    """Whether this is an absolute path of a folder, of either system."""
    return text.startswith(("\\\\", "/")) or ntpath.splitdrive(text)[0][1:2] == ":"


def folder_of(url: str) -> Path | None:
    """The folder that a destination's URL names; None: not a folder."""
    return Path(file_path(url)) if is_folder_url(url) else None


def file_path(url: str) -> str:
    r"""The folder that a `file:` URL names, in the system's notation (`\\server\share`, `C:\x`)."""
    parts = urlsplit(url)
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc and parts.netloc.lower() != "localhost":
        return "\\\\" + parts.netloc + path.replace("/", "\\")
    if re.match(r"/[A-Za-z]:(/|$)", parts.path):  # quoted, `/C:` is a folder of another system
        return path[1:].replace("/", "\\")
    return path


def folder_url(path: str) -> str:
    """The `file:` URL of a folder. Raises ValueError with the path if it has none."""
    if path.startswith(("\\\\", "//")) or path[1:2] == ":":
        path = path.replace("\\", "/")
    if path.startswith("//"):
        server, _, rest = path[2:].partition("/")
        if not _SERVER.fullmatch(server) or not rest.strip("/"):
            raise ValueError(path)
        if server.casefold() == "localhost":  # in a URL: this computer's root, not a server
            server = "127.0.0.1"
        return f"{SCHEME}://{server}/" + _quoted(rest.rstrip("/"))
    if path[1:2] == ":":
        if not _DRIVE.match(path) or path[2:3] not in ("", "/"):
            raise ValueError(path)  # relative to a drive's own folder: never intended
        return f"{SCHEME}:///" + path[:2] + _quoted(path[2:].rstrip("/") or "/")
    if not path.startswith("/"):
        raise ValueError(path)
    return f"{SCHEME}://" + _quoted(path.rstrip("/") or "/")


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")
