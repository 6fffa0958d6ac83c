"""No destination is a folder that Gantry sweeps, and no two homes share a spool."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from gantry.engine import events
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import ParcelState
from gantry.receiver.server import Receiver
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.own_folders import home_id
from gantry.store.settings import SavedDestination
from support.dicom import make_study
from support.whole_jobs import World

OLD = "01JTESTPARCE00000000000000"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    make_study(tmp_path / "src", instances=2)
    with World(tmp_path, tmp_path / "src") as running:
        yield running


def choose_spool(services: Services, folder: Path) -> None:
    services.preferences.use(replace(services.preferences.settings, spool_folder=str(folder)))


def refused(services: Services, folder: Path) -> bool:
    """Whether a job to this folder is refused when the destination is opened and when it begins."""
    url = folder.as_uri()
    with pytest.raises(GantryError) as error:
        services.destinations.open(Place("inbox", url)).close()
    assert error.value.facts["reason"] == "destination"
    return error.value.code is ErrorCode.FOLDER_TAKEN


@pytest.mark.parametrize("where", ["spool", "spool/deeper", "logs", "practice", "state"])
def test_a_folder_that_gantry_sweeps_is_no_destination(world: World, where: str) -> None:
    folder = world.services.preferences.spool.parent / where
    folder.mkdir(parents=True, exist_ok=True)
    assert refused(world.services, folder)


def test_the_spool_folder_that_was_chosen_is_no_destination(world: World, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    choose_spool(world.services, inbox)
    assert refused(world.services, inbox)
    world.services.preferences.spool.mkdir()
    assert refused(world.services, world.services.preferences.spool)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_links_and_other_spellings_lead_to_the_same_refusal(world: World, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(world.services.preferences.spool, target_is_directory=True)
    assert refused(world.services, tmp_path / "a" / "link")
    assert refused(world.services, tmp_path / "a" / ".." / "a" / "link")
    (tmp_path / "real").mkdir()
    (tmp_path / "chosen").symlink_to(tmp_path / "real", target_is_directory=True)
    choose_spool(world.services, tmp_path / "chosen")
    assert refused(world.services, tmp_path / "real")


def test_the_spool_of_another_home_is_no_destination(world: World, tmp_path: Path) -> None:
    with Services(Home.find(str(tmp_path / "other"))) as other:
        assert refused(world.services, other.preferences.spool)
        (tmp_path / "shared").mkdir()
        choose_spool(other, tmp_path / "shared")
        other.preferences.spool.mkdir()
        assert refused(world.services, other.preferences.spool)


@pytest.mark.parametrize("spool", ["around", "beside", "inside"])
def test_a_folder_around_or_beside_the_spool_takes_archives(
    world: World, tmp_path: Path, spool: str
) -> None:
    inbox = tmp_path / "disk" / "inbox"
    inbox.mkdir(parents=True)
    chosen = {"around": inbox.parent, "beside": inbox.parent / "spool", "inside": inbox / "spool"}
    choose_spool(world.services, chosen[spool])
    place = Place("inbox", inbox.as_uri())
    destination = world.services.destinations.open(place)
    job = world.services.jobs.new(world.scan(), place)
    assert world.services.jobs.run(job, destination).delivered == 1
    assert len(list(inbox.glob("*.tar.gz"))) == 1
    assert list(world.services.preferences.spool.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_destination_that_became_the_spool_loses_nothing(world: World, tmp_path: Path) -> None:
    """The settings change, or a link is created, between the start of a job and its sending."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    place = Place("inbox", inbox.as_uri())
    destination = world.services.destinations.open(place)
    job = world.services.jobs.new(world.scan(), place)
    told: list[events.Event] = []

    def sink(event: events.Event) -> None:
        told.append(event)
        if isinstance(event, events.ParcelVerified):
            inbox.rmdir()
            inbox.symlink_to(world.services.preferences.spool, target_is_directory=True)

    assert world.services.jobs.run(job, destination, sink=sink).delivered == 0
    (failed,) = (e for e in told if isinstance(e, events.ParcelFailed))
    assert failed.error.code is ErrorCode.FOLDER_TAKEN

    choose_spool(world.services, tmp_path / "chosen")
    (tmp_path / "chosen").mkdir()
    inbox.unlink()
    inbox.symlink_to(tmp_path / "chosen", target_is_directory=True)
    with pytest.raises(GantryError) as error:
        world.services.jobs.run(world.services.jobs.new(world.scan(), place), destination)
    assert error.value.code is ErrorCode.FOLDER_TAKEN


def test_settings_in_which_spool_and_destination_meet_are_not_kept(
    world: World, tmp_path: Path
) -> None:
    services, inbox = world.services, tmp_path / "inbox"
    inbox.mkdir()
    saved = SavedDestination(name="inbox", url=inbox.as_uri())
    services.preferences.save(replace(services.preferences.settings, destinations=(saved,)))
    with pytest.raises(GantryError) as error:
        services.preferences.save(replace(services.preferences.settings, spool_folder=str(inbox)))
    assert error.value.facts["reason"] == "spool"
    own = SavedDestination(name="own", url=services.home.spool.as_uri())
    with pytest.raises(GantryError) as error:
        services.preferences.save(replace(services.preferences.settings, destinations=(saved, own)))
    assert error.value.facts["reason"] == "destination"

    # One that is in the file already doesn't keep other settings from being saved.
    services.preferences.use(replace(services.preferences.settings, spool_folder=str(inbox)))
    services.preferences.save(replace(services.preferences.settings, theme="dark"))


def test_a_home_never_sweeps_what_another_keeps_in_the_shared_folder(
    world: World, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    with Services(Home.find(str(tmp_path / "other"))) as other:
        choose_spool(world.services, shared)
        choose_spool(other, shared)
        assert world.services.preferences.spool != other.preferences.spool
        waiting, legacy = other.preferences.spool / f"{OLD}.tar.gz", shared / f"{OLD}.tar.gz.part"
        other.preferences.spool.mkdir(parents=True)
        waiting.write_bytes(b"x")
        legacy.write_bytes(b"x")  # made by an older version, of a home that nobody knows
        world.services.jobs.sweep_spool()
        assert waiting.exists()
        assert legacy.exists()
        other.jobs.sweep_spool()
        assert not waiting.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_homes_whose_spools_are_links_to_one_folder_share_nothing(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    spools = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "spool").symlink_to(tmp_path / "shared", target_is_directory=True)
        with Services(Home.find(str(tmp_path / name))) as services:
            spools.add(os.path.realpath(services.preferences.spool))
    assert len(spools) == 2


def test_what_an_older_version_left_of_this_home_is_swept(world: World, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    choose_spool(world.services, shared)
    parcels = world.scan()
    assert world.send(parcels).delivered == 1
    left, others = shared / f"{parcels[0].id}.tar.gz", shared / f"{OLD}.tar.gz"
    with closing(sqlite3.connect(world.services.home.history_file)) as db, db:
        db.execute("UPDATE parcel SET archive_path = ?", (str(left),))  # as an older one wrote it
    left.write_bytes(b"x")
    others.write_bytes(b"x")
    world.services.jobs.sweep_spool()
    assert not left.exists()
    assert others.exists()


def test_what_a_receiver_keeps_in_the_spool_folder_is_never_swept(
    world: World, tmp_path: Path
) -> None:
    """The same folder with another address, which the address alone can't tell."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    choose_spool(world.services, inbox)
    with Receiver(inbox, token="t") as receiver:
        place = Place("receiver", receiver.url)
        destination = world.services.destinations.open(place, Credentials(token="t"))
        job = world.services.jobs.new(world.scan(), place)
        assert world.services.jobs.run(job, destination).delivered == 1
    kept = list(inbox.rglob(f"{job.parcels[0].id}*"))
    world.services.jobs.sweep_spool()
    assert kept
    assert list(inbox.rglob(f"{job.parcels[0].id}*")) == kept


def test_the_id_of_a_home_moves_with_it_and_a_copy_gets_its_own(tmp_path: Path) -> None:
    def home(name: str) -> Home:
        found = Home.find(str(tmp_path / name))
        found.make()
        return found

    first = home_id(home("one"))
    assert home_id(home("one")) == first
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    assert home_id(home("copy")) != first
    (tmp_path / "one").rename(tmp_path / "moved")
    assert home_id(home("moved")) == first


def test_a_copied_history_does_not_take_the_archives_of_its_original(
    world: World, tmp_path: Path
) -> None:
    """The parcel is packed again by the copy; the original's archive stays where it is."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    place = Place("inbox", inbox.as_uri())
    job = world.services.jobs.new(world.scan(), place)

    def stop(event: events.Event) -> None:
        if isinstance(event, events.ParcelVerified):
            runner.stop()

    from gantry.engine.job_runner import JobRunner

    runner: JobRunner

    def keep(found: JobRunner) -> None:
        nonlocal runner
        runner = found

    world.services.jobs.run(job, world.services.destinations.open(place), sink=stop, on_runner=keep)
    (waiting,) = world.services.preferences.spool.glob("*.tar.gz")
    shutil.copytree(tmp_path / "home", tmp_path / "copy")
    with Services(Home.find(str(tmp_path / "copy"))) as copy:
        (again,) = copy.jobs.unfinished()
        assert copy.jobs.run(again, copy.destinations.open(place)).delivered == 1
        with closing(sqlite3.connect(copy.home.history_file)) as db:
            assert db.execute("SELECT state FROM parcel").fetchone() == (ParcelState.DELIVERED,)
    assert waiting.exists()
    assert len(list(inbox.glob("*.tar.gz"))) == 1


def test_a_spool_among_the_sources_is_no_source(world: World, tmp_path: Path) -> None:
    """Cases in which the spool folder, or the home, is in the folder that is sent."""
    outer = tmp_path / "disk"
    make_study(outer / "study", instances=1)
    choose_spool(world.services, outer)
    (tmp_path / "inbox").mkdir()
    place = Place("inbox", (tmp_path / "inbox").as_uri())
    world.services.preferences.use(
        replace(world.services.preferences.settings, keep_delivered=True)
    )
    world.sources = outer
    job = world.services.jobs.new(world.scan(), place)
    assert world.services.jobs.run(job, world.services.destinations.open(place)).delivered == 1
    assert list(world.services.preferences.spool.glob("*.tar.gz"))
    make_study(world.services.home.practice / "received", instances=1)
    (again,) = world.scan()
    assert len(again.files) == 1
    world.sources = tmp_path  # with the home, the inbox and the first study
    found = {Path(f.source.path) for parcel in world.scan() for f in parcel.files}
    assert not any(path.is_relative_to(world.services.home.practice) for path in found)
    assert not any(path.is_relative_to(world.services.preferences.spool) for path in found)
