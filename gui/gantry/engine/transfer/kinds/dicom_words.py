"""Texts about a DICOM node: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class DicomProof(Proof):
    """What proves an arrival at a DICOM node."""

    FIND = "C-FIND"
    STATUSES = "C-STORE statuses"


class DicomDetail(Detail):
    """What the connection test of a DICOM node finds."""

    NOT_ENCRYPTED = "plain DICOM is not encrypted"
    KNOWS = "{called} knows {calling}"
    TAKES = "takes {images}; C-ECHO is not answered"
    TAKES_AND_ECHOES = "takes {images}; C-ECHO answered"
    NO_LIMIT = "DICOM has none"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    DicomProof.FIND: "C-FIND",
    DicomProof.STATUSES: "the server's answers (C-STORE)",
    DicomDetail.NOT_ENCRYPTED: "Plain DICOM is not encrypted.",
    DicomDetail.KNOWS: "{called} accepts {calling}.",
    DicomDetail.TAKES: "Accepts {images}; does not respond to C-ECHO.",
    DicomDetail.TAKES_AND_ECHOES: "Accepts {images}; responds to C-ECHO.",
    DicomDetail.NO_LIMIT: "DICOM has none.",
}

ROW: Final = Row(
    examples=("dicom://PACS@pacs.example.org:104?calling=GANTRY",),
    takes="instances",
    resumes="the instance",
    proof=(
        "C-FIND if it is offered, otherwise the statuses; an instance that was listed before "
        "the first send counts as *not compared*, unless `compare` is `yes`; one that the "
        "list lacks counts as *accepted*"
    ),
    tested="DCMTK 3.6.7's storescp, Orthanc 1.10.1's DICOM port",
)
