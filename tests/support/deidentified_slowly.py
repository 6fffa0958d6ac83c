"""De-identifies with pydicom, by the same rules and values, but reads the file differently."""

from __future__ import annotations

import io
import warnings

from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.pseudonyms import Key, patient_identity, subject_of
from gantry.engine.deidentify.rules import ANY_VR, Rules
from gantry.engine.deidentify.values import Values

ADDED = {0x00120062, 0x00120063, 0x00120064, 0x00280303}  # what says how it was de-identified
_WIDTHS = {"AT": 2, "FD": 8, "FL": 4, "OW": 2, "SL": 4, "SS": 2, "UL": 4, "US": 2}
Element = tuple[str, bytes | tuple["Elements", ...]]
Elements = dict[int, Element]


def slowly(data: bytes, profile: PrivacyProfile, key: Key) -> Elements:
    """The expected result, without `ADDED`: tag → VR and value as bytes, or items."""
    ds = _read(data)
    rules = Rules(profile.options)
    identity = patient_identity(
        _text(ds, 0x00100021),
        _text(ds, 0x00100020),
        _text(ds, 0x00100010),
        _text(ds, 0x00100030),
        _text(ds, 0x0020000D),
    )
    values = Values(rules, key, subject_of(key, identity), _raw(ds, 0x00100020))
    return _clean(ds, rules, values, nested=False)


def elements_of(data: bytes) -> Elements:
    """The elements of a file, without `ADDED`."""
    return _plain(_read(data))


def _read(data: bytes) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(io.BytesIO(data), force=True)


def _raw(ds: Dataset, tag: int) -> bytes:
    found = ds.get_item(tag)
    value = found.value if found is not None else b""
    return value.strip(b" \0") if isinstance(value, bytes) else str(value or "").encode()


def _text(ds: Dataset, tag: int) -> str:
    return _raw(ds, tag).decode("ascii", "surrogateescape")


Raw = RawDataElement | DataElement


def _raws(ds: Dataset) -> dict[BaseTag, Raw]:
    """All elements as read: pydicom converts some when it looks at others."""
    found = {tag: ds.get_item(tag) for tag in sorted(ds.keys())}
    return {tag: raw for tag, raw in found.items() if raw is not None}


def _value(ds: Dataset, tag: int, raw: Raw) -> tuple[str, bytes | list[Dataset]]:
    if isinstance(raw, DataElement):
        if raw.VR == "SQ":
            return "SQ", list(raw.value)
        return raw.VR, raw.value if isinstance(raw.value, bytes) else b""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        element = ds[tag] if raw.VR in (None, "SQ", "UN") else None
    if element is not None and element.VR == "SQ":
        return "SQ", list(element.value)
    vr = element.VR if element is not None else str(raw.VR)
    width = 1 if raw.is_little_endian else _WIDTHS.get(vr, 1)
    return vr, _turned(raw.value or b"", width)


def _turned(value: bytes, width: int) -> bytes:
    """Big endian numbers as little endian ones."""
    if width == 1:
        return value
    return b"".join(value[i : i + width][::-1] for i in range(0, len(value), width))


def _clean(ds: Dataset, rules: Rules, values: Values, *, nested: bool) -> Elements:
    made: Elements = {}
    for tag, raw in _raws(ds).items():
        if tag in ADDED and not nested:
            continue
        if tag.is_private:
            if _stays(ds, tag, rules):
                vr, value = _value(ds, tag, raw)
                if isinstance(value, list):
                    items = tuple(_clean(item, rules, values, nested=True) for item in value)
                    made[int(tag)] = ("SQ", items or b"")
                    continue
                said = vr if raw.VR is not None else ""  # an implicit VR is none
                action = rules.private_action(said) if tag.elem > 0xFF else Action.KEEP
                _, new = values.new(action, int(tag), vr, value, nested=nested)
                if new is not None:
                    made[int(tag)] = (vr, _bare(new))
            continue
        vr, value = _value(ds, tag, raw)
        action = rules.action(int(tag), vr)
        if isinstance(value, list):
            if action is Action.INSIDE:
                items = tuple(_clean(item, rules, values, nested=True) for item in value)
                made[int(tag)] = ("SQ", items or b"")
            elif action is Action.EMPTY:
                made[int(tag)] = ("SQ", b"")
            continue
        _, new = values.new(action, int(tag), vr, value, nested=nested)
        if new is not None:
            made[int(tag)] = (vr, _bare(new))
    return made


def _stays(ds: Dataset, tag: int, rules: Rules) -> bool:
    group, element = tag >> 16, tag & 0xFFFF
    if element < 0x100:
        tags = list(ds.keys())  # iterating would convert every element
        inside = [t for t in tags if t.group == group and t.elem >> 8 == element]
        return any(_stays(ds, t, rules) for t in inside)
    creator = _text(ds, group << 16 | element >> 8)
    known = rules.private_vr(creator, tag)
    raw = ds.get_item(tag)
    said = str(raw.VR or "UN")  # an implicit VR is none
    if known == ANY_VR:  # a sequence that is hidden is not cleaned
        hides = isinstance(raw.value, bytes) and raw.value[:4] == b"\xfe\xff\0\xe0"
        return said == "SQ" or not hides or raw.VR is None
    # One of another VR is not what the maker describes; a hidden sequence is read as one.
    return known is not None and said in ((known,) if known == "SQ" else (known, "UN"))


def _plain(ds: Dataset) -> Elements:
    made: Elements = {}
    for tag, raw in _raws(ds).items():
        if int(tag) in ADDED:
            continue
        vr, value = _value(ds, tag, raw)
        if isinstance(value, list):
            made[int(tag)] = ("SQ", tuple(_plain(item) for item in value) or b"")
        else:
            made[int(tag)] = (vr, _bare(value))
    return made


def _bare(value: bytes) -> bytes:
    return value.rstrip(b" \0")
