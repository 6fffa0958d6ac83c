"""What each kind of destination asks for, and how its answers and its URL become one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gantry.engine.transfer.registry import KINDS, file_path, kind_of, normalise_url

Values = dict[str, str]


class Sort(StrEnum):
    """How a value is entered."""

    TEXT = "text"
    FOLDER = "folder"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form; `label` is an English source string of the context "destinations"."""

    name: str
    label: str
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
    return translated(_LABELS.get(kind, kind))


def translated(text: str) -> str:
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

    field = Field("address", QT_TRANSLATE_NOOP("destinations", "Address"), "https://host/path")
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
                QT_TRANSLATE_NOOP("destinations", "Folder"),
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
                QT_TRANSLATE_NOOP("destinations", "Endpoint"),
                "https://s3.example.org",
            ),
            Field("bucket", QT_TRANSLATE_NOOP("destinations", "Bucket"), "imaging"),
            Field("prefix", QT_TRANSLATE_NOOP("destinations", "Prefix"), "site-1", optional=True),
        ),
        _s3_to_url,
        _s3_from_url,
    ),
    "dicom": Form(
        (
            Field("host", QT_TRANSLATE_NOOP("destinations", "Host"), "pacs.example.org"),
            Field("port", QT_TRANSLATE_NOOP("destinations", "Port"), "104", Sort.PORT),
            Field("called", QT_TRANSLATE_NOOP("destinations", "Called AE title"), "PACS"),
            Field(
                "calling",
                QT_TRANSLATE_NOOP("destinations", "Calling AE title"),
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
            Field(
                "address", QT_TRANSLATE_NOOP("destinations", "Address"), "https://xnat.example.org"
            ),
            Field("project", QT_TRANSLATE_NOOP("destinations", "Project"), "PROJECT1"),
        ),
        _xnat_to_url,
        _xnat_from_url,
    ),
}

_LABELS = {
    "file": QT_TRANSLATE_NOOP("destinations", "Folder or network share"),
    "http": QT_TRANSLATE_NOOP("destinations", "Upload address (form POST)"),
    "tus": QT_TRANSLATE_NOOP("destinations", "Resumable upload server (tus)"),
    "dicomweb": QT_TRANSLATE_NOOP("destinations", "DICOMweb server (STOW-RS)"),
    "orthanc": QT_TRANSLATE_NOOP("destinations", "Orthanc server"),
    "s3": QT_TRANSLATE_NOOP("destinations", "Object store (S3)"),
    "dicom": QT_TRANSLATE_NOOP("destinations", "DICOM node (C-STORE)"),
    "xnat": QT_TRANSLATE_NOOP("destinations", "XNAT project"),
    "practice": QT_TRANSLATE_NOOP("destinations", "Built in, for trying things out"),
}
