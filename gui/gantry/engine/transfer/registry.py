"""From a destination's URL to the destination: which kinds there are, and who opens them.

A kind is one line in `KINDS`: its schemes, its label, its opener. Openers import their module when
they are called, so a kind that nobody uses costs nothing at start.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.lazy import load
from gantry.engine.transfer.answer import address
from gantry.engine.transfer.destination import Credentials, Destination, Limits
from gantry.engine.transfer.http import Options

Opener = Callable[[str, Credentials, Limits, Options], Destination]


@dataclass(frozen=True, slots=True)
class DestinationKind:
    """One sort of destination.

    Attributes:
        scheme: what the URL starts with, without `+http`; also the kind's stable name.
        schemes: every scheme it answers to.
        label: for people, in English; the window translates it.
        example: a URL as a user would type it.
        signs_in: whether it can take user and password or a token.
    """

    scheme: str
    schemes: tuple[str, ...]
    label: str
    example: str
    open: Opener
    signs_in: bool = True


def _folder(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    from gantry.engine.transfer.folder import FolderDestination

    return FolderDestination(url, limits, options.bandwidth)


def _form(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    from gantry.engine.transfer.form import FormDestination

    return FormDestination(url, credentials, limits, options)


def _tus(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    from gantry.engine.transfer.tus import TusDestination

    return TusDestination(url, credentials, limits, options)


def _stow(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pydicom")
    from gantry.engine.transfer.stow import StowDestination

    return StowDestination(url, credentials, limits, options)


def _orthanc(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pydicom")
    from gantry.engine.transfer.orthanc import OrthancDestination

    return OrthancDestination(url, credentials, limits, options)


def _s3(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    from gantry.engine.transfer.s3 import S3Destination

    return S3Destination(url, credentials, limits, options)


def _dimse(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    load("pynetdicom")
    from gantry.engine.transfer.dimse import DimseDestination

    return DimseDestination(url, credentials, limits, options)


def _xnat(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    from gantry.engine.transfer.xnat import XnatDestination

    return XnatDestination(url, credentials, limits, options)


def _over_http(name: str) -> tuple[str, str]:
    return f"{name}+http", f"{name}+https"


KINDS: tuple[DestinationKind, ...] = (
    DestinationKind(
        "file", ("file",), "Folder or network share", r"\\server\share\folder", _folder, False
    ),
    DestinationKind(
        "http", ("http", "https"), "Upload address (form POST)", "https://host/upload", _form
    ),
    DestinationKind(
        "tus", _over_http("tus"), "Resumable upload (tus)", "tus+https://host/files", _tus
    ),
    DestinationKind(
        "dicomweb",
        _over_http("dicomweb"),
        "DICOMweb (STOW-RS)",
        "dicomweb+https://host/dicom-web",
        _stow,
    ),
    DestinationKind("orthanc", _over_http("orthanc"), "Orthanc", "orthanc+https://host", _orthanc),
    DestinationKind(
        "s3",
        _over_http("s3"),
        "Object store (S3)",
        "s3+https://host/bucket/prefix",
        _s3,
    ),
    DestinationKind(
        "dicom", ("dicom",), "PACS (DICOM C-STORE)", "dicom://PACS@host:104", _dimse, False
    ),
    DestinationKind(
        "xnat", _over_http("xnat"), "XNAT project", "xnat+https://host/projects/P", _xnat
    ),
)

# A name or address, WebDAV's `host@SSL@8443`, `wsl$`; not `.` and `?`, which are devices.
_SERVER = re.compile(r"\w[\w.@$-]*")
_DRIVE = re.compile(r"[A-Za-z]:")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def kind_of(url: str) -> DestinationKind:
    """The kind that a normalised URL belongs to.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    scheme = url.split(":", 1)[0].lower()
    for kind in KINDS:
        if scheme in kind.schemes:
            return kind
    raise _invalid(url, "scheme")


def open_destination(
    url: str,
    credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    options: Options = Options(),  # noqa: B008  (frozen)
) -> Destination:
    """The destination at this URL. Nothing is connected yet.

    A user or password in the URL is used where `credentials` has none.

    Raises:
        GantryError: DESTINATION_INVALID, CREDENTIALS_EXPOSED.
    """
    url, found = normalise_url(url)
    if not (credentials.user or credentials.password or credentials.token):
        credentials = found
    return kind_of(url).open(url, credentials, limits, options)


def normalise_url(text: str) -> tuple[str, Credentials]:
    r"""A URL in its one form, and the user and password that were in it.

    Takes folders too: `/data/out`, `C:\out`, `\\server\share` become `file:` URLs. Scheme and host
    are put in lower case; the fragment is dropped.

    Raises:
        GantryError: DESTINATION_INVALID, with the fact `reason`: "empty", "scheme", "host",
            "port", "path", "characters".
    """
    text = text.strip()
    if not text:
        raise _invalid(text, "empty")
    if any(c < " " or c == "\x7f" for c in text):
        raise _invalid(text, "characters")
    if text.startswith(("\\\\", "/")) or ntpath.splitdrive(text)[0][1:2] == ":":
        return _folder_url(text), Credentials()
    scheme = _SCHEME.match(text)
    if not scheme or scheme.group(1).lower() not in {s for k in KINDS for s in k.schemes}:
        raise _invalid(text, "scheme")
    if any("\ud800" <= c <= "\udfff" for c in text) and not text.lower().startswith("file:"):
        raise _invalid(text, "characters")
    try:
        if scheme.group(1).lower() == "file":
            return _folder_url(file_path(text)), Credentials()
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise _invalid(text, "port" if "ort" in str(error) else "host") from error
    if not host:
        raise _invalid(text, "host")
    if any(c.isspace() or c in "\\<>\"'{}|^`" for c in host):
        raise _invalid(text, "host")
    if port == 0:
        raise _invalid(text, "port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    if "@" in parts.netloc and parts.scheme == "dicom":
        # The AE title of DICOM stands where a user would; it is no secret
        place, user = f"{parts.username}@{place}", ""
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    if parts.scheme == "dicom":
        path = parts.path.rstrip("/")
    url = urlunsplit((parts.scheme.lower(), place, path, parts.query, ""))
    return url, Credentials(user=user, password=password)


def file_path(url: str) -> str:
    r"""The folder that a `file:` URL names, as its system writes it (`\\server\share`, `C:\x`)."""
    parts = urlsplit(url)
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc and parts.netloc.lower() != "localhost":
        return "\\\\" + parts.netloc + path.replace("/", "\\")
    if re.match(r"/[A-Za-z]:(/|$)", parts.path):  # quoted, `/C:` is a folder of another system
        return path[1:].replace("/", "\\")
    return path


def _folder_url(path: str) -> str:
    if path.startswith(("\\\\", "//")) or path[1:2] == ":":
        path = path.replace("\\", "/")
    if path.startswith("//"):
        server, _, rest = path[2:].partition("/")
        if not _SERVER.fullmatch(server) or not rest.strip("/"):
            raise _invalid(path, "path")
        if server.casefold() == "localhost":  # in a URL that is no server, but this computer's root
            server = "127.0.0.1"
        return f"file://{server}/" + _quoted(rest.rstrip("/"))
    if path[1:2] == ":":
        if not _DRIVE.match(path) or path[2:3] not in ("", "/"):
            raise _invalid(path, "path")  # relative to a drive's own folder: never what is meant
        return "file:///" + path[:2] + _quoted(path[2:].rstrip("/") or "/")
    if not path.startswith("/"):
        raise _invalid(path, "path")
    return "file://" + _quoted(path.rstrip("/") or "/")


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _invalid(text: str, reason: str) -> GantryError:
    return GantryError(
        ErrorCode.DESTINATION_INVALID, facts={"url": address(text), "reason": reason}
    )
