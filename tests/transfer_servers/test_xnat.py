"""XNAT against a recorded contract of its import service; no live XNAT can run here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.engine.transfer.xnat import XnatDestination
from support.dicom import make_study
from support.shipments import archive_of, make_archive, shipment_of
from support.xnat_contract import PASSWORD, USER, XnatContract

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
    return {u for scans in contract.sessions.values() for uids in scans.values() for u in uids}


def test_an_archive_goes_to_the_prearchive(contract: XnatContract, archive: Archive) -> None:
    receipt = XnatDestination(contract.url, SIGN_IN).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof == "XNAT's count of files"
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
    assert contract.archived[place] == uids(archive)


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


def test_what_xnat_ignored_is_missed(contract: XnatContract, tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=3)
    paths[1].write_bytes(paths[1].read_bytes()[132:])  # no preamble: the importer can't parse it
    with pytest.raises(GantryError) as caught:
        XnatDestination(contract.url, SIGN_IN).send(
            shipment_of(archive_of(paths, tmp_path / "spool"))
        )
    assert caught.value.code is ErrorCode.PARTLY_STORED
    assert caught.value.facts["stored"] == 2


def test_a_wrong_password_is_said(contract: XnatContract, archive: Archive) -> None:
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
