"""The contract suite's places on real servers of other makers (XNAT: a simulator)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from gantry.engine.credentials import Credentials
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.registry import open_destination
from support.dcmtk import StoreScp
from support.nginx import nginx
from support.orthanc import PASSWORD, USER, Orthanc
from support.places import Place, place
from support.s3_server import MotoServer, S3rver, S3Server
from support.sending import direct
from support.tus_server import TusServer
from support.xnat_contract import PASSWORD as XNAT_PASSWORD
from support.xnat_contract import USER as XNAT_USER
from support.xnat_contract import XnatContract

TUS_TOKEN = "tus-token-5170"
_LIMITS = Limits(connect=5, idle=10, answer=20)


def _place(
    url: str,
    port: int,
    copies: Callable[[Archive], int],
    credentials: Credentials | None = None,
    *,
    archives: Callable[[], list[str]] | None = None,
    kept: Callable[[str], list[bytes]] | None = None,
) -> Place:
    """A place at a URL with a port in it."""

    def at(where: str, known: Credentials = credentials or Credentials()) -> Destination:
        return open_destination(where, known, _LIMITS, direct())

    secret = (credentials.token or credentials.password) if credentials else ""
    return Place(
        open=lambda: at(url),
        copies=copies,
        unreachable=lambda: at(url.replace(f":{port}", ":1")),
        secret=secret,
        credentials=credentials or Credentials(),
        open_with=(lambda other: at(url, other)) if credentials else None,
        port=port,
        through=lambda other: at(url.replace(f":{port}", f":{other}")),
        archives=archives,
        kept=kept,
        limits=_LIMITS,
    )


def copies_by_uid(stored: Callable[[], list[str]]) -> Callable[[Archive], int]:
    """Counts whole sets of an archive's instances among the UIDs that a server lists."""

    def count(archive: Archive) -> int:
        listed = stored()
        return min(listed.count(f.sop_instance_uid) for f in archive.files)

    return count


def _tus_place(
    server: TusServer, url: str, port: int, credentials: Credentials | None = None
) -> Place:
    def archives() -> list[str]:
        return [hashlib.sha256(p.read_bytes()).hexdigest() for p in server.finished()]

    def count(archive: Archive) -> int:
        return archives().count(archive.sha256)

    return _place(url, port, count, credentials, archives=archives)


@place("tus", "tus")
def _tus(folder: Path) -> Iterator[Place]:
    with TusServer(folder, token=TUS_TOKEN) as server:
        yield _tus_place(server, server.url, server.port, Credentials(token=TUS_TOKEN))


@place("tus", "tus-nginx-1m")
def _tus_nginx(folder: Path) -> Iterator[Place]:
    with TusServer(folder) as server, nginx(folder / "nginx", server.port) as front:
        yield _tus_place(server, f"tus+{front.url}/files", front.port)


def _orthanc_place(
    server: Orthanc, url: str, port: int, credentials: Credentials | None = None
) -> Place:
    def kept(uid: str) -> list[bytes]:
        return [server.stored_file(uid)] if uid in server.stored_uids() else []

    return _place(url, port, copies_by_uid(server.stored_uids), credentials, kept=kept)


@place("orthanc", "orthanc")
def _orthanc(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server:
        known = Credentials(user=USER, password=PASSWORD)
        yield _orthanc_place(server, server.url, server.http_port, known)


@place("orthanc", "orthanc-nginx-1m")
def _orthanc_nginx(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        known = Credentials(user=USER, password=PASSWORD)
        url = f"orthanc+{front.url}"
        yield _orthanc_place(server, url, front.port, known)


@place("dicomweb", "dicomweb")
def _dicomweb(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server:
        known = Credentials(user=USER, password=PASSWORD)
        yield _orthanc_place(server, server.web_url, server.http_port, known)


@place("dicomweb", "dicomweb-nginx-1m")
def _dicomweb_nginx(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        known = Credentials(user=USER, password=PASSWORD)
        url = f"dicomweb+{front.url}/dicom-web"
        yield _orthanc_place(server, url, front.port, known)


@place("dicom", "dicom-orthanc")
def _dicom_orthanc(folder: Path) -> Iterator[Place]:
    with Orthanc(folder, DicomAlwaysAllowFind=True) as server:
        yield _orthanc_place(server, server.dicom_url, server.dicom_port)


@place("dicom", "dicom-storescp")
def _dicom_storescp(folder: Path) -> Iterator[Place]:
    with StoreScp(folder) as server:
        made = _place(
            server.url, server.port, copies_by_uid(server.stored_uids), kept=server.stored_files
        )
        yield replace(made, can_list=False)


def _s3_place(server: S3Server) -> Place:
    def archives() -> list[str]:
        return [hashlib.sha256(server.content(k)).hexdigest() for k in server.stored_keys()]

    def count(archive: Archive) -> int:
        found = [key for key in server.stored_keys() if archive.parcel in key]
        for key in found:
            assert server.content(key) == archive.path.read_bytes(), f"{key} differs"
        return len(found)

    known = Credentials(user=server.user, password=server.password)
    made = _place(server.url, server.port, count, known, archives=archives)
    return replace(made, contents=lambda: [*map(server.content, server.stored_keys())])


@place("s3", "s3-moto")
def _s3_moto(folder: Path) -> Iterator[Place]:
    with MotoServer(folder, guarded=True) as server:
        yield _s3_place(server)


@place("s3", "s3-s3rver")
def _s3_s3rver(folder: Path) -> Iterator[Place]:
    with S3rver(folder) as server:
        yield _s3_place(server)


@place("xnat", "xnat-contract")
def _xnat(folder: Path) -> Iterator[Place]:
    with XnatContract() as contract:
        port = int(contract.url.split(":")[2].split("/")[0])
        known = Credentials(user=XNAT_USER, password=XNAT_PASSWORD)

        yield _place(
            contract.url,
            port,
            copies_by_uid(contract.stored_uids),
            known,
            kept=contract.stored_files,
        )
