"""What a server is told beside the files: no name, header, key or title holds anything of them.

All that goes to it is recorded: names of objects and folders, headers, forms, what tus, STOW-RS and
C-STORE say of an upload, queries.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.treating import rewriter_of, treatment_of
from gantry.engine.parcel import Archive
from gantry.engine.rewriters import REWRITERS
from gantry.engine.transfer.registry import open_destination
from support.arrived import ONE_OF_EACH
from support.fault_proxy import FaultProxy
from support.places import Place
from support.planted import Planted, planted
from support.shipments import parcel_of, shipment_of

KEY = Key(b"3" * 32)
OWN_NAMES = (b"canaryfolder", b"canaryfile")
# What goes over a network: "file" is a folder.
REACHED = {kind: name for kind, name in ONE_OF_EACH.items() if kind != "file"}


@pytest.fixture
def archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Planted, Archive]]:
    """Two patients' de-identified studies; folder and files are named after somebody."""
    monkeypatch.setitem(REWRITERS, "deidentify", lambda how: rewriter_of(how, lambda name: KEY))
    made = []
    for seed in (33, 34):
        study, folder = planted(seed), tmp_path / f"CANARYFOLDER {seed}"
        folder.mkdir()
        for number, data in enumerate(study.files):
            (folder / f"CANARYFILE {number}.dcm").write_bytes(data)
        treatment = treatment_of("deidentify", RESEARCH, "", "project", KEY)
        parcel = replace(parcel_of(sorted(folder.iterdir())), treatment=treatment)
        packed = pack(parcel, tmp_path / "spool", threads=1)
        made.append((study, verify(packed.path, expected=packed)))
    return made


def spelt_out(said: bytes) -> Iterator[bytes]:
    """What was said, and what it says in Base64 and with escapes."""
    yield said
    yield unquote_to_bytes(said)
    for found in re.findall(rb"[A-Za-z0-9+/_-]{8,}={0,2}", said):
        padded = found.rstrip(b"=") + b"=" * (-len(found.rstrip(b"=")) % 4)
        try:
            yield base64.b64decode(padded, b"-_" if b"-" in found or b"_" in found else None)
        except binascii.Error:
            continue


@pytest.mark.parametrize("place", REACHED.items(), ids=REACHED, indirect=True)
def test_nothing_of_the_files_is_said_beside_them(
    place: Place, archives: list[tuple[Planted, Archive]]
) -> None:
    assert place.through is not None
    with FaultProxy(place.port) as proxy:
        destination = place.through(proxy.port)
        for _, archive in archives:
            assert destination.send(shipment_of(archive)).outcome.is_taken
        destination.close()
    said = b"\n".join(map(bytes, proxy.heard))
    assert len(said) > sum(archive.size for _, archive in archives) // 2, "it was heard"
    for text in spelt_out(said):
        assert [found for study, _ in archives for found in study.left_in(text)] == []
        assert [name for name in OWN_NAMES if name in text.lower()] == []


def test_a_folder_gets_no_name_of_the_files(
    tmp_path: Path, archives: list[tuple[Planted, Archive]]
) -> None:
    to = tmp_path / "to"
    to.mkdir()
    for study, archive in archives:
        destination = open_destination(str(to))
        assert destination.send(shipment_of(archive)).outcome.is_taken
        names = "\n".join(path.name for path in to.rglob("*")).encode()
        assert study.left_in(names) == []
        assert [name for name in OWN_NAMES if name in names.lower()] == []


def test_what_is_hidden_in_base64_or_escaped_would_be_found() -> None:
    (token, *_) = planted(33).tokens
    for said in (
        b"Upload-Metadata: filename " + base64.b64encode(token + b".dcm"),
        b"GET /key/" + b"".join(b"%%%02X" % byte for byte in token),
    ):
        assert any(token in text for text in spelt_out(said)), said
