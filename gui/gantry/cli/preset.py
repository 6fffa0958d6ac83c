"""`preset` shows presets and what they would change; installs, signs, or writes one to fill in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from gantry.cli.exit_codes import OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.installed_presets import (
    Step,
    install_preset,
    installed_presets,
    preset_called,
    remove_preset,
)
from gantry.services.presets import Effect, changes, new_preset, sign_preset
from gantry.store.home import Home
from gantry.store.presets.preset import Preset
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings

_EFFECTS = {Effect.NEW: "new", Effect.SAME: "as it is now", Effect.OTHER: "now: {before}"}
_STEPS = {
    Step.NEW: "Installed.",
    Step.UPDATED: "Installed, instead of serial {before}.",
    Step.SAME: "It was installed already.",
}


def preset(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Shows or installs presets. One that is wrong is reported, and the others are done."""
    home = Home.find(options.home)
    _want_files(options)
    if options.list:
        return _list(home, output)
    if options.remove:
        path = remove_preset(home, options.remove)
        output.emit("removed", preset=path.stem, file=str(path))
        output.text(f"{path.stem} was removed. Uploads that began with it continue as they began.")
        return OK
    settings, _ = load_settings(home.settings_file)
    if options.new or options.sign:
        file = Path(options.files[0])
        made = new_preset(file) if options.new else sign_preset(file, Path(options.sign))
        _show(file, made, settings, output)
        return OK
    if options.install:
        return _each(options.files, output, lambda file: _install(home, file, settings, output))
    return _each(
        options.files, output, lambda file: _show(*preset_called(home, file), settings, output)
    )


def _want_files(options: argparse.Namespace) -> None:
    """Refuses a call with too many files, or too few. Raises GantryError: CALL_INVALID."""
    option = next(
        (name for name in ("new", "sign", "list", "remove") if getattr(options, name)), ""
    )
    if option in ("new", "sign"):
        fits, wanted = len(options.files) == 1, "one file"
    elif option:
        fits, wanted = not options.files, "no file beside it"
    else:
        fits, wanted = bool(options.files), "a FILE, or --list"
    if not fits:
        called = f"--{option}" if option else "preset"
        raise GantryError(ErrorCode.CALL_INVALID, facts={"option": called, "wanted": wanted})


def _each(files: list[str], output: Output, do: Callable[[str], None]) -> int:
    wrong = 0
    for file in files:
        try:
            do(file)
        except GantryError as error:
            wrong += 1
            output.error(error, file=file)
    output.summary(presets=len(files) - wrong, wrong=wrong)
    return WRONG_CALL if wrong else OK


def _install(home: Home, file: str, settings: Settings, output: Output) -> None:
    done = install_preset(home, Path(file))
    _show(Path(file), done.preset, settings, output)
    output.emit(
        "installed",
        preset=done.preset.name,
        step=done.step.value,
        before=done.before,
        file=str(done.path),
    )
    if done.preset.signed is None:
        output.say(f"{done.preset.name} is not signed: anybody could have made or changed it.")
    output.text(_STEPS[done.step].format(before=done.before))
    output.text(f"Use it with: send --preset {done.preset.name}")


def _list(home: Home, output: Output) -> int:
    """Lists the installed presets; those that can't be read are reported after the others."""
    found = installed_presets(home)
    for one in found:
        if one.preset is not None:
            _emit(one.path, one.preset, output)
            signed = "signed" if one.preset.signed else "not signed"
            output.text(f"{one.name}, serial {one.preset.serial}, {signed}: {_title(one.preset)}")
    wrong = 0
    for one in found:
        if one.error is not None:
            wrong += 1
            output.error(one.error, file=str(one.path))
    output.summary(presets=len(found) - wrong, wrong=wrong)
    return WRONG_CALL if wrong else OK


def _title(found: Preset) -> str:
    return found.title["en"]


def _emit(file: Path, found: Preset, output: Output) -> None:
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


def _show(file: Path, found: Preset, settings: Settings, output: Output) -> None:
    _emit(file, found, output)
    output.text(f"{found.name}, serial {found.serial}: {_title(found)}")
    signed = f"good, by the key {found.signed.key}" if found.signed else "none"
    output.text(f"  signature    {signed}")
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
