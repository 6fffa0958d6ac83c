"""What each kind of destination asks for, and how its answers and its URL become one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from PySide6.QtCore import QCoreApplication

from gantry.engine.transfer.registry import KINDS, file_path, kind_of, normalise_url
from gantry.services import PRACTICE_NAME
from gantry.sign_in import CA_FILE, CERTIFICATE, KEY, PROXY

Values = dict[str, str]


class Sort(StrEnum):
    """How a value is entered."""

    TEXT = "text"
    FOLDER = "folder"
    FILE = "file"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form; `label_of_field` names it."""

    name: str
    example: str = ""
    sort: Sort = Sort.TEXT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one kind: `to_url` and `from_url` undo one another."""

    fields: tuple[Field, ...]
    to_url: Callable[[Mapping[str, str]], str]
    from_url: Callable[[str], Values]
    signs_in: bool = True


def label_of(kind: str) -> str:
    """A kind's name in the window's language."""
    return {
        "file": _tr("Folder or network share"),
        "http": _tr("Upload address (form POST)"),
        "tus": _tr("Resumable upload server (tus)"),
        "dicomweb": _tr("DICOMweb server (STOW-RS)"),
        "orthanc": _tr("Orthanc server"),
        "s3": _tr("Object store (S3)"),
        "dicom": _tr("DICOM node (C-STORE)"),
        "xnat": _tr("XNAT project"),
        "practice": _tr("Built in, for trying things out"),
    }.get(kind, kind)


def destination_text(name: str) -> str:
    """A destination's name for people: only Practice has one in each language."""
    return _tr("Practice (this computer)") if name == PRACTICE_NAME else name


def label_of_field(name: str) -> str:
    """A field's name in the window's language."""
    return {
        "address": _tr("Address"),
        "folder": _tr("Folder"),
        "endpoint": _tr("Endpoint"),
        "bucket": _tr("Bucket"),
        "prefix": _tr("Prefix"),
        "host": _tr("Host"),
        "port": _tr("Port"),
        "called": _tr("Called AE title"),
        "calling": _tr("Calling AE title"),
        "project": _tr("Project"),
        "field": _tr("Form field of the archive"),
        CA_FILE: _tr("Extra CA certificates"),
        CERTIFICATE: _tr("Client certificate"),
        KEY: _tr("Key of the certificate"),
        PROXY: _tr("Proxy"),
    }[name]


def options_of_kind(kind: str) -> tuple[Field, ...]:
    """What seldom is needed, and is no part of the address: keys of a destination's options."""
    if kind not in FORMS or not FORMS[kind].signs_in:
        return ()
    certificates = (
        Field(CERTIFICATE, "client.pem", Sort.FILE, optional=True),
        Field(KEY, "client.key", Sort.FILE, optional=True),
        Field(CA_FILE, "hospital-ca.pem", Sort.FILE, optional=True),
        Field(PROXY, "http://proxy.example.org:3128", optional=True),
    )
    field = (Field("field", "file", optional=True),) if kind == "http" else ()
    return certificates + field


def _tr(text: str) -> str:
    return QCoreApplication.translate("destinations", text)


def kinds() -> list[str]:
    """The kinds that this Gantry can send to, as scheme names."""
    return [kind.scheme for kind in KINDS if kind.scheme in FORMS]


def split_address(text: str) -> tuple[str, Values]:
    """The kind of a pasted address, and the values for its form.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    url, _ = normalise_url(text)
    kind = kind_of(url).scheme
    return kind, FORMS[kind].from_url(url)


def missing(kind: str, values: Mapping[str, str]) -> list[Field]:
    """The fields that still must be filled."""
    return [f for f in FORMS[kind].fields if not f.optional and not values.get(f.name, "").strip()]


def _web(prefix: str) -> Form:
    def to_url(values: Mapping[str, str]) -> str:
        address = values["address"].strip()
        return address if address.startswith(prefix) else prefix + _with_scheme(address)

    def from_url(url: str) -> Values:
        return {"address": url.removeprefix(prefix)}

    field = Field("address", "https://host/path")
    return Form((field,), to_url, from_url)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _folder_to_url(values: Mapping[str, str]) -> str:
    return values["folder"].strip()


def _folder_from_url(url: str) -> Values:
    return {"folder": file_path(url)}


def _s3_to_url(values: Mapping[str, str]) -> str:
    path = "/".join(p for p in (values["bucket"].strip("/ "), values.get("prefix", "").strip("/ ")))
    return f"s3+{_with_scheme(values['endpoint'].strip()).rstrip('/')}/{path.strip('/')}"


def _s3_from_url(url: str) -> Values:
    parts = urlsplit(url.removeprefix("s3+"))
    bucket, _, prefix = parts.path.strip("/").partition("/")
    return {
        "endpoint": f"{parts.scheme}://{parts.netloc}",
        "bucket": unquote(bucket),
        "prefix": unquote(prefix),
    }


def _dicom_to_url(values: Mapping[str, str]) -> str:
    called, host = quote(values["called"].strip(), safe=""), values["host"].strip()
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    calling = values.get("calling", "").strip()
    query = "?" + urlencode({"calling": calling}) if calling else ""
    return f"dicom://{called}@{host}:{values.get('port', '').strip() or '104'}{query}"


def _dicom_from_url(url: str) -> Values:
    parts = urlsplit(url)
    calling = parse_qs(parts.query).get("calling", [""])[0]
    return {
        "host": parts.hostname or "",
        "port": str(parts.port or 104),
        "called": unquote(parts.username or ""),
        "calling": calling,
    }


def _xnat_to_url(values: Mapping[str, str]) -> str:
    server = _with_scheme(values["address"].strip()).rstrip("/")
    return f"xnat+{server}/projects/{quote(values['project'].strip(), safe='')}"


def _xnat_from_url(url: str) -> Values:
    server, _, project = url.removeprefix("xnat+").rpartition("/projects/")
    return {"address": server, "project": unquote(project.strip("/"))}


FORMS: dict[str, Form] = {
    "file": Form(
        (
            Field(
                "folder",
                r"\\server\share\folder",
                Sort.FOLDER,
            ),
        ),
        _folder_to_url,
        _folder_from_url,
        signs_in=False,
    ),
    "http": _web(""),
    "tus": _web("tus+"),
    "dicomweb": _web("dicomweb+"),
    "orthanc": _web("orthanc+"),
    "s3": Form(
        (
            Field(
                "endpoint",
                "https://s3.example.org",
            ),
            Field("bucket", "imaging"),
            Field("prefix", "site-1", optional=True),
        ),
        _s3_to_url,
        _s3_from_url,
    ),
    "dicom": Form(
        (
            Field("host", "pacs.example.org"),
            Field("port", "104", Sort.PORT),
            Field("called", "PACS"),
            Field(
                "calling",
                "GANTRY",
                optional=True,
            ),
        ),
        _dicom_to_url,
        _dicom_from_url,
        signs_in=False,
    ),
    "xnat": Form(
        (
            Field("address", "https://xnat.example.org"),
            Field("project", "PROJECT1"),
        ),
        _xnat_to_url,
        _xnat_from_url,
    ),
}
