"""Texts about Orthanc: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class OrthancProof(Proof):
    """What proves an arrival at Orthanc."""

    LIST = "Orthanc's list of instances"
    ANSWERS = "Orthanc's answers"


class OrthancDetail(Detail):
    """What the connection test of Orthanc finds."""

    VERSION = "Orthanc {version}"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    OrthancProof.LIST: "Orthanc's list of instances",
    OrthancProof.ANSWERS: "Orthanc's answers",
    OrthancDetail.VERSION: "Orthanc {version}",
}

ROW: Final = Row(
    examples=("orthanc+https://orthanc.example.org",),
    takes="instances",
    resumes="the instance",
    proof="Orthanc's list; what was there already, by MD5, otherwise by its file",
    tested="Orthanc 1.10.1, nginx's 1 MB limit in front of it",
)
