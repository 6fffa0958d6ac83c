"""De-identifies with pydicom, by the same rules and values, but reads the file differently."""

from __future__ import annotations

import io
import re
import warnings

from pydicom import Dataset, dcmread
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.pseudonyms import Key, patient_identity, subject_of
from gantry.engine.deidentify.rules import ANY_VR, TECHNICAL, Rules
from gantry.engine.deidentify.values import Values

ADDED = {0x00120062, 0x00120063, 0x00120064, 0x00280303}  # what says how it was de-identified
_UIDS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052)
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
    known = _known_uids(_read(data))  # looking at elements converts them
    values = Values(rules, key, subject_of(key, identity), _raw(ds, 0x00100020))
    made = _clean(ds, rules, values, nested=False)
    if profile.options.structured_content:
        stays = profile.options.patient_characteristics
        made = {tag: _silent(element, stays=stays) for tag, element in made.items()}
    return _with_new_uids(made, known, key)


_BORN = {"DCM 121031", "LN 21112-8"}
_AGE = {"DCM 121033", "LN 30525-0", "LN 29553-5", "LN 21612-7", "SCT 397669002"}
_TRAIT = set(
    """DCM 121032,LN 46098-0,LN 76689-9,SCT 263495000,LN 29463-7,LN 3141-9,SCT 27113001
,LN 8302-2,LN 3137-7,SCT 50373000,LN 39156-5,SCT 60621009,LN 32624-9,DCM 111532,LN 11449-6
,SCT 364320009,LN 72166-2,SCT 365981007""".replace("\n", "").split(",")
)
_DAYS = {b"a": 365.25, b"mo": 365.25 / 12, b"wk": 7.0, b"d": 1.0}
_UNKNOWN: Elements = {
    0x00080100: ("SH", b"261665006"), 0x00080102: ("SH", b"SCT"), 0x00080104: ("LO", b"Unknown"),
}  # fmt: skip


def _silent(element: Element, *, stays: bool) -> Element:
    """An element in which no content item says how old, how heavy … the patient is."""
    vr, value = element
    if isinstance(value, bytes):
        return element
    return vr, tuple(_silent_item(item, stays=stays) for item in value)


def _silent_item(item: Elements, *, stays: bool) -> Elements:
    inside = {tag: _silent(element, stays=stays) for tag, element in item.items()}
    concept = _concept(item, 0x0040A043)
    if concept not in _BORN | _AGE | _TRAIT:
        return inside
    if stays and (concept in _TRAIT or (concept in _AGE and _is_young(item))):
        return inside
    made: Elements = {}
    for tag, (vr, value) in inside.items():
        if tag == 0x0040A168 and value:
            made[tag] = (vr, (_UNKNOWN,))
        elif tag == 0x0040A300:
            made[tag] = (vr, b"")
        elif tag in (0x0040A120, 0x0040A121, 0x0040A30A) and value:
            new = {"DT": b"19000101000000", "DA": b"19000101", "DS": b"0"}[vr]
            made[tag] = (vr, new)
        elif tag not in (0x0040A161, 0x0040A162, 0x0040A163):
            made[tag] = (vr, value)
    return made


def _concept(item: Elements, tag: int) -> str:
    found = item.get(tag, ("", b""))[1]
    if not found or isinstance(found, bytes):
        return ""
    scheme, code = (found[0].get(one, ("", b""))[1] for one in (0x00080102, 0x00080100))
    return f"{_said(scheme)} {_said(code)}"


def _said(value: bytes | tuple[Elements, ...]) -> str:
    return value.decode().strip() if isinstance(value, bytes) else ""


def _is_young(item: Elements) -> bool:
    measured = item.get(0x0040A300, ("", b""))[1]
    for one in measured if measured and not isinstance(measured, bytes) else (item,):
        number = _said(one.get(0x0040A30A, ("", b""))[1])
        unit = _concept(one, 0x004008EA).rpartition(" ")[2].encode()
        if not number or unit not in _DAYS or float(number) * _DAYS[unit] >= 90 * 365.25:
            return False
    return True


def _known_uids(ds: Dataset) -> set[str]:
    """The UIDs of studies, series, instances and frames of reference, at any depth."""
    found = set[str]()
    for tag, raw in _raws(ds).items():
        _, value = _value(ds, tag, raw)
        if isinstance(value, list):
            found.update(*map(_known_uids, value))
        elif int(tag) in _UIDS:
            found.update(value.decode("latin-1").strip(" \0").split("\\"))
    return {uid for uid in found if uid}


def _with_new_uids(made: Elements, known: set[str], key: Key) -> Elements:
    """Texts that name one of these UIDs, or one that begins with it, name the new one."""

    def new(piece: str) -> str:
        uid = piece.strip(".")
        is_known = any(f"{uid}.".startswith(f"{one}.") for one in known)
        return piece.replace(uid, key.uid(uid.encode()).decode()) if uid and is_known else piece

    found: Elements = {}
    for tag, (vr, value) in made.items():
        if isinstance(value, tuple):
            items = tuple(_with_new_uids(item, known, key) for item in value)
            found[tag] = vr, items
        elif vr in ("LO", "LT", "ST", "UC", "UR", "UT"):
            pieces = re.split(r"([^0-9.]+)", value.decode("latin-1"))
            found[tag] = vr, "".join(map(new, pieces)).encode("latin-1")
        else:
            found[tag] = vr, value
    return found


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
                known = rules.private_vr(_text(ds, tag.group << 16 | tag.elem >> 8), int(tag))
                if action is Action.KEEP and tag.elem > 0xFF and _has_words(str(known), value):
                    action = Action.EMPTY
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
        asked = action is Action.KEEP and int(tag) not in _stays_anyway(rules)
        if asked and _has_words(_meant(int(tag), vr), value):
            action = rules.strict(int(tag))
        _, new = values.new(action, int(tag), vr, value, nested=nested)
        if new is not None:
            made[int(tag)] = (vr, _bare(new))
    return made


def _stays_anyway(rules: Rules) -> set[int]:
    """What stays whatever it says: by the profile's own rule, or as technical text."""
    return {*rules.options.own, *TECHNICAL}


_TOKENS = {
    "DS": rb"[^A-Za-z\x1b\x80-\xff]|(?<=[0-9.])[Ee](?=[+-]?[0-9])",
    "AS": rb"[^A-Za-z\x1b\x80-\xff]|(?<=[0-9])[DWMY]",
    "zone": rb"[ \0]*([+-]?[0-9]{2}:?[0-9]{2})?[ \0]*",
    **dict.fromkeys(("DA", "DT", "IS", "TM", "UI"), rb"[^A-Za-z\x1b\x80-\xff]"),
}


def _meant(tag: int, vr: str) -> str:
    """What a value must look like."""
    if vr in _TOKENS:
        return vr
    if vr in ("FL", "FD", "US", "SS", "UL", "SL", "SQ", "UN", "AT", "OF", "OD", "OL", "OV"):
        return ""
    if tag == 0x00080201:
        return "zone"
    entry = DicomDictionary.get(tag)
    return entry[0] if entry is not None else ""


def _has_words(meant: str, value: bytes) -> bool:
    if meant not in _TOKENS:
        return False
    pattern = _TOKENS[meant] if meant == "zone" else rb"(?:" + _TOKENS[meant] + rb")*"
    return re.fullmatch(pattern, value, re.DOTALL) is None


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
