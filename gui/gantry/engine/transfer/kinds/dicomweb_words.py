"""Texts about a DICOMweb server: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class DicomwebProof(Proof):
    """What proves an arrival at a DICOMweb server."""

    QIDO = "QIDO-RS"
    ANSWERS = "STOW-RS answers"


class DicomwebDetail(Detail):
    """What the connection test of a DICOMweb server finds."""

    ANSWERS = "QIDO-RS answers"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    DicomwebProof.QIDO: "QIDO-RS",
    DicomwebProof.ANSWERS: "the server's answers (STOW-RS)",
    DicomwebDetail.ANSWERS: "QIDO-RS responds.",
}

ROW: Final = Row(
    examples=("dicomweb+https://pacs.example.org/dicom-web",),
    takes="instances",
    resumes="the instance",
    proof=(
        "QIDO-RS, by SOP Instance UID; an instance that was listed before the first send "
        "counts as *not compared*, unless `compare` is `yes`"
    ),
    tested="Orthanc 1.10.1 with DICOMweb 1.7, nginx's 1 MB limit in front of it",
)
