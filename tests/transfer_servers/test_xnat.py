"""XNAT against a simulator of its import service; no live XNAT can run here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from gantry.engine.credentials import Credentials
from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.kinds.xnat import XnatDestination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from support import twos
from support.dicom import make_study
from support.shipments import Positions, archive_of, make_archive, shipment_of
from support.xnat_contract import (
    PASSWORD,
    USER,
    XnatContract,
    default_name,
    opaque_name,
    uid_name,
)

SIGN_IN = Credentials(user=USER, password=PASSWORD)


@pytest.fixture
def contract() -> Iterator[XnatContract]:
    with XnatContract() as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, series=2, instances=4)


def uids(archive: Archive) -> set[str]:
    return {f.sop_instance_uid for f in archive.files}


def held(contract: XnatContract) -> set[str]:
    return set(contract.stored_uids())


def test_an_archive_goes_to_the_prearchive(contract: XnatContract, archive: Archive) -> None:
    receipt = XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "XNAT's list of files"
    assert receipt.location.startswith("/prearchive/projects/STROKE/")
    assert held(contract) == uids(archive)
    assert not contract.agents[0].startswith("Mozilla")  # a browser would need a CSRF token


def test_subject_and_session_go_straight_to_the_archive(
    contract: XnatContract, archive: Archive
) -> None:
    url = f"{contract.url}?subject=S01&session=S01_MR1"
    receipt = XnatDestination(url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    (place,) = contract.archived
    assert place == "/archive/projects/STROKE/subjects/S01/experiments/S01_MR1"
    assert held(contract) == uids(archive)


def test_the_sites_own_script_runs_unless_gantry_has_deidentified(
    contract: XnatContract, archive: Archive
) -> None:
    XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert "prevent_anon" not in contract.last_query
    deidentified = replace(archive, deidentified=RESEARCH.reference)
    XnatDestination(contract.url, SIGN_IN).send(shipment_of(deidentified))
    assert contract.last_query["prevent_anon"] == "true"


def test_a_lost_answer_makes_no_second_session(contract: XnatContract, archive: Archive) -> None:
    contract.lose_answers = 1
    failures = []
    receipt = send_with_retry(
        XnatDestination(contract.url, SIGN_IN),
        shipment_of(archive),
        policy=RetryPolicy(first_wait=0.01),
        on_failure=lambda attempt, error, wait: failures.append(error.code),
    )
    assert failures == [ErrorCode.DISCONNECTED]
    assert receipt.outcome is Outcome.ALREADY_THERE
    assert len(contract.sessions) == 1


@pytest.mark.parametrize("reason", ["may not list", "opaque names"])
def test_a_lost_answer_that_nobody_can_ask_about_is_unclear_and_sent_no_second_time(
    tmp_path: Path, reason: str
) -> None:
    archive = make_archive(tmp_path, instances=3)
    name = opaque_name if reason == "opaque names" else default_name
    with XnatContract(name=name) as contract:
        contract.hide_lists, contract.lose_answers = reason == "may not list", 1
        with pytest.raises(GantryError) as caught:
            send_with_retry(
                XnatDestination(contract.url, SIGN_IN),
                shipment_of(archive),
                policy=RetryPolicy(first_wait=0.01),
                on_failure=lambda attempt, error, wait: None,
            )
        assert caught.value.code is ErrorCode.UNCLEAR
        assert contract.imports == 1


def test_what_xnat_ignored_is_missed(contract: XnatContract, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=3)
    paths[1].write_bytes(paths[1].read_bytes()[132:])  # no preamble: the importer can't parse it
    with pytest.raises(GantryError) as caught:
        XnatDestination(contract.url, SIGN_IN).send(
            shipment_of(archive_of(paths, tmp_path / "spool"))
        )
    assert caught.value.code is ErrorCode.PARTLY_STORED
    assert caught.value.facts["stored"] == 2


@pytest.mark.parametrize("name", [default_name, uid_name])
def test_files_are_recognised_by_the_names_that_xnat_gives_them(
    tmp_path: Path, name: Callable[[Dataset], str]
) -> None:
    archive = make_archive(tmp_path, series=2, instances=3)
    with XnatContract(name=name) as contract:
        receipt = XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert {i.outcome for i in receipt.instances} == {Outcome.STORED}
    assert {i.sop_instance_uid for i in receipt.instances} == uids(archive)


def test_names_that_tell_nothing_leave_xnats_bare_word(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=3)
    with XnatContract(name=opaque_name) as contract:
        receipt = XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.proof == "XNAT's answer"


def test_names_that_tell_nothing_still_show_that_too_few_are_there(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, instances=3)
    with XnatContract(name=opaque_name) as contract:
        contract.drop = {archive.files[0].sop_instance_uid}
        with pytest.raises(NotAllStored) as caught:
            XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert (caught.value.facts["stored"], caught.value.facts["count"]) == (2, 3)


def test_a_user_who_may_not_list_gets_xnats_bare_word(
    contract: XnatContract, archive: Archive
) -> None:
    contract.hide_lists = True
    receipt = XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.ACCEPTED


def test_an_old_list_is_no_reason_to_say_that_files_are_missing(
    contract: XnatContract, tmp_path: Path
) -> None:
    first, second = twos.of_one_study(tmp_path)
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(first))
    contract.is_slow = True
    receipt = destination.send(shipment_of(second))
    assert receipt.outcome is Outcome.ACCEPTED
    assert held(contract) == uids(first) | uids(second)


def test_a_series_that_xnat_filters_out_is_missed_though_others_fill_the_session(
    contract: XnatContract, tmp_path: Path
) -> None:
    first, second = twos.of_one_study(tmp_path)
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(first))
    contract.drop = {second.files[1].sop_instance_uid}
    with pytest.raises(NotAllStored) as caught:
        destination.send(shipment_of(second))
    assert (caught.value.facts["stored"], caught.value.facts["rejected"]) == (2, 1)
    lost = [i for i in caught.value.receipt.instances if i.outcome is Outcome.REJECTED]
    assert [i.sop_instance_uid for i in lost] == [second.files[1].sop_instance_uid]


def test_a_whole_series_that_is_filtered_out_is_not_taken_for_another_of_its_count(
    contract: XnatContract, tmp_path: Path
) -> None:
    first, second = twos.of_one_study(tmp_path)
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(first))
    contract.drop = {f.sop_instance_uid for f in second.files[1:]}
    with pytest.raises(NotAllStored) as caught:
        destination.send(shipment_of(second))
    assert (caught.value.facts["stored"], caught.value.facts["rejected"]) == (1, 2)


def test_corrected_files_are_sent_and_called_not_compared(
    contract: XnatContract, tmp_path: Path
) -> None:
    old, new = twos.corrected(tmp_path)
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(old))
    receipt = destination.send(shipment_of(new))
    assert contract.imports == 2
    assert {i.outcome for i in receipt.instances} == {Outcome.NOT_COMPARED}
    assert not receipt.is_proved


def test_two_files_of_one_uid_are_not_both_there(contract: XnatContract, tmp_path: Path) -> None:
    twos.corrected(tmp_path)
    paths = sorted((tmp_path / "old").rglob("IM*")) + sorted((tmp_path / "new").rglob("IM0002"))
    with pytest.raises(NotAllStored) as caught:
        XnatDestination(contract.url, SIGN_IN).send(
            shipment_of(archive_of(paths, tmp_path / "spool2"))
        )
    assert caught.value.facts["stored"] == 2


def test_a_parcel_of_several_studies_is_found_in_several_sessions(
    contract: XnatContract, tmp_path: Path
) -> None:
    paths = [
        path
        for number in range(2)
        for path in make_study(tmp_path / str(number), instances=2, StudyID=f"S{number}")
    ]
    receipt = XnatDestination(contract.url, SIGN_IN).send(
        shipment_of(archive_of(paths, tmp_path / "spool"))
    )
    assert len(contract.sessions) == 2
    assert receipt.outcome.is_taken
    assert len(receipt.instances) == 4


def test_two_parcels_of_one_study_arrive_in_one_experiment_of_the_archive(
    contract: XnatContract, tmp_path: Path
) -> None:
    url = f"{contract.url}?subject=S01&session=S01_MR1"
    both = twos.of_one_study(tmp_path)
    receipts = [XnatDestination(url, SIGN_IN).send(shipment_of(archive)) for archive in both]
    assert held(contract) == uids(both[0]) | uids(both[1])
    assert all(r.is_proved and r.proof == "XNAT's list of files" for r in receipts)
    said = XnatDestination(url, SIGN_IN).ask(shipment_of(both[1]))
    assert said is None or not said.outcome.is_delivered  # it can't know since when it is there


def test_verify_again_finds_what_was_sent(contract: XnatContract, archive: Archive) -> None:
    positions = Positions()
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(archive, save=positions))
    receipt = destination.ask(shipment_of(archive, position=positions[-1]))
    assert receipt is not None
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_a_wrong_password_is_reported(contract: XnatContract, archive: Archive) -> None:
    with pytest.raises(GantryError) as caught:
        XnatDestination(contract.url, Credentials(user=USER, password="x")).send(
            shipment_of(archive)
        )
    assert caught.value.code is ErrorCode.HTTP_401


@pytest.mark.parametrize("path", ["", "/", "/projects/", "/projects/a/b"])
def test_a_url_without_project_is_refused(path: str) -> None:
    with pytest.raises(GantryError) as caught:
        XnatDestination(f"xnat+http://127.0.0.1:1{path}")
    assert caught.value.code is ErrorCode.DESTINATION_INVALID


@pytest.mark.parametrize("instances", [1, 3])
def test_a_session_that_names_other_parcels_alone_proves_that_this_one_has_not_arrived(
    contract: XnatContract, tmp_path: Path, instances: int
) -> None:
    """So it is sent again, though it was handed over; it is not left unclear."""
    paths = make_study(tmp_path / "source", series=2, instances=instances)
    first, second = (
        archive_of(paths[at : at + instances], tmp_path / f"spool {at}") for at in (0, instances)
    )
    destination = XnatDestination(contract.url, SIGN_IN)
    destination.send(shipment_of(first))
    lost = shipment_of(second)
    lost.hand_over(True)
    assert destination.ask(lost) is None
    assert not lost.handed_over


def test_corrected_files_are_imported_though_the_old_ones_are_there_and_a_kill_came_between(
    contract: XnatContract, tmp_path: Path
) -> None:
    old, new = twos.corrected(tmp_path)
    XnatDestination(contract.url, SIGN_IN).send(shipment_of(old))
    positions = Positions()

    def kill(position: str) -> None:
        raise KeyboardInterrupt

    positions.hook = kill
    with pytest.raises(KeyboardInterrupt):
        XnatDestination(contract.url, SIGN_IN).send(shipment_of(new, save=positions))
    assert contract.imports == 1
    XnatDestination(contract.url, SIGN_IN).send(shipment_of(new, position=positions[-1]))
    assert contract.imports == 2
