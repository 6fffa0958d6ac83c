"""`deidentification.json`: what travels of the report, and that it stays as the upload began."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import UID, ExplicitVRLittleEndian

from gantry.engine import events
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.content import Treatment
from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.deidentify.report import Tally
from gantry.engine.deidentify.sent_report import sent_report
from gantry.engine.deidentify.treating import key_in, reported_in, skipping
from gantry.engine.errors import GantryError
from gantry.engine.held import HeldFile, files_in
from gantry.engine.parcel import Parcel
from gantry.engine.transfer.size_limit import split
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.recipes import save_recipe
from gantry.store.replace import replace
from support.linked import linked
from support.nearly_alike import slice_of
from support.pictures import LOOKS, noise, picture, recipe, saved
from support.planted import planted
from support.shipments import parcel_of

REPORT = "deidentification.json"
SAID = {
    "schema", "profile", "edition", "gantry", "rules_sha256", "written", "masked", "held",
    "skipped", "elements", "private_kept", "masks", "masked_frames", "searched_for",
    "not_searchable",
}  # fmt: skip


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "shelf").mkdir()
    return Place("Shelf", (tmp_path / "shelf").as_uri())


def choose(services: Services, wanted: bool) -> None:
    services.preferences.save(replace(services.preferences.settings, report_in_archive=wanted))


def written(folder: Path, *files: bytes) -> list[Path]:
    folder.mkdir()
    for number, data in enumerate(files):
        (folder / f"{number}.dcm").write_bytes(data)
    return sorted(folder.iterdir())


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]


def report_in(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members(path)[REPORT])
    return found


def begun(services: Services, place: Place, parcel: Parcel, profile: str = "research") -> Parcel:
    (made,) = treated([parcel], services.privacy.treatment(place, profile))
    return made


def packed(services: Services, parcel: Parcel, folder: Path) -> Path:
    made = pack(parcel, folder, threads=1, rewriter_of=services.privacy.rewriter_of)
    return verify(made.path, expected=made).path


def test_nobody_who_did_not_ask_for_it_sends_one(
    services: Services, place: Place, tmp_path: Path
) -> None:
    parcel = begun(services, place, parcel_of(written(tmp_path / "in", slice_of(1))))
    assert not reported_in(parcel.treatment)
    assert REPORT not in members(packed(services, parcel, tmp_path / "out"))


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("seed", range(3))
def test_it_counts_and_says_nothing_of_anybody(
    services: Services, place: Place, tmp_path: Path, seed: int, profile: str
) -> None:
    choose(services, True)
    made = planted(seed)
    paths = written(tmp_path / "in", *made.files)
    parcel = begun(services, place, parcel_of(paths), profile)
    path = packed(services, parcel, tmp_path / "out")
    found = members(path)
    assert made.left_in(found[REPORT]) == []
    said = json.loads(found[REPORT])
    assert set(said) == SAID
    manifest = json.loads(found["manifest.json"])
    assert {name: said[name] for name in manifest["deidentified"]} == manifest["deidentified"]
    assert said["written"] == len(manifest["files"]) == len(made.files)
    assert (said["held"], said["skipped"], said["masks"]) == ({}, {}, {})
    actions = {(row["tag"], row["action"]): row["count"] for row in said["elements"]}
    assert actions["00100010", "pseudonym"] == len(made.files)
    assert said["searched_for"]["name"] > 0
    everywhere = found[REPORT].decode().lower()
    new = manifest["study"]["study_instance_uid"]
    for one in (parcel.study_uid, new, key_in(parcel.treatment)):
        assert one
        assert one.lower() not in everywhere


def test_texts_that_stayed_are_for_this_computer_only() -> None:
    tally = Tally(RESEARCH.reference, "key id 4711")
    tally.texts[0x00081030, "Spezial^Muster"] = 1
    made = sent_report(tally)
    assert b"Spezial" not in made
    assert b"4711" not in made
    assert set(json.loads(made)) == SAID


def test_the_parts_of_a_split_upload_have_one_each_on_their_own_files(
    services: Services, place: Place, tmp_path: Path
) -> None:
    choose(services, True)
    paths = written(tmp_path / "in", *(slice_of(number) for number in range(1, 7)))
    parcel = begun(services, place, parcel_of(paths))
    whole = report_in(packed(services, parcel, tmp_path / "out"))
    parts = split(parcel, parcel.size // 2 + 8192)
    assert len(parts) == 2
    said = [report_in(packed(services, part, tmp_path / "out")) for part in parts]
    assert [one["written"] for one in said] == [len(part.files) for part in parts]
    total: Counter[tuple[str, str]] = Counter()
    for one in said:
        for row in one["elements"]:
            total[row["tag"], row["action"]] += row["count"]
    assert total == {(row["tag"], row["action"]): row["count"] for row in whole["elements"]}


def test_two_uploads_at_once_have_their_own(
    services: Services, place: Place, tmp_path: Path
) -> None:
    """One with a report, one that began before it was wanted; each keeps what it began with."""
    silent = begun(services, place, parcel_of(written(tmp_path / "one", slice_of(1))))
    choose(services, True)
    telling = begun(services, place, parcel_of(written(tmp_path / "two", slice_of(2), slice_of(3))))
    choose(services, False)
    assert REPORT not in members(packed(services, silent, tmp_path / "out"))
    assert report_in(packed(services, telling, tmp_path / "out"))["written"] == 2


def test_an_upload_that_was_interrupted_is_resumed_with_the_same_bytes(
    services: Services, place: Place, tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    def kill(event: events.Event) -> None:
        if isinstance(event, events.ParcelPacking):
            raise Killed

    choose(services, True)
    paths = written(tmp_path / "in", *linked())
    parcels = [begun(services, place, parcel_of([path])) for path in paths[:2]]
    wanted = sorted(packed(services, parcel, tmp_path / "out").read_bytes() for parcel in parcels)
    job = services.jobs.new(tuple(parcels), place)
    with closing(services.destinations.open(place)) as destination:
        with pytest.raises(Killed):
            services.jobs.run(job, destination, sink=kill)
        choose(services, False)
        (again,) = services.jobs.unfinished()
        assert services.jobs.run(again, destination).delivered == 2
    arrived = sorted(p.read_bytes() for p in (tmp_path / "shelf").rglob("*.tar.gz"))
    assert arrived == wanted


def test_an_upload_that_is_tried_again_by_the_rules_of_now_keeps_its_choice(
    services: Services, place: Place
) -> None:
    for wanted in (True, False):
        choose(services, wanted)
        treatment = services.privacy.treatment(place, "basic")
        choose(services, not wanted)
        assert reported_in(treatment) is wanted
        assert reported_in(services.privacy.renewed(treatment)) is wanted
        assert reported_in(skipping(treatment, [HeldFile(1, "class", "", "", "ab")])) is wanted


def test_a_treatment_of_an_earlier_build_has_none() -> None:
    assert not reported_in(Treatment("deidentify", details='{"file": "", "key": "x"}'))


def test_a_skipped_file_is_counted_with_its_rule(
    services: Services, place: Place, tmp_path: Path
) -> None:
    choose(services, True)
    burned = slice_of(2, lambda ds: setattr(ds, "BurnedInAnnotation", "YES"))
    parcel = begun(services, place, parcel_of(written(tmp_path / "in", slice_of(1), burned)))
    with pytest.raises(GantryError) as held:
        packed(services, parcel, tmp_path / "out")
    skipped = skipping(parcel.treatment, files_in(held.value))
    said = report_in(packed(services, changed(parcel, treatment=skipped), tmp_path / "out"))
    assert (said["written"], said["skipped"], said["held"]) == (1, {"burned in": 1}, {})


def test_masks_are_counted_by_image_and_by_frame(
    services: Services, place: Place, tmp_path: Path
) -> None:
    """Images of one frame and of three, of a kind that has a recipe; and one that needs none."""
    choose(services, True)
    one, three, other = (
        picture(LOOKS[0], ExplicitVRLittleEndian, noise(LOOKS[0], frames)) for frames in (1, 3, 2)
    )
    three.SOPInstanceUID, other.SOPInstanceUID = UID("1.2.3.5"), UID("1.2.3.6")
    other.ManufacturerModelName = "Camera 3"
    clear = changed(recipe("none"), kind=recipe("none").kind._replace(model="Camera 3"))
    for each in (recipe("edge"), clear):
        save_recipe(services.home, each)
    parcel = begun(
        services, place, parcel_of(written(tmp_path / "in", *map(saved, (one, three, other))))
    )
    path = packed(services, parcel, tmp_path / "out")
    said = report_in(path)
    assert (said["written"], said["masked"]) == (3, 2)
    assert said["masks"] == {"drawn masks": 2}
    assert said["masked_frames"] == {"drawn masks": 4}
