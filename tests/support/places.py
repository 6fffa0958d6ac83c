"""The targets of the contract suite: one place per destination, each a real server or folder.

Another destination joins by one function here (or in a module that `tests/contract/conftest.py`
imports): a context manager that takes an empty folder, starts what is needed, yields a `Place`, and
is registered with `@place("kind", "name")`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from gantry.engine.credentials import Credentials
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.registry import open_destination
from gantry.receiver.server import Receiver
from support.nginx import nginx
from support.sending import direct

TOKEN = "contract-token-3091"


@dataclass(frozen=True)
class Place:
    """A destination under test, and a view of it that is independent of Gantry's client.

    Attributes:
        open: a new Destination for it, as after a restart.
        copies: how many whole, byte-equal copies of this archive (or of all its instances) it
            holds; raises AssertionError if it holds something else in its place.
        secret: what must appear in no receipt; "" if it needs no sign-in.
        credentials: with which it is opened.
        open_with: a Destination with these credentials in place of the right ones, if it has any.
        port: where it listens on loopback, for those that can be reached through a proxy.
        through: a Destination that goes through this port in place of `port`.
        unreachable: a Destination of this kind at which nobody listens.
        can_list: whether it can be asked what it holds.
        keeps_names: whether a parcel's name has one content for good.
        archives: the SHA-256 of every archive that it holds, for those that keep archives.
        contents: what it keeps elsewhere than in its folder, whole.
        kept: the DICOM files that it holds of a SOP Instance UID, for those that keep instances.
    """

    open: Callable[[], Destination]
    copies: Callable[[Archive], int]
    unreachable: Callable[[], Destination]
    secret: str = ""
    credentials: Credentials = field(default_factory=Credentials)
    open_with: Callable[[Credentials], Destination] | None = None
    port: int = 0
    through: Callable[[int], Destination] | None = None
    can_list: bool = True
    keeps_names: bool = False
    archives: Callable[[], list[str]] | None = None
    contents: Callable[[], list[bytes]] = list
    kept: Callable[[str], list[bytes]] | None = None
    limits: Limits = field(default_factory=lambda: Limits(connect=5, idle=10, answer=20))


Maker = Callable[[Path], AbstractContextManager[Place]]
PLACES: dict[str, Maker] = {}
KINDS_OF: dict[str, str] = {}  # the kind of each place


def place(kind: str, name: str) -> Callable[[Callable[[Path], Iterator[Place]]], Maker]:
    """Registers a place of a kind of destination under the name that the tests show."""

    def register(make: Callable[[Path], Iterator[Place]]) -> Maker:
        PLACES[name] = contextmanager(make)
        KINDS_OF[name] = kind
        return PLACES[name]

    return register


def copies_in(folder: Path) -> Callable[[Archive], int]:
    """Counts an archive's copies in a folder of `<parcel>….tar.gz`."""

    def count(archive: Archive) -> int:
        found = [p for p in folder.glob(f"{archive.parcel}*") if p.name.endswith(".tar.gz")]
        for path in found:
            assert path.read_bytes() == archive.path.read_bytes(), f"{path.name} differs"
        return len(found)

    return count


def archives_in(folder: Path) -> Callable[[], list[str]]:
    """Hashes every finished archive in a folder."""
    return lambda: [hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.tar.gz")]


@place("file", "folder")
def _folder(folder: Path) -> Iterator[Place]:
    out = folder / "ziel 目标"
    out.mkdir()
    yield Place(
        open=lambda: open_destination(str(out)),
        copies=copies_in(out),
        unreachable=lambda: open_destination(str(folder / "not there")),
        archives=archives_in(out),
    )


def form_place(folder: Path, url: str, port: int, ca_file: str = "") -> Place:
    """A receiver that keeps its parcels in `folder`, reached by `url`."""
    limits = Limits(connect=5, idle=10, answer=20)

    def at(where: str, credentials: Credentials = Credentials(token=TOKEN)) -> Destination:
        return open_destination(where, credentials, limits, direct(ca_file=ca_file))

    return Place(
        open=lambda: at(url),
        copies=copies_in(folder),
        unreachable=lambda: at(url.replace(f":{port}", ":1")),
        secret=TOKEN,
        credentials=Credentials(token=TOKEN),
        open_with=lambda credentials: at(url, credentials),
        port=port,
        through=lambda other: at(url.replace(f":{port}", f":{other}")),
        keeps_names=True,
        archives=archives_in(folder),
        limits=limits,
    )


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rsplit(":", 1)[1].split("/")[0])


@place("http", "receiver")
def _receiver(folder: Path) -> Iterator[Place]:
    with Receiver(folder / "root", token=TOKEN) as receiver:
        yield form_place(folder / "root", receiver.url, port_of(receiver))


@place("http", "nginx")
def _nginx(folder: Path) -> Iterator[Place]:
    with (
        Receiver(folder / "root", token=TOKEN) as receiver,
        nginx(folder / "nginx", port_of(receiver), max_body="0") as front,
    ):
        yield form_place(folder / "root", f"{front.url}/parcels", front.port)


@place("http", "nginx-tls")
def _nginx_tls(folder: Path) -> Iterator[Place]:
    authority = trustme.CA()
    ca_file, server_file = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    own = authority.issue_cert("localhost")
    own.private_key_and_cert_chain_pem.write_to_path(str(server_file))
    with (
        Receiver(folder / "root", token=TOKEN) as receiver,
        nginx(
            folder / "nginx",
            port_of(receiver),
            max_body="0",
            certificate=server_file,
            buffering=False,
        ) as front,
    ):
        url = f"{front.url}/parcels"
        yield form_place(folder / "root", url, front.port, ca_file=str(ca_file))
