"""Real servers for gantry-cli: a URL, an environment with the secret, and a view of the content
that is independent of Gantry."""

from __future__ import annotations

import contextlib
import io
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pydicom

from gantry.receiver.server import Receiver
from support.dcmtk import StoreScp
from support.nginx import nginx
from support.orthanc import PASSWORD, USER, Orthanc
from support.places import port_of
from support.s3_server import MotoServer, S3rver, S3Server
from support.tus_server import TusServer
from support.xnat_contract import PASSWORD as XNAT_PASSWORD
from support.xnat_contract import USER as XNAT_USER
from support.xnat_contract import XnatContract

TOKEN = "site-token-8842"


@dataclass(frozen=True)
class Site:
    """A running server.

    Attributes:
        url: for `--to`.
        stored: how often each SOP Instance UID is there.
        environment: the secret, for one run.
    """

    url: str
    stored: Callable[[], Counter[str]]
    environment: dict[str, str] = field(default_factory=dict)


SITES: dict[str, Callable[[Path], contextlib.AbstractContextManager[Site]]] = {}


def _site(
    name: str,
) -> Callable[[Callable[[Path], Iterator[Site]]], Callable[[Path], Iterator[Site]]]:
    def register(make: Callable[[Path], Iterator[Site]]) -> Callable[[Path], Iterator[Site]]:
        SITES[name] = contextmanager(make)
        return make

    return register


def in_archive(data: bytes) -> list[str]:
    """SOP Instance UIDs of an archive's members, read by tarfile and pydicom."""
    uids = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if member.name.endswith(".dcm") and file is not None:
                ds = pydicom.dcmread(io.BytesIO(file.read()), stop_before_pixels=True)
                uids.append(str(ds.SOPInstanceUID))
    return uids


def in_archives(folder: Path) -> Counter[str]:
    return Counter(u for f in folder.rglob("*.tar.gz") for u in in_archive(f.read_bytes()))


_SIGNED = {"GANTRY_USER": USER, "GANTRY_PASSWORD": PASSWORD}


@_site("folder")
def _folder(folder: Path) -> Iterator[Site]:
    share = folder / "share"
    share.mkdir()
    yield Site(str(share), lambda: in_archives(share))


@_site("form")
def _form(folder: Path) -> Iterator[Site]:
    with Receiver(folder / "root", token=TOKEN) as receiver:
        yield Site(receiver.url, lambda: in_archives(folder / "root"), {"GANTRY_TOKEN": TOKEN})


@_site("form-nginx")
def _form_nginx(folder: Path) -> Iterator[Site]:
    with (
        Receiver(folder / "root", token=TOKEN) as receiver,
        nginx(folder / "nginx", port_of(receiver), max_body="0") as front,
    ):
        url = f"{front.url}/parcels"
        yield Site(url, lambda: in_archives(folder / "root"), {"GANTRY_TOKEN": TOKEN})


def _tus_stored(server: TusServer) -> Counter[str]:
    return Counter(u for f in server.finished() for u in in_archive(f.read_bytes()))


@_site("tus")
def _tus(folder: Path) -> Iterator[Site]:
    with TusServer(folder, token=TOKEN) as server:
        yield Site(server.url, lambda: _tus_stored(server), {"GANTRY_TOKEN": TOKEN})


@_site("tus-nginx-1m")
def _tus_nginx(folder: Path) -> Iterator[Site]:
    with TusServer(folder) as server, nginx(folder / "nginx", server.port) as front:
        yield Site(f"tus+{front.url}/files", lambda: _tus_stored(server))


@_site("dicomweb")
def _dicomweb(folder: Path) -> Iterator[Site]:
    with Orthanc(folder) as server:
        yield Site(server.web_url, lambda: Counter(server.stored_uids()), _SIGNED)


@_site("dicomweb-nginx-1m")
def _dicomweb_nginx(folder: Path) -> Iterator[Site]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        url = f"dicomweb+{front.url}/dicom-web"
        yield Site(url, lambda: Counter(server.stored_uids()), _SIGNED)


@_site("orthanc")
def _orthanc(folder: Path) -> Iterator[Site]:
    with Orthanc(folder) as server:
        yield Site(server.url, lambda: Counter(server.stored_uids()), _SIGNED)


@_site("orthanc-nginx-1m")
def _orthanc_nginx(folder: Path) -> Iterator[Site]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        yield Site(f"orthanc+{front.url}", lambda: Counter(server.stored_uids()), _SIGNED)


@_site("dicom-orthanc")
def _dicom_orthanc(folder: Path) -> Iterator[Site]:
    with Orthanc(folder, DicomAlwaysAllowFind=True) as server:
        yield Site(server.dicom_url, lambda: Counter(server.stored_uids()))


@_site("dicom-storescp")
def _dicom_storescp(folder: Path) -> Iterator[Site]:
    with StoreScp(folder) as server:
        yield Site(server.url, lambda: Counter(server.stored_uids()))


def _s3_stored(server: S3Server) -> Counter[str]:
    return Counter(u for key in server.stored_keys() for u in in_archive(server.content(key)))


def _s3_signed(server: S3Server) -> dict[str, str]:
    return {"GANTRY_USER": server.user, "GANTRY_PASSWORD": server.password}


@_site("s3-moto")
def _s3_moto(folder: Path) -> Iterator[Site]:
    with MotoServer(folder, guarded=True) as server:
        yield Site(server.url, lambda: _s3_stored(server), _s3_signed(server))


@_site("s3-s3rver")
def _s3_s3rver(folder: Path) -> Iterator[Site]:
    with S3rver(folder) as server:
        yield Site(server.url, lambda: _s3_stored(server), _s3_signed(server))


@_site("xnat-contract")
def _xnat(folder: Path) -> Iterator[Site]:
    with XnatContract() as contract:
        environment = {"GANTRY_USER": XNAT_USER, "GANTRY_PASSWORD": XNAT_PASSWORD}
        yield Site(contract.url, lambda: Counter(contract.stored_uids()), environment)
