"""`gantry-cli receipt`: the certificate of a job, signed, and checked again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.settings import Settings
from gantry.store.settings_file import save_settings
from support.cli import Cli
from support.dicom import CANARIES, CANARY_ID, make_study
from support.history import make_parcels
from support.signing_keys import make_key

pytestmark = pytest.mark.same_everywhere


def test_the_terminal_writes_signs_and_checks(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home", LC_ALL="zh_CN.UTF-8")
    home = Home.find(str(cli.home))
    (parcel,) = make_parcels(1)
    with History(home.history_file) as history:
        history.record(events.JobStarted("JOB-1", "Klinik", "https://example.org", (parcel,)))
    private, public = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    ran = cli("receipt", "JOB-1", "-o", path, "--sign", private, "--language", "en", "--json")
    assert (ran.code, ran.done["file"], ran.done["finished"]) == (0, str(path), False), ran.err
    assert ran.of("certificate")[0]["parcels"] == {parcel.id: "interrupted"}
    assert "Certificate of an upload job" in path.read_text("utf-8")
    good = cli("receipt", path, "--verify", "--key", public, "--json")
    assert (good.code, good.done["verdict"]) == (0, "good"), good.err
    unknown = cli("receipt", path, "--verify", "--json")
    assert (unknown.code, unknown.done["verdict"]) == (1, "unknown key")

    save_settings(home.settings_file, Settings(certificate_key=str(private)))
    assert cli("receipt", parcel.id, "-o", path).code == 0
    assert "上传任务凭证" in path.read_text("utf-8")
    assert cli("receipt", path, "--verify").code == 0
    path.write_text(path.read_text("utf-8").replace("已中断", "已送达"), "utf-8")
    changed = cli("receipt", path, "--verify", "--json")
    assert (changed.code, changed.done["verdict"]) == (1, "changed")


def test_what_was_sent_is_certified_with_its_archive(tmp_path: Path) -> None:
    cli, inbox = Cli(tmp_path / "home"), tmp_path / "inbox"
    inbox.mkdir()
    for number in range(2):
        make_study(tmp_path / "in" / str(number), instances=2)
    sent = cli("send", tmp_path / "in", "--to", inbox.as_uri(), "--label", "project=P-1", "--json")
    assert sent.code == 0, sent.err
    (job,) = sent.of("job")
    path = tmp_path / "certificate.html"
    ran = cli("receipt", job["job"], "-o", path, "--json")
    assert ran.code == 0, ran.err
    assert ran.of("certificate")[0]["parcels"] == dict.fromkeys(job["parcels"], "delivered")
    page = path.read_text("utf-8")
    archives = list(inbox.rglob("*.tar.gz"))
    assert len(archives) == 2
    for archive in archives:
        assert hashlib.sha256(archive.read_bytes()).hexdigest() in page
    assert page.count("project=P-1") == 2
    for canary in CANARIES:
        assert canary == CANARY_ID or canary not in page


@pytest.mark.parametrize(
    "call",
    [
        ("receipt", "JOB-1"),
        ("receipt", "JOB-1", "-o", "certificate.txt"),
        ("receipt", "none", "-o", "{folder}/certificate.html"),
        ("receipt", "JOB-1", "-o", "{folder}/certificate.html", "--key", "k.pem"),
        ("receipt", "JOB-1", "-o", "{folder}/certificate.html", "--sign", "{folder}/none.pem"),
        ("receipt", "{folder}/none.html", "--verify"),
        ("receipt", "{folder}/none.html", "--verify", "--sign", "k.pem"),
    ],
)
def test_an_invalid_call_is_told_by_its_exit_code(tmp_path: Path, call: tuple[str, ...]) -> None:
    cli = Cli(tmp_path / "home")
    with History(Home.find(str(cli.home)).history_file) as history:
        history.record(events.JobStarted("JOB-1", "Klinik", "https://x.org", make_parcels(1)))
    assert cli(*(part.format(folder=tmp_path) for part in call)).code == 2
    assert not (tmp_path / "certificate.html").exists()
