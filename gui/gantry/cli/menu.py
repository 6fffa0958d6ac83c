"""`menu`: adds Gantry to the menu of a Linux desktop, with manual pages and shell completion."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError

PROGRAMS = ("gantry", "gantry-cli")
_OF_THE_WINDOW = ("applications", "icons", "metainfo")


def menu(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Installs everything below ~/.local for this user, or removes it again.

    Exit code 1: another program with this name is in ~/.local/bin; it stays unchanged.
    """
    if sys.platform != "linux":
        raise GantryError(
            ErrorCode.CALL_INVALID, facts={"option": "menu", "wanted": "a Linux desktop"}
        )
    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    code = OK
    with_window = find_spec("PySide6") is not None
    for source in sorted(p for p in source_folder().rglob("*") if p.is_file()):
        inner = source.relative_to(source_folder())
        target = share / inner
        if options.remove:
            _remove(target, share, output)
        elif with_window or inner.parts[0] not in _OF_THE_WINDOW:
            content = source.read_bytes()
            if source.suffix == ".desktop":
                content = _with_program(content.decode("utf-8"), program("gantry")).encode("utf-8")
            _write(target, content)
            _told(output, "added", target)
    for name in PROGRAMS:
        code = max(code, _link(name, output, remove=options.remove))
    if shutil.which("update-desktop-database"):
        subprocess.run(
            ["update-desktop-database", "-q", share / "applications"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return code


def source_folder() -> Path:
    """The files for ~/.local/share: in the package, or in the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources" / "linux"
    return installed if installed.is_dir() else package.parents[1] / "resources" / "linux"


def program(name: str) -> Path:
    """The path of a program of this installation."""
    beside = Path(sys.executable).parent / name  # not resolved: a venv's Python is a link
    if beside.is_file():
        return beside
    for scheme in (None, f"{os.name}_user"):
        folder = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        if (found := Path(folder, name)).is_file():
            return found
    return Path(shutil.which(name) or beside)


def _with_program(entry: str, path: Path) -> str:
    """The menu entry with the program's full path, quoted as the standard requires."""
    quoted = str(path)
    for character in '\\"`$':
        quoted = quoted.replace(character, "\\" + character)
    # A string's own escapes are applied on top of the quoting.
    quoted = quoted.replace("\\", "\\\\").replace("%", "%%")
    lines = {"Exec=gantry %F": f'Exec="{quoted}" %F',
             "TryExec=gantry": "TryExec=" + str(path).replace("\\", "\\\\")}  # fmt: skip
    return "".join(f"{lines.get(line, line)}\n" for line in entry.splitlines())


def _write(target: Path, content: bytes) -> None:
    """Replaces the file atomically, so that a kill leaves the old or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number, part = tempfile.mkstemp(dir=target.parent, prefix=".gantry-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        os.chmod(part, 0o644)  # noqa: PTH101
        os.replace(part, target)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)  # noqa: PTH108
        raise


def _remove(target: Path, share: Path, output: Output) -> None:
    """Deletes a file, and the folders that are then empty."""
    if not target.is_file():
        return
    target.unlink()
    _told(output, "removed", target)
    for folder in target.parents:
        if folder == share:
            return
        with contextlib.suppress(OSError):
            folder.rmdir()


def _link(name: str, output: Output, *, remove: bool) -> int:
    """Links a program in ~/.local/bin; never replaces another's."""
    link, path = Path.home() / ".local/bin" / name, program(name)
    ours = link.is_symlink() and (not link.exists() or link.samefile(path))
    if remove:
        if ours and link != path:
            link.unlink()
            _told(output, "removed", link)
        return OK
    if link == path or (link.exists() and path.exists() and link.samefile(path)):
        return OK
    if not ours and (link.exists() or link.is_symlink()):
        output.say(f"{link} is another program; it stays as it is. This one is {path}.")
        return FAILED
    link.parent.mkdir(parents=True, exist_ok=True)
    if ours:
        link.unlink()
    link.symlink_to(path)
    _told(output, "added", link)
    return OK


def _told(output: Output, event: str, path: Path) -> None:
    output.emit(event, path=str(path))
    output.text(f"{event}: {path}")
