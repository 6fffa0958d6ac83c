"""`preset` shows presets and what they would change; signs one, or writes one to fill in."""

from __future__ import annotations

import argparse
from pathlib import Path

from gantry.cli.exit_codes import OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.presets import Effect, changes, new_preset, read_preset, sign_preset
from gantry.store.home import Home
from gantry.store.presets.preset import Preset
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings

_EFFECTS = {Effect.NEW: "new", Effect.SAME: "as it is now", Effect.OTHER: "now: {before}"}


def preset(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Shows presets. One that is wrong is reported, and the others are shown."""
    files = [Path(file) for file in options.files]
    if (options.new or options.sign) and len(files) != 1:
        option = "--new" if options.new else "--sign"
        raise GantryError(ErrorCode.CALL_INVALID, facts={"option": option, "wanted": "one file"})
    settings, _ = load_settings(Home.find(options.home).settings_file)
    if options.new:
        _show(files[0], new_preset(files[0]), settings, output)
        return OK
    if options.sign:
        _show(files[0], sign_preset(files[0], Path(options.sign)), settings, output)
        return OK
    wrong = 0
    for file in files:
        try:
            found = read_preset(file)
        except GantryError as error:
            wrong += 1
            output.error(error, file=str(file))
            continue
        _show(file, found, settings, output)
    output.summary(presets=len(files) - wrong, wrong=wrong)
    return WRONG_CALL if wrong else OK


def _show(file: Path, found: Preset, settings: Settings, output: Output) -> None:
    key = found.signed.key if found.signed else ""
    output.emit(
        "preset",
        file=str(file),
        name=found.name,
        serial=found.serial,
        title=dict(found.title),
        signature="good" if key else "none",
        key=key,
        profile=_profile(found),
        labels=[
            {"name": one.name, "per": one.per.value, "required": one.required}
            for one in found.labels
        ],
        series=len(found.series),
    )
    output.text(f"{found.name}, serial {found.serial}: {found.title['en']}")
    output.text(f"  signature    {f'good, by the key {key}' if key else 'none'}")
    if found.profile:
        output.text(f"  profile      {_profile(found)}")
    for one in changes(found, settings):
        output.emit(
            "change",
            preset=found.name,
            part=one.part,
            name=one.name,
            value=one.value,
            before=one.before,
            effect=one.effect.value,
        )
        effect = _EFFECTS[one.effect].format(before=one.before)
        output.text(f"  {one.part:<11}  {one.name}: {one.value} ({effect})")
    for label in found.labels:
        needed = ", required" if label.required else ""
        output.text(f"  label        {label.name} (per {label.per.value}{needed})")
    if found.series:
        output.text(f"  series       {len(found.series)} expected")


def _profile(found: Preset) -> str:
    return "its own" if found.profile.startswith("{") else found.profile
