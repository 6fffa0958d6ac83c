"""`receipt`: writes the certificate of a job, and checks the signature of one."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.times import now
from gantry.messages.catalogue import translation
from gantry.services.certificate import Certificate, certificate_of
from gantry.services.certificate_file import is_writable, write_certificate
from gantry.services.certificate_text import Wording, document_of
from gantry.services.signing import Verdict, check, public_key, signature_file
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.locks import JobLocks
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings

_SAID = {
    Verdict.GOOD: "The signature is good: the file is as it was signed.",
    Verdict.CHANGED: "The file or its signature was CHANGED after it was signed.",
    Verdict.UNKNOWN_KEY: "The file is as it was signed, but by a key that is not known here. "
    "--key PUBLIC.pem names the key of the site that signed it.",
    Verdict.UNSIGNED: "The file is not signed.",
}


def receipt(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes the certificate, signed where there is a key; or checks a signature."""
    home = Home.find(options.home)
    settings, _ = load_settings(home.settings_file)
    if options.verify:
        return _verify(options, settings, output)
    if options.key:
        raise _wrong("--key", "--verify")
    if not options.output:
        raise _wrong("receipt", "-o FILE, or --verify")
    path = Path(options.output)
    if not is_writable(path):
        raise _wrong("-o", "FILE.html")
    certificate = _certificate(home, options.job, output)
    document = document_of(certificate, now(), _wording(options, settings))
    key = options.sign or settings.certificate_key
    signature = write_certificate(document, path, Path(key) if key else None)
    states = {u.id: u.state.value for u in certificate.uploads}
    output.emit("certificate", job=certificate.job, parcels=states)
    output.text(f"{path}" + (f", {signature}" if signature else ""))
    if not certificate.is_finished:
        output.say("The job is not finished, or waits for a decision; the certificate says so.")
    output.summary(file=str(path), signature=str(signature or ""), finished=certificate.is_finished)
    return OK


def _certificate(home: Home, key: str, output: Output) -> Certificate:
    home.make()
    with History(home.history_file, JobLocks(home.state).is_held) as history:
        if history.problem:
            output.error(history.problem)
        found = certificate_of(history, key)
    if found is None:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": key})
    return found


def _verify(options: argparse.Namespace, settings: Settings, output: Output) -> int:
    if options.output or options.sign:
        raise _wrong("--verify", "FILE, and --key PUBLIC.pem if another site signed it")
    path = Path(options.job)
    if not path.is_file():
        raise _wrong("--verify", "a file that exists")
    key = options.key or settings.certificate_key
    verdict, public = check(path, public_key(Path(key)) if key else None)
    output.summary(verdict=verdict.value, key=public)
    if verdict is Verdict.GOOD:
        output.text(_SAID[verdict])
        return OK
    output.say(_SAID[verdict])
    if verdict is Verdict.UNSIGNED:
        output.say(f"A signature would be in {signature_file(path)}.")
    return FAILED


def _wording(options: argparse.Namespace, settings: Settings) -> Wording:
    """The language of the option, the settings or the environment; the first that is set."""
    language = options.language or settings.language or _language_of_the_system()
    return Wording(language, translation(language, "messages"), translation(language, "kinds"))


def _language_of_the_system() -> str:
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    parts = said.partition(".")[0].replace("-", "_").split("_")
    return "zh_CN" if parts[0] == "zh" and not {"TW", "HK", "MO", "Hant"} & {*parts} else "en"


def _wrong(option: str, wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": option, "wanted": wanted})
