"""Tests a DICOM node: an association, a C-ECHO, and whether it takes the usual images."""

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

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer import doctor
from gantry.engine.transfer.association import Association
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dimse import parse_peer

_IMAGES = (
    ("MR", MRImageStorage),
    ("CT", CTImageStorage),
    ("CR", ComputedRadiographyImageStorage),
    ("US", UltrasoundImageStorage),
    ("SC", SecondaryCaptureImageStorage),
)


def examine(url: str, limits: Limits, token: CancelToken) -> Iterator[doctor.Step]:
    """The steps from TLS on."""
    yield doctor.not_applicable(doctor.TLS, "plain DICOM is not encrypted")
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
        yield doctor.failed(doctor.SIGN_IN, error)
        return
    yield doctor.passed(doctor.SIGN_IN, f"{peer.called} knows {peer.calling}")
    taken = [name for name, c in _IMAGES if any((str(c), str(s)) in accepted for s in syntaxes)]
    if not taken:
        facts: dict[str, str | int | float] = {"host": peer.name}
        detail = "none of MR, CT, CR, US and SC is accepted"
        none = GantryError(ErrorCode.NO_PRESENTATION_CONTEXT, facts=facts, detail=detail)
        yield doctor.failed(doctor.SERVICE, none)
        return
    echo = "C-ECHO answered" if status == 0 else "C-ECHO is not answered"
    yield doctor.passed(doctor.SERVICE, f"takes {', '.join(taken)}; {echo}")
    yield doctor.not_applicable(doctor.LIMIT, "DICOM has none")
    yield doctor.not_applicable(doctor.WRITE, "a test image would be taken for a patient's")
