"""`deidentification.json`: the report on a de-identified parcel that travels in its archive.

It says what was counted over the parcel's files: no value of any file, no identifier of before or
after, and not which key it was.
"""

from __future__ import annotations

import json
from typing import Final

from gantry.engine.archive.manifest import REPORT_SCHEMA
from gantry.engine.deidentify.report import Tally

# Not sent: the id of a key says which uploads have the same key; and the number of different texts.
_LOCAL: Final = ("key", "different_texts")


def sent_report(tally: Tally) -> bytes:
    """UTF-8 JSON, the same bytes for the same counts; one element of a list in each line."""
    facts = {**tally.facts(), "schema": REPORT_SCHEMA}
    for name in _LOCAL:
        del facts[name]
    lines = [f"{json.dumps(name)}: {_value(value)}" for name, value in facts.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(one) for one in value) + "\n]"
    return json.dumps(value)
