"""The words of the certificate of a job. No word promises more than the history knows."""

from __future__ import annotations

import re
from collections.abc import Callable

from gantry.engine.parcel import Outcome, ParcelState
from gantry.engine.proof import SharedProof

_PARTLY = re.compile(r"(.+): (\d+) of (\d+) listed")

# Each state in a word, and what it means.
STATES: dict[ParcelState, tuple[str, str]] = {
    ParcelState.WAITING: ("Waiting", "It has not been sent yet."),
    ParcelState.PACKING: ("Packing", "It has not been sent yet."),
    ParcelState.VERIFIED: (
        "Ready to send",
        "It is packed and verified, and has not been sent yet.",
    ),
    ParcelState.SENDING: (
        "Sending",
        "It was being sent, and is not known to have arrived as a whole.",
    ),
    ParcelState.DELIVERED: ("Delivered", "How this is known is said under “Arrival”."),
    ParcelState.ACCEPTED: (
        "Accepted, not proved",
        "The destination took it. That it arrived as it was sent is not proved.",
    ),
    ParcelState.INCOMPLETE: (
        "Incomplete",
        "The destination took what was packed, but some files could not be read and were not sent.",
    ),
    ParcelState.HELD: (
        "Held",
        "De-identification holds it back, until a person decides. It was not sent.",
    ),
    ParcelState.UNCLEAR: (
        "Unclear",
        "It may have arrived: no answer came, and the destination could not be asked.",
    ),
    ParcelState.FAILED: ("Failed", "It is not known to have arrived as a whole."),
    ParcelState.CANCELLED: (
        "Cancelled",
        "It was given up, and is not known to have arrived as a whole.",
    ),
    ParcelState.SPLIT: (
        "Split into smaller uploads",
        "It was too big for the destination. Its files are in other uploads of this job.",
    ),
    ParcelState.INTERRUPTED: (
        "Interrupted",
        "It is not finished, and is not known to have arrived as a whole.",
    ),
}

OUTCOMES: dict[Outcome, str] = {
    Outcome.STORED: "stored",
    Outcome.ALREADY_THERE: "already there, with the same content",
    Outcome.ACCEPTED: "accepted, not proved",
    Outcome.NOT_COMPARED: "already there, content not compared",
    Outcome.REJECTED: "rejected",
    Outcome.UNKNOWN: "unknown",
}

_PROOFS: dict[str, str] = {
    SharedProof.SHA256: "the receiver’s SHA-256",
    SharedProof.SHA384: "the receiver’s SHA-384",
    SharedProof.SHA512: "the receiver’s SHA-512",
    SharedProof.SHA1: "the receiver’s SHA-1",
    SharedProof.MD5: "the receiver’s MD5",
    SharedProof.CHECKSUM: "the receiver’s checksum",
    SharedProof.RULE: "the answer, by the destination’s success rule",
    SharedProof.USER: "the word of the user, who looked there",
    SharedProof.READ_BACK: "reading it back",
}
_LISTED = "{proof}: {listed} of {count} listed"

TEXTS: dict[str, str] = {
    "title": "Certificate of an upload job",
    "all": "Everything in this certificate was delivered. How this is known is said for each "
    "upload.",
    "taken": "The destination took everything in this certificate. Not all of it is proved to have "
    "arrived as it was sent.",
    "rest": "Everything that was packed was delivered. Held files that the user skipped were not "
    "sent.",
    "open": "This job is not finished, or waits for a person’s decision. The certificate says how "
    "far it is.",
    "not all": "Not everything in this certificate is known to have arrived. See each upload.",
    "empty": "This job has no uploads.",
    "part": "This certificate is about one upload. Its job has {count} uploads.",
    "job": "Job",
    "destination": "Destination",
    "practice": "Practice (this computer)",
    "address": "Address",
    "started": "Started",
    "finished": "Finished",
    "not finished": "not finished",
    "deidentified": "De-identified",
    "rules": "{profile}, DICOM PS3.15 edition {edition}, by Gantry {gantry}; checksum of the "
    "rules: {sha256}",
    "made": "Certificate made",
    "made by": "{time}, by Gantry {version}",
    "totals": "Totals",
    "state": "State",
    "state text": "{state}. {meaning}",
    "uploads": "Uploads",
    "chosen": "Files chosen",
    "unread": "Files that could not be read",
    "packed": "Instances in archives",
    "sum": "Together",
    "upload": "Upload {number} of {count}",
    "id": "Upload’s ID",
    "for": "For",
    "patient id": "Patient ID",
    "nobody": "no labels",
    "study": "Study Instance UID, as sent",
    "skipped": "Held files that the user skipped",
    "copies": "Equal copies, packed once",
    "not kept": "the list of files is not kept any more",
    "archive": "SHA-256 of the archive",
    "size": "Size of the archive",
    "bytes": "{count} bytes",
    "answered": "Answered",
    "arrival": "Arrival",
    "proved": "{outcome}; proved by {proof}",
    "known": "{outcome}; known from {proof}",
    "bare": "{outcome}; known from the destination’s answer",
    "stored": "{stored} of {count} are stored",
    "uncompared": "{count} were already there, and their content was not compared",
    "status": "Status of the answer",
    "reason": "Reason",
    "held": "Files held",
    "limits": "What this certificate does not say",
    "limits_text": "It repeats what the history of the sending computer knows. Files that were not "
    "chosen for this job, and files that were skipped when folders were read, are not in it. "
    "What happened at the destination after its answer is not known.",
    "no version": "The history does not keep which version of Gantry sent the files; of what was "
    "de-identified, the version is said above.",
    "pruned": "The history does not keep the list of files of some of these uploads any more. "
    "Their instances are not counted here.",
    "instances": "Instances",
    "split": "The files of an upload that was split are counted in its parts.",
}


def proof_words(
    proof: str, translate: Callable[[str], str], kind_words: Callable[[str], str]
) -> str:
    """What a receipt's `proof` says, to follow "known from"; unknown texts stay unchanged.

    `kind_words` returns a kind's own words for one of its proofs, or "".
    """
    if partly := _PARTLY.fullmatch(proof):
        name, listed, count = partly.groups()
        said = proof_words(name, translate, kind_words)
        return translate(_LISTED).format(proof=said, listed=listed, count=count)
    if words := kind_words(proof):
        return words
    return translate(_PROOFS[proof]) if proof in _PROOFS else proof


def certificate_templates() -> list[str]:
    """Every text, for the translation catalogue."""
    words = [text for row in STATES.values() for text in row]
    return [*words, *OUTCOMES.values(), *_PROOFS.values(), _LISTED, *TEXTS.values()]
