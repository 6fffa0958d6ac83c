"""What proved an arrival, in the user's language; a receipt stores it in English."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from gantry.engine.proof import SharedProof
from gantry.services.kind_words import words_of
from gantry.ui.text.i18n import translate_label

_PARTLY = re.compile(r"(.+): (\d+) of (\d+) listed")


def proof_text(proof: str) -> str:
    """The text for a receipt's `proof`; service names and unknown texts stay unchanged."""
    if partly := _PARTLY.fullmatch(proof):
        text = QCoreApplication.translate("proofs", "{proof}: {listed} of {count} listed")
        name, listed, count = partly.groups()
        return text.format(proof=proof_text(name), listed=listed, count=count)
    if words := words_of(proof):
        return translate_label(words)
    known: dict[str, str] = {
        SharedProof.SHA256: QCoreApplication.translate("proofs", "receiver's SHA-256"),
        SharedProof.SHA384: QCoreApplication.translate("proofs", "receiver's SHA-384"),
        SharedProof.SHA512: QCoreApplication.translate("proofs", "receiver's SHA-512"),
        SharedProof.SHA1: QCoreApplication.translate("proofs", "receiver's SHA-1"),
        SharedProof.MD5: QCoreApplication.translate("proofs", "receiver's MD5"),
        SharedProof.CHECKSUM: QCoreApplication.translate("proofs", "receiver's checksum"),
        SharedProof.RULE: QCoreApplication.translate("proofs", "the destination's success rule"),
        SharedProof.USER: QCoreApplication.translate("proofs", "what you saw there"),
        SharedProof.READ_BACK: QCoreApplication.translate("proofs", "reading it back"),
    }
    return known.get(proof, proof)
