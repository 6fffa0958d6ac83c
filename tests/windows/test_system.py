"""What Gantry asks of Windows itself: credentials, sleep, clock, console, full disks, kills."""

from __future__ import annotations

import ctypes
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from support.cli import Cli
from support.dicom import make_study
from support.parcels import dense, parcel_with

SMALL_DISK = Path("Z:/small")  # 4 MB, which packaging/wine/run mounts


def vault() -> Any:
    from keyring.backends.Windows import WinVaultKeyring

    return WinVaultKeyring()  # type: ignore[no-untyped-call]


def test_secrets_are_kept_in_the_credential_manager() -> None:
    from gantry.store.secrets import SecretStore

    url = f"https://archive.invalid/{os.getpid()}"
    secret = Credentials("me", "geheim 密码", "")
    store = SecretStore(vault())
    assert store.is_lasting
    store.store(url, secret)
    try:
        assert SecretStore(vault()).load(url) == secret
    finally:
        store.delete(url)
    assert SecretStore(vault()).load(url) is None


def test_a_secret_longer_than_the_credential_manager_takes_is_kept_whole() -> None:
    from gantry.store.secrets import SecretStore

    url = f"https://archive.invalid/long/{os.getpid()}"
    secret = Credentials(token="t0k€n" * 900)
    store = SecretStore(vault())
    store.store(url, secret)
    try:
        assert SecretStore(vault()).load(url) == secret
    finally:
        store.delete(url)


def test_d11_the_computer_stays_awake_only_while_a_job_moves() -> None:
    """SetThreadExecutionState answers with the state that was, so it can be read back.

    Wine has one state per process, Windows one per thread, where only the answer counts.
    """
    from gantry.ui.system.awake import kept_awake

    wine = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")  # type: ignore[attr-defined]
    system_required, continuous = 1, 0x80000000
    state = ctypes.windll.kernel32.SetThreadExecutionState  # type: ignore[attr-defined]

    def stays_awake() -> bool:
        return bool(state(continuous) & system_required)

    state(continuous)
    assert not stays_awake()
    with kept_awake() as awake:
        assert awake
        if wine:
            assert stays_awake()
    with pytest.raises(ZeroDivisionError), kept_awake():
        raise ZeroDivisionError
    assert not stays_awake()


def test_times_in_the_history_follow_daylight_saving() -> None:
    """Local time comes from Windows: an hour's difference where the zone has summer time."""
    january = datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.UTC).astimezone()
    july = datetime.datetime(2026, 7, 15, 12, tzinfo=datetime.UTC).astimezone()
    for moment in (january, july):
        assert moment.utcoffset() is not None
        assert moment.astimezone(datetime.UTC).hour == 12


@pytest.mark.parametrize("code_page", [437, 936, 65001])
def test_gantry_cli_writes_utf8_whatever_the_console_speaks(
    canary_folder: Path, tmp_path: Path, code_page: int
) -> None:
    make_study(canary_folder, instances=1, patient_name="王^小明")
    command = f'chcp {code_page} >nul & "{sys.executable}" -m gantry.cli scan "{canary_folder}"'
    environment = {**os.environ, "GANTRY_HOME": str(tmp_path / "home")}
    for options in ("", " --json"):
        ran = subprocess.run(
            f"cmd /c {command}{options}",
            capture_output=True,
            timeout=120,
            env=environment,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")
        assert "王" in ran.stdout.decode("utf-8")
    for line in ran.stdout.decode("utf-8").splitlines():
        json.loads(line)


def test_a_full_disk_leaves_no_part_and_says_what_is_needed(tmp_path: Path) -> None:
    if not SMALL_DISK.is_dir():
        pytest.skip("only the bench has a small disk")
    spool = SMALL_DISK / f"spool-{os.getpid()}"
    spool.mkdir()
    try:
        parcel = parcel_with(tmp_path / "in", [dense(1 << 20, seed=n) for n in range(6)])
        with pytest.raises(GantryError) as caught:
            pack(parcel, spool, free_reserve=0)
        assert caught.value.code is ErrorCode.SPOOL_FULL
        assert caught.value.facts["needed"]
        assert list(spool.iterdir()) == []
        fits = parcel_with(tmp_path / "fits", [dense(1 << 20)])
        archive = pack(fits, spool, free_reserve=0)
        verify(archive.path, expected=archive)
        archive.path.unlink()
    finally:
        spool.rmdir()


def test_a_disk_that_fills_up_while_writing_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, with the look at free space ahead of it switched off: WriteFile itself fails."""
    if not SMALL_DISK.is_dir():
        pytest.skip("only the bench has a small disk")
    import gantry.engine.archive.part_file as module

    monkeypatch.setattr(module.PartFile, "_check_space", lambda self, needed: None)
    spool = SMALL_DISK / f"spool-{os.getpid()}"
    spool.mkdir()
    try:
        parcel = parcel_with(tmp_path / "in", [dense(1 << 20, seed=n) for n in range(6)])
        with pytest.raises(GantryError) as caught:
            pack(parcel, spool, free_reserve=0)
        assert caught.value.code is ErrorCode.SPOOL_FULL
        assert list(spool.iterdir()) == []
    finally:
        spool.rmdir()


@pytest.mark.parametrize("after", [0.3, 0.8, 1.4, 2.2, 3.0])
def test_a_killed_process_is_resumed_from_whole_files_only(tmp_path: Path, after: float) -> None:
    """TerminateProcess at some moment of a job; the next start ends it, once."""
    make_study(tmp_path / "in", series=3, instances=20, size=128)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    cli = Cli(tmp_path / "home")
    process = cli.start("send", tmp_path / "in", "--to", inbox.as_uri(), "--json")
    time.sleep(after)
    process.kill()
    process.communicate()
    for archive in inbox.rglob("*.tar.gz"):
        verify(archive)  # what is there under its name is whole
    resumed = cli("resume", "--json")
    assert resumed.code == 0, resumed.err
    if not list(inbox.rglob("*.tar.gz")):  # killed before the job was written down
        assert cli("send", tmp_path / "in", "--to", inbox.as_uri(), "--json").code == 0
    (archive,) = inbox.rglob("*.tar.gz")
    assert len(verify(archive).files) == 60
    assert [p.name for p in inbox.rglob("*") if p.name.endswith(".part")] == []
