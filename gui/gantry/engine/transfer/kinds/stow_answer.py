"""Parses a STOW-RS server's answer for each instance (DICOM PS3.18 §10.5.3, Annexes F and I)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from gantry.engine.text import drop_hidden
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.answer_xml import parse_xml

FAILED, REFERENCED = "00081198", "00081199"
INSTANCE, FAILURE, WARNING = "00081155", "00081197", "00081196"

# Not errors: the server has it. 273 is PS3.7's duplicate SOP instance, 45070 Microsoft's.
ALREADY_STORED = frozenset({0x0111, 45070})
BEING_CREATED = 45071
_REASONS = {
    0x0110: "processing failure",
    0x0122: "SOP class not supported",
    0x0124: "not authorised",
    262: "fields the server does not take",
    43264: "the data set does not pass the server's checks",
    43265: "the instance belongs to another study",
    49442: "transfer syntax not supported",
}


@dataclass(slots=True)
class StowAnswer:
    """By SOP Instance UID: stored ones with the warning (or ""), refused ones with the reason.

    Attributes:
        codes: Failure Reason (0008,1197) of the refused ones; 0 if none was given.
    """

    stored: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)


def parse_stow(answer: Answer) -> StowAnswer:
    """Reads a JSON or XML answer, whatever its status.

    Raises:
        ValueError: it is neither, or not of this form.
    """
    result = StowAnswer()
    words = drop_hidden(answer.headers.get("warning", ""), 200)  # dcm4chee gives its reasons here
    xml = "xml" in answer.media_type or answer.body.lstrip()[:1] == b"<"
    items = _xml_items(answer) if xml else _json_items(answer)
    found = False
    for tag, uid, code, warning in items:
        found = True
        if not uid:
            continue
        if tag == REFERENCED:
            result.stored[uid] = f"warning {warning:04X}H" if warning else ""
        elif result.codes.get(uid, 0) in (0, *ALREADY_STORED, BEING_CREATED):
            # Among several reasons for one instance, a refusal counts.
            result.refused[uid] = reason(code) + (f" ({words})" if words else "")
            result.codes[uid] = code
    if not found and not xml and not isinstance(answer.json(), dict | list):
        raise ValueError("not a DICOM data set")
    return result


def reason(code: int) -> str:
    """A Failure Reason in words, with its number (PS3.18 Table I.2-2)."""
    if text := _REASONS.get(code):
        return f"{text} ({code:04X}H)"
    for mask, value, text in (
        (0xFF00, 0xA700, "the server is out of resources"),
        (0xFF00, 0xA900, "the data set does not match its SOP class"),
        (0xF000, 0xC000, "the server can't understand it"),
    ):
        if code & mask == value:
            return f"{text} ({code:04X}H)"
    return f"refused ({code:04X}H)" if code else "refused without a reason"


_Item = tuple[str, str, int, int]


def _json_items(answer: Answer) -> Iterator[_Item]:
    said = answer.json()
    for dataset in said if isinstance(said, list) else [said]:
        if not isinstance(dataset, dict):
            raise ValueError("not a DICOM data set")
        for tag in (REFERENCED, FAILED):
            element = dataset.get(tag)
            for item in element.get("Value") or [] if isinstance(element, dict) else []:
                if isinstance(item, dict):
                    yield (
                        tag,
                        str(_json_value(item, INSTANCE) or ""),
                        _number(_json_value(item, FAILURE)),
                        _number(_json_value(item, WARNING)),
                    )


def _json_value(item: dict[str, Any], tag: str) -> object:
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else None


def _xml_items(answer: Answer) -> Iterator[_Item]:
    root = parse_xml(answer)
    if root.tag != "NativeDicomModel":
        raise ValueError("not a DICOM data set")
    for sequence in root.iter("DicomAttribute"):
        if (tag := sequence.get("tag", "")) in (REFERENCED, FAILED):
            for item in sequence.findall("Item"):
                yield (
                    tag,
                    _xml_value(item, INSTANCE),
                    _number(_xml_value(item, FAILURE)),
                    _number(_xml_value(item, WARNING)),
                )


def _xml_value(item: ElementTree.Element, tag: str) -> str:
    return (item.findtext(f"DicomAttribute[@tag='{tag}']/Value") or "").strip()


def _number(value: object) -> int:
    try:
        return int(str(value)) & 0xFFFF if value else 0
    except ValueError:
        return 0
