"""De-identifies as a program with pydicom would: reads, goes through all elements, writes.

By Gantry's own rules and values; nothing is searched afterwards, and nothing is added.
"""

from __future__ import annotations

import io

from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement, RawDataElement

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.private import safe_vr
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.pseudonyms import Key, patient_identity, subject_of
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.values import Values


def by_pydicom(data: bytes, profile: PrivacyProfile, key: Key) -> bytes:
    """The file's bytes without what identifies the patient."""
    ds = dcmread(io.BytesIO(data))
    rules = Rules(profile.options)
    identity = patient_identity(*(_text(ds, tag).decode("ascii") for tag in _IDENTITY))
    values = Values(rules, key, subject_of(key, identity), _text(ds, 0x00100020))
    _clean(ds, rules, values, nested=False)
    ds.preamble = bytes(128)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


# Issuer, ID, name, birth date, study.
_IDENTITY = (0x00100021, 0x00100020, 0x00100010, 0x00100030, 0x0020000D)


def _text(ds: Dataset, tag: int) -> bytes:
    """As it is in the file: pydicom converts it only later."""
    found = ds.get_item(tag)
    return found.value.strip(b" \0") if found is not None and found.value else b""


def _clean(ds: Dataset, rules: Rules, values: Values, *, nested: bool) -> None:
    for tag in sorted(ds.keys()):
        raw = ds.get_item(tag)
        assert raw is not None
        if tag.is_private:
            if not _stays(ds, int(tag), rules):
                del ds[tag]
            continue
        action = rules.action(int(tag), str(raw.VR))
        if raw.VR == "SQ":
            if action is Action.INSIDE:
                for item in ds[tag].value:
                    _clean(item, rules, values, nested=True)
            elif action is Action.EMPTY:
                ds[tag].value = []
            else:
                del ds[tag]
        elif action is not Action.KEEP:
            _change(ds, raw, action, values, nested=nested)


def _change(
    ds: Dataset, raw: RawDataElement | DataElement, action: Action, values: Values, *, nested: bool
) -> None:
    old = raw.value or b""
    assert isinstance(old, bytes)
    _, new = values.new(action, int(raw.tag), str(raw.VR), old, nested=nested)
    if new is None:
        del ds[raw.tag]
    elif new != old:
        ds[raw.tag] = DataElement(raw.tag, str(raw.VR), new.decode("ascii"))


def _stays(ds: Dataset, tag: int, rules: Rules) -> bool:
    group, element = tag >> 16, tag & 0xFFFF
    if not rules.options.safe_private:
        return False
    if element < 0x100:
        return True
    creator = ds.get(group << 16 | element >> 8)
    return creator is not None and safe_vr(str(creator.value), group, element) is not None
