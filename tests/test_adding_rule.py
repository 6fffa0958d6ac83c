"""Rules that are added for held uploads: to the user's file, or to a copy of a built-in one."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path
from zipfile import ZipFile

import pytest
from pydicom import dcmread

from gantry.engine.deidentify.added_rule import EMPTY, REMOVE, NoRule, Rule
from gantry.engine.deidentify.treating import chosen_in, key_in
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job import Job
from gantry.engine.parcel import ParcelState
from gantry.services.adding_rule import (
    NoChange,
    RuleOffer,
    add_rules,
    by_profile,
    can_have_rule,
    rule_offer,
)
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.privacy_report import report_of
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.profiles import is_name, is_of_preset
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from support.dicom import make_instance
from support.scanned import instances, scan
from support.shipments import parcel_of

FILTER_TYPE = 0x00181160
COIL = 0x00181250
OURS = {
    "schema": "gantry.privacy/1",
    "name": "ours",
    "base": "basic",
    "rules": {"StationName": "keep"},
}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "place").mkdir()
    return Place("Study server", (tmp_path / "place").as_uri())


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(OURS))
    return path


def require(services: Services, place: Place, profile: str) -> None:
    saved = SavedDestination(name=place.name, url=place.url, deidentify=profile)
    services.preferences.save(replace(services.preferences.settings, destinations=(saved,)))


def study(folder: Path, number: int, **tags: object) -> Path:
    uid = f"1.2.840.99999.{number}"
    return make_instance(folder / f"{number}.dcm", study=uid, series=f"{uid}.1", **tags)  # type: ignore[arg-type]


def sent(services: Services, place: Place, profile: str, files: Sequence[Path]) -> Job:
    """A job with a parcel for each file."""
    treatment = services.privacy.treatment(place, profile)
    job = services.jobs.new(treated([parcel_of([file]) for file in files], treatment), place)
    run(services, place, job)
    return job


def run(services: Services, place: Place, job: Job) -> None:
    with closing(services.destinations.open(place)) as destination:
        services.jobs.run(job, destination)


def held(folder: Path, services: Services, place: Place, profile: str) -> Job:
    """Three studies of which two are held by one element, and the third one has arrived."""
    name = "Zwolfelf^Ada"
    files = [
        study(folder, number, patient_name=name, patient_id=f"P{number}", FilterType=text)
        for number, text in enumerate(("Zwolfelf", "by Zwolfelf", "STRIP"))
    ]
    return sent(services, place, profile, files)


def states(services: Services, job: Job) -> list[ParcelState]:
    found = (services.history.parcel(parcel.id) for parcel in job.parcels)
    return [detail.row.state for detail in found if detail is not None]


def offer_of(services: Services, job: Job) -> RuleOffer:
    offer = rule_offer(services, job.id, [parcel.id for parcel in job.parcels])
    assert offer is not None
    return offer


def continued(services: Services, place: Place, job: Job, offer: RuleOffer, profile: str) -> None:
    """Does what the window does."""
    treatments = {one: by_profile(services, profile, one) for one in offer.parcels}
    for parcel, treatment in treatments.items():
        services.history.retry([parcel], treatment=treatment)
    (again,) = services.jobs.unfinished()
    run(services, place, again)


def test_a_rule_in_a_copy_of_a_built_in_profile_lets_all_held_uploads_of_the_job_continue(
    tmp_path: Path, services: Services, place: Place
) -> None:
    job = held(tmp_path, services, place, "basic")
    keys = {key_in(parcel.treatment) for parcel in job.parcels}
    offer = offer_of(services, job)
    (element,) = offer.elements
    assert (element.tags, element.files, element.actions) == ((FILTER_TYPE,), 2, (EMPTY, REMOVE))
    assert element.value == "z••••••f"
    assert (offer.profile, offer.name, offer.why_not) == ("basic", "basic with rules", None)
    assert offer.parcels == tuple(parcel.id for parcel in job.parcels[:2])

    profile = add_rules(services, offer, [Rule(FILTER_TYPE, REMOVE)], offer.name)
    assert json.loads(Path(profile).read_bytes()) == {
        "schema": "gantry.privacy/1",
        "name": "basic with rules",
        "base": "basic",
        "rules": {"FilterType": "remove"},
    }
    continued(services, place, job, offer, profile)
    assert states(services, job) == [ParcelState.DELIVERED] * 3
    for parcel, chosen in zip(job.parcels, (profile, profile, "basic"), strict=True):
        treatment = services.history.treatment(parcel.id)
        assert treatment is not None
        assert chosen_in(treatment)[0] == chosen
        assert key_in(treatment) in keys, "a patient has one pseudonym"
    report = report_of(services.history, services.relink, job.id)
    assert report is not None
    counted = {part["profile"]: part["written"] for part in report.facts()["parts"]}
    assert counted == {"basic with rules": 2, "basic": 1}


def test_a_rule_in_the_users_own_file_keeps_everything_else(
    tmp_path: Path, services: Services, place: Place, ours: Path
) -> None:
    ours.chmod(0o640)
    rights = stat.S_IMODE(ours.stat().st_mode)
    job = held(tmp_path, services, place, str(ours))
    offer = offer_of(services, job)
    assert (offer.profile, offer.name) == (str(ours), "")
    assert add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)]) == str(ours)
    rules = {"StationName": "keep", "FilterType": "empty"}
    assert json.loads(ours.read_bytes()) == {**OURS, "rules": rules}
    assert stat.S_IMODE(ours.stat().st_mode) == rights
    continued(services, place, job, offer, str(ours))
    assert states(services, job) == [ParcelState.DELIVERED] * 3


def test_two_jobs_with_one_file_both_continue(
    tmp_path: Path, services: Services, place: Place, ours: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = held(tmp_path / "one", services, place, str(ours))
    two = held(tmp_path / "two", services, place, str(ours))
    offer = offer_of(services, one)
    add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)])
    continued(services, place, one, offer, str(ours))
    assert states(services, one) == [ParcelState.DELIVERED] * 3
    before = ours.read_bytes()
    later = offer_of(services, two)
    add_rules(services, later, [Rule(FILTER_TYPE, EMPTY)])  # there already
    assert ours.read_bytes() == before
    continued(services, place, two, later, str(ours))
    assert states(services, two) == [ParcelState.DELIVERED] * 3


def test_an_upload_that_is_held_later_gets_the_copy_of_the_others(
    tmp_path: Path, services: Services, place: Place
) -> None:
    names = {"patient_name": "Zwolfelf^Ada"}
    files = [
        study(tmp_path, 0, FilterType="Zwolfelf", **names),
        study(tmp_path, 1, ReceiveCoilName="Zwolfelf", **names),
    ]
    job = sent(services, place, "basic", files)
    offer = offer_of(services, job)
    assert [element.tags for element in offer.elements] == [(FILTER_TYPE,), (COIL,)]
    first = add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)], "heart")
    continued(services, place, job, changed(offer, parcels=offer.parcels[:1]), first)
    assert states(services, job) == [ParcelState.DELIVERED, ParcelState.HELD]
    later = offer_of(services, job)
    assert (later.profile, later.name) == ("basic", "heart")
    assert add_rules(services, later, [Rule(COIL, EMPTY)], "Heart") == first
    assert json.loads(Path(first).read_bytes())["rules"] == {
        "FilterType": "empty",
        "ReceiveCoilName": "empty",
    }
    continued(services, place, job, later, first)
    assert states(services, job) == [ParcelState.DELIVERED] * 2


def test_a_name_that_a_laxer_profile_has_is_not_taken_over(
    tmp_path: Path, services: Services, place: Place
) -> None:
    job = held(tmp_path, services, place, "basic")
    lax = services.home.profiles / "basic with rules.json"
    lax.parent.mkdir()
    lax.write_text(json.dumps({**OURS, "dates": "kept"}))
    before = lax.read_bytes()
    offer = offer_of(services, job)
    assert offer.taken == {"basic": False, "research": False, "basic with rules": False}
    assert offer.name == "basic with rules 2"
    for name in ("basic with rules", "Basic with rules", "../elsewhere", "", "a:b"):
        with pytest.raises(GantryError) as refused:
            add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)], name)
        assert refused.value.code is ErrorCode.EXPORT_FAILED
    assert lax.read_bytes() == before
    assert [file.name for file in services.home.profiles.iterdir()] == [lax.name]


def test_a_place_that_requires_a_built_in_profile_gets_no_other_one(
    tmp_path: Path, services: Services, place: Place
) -> None:
    require(services, place, "basic")
    job = held(tmp_path, services, place, "basic")
    offer = offer_of(services, job)
    assert offer.why_not is NoChange.REQUIRED
    with pytest.raises(GantryError) as refused:
        add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)], "mine")
    assert refused.value.code is ErrorCode.TREATMENT_REQUIRED
    assert not services.home.profiles.exists()
    other = tmp_path / "other.json"
    other.write_text(json.dumps(OURS))
    with pytest.raises(GantryError) as refused:
        by_profile(services, str(other), offer.parcels[0])
    assert refused.value.code is ErrorCode.TREATMENT_REQUIRED


def test_a_file_that_a_place_requires_may_become_stricter(
    tmp_path: Path, services: Services, place: Place, ours: Path
) -> None:
    require(services, place, str(ours))
    job = held(tmp_path, services, place, str(ours))
    offer = offer_of(services, job)
    assert offer.why_not is None
    profile = add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)])
    continued(services, place, job, offer, profile)
    assert states(services, job) == [ParcelState.DELIVERED] * 3


def test_a_file_of_a_preset_stays_as_it_came(
    tmp_path: Path, services: Services, place: Place
) -> None:
    services.home.profiles.mkdir()
    file = services.home.profiles / f"trial-{'0a' * 8}.json"
    file.write_text(json.dumps(OURS))
    job = held(tmp_path, services, place, str(file))
    offer = offer_of(services, job)
    assert offer.why_not is NoChange.PRESET
    with pytest.raises(GantryError):
        add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)])
    assert json.loads(file.read_bytes()) == OURS
    assert is_of_preset(services.home, str(file))
    assert not is_of_preset(services.home, str(tmp_path / file.name)), "the user's own"
    assert not is_name(file.stem)


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({**OURS, "unknown": 1}), None])
def test_a_file_that_was_spoilt_meanwhile_is_said_and_stays(
    tmp_path: Path, services: Services, place: Place, ours: Path, text: str | None
) -> None:
    job = held(tmp_path, services, place, str(ours))
    offer = offer_of(services, job)
    ours.unlink()
    if text is not None:
        ours.write_text(text)
    with pytest.raises(GantryError) as refused:
        add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)])
    assert refused.value.code is ErrorCode.PROFILE_INVALID
    assert (ours.read_text() if ours.exists() else None) == text
    with pytest.raises(GantryError) as refused:
        rule_offer(services, job.id, offer.parcels)
    assert refused.value.code is ErrorCode.PROFILE_INVALID


def test_what_another_program_wrote_meanwhile_stays(
    tmp_path: Path, services: Services, place: Place, ours: Path
) -> None:
    job = held(tmp_path, services, place, str(ours))
    offer = offer_of(services, job)
    ours.write_text(json.dumps({**OURS, "rules": {"StudyDescription": "keep"}}))
    add_rules(services, offer, [Rule(FILTER_TYPE, EMPTY)])
    rules = {"StudyDescription": "keep", "FilterType": "empty"}
    assert json.loads(ours.read_bytes())["rules"] == rules


def test_a_file_that_is_held_for_its_picture_has_no_rule(
    tmp_path: Path, services: Services, place: Place
) -> None:
    files = [
        study(tmp_path, 0, BurnedInAnnotation="YES"),
        study(tmp_path, 1, patient_name="Zwolfelf^Ada", ImageType=["DERIVED", "ZWOLFELF"]),
    ]  # fmt: skip
    job = sent(services, place, "basic", files)
    assert states(services, job) == [ParcelState.HELD] * 2
    errors = [d.row.error for p in job.parcels if (d := services.history.parcel(p.id)) is not None]
    assert [can_have_rule(error) for error in errors] == [False, True]
    offer = offer_of(services, job)
    assert offer.others == 1
    assert [element.actions for element in offer.elements] == [NoRule.FIXED]


def test_an_upload_that_is_no_longer_held_has_no_offer(
    tmp_path: Path, services: Services, place: Place
) -> None:
    job = held(tmp_path, services, place, "basic")
    assert rule_offer(services, job.id, [job.parcels[2].id, "unknown"]) is None
    services.history.retry([parcel.id for parcel in job.parcels])
    assert rule_offer(services, job.id, [job.parcels[0].id]) is None


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_private_element_is_named_by_its_creator(
    tmp_path: Path, services: Services, place: Place, is_zipped: bool
) -> None:
    path = study(tmp_path, 0, patient_name="Zwolfelf^Ada")
    ds = dcmread(path)
    ds.private_block(0x0019, "ACME", create=True).add_new(0x0C, "LO", "Zwolfelf")
    ds.save_as(path)
    ours = tmp_path / "ours.json"
    ours.write_text(json.dumps({**OURS, "private_rules": {"ACME": "keep"}}))
    parcel = parcel_of([path])
    if is_zipped:
        with ZipFile(tmp_path / "study.zip", "w") as made:
            made.write(path, "a.dcm")
        path.unlink()
        parcel = changed(parcel, files=tuple(instances(scan(tmp_path / "study.zip")[0])))
    treatment = services.privacy.treatment(place, str(ours))
    job = services.jobs.new(treated([parcel], treatment), place)
    run(services, place, job)
    offer = offer_of(services, job)
    (element,) = offer.elements
    assert (element.creator, element.actions) == ("ACME", (REMOVE,))
    profile = add_rules(services, offer, [Rule(element.tags[-1], REMOVE, element.creator)])
    continued(services, place, job, offer, profile)
    assert states(services, job) == [ParcelState.DELIVERED]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="rights bind no root")
def test_a_file_that_may_not_be_changed_is_said(
    tmp_path: Path, services: Services, place: Place, ours: Path
) -> None:
    job = held(tmp_path, services, place, str(ours))
    ours.chmod(0o400)
    assert offer_of(services, job).why_not is NoChange.READ_ONLY
