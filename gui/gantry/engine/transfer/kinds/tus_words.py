"""Texts about a tus server: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class TusProof(Proof):
    """What proves an arrival at a tus server."""

    OFFSET = "tus offset"
    OFFSET_AND_LENGTH = "tus offset and length"


class TusDetail(Detail):
    """What the connection test of a tus server finds."""

    VERSION = "tus {version}"
    LARGEST = "{size} bytes; archives go in pieces"
    NONE_NAMED = "none named; archives go in pieces"
    DELETES_NOTHING = "the server deletes nothing"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    TusProof.OFFSET: "the server's offset (tus)",
    TusProof.OFFSET_AND_LENGTH: "the server's offset and length (tus)",
    TusDetail.VERSION: "tus {version}",
    TusDetail.LARGEST: "{size} bytes; archives are sent in pieces.",
    TusDetail.NONE_NAMED: "None announced; archives are sent in pieces.",
    TusDetail.DELETES_NOTHING: "Not tested: the server does not delete.",
}

ROW: Final = Row(
    examples=("tus+https://upload.example.org/files",),
    takes="the archive",
    resumes="the byte",
    proof="the server's offset and length",
    tested="@tus/server 2.4.5, nginx's 1 MB limit in front of it",
)
