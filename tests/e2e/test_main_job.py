"""The whole job on real files under Chinese and spaced names, checked without Gantry.

The files are those that pydicom ships: compressed, big-endian, deflated, without preamble,
several under one UID, in every character set.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gantry.receiver.server import Receiver
from support.cli import Cli
from support.dicom import make_study
from support.nginx import nginx

TOKEN = "for tests only"


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pydicom.data

    root = Path(pydicom.data.__file__).parent
    folder = tmp_path_factory.mktemp("drop") / "数据 with spaces" / "患者 一"
    # zipMR.gz is a single compressed image: named, not opened, and no success
    no_code = shutil.ignore_patterns("*.py", "__pycache__", "zipMR.gz")
    shutil.copytree(root / "test_files", folder / "test files", ignore=no_code)
    shutil.copytree(root / "charset_files", folder / "字符集", ignore=no_code)
    make_study(folder / "big 大", instances=2, size=1024)
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    return folder


@pytest.fixture(scope="module")
def scanned(dropped: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """What `scan` says of every file below the folder."""
    ran = Cli(tmp_path_factory.mktemp("home"))("scan", dropped, "--json")
    assert ran.code == 0, ran.err
    taken = [Path(f["path"]) for s in ran.of("series") for f in s["files"] if not f["member"]]
    members = [f for s in ran.of("series") for f in s["files"] if f["member"]]
    skipped = ran.of("skipped")
    assert all(s["text"] for s in skipped)
    return {
        "taken": taken,
        "members": [Path(m["path"]) for m in members],
        "skipped": [Path(s["path"]) for s in skipped],
        "duplicates": [Path(s["path"]) for s in skipped if s["reason"] == "duplicate"],
    }


def test_scan_lists_every_file_as_what_it_is_or_why_it_is_skipped(
    dropped: Path, scanned: dict[str, list[Path]]
) -> None:
    there = {p for p in dropped.rglob("*") if p.is_file()}
    listed = {p for paths in scanned.values() for p in paths}
    assert there - listed == set()
    assert len(scanned["taken"]) > 100


def _arrived(archives: list[Path], out: Path) -> set[str]:
    """SHA-256 of all instances: unpacked by tar, hashed by sha256sum, as a user would check."""
    if not (shutil.which("tar") and shutil.which("sha256sum")):
        pytest.skip("no tar and sha256sum here")
    for archive in archives:
        folder = out / archive.name.removesuffix(".tar.gz")
        folder.mkdir(parents=True)
        subprocess.run(["tar", "xzf", archive, "-C", folder], check=True)
    files = [p for p in out.rglob("*.dcm")]
    told = subprocess.run(
        ["xargs", "-0", "sha256sum"],
        input="\0".join(map(str, files)),
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split()[0].lstrip("\\") for line in told.stdout.splitlines()}


def _sources(scanned: dict[str, list[Path]]) -> set[str]:
    return {hashlib.sha256(p.read_bytes()).hexdigest() for p in scanned["taken"]}


def test_b09_a_folder_gets_every_dicom_file(
    dropped: Path, scanned: dict[str, list[Path]], tmp_path: Path
) -> None:
    inbox = tmp_path / "收件箱 inbox"
    inbox.mkdir()
    ran = Cli(tmp_path / "home")("send", dropped, "--to", str(inbox), "--json")
    assert ran.code == 0, ran.err
    assert ran.done["failed"] == 0
    arrived = _arrived(list(inbox.rglob("*.tar.gz")), tmp_path / "out")
    assert _sources(scanned) - arrived == set()


def test_a_form_post_server_behind_nginx_gets_every_dicom_file(
    dropped: Path, scanned: dict[str, list[Path]], tmp_path: Path
) -> None:
    with (
        Receiver(tmp_path / "received", token=TOKEN) as receiver,
        nginx(tmp_path / "nginx", urlsplit(receiver.url).port or 0, max_body="0") as front,
    ):
        cli = Cli(tmp_path / "home", GANTRY_TOKEN=TOKEN)
        ran = cli("send", dropped, "--to", f"{front.url}/parcels", "--json")
        assert ran.code == 0, ran.err
    arrived = _arrived(list((tmp_path / "received").rglob("*.tar.gz")), tmp_path / "out")
    assert _sources(scanned) - arrived == set()


def test_nginx_with_its_default_limit_is_explained(dropped: Path, tmp_path: Path) -> None:
    with (
        Receiver(tmp_path / "received", token=TOKEN) as receiver,
        nginx(tmp_path / "nginx", urlsplit(receiver.url).port or 0) as front,
    ):
        cli = Cli(tmp_path / "home", GANTRY_TOKEN=TOKEN)
        ran = cli("send", dropped, "--to", f"{front.url}/parcels", "--json")
    assert ran.code == 1
    refused = [e for e in ran.of("error") if e["code"] == "http.413"]
    assert refused
    assert all("nginx" in e["what"] for e in refused)
    assert any("client_max_body_size" in e["what"] + e["do"] + e["detail"] for e in refused)
    assert ran.done["delivered"] > 0, "what is small enough arrives all the same"
