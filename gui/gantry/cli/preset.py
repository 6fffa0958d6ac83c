"""`preset` shows presets and what they would change; installs, signs, or writes one to fill in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from gantry.cli.exit_codes import OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.cli.preset_keys import distrust, list_keys, trust
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.installed_presets import (
    Step,
    install_preset,
    installed_presets,
    is_trusted,
    preset_called,
    remove_preset,
)
from gantry.services.presets import Effect, changes, new_preset, sign_preset
from gantry.store.home import Home
from gantry.store.presets.preset import Preset
from gantry.store.presets.trusted import fingerprint
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings

_EFFECTS = {Effect.NEW: "new", Effect.SAME: "as it is now", Effect.OTHER: "now: {before}"}
_STEPS = {
    Step.NEW: "Installed.",
    Step.UPDATED: "Installed, instead of serial {before}.",
    Step.SAME: "It was installed already.",
}

_ALONE = ("new", "sign", "list", "remove", "trust", "distrust", "keys")  # options for no list


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
    if options.keys:
        return list_keys(home, output)
    if options.trust:
        return trust(home, options.trust, output)
    if options.distrust:
        return distrust(home, options.distrust, output)
    settings, _ = load_settings(home.settings_file)
    if options.new or options.sign:
        file = Path(options.files[0])
        made = new_preset(file) if options.new else sign_preset(file, Path(options.sign))
        _show(file, made, settings, output, is_trusted=is_trusted(home, made))
        return OK
    if options.install:
        return _each(options.files, output, lambda file: _install(home, file, settings, output))

    def show(called: str) -> None:
        path, found = preset_called(home, called)
        _show(path, found, settings, output, is_trusted=is_trusted(home, found))

    return _each(options.files, output, show)


def _want_files(options: argparse.Namespace) -> None:
    """Refuses a call with too many files, or too few. Raises GantryError: CALL_INVALID."""
    option = next((name for name in _ALONE if getattr(options, name)), "")
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
    new, old = done.preset, done.before
    trusted = is_trusted(home, new)
    _show(Path(file), new, settings, output, is_trusted=trusted)
    output.emit(
        "installed",
        preset=new.name,
        step=done.step.value,
        before=old.serial if old else 0,
        file=str(done.path),
    )
    if new.signed is None:
        output.say(f"{new.name} is not signed: anybody could have made or changed it.")
    elif not trusted:
        output.say(
            f"{new.name} is signed by a key that you do not trust: {fingerprint(new.signed.key)}. "
            "Compare that with what the study centre told you in another way, then use --trust."
        )
    if old is not None and old.profile not in ("", new.profile):
        now = f"by another profile ({_profile(new)})" if new.profile else "nothing any more"
        output.say(f"{new.name} now de-identifies {now}.")
    output.text(_STEPS[done.step].format(before=old.serial if old else 0))
    output.text(f"Use it with: send --preset {new.name}")


def _list(home: Home, output: Output) -> int:
    """Lists the installed presets; those that can't be read are reported after the others."""
    found = installed_presets(home)
    for one in found:
        if one.preset is not None:
            trusted = is_trusted(home, one.preset)
            _emit(one.path, one.preset, output, is_trusted=trusted)
            signed = _signed(one.preset, is_trusted=trusted)
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


def _signed(found: Preset, *, is_trusted: bool) -> str:
    if found.signed is None:
        return "not signed"
    return f"signed by {'a trusted' if is_trusted else 'another'} key"


def _emit(file: Path, found: Preset, output: Output, *, is_trusted: bool) -> None:
    key = found.signed.key if found.signed else ""
    output.emit(
        "preset",
        file=str(file),
        name=found.name,
        serial=found.serial,
        title=dict(found.title),
        signature="good" if key else "none",
        key=key,
        fingerprint=fingerprint(key) if key else "",
        trusted=is_trusted,
        profile=_profile(found),
        labels=[
            {"name": one.name, "per": one.per.value, "required": one.required}
            for one in found.labels
        ],
        series=len(found.series),
    )


def _show(
    file: Path, found: Preset, settings: Settings, output: Output, *, is_trusted: bool
) -> None:
    _emit(file, found, output, is_trusted=is_trusted)
    output.text(f"{found.name}, serial {found.serial}: {_title(found)}")
    signed = f"good, by the key {found.signed.key}" if found.signed else "none"
    output.text(f"  signature    {signed}")
    if found.signed:
        trusted = "trusted" if is_trusted else "not trusted"
        output.text(f"  fingerprint  {fingerprint(found.signed.key)} ({trusted})")
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
