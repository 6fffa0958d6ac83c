"""The command line of `gantry-cli`: one function per command."""

from __future__ import annotations

import argparse

from gantry import __version__
from gantry.cli.parser_records import Command, add_bundle, add_history, add_log, add_receipt


def parser() -> argparse.ArgumentParser:
    """The commands of the contract."""
    top = argparse.ArgumentParser(
        prog="gantry-cli",
        description="Uploads folders of DICOM files and verifies that every file arrived.",
    )
    top.add_argument("--version", action="version", version=f"gantry-cli {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--home",
        metavar="DIR",
        help="keep settings, history, logs and spool under DIR (also: GANTRY_HOME)",
    )
    common.add_argument(
        "--json", action="store_true", help="one JSON object per line on standard output"
    )
    # Both `gantry-cli --home DIR scan` and `gantry-cli scan --home DIR` work.
    top.add_argument("--home", metavar="DIR", dest="top_home", help=argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common])

    for add in _COMMANDS:
        add(command)
    return top


def _scan(command: Command) -> None:
    scan = command("scan", "Lists patients, studies, series, and skipped files with the reason.")
    scan.add_argument("paths", nargs="+", metavar="PATH")


def _pack(command: Command) -> None:
    pack = command("pack", "Makes verified archives in a folder.")
    pack.add_argument("paths", nargs="+", metavar="PATH")
    pack.add_argument("-o", "--output", required=True, metavar="DIR")
    _add_rule(pack)


def _verify(command: Command) -> None:
    verify = command("verify", "Verifies archives against the manifest inside.")
    verify.add_argument("archives", nargs="+", metavar="ARCHIVE")


def _deidentify(command: Command) -> None:
    deidentify = command("deidentify", "Writes files that say nothing of their patients.")
    deidentify.add_argument("paths", nargs="+", metavar="PATH")
    deidentify.add_argument("-o", "--output", required=True, metavar="DIR")
    deidentify.add_argument(
        "--profile",
        default="basic",
        metavar="PROFILE",
        help="basic (default), research, or a JSON file",
    )
    _add_labels(deidentify)
    deidentify.add_argument(
        "--report",
        default="",
        metavar="FILE",
        help="write what was done: FILE.html, a page, or FILE.json, numbers only",
    )


def _labels(command: Command) -> None:
    labels = command("labels", "Writes a table of the studies, to fill in their labels.")
    labels.add_argument("paths", nargs="+", metavar="PATH")
    labels.add_argument(
        "-o", "--output", required=True, metavar="TABLE", help="a new file, .csv or .xlsx (Excel)"
    )
    labels.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column to fill in; repeatable (default: subject, session, visit)",
    )


def _residue(command: Command) -> None:
    residue = command("residue", "Searches files for what identifies the patients of others.")
    residue.add_argument("paths", nargs="+", metavar="PATH", help="files, folders or archives")
    residue.add_argument(
        "--against", nargs="+", required=True, metavar="PATH", help="the patients' own files"
    )
    residue.add_argument(
        "--profile",
        default="basic",
        metavar="NAME or FILE",
        help="what this profile keeps is not searched for (default: basic)",
    )


def _relink(command: Command) -> None:
    relink = command("relink", "Lists original identifiers beside those that replaced them.")
    chosen = relink.add_mutually_exclusive_group()
    chosen.add_argument(
        "--search", default="", metavar="TEXT", help="the beginning of an original or a new one"
    )
    chosen.add_argument(
        "--forget", default="", metavar="JOB", help="remove what is known of a job, for good"
    )
    relink.add_argument("--csv", default="", metavar="FILE")


def _texts(command: Command) -> None:
    texts = command("texts", "Lists the texts of files, to be ticked by who has read them.")
    texts.add_argument("paths", nargs="*", metavar="PATH")
    texts.add_argument(
        "--profile", default="", metavar="FILE", help='a profile with "texts": "reviewed"'
    )
    texts.add_argument(
        "-o", "--output", default="", metavar="LIST", help="write them to this JSON file"
    )
    texts.add_argument(
        "--keep", default="", metavar="LIST", help="read it again: what has keep true may stay"
    )


def _send(command: Command) -> None:
    send = command("send", "Packs, verifies and sends; returns when it is over.")
    send.add_argument("paths", nargs="+", metavar="PATH")
    send.add_argument(
        "--to",
        required=True,
        metavar="DEST",
        help="a destination's name from the settings, a URL, or 'practice'",
    )
    _add_rule(send)
    _add_labels(send)
    send.add_argument(
        "--split",
        action="store_true",
        help="split a parcel that the destination finds too big into smaller ones",
    )
    send.add_argument(
        "--preset",
        default="",
        metavar="NAME or FILE",
        help="use the form for labels and the profile of this preset: an installed one by its "
        "name, or a file (NAME.gantry)",
    )
    how = send.add_mutually_exclusive_group()
    how.add_argument(
        "--deidentify",
        default="",
        metavar="PROFILE",
        help="take the patient's identity out: basic, research, or a JSON file",
    )
    how.add_argument(
        "--as-is",
        action="store_true",
        help="send every file unchanged, even where the last upload was de-identified",
    )
    _add_consent(send)
    _add_options(send)


def _resume(command: Command) -> None:
    _add_consent(command("resume", "Resumes every unfinished job."))


def _cancel(command: Command) -> None:
    cancel = command(
        "cancel", "Gives up what is unfinished or held of a job; what has arrived stays there."
    )
    cancel.add_argument("job", metavar="JOB", help="its id, as `send` says it when it is stopped")
    _add_consent(cancel)


def _settle(command: Command) -> None:
    settle = command("settle", "Settles a parcel that is unclear, or that de-identification holds.")
    settle.add_argument("parcel", metavar="PARCEL", help="its id, as `history` says it")
    known = settle.add_mutually_exclusive_group()
    known.add_argument("--there", action="store_true", help="you looked: it is there")
    known.add_argument(
        "--again",
        action="store_true",
        help="send another copy; of a held one: try it by the rules of today",
    )
    known.add_argument(
        "--skip-held", action="store_true", help="of a held one: send it without the held files"
    )
    known.add_argument("--cancel", action="store_true", help="of a held one: give it up")
    _add_consent(settle)


def _destinations(command: Command) -> None:
    places = command("destinations", "Lists the destinations.")
    places.add_argument("--add", nargs=2, metavar=("NAME", "URL"))
    places.add_argument("--remove", metavar="NAME")


def _doctor(command: Command) -> None:
    doctor = command("doctor", "Tests a destination, step by step.")
    doctor.add_argument("destination", metavar="DEST")
    doctor.add_argument(
        "--try",
        action="store_true",
        dest="try_out",
        help="also send a tiny test upload and show its answer (form POST only)",
    )
    doctor.add_argument(
        "--means-stored",
        action="store_true",
        help="with --try: that answer means “stored”; keep the rule that it suggests",
    )
    _add_consent(doctor)
    _add_options(doctor)


def _sign_in(command: Command) -> None:
    signing = command("sign-in", "Signs in to a saved destination by OAuth 2.0 (device flow).")
    signing.add_argument("destination", metavar="NAME")
    signing.add_argument("--issuer", default="", metavar="URL", help="the authorization server")
    signing.add_argument("--client-id", default="", metavar="ID", help="Gantry's id there")
    signing.add_argument("--scope", default="", metavar="SCOPE")


def _preset(command: Command) -> None:
    preset = command("preset", "Says what is in presets, and what they would change.")
    preset.add_argument(
        "files", nargs="*", metavar="FILE", help="NAME.gantry, or the name of an installed preset"
    )
    how = preset.add_mutually_exclusive_group()
    how.add_argument("--install", action="store_true", help="install it, or a newer version of it")
    how.add_argument("--list", action="store_true", help="list the installed presets")
    how.add_argument("--remove", default="", metavar="NAME", help="remove an installed preset")
    how.add_argument(
        "--sign",
        default="",
        metavar="KEY.pem",
        help="sign it with this private key (Ed25519); it replaces another signature",
    )
    how.add_argument("--new", action="store_true", help="write one to fill in, as a new file")
    how.add_argument(
        "--trust",
        default="",
        metavar="KEY",
        help="trust presets that are signed with this key: a public key in Base64, or its file",
    )
    how.add_argument(
        "--distrust", default="", metavar="KEY", help="trust it no more; its fingerprint will do"
    )
    how.add_argument("--keys", action="store_true", help="list the trusted keys")


def _menu(command: Command) -> None:
    menu = command("menu", "Adds Gantry to a Linux desktop's menu, with manuals and completion.")
    menu.add_argument("--remove", action="store_true", help="take all of that away again")


def _receive(command: Command) -> None:
    receive = command("receive", "Runs the embedded receiver.")
    receive.add_argument("--root", required=True, metavar="DIR")
    receive.add_argument("--port", type=_port, default=0, metavar="N")
    receive.add_argument(
        "--token",
        default="",
        help="what senders must bring; other users of this computer can see it here: "
        "better in the environment variable GANTRY_TOKEN",
    )
    receive.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="127.0.0.1 unless another address is named; then a token is needed",
    )


def _add_rule(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--parcel",
        choices=["study", "series", "patient"],
        help="what one archive holds (default: from the settings)",
    )


def _add_labels(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a label for everything, such as project=STROKE; repeatable",
    )
    command.add_argument(
        "--labels",
        default="",
        metavar="FILE",
        help="a table (CSV or Excel) with the labels of each patient or study",
    )


def _add_consent(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-http",
        action="store_true",
        help="let user, password or token go over http, where others on the way can read them",
    )


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of the destination for this call, as in settings.json; repeatable",
    )


def _port(text: str) -> int:
    if not 0 <= (value := int(text)) <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535; 0: any that is free")
    return value


_COMMANDS = (
    _scan,
    _pack,
    _verify,
    _deidentify,
    _labels,
    _residue,
    _relink,
    _texts,
    _send,
    _resume,
    _cancel,
    _settle,
    add_bundle,
    add_history,
    add_receipt,
    add_log,
    _destinations,
    _doctor,
    _sign_in,
    _preset,
    _menu,
    _receive,
)
