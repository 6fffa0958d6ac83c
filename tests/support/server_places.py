"""The contract suite's places on real servers of other makers (XNAT: on a recorded contract)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Credentials, Destination, Limits
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
) -> Place:
    """A place at a URL with a port in it."""

    def at(where: str, known: Credentials = credentials or Credentials()) -> Destination:  # noqa: B008
        return open_destination(where, known, _LIMITS, direct())

    secret = (credentials.token or credentials.password) if credentials else ""
    return Place(
        open=lambda: at(url),
        copies=copies,
        unreachable=lambda: at(url.replace(f":{port}", ":1")),
        secret=secret,
        open_with=(lambda other: at(url, other)) if credentials else None,
        port=port,
        through=lambda other: at(url.replace(f":{port}", f":{other}")),
        limits=_LIMITS,
    )


def copies_by_uid(stored: Callable[[], list[str]]) -> Callable[[Archive], int]:
    """Counts whole sets of an archive's instances among the UIDs that a server lists."""

    def count(archive: Archive) -> int:
        listed = stored()
        return min(listed.count(f.sop_instance_uid) for f in archive.files)

    return count


def _tus_copies(server: TusServer) -> Callable[[Archive], int]:
    def count(archive: Archive) -> int:
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in server.finished()]
        return digests.count(archive.sha256)

    return count


@place("tus")
def _tus(folder: Path) -> Iterator[Place]:
    with TusServer(folder, token=TUS_TOKEN) as server:
        yield _place(server.url, server.port, _tus_copies(server), Credentials(token=TUS_TOKEN))


@place("tus-nginx-1m")
def _tus_nginx(folder: Path) -> Iterator[Place]:
    with TusServer(folder) as server, nginx(folder / "nginx", server.port) as front:
        yield _place(f"tus+{front.url}/files", front.port, _tus_copies(server))


@place("orthanc")
def _orthanc(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server:
        known = Credentials(user=USER, password=PASSWORD)
        yield _place(server.url, server.http_port, copies_by_uid(server.stored_uids), known)


@place("orthanc-nginx-1m")
def _orthanc_nginx(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        known = Credentials(user=USER, password=PASSWORD)
        url = f"orthanc+{front.url}"
        yield _place(url, front.port, copies_by_uid(server.stored_uids), known)


@place("dicomweb")
def _dicomweb(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server:
        known = Credentials(user=USER, password=PASSWORD)
        yield _place(server.web_url, server.http_port, copies_by_uid(server.stored_uids), known)


@place("dicomweb-nginx-1m")
def _dicomweb_nginx(folder: Path) -> Iterator[Place]:
    with Orthanc(folder) as server, nginx(folder / "nginx", server.http_port) as front:
        known = Credentials(user=USER, password=PASSWORD)
        url = f"dicomweb+{front.url}/dicom-web"
        yield _place(url, front.port, copies_by_uid(server.stored_uids), known)


@place("dicom-orthanc")
def _dicom_orthanc(folder: Path) -> Iterator[Place]:
    with Orthanc(folder, DicomAlwaysAllowFind=True) as server:
        yield _place(server.dicom_url, server.dicom_port, copies_by_uid(server.stored_uids))


@place("dicom-storescp")
def _dicom_storescp(folder: Path) -> Iterator[Place]:
    with StoreScp(folder) as server:
        made = _place(server.url, server.port, copies_by_uid(server.stored_uids))
        yield replace(made, can_list=False)


def _s3_copies(server: S3Server) -> Callable[[Archive], int]:
    def count(archive: Archive) -> int:
        found = [key for key in server.stored_keys() if archive.parcel in key]
        for key in found:
            assert server.content(key) == archive.path.read_bytes(), f"{key} differs"
        return len(found)

    return count


@place("s3-moto")
def _s3_moto(folder: Path) -> Iterator[Place]:
    with MotoServer(folder, guarded=True) as server:
        known = Credentials(user=server.user, password=server.password)
        yield _place(server.url, server.port, _s3_copies(server), known)


@place("s3-s3rver")
def _s3_s3rver(folder: Path) -> Iterator[Place]:
    with S3rver(folder) as server:
        known = Credentials(user=server.user, password=server.password)
        yield _place(server.url, server.port, _s3_copies(server), known)


@place("xnat-contract")
def _xnat(folder: Path) -> Iterator[Place]:
    with XnatContract() as contract:
        port = int(contract.url.split(":")[2].split("/")[0])
        known = Credentials(user=XNAT_USER, password=XNAT_PASSWORD)

        def stored() -> list[str]:
            sessions = contract.sessions.values()
            return [uid for scans in sessions for uids in scans.values() for uid in uids]

        yield _place(contract.url, port, copies_by_uid(stored), known)
