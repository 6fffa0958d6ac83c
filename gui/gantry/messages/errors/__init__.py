"""The sentences for errors: title; what happened, to what; what to do now.

Facts are in braces. `code#value` is a row for one value of the fact `reason`, `phase` or
`front_end`, with hyphens for spaces; the row of the bare code is for all others.
"""

from __future__ import annotations

from gantry.messages.errors.common import Row
from gantry.messages.errors.connection import CONNECTION
from gantry.messages.errors.files import FILES
from gantry.messages.errors.http import HTTP
from gantry.messages.errors.labels import LABELS
from gantry.messages.errors.policy import POLICY
from gantry.messages.errors.presets import PRESETS
from gantry.messages.errors.program import PROGRAM
from gantry.messages.errors.receipts import RECEIPTS

ERRORS: dict[str, Row] = {
    **FILES, **LABELS, **CONNECTION, **HTTP, **RECEIPTS, **PROGRAM, **PRESETS, **POLICY,
}  # fmt: skip

# Follows a sentence if the server gave its own reasons.
WORDS = "{host} says: “{words}”"

# The words for a fact that is unknown.
DEFAULTS: dict[str, str] = {
    "host": "the server",
    "instances": "see the list of images",
    "front_end": "The server",
    "path": "a file",
    "folder": "the folder",
    "parcel": "this upload",
    "preset": "of this name",
    "job": "of this name",
    "profile": "of the policy",
    "proxy": "the proxy",
    "issuer": "an unknown issuer",
    "name": "another name",
    "until": "an earlier date",
    "from": "a later date",
    "to": "another address",
    "url": "this address",
    "destination": "this name",
    "limit": "a certain size",
    "size": "more",
    "setting": "a setting",
    "needed": "some space",
    "free": "too little",
    "seconds": "several",
    "status": "an unknown status",
    "reason": "for an unknown reason",
    "stored": "some",
    "rejected": "others",
    "unknown": "some",
    "count": "all",
    "version": "unknown",
    "known": "an older one",
    "value": "a name, a number or a date",
    "label": "this label",
    "other": "another value",
    "template": "of the destination",
    "at": "an unknown place",
    "study": "one of the uploads",
    "field": "a value",
    "line": "an unknown line",
    "entry": "one of its entries",
    "column": "an unknown one",
    "header": "without a name",
    "most": "fewer",
    "option": "The option",
    "wanted": "a different value",
    "ours": "another time",
    "theirs": "a different one",
}
