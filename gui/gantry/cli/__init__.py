"""gantry-cli: the engine in a terminal. Exit codes are in `exit_codes.py`.

With `--json`, standard output has one JSON object per line, `{"event": "done", …}` last, and
nothing else; progress and messages go to standard error.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from gantry.cli.exit_codes import FAILED, INTERRUPTED, WRONG_CALL
from gantry.cli.output import Output, end_streams, use_streams
from gantry.cli.parser import parser
from gantry.engine import faults
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError

# Errors of the call or the settings, not of the work.
_WRONG_CALL = frozenset(
    {
        ErrorCode.DESTINATION_UNKNOWN,
        ErrorCode.DESTINATION_INVALID,
        ErrorCode.FOLDER_TAKEN,
        ErrorCode.SETTINGS_INVALID,
        ErrorCode.DESTINATION_EXISTS,
        ErrorCode.CALL_INVALID,
        ErrorCode.TREATMENT_REQUIRED,
        ErrorCode.PROFILE_INVALID,
        ErrorCode.LABEL_INVALID,
        ErrorCode.LABEL_TEMPLATE,
        ErrorCode.LABEL_MISSING,
        ErrorCode.LABEL_COLLISION,
        ErrorCode.LABEL_CONFLICT,
        ErrorCode.LABEL_IDENTIFIES,
        ErrorCode.LABEL_TABLE,
        ErrorCode.LABEL_UNMATCHED,
        ErrorCode.LABEL_FORM,
        ErrorCode.POLICY_FORBIDS,
        ErrorCode.POLICY_INVALID,
        ErrorCode.PRESET_INVALID,
        ErrorCode.PRESET_REFUSED,
        ErrorCode.PRESET_UNKNOWN,
        ErrorCode.PARCEL_UNKNOWN,
        ErrorCode.JOB_UNKNOWN,
        ErrorCode.SIGNING_KEY,
        ErrorCode.CREDENTIALS_MISSING,
        ErrorCode.CREDENTIALS_EXPOSED,
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    use_streams()
    faults.keep_texts_out()
    try:
        return _run(parser().parse_args(argv))
    finally:
        end_streams()


def _run(options: argparse.Namespace) -> int:
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
        # The reader of the output has gone (`gantry-cli … | head`): not worth a traceback.
        code = FAILED
    except OSError as error:
        # Read errors are explained where they happen; what is left is a path that can't be written.
        output.error(_unwritable(error, options))
        code = FAILED
    except Exception as error:  # noqa: BLE001 - a script still gets its closing line
        output.error(GantryError(ErrorCode.INTERNAL, detail=type(error).__name__))
        faults.tell(type(error), error.__traceback__)
        code = FAILED
    if stops.asked:
        code = INTERRUPTED
    output.done(code)
    return code


def _unwritable(error: OSError, options: argparse.Namespace) -> GantryError:
    path = error.filename or options.home or ""
    reason = error.strerror or type(error).__name__
    return GantryError(ErrorCode.EXPORT_FAILED, private={"path": os.fsdecode(path)}, detail=reason)


def _load(name: str) -> Callable[[argparse.Namespace, Output, CancelToken], int]:
    """The command's function; only its module is imported, so that `--help` is fast."""
    match name:
        case "scan":
            from gantry.cli import scan  # noqa: PLC0415 - a command loads what it needs

            return scan.scan
        case "pack" | "verify":
            from gantry.cli import archives  # noqa: PLC0415 - a command loads what it needs

            return archives.pack if name == "pack" else archives.verify
        case "send" | "resume" | "cancel":
            from gantry.cli import send  # noqa: PLC0415 - a command loads what it needs

            return {"send": send.send, "resume": send.resume, "cancel": send.cancel}[name]
        case "deidentify" | "residue":
            from gantry.cli import deidentify  # noqa: PLC0415 - a command loads what it needs

            return deidentify.deidentify if name == "deidentify" else deidentify.residue
        case "labels":
            from gantry.cli import labels  # noqa: PLC0415 - a command loads what it needs

            return labels.labels
        case "relink":
            from gantry.cli import relink  # noqa: PLC0415 - a command loads what it needs

            return relink.relink
        case "texts":
            from gantry.cli import texts  # noqa: PLC0415 - a command loads what it needs

            return texts.texts
        case "receipt":
            from gantry.cli import receipt  # noqa: PLC0415 - a command loads what it needs

            return receipt.receipt
        case "settle":
            from gantry.cli import settle  # noqa: PLC0415 - a command loads what it needs

            return settle.settle
        case "menu":
            from gantry.cli import menu  # noqa: PLC0415 - a command loads what it needs

            return menu.menu
        case "preset":
            from gantry.cli import preset  # noqa: PLC0415 - a command loads what it needs

            return preset.preset
        case "bundle" | "history" | "log":
            from gantry.cli import records  # noqa: PLC0415 - a command loads what it needs

            return {"bundle": records.bundle, "history": records.history, "log": records.log}[name]
        case _:
            from gantry.cli import places  # noqa: PLC0415 - a command loads what it needs

            return {
                "destinations": places.destinations,
                "doctor": places.doctor,
                "receive": places.receive,
                "sign-in": places.sign_in,
            }[name]


class _Stops:
    """Makes Ctrl-C and SIGTERM stop the work resumably; a second Ctrl-C ends the process.

    Attributes:
        asked: whether one of them was received.
        stop: called then; a running job sets its own.
    """

    def __init__(self, token: CancelToken) -> None:
        self.asked = False
        self.stop: Callable[[], None] = token.stop
        # Handlers can be set only on the main thread; when embedded, the host decides.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._on_interrupt)
            signal.signal(signal.SIGTERM, self._on_signal)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self._on_signal(number, frame)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        threading.Thread(target=self.stop, daemon=True).start()
