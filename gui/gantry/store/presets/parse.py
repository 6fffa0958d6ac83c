"""Reads a preset (JSON, `gantry.preset/1`), or says what is wrong in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any, Final

from gantry.engine.errors import GantryError
from gantry.engine.labels.form import Form, FormField, Per
from gantry.engine.labels.label import LONGEST_VALUE, MOST, name_of, value_of
from gantry.engine.labels.pattern import pattern_of
from gantry.engine.labels.safe import NameKind, safe
from gantry.engine.lazy import load
from gantry.store.presets.entry import Entry, read_entries
from gantry.store.presets.places import read_destination
from gantry.store.presets.preset import OWN_PROFILE, SCHEMA, SUFFIX, ExpectedSeries, Preset
from gantry.store.presets.signature import SIGNATURE, read_signature
from gantry.store.presets.wrong import Wrong
from gantry.store.setting import Choice, Number, Text
from gantry.store.settings import SENDING, SETTINGS, SavedDestination, Settings
from gantry.store.tolerant import understood

LONGEST: Final = 1 << 20  # bytes; a larger file is no preset
BUILT_IN: Final = ("basic", "research")
_ENTRIES: Final = (
    *("schema", "name", "serial", "title", "destinations", "profile", "labels", "series"),
    *("settings", SIGNATURE),
)
# Nothing about this computer or its user: no folders, alerts, logs or looks.
LOCKABLE: Final = (
    *(setting.name for setting in SETTINGS if setting.part is SENDING),
    "keep_delivered",
    "keep_file_lists",
)
_ACCEPTS: Final = {setting.name: setting.accepts for setting in SETTINGS}
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MOST: Final = 200  # entries of a list


def preset_of(data: bytes) -> Preset:
    """The preset that a file holds.

    Raises:
        WrongPreset: with the line and the name of the entry that is wrong.
    """
    whole = read_entries(data, SCHEMA, LONGEST)
    entries = whole.entries(_ENTRIES)
    for name in ("name", "serial", "title"):
        if name not in entries:
            raise whole.wrong(Wrong.MISSING, f'"{name}"')
    profile = read_profile_entry(entries["profile"]) if "profile" in entries else ""
    return Preset(
        name=_name(entries["name"]),
        serial=entries["serial"].number(1, 2**31 - 1),
        title=entries["title"].texts(),
        destinations=_destinations(entries.get("destinations"), profile),
        profile=profile,
        labels=_form(entries.get("labels")),
        series=_series(entries.get("series")),
        settings=read_settings(entries.get("settings")),
        signed=read_signature(whole),
    )


def _name(entry: Entry) -> str:
    """A name that is one for a file, too."""
    name = entry.text()
    file = name + SUFFIX
    if not _NAME.fullmatch(name) or safe(file, NameKind.FILE) != file:
        raise entry.wrong(Wrong.VALUE, "a-z 0-9 -, ≤ 64")
    return name


def read_profile_entry(entry: Entry) -> str:
    """The name of a built-in profile, or the text of a file of its own. Raises WrongPreset."""
    if isinstance(entry.value, str):
        return entry.one_of(BUILT_IN)
    entry.entries()
    text = json.dumps(entry.value, sort_keys=True)
    load("pydicom")
    from gantry.engine.deidentify.profile_file import profile_of  # noqa: PLC0415 - pydicom
    from gantry.engine.deidentify.wrong import WrongProfile  # noqa: PLC0415 - pydicom

    try:
        profile_of(text.encode())
    except WrongProfile as error:
        path = (*entry.path, *filter(None, error.entry.split(": ")))
        inner = Entry(entry.found, path if path in entry.found.lines else entry.path, None)
        raise inner.wrong(Wrong.PROFILE, error.said) from error
    return text


def _destinations(entry: Entry | None, profile: str) -> tuple[SavedDestination, ...]:
    own = profile if profile in BUILT_IN else OWN_PROFILE if profile else ""
    return _unique(
        entry, lambda one: read_destination(one, own), lambda one: one.name.casefold(), "name"
    )


def _form(entry: Entry | None) -> Form:
    return _unique(entry, _field, lambda one: one.name, "name", MOST)


def _unique(
    entry: Entry | None,
    read: Callable[[Entry], Any],
    name: Callable[[Any], str],
    called: str,
    most: int = _MOST,
) -> tuple[Any, ...]:
    """The values of a list, no two of which have one name. Raises WrongPreset."""
    made: dict[str, Any] = {}
    for one in entry.items(most) if entry is not None else ():
        value = read(one)
        if made.setdefault(name(value), value) is not value:
            raise one.entries()[called].wrong(Wrong.TWICE)
    return tuple(made.values())


def _field(entry: Entry) -> FormField:
    entries = _having(
        entry, ("name",), "per", "required", "value", "choices", "pattern", "text", "help"
    )
    name = _label(entries["name"], name_of)
    choices = entries.get("choices")
    made = FormField(
        name,
        Per(entries["per"].one_of([per.value for per in Per])) if "per" in entries else Per.STUDY,
        entries["required"].yes() if "required" in entries else False,
        _label(entries["value"], lambda text: value_of(name, text)) if "value" in entries else "",
        tuple(_label(one, lambda text: value_of(name, text)) for one in choices.items(_MOST))
        if choices is not None
        else (),
        _pattern(entries.get("pattern")),
        entries["text"].texts() if "text" in entries else {},
        entries["help"].texts() if "help" in entries else {},
    )
    _want_possible(made, entries)
    return made


def _want_possible(made: FormField, entries: dict[str, Entry]) -> None:
    """Refuses a field whose own values don't fit it: nobody could fill it in."""
    fits = pattern_of(made.pattern).fullmatch if made.pattern else lambda text: text
    for name, values in (("choices", made.choices), ("value", (made.value,) if made.value else ())):
        if not all(map(fits, values)):
            raise entries[name].wrong(Wrong.VALUE, made.pattern)
    if made.value and made.choices and made.value not in made.choices:
        raise entries["value"].wrong(Wrong.VALUE, ", ".join(made.choices))


def _label(entry: Entry, read: Callable[[str], str]) -> str:
    text = entry.text(LONGEST_VALUE)
    try:
        found = read(text)
    except GantryError as error:
        raise entry.wrong(Wrong.VALUE) from error
    if found != text:  # what the file says is what is compared
        raise entry.wrong(Wrong.VALUE, f'"{found}"')
    return found


def _pattern(entry: Entry | None) -> str:
    if entry is None:
        return ""
    text = entry.text()
    try:
        pattern_of(text)
    except ValueError as error:
        raise entry.wrong(Wrong.VALUE, "[0-9]{3} \\d \\w . ? * + |") from error
    return text


def _series(entry: Entry | None) -> tuple[ExpectedSeries, ...]:
    made = []
    for one in entry.items(_MOST) if entry is not None else ():
        entries = _having(one, (), "modality", "description", "least", "most", "text")
        least = entries["least"].number(0, 1000) if "least" in entries else 1
        made.append(
            ExpectedSeries(
                entries["modality"].text(16) if "modality" in entries else "",
                _pattern(entries.get("description")),
                least,
                entries["most"].number(max(least, 1), 1000) if "most" in entries else max(least, 1),
                entries["text"].texts() if "text" in entries else {},
            )
        )
    return tuple(made)


def read_settings(entry: Entry | None) -> dict[str, Any]:
    """Values of settings, by name. Raises WrongPreset."""
    made: dict[str, Any] = {}
    for name, one in entry.entries(LOCKABLE).items() if entry is not None else ():
        found = understood({name: one.value}, Settings, _ACCEPTS)
        if found.extra:
            raise one.wrong(Wrong.VALUE, _possible(name))
        made[name] = getattr(found, name)
    return made


def _possible(name: str) -> str:
    """The values of a setting, for who reads what is wrong."""
    match next(setting for setting in SETTINGS if setting.name == name):
        case Number(low=low, high=high):
            return f"{low} … {high}"
        case Choice(choices=choices):
            return ", ".join(json.dumps(value) for value in choices)
        case Text(example=example):
            return f'"{example}"'
    return "true, false"


def _having(entry: Entry, needed: Collection[str], *possible: str) -> dict[str, Entry]:
    entries = entry.entries((*needed, *possible))
    for name in needed:
        if name not in entries:
            raise entry.wrong(Wrong.MISSING, f'"{name}"')
    return entries
