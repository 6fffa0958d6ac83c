"""One de-identified job from end to end: where its original and its new identifiers are, and where
not.

Meant to hold both: the history and the relink table, which stay here. Meant to hold the new ones:
what arrives. Everything else that the program says, writes or starts holds none.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gantry.receiver.server import Receiver
from gantry.store.home import Home
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination, Settings
from gantry.store.settings_file import render_settings
from support.arrived import everything
from support.cli import Cli, Ran
from support.dicom import CANARIES, make_instance
from support.script_server import ScriptServer, answer

TOKEN = "receiver-token"
FOLDER, FILE = "CANARYFOLDER-81", "CANARYFILE-82"
PATIENTS = (("Zwitscher^Erna", "CANARY-ONE-4471"), ("Flatter^Otto", "CANARY-TWO-5582"))
UIDS = [[f"1.2.826.0.1.3680043.98.{n}.{kind}" for kind in (7711, 7722, 7733)] for n in (41, 42)]
OLD = (
    *CANARIES, "Zwitscher", "Flatter", "CANARY-ONE-4471", "CANARY-TWO-5582", FOLDER, FILE,
    *(uid for uids in UIDS for uid in uids),
)  # fmt: skip


@dataclass
class Watched:
    """What other users of this computer could see meanwhile: names, and arguments of programs.

    Of programs, those that were started for this home: other tests run beside this one.
    """

    names: set[str] = field(default_factory=set)
    arguments: set[str] = field(default_factory=set)


@dataclass
class Job:
    """What two studies, one of them with a screenshot that is held, left where."""

    said: dict[str, str]
    arrived: list[bytes]
    alerts: list[bytes]
    watched: Watched
    home: Home
    bundle: dict[str, str]
    new: frozenset[str]


def _sources(folder: Path) -> Path:
    for (name, number), (study, series, instance) in zip(PATIENTS, UIDS, strict=True):
        for at in range(3):
            is_held = (number, at) == (PATIENTS[1][1], 2)
            make_instance(
                folder / FOLDER / number / f"{FILE}-{at}.dcm",
                study=study, series=series, sop=f"{instance}.{at}",
                patient_id=number, patient_name=name, BurnedInAnnotation="YES" if is_held else "NO",
            )  # fmt: skip
    return folder / FOLDER


@contextmanager
def _watching(temporary: Path, root: Path, home: Path) -> Iterator[Watched]:
    seen, ended = Watched(), threading.Event()
    ours = f"GANTRY_HOME={home}".encode()

    def look() -> None:
        while not ended.wait(0.01):
            for folder in (temporary, root):
                with suppress(OSError):
                    seen.names |= {str(p.relative_to(folder)) for p in folder.rglob("*")}
            if sys.platform == "linux":
                for process in Path("/proc").glob("[0-9]*"):
                    with suppress(OSError):
                        if ours in (process / "environ").read_bytes().split(b"\0"):
                            said = (process / "cmdline").read_bytes()
                            seen.arguments.add(said.decode("utf-8", "replace"))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join(60)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    base = tmp_path_factory.mktemp("leaks")
    temporary, root = base / "temporary", base / "received"
    temporary.mkdir()
    root.mkdir()
    home = Home.find(str(base / "home"))
    home.make()
    with ScriptServer(answer(204)) as hook, Receiver(root, token=TOKEN) as receiver:
        home.settings_file.write_bytes(render_settings(_settings(hook.url, receiver.url)))
        cli = Cli(
            base / "home",
            GANTRY_TOKEN=TOKEN,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)),
        )
        with _watching(temporary, root, base / "home") as watched:
            said = dict(_runs(cli, _sources(base)))
        table = base / "relink.csv"
        assert cli("relink", "--csv", table).code == 0
        rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
        assert cli("bundle", base / "bundle.zip").code == 0
        with zipfile.ZipFile(base / "bundle.zip") as packed:
            bundle = {name: packed.read(name).decode() for name in packed.namelist()}
        alerts = list(hook.bodies)
    new = frozenset(row["id_new"] for row in rows)
    assert {*PATIENTS[0][1:], *PATIENTS[1][1:], *UIDS[0][:2]} <= {row["id_old"] for row in rows}
    return Job(said, list(everything(root)), alerts, watched, home, bundle, new)


def _settings(hook: str, receiver: str) -> Settings:
    return replace(
        Settings(),
        log_level="debug",
        alert_url=hook,
        alert_on="always",
        alert_loopback_http=True,
        report_in_archive=True,
        destinations=(SavedDestination(name="Study server", url=receiver, auth="token"),),
    )


def _runs(cli: Cli, folder: Path) -> Iterator[tuple[str, str]]:
    """What each command says, without the path of the held file, which the user must know.

    The history's own lists, which are meant to name the studies, are not here.
    """
    path = str(folder / PATIENTS[1][1] / f"{FILE}-2.dcm")

    def heard(ran: Ran, code: int) -> str:
        assert ran.code == code, ran.err
        return (ran.out + ran.err).replace(path, "").replace(json.dumps(path)[1:-1], "")

    to = ("--to", "Study server", "--deidentify", "research")
    yield "send", heard(first := cli("send", folder, *to, "--json"), 1)
    (held,) = first.of("held_file")
    yield "send again, as text", heard(cli("send", folder, *to), 1)
    yield "settle", heard(cli("settle", held["parcel"], "--skip-held", "--json"), 0)
    yield "a typing error", heard(cli("send", folder, "--to", "Study server", "--oops"), 2)


def _in(text: str, values: Iterable[str]) -> list[str]:
    return sorted(value for value in values if value.lower() in text.lower())


def test_what_arrives_holds_the_new_identifiers_and_no_original(job: Job) -> None:
    whole = b"\n".join(job.arrived).decode("latin-1")
    assert _in(whole, OLD) == []
    assert len(_in(whole, job.new)) > 8


def test_the_report_that_travels_holds_no_identifier_at_all(job: Job) -> None:
    reports = [data for data in job.arrived if data.startswith(b"deidentification.json")]
    assert len(reports) == 3, "of two studies, one of them sent twice"
    for data in reports:
        assert b'"gantry.deidentification.sent/1"' in data
        assert _in(data.decode(), [*OLD, *job.new]) == []


def test_no_log_line_holds_an_identifier(job: Job) -> None:
    logs = [path.read_text("utf-8") for path in job.home.logs.rglob("*") if path.is_file()]
    text = "\n".join(logs)
    assert '"level": "debug"' in text
    assert text.count("parcel.made") >= 4
    assert _in(text, [*OLD, *job.new]) == []


def test_no_alert_holds_an_identifier(job: Job) -> None:
    assert len(job.alerts) >= 2
    assert _in(b"\n".join(job.alerts).decode(), [*OLD, *job.new]) == []


def test_no_part_of_the_support_bundle_holds_an_identifier(job: Job) -> None:
    assert len(job.bundle) > 2
    for name, text in job.bundle.items():
        assert _in(name + text, [*OLD, *job.new]) == [], name


def test_no_output_holds_an_original(job: Job) -> None:
    for command, text in job.said.items():
        assert _in(text, OLD) == [], command


def test_no_file_outside_the_home_is_named_after_anybody(job: Job) -> None:
    assert job.watched.names, "nothing was seen"
    assert _in("\n".join(job.watched.names), [*OLD, *job.new]) == []


@pytest.mark.skipif(sys.platform != "linux", reason="arguments of processes are read from /proc")
def test_only_the_users_own_command_names_the_folder_in_its_arguments(job: Job) -> None:
    children = [a for a in job.watched.arguments if "gantry.cli" not in a.split("\0")]
    assert job.watched.arguments, "nothing was seen"
    assert _in("\n".join(children), [*OLD, *job.new]) == []


def test_nothing_else_in_the_home_holds_an_identifier(job: Job) -> None:
    meant = {job.home.history_file.name, "relink"}
    root = job.home.history_file.parent
    for path in root.rglob("*"):
        name = path.relative_to(root).parts[0]
        if path.is_file() and not any(name.startswith(one) for one in meant):
            text = path.read_bytes().decode("latin-1")
            assert _in(str(path.relative_to(root)) + text, [*OLD, *job.new]) == [], path.name
