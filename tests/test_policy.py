"""Uploads are kept to the policy of the computer, whenever they began."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import JobDone
from gantry.engine.job import Job
from gantry.engine.parcel import Parcel, ParcelRule
from gantry.messages import error_message
from gantry.services.addresses import is_within
from gantry.services.named_destinations import Place
from gantry.services.policy import check_place
from gantry.services.preferences import Preferences
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.services.trial import try_out
from gantry.store.home import Home
from gantry.store.replace import replace
from support.dicom import make_study
from support.jobs import PRACTICE
from support.policy import write_policy
from support.shipments import parcel_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a policy would be; there is none yet."""
    path = tmp_path / "policy.json"
    monkeypatch.setattr("gantry.store.policy.read.policy_file", lambda: path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "server"
    folder.mkdir()
    return Place("server", folder.as_uri())


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return parcel_of(make_study(tmp_path / "in", instances=2))


def _begun(services: Services, place: Place, parcel: Parcel) -> Job:
    """A job that was begun, and whose process was killed then."""
    job = services.jobs.new([parcel], place)
    services.history.record(events.JobStarted(job.id, job.destination, job.url, job.parcels))
    (left,) = services.jobs.unfinished()
    return left


def _run(services: Services, job: Job, token: CancelToken | None = None) -> JobDone:
    place = Place(job.destination, job.url)
    with closing(services.destinations.open(place, job=job.id)) as destination:
        return services.jobs.run(job, destination, token=token)


def _forbidden(error: pytest.ExceptionInfo[GantryError], reason: str) -> str:
    """The sentence of what the policy forbids."""
    assert error.value.code is ErrorCode.POLICY_FORBIDS
    assert error.value.facts["reason"] == reason
    message = error_message(error.value)
    assert "Nothing was sent" in message.what
    return message.what


def _profile(path: Path, **entries: Any) -> str:
    text = json.dumps({"schema": "gantry.privacy/1", "name": "ours", **entries})
    path.write_text(text, encoding="utf-8")
    return str(path)


def _sent(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "server").rglob("*.tar.gz"))


def test_a_policy_that_can_t_be_read_lets_nothing_out_and_loses_nothing(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    before = _begun(services, place, parcel)
    policy.write_text("{", encoding="utf-8")
    for try_it in (lambda: services.jobs.new([parcel], place), lambda: _run(services, before)):
        with pytest.raises(GantryError) as refused:
            try_it()
        assert refused.value.code is ErrorCode.POLICY_INVALID
    assert _sent(tmp_path) == []
    (waits,) = services.jobs.unfinished()
    policy.unlink()
    assert _run(services, waits).delivered == 1


def test_a_job_may_be_given_up_whatever_the_policy_says(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    job = _begun(services, place, parcel)
    policy.write_text("{", encoding="utf-8")
    token = CancelToken()
    token.cancel()
    assert _run(services, job, token).cancelled == 1
    assert services.jobs.unfinished() == []
    assert _sent(tmp_path) == []


def test_with_a_floor_nothing_leaves_as_it_is(
    services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    write_policy(policy, profile="basic")
    with pytest.raises(GantryError) as refused:
        services.privacy.treatment(place, "")
    assert "at least the profile basic" in _forbidden(refused, "as it is")
    for one in (parcel, changed(parcel, treatment=Treatment("another way"))):
        with pytest.raises(GantryError) as refused:
            services.jobs.new([one], place)
        _forbidden(refused, "as it is")


def test_of_two_jobs_begun_before_the_policy_only_the_deidentified_one_continues(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    plain = _begun(services, place, parcel)
    other = parcel_of(make_study(tmp_path / "other", instances=1))
    treatment = services.privacy.treatment(place, "basic")
    safe = services.jobs.new(treated([other], treatment), place)
    write_policy(policy, profile="research")

    with pytest.raises(GantryError) as refused:
        _run(services, plain)
    _forbidden(refused, "as it is")
    assert _run(services, safe).delivered == 1
    assert len(_sent(tmp_path)) == 1
    (waits,) = services.jobs.unfinished()
    assert waits.id == plain.id

    policy.unlink()
    assert _run(services, waits).delivered == 1


def test_what_a_job_holds_now_is_judged_and_not_what_it_held_when_it_was_read(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    loose = treated([parcel], services.privacy.treatment(place, "research"))
    read = _begun(services, place, loose[0])
    write_policy(policy, profile="basic")
    strict = services.privacy.treatment(place, "basic")
    stale = changed(read, parcels=treated(read.parcels, strict))
    with pytest.raises(GantryError) as refused:
        _run(services, stale)
    _forbidden(refused, "profile")
    assert _sent(tmp_path) == []


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ({"uids": True}, "uids"),
        ({"dates": "kept", "institution": True}, "dates, institution"),
        ({"rules": {"PatientComments": "keep"}}, "rules: PatientComments"),
    ],
)
def test_a_profile_below_the_floor_is_refused_with_what_it_keeps(
    tmp_path: Path,
    services: Services,
    place: Place,
    parcel: Parcel,
    policy: Path,
    entries: dict[str, Any],
    named: str,
) -> None:
    chosen = _profile(tmp_path / "ours.json", **entries)
    treatment = services.privacy.treatment(place, chosen)
    begun = _begun(services, place, treated([parcel], treatment)[0])
    write_policy(policy, profile="basic")
    tries = (
        lambda: services.privacy.treatment(place, chosen),
        lambda: services.privacy.renewed(treatment),
        lambda: services.jobs.new(treated([parcel], treatment), place),
        lambda: _run(services, begun),
    )
    for try_it in tries:
        with pytest.raises(GantryError) as refused:
            try_it()
        assert f"by: {named}." in _forbidden(refused, "profile")
    assert _sent(tmp_path) == []


def test_a_policy_may_have_a_profile_of_its_own_as_the_floor(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    own = {"schema": "gantry.privacy/1", "name": "the site's", "base": "research"}
    rules = {"rules": {"Manufacturer": "remove"}}
    write_policy(policy, profile={**own, **rules})
    with pytest.raises(GantryError) as refused:
        services.privacy.treatment(place, "research")
    assert "rules: Manufacturer" in _forbidden(refused, "profile")
    chosen = _profile(tmp_path / "ours.json", base="research", **rules)
    treatment = services.privacy.treatment(place, chosen)
    job = services.jobs.new(treated([parcel], treatment), place)
    assert _run(services, job).delivered == 1


def test_of_two_policies_the_stricter_floor_counts(
    tmp_path: Path,
    services: Services,
    place: Place,
    policy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_policy(policy, profile="basic")
    monkeypatch.setenv("GANTRY_POLICY", str(write_policy(tmp_path / "2.json", profile="research")))
    services.privacy.treatment(place, "basic")
    with pytest.raises(GantryError) as refused:
        services.privacy.treatment(place, "research")
    _forbidden(refused, "profile")


def test_only_the_allowed_one_of_two_destinations_gets_anything(
    tmp_path: Path, services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    other = Place("other", (tmp_path / "other").as_uri())
    (tmp_path / "other").mkdir()
    waiting = _begun(services, other, parcel)
    write_policy(policy, destinations=[place.url])
    for try_it in (
        lambda: services.jobs.new([parcel], other),
        lambda: _run(services, waiting),
        lambda: try_out(services, other, CancelToken()),
        lambda: list(services.destinations.examine(other, CancelToken())),
    ):
        with pytest.raises(GantryError) as refused:
            try_it()
        assert "Nothing may be sent to other." in _forbidden(refused, "destination")
    assert list((tmp_path / "other").iterdir()) == []
    for number, allowed in enumerate((place, PRACTICE)):
        job = services.jobs.new([changed(parcel, id=f"{number}")], allowed)
        assert _run(services, job).delivered == 1

    (job,) = services.jobs.unfinished()
    write_policy(policy, destinations=[place.url, other.url])
    assert _run(services, job).delivered == 1


def test_an_upload_to_a_place_that_is_no_longer_allowed_can_be_given_up(
    services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    job = _begun(services, place, parcel)
    write_policy(policy, destinations=[])
    token = CancelToken()
    token.cancel()
    assert _run(services, job, token).cancelled == 1
    assert services.jobs.unfinished() == []


def test_two_policies_allow_what_both_allow(
    tmp_path: Path, place: Place, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Place("other", "https://other.example.org/")
    write_policy(policy, destinations=[place.url, other.url])
    second = write_policy(tmp_path / "second.json", destinations=[place.url])
    monkeypatch.setenv("GANTRY_POLICY", str(second))
    check_place(place)
    with pytest.raises(GantryError) as refused:
        check_place(other)
    _forbidden(refused, "destination")


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        (
            "https://up.example.org/dicom",
            ("https://UP.example.org:443/dicom/", "https://up.example.org/dicom/a?x=1"),
            (
                "https://up.example.org/dicom2",
                "https://up.example.org/dicom/../x",
                "https://up.example.org/dicom/%2e%2e/x",
                "https://up.example.org/dicom/%252e%252e/x",
                "https://up.example.org/dicom/..%5Cx",
                "https://up.example.org:8443/dicom",
                "http://up.example.org/dicom",
                "tus+https://up.example.org/dicom",
                "https://up.example.org.evil.example/dicom",
                "https://evil.example/dicom",
            ),
        ),
        (
            "dicom://PACS@pacs.example.org:104",
            ("dicom://PACS@pacs.example.org:104?calling=GANTRY",),
            ("dicom://OTHER@pacs.example.org:104", "dicom://PACS@pacs.example.org:105"),
        ),
        ("https://up.example.org/?to=a", ("https://up.example.org/?to=a",), (
            "https://up.example.org/?to=b", "https://up.example.org/",
        )),
        (
            "s3+https://s3.example.org/images/site-1",
            ("s3+https://s3.example.org/images/site-1/x",),
            ("s3+https://s3.example.org/images", "s3+https://s3.example.org/images/site-12"),
        ),
    ],
)  # fmt: skip
def test_an_address_allows_itself_and_what_is_below_it(
    allowed: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    assert [url for url in inside if not is_within(url, allowed)] == []
    assert [url for url in outside if is_within(url, allowed)] == []


def test_a_folder_allows_itself_and_what_is_below_it(tmp_path: Path) -> None:
    allowed = (tmp_path / "share").as_uri()
    for name in ("share", "share/site 1", "share/../share/a"):
        assert is_within((tmp_path / name).as_uri(), allowed)
    for name in (".", "share 2", "share/../x"):
        assert not is_within((tmp_path / name).as_uri(), allowed)
    assert not is_within("https://example.org/share", allowed)
    assert not is_within(allowed, "https://example.org/share")


@pytest.mark.skipif(os.name == "nt", reason="needs rights to make links")
def test_a_link_in_an_allowed_folder_allows_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "share" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "way").symlink_to(tmp_path / "share")
    allowed = (tmp_path / "share").as_uri()
    assert not is_within((tmp_path / "share" / "link").as_uri(), allowed)
    assert is_within((tmp_path / "way").as_uri(), allowed)


def test_what_the_policy_sets_is_in_force_and_the_user_s_own_value_stays_in_the_file(
    services: Services, policy: Path
) -> None:
    own = replace(services.preferences.settings, attempts=7, send_attempts=9)
    services.preferences.save(own)
    write_policy(policy, settings={"attempts": 2, "keep_file_lists": 30})

    preferences = Preferences(services.home)
    assert (preferences.settings.attempts, preferences.settings.send_attempts) == (2, 9)
    assert preferences.settings.keep_file_lists == 30
    assert preferences.job_options().pack.attempts == 2
    preferences.save(replace(preferences.settings, attempts=5, send_attempts=6))
    assert (preferences.settings.attempts, preferences.settings.send_attempts) == (2, 6)

    policy.unlink()
    after = Preferences(services.home).settings
    assert (after.attempts, after.send_attempts, after.keep_file_lists) == (7, 6, 730)


def test_each_job_follows_the_policy_of_its_time(
    services: Services, place: Place, parcel: Parcel, policy: Path
) -> None:
    preferences = services.preferences
    preferences.use(replace(preferences.settings, split_automatically=True))  # for this run
    seen = []
    for number, level in enumerate((3, 0, None)):
        settings = {"settings": {"compression_level": level}} if level is not None else {}
        write_policy(policy, **settings)
        job = services.jobs.new([changed(parcel, id=f"{number}")], place)
        assert _run(services, job).delivered == 1
        seen.append(preferences.settings.compression_level)
        assert preferences.settings.split_automatically
    assert seen == [3, 0, 1]


def test_of_two_policies_the_computer_s_own_sets_a_value(
    tmp_path: Path, services: Services, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_policy(policy, settings={"attempts": 2})
    second = write_policy(tmp_path / "2.json", settings={"attempts": 4, "send_attempts": 5})
    monkeypatch.setenv("GANTRY_POLICY", str(second))
    settings = Preferences(services.home).settings
    assert (settings.attempts, settings.send_attempts) == (2, 5)


def test_a_locked_value_can_be_named_and_no_other(services: Services, policy: Path) -> None:
    write_policy(policy, settings={"parcel_rule": "series"})
    services.preferences.follow_policy()
    services.preferences.want_unlocked("parcel_rule", ParcelRule.SERIES)
    services.preferences.want_unlocked("attempts", 5)
    with pytest.raises(GantryError) as refused:
        services.preferences.want_unlocked("parcel_rule", ParcelRule.STUDY)
    assert "“parcel_rule” is set by your organisation" in _forbidden(refused, "setting")


def test_a_wrong_policy_keeps_no_window_from_opening(services: Services, policy: Path) -> None:
    policy.write_text("{", encoding="utf-8")
    preferences = Preferences(services.home)
    assert preferences.settings == services.preferences.settings
    with pytest.raises(GantryError):
        preferences.follow_policy()
