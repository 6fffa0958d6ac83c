"""The lines of the security checklist that no other test covers: see docs/faults.md."""

from __future__ import annotations

import csv
import re
import stat
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

import gantry
from gantry.receiver.server import Receiver
from support.cli import Cli
from support.dicom import CANARIES, make_instance
from support.script_server import ScriptServer, answer

CODE = Path(gantry.__file__).parent
ROOT = Path(__file__).parents[2]
SECRET = "s3cret-canary-8821"
HOSTILE = (
    "=cmd|' /C calc'!A1",
    "../../etc/passwd",
    "a\r\nX-Evil: 1",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "<img src=http://127.0.0.1:1/x>",
    "line\u2028sep\x00nul",
)


def _plain(text: str) -> bool:
    """No control, bidi or other unseen character but the line end."""
    return not any(
        c not in "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text
    )


def test_b05_hostile_text_leaves_by_every_exit_as_plain_text(
    tmp_path: Path, canary_folder: Path
) -> None:
    for number, text in enumerate(HOSTILE):
        make_instance(
            canary_folder / f"IM{number}", study=f"1.2.3.{number}", series=f"1.2.4.{number}",
            patient_name=text, patient_id=text[:60], StudyDescription=text,
            SeriesDescription=text, AccessionNumber=text[:16],
        )  # fmt: skip
    cli = Cli(tmp_path / "home")
    with ScriptServer(answer(201, b"{}", "Location: /x")) as server:
        sent = cli("send", canary_folder, "--to", server.url)
        assert server.hits >= len(HOSTILE)
        assert "X-Evil" not in "".join(server.heads)
        assert all(_plain(head.replace("\r\n", "\n")) for head in server.heads)
    shown = [
        cli("scan", canary_folder), sent, cli("history"), cli("log"),
        cli("send", canary_folder, "--to", "practice"),
    ]  # fmt: skip
    for ran in shown:
        assert _plain(ran.out + ran.err), ascii(ran.out + ran.err)
    table, bundle = tmp_path / "sent.csv", tmp_path / "bundle.zip"
    assert cli("history", "--csv", table).code == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))]
    assert all(_plain(cell) for cell in cells)
    assert cli("bundle", bundle).code == 0
    with zipfile.ZipFile(bundle) as archive:
        kept = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8")
    log = (cli.home / "logs" / "gantry.jsonl").read_text("utf-8")
    for said in (kept, log):
        assert not [text for text in HOSTILE if text[:10] in said]
    assert log.isascii()
    arrived = list((cli.home / "practice").glob("*.tar.gz"))
    assert len(arrived) == len(HOSTILE)
    assert all(re.fullmatch(r"[0-9A-Z]{26}\.tar\.gz", path.name) for path in arrived)


def test_no_secret_is_on_the_disk_or_in_the_process_list(
    tmp_path: Path, canary_folder: Path
) -> None:
    for number in range(8):
        make_instance(
            canary_folder / f"IM{number}", study="1.2.3", series="1.2.3.4", number=number, size=256
        )
    cli = Cli(tmp_path / "home", GANTRY_TOKEN=SECRET)
    with Receiver(tmp_path / "received", token=SECRET) as receiver:
        process = cli.start("send", canary_folder, "--to", receiver.url, "--json")
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            if sys.platform == "linux" and '"packing"' in line:
                seen.append(Path(f"/proc/{process.pid}/cmdline").read_bytes())
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert not any(SECRET.encode() in arguments for arguments in seen)
    assert cli("bundle", cli.home / "bundle.zip").code == 0
    with zipfile.ZipFile(cli.home / "bundle.zip") as bundle:
        assert not any(SECRET.encode() in bundle.read(name) for name in bundle.namelist())
    for path in [*cli.home.rglob("*"), *(tmp_path / "received").rglob("*")]:
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path.name


def test_a_password_in_a_url_stays_in_no_file(tmp_path: Path, canary_folder: Path) -> None:
    make_instance(canary_folder / "IM1", study="1.2.3", series="1.2.3.4")
    cli = Cli(tmp_path / "home")
    with ScriptServer(answer(201, b"{}")) as server:
        url = server.url.replace("http://", f"http://user:{SECRET}@")
        ran = cli("send", canary_folder, "--to", url, "--json")
    assert SECRET not in ran.out + ran.err
    assert cli("destinations", "--add", "x", url).code in (0, 1, 2)
    for path in cli.home.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path.name


@pytest.mark.skipif(sys.platform == "win32", reason="the profile's rights are inherited")
def test_what_gantry_writes_is_the_users_alone(tmp_path: Path, canary_folder: Path) -> None:
    make_instance(canary_folder / "IM1", study="1.2.3", series="1.2.3.4")
    cli = Cli(tmp_path / "home")
    assert cli("send", canary_folder, "--to", "practice").code == 0
    with ScriptServer(answer(422, b"no")) as server:
        assert cli("send", canary_folder, "--to", server.url).code == 1
    written = list(cli.home.rglob("*"))
    assert len(written) > 8
    open_to_others = [
        str(p.relative_to(cli.home)) for p in written if stat.S_IMODE(p.stat().st_mode) & 0o077
    ]
    # The folders are closed, so what others may do with a file inside does not matter.
    top = {p.split("/")[0] for p in open_to_others}
    assert not top & {p.name for p in cli.home.iterdir()} or all(
        not stat.S_IMODE((cli.home / name).stat().st_mode) & 0o077 for name in top
    ), open_to_others


def test_no_patient_is_in_what_a_job_leaves_for_others_to_read(
    tmp_path: Path, canary_folder: Path
) -> None:
    """Logs, bundle, temporary and archive names, standard error; the history may hold them."""
    make_instance(canary_folder / "IM1", study="1.2.3", series="1.2.3.4")
    cli = Cli(tmp_path / "home")
    assert cli("send", canary_folder, "--to", "practice", "--json").code == 0
    with ScriptServer(answer(422, b"no")) as server:
        assert cli("send", canary_folder, "--to", server.url, "--json").code == 1
    assert cli("bundle", tmp_path / "bundle.zip").code == 0
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        texts = [bundle.read(name).decode("utf-8") for name in bundle.namelist()]
    texts += [p.read_text("utf-8") for p in (cli.home / "logs").iterdir()]
    texts += [str(p.relative_to(tmp_path)) for p in cli.home.rglob("*")]
    for text in texts:
        assert not [c for c in CANARIES if c in text]
        assert canary_folder.name not in text


# What the code must not hold


def _sources() -> list[tuple[str, str]]:
    return [(str(p.relative_to(CODE)), p.read_text("utf-8")) for p in sorted(CODE.rglob("*.py"))]


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"\.extractall\(|\.extract\(", ()),
        (r"verify\s*=\s*False|_create_unverified_context", ()),
        # Looks at a certificate that was refused, to name its issuer, and at whether a silent port
        # speaks TLS at all; nothing is sent.
        (
            r"CERT_NONE|check_hostname\s*=\s*False",
            ("engine/transfer/http/certificate.py", "engine/transfer/http/tls_probe.py"),
        ),
        (r"add_dll_directory|LoadLibrary\(", ()),
        # On Windows it would look into the current folder first: only where there is a desktop of
        # Linux.
        (
            r"\bshutil\.which\b|shell\s*=\s*True|os\.system\(|os\.popen\(",
            ("cli/menu.py", "ui/start/obstacles.py"),
        ),
        (r"(?<![.\w])eval\(|(?<![.\w])exec\(", ()),
        # Only in memory, of its own making: never what comes from a file or a wire.
        (r"\bmarshal\b", ("engine/instance.py",)),
        # Only from a process of its own, started by itself.
        (r"\bpickle\b", ("engine/intake/scan_messages.py",)),
        (r"os\.startfile", ()),
    ],
)
def test_the_code_holds_no(pattern: str, allowed: tuple[str, ...]) -> None:
    found = [
        name
        for name, text in _sources()
        if re.search(pattern, text) and name.replace("\\", "/") not in allowed
    ]
    assert found == []


def test_what_the_windows_program_is_built_of_is_pinned_by_hash() -> None:
    for name in ("requirements.txt", "build-requirements.txt"):
        text = (ROOT / "packaging" / "windows" / name).read_text("utf-8")
        pinned = re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)
        assert pinned
        for part in re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]:
            assert "--hash=sha256:" in part, part.splitlines()[0]


def test_every_dependency_is_justified_with_its_licence() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["gui"], *extras["test"]]
    wanted = [one for one in wanted if not one.startswith(project["name"])]  # its own extra
    told = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = " ".join(line.split("|")[1] for line in told.splitlines() if line.startswith("|"))
    missing = []
    for requirement in wanted:
        name = re.split(r"[\[<>=!~; ]", requirement)[0]
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rows):
            missing.append(name)
    assert missing == []
