"""The command line of the commands that show records: `history`, `receipt`, `log`, `bundle`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from gantry.store.languages import LANGUAGES

Command = Callable[[str, str], argparse.ArgumentParser]


def add_bundle(command: Command) -> None:
    """The arguments of `bundle`."""
    bundle = command("bundle", "Writes a support bundle; it holds no patient data and no secrets.")
    bundle.add_argument("file", metavar="FILE.zip")


def add_history(command: Command) -> None:
    """The arguments of `history`."""
    history = command("history", "Shows what was sent.")
    history.add_argument("--search", default="", metavar="TEXT")
    history.add_argument("--patient", default="", metavar="ID", help="an exact Patient ID")
    history.add_argument("--state", action="append", default=[], metavar="STATE")
    history.add_argument("--destination", default="", metavar="NAME")
    history.add_argument("--since", default="", metavar="YYYY-MM-DD")
    history.add_argument("--until", default="", metavar="YYYY-MM-DD")
    either = history.add_mutually_exclusive_group()
    either.add_argument("--deidentified", action="store_true", help="only de-identified uploads")
    either.add_argument("--as-is", action="store_true", help="only uploads that are not changed")
    history.add_argument("--limit", type=_positive, default=0, metavar="N")
    history.add_argument("--parcel", default="", metavar="ID", help="all about one parcel")
    history.add_argument(
        "--report",
        default="",
        metavar="FILE",
        help="with --parcel: write how its job was de-identified, to FILE.html or FILE.json",
    )
    history.add_argument("--csv", default="", metavar="FILE")


def add_receipt(command: Command) -> None:
    """The arguments of `receipt`."""
    receipt = command("receipt", "Writes the certificate of a job, or checks a signed one.")
    receipt.add_argument(
        "job",
        metavar="JOB",
        help="the id of a job or of a parcel, as `history` says it; with --verify: the file",
    )
    receipt.add_argument("-o", "--output", default="", metavar="FILE", help="write it to FILE.html")
    receipt.add_argument(
        "--language", choices=tuple(LANGUAGES), help="of the certificate (default: yours)"
    )
    receipt.add_argument(
        "--sign",
        default="",
        metavar="KEY.pem",
        help="sign it with this Ed25519 key (default: the one in the settings, if any)",
    )
    receipt.add_argument(
        "--verify",
        action="store_true",
        help="check whether the file is as it was signed; exit code 1 if not",
    )
    receipt.add_argument(
        "--key",
        default="",
        metavar="PUBLIC.pem",
        help="with --verify: the key of the site that signed it (default: your own)",
    )


def add_log(command: Command) -> None:
    """The arguments of `log`."""
    log = command("log", "Shows the log, filtered.")
    log.add_argument("--level", default="", metavar="LEVEL", help="this level and above")
    log.add_argument("--event", default="", metavar="PREFIX")
    log.add_argument("--job", default="", metavar="ID")
    log.add_argument("--search", default="", metavar="TEXT")
    log.add_argument("--limit", type=_positive, default=0, metavar="N", help="the last N lines")


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value
