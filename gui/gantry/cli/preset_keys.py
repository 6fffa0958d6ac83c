"""`preset --trust`, `--distrust` and `--keys`: the keys of those who sign presets."""

from __future__ import annotations

from gantry.cli.exit_codes import OK, WRONG_CALL
from gantry.cli.output import Output
from gantry.services.installed_presets import installed_presets
from gantry.services.preset_keys import distrust_key, trust_key
from gantry.store.home import Home
from gantry.store.presets.trusted import fingerprint, trusted_keys


def trust(home: Home, given: str, output: Output) -> int:
    """Trusts a key from now on."""
    key, is_new = trust_key(home, given)
    output.emit("trusted", key=key, fingerprint=fingerprint(key), new=is_new)
    output.text(f"{'Trusted from now on' if is_new else 'Trusted already'}: {fingerprint(key)}")
    output.say(
        "Compare it with the fingerprint that the study centre told you in another way. "
        "If it is another one, use --distrust."
    )
    return OK


def distrust(home: Home, given: str, output: Output) -> int:
    """Trusts a key no more."""
    key = distrust_key(home, given)
    output.emit("distrusted", key=key, fingerprint=fingerprint(key))
    output.text(f"No longer trusted: {fingerprint(key)}")
    if names := _signed_by(home).get(key):
        output.say(f"Still installed: {', '.join(names)}.")
    return OK


def list_keys(home: Home, output: Output) -> int:
    """Lists the trusted keys; damaged files are reported after the others."""
    signed = _signed_by(home)
    found = trusted_keys(home)
    for one in found:
        if one.key:
            names = signed.get(one.key, [])
            output.emit("key", key=one.key, fingerprint=fingerprint(one.key), presets=names)
            output.text(f"{fingerprint(one.key)}  {', '.join(names)}".rstrip())
    wrong = 0
    for one in found:
        if one.error is not None:
            wrong += 1
            output.error(one.error, file=str(one.path))
    output.summary(keys=len(found) - wrong, wrong=wrong)
    return WRONG_CALL if wrong else OK


def _signed_by(home: Home) -> dict[str, list[str]]:
    """The names of the installed presets by the key that signed them."""
    made: dict[str, list[str]] = {}
    for one in installed_presets(home):
        if one.preset is not None and one.preset.signed is not None:
            made.setdefault(one.preset.signed.key, []).append(one.name)
    return made
