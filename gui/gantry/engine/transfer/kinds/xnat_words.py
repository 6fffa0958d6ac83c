"""Texts about XNAT: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class XnatProof(Proof):
    """What proves an arrival at XNAT."""

    ANSWER = "XNAT's answer"
    LIST = "XNAT's list of files"


class XnatDetail(Detail):
    """What the connection test of XNAT finds."""

    PROJECT = "project {project}"
    IMPORTED_STAYS = "what is imported can't be deleted again"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    XnatProof.ANSWER: "XNAT's answer",
    XnatProof.LIST: "XNAT's list of files",
    XnatDetail.PROJECT: "Project {project}",
    XnatDetail.IMPORTED_STAYS: "Not tested: what is imported can't be deleted.",
}

ROW: Final = Row(
    examples=("xnat+https://xnat.example.org/projects/STROKE",),
    takes="the archive",
    resumes="the start; what an earlier attempt brought there whole is not sent twice",
    proof=(
        "XNAT's list of files: the names that are new; an instance that was there before "
        "counts as *not compared*, and without such a list XNAT's answer is its bare word "
        "(*accepted*)"
    ),
    tested="**untested against a live server**: a simulator of its import service",
)
