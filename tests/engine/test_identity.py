"""What is sent is the image that the scan found, of the patient under whom it is listed.

Every file here is changed in place, and its size and times are what they were: only its bytes can
tell. (The time of change is not compared, for no test can set it; Windows has none.)
"""

from __future__ import annotations

import dataclasses
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
import pytest

from gantry.engine import events
from gantry.engine.errors import ErrorCode
from gantry.engine.instance import Instance
from gantry.engine.parcel import Parcel, ParcelState
from support.dicom import make_study
from support.whole_jobs import World, digests

Change = Callable[[pydicom.Dataset], None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, tmp_path / "src") as running:
        yield running


def timeless(parcels: tuple[Parcel, ...]) -> tuple[Parcel, ...]:
    """The parcels, as if the system kept no time of change."""

    def one(i: Instance) -> Instance:
        return Instance(
            dataclasses.replace(i.source, ctime_ns=0), i.sop_instance_uid, i.sop_class_uid,
            i.series_instance_uid, i.study_instance_uid, i.transfer_syntax_uid, who=i.who,
        )  # fmt: skip

    return tuple(dataclasses.replace(p, files=tuple(map(one, p.files))) for p in parcels)


def change(path: Path, how: Change) -> None:
    """Changes a file; its size and its times stay."""
    before = path.stat()
    ds = pydicom.dcmread(path)
    how(ds)
    ds.save_as(path)
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def other_id(ds: pydicom.Dataset) -> None:
    ds.PatientID = "CANARY-ID-7392"


def other_name(ds: pydicom.Dataset) -> None:
    ds.PatientName = "Kanarienvogel^Dreizehnt"


def other_birth_date(ds: pydicom.Dataset) -> None:
    ds.PatientBirthDate = "19041107"


def other_study(ds: pydicom.Dataset) -> None:
    ds.StudyInstanceUID = ds.StudyInstanceUID[:-1] + str((int(ds.StudyInstanceUID[-1]) + 1) % 10)


def other_image(ds: pydicom.Dataset) -> None:
    ds.SOPInstanceUID = ds.SOPInstanceUID[:-1] + str((int(ds.SOPInstanceUID[-1]) + 1) % 10)


def id_moved_to_the_other_ids(ds: pydicom.Dataset) -> None:
    """The old number is still in the file, among the patient's other ones."""
    ds.OtherPatientIDsSequence[0].PatientID, ds.PatientID = (
        ds.PatientID, ds.OtherPatientIDsSequence[0].PatientID,
    )  # fmt: skip


def refused(world: World, parcels: tuple[Parcel, ...]) -> bool:
    done = world.send(parcels)
    (error,) = (e.error for e in world.told if hasattr(e, "error") and not hasattr(e, "wait"))
    assert error.facts == {"reason": "rescan"}
    assert (done.delivered, done.failed) == (0, 1)
    assert world.arrived() == []
    world.check_rest(ParcelState.FAILED)
    return error.code is ErrorCode.SOURCE_CHANGED


@pytest.mark.parametrize("how", [other_id, other_name, other_birth_date, other_study, other_image])
@pytest.mark.parametrize("size", [16, 1100])  # packed at once, and in pieces
def test_another_s_file_in_a_file_s_place_is_not_sent(world: World, how: Change, size: int) -> None:
    paths = make_study(world.sources, instances=2, size=size)
    parcels = timeless(world.scan())
    change(paths[1], how)
    assert refused(world, parcels)


def test_what_is_no_image_any_more_is_not_sent_in_its_place(world: World) -> None:
    paths = make_study(world.sources, instances=2)
    parcels = timeless(world.scan())
    before = paths[1].stat()
    paths[1].write_bytes(bytes(before.st_size))
    os.utime(paths[1], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert refused(world, parcels)


def test_a_number_that_moved_to_another_element_is_noticed(world: World) -> None:
    other = pydicom.Dataset()
    other.PatientID = "CANARY-ID-7392"
    paths = make_study(world.sources, instances=2, OtherPatientIDsSequence=[other])
    parcels = timeless(world.scan())
    change(paths[0], id_moved_to_the_other_ids)
    assert refused(world, parcels)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_to_another_s_file_is_not_followed_into_the_archive(
    world: World, tmp_path: Path
) -> None:
    paths = make_study(world.sources, instances=2)
    theirs = tmp_path / "theirs.dcm"
    theirs.write_bytes(paths[1].read_bytes())
    change(theirs, other_id)
    parcels = timeless(world.scan())
    before = paths[1].stat()
    paths[1].unlink()
    paths[1].symlink_to(theirs)
    os.utime(theirs, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert theirs.stat().st_size == before.st_size
    assert refused(world, parcels)


def test_a_changed_patient_is_noticed_where_the_times_tell_of_a_change(world: World) -> None:
    """The file is read again once it rests, and then it is another's."""
    paths = make_study(world.sources, instances=2)
    parcels = world.scan()
    ds = pydicom.dcmread(paths[1])
    other_id(ds)
    ds.ImageComments = "corrected"
    ds.save_as(paths[1])
    assert refused(world, parcels)


def test_a_member_of_a_zip_is_looked_at_too(world: World, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "files", instances=2)
    world.sources.mkdir()
    target = world.sources / "study.zip"

    def fill() -> None:
        with zipfile.ZipFile(target, "w") as archive:
            for path in paths:
                archive.write(path, path.name)

    fill()
    parcels = timeless(world.scan())
    before = target.stat()
    change(paths[1], other_id)
    fill()
    os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert refused(world, parcels)


@pytest.mark.parametrize("how", [other_id, other_name, other_birth_date])
def test_a_resumed_job_looks_as_closely(world: World, how: Change) -> None:
    paths = make_study(world.sources, instances=2)
    job = world.services.jobs.new(
        timeless(world.scan()), world.services.destinations.named("practice")
    )
    world.services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    change(paths[1], how)
    (again,) = world.services.jobs.unfinished()
    destination = world.services.destinations.open(world.services.destinations.named("practice"))
    done = world.services.jobs.run(again, destination)
    assert (done.delivered, done.failed) == (0, 1)
    assert world.arrived() == []


def test_what_did_not_change_is_sent_whatever_its_header_looks_like(world: World) -> None:
    """Long headers, no preamble, implicit and big files: read as the scan read them."""
    made = make_study(world.sources / "long", instances=2, ImageComments="x" * 9000)
    made += make_study(world.sources / "implicit", instances=2, implicit=True)
    made += make_study(world.sources / "big", instances=2, size=1100)
    other = pydicom.Dataset()
    other.TextValue = "x" * 700_000
    made += make_study(
        world.sources / "longer", instances=1, size=1100, ReferencedImageSequence=[other] * 2
    )
    (bare,) = make_study(world.sources / "bare", instances=1)
    data = bare.read_bytes()
    ds = pydicom.dcmread(bare)
    assert ds.file_meta.FileMetaInformationGroupLength
    bare.write_bytes(data[132 + 12 + ds.file_meta.FileMetaInformationGroupLength :])
    made.append(bare)
    parcels = world.scan()
    done = world.send(parcels)
    assert done.delivered == len(parcels) == 5
    assert world.arrived() == digests(*made)


def test_a_file_that_changed_before_packing_is_in_the_record(world: World) -> None:
    """With its name in the archive, its hash, and the size that was sent."""
    paths = make_study(world.sources, instances=3)
    parcels = world.scan()
    ds = pydicom.dcmread(paths[1])
    ds.ImageComments = "an export that was finished after the scan"
    ds.save_as(paths[1])
    assert world.send(parcels).delivered == 1
    rows = world.services.history.sources(parcels[0].id)
    assert sorted(r.sha256 for r in rows) == digests(*paths)
    for row in rows:
        assert row.size == Path(row.path).stat().st_size
        assert row.name == f"{row.series_instance_uid}/{row.sop_instance_uid}.dcm"


def test_of_two_equal_files_the_one_that_was_packed_has_the_name(world: World) -> None:
    paths = make_study(world.sources, instances=3)
    (world.sources / "copy.dcm").write_bytes(paths[1].read_bytes())
    parcels = world.scan()
    whole = dataclasses.replace(
        parcels[0], files=(*parcels[0].files[:2], parcels[0].files[1], *parcels[0].files[2:])
    )
    assert world.send((whole,)).delivered == 1
    rows = world.services.history.sources(whole.id)
    assert [bool(r.name) for r in rows] == [True, True, False, True]
    assert [r.sha256 for r in rows if r.name] == [digests(Path(r.path))[0] for r in rows if r.name]


@pytest.mark.skipif(os.name == "nt", reason="has no such files")
@pytest.mark.parametrize("what", ["pipe", "device", "socket"])
def test_a_pipe_or_device_in_a_file_s_place_is_reported_at_once(
    world: World, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a pipe waits for a writer, reading a device never ends: neither is begun."""
    paths = make_study(world.sources, instances=2)
    parcels = world.scan()
    paths[1].unlink()
    if what == "pipe":
        os.mkfifo(paths[1])
    elif what == "device":
        paths[1].symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            monkeypatch.chdir(paths[1].parent)  # a socket's path must be short
            listening.bind(paths[1].name)
    done = world.send(parcels)
    assert (done.delivered, done.failed) == (0, 1)
    (failed,) = (e for e in world.told if isinstance(e, events.ParcelFailed))
    assert failed.error.code is ErrorCode.SOURCE_CHANGED
    world.check_rest(ParcelState.FAILED)


@pytest.mark.skipif(os.name == "nt", reason="has no such files")
def test_a_pipe_that_comes_while_the_folder_is_scanned_is_skipped(tmp_path: Path) -> None:
    from gantry.engine import files
    from gantry.engine.intake.skipped import SkipReason, reason_of

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(files.NotAFile) as error:
        files.open_shared(tmp_path / "pipe")
    assert reason_of(error.value) is SkipReason.SPECIAL
