"""From the set-up program to the archive at a receiver, and back to a clean Windows.

One story in the order of its tests: each needs what those before it did.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.archive.verify import verify
from gantry.receiver.server import Receiver
from support.dicom import make_study
from support.installed import ROOT, Windows, setup_program, wait_until

SHORTCUT = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Gantry.lnk"
UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Gantry"
FOLDER_MENU = r"HKCU\Software\Classes\Directory\shell\Gantry"
STILL_SENDING = 3  # of the set-up's exit codes, see setup.nsi
PROGRAM = r"C:\users\root\AppData\Local\Programs\Gantry"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """On the Linux side, as a hospital's server would be."""
    server = Receiver(tmp_path_factory.mktemp("receiver"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Takes connections, and answers none until a test starts it."""
    server = Receiver(tmp_path_factory.mktemp("late"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def study(windows: Windows) -> Path:
    """A study under a Chinese name; GANTRY_E2E_DATA=FOLDER takes another."""
    folder = windows.data / "头部 MR"
    if given := os.environ.get("GANTRY_E2E_DATA"):
        shutil.copytree(given, folder)
    else:
        make_study(folder, series=2, instances=30, size=128)
    return folder


def setup(windows: Windows, *options: str) -> int:
    program = setup_program()
    assert program is not None
    return windows.run("exe", program.relative_to(ROOT), "/S", *options).returncode


def cli(windows: Windows, *arguments: str) -> list[dict[str, object]]:
    ran = windows.run("exe", rf"{PROGRAM}\gantry-cli.exe", *arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def delivered(windows: Windows) -> int:
    return sum(line.get("state") == "delivered" for line in cli(windows, "history"))


def archives(receiver: Receiver) -> list[Path]:
    return list(receiver.storage.root.rglob("*.tar.gz"))


def test_it_installs_silently_for_this_user(windows: Windows) -> None:
    assert setup(windows) == 0
    assert (windows.installed / "gantry.exe").is_file()
    assert (windows.home / SHORTCUT).is_file()
    assert (windows.home / "Desktop/Gantry.lnk").is_file()
    assert (windows.home / "AppData/Roaming/Microsoft/Windows/SendTo/Gantry.lnk").is_file()
    apps = windows.registry(UNINSTALL)
    for value in ("DisplayName", "DisplayVersion", "Publisher", "DisplayIcon", "EstimatedSize"):
        assert value in apps
    assert rf'"{PROGRAM}\gantry.exe" "%1"' in windows.registry(FOLDER_MENU)
    assert not (windows.c / "Program Files/Gantry").exists()


def test_the_licences_of_all_parts_come_along(windows: Windows) -> None:
    notice = (windows.installed / "THIRD-PARTY.txt").read_text("utf-8")
    assert "GNU Lesser General Public License, version 3" in notice
    texts = windows.installed / "gantry-files/licences"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (texts / "LGPL-3.0.txt").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (texts / "GPL-3.0.txt").read_text("utf-8")
    bom = json.loads((ROOT / "dist/windows/sbom.cdx.json").read_text("utf-8"))
    for part in bom["components"]:
        assert part["name"] == "CPython" or f"{part['name'].lower()} " in notice.lower()
    assert (texts / "requests/LICENSE").is_file()


def test_it_opens_from_the_start_menu(windows: Windows, receiver: Receiver) -> None:
    cli(windows, "destinations", "--add", "Ward", receiver.url)
    link = r"C:\users\root" + "\\" + SHORTCUT.replace("/", "\\")
    windows.start("exe", r"C:\windows\system32\start.exe", link)
    windows.wait_for_window()
    time.sleep(4)
    windows.picture("1-start-en")


def test_a_second_start_hands_its_folder_to_the_open_window(windows: Windows, study: Path) -> None:
    ran = windows.run("exe", rf"{PROGRAM}\gantry.exe", rf"Z:\work\{study.name}")
    assert ran.returncode == 0
    time.sleep(6)
    windows.picture("2-dropped-en")
    assert sum("Gantry" in name for name in windows.windows()) == 1


def test_send_is_pressed_and_the_server_has_every_byte(
    windows: Windows, study: Path, receiver: Receiver
) -> None:
    windows.keys("alt+t", "w")  # to Ward
    end = time.monotonic() + 120
    while not archives(receiver) and time.monotonic() < end:
        if '"job.' not in windows.log():
            windows.keys("alt+s")
        time.sleep(2)
    wait_until(lambda: len(archives(receiver)) == 1, "nothing arrived")
    time.sleep(2)
    windows.picture("3-sent-en")
    (archive,) = archives(receiver)
    verify(archive)
    sources = {hashlib.sha256(f.read_bytes()).hexdigest() for f in study.rglob("*") if f.is_file()}
    with tarfile.open(archive) as tar:
        members = [tar.extractfile(m) for m in tar if m.name != "manifest.json"]
        arrived = {hashlib.sha256(file.read()).hexdigest() for file in members if file}
    assert arrived == sources


def test_it_closes_when_asked_and_knows_after_a_restart_what_was_sent(
    windows: Windows, late: Receiver
) -> None:
    assert windows.run("exe", rf"{PROGRAM}\gantry.exe", "--quit").returncode == 0
    windows.wait_for_no_window()
    assert windows.run("exe", rf"{PROGRAM}\gantry.exe", "--quit").returncode == 0  # nobody to ask
    (entry,) = [line for line in cli(windows, "history") if line["event"] == "parcel"]
    assert entry["state"] == "delivered"
    cli(windows, "destinations", "--add", "Late", late.url)
    windows.start("exe", rf"{PROGRAM}\gantry.exe")
    windows.wait_for_window()
    time.sleep(4)
    windows.keys("ctrl+3")
    time.sleep(2)
    windows.picture("4-history-en")


def test_no_upgrade_stops_a_running_job(windows: Windows, study: Path, late: Receiver) -> None:
    windows.run("exe", rf"{PROGRAM}\gantry.exe", rf"Z:\work\{study.name}")
    time.sleep(6)
    windows.keys("alt+t", "l")  # to Late
    jobs = windows.log().count('"job.start')
    end = time.monotonic() + 60
    while windows.log().count('"job.start') == jobs and time.monotonic() < end:
        windows.keys("alt+s")
        time.sleep(2)
    before = (windows.installed / "gantry.exe").stat()
    program = setup_program()
    assert program is not None
    upgrade = windows.start("exe", program.relative_to(ROOT), "/S")
    wait_until(lambda: any("Quit Gantry?" in n for n in windows.windows()), "nobody is asked")
    time.sleep(8)  # longer than an open window waits for a silent caller: this one is no such
    windows.picture("4b-asked-to-close-en")
    windows.keys("Escape")  # keep sending
    assert upgrade.wait(60) == STILL_SENDING
    after = (windows.installed / "gantry.exe").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    late.start()
    wait_until(lambda: delivered(windows) == 2, "the job did not continue")
    assert len(archives(late)) == 1


def test_it_is_upgraded_in_place_while_it_runs(windows: Windows) -> None:
    (windows.installed / "gantry-files/left-over.dll").write_bytes(b"of an older version")
    assert setup(windows) == 0
    windows.wait_for_no_window()
    assert not (windows.installed / "gantry-files/left-over.dll").exists()
    assert not (windows.installed / "previous").exists()
    assert [x for x in cli(windows, "history") if x["event"] == "parcel"]


def test_it_speaks_chinese(windows: Windows) -> None:
    file = windows.kept / "settings.json"
    settings = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(settings | {"language": "zh_CN"}), encoding="utf-8")
    windows.start("exe", rf"{PROGRAM}\gantry.exe", r"Z:\work")
    windows.wait_for_window()
    time.sleep(8)
    windows.picture("5-dropped-zh")
    windows.keys("ctrl+3")
    time.sleep(2)
    windows.picture("6-history-zh")
    assert windows.run("exe", rf"{PROGRAM}\gantry.exe", "--quit").returncode == 0
    windows.wait_for_no_window()


def test_uninstalling_leaves_nothing_but_the_data(windows: Windows) -> None:
    windows.run("exe", rf"{PROGRAM}\uninstall.exe", "/S", rf"_?={PROGRAM}")
    left = [p.name for p in windows.installed.iterdir()] if windows.installed.exists() else []
    assert left in ([], ["uninstall.exe"])  # with _?= it runs in place, and can't delete itself
    assert list(windows.home.rglob("Gantry.lnk")) == []
    assert windows.registry(UNINSTALL) == ""
    assert windows.registry(FOLDER_MENU) == ""
    assert (windows.kept / "history.sqlite").is_file()
    assert (windows.kept / "settings.json").is_file()


def test_uninstalling_deletes_the_data_when_told(windows: Windows) -> None:
    assert setup(windows, "/NODESKTOP", "/NOMENU", "/NOSENDTO", r"/D=C:\Gantry程序") == 0
    assert (windows.c / "Gantry程序/gantry.exe").is_file()
    assert not (windows.home / "Desktop/Gantry.lnk").exists()
    assert windows.registry(FOLDER_MENU) == ""
    (windows.c / "Gantry程序/notes.txt").write_text("not ours")
    where = r"C:\Gantry程序"
    windows.run("exe", rf"{where}\uninstall.exe", "/S", "/DELETEDATA", f"_?={where}")
    assert not windows.kept.exists()
    assert not (windows.c / "Gantry程序/gantry.exe").exists()
    assert (windows.c / "Gantry程序/notes.txt").read_text() == "not ours"


def test_it_installs_for_all_users_when_told(windows: Windows) -> None:
    assert setup(windows, "/ALLUSERS") == 0
    program = windows.c / "Program Files/Gantry"
    menu = windows.c / "ProgramData/Microsoft/Windows/Start Menu/Programs/Gantry.lnk"
    everyones = UNINSTALL.replace("HKCU", "HKLM")
    assert (program / "gantry.exe").is_file()
    assert menu.is_file()
    assert (windows.c / "users/Public/Desktop/Gantry.lnk").is_file()
    assert not (windows.home / SHORTCUT).exists()
    assert 'uninstall.exe" /S /ALLUSERS' in windows.registry(everyones).replace('\\"', '"')
    assert windows.registry(UNINSTALL) == ""
    where = r"C:\Program Files\Gantry"
    windows.run("exe", rf"{where}\uninstall.exe", "/S", "/ALLUSERS", f"_?={where}")
    assert not (program / "gantry.exe").exists()
    assert not menu.exists()
    assert windows.registry(everyones) == ""
