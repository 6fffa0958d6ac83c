"""What proved an arrival, in the user's language; a receipt keeps it in English."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def proof_text(proof: str) -> str:
    """The words for a receipt's `proof`; names of services and other programs' words stay."""
    return {
        "receiver's SHA-256": QCoreApplication.translate("proofs", "receiver's SHA-256"),
        "read back": QCoreApplication.translate("proofs", "reading it back"),
        "tus offset": QCoreApplication.translate("proofs", "the server's offset (tus)"),
        "tus offset and length": QCoreApplication.translate(
            "proofs", "the server's offset and length (tus)"
        ),
        "STOW-RS answers": QCoreApplication.translate("proofs", "the server's answers (STOW-RS)"),
        "Orthanc's list of instances": QCoreApplication.translate(
            "proofs", "Orthanc's list of instances"
        ),
        "Orthanc's answers": QCoreApplication.translate("proofs", "Orthanc's answers"),
        "C-STORE statuses": QCoreApplication.translate("proofs", "the server's answers (C-STORE)"),
        "XNAT's answer": QCoreApplication.translate("proofs", "XNAT's answer"),
        "XNAT's count of files": QCoreApplication.translate("proofs", "XNAT's count of files"),
    }.get(proof, proof)
