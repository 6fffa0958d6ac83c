"""A cancelled job leaves nothing half-sent on a server that can drop it."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from gantry.store.settings import Settings
from gantry.store.settings_file import save_settings
from support.cli import Cli
from support.dicom import make_study
from support.tus_server import TusServer


@pytest.mark.skipif(sys.platform == "win32", reason="the server runs on Linux")
def test_ctrl_c_keeps_what_is_half_sent_and_giving_up_takes_it_away(
    tmp_path: Path,
) -> None:
    study, home = tmp_path / "study", tmp_path / "home"
    make_study(study, instances=24, size=256)
    home.mkdir()
    save_settings(home / "settings.json", Settings(bandwidth=200_000))
    with TusServer(tmp_path / "tus") as server:
        cli = Cli(home)
        process = cli.start("send", study, "--to", server.url)
        end = time.monotonic() + 60
        while not any(f.stat().st_size > 100_000 for f in server.folder.iterdir()):
            assert time.monotonic() < end, "nothing is being sent"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode == 130
        assert any(f.stat().st_size > 100_000 for f in server.folder.iterdir())
        (parcel,) = cli("history", "--json").of("parcel")
        assert cli("cancel", parcel["job"]).code == 0
        assert list(server.folder.iterdir()) == []
