"""What was sent is sent again: to its place as it was, to another place as that one is set up."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path

import pytest

from gantry.engine.content import VERBATIM, Treatment
from gantry.engine.deidentify.treating import chosen_in, key_in
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel
from gantry.messages import error_message
from gantry.services import privacy
from gantry.services.named_destinations import Place
from gantry.services.other_keys import with_another_key
from gantry.services.privacy import treated
from gantry.services.sending_again import sent_again
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.replace import replace
from gantry.store.secrets import SecretStore
from gantry.store.settings import SavedDestination
from support.dicom import make_instance
from support.history import make_parcels
from support.rewriting import RENAMED
from support.sent import delivery, started
from support.shipments import parcel_of

NO_STORE = SecretStore(None)
OLD, NEW = "https://old.example/in", "https://new.example/in"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """With keys in files, whatever this system has."""
    monkeypatch.setattr(privacy, "secret_store", lambda: NO_STORE)
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


def _save(services: Services, *saved: SavedDestination) -> None:
    services.preferences.save(replace(services.preferences.settings, destinations=saved))


def _choose(services: Services, url: str, profile: str) -> None:
    """As somebody did who sent to an address by a profile."""
    services.preferences.save(replace(services.preferences.settings, profiles={url: profile}))


def _at(url: str) -> Place:
    return Place(url, url)


def _sent(
    services: Services, parcels: Sequence[Parcel], place: Place, profile: str = ""
) -> tuple[Parcel, ...]:
    """Parcels that arrived at a place, as the history has them."""
    made = treated(parcels, services.privacy.treatment(place, profile))
    job = f"J{made[0].id}"
    services.history.record(changed(started(job, list(made), place.name), url=place.url))
    for parcel in made:
        for event in delivery(job, parcel):
            services.history.record(event)
    return services.history.send_again([parcel.id for parcel in made]).parcels


def _again(
    services: Services, parcels: Sequence[Parcel], before: Place, place: Place
) -> tuple[Parcel, ...]:
    made = sent_again(services, parcels, {parcel.id: before for parcel in parcels}, place)
    assert {parcel.id for parcel in made}.isdisjoint(parcel.id for parcel in parcels)
    assert [parcel.files for parcel in made] == [parcel.files for parcel in parcels]
    return made


def _chosen(parcels: Sequence[Parcel]) -> set[tuple[str, str]]:
    """The profiles and the keys."""
    return {(chosen_in(p.treatment)[0], key_in(p.treatment)) for p in parcels}


def test_elsewhere_it_gets_the_profile_and_the_key_of_that_place(services: Services) -> None:
    _save(
        services,
        SavedDestination(name="Old", url=OLD, deidentify="basic"),
        SavedDestination(name="New", url=NEW, deidentify="research"),
    )
    sent = _sent(services, make_parcels(2), Place("Old", OLD), "basic")
    again = _again(services, sent, Place("Old", OLD), Place("New", NEW))
    there = services.privacy.treatment(Place("New", NEW), "research")
    assert _chosen(again) == {("research", key_in(there))} != _chosen(sent)
    assert services.jobs.new(again, Place("New", NEW)).parcels == again


def test_elsewhere_it_gets_the_profile_that_was_last_chosen_there(services: Services) -> None:
    _choose(services, NEW, "research")
    plain = _sent(services, make_parcels(1), _at(OLD))
    basic = _sent(services, make_parcels(1), _at(OLD), "basic")
    there = services.privacy.treatment(_at(NEW), "research")
    again = _again(services, [*plain, *basic], _at(OLD), _at(f"{NEW}/"))
    assert _chosen(again) == {("research", key_in(there))}


def test_what_was_deidentified_never_becomes_as_it_is(services: Services) -> None:
    sent = _sent(services, make_parcels(2), _at(OLD), "basic")
    again = _again(services, sent, _at(OLD), _at(NEW))
    there = services.privacy.treatment(_at(NEW), "basic")
    assert _chosen(again) == {("basic", key_in(there))} != _chosen(sent)
    assert [p.treatment.known for p in again] == [p.treatment.known for p in sent] != [""]


def test_what_was_sent_as_it_is_goes_as_it_is_again_where_nothing_is_chosen(
    services: Services,
) -> None:
    sent = _sent(services, make_parcels(2), _at(OLD))
    assert {p.treatment for p in _again(services, sent, _at(OLD), _at(NEW))} == {VERBATIM}
    other = [changed(parcel, treatment=RENAMED) for parcel in sent]
    assert {p.treatment for p in _again(services, other, _at(OLD), _at(NEW))} == {RENAMED}


@pytest.mark.parametrize("profile", ["", "basic"])
def test_at_the_same_place_it_keeps_what_it_had(services: Services, profile: str) -> None:
    sent = _sent(services, make_parcels(2), _at(OLD), profile)
    _choose(services, OLD, "research")
    for place in (_at(OLD), _at(f"{OLD}/"), _at("https://Old.example:443/in")):
        again = _again(services, sent, _at(OLD), place)
        assert [p.treatment for p in again] == [p.treatment for p in sent]


def test_one_address_with_two_study_names_is_two_places(services: Services) -> None:
    _save(
        services,
        SavedDestination(name="Stroke", url=OLD, study="Stroke"),
        SavedDestination(name="Tumour", url=OLD, study="Tumour"),
    )
    sent = _sent(services, make_parcels(1), Place("Stroke", OLD), "basic")
    again = _again(services, sent, Place("Stroke", OLD), Place("Tumour", OLD))
    there = services.privacy.treatment(Place("Tumour", OLD), "basic")
    assert _chosen(again) == {("basic", key_in(there))} != _chosen(sent)


def test_parcels_of_two_places_that_go_to_one_of_them(services: Services) -> None:
    old = _sent(services, make_parcels(1), _at(OLD), "basic")
    new = _sent(services, make_parcels(1), _at(NEW), "research")
    before = {old[0].id: _at(OLD), new[0].id: _at(NEW)}
    moved, kept = sent_again(services, [*old, *new], before, _at(NEW))
    assert kept.treatment == new[0].treatment
    assert _chosen([moved]) == {("basic", key_in(kept.treatment))}


def test_a_subject_of_the_labels_goes_with_it_and_a_counted_patient_does_not(
    services: Services, tmp_path: Path
) -> None:
    file = tmp_path / "counting.json"
    profile = {"schema": "gantry.privacy/1", "name": "n", "base": "basic", "pseudonym": "S{number}"}
    file.write_text(json.dumps(profile))
    (parcel,) = make_parcels(1)
    _choose(services, NEW, str(file))
    named = _sent(services, [changed(parcel, labels=(("subject", "Anton"),))], _at(OLD), "basic")
    (again,) = _again(services, named, _at(OLD), _at(NEW))
    assert json.loads(again.treatment.details)["subject"] == "Anton"
    plain = _sent(services, make_parcels(1), _at(OLD), "basic")
    with pytest.raises(GantryError) as refused:
        _again(services, plain, _at(OLD), _at(NEW))
    assert refused.value.code is ErrorCode.NUMBERS_FAILED
    assert "second number" in error_message(refused.value).what


def test_it_arrives_with_the_pseudonym_of_the_new_place(services: Services, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    one, two = (Place(folder.name, folder.as_uri()) for folder in folders)
    for folder in folders:
        folder.mkdir()
    source = make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")
    job = services.jobs.new(
        treated([parcel_of([source])], services.privacy.treatment(one, "basic")), one
    )
    _run(services, job.parcels, one)
    sent = services.history.send_again([p.id for p in job.parcels]).parcels
    _run(services, _again(services, sent, one, two), two)
    _run(services, treated([parcel_of([source])], services.privacy.treatment(two, "basic")), two)
    assert len(_studies(folders[0])) == len(_studies(folders[1])) == 1
    assert _studies(folders[0]).isdisjoint(_studies(folders[1]))


def _run(services: Services, parcels: Sequence[Parcel], place: Place) -> None:
    with closing(services.destinations.open(place)) as destination:
        assert services.jobs.run(services.jobs.new(parcels, place), destination).delivered == 1


def _studies(folder: Path) -> set[str]:
    found = set()
    for path in folder.rglob("*.tar.gz"):
        with tarfile.open(path) as tar:
            manifest = tar.extractfile("manifest.json")
            assert manifest is not None
            found.add(str(json.load(manifest)["study"]["study_instance_uid"]))
    return found


# Patients who were sent there before with another key


def _others(services: Services, parcels: Sequence[Parcel], place: Place, profile: str) -> int:
    settings = services.preferences.settings
    new = treated(parcels, services.privacy.treatment(place, profile))
    return with_another_key(services.history, settings, new, place)


def test_patients_with_another_key_at_the_same_place_are_counted_once_each(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (make_parcels(2, patient_id=name) for name in ("one", "two", "three"))
    for parcels in (first, second):
        _sent(services, parcels, _at(OLD), "basic")
    everybody = [*first, *second, *third]
    assert _others(services, everybody, _at(OLD), "basic") == 0
    assert _others(services, everybody, _at(OLD), "research") == 0, "the key is the same"
    monkeypatch.setenv("GANTRY_PSEUDONYM_KEY", "another key, as long as it must be")
    assert _others(services, everybody, _at(OLD), "basic") == 2
    assert _others(services, everybody, _at(f"{OLD}/"), "basic") == 2
    assert _others(services, everybody, _at(NEW), "basic") == 0, "nobody was sent there"
    assert _others(services, everybody, _at(OLD), "") == 0, "they go as they are"
    more = make_parcels(1, patient_id="two")
    _sent(services, more, _at(OLD), "basic")
    assert _others(services, everybody, _at(OLD), "basic") == 1, "for the other it was said"


@pytest.mark.parametrize("edit", ["url", "study"])
def test_a_destination_whose_address_or_study_was_edited_is_the_same_to_the_user(
    services: Services, edit: str
) -> None:
    saved = SavedDestination(name="Server", url=OLD)
    _save(services, saved)
    parcels = make_parcels(2)
    _sent(services, parcels, Place("Server", OLD), "basic")
    address = replace(saved, url="http://old.example:8080/in")
    edited = address if edit == "url" else replace(saved, study="Stroke")
    _save(services, edited)
    assert _others(services, parcels, Place("Server", edited.url), "basic") == 1


def test_a_study_is_known_without_a_patient_id(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    nameless = make_parcels(2, patient_id="")
    _sent(services, nameless, _at(OLD), "basic")
    monkeypatch.setenv("GANTRY_PSEUDONYM_KEY", "another key, as long as it must be")
    assert _others(services, nameless, _at(OLD), "basic") == 2
    unknown = [changed(parcel, study_uid="") for parcel in nameless]
    assert _others(services, unknown, _at(OLD), "basic") == 0


def test_what_never_left_and_what_was_not_deidentified_does_not_count(services: Services) -> None:
    one, two = make_parcels(2)
    _sent(services, [one], _at(OLD))
    like = services.privacy.treatment(_at(NEW), "basic")
    waiting = treated([two], like)
    services.history.record(changed(started("J", list(waiting), OLD), url=OLD))
    broken = changed(make_parcels(1)[0], treatment=Treatment("deidentify", details="broken"))
    services.history.record(changed(started("K", [broken], OLD), url=OLD))
    for event in delivery("K", broken):
        services.history.record(event)
    assert _others(services, [one, two], _at(OLD), "basic") == 0


def test_where_each_upload_gets_new_pseudonyms_nothing_is_said(services: Services) -> None:
    _save(services, SavedDestination(name="Server", url=OLD, new_key_each_time=True))
    place, parcels = Place("Server", OLD), make_parcels(1)
    _sent(services, parcels, place, "basic")
    assert _others(services, parcels, place, "basic") == 0
