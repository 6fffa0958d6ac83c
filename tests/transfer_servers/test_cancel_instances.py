"""Cancel takes effect at every point of a send to a silent server. Limits here are a quarter of
an hour, so a test that waits for one of them fails by its own time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gantry.engine.cancel import Cancelled, CancelToken, Stopped
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.registry import open_destination
from support import odd_scp
from support.odd_scp import OddScp
from support.script_server import Script, ScriptServer, Talk, response
from support.sending import direct
from support.shipments import make_archive, shipment_of

ENDLESS = Limits(connect=900, idle=900, answer=900, listing=900)
HTTP = {"dicomweb": "/dicom-web", "orthanc": ""}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, instances=4)


def opened(url: str) -> Destination:
    return open_destination(url, limits=ENDLESS, options=direct())


def lists(talk: Talk, head: bytes) -> bool:
    """Whether this request asks for a list."""
    return head.startswith(b"GET") or b"/tools/find" in head.split(b"\r\n")[0]


def silent_at(what: str, token: CancelToken) -> Script:
    """Answers with an empty list until `what` comes, then falls silent, and the user cancels."""

    def script(talk: Talk) -> None:
        head = talk.read_head()
        talk.read_body(head)
        if lists(talk, head) == (what == "list"):
            token.cancel()
            talk.wait()
        talk.send(response(200, b"[]", "Content-Type: application/json"))

    return script


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("what", ["list", "store"])
def test_http(archive: Archive, kind: str, what: str) -> None:
    token = CancelToken()
    with ScriptServer(silent_at(what, token)) as server:
        destination = opened(f"{kind}+http://127.0.0.1:{server.port}{HTTP[kind]}")
        with pytest.raises(Cancelled):
            destination.send(shipment_of(archive, token=token))


def test_c_find(archive: Archive) -> None:
    token = CancelToken()

    def find(scp: OddScp, event: Any) -> Iterator[Any]:
        token.cancel()
        yield from odd_scp.is_silent(scp, event)

    with OddScp(find=find) as scp, pytest.raises(Cancelled):
        opened(scp.url).send(shipment_of(archive, token=token))
    assert scp.offered == []


@pytest.mark.parametrize(
    ("end", "raised"), [(CancelToken.cancel, Cancelled), (CancelToken.stop, Stopped)]
)
def test_c_store(
    archive: Archive, end: Callable[[CancelToken], None], raised: type[Cancelled]
) -> None:
    token = CancelToken()

    def store(scp: OddScp, uid: str) -> int:
        if len(scp.offered) == 2:
            end(token)
            scp.over.wait(60)
        return 0

    with OddScp(store) as scp, pytest.raises(raised):
        opened(scp.url).send(shipment_of(archive, token=token))
    assert len(scp.offered) == 2
