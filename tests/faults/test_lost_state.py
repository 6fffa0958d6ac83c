"""The history or the whole home is deleted, or restored from a backup, around a job."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import ParcelState
from gantry.receiver.server import Receiver
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.home import Home
from support.cli import Cli
from support.dicom import make_study
from support.script_server import ScriptServer, Talk, response
from support.whole_jobs import World

posix = pytest.mark.skipif(os.name == "nt", reason="there, an open file can't be deleted")


def forget_history(home: Path) -> None:
    for path in home.glob("history.sqlite*"):
        path.unlink(missing_ok=True)  # SQLite may be removing one itself


def forget_home(home: Path) -> None:
    shutil.rmtree(home.rename(home.with_name("gone")))  # at once: Gantry may be writing in it


@posix
@pytest.mark.parametrize("forget", [forget_history, forget_home])
@pytest.mark.parametrize("when", ["first", "last"])
def test_what_is_deleted_during_a_job_is_reported_and_the_job_has_failed(
    tmp_path: Path, forget: Callable[[Path], None], when: str
) -> None:
    """A clean-up program; between the first parcels, or while the last one is on its way."""
    for name in ("one", "two", "three"):
        make_study(tmp_path / "src" / name, instances=1)
    cli = Cli(tmp_path / "home")
    cli.home.mkdir()
    settings = {"pack_workers": 1, "parallel_sends": 1}
    (cli.home / "settings.json").write_text(json.dumps(settings))
    posts: list[bytes] = []

    def take(talk: Talk) -> None:
        head = talk.read_head()
        if head.startswith(b"POST"):
            talk.read_body(head)
            posts.append(head)
            if len(posts) == (1 if when == "first" else 3):
                forget(cli.home)
        talk.socket.sendall(response(201 if head.startswith(b"POST") else 404, b'{"ok": true}'))

    with ScriptServer(take) as server:
        ran = cli("send", tmp_path / "src", "--to", server.url, "--json")
    assert ran.code == 1, ran.err
    # The archive of the next one may be missed first; Gantry waits to pack it again.
    final = [error for error in ran.of("error") if "wait" not in error]
    assert [error["facts"]["reason"] for error in final] == ["deleted"]
    assert ran.done["exit"] == 1
    assert len(posts) == (1 if when == "first" else 3)


@posix
def test_a_history_that_was_replaced_is_noticed_and_one_that_was_renumbered_is_not(
    tmp_path: Path,
) -> None:
    with Services(Home.find(str(tmp_path / "home"))) as services:
        history, file = services.history, services.home.history_file
        event = events.ParcelPacking("JOB", "PARCEL", 1)
        history._file = (1, 1)  # as of a file system that renumbers files
        history.record(event)
        history.record(event)
        with Services(Home.find(str(tmp_path / "other"))):
            pass
        forget_history(file.parent)
        shutil.copy(tmp_path / "other" / "history.sqlite", file)
        with pytest.raises(GantryError) as error:
            history.record(event)
        assert error.value.code is ErrorCode.HISTORY_FAILED
        assert error.value.facts["reason"] == "deleted"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with Receiver(tmp_path / "received") as running:
        yield running


@pytest.mark.parametrize("kind", ["form", "folder"])
@pytest.mark.parametrize("gone", [True, False], ids=["sources gone", "sources there"])
def test_a_history_from_a_backup_asks_before_it_sends_or_calls_anything_failed(
    tmp_path: Path, receiver: Receiver, kind: str, gone: bool
) -> None:
    """The parcels were packed when the backup was made, and have arrived since."""
    for name in ("one", "two"):
        make_study(tmp_path / "src" / name, instances=1)
    (tmp_path / "inbox").mkdir()
    url = receiver.url if kind == "form" else (tmp_path / "inbox").as_uri()
    place = Place("inbox", url)
    held = tmp_path / ("received" if kind == "form" else "inbox")
    with World(tmp_path, tmp_path / "src") as world:
        services = world.services
        job = services.jobs.new(world.scan(), place)
        packed: list[str] = []
        runners: list[JobRunner] = []

        def stop(event: events.Event) -> None:
            if isinstance(event, events.ParcelSending):
                runners[0].stop()

        def both(event: events.Event) -> None:
            if isinstance(event, events.ParcelVerified):
                packed.append(event.parcel)
            elif isinstance(event, events.ParcelSending) and len(packed) == 2:
                stop(event)

        services.jobs.run(
            job, services.destinations.open(place), sink=both, on_runner=runners.append
        )
    shutil.copytree(tmp_path / "home", tmp_path / "backup")

    def resume() -> dict[str, int]:
        with Services(Home.find(str(tmp_path / "home"))) as services:
            counts = {"delivered": 0, "failed": 0, "packed": 0}

            def count(event: events.Event) -> None:
                counts["packed"] += isinstance(event, events.ParcelVerified)

            for left in services.jobs.unfinished():
                done = services.jobs.run(left, services.destinations.open(place), sink=count)
                counts["delivered"] += done.delivered
                counts["failed"] += done.failed
            return counts

    resume()
    arrived = {p.name: p.stat().st_mtime_ns for p in held.glob("*.tar.gz")}
    assert len(arrived) == 2
    forget_history(tmp_path / "home")
    for path in (tmp_path / "backup").glob("history.sqlite*"):
        shutil.copy(path, tmp_path / "home" / path.name)
    if gone:
        (tmp_path / "src").rename(tmp_path / "elsewhere")
    counts = resume()
    assert counts["failed"] == 0
    assert counts["delivered"] >= 1
    assert {p.name: p.stat().st_mtime_ns for p in held.glob("*.tar.gz")} == arrived
    with Services(Home.find(str(tmp_path / "home"))) as services:
        states = {p.state for p in services.history.all_parcels()}
    assert states == {ParcelState.DELIVERED}
