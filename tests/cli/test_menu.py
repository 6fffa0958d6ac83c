"""A Linux desktop and shell: menu entry, icons, manual pages, completion, and their removal."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gantry import __version__
from gantry.cli import menu as menus
from gantry.cli.output import Output
from gantry.cli.parser import parser
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.messages import error_message
from support.cli import Cli

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a Linux desktop")
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "resources" / "linux"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home, with a space and a shell character in its name."""
    home = tmp_path / "a $user"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return home


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose path needs quoting in a menu entry."""
    folder = tmp_path / 'in "st 100%'
    folder.mkdir()
    for name in menus.PROGRAMS:
        (folder / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (folder / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


def files_below(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}


def run(*arguments: str) -> int:
    return menus.menu(parser().parse_args(["menu", *arguments]), Output(json=False), CancelToken())


def test_the_menu_starts_this_installation(user: Path, programs: Path) -> None:
    assert run() == 0
    entry = configparser.RawConfigParser()
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(user / ".local/share/applications/gantry.desktop", "utf-8")
    command = entry["Desktop Entry"]["Exec"].replace("\\\\", "\\").replace("%%", "%")
    assert shlex.split(command) == [str(programs / "gantry"), "%F"]
    assert Path(entry["Desktop Entry"]["TryExec"]) == programs / "gantry"
    for name in menus.PROGRAMS:
        assert (user / ".local/bin" / name).samefile(programs / name)
    assert {"man/man1/gantry.1", "man/man1/gantry-cli.1"} <= files_below(user / ".local/share")


def test_it_is_taken_away_whole(user: Path, programs: Path) -> None:
    own = user / ".local/share/applications/other.desktop"
    own.parent.mkdir(parents=True)
    own.write_text("[Desktop Entry]\n")
    assert run() == run() == 0  # twice does no harm
    assert run("--remove") == run("--remove") == 0
    left = files_below(user)
    left -= {".local/share/applications/mimeinfo.cache"}  # the desktop's own
    assert left == {".local/share/applications/other.desktop"}


def test_an_installation_that_is_gone_leaves_links_that_can_be_renewed(
    user: Path, programs: Path
) -> None:
    (user / ".local/bin").mkdir(parents=True)
    (user / ".local/bin/gantry").symlink_to(user / "gone/gantry")
    assert run() == 0
    assert (user / ".local/bin/gantry").samefile(programs / "gantry")


@pytest.mark.parametrize("other", ["file", "link"])
def test_another_program_of_that_name_stays(
    user: Path, programs: Path, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = user / ".local/bin/gantry-cli"
    place.parent.mkdir(parents=True)
    if other == "file":
        place.write_text("the other gantry")
    else:
        place.symlink_to("/bin/true")
    assert run() == 1
    assert "is another program" in capsys.readouterr().err
    assert run("--remove") == 0
    assert place.exists()
    assert place.is_symlink() == (other == "link")


def test_without_qt_there_is_no_menu_entry_but_manuals_and_completion(
    user: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(menus, "find_spec", lambda name: None)
    assert run() == 0
    added = files_below(user / ".local/share")
    assert "man/man1/gantry-cli.1" in added
    assert not any(name.startswith(("applications/gantry", "icons", "metainfo")) for name in added)


def test_what_is_generated_is_that_of_today_s_parsers() -> None:
    pytest.importorskip("shtab")
    place = ROOT / "packaging" / "linux" / "make.py"
    spec = importlib.util.spec_from_file_location("make_for_linux", place)
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    made = make.files()
    stale = [name for name, text in made.items() if (SOURCE / name).read_text("utf-8") != text]
    assert stale == [], "run: python packaging/linux/make.py"
    assert (SOURCE / "icons/hicolor/scalable/apps/gantry.svg").read_bytes() == (
        ROOT / "resources/icons/gantry.svg"
    ).read_bytes()


def test_the_window_belongs_to_its_menu_entry() -> None:
    application = (ROOT / "gui/gantry/ui/start/application.py").read_text("utf-8")
    [name] = re.findall(r'setDesktopFileName\("([^"]+)"\)', application)
    assert (SOURCE / "applications" / f"{name}.desktop").is_file()
    [about] = (SOURCE / "metainfo").iterdir()
    text = about.read_text("utf-8")
    assert f'<launchable type="desktop-id">{name}.desktop</launchable>' in text
    assert re.findall(r'<release version="([^"]+)"', text)[0] == __version__


@pytest.mark.parametrize(
    ("check", "pattern"),
    [
        ("desktop-file-validate", "applications/*.desktop"),
        ("appstreamcli validate --no-net", "metainfo/*.xml"),
        ("bash -n", "bash-completion/completions/*"),
        ("zsh -n", "zsh/site-functions/*"),
        ("fish -n", "fish/vendor_completions.d/*"),
        ("man --warnings -l", "man/man1/*"),
    ],
)
def test_the_tools_of_each_kind_find_no_fault(check: str, pattern: str) -> None:
    command = check.split()
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    found = sorted(SOURCE.glob(pattern))
    assert found
    for path in found:
        ran = subprocess.run(
            [*command, path],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
            env={**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, "")


def test_bash_completes_commands_and_options() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    script = f"""
        source {SOURCE}/bash-completion/completions/gantry-cli
        ask() {{
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            "$(complete -p gantry-cli | sed 's/.*-F \\([^ ]*\\).*/\\1/')" gantry-cli
            echo "${{COMPREPLY[@]}}"
        }}
        ask gantry-cli sen
        ask gantry-cli send --spl
    """
    ran = subprocess.run([bash, "-c", script], capture_output=True, text=True, timeout=120)
    assert ran.stdout.split() == ["send", "--split"]


def test_on_another_system_it_says_that_it_is_for_linux(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(GantryError) as caught:
        run()
    message = error_message(caught.value)
    assert "Linux" in message.what + message.do


def test_the_command_line_has_it(user: Path, tmp_path: Path) -> None:
    ran = Cli(tmp_path / "home", HOME=str(user))("menu", "--json")
    assert ran.code == 0
    assert ran.done["exit"] == 0
    assert str(user / ".local/bin/gantry-cli") in {line["path"] for line in ran.of("added")}
