"""What is read and what is sent are kept apart: a rewriter changes bytes and UIDs in between."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from gantry.engine import events
from gantry.engine.archive import pack as pack_module
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.content import (
    VERBATIM,
    Change,
    Identity,
    Rewritten,
    Treatment,
    Verbatim,
    identity_of,
)
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, Parcel, ParcelState, Receipt
from gantry.engine.rewriters import REWRITERS, rewriter_for
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.size_limit import split
from gantry.messages import error_message
from gantry.store.history import ParcelFilter
from gantry.store.history.codec import treatment_in, treatment_out
from support.dicom import CANARIES, make_study
from support.parcels import STUDY, dense, image_like, parcel_with
from support.rewriting import NAME, PATIENT_NAME, PROFILE, RENAMED, Renaming, new_uid
from support.shipments import parcel_of
from support.whole_jobs import PRACTICE, World


class Backwards:
    """Sends every file backwards, under UIDs of its own: `sops` says which."""

    def __init__(self, sops: dict[str, str] | None = None) -> None:
        self.sops = sops or {}

    def summary(self) -> None:
        return None

    def unchanged(self, source: Instance) -> Identity | None:
        return None

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        known = identity_of(source)
        sop = self.sops.get(known.sop_instance_uid, f"{known.sop_instance_uid}.9")
        return Rewritten((bytes(data)[::-1],), known._replace(sop_instance_uid=sop))


BACKWARDS = Treatment("backwards")


@pytest.fixture(autouse=True)
def rewriters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REWRITERS, "renaming", lambda treatment: Renaming())
    monkeypatch.setitem(REWRITERS, "backwards", lambda treatment: Backwards())


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """Four instances in two series, to be renamed."""
    paths = make_study(tmp_path / "Kanarienvogel", series=2, instances=2)
    return replace(parcel_of(paths), treatment=RENAMED)


def members(archive: Archive) -> dict[str, bytes]:
    with tarfile.open(archive.path) as source:
        return {m.name: source.extractfile(m).read() for m in source}  # type: ignore[union-attr]


def packed(parcel: Parcel, folder: Path) -> Archive:
    archive = pack(parcel, folder, threads=1)
    return verify(archive.path, expected=archive)


def test_verbatim_returns_the_very_bytes_and_the_uids_that_were_read() -> None:
    instance = Instance(Source("/a", 3, 1, 1), "1.2", "1.3", "1.4", "1.5", "1.6")
    data = memoryview(b"abc")
    sent = pickle.loads(pickle.dumps(rewriter_for(VERBATIM))).rewrite(instance, data)
    assert sent.parts[0] is data
    assert sent == Rewritten((data,), Identity("1.2", "1.4", "1.5", "1.3", "1.6"))
    assert Verbatim().unchanged(instance) == sent.identity


def test_an_archive_holds_what_the_rewriter_made_under_the_uids_that_are_sent(
    parcel: Parcel, tmp_path: Path
) -> None:
    archive = packed(parcel, tmp_path / "spool")
    found = members(archive)
    manifest = json.loads(found.pop("manifest.json"))
    assert list(found) == [
        f"{new_uid(f.series_instance_uid)}/{new_uid(f.sop_instance_uid)}.dcm" for f in parcel.files
    ]
    for file, source in zip(archive.files, parcel.files, strict=True):
        sent = b"".join(Renaming().rewrite(source, memoryview(read(source))).parts)
        assert found[file.name] == sent
        assert (file.size, file.sha256) == (len(sent), hashlib.sha256(sent).hexdigest())
    assert archive.study_uid == new_uid(parcel.study_uid)
    assert manifest["study"]["study_instance_uid"] == archive.study_uid
    assert archive.changes == {Change(PATIENT_NAME, "replace"): 4}


def test_what_was_read_stays_beside_what_is_sent_and_out_of_the_archive(
    parcel: Parcel, tmp_path: Path
) -> None:
    archive = packed(parcel, tmp_path / "spool")
    inside = b"".join(name.encode() + data for name, data in members(archive).items())
    for file, source in zip(archive.files, parcel.files, strict=True):
        assert file.read is not None
        assert parcel.files[file.source] is source
        assert file.read.identity == identity_of(source)
        assert file.read.size == source.size
        assert file.read.sha256 == hashlib.sha256(read(source)).hexdigest()
        for secret in (file.read.sha256, *identity_of(source)[:3], *CANARIES[:1]):
            assert secret.encode() not in inside


def test_the_time_of_a_de_identified_member_is_the_parcels(parcel: Parcel, tmp_path: Path) -> None:
    paths = [Path(f.source.path) for f in parcel.files]
    for path in paths:
        os.utime(path, (987_654_321, 987_654_321))
    parcel = replace(parcel_of(paths), treatment=RENAMED)
    with tarfile.open(packed(parcel, tmp_path / "spool").path) as source:
        times = {m.mtime for m in source}
    assert len(times) == 1
    assert times.isdisjoint({987_654_321})


def test_the_manifest_says_by_which_rules_and_verify_reads_it_back(
    parcel: Parcel, tmp_path: Path
) -> None:
    archive = packed(parcel, tmp_path / "spool")
    manifest = json.loads(members(archive)["manifest.json"])
    assert manifest["schema"] == "gantry.manifest/2"
    assert manifest["deidentified"] == {
        "profile": "test",
        "edition": "2026c",
        "gantry": "0.2.0",
        "rules_sha256": "f1d0",
    }
    stranger = verify(archive.path)
    assert stranger.deidentified == PROFILE
    assert stranger.files == archive.files
    with pytest.raises(GantryError) as caught:
        verify(archive.path, expected=replace(archive, deidentified=None))
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED


def test_a_rewriter_that_does_not_de_identify_writes_the_first_manifest(tmp_path: Path) -> None:
    parcel = replace(parcel_with(tmp_path / "in", [b"abc"]), treatment=BACKWARDS)
    archive = packed(parcel, tmp_path / "spool")
    found = members(archive)
    assert json.loads(found["manifest.json"])["schema"] == "gantry.manifest/1"
    assert found[archive.files[0].name] == b"cba"
    assert archive.study_uid == STUDY


def test_a_rewritten_parcel_packed_again_has_the_same_bytes(parcel: Parcel, tmp_path: Path) -> None:
    first = packed(parcel, tmp_path / "first")
    for threads in (1, 2, 5):
        again = pack(parcel, tmp_path / "again", threads=threads)
        assert again.path.read_bytes() == first.path.read_bytes()


@pytest.mark.parametrize("in_memory", [64 << 20, 1 << 20])
def test_big_files_are_rewritten_whole_and_nothing_is_left_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(pack_module, "_MOST_IN_MEMORY", in_memory)
    contents = [b"", b"x", dense(2_500_000), image_like(5_000_000), b"end"]
    parcel = replace(parcel_with(tmp_path / "in", contents), treatment=BACKWARDS)
    archive = packed(parcel, tmp_path / "spool")
    found = members(archive)
    assert [found[f.name] for f in archive.files] == [data[::-1] for data in contents]
    assert [p.name for p in (tmp_path / "spool").iterdir()] == [archive.path.name]


def test_files_that_are_sent_under_one_uid_get_their_own_names_and_equal_ones_go_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = image_like(2_500_000)
    parcel = parcel_with(tmp_path / "in", [b"abc", big, b"abc", b"d", big])
    sops = {f.sop_instance_uid: "1.2.3" for f in parcel.files}
    monkeypatch.setitem(REWRITERS, "backwards", lambda treatment: Backwards(sops))
    archive = packed(replace(parcel, treatment=BACKWARDS), tmp_path / "spool")
    assert [f.name.partition("/")[2] for f in archive.files] == [
        "1.2.3.dcm", "1.2.3~2.dcm", "1.2.3~3.dcm",
    ]  # fmt: skip
    assert [f.source for f in archive.files] == [0, 1, 3]


def test_a_parcel_that_is_split_stays_as_it_is_to_be_treated(parcel: Parcel) -> None:
    parts = split(parcel, parcel.size // 2 + 8192)
    assert [p.treatment for p in parts] == [RENAMED] * len(parts)
    assert len(parts) == 2


# Whole jobs


@pytest.fixture
def world(tmp_path: Path, canary_folder: Path) -> Iterator[World]:
    for n in range(3):
        make_study(canary_folder / f"study {n}", instances=3, StudyID=str(n))
    with World(tmp_path, canary_folder) as made:
        yield made


def renamed(world: World) -> tuple[Parcel, ...]:
    return tuple(replace(p, treatment=RENAMED) for p in world.scan())


def arrived_as_sent(world: World, parcels: tuple[Parcel, ...]) -> bool:
    wanted = sorted(
        hashlib.sha256(b"".join(Renaming().rewrite(f, memoryview(read(f))).parts)).hexdigest()
        for p in parcels
        for f in p.files
    )
    return world.arrived() == wanted


def read(source: Instance) -> bytes:
    return Path(source.source.path).read_bytes()


def test_a_job_delivers_what_was_rewritten_and_the_history_knows_both(world: World) -> None:
    parcels = renamed(world)
    done = world.send(parcels)
    assert done.delivered == 3
    assert arrived_as_sent(world, parcels)
    history = world.services.history
    for parcel in parcels:
        rows = history.sources(parcel.id)
        assert [r.sop_instance_uid for r in rows] == [f.sop_instance_uid for f in parcel.files]
        archive = history.archive(parcel.id)
        assert archive is not None
        assert archive.study_uid == new_uid(parcel.study_uid)
        detail = history.parcel(parcel.id)
        assert detail is not None
        assert detail.receipts[-1].sha256 == archive.sha256
        (again,) = history.send_again([parcel.id]).parcels
        assert again.treatment == RENAMED
        assert [f.source for f in again.files] == [f.source for f in parcel.files]
    world.check_rest(*[ParcelState.DELIVERED] * 3)


class Killed(BaseException):
    """Represents the end of the process."""


# Sends what is in a folder, renamed, and ends like a killed process at the first such event.
_KILLED = """
import os, sys
from dataclasses import replace
from pathlib import Path
from gantry.engine.rewriters import REWRITERS
from support.rewriting import RENAMED, Renaming
from support.whole_jobs import World
REWRITERS["renaming"] = lambda treatment: Renaming()
home, sources, last = sys.argv[1:]
def kill(event):
    if type(event).__name__ == last:
        os._exit(9)
world = World(Path(home), Path(sources))
world.send(tuple(replace(p, treatment=RENAMED) for p in world.scan()), hook=kill)
"""


@pytest.mark.parametrize(
    "last", ["JobStarted", "ParcelPacking", "ParcelVerified", "ParcelSending", "ParcelArrived"]
)
def test_a_job_that_was_killed_is_resumed_with_the_same_bytes(
    world: World, tmp_path: Path, last: str
) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path), str(world.sources), last]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths}
    assert subprocess.run(command, env=environment, timeout=120, check=False).returncode == 9
    (job,) = world.services.jobs.unfinished()
    assert [p.treatment for p in job.parcels] == [RENAMED] * 3
    kept = [archive for r in job.resumed.values() if (archive := r.archive)]
    assert kept or last in ("JobStarted", "ParcelPacking", "ParcelArrived")
    opened = world.services.destinations.open(PRACTICE)
    world.services.jobs.run(job, opened)
    opened.close()
    assert arrived_as_sent(world, job.parcels)
    for archive in kept:
        assert archive == world.services.history.archive(archive.parcel)
        assert archive.deidentified == PROFILE
    world.check_rest(*[ParcelState.DELIVERED] * 3)


@pytest.mark.parametrize("last", [events.JobStarted, events.ParcelVerified])
def test_a_resumed_parcel_whose_rewriter_is_gone_fails_and_nothing_of_it_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, last: type[events.Event]
) -> None:
    parcels = (*renamed(world)[:2], world.scan()[2])

    def kill(event: events.Event) -> None:
        if isinstance(event, last):
            raise Killed

    with pytest.raises(Killed):
        world.send(parcels, hook=kill)
    monkeypatch.delitem(REWRITERS, "renaming")
    (job,) = world.services.jobs.unfinished()
    opened, told = world.services.destinations.open(PRACTICE), list[events.Event]()
    done = world.services.jobs.run(job, opened, sink=told.append)
    opened.close()
    assert (done.failed, done.delivered) == (2, 1)
    failed = [e.error for e in told if isinstance(e, events.ParcelFailed)]
    assert [e.code for e in failed] == [ErrorCode.TREATMENT_UNKNOWN] * 2
    assert all(e.wait is None for e in told if isinstance(e, events.AttemptFailed))
    assert {e.parcel for e in told if isinstance(e, events.ParcelSending)} == {parcels[2].id}
    assert "Nothing more was sent" in error_message(failed[0]).what
    assert world.arrived() == sorted(hashlib.sha256(read(f)).hexdigest() for f in parcels[2].files)
    world.check_rest(ParcelState.FAILED, ParcelState.FAILED, ParcelState.DELIVERED)


def test_a_parcel_that_arrived_before_its_rewriter_went_is_found_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcels = renamed(world)[:1]

    class Cut(Destination):
        """Takes the parcel; the answer is lost with the process."""

        def __init__(self) -> None:
            self.practice = world.services.destinations.open(PRACTICE)
            self.url = self.practice.url

        def send(self, shipment: Shipment) -> Receipt:
            self.practice.send(shipment)
            raise Killed

        def ask(self, shipment: Shipment) -> Receipt | None:
            return self.practice.ask(shipment)

        def close(self) -> None:
            self.practice.close()

    with pytest.raises(Killed):
        world.send(parcels, Cut())
    monkeypatch.delitem(REWRITERS, "renaming")
    (job,) = world.services.jobs.unfinished()
    opened = world.services.destinations.open(PRACTICE)
    assert world.services.jobs.run(job, opened).delivered == 1
    opened.close()
    assert arrived_as_sent(world, parcels)
    world.check_rest(ParcelState.DELIVERED)


def test_a_treatment_that_the_history_cant_read_never_passes_for_verbatim() -> None:
    for treatment in (VERBATIM, RENAMED, BACKWARDS):
        assert treatment_out(treatment_in(treatment)) == treatment
    newer = '{"rewriter": "verbatim", "deidentified": null, "details": "", "new": 1}'
    for text in ("", "verbatim ", "{}", "{", "null", "[]", '{"rewriter": "verbatim"}', newer):
        with pytest.raises(GantryError) as caught:
            rewriter_for(treatment_out(text))
        assert caught.value.code is ErrorCode.TREATMENT_UNKNOWN


def test_a_file_that_cant_be_rewritten_fails_its_parcel_once_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = world.scan()
    parcels = (
        replace(plain[0], treatment=RENAMED),
        replace(plain[1], treatment=Treatment("failing", PROFILE)),
        plain[2],
    )
    monkeypatch.setitem(REWRITERS, "failing", lambda treatment: Renaming(fails_at=2))
    done = world.send(parcels)
    assert (done.delivered, done.failed) == (2, 1)
    assert world.failures() == world.final_errors() == [ErrorCode.TREATMENT_FAILED]
    (error,) = (e.error for e in world.told if isinstance(e, events.ParcelFailed))
    (culprit,) = (f for f in plain[1].files if f.instance_number == 2)
    assert error.private == {"path": culprit.source.path}
    assert error.detail == "ValueError"
    assert not any(word in str(error) for word in CANARIES)
    world.check_rest(ParcelState.DELIVERED, ParcelState.FAILED, ParcelState.DELIVERED)


def test_a_rewritten_parcel_that_is_too_big_arrives_in_rewritten_parts(world: World) -> None:
    parcels = renamed(world)[:1]
    practice = world.services.destinations.open(PRACTICE)

    class Small(Destination):
        """Takes two instances at most."""

        url = practice.url
        features = Features(splits=True)

        def size_limit(self, token: CancelToken, most: int) -> int | None:
            return None

        def send(self, shipment: Shipment) -> Receipt:
            if len(shipment.archive.files) > 2:
                raise GantryError(ErrorCode.HTTP_413, facts={"host": "here"})
            return practice.send(shipment)

        def ask(self, shipment: Shipment) -> Receipt | None:
            return practice.ask(shipment)

        def close(self) -> None:
            practice.close()

    options = replace(world.services.preferences.job_options(), split=True)
    world.services.preferences.job_options = lambda *_: options  # type: ignore[method-assign]
    world.send(parcels, Small())
    assert arrived_as_sent(world, parcels)


def test_the_uids_that_were_read_and_those_that_were_sent_find_the_parcel(world: World) -> None:
    parcels = renamed(world)
    world.send(parcels)
    first = parcels[0]
    one = first.files[0]
    for uid in (one.sop_instance_uid, one.series_instance_uid, one.study_instance_uid):
        for text in (uid, new_uid(uid)):
            found = world.services.history.parcels(ParcelFilter(text=text))
            assert [row.id for row in found] == [first.id]


def test_the_name_that_arrives_is_the_new_one(world: World) -> None:
    world.send(renamed(world))
    for path in world.services.home.practice.glob("*.tar.gz"):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.name.endswith(".dcm"):
                    stream = archive.extractfile(member)
                    assert stream is not None
                    assert pydicom.dcmread(stream).PatientName == NAME
