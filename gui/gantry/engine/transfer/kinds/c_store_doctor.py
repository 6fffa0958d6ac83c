"""Tests a DICOM node: an association, a C-ECHO, and whether it accepts the usual images."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ComputedRadiographyImageStorage,
    CTImageStorage,
    MRImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    Verification,
)

from gantry.engine import doctor_steps as steps
from gantry.engine.cancel import CancelToken
from gantry.engine.doctor_steps import SharedDetail
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dicom.association import Association
from gantry.engine.transfer.kinds.dicom_peer import parse_peer
from gantry.engine.transfer.kinds.dicom_words import DicomDetail

_IMAGES = (
    ("MR", MRImageStorage),
    ("CT", CTImageStorage),
    ("CR", ComputedRadiographyImageStorage),
    ("US", UltrasoundImageStorage),
    ("SC", SecondaryCaptureImageStorage),
)


def examine(url: str, limits: Limits, token: CancelToken) -> Iterator[steps.Step]:
    """The steps from TLS on."""
    yield steps.not_applicable(steps.TLS, DicomDetail.NOT_ENCRYPTED)
    peer = parse_peer(url)
    syntaxes = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
    contexts = [
        build_context(UID(kind), syntax)
        for kind in (Verification, *(c for _, c in _IMAGES))
        for syntax in syntaxes
    ]
    try:
        with Association(peer, contexts, limits=limits, token=token) as association:
            accepted = association.accepted
            verifies = any(kind == str(Verification) for kind, _ in accepted)
            status = association.echo() if verifies else None
    except GantryError as error:
        yield steps.failed(steps.SIGN_IN, error)
        return
    yield steps.passed(steps.SIGN_IN, DicomDetail.KNOWS, called=peer.called, calling=peer.calling)
    taken = [name for name, c in _IMAGES if any((str(c), str(s)) in accepted for s in syntaxes)]
    if not taken:
        facts: dict[str, str | int | float] = {"host": peer.name}
        detail = "none of MR, CT, CR, US and SC is accepted"
        none = GantryError(ErrorCode.NO_PRESENTATION_CONTEXT, facts=facts, detail=detail)
        yield steps.failed(steps.SERVICE, none)
        return
    found = DicomDetail.TAKES_AND_ECHOES if status == 0 else DicomDetail.TAKES
    yield steps.passed(steps.SERVICE, found, images=", ".join(taken))
    yield steps.not_applicable(steps.LIMIT, DicomDetail.NO_LIMIT)
    yield steps.not_applicable(steps.WRITE, SharedDetail.TEST_IMAGE)
