"""gantry-cli: the engine in a terminal. Exit codes: 0 done, 1 something failed, 2 wrong call, 130.

With `--json`, standard output holds one JSON object a line, `{"event": "done", …}` last, and
nothing else; progress and messages go to standard error.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from types import FrameType

from gantry import __version__
from gantry.cli.output import Output
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError

OK, FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130

# Errors of the call or the settings, not of the work.
_WRONG_CALL = frozenset(
    {
        ErrorCode.DESTINATION_UNKNOWN,
        ErrorCode.DESTINATION_INVALID,
        ErrorCode.SETTINGS_INVALID,
        ErrorCode.DESTINATION_EXISTS,
        ErrorCode.CALL_INVALID,
        ErrorCode.PARCEL_UNKNOWN,
        ErrorCode.CREDENTIALS_MISSING,
        ErrorCode.CREDENTIALS_EXPOSED,
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    _use_utf8()
    options = parser().parse_args(argv)
    output = Output(json=options.json)
    token = CancelToken()
    stops = _Stops(token)
    try:
        options.stops = stops
        options.home = options.home or options.top_home
        code = _load(options.command)(options, output, token)
    except GantryError as error:
        output.error(error)
        code = WRONG_CALL if error.code in _WRONG_CALL else FAILED
    except (Cancelled, KeyboardInterrupt):
        output.say("Interrupted.")
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`gantry-cli … | head`): not worth a traceback.
        code = FAILED
    except OSError as error:
        # Reading is explained where it happens; what is left is a place that can't be written.
        output.error(_unwritable(error, options))
        code = FAILED
    except Exception as error:  # noqa: BLE001 - a script still gets its closing line
        output.error(GantryError(ErrorCode.INTERNAL, detail=type(error).__name__))
        traceback.print_exc()
        code = FAILED
    if stops.asked:
        code = INTERRUPTED
    output.done(code)
    return code


def _unwritable(error: OSError, options: argparse.Namespace) -> GantryError:
    path = error.filename or options.home or ""
    reason = error.strerror or type(error).__name__
    return GantryError(ErrorCode.EXPORT_FAILED, private={"path": os.fsdecode(path)}, detail=reason)


def parser() -> argparse.ArgumentParser:
    """The commands of the contract."""
    top = argparse.ArgumentParser(
        prog="gantry-cli", description="Sends folders of DICOM to a server, whole, and proves it."
    )
    top.add_argument("--version", action="version", version=f"gantry-cli {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--home",
        metavar="DIR",
        help="keep settings, history, logs and spool under DIR (also: GANTRY_HOME)",
    )
    common.add_argument(
        "--json", action="store_true", help="one JSON object a line on standard output"
    )
    # Both `gantry-cli --home DIR scan` and `gantry-cli scan --home DIR` work.
    top.add_argument("--home", metavar="DIR", dest="top_home", help=argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common])

    scan = command("scan", "Lists patients, studies, series, and skipped files with the reason.")
    scan.add_argument("paths", nargs="+", metavar="PATH")

    pack = command("pack", "Makes verified archives in a folder.")
    pack.add_argument("paths", nargs="+", metavar="PATH")
    pack.add_argument("-o", "--output", required=True, metavar="DIR")
    _add_rule(pack)

    verify = command("verify", "Proves archives good, against the manifest inside.")
    verify.add_argument("archives", nargs="+", metavar="ARCHIVE")

    send = command("send", "Packs, proves and sends; returns when it is over.")
    send.add_argument("paths", nargs="+", metavar="PATH")
    send.add_argument(
        "--to",
        required=True,
        metavar="DEST",
        help="a destination's name from the settings, a URL, or 'practice'",
    )
    _add_rule(send)
    send.add_argument(
        "--split",
        action="store_true",
        help="cut a parcel that the destination finds too big into smaller ones",
    )

    _add_consent(send)

    _add_consent(command("resume", "Carries on every unfinished job."))

    bundle = command("bundle", "Writes a support bundle; it holds no patient data and no secrets.")
    bundle.add_argument("file", metavar="FILE.zip")

    history = command("history", "Shows what was sent.")
    history.add_argument("--search", default="", metavar="TEXT")
    history.add_argument("--patient", default="", metavar="ID", help="an exact Patient ID")
    history.add_argument("--state", action="append", default=[], metavar="STATE")
    history.add_argument("--destination", default="", metavar="NAME")
    history.add_argument("--since", default="", metavar="YYYY-MM-DD")
    history.add_argument("--until", default="", metavar="YYYY-MM-DD")
    history.add_argument("--limit", type=_positive, default=0, metavar="N")
    history.add_argument("--parcel", default="", metavar="ID", help="all about one parcel")
    history.add_argument("--csv", default="", metavar="FILE")

    log = command("log", "Shows the log, filtered.")
    log.add_argument("--level", default="", metavar="LEVEL", help="this level and above")
    log.add_argument("--event", default="", metavar="PREFIX")
    log.add_argument("--job", default="", metavar="ID")
    log.add_argument("--search", default="", metavar="TEXT")
    log.add_argument("--limit", type=_positive, default=0, metavar="N", help="the last N lines")

    places = command("destinations", "Lists the destinations.")
    places.add_argument("--add", nargs=2, metavar=("NAME", "URL"))
    places.add_argument("--remove", metavar="NAME")

    doctor = command("doctor", "Tests a destination, step by step.")
    doctor.add_argument("destination", metavar="DEST")
    _add_consent(doctor)

    signing = command("sign-in", "Signs in to a saved destination by OAuth 2.0 (device flow).")
    signing.add_argument("destination", metavar="NAME")
    signing.add_argument("--issuer", default="", metavar="URL", help="the authorization server")
    signing.add_argument("--client-id", default="", metavar="ID", help="Gantry's id there")
    signing.add_argument("--scope", default="", metavar="SCOPE")

    receive = command("receive", "Runs the embedded receiver.")
    receive.add_argument("--root", required=True, metavar="DIR")
    receive.add_argument("--port", type=_port, default=0, metavar="N")
    receive.add_argument("--token", default="")
    receive.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="127.0.0.1 unless another address is named; then a token is needed",
    )
    return top


def _add_rule(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--parcel",
        choices=["study", "series", "patient"],
        help="what one archive holds (default: from the settings)",
    )


def _add_consent(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-http",
        action="store_true",
        help="let user, password or token go over http, where others on the way can read them",
    )


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _port(text: str) -> int:
    if not 0 <= (value := int(text)) <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535; 0: any that is free")
    return value


def _load(name: str) -> Callable[[argparse.Namespace, Output, CancelToken], int]:
    """The command's function; only its module is imported, so that `--help` answers at once."""
    match name:
        case "scan":
            from gantry.cli import scan

            return scan.scan
        case "pack" | "verify":
            from gantry.cli import archives

            return archives.pack if name == "pack" else archives.verify
        case "send" | "resume":
            from gantry.cli import send

            return send.send if name == "send" else send.resume
        case "bundle" | "history" | "log":
            from gantry.cli import records

            return {"bundle": records.bundle, "history": records.history, "log": records.log}[name]
        case _:
            from gantry.cli import places

            return {
                "destinations": places.destinations,
                "doctor": places.doctor,
                "receive": places.receive,
                "sign-in": places.sign_in,
            }[name]


class _Stops:
    """Ctrl-C cancels the work; a second one ends the process. SIGTERM stops it for `resume`.

    Attributes:
        cancel, stop: what the two do; a running job puts its own here.
        terminated: whether SIGTERM came.
        resumable: whether it stopped a job, which `resume` then carries on.
    """

    def __init__(self, token: CancelToken) -> None:
        self.asked = self.terminated = self.resumable = False
        self.cancel: Callable[[], None] = token.cancel
        self.stop: Callable[[], None] = token.cancel
        # Handlers can be set on the main thread only; embedded elsewhere, the host decides.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._on_interrupt)
            signal.signal(signal.SIGTERM, self._on_terminate)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        threading.Thread(target=self.cancel, daemon=True).start()

    def _on_terminate(self, number: int, frame: FrameType | None) -> None:
        self.asked = self.terminated = True
        threading.Thread(target=self.stop, daemon=True).start()


def _use_utf8() -> None:
    """Names in any script are printed, whatever the console's code page; never an exception."""
    for stream in (sys.stdout, sys.stderr):
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
