"""Uploads that are de-identified on their way: the profile, the key, and what a place requires."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path

import pytest

from gantry.engine.content import VERBATIM, Treatment
from gantry.engine.deidentify.profile import PROFILES, with_recipes, with_ticked
from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle
from gantry.engine.deidentify.wrong import Wrong
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.messages.errors import ERRORS
from gantry.services.named_destinations import Place
from gantry.services.privacy import BUILT_IN, read_profile, treated
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.pseudonym_key import keys_folder
from gantry.store.recipes import save_recipe
from gantry.store.replace import replace
from gantry.store.settings import SavedDestination
from gantry.store.texts import save_ticked, texts_file, ticked_texts
from support.dicom import CANARIES, make_instance, make_study
from support.shipments import parcel_of

PROFILE = {"schema": "gantry.privacy/1", "name": "our study", "base": "research"}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, services: Services) -> Place:
    """A saved folder."""
    folder = tmp_path / "study server"
    folder.mkdir()
    _save(services, SavedDestination(name="Study server", url=folder.as_uri()))
    return Place("Study server", folder.as_uri())


def _save(services: Services, *saved: SavedDestination) -> None:
    services.preferences.save(replace(services.preferences.settings, destinations=saved))


def _saved(services: Services) -> SavedDestination:
    return services.preferences.settings.destinations[0]


def test_the_profiles_that_are_offered_exist() -> None:
    assert list(BUILT_IN) == list(PROFILES)


def test_what_is_sent_deidentified_names_nobody(
    tmp_path: Path, services: Services, place: Place
) -> None:
    study = make_study(tmp_path / "in", instances=3)
    parcel = parcel_of(study)
    treatment = services.privacy.treatment(place, "research")
    job = services.jobs.new(treated([parcel], treatment), place)
    with closing(services.destinations.open(place)) as destination:
        done = services.jobs.run(job, destination)

    assert (done.delivered, done.failed) == (1, 0)
    sent = list((tmp_path / "study server").rglob("*.tar.gz"))
    members: dict[str, bytes] = {}
    with tarfile.open(sent[0]) as tar:
        for member in tar:
            if (file := tar.extractfile(member)) and member.name.endswith(".dcm"):
                members[member.name] = file.read()
    assert len(members) == 3
    for name, data in members.items():
        for canary in CANARIES:
            assert canary.encode() not in data
            assert canary not in name


def test_the_same_project_gets_the_same_pseudonyms_and_another_study_others(
    services: Services, place: Place
) -> None:
    first = services.privacy.treatment(place, "basic")
    assert services.privacy.treatment(place, "basic") == first
    _save(services, replace(_saved(services), study="Other"))
    assert services.privacy.treatment(place, "basic") != first
    _save(services, replace(_saved(services), study=""))
    assert services.privacy.treatment(place, "basic") == first


def test_new_pseudonyms_each_time_differ_and_a_parcel_keeps_its_own(
    services: Services, place: Place
) -> None:
    _save(services, replace(_saved(services), new_key_each_time=True))
    one, two = (services.privacy.treatment(place, "basic") for _ in range(2))
    assert one != two
    services.privacy.rewriter_of(one)
    services.privacy.rewriter_of(two)


def test_a_place_that_requires_a_profile_takes_nothing_else(
    tmp_path: Path, services: Services, place: Place
) -> None:
    plain = parcel_of([make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")])
    _save(services, replace(_saved(services), deidentify="basic"))
    for profile in ("", "research"):
        with pytest.raises(GantryError) as refused:
            services.privacy.treatment(place, profile)
        assert refused.value.code is ErrorCode.TREATMENT_REQUIRED
    with pytest.raises(GantryError) as refused:
        services.jobs.new([plain], place)
    assert refused.value.code is ErrorCode.TREATMENT_REQUIRED

    treatment = services.privacy.treatment(place, "basic")
    (sent,) = services.jobs.new(treated([plain], treatment), place).parcels
    assert sent.treatment.deidentified == treatment.deidentified


def test_the_address_of_such_a_place_takes_nothing_else_under_another_name(
    tmp_path: Path, services: Services, place: Place
) -> None:
    plain = parcel_of([make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")])
    other = SavedDestination(name="Other name", url=place.url)
    _save(services, other, replace(_saved(services), deidentify="basic"))
    for one in (Place("Other name", place.url), Place(place.url, place.url)):
        with pytest.raises(GantryError) as refused:
            services.jobs.new([plain], one)
        assert refused.value.code is ErrorCode.TREATMENT_REQUIRED


def test_a_job_begun_before_the_place_required_a_profile_sends_nothing(
    tmp_path: Path, services: Services, place: Place
) -> None:
    plain = parcel_of([make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")])
    job = services.jobs.new([plain], place)
    _save(services, replace(_saved(services), deidentify="basic"))
    with (
        closing(services.destinations.open(place)) as destination,
        pytest.raises(GantryError) as refused,
    ):
        services.jobs.run(job, destination)
    assert refused.value.code is ErrorCode.TREATMENT_REQUIRED
    assert list((tmp_path / "study server").rglob("*.tar.gz")) == []


def test_an_upload_keeps_the_rules_it_began_with(
    tmp_path: Path, services: Services, place: Place
) -> None:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(PROFILE), encoding="utf-8")
    treatment = services.privacy.treatment(place, str(file))
    file.write_text(json.dumps({**PROFILE, "device": False}), encoding="utf-8")
    assert services.privacy.treatment(place, str(file)) != treatment
    file.unlink()
    services.privacy.rewriter_of(treatment)


def test_an_upload_keeps_the_pattern_it_began_with_and_a_label_wins(
    tmp_path: Path, services: Services, place: Place
) -> None:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps({**PROFILE, "pseudonym": "S{hash:8}"}), encoding="utf-8")
    treatment = services.privacy.treatment(place, str(file))
    study = make_study(tmp_path / "in", instances=2)
    plain, named = parcel_of(study), changed(parcel_of(study), labels=(("subject", "Anton"),))
    job = services.jobs.new(treated([plain, named], treatment), place)
    file.write_text(json.dumps({**PROFILE, "pseudonym": "T{hash:8}"}), encoding="utf-8")
    with closing(services.destinations.open(place)) as destination:
        assert services.jobs.run(job, destination).delivered == 2
    sent = {row.patient for row in services.relink.rows()}
    assert sorted(one[0] + str(len(one)) for one in sent) == ["A5", "S9"]


@pytest.mark.parametrize("lost", ["key", "rules", "details"])
def test_an_upload_whose_key_or_rules_are_gone_is_never_sent_as_it_is(
    services: Services, place: Place, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    treatment = services.privacy.treatment(place, "basic")
    if lost == "key":
        monkeypatch.setenv("GANTRY_PSEUDONYM_KEY", "another key, which is long enough for it")
    elif lost == "rules":
        assert treatment.deidentified is not None
        older = changed(treatment.deidentified, rules_sha256="0" * 64)
        treatment = changed(treatment, deidentified=older)
    else:
        treatment = changed(treatment, details="{}")
    with pytest.raises(GantryError) as gone:
        services.privacy.rewriter_of(treatment)
    assert gone.value.code is ErrorCode.TREATMENT_UNKNOWN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"schema": "gantry.privacy/1",\n "name": "x",\n oops}', "line 3"),
        ("{}", "schema"),
        (json.dumps({**PROFILE, "dates": "guessed"}), "“dates” takes only"),
        (json.dumps({**PROFILE, "rules": {"Nobody": "keep"}}, indent=1), "line 6"),
        ("\udcff", "JSON"),
        (json.dumps({**PROFILE, "pseudonym": "S"}, indent=1), "line 5: “pseudonym” needs a"),
        (json.dumps({**PROFILE, "pseudonym": "S"}), "such as {hash:8}"),
        (json.dumps({**PROFILE, "pseudonym": "S{hash:4}"}), "at least 8 characters"),
        (json.dumps({**PROFILE, "uids": "kept"}, indent=1), "line 5: “uids” takes only"),
        (json.dumps({**PROFILE, "structured_content": 1}), "“structured_content” takes only"),
        (json.dumps({**PROFILE, "graphics": "clean"}), "“graphics” takes only"),
        (" " * (1 << 20) + "{}", "1 MB"),
    ],
)
def test_an_invalid_profile_is_refused_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "ours.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(GantryError) as refused:
        read_profile(str(file))
    assert refused.value.code is ErrorCode.PROFILE_INVALID
    assert reason in error_message(refused.value).what
    assert "entry" not in refused.value.facts, "which go into the log"


@pytest.mark.parametrize("reason", Wrong)
def test_each_reason_against_a_profile_has_a_sentence_of_its_own(reason: Wrong) -> None:
    assert f"profile.invalid#{reason.value.replace(' ', '-')}" in ERRORS


def test_a_profile_that_is_gone_is_refused(
    tmp_path: Path, services: Services, place: Place
) -> None:
    with pytest.raises(GantryError) as refused:
        services.privacy.treatment(place, str(tmp_path / "gone.json"))
    assert refused.value.code is ErrorCode.PROFILE_INVALID


def test_a_file_that_may_show_the_patient_is_held_and_nothing_is_sent(
    tmp_path: Path, services: Services, place: Place
) -> None:
    good = make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")
    bad = make_instance(
        tmp_path / "b.dcm", study="1.2.3", series="1.2.3.5", BurnedInAnnotation="YES"
    )
    treatment = services.privacy.treatment(place, "basic")
    job = services.jobs.new(treated([parcel_of([good, bad])], treatment), place)
    with closing(services.destinations.open(place)) as destination:
        done = services.jobs.run(job, destination)
    assert (done.delivered, done.failed, done.held) == (0, 0, 1)
    detail = services.history.parcel(job.parcels[0].id)
    assert detail is not None
    assert detail.row.state is ParcelState.HELD
    assert detail.row.error is not None
    assert detail.row.error.code is ErrorCode.TREATMENT_HELD
    assert list((tmp_path / "study server").rglob("*.tar.gz")) == []


def test_as_it_is_stays_as_it_is(services: Services, place: Place) -> None:
    assert services.privacy.treatment(place, "") == VERBATIM


def test_an_upload_is_treated_with_the_masks_of_the_site_as_they_were(
    services: Services, place: Place
) -> None:
    kind = Kind("Maker", "Model", "", "1.2", 20, 30)
    first = (Recipe(kind, (Rectangle(0, 0, 5, 5),)),)
    save_recipe(services.home, first[0])
    treatment = services.privacy.treatment(place, "basic")
    assert treatment.deidentified == with_recipes(PROFILES["basic"], first).reference
    save_recipe(services.home, Recipe(kind, ()))
    services.privacy.rewriter_of(treatment)  # those of that time, which stay with the upload
    assert services.privacy.treatment(place, "basic").deidentified != treatment.deidentified


@pytest.mark.parametrize(
    ("saved", "called"),
    [
        ("https://Trial.example/in", "https://trial.example/in"),
        ("https://trial.example:443/in", "https://trial.example/in"),
        ("https://trial.example/in/", "https://trial.example/in"),
        ("HTTPS://trial.example", "https://trial.example/"),
        ("dicom://STORE@Pacs.example:104/", "dicom://STORE@pacs.example:104"),
    ],
)
def test_an_address_is_protected_however_it_is_written(
    services: Services, saved: str, called: str
) -> None:
    for one, other in ((saved, called), (called, saved)):
        _save(services, SavedDestination(name="Trial", url=one, deidentify="basic"))
        assert services.privacy.required(Place(other, other)) == "basic"
    elsewhere = "https://trial.example/out"
    assert services.privacy.required(Place(elsewhere, elsewhere)) == ""


def test_a_folder_is_protected_however_it_is_written(services: Services, tmp_path: Path) -> None:
    url = (tmp_path / "shelf").as_uri()
    ways = (url, f"{url}/", f"{tmp_path.as_uri()}/./shelf", str(tmp_path / "shelf"))
    for saved in ways:
        _save(services, SavedDestination(name="Trial", url=saved, deidentify="basic"))
        for called in ways:
            assert services.privacy.required(Place(called, called)) == "basic"


def test_an_upload_keeps_the_texts_that_were_ticked_when_it_began(
    tmp_path: Path, services: Services, place: Place
) -> None:
    study, series = 0x00081030, 0x0008103E
    file = tmp_path / "reviewed.json"
    file.write_text(json.dumps({**PROFILE, "texts": "reviewed", "reviewed": {"0008103E": ["t2"]}}))
    known, _ = read_profile(str(file))
    save_ticked(Home.find(str(tmp_path / "home")), [(study, "MR")], [(study, "MR")])
    treatment = services.privacy.treatment(place, str(file))
    both = with_ticked(known, ((study, "MR"),))
    assert both.options.reviewed == ((study, "MR"), (series, "t2"))
    assert treatment.deidentified == both.reference
    save_ticked(Home.find(str(tmp_path / "home")), [(study, "MR")], [])
    services.privacy.rewriter_of(treatment)  # by the texts that it began with
    assert services.privacy.renewed(treatment).deidentified == known.reference
    basic = services.privacy.treatment(place, "basic")
    assert basic.deidentified == PROFILES["basic"].reference


def test_what_was_not_seen_keeps_its_tick(tmp_path: Path) -> None:
    home = Home.find(str(tmp_path / "home"))
    assert ticked_texts(home) == ()
    save_ticked(home, [(1, "a"), (1, "b")], [(1, "a")])
    save_ticked(home, [(1, "b"), (2, "a")], [(2, "a")])
    assert ticked_texts(home) == ((1, "a"), (2, "a"))
    save_ticked(home, [(1, "a")], [])
    assert ticked_texts(home) == ((2, "a"),)


@pytest.mark.parametrize("damaged", ["", "{}", '{"schema": "gantry.texts/1", "ticked": [1]}'])
def test_a_damaged_list_of_texts_is_said_and_left_as_it_is(tmp_path: Path, damaged: str) -> None:
    home = Home.find(str(tmp_path / "home"))
    save_ticked(home, [], [(1, "a")])
    texts_file(home).write_text(damaged)
    for call in (lambda: ticked_texts(home), lambda: save_ticked(home, [], [(1, "a")])):
        with pytest.raises(GantryError) as refused:
            call()
        assert refused.value.code is ErrorCode.EXPORT_FAILED
    assert texts_file(home).read_text() == damaged


def test_two_homes_in_one_process_have_their_own_keys(
    tmp_path: Path, services: Services, place: Place
) -> None:
    first = services.privacy.treatment(place, "basic")
    if not list(keys_folder(services.home).glob("*.key")):
        pytest.skip("this system keeps the secrets of all homes of a user")
    with Services(Home.find(str(tmp_path / "other home"))) as other:
        second = other.privacy.treatment(place, "basic")
        assert second != first
        for home, own, foreign in ((services, first, second), (other, second, first)):
            home.privacy.rewriter_of(own)
            with pytest.raises(GantryError) as refused:
                home.privacy.rewriter_of(foreign)
            assert refused.value.code is ErrorCode.TREATMENT_UNKNOWN


def test_two_homes_in_one_process_send_with_their_own_keys(
    tmp_path: Path, services: Services, place: Place
) -> None:
    study = make_study(tmp_path / "in", instances=1)
    with Services(Home.find(str(tmp_path / "other home"))) as other:
        for home in (services, other):
            treatment = home.privacy.treatment(place, "basic")
            job = home.jobs.new(treated([parcel_of(study)], treatment), place)
            with closing(home.destinations.open(place)) as destination:
                assert home.jobs.run(job, destination).delivered == 1
    assert len(list((tmp_path / "study server").rglob("*.tar.gz"))) == 2


def test_a_lost_key_is_not_replaced_for_what_was_begun(services: Services, place: Place) -> None:
    treatment = services.privacy.treatment(place, "basic")
    keys = keys_folder(services.home)
    files = list(keys.glob("*.key"))
    if not files:
        pytest.skip("this system keeps secrets")
    for file in files:
        file.unlink()
    for call in (services.privacy.rewriter_of, services.privacy.renewed):
        with pytest.raises(GantryError) as refused:
            call(treatment)
        assert refused.value.code is ErrorCode.TREATMENT_UNKNOWN
    assert list(keys.glob("*.key")) == []


def test_a_job_by_one_profile_is_refused_once_its_place_requires_another(
    tmp_path: Path, services: Services, place: Place
) -> None:
    plain = parcel_of([make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")])
    by_basic = treated([plain], services.privacy.treatment(place, "basic"))
    job = services.jobs.new(by_basic, place)
    for wanted in ("research", "basic"):
        _save(services, replace(_saved(services), name=f"Requires {wanted}", deidentify=wanted))
        with closing(services.destinations.open(place)) as destination:
            if wanted == "basic":
                assert services.jobs.run(job, destination).delivered == 1
                continue
            with pytest.raises(GantryError) as refused:
                services.jobs.run(job, destination)
            assert refused.value.code is ErrorCode.TREATMENT_REQUIRED


def test_a_place_that_requires_a_profile_takes_no_other_rewriter(
    tmp_path: Path, services: Services, place: Place
) -> None:
    plain = parcel_of([make_instance(tmp_path / "a.dcm", study="1.2.3", series="1.2.3.4")])
    by_basic = services.privacy.treatment(place, "basic")
    other = Treatment("another", by_basic.deidentified, "not JSON")
    _save(services, replace(_saved(services), deidentify="basic"))
    with pytest.raises(GantryError) as refused:
        services.privacy.check(treated([plain], other), place)
    assert refused.value.code is ErrorCode.TREATMENT_REQUIRED


@pytest.mark.skipif(os.name == "nt", reason="needs rights to make links")
def test_a_link_to_a_folder_requires_what_the_folder_does(
    tmp_path: Path, services: Services, place: Place
) -> None:
    link, other = tmp_path / "link", tmp_path / "other"
    link.symlink_to(tmp_path / "study server")
    other.mkdir()
    for saved, called in ((place.url, link.as_uri()), (link.as_uri(), place.url)):
        _save(services, SavedDestination(name="Trial", url=saved, deidentify="basic"))
        assert services.privacy.required(Place(called, called)) == "basic"
    assert services.privacy.required(Place("other", other.as_uri())) == ""
