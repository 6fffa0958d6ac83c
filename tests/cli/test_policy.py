"""A policy in the terminal: what it refuses, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gantry.engine.events import JobStarted
from gantry.services.named_destinations import Place
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.home import Home
from support.cli import Cli
from support.dicom import make_study
from support.policy import write_policy
from support.shipments import parcel_of

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


@pytest.fixture
def cli(tmp_path: Path, policy: Path) -> Cli:
    return Cli(tmp_path / "home", GANTRY_POLICY=str(policy))


def test_send_names_the_file_and_the_line_of_a_wrong_policy(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=1)
    (out := tmp_path / "out").mkdir()
    policy.write_text('{"schema": "gantry.policy/1",\n"flor": 1}', encoding="utf-8")
    ran = cli("send", tmp_path / "in", "--to", out.as_uri(), "--json")
    assert ran.code == 2
    (error,) = ran.of("error")
    assert error["code"] == "policy.invalid"
    assert f"{policy}, line 2" in error["what"]
    assert list(out.iterdir()) == []

    write_policy(policy)
    assert cli("send", tmp_path / "in", "--to", out.as_uri()).code == 0


def test_with_a_floor_send_deidentifies_by_itself_and_never_sends_as_it_is(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=1)
    (out := tmp_path / "out").mkdir()
    write_policy(policy, profile="basic")
    call = ("send", tmp_path / "in", "--to", out.as_uri(), "--json")
    for wrong in (("--as-is",), ("--deidentify", "research")):
        ran = cli(*call, *wrong)
        assert ran.code == 2
        assert [error["code"] for error in ran.of("error")] == ["policy.forbids"]
        assert list(out.iterdir()) == []
    ran = cli(*call)
    assert ran.code == 0
    assert "by the profile basic, as the policy requires" in ran.err
    assert cli("history", "--deidentified", "--json").of("parcel")


def test_with_a_floor_pack_and_deidentify_write_nothing_that_keeps_more(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=1)
    out, profile = tmp_path / "out", tmp_path / "ours.json"
    write_policy(policy, profile="basic")
    profile.write_text(
        json.dumps({"schema": "gantry.privacy/1", "name": "ours", "uids": True}), encoding="utf-8"
    )
    for call in (("pack",), ("deidentify", "--profile", profile)):
        ran = cli(*call, tmp_path / "in", "-o", out, "--json")
        assert (ran.code, [error["code"] for error in ran.of("error")]) == (2, ["policy.forbids"])
        assert not out.exists()
    assert cli("deidentify", tmp_path / "in", "-o", out).code == 0


def test_resume_leaves_what_the_policy_forbids_and_cancel_gives_it_up(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    (out := tmp_path / "out").mkdir()
    write_policy(policy)
    jobs = []
    with Services(Home.find(str(cli.home))) as services:
        for name, profile in (("plain", ""), ("safe", "basic")):
            parcel = parcel_of(make_study(tmp_path / name, instances=1))
            place = Place("out", out.as_uri())
            treatment = services.privacy.treatment(place, profile)
            job = services.jobs.new(treated([parcel], treatment), place)
            services.history.record(JobStarted(job.id, job.destination, job.url, job.parcels))
            jobs.append(job.id)
    write_policy(policy, profile="research")
    ran = cli("resume", "--json")
    assert (ran.code, ran.done["delivered"], ran.done["failed"]) == (1, 1, 1)
    (error,) = ran.of("error")
    assert (error["code"], error["job"]) == ("policy.forbids", jobs[0])
    ran = cli("cancel", jobs[0], "--json")
    assert (ran.code, ran.done["cancelled"]) == (0, 1)
    assert cli("resume", "--json").done["jobs"] == 0


def test_send_takes_no_option_for_what_the_policy_sets(
    cli: Cli, policy: Path, tmp_path: Path
) -> None:
    make_study(tmp_path / "in", instances=1)
    (out := tmp_path / "out").mkdir()
    write_policy(policy, settings={"parcel_rule": "series", "split_automatically": False})
    call = ("send", tmp_path / "in", "--to", out.as_uri(), "--json")
    for wrong, name in ((("--parcel", "patient"), "parcel_rule"), (("--split",), "split_")):
        ran = cli(*call, *wrong)
        assert ran.code == 2
        (error,) = ran.of("error")
        assert error["code"] == "policy.forbids"
        assert f"“{name}" in error["what"]
        assert "set by your organisation" in error["what"]
    assert list(out.iterdir()) == []
    assert cli(*call, "--parcel", "series").code == 0
