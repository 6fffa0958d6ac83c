"""What uploads are called by their labels: in a folder, in an object store, in XNAT."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Labels, Outcome, Parcel
from gantry.engine.transfer.kinds.folder import FolderDestination
from gantry.engine.transfer.kinds.s3_upload import S3Destination
from gantry.engine.transfer.kinds.xnat import XnatDestination
from gantry.engine.transfer.options import Options
from support.s3_server import BUCKET, MotoServer, S3Server
from support.shipments import make_archive, shipment_of
from support.xnat_contract import PASSWORD, USER, XnatContract

KEY = Credentials(user=S3Server.user, password=S3Server.password)
SIGN_IN = Credentials(user=USER, password=PASSWORD)
LABELS: Labels = (("session", "V 1"), ("subject", "S/01"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = make_archive(tmp_path_factory.mktemp("made"), instances=2)
    return replace(made, labels=LABELS, modality="MR")


def parcels(*labels: Labels) -> list[Parcel]:
    return [Parcel(f"{n}", f"1.2.{n}", (), labels=own) for n, own in enumerate(labels)]


def test_an_archive_goes_into_its_own_folder_and_is_found_there(
    archive: Archive, tmp_path: Path
) -> None:
    destination = FolderDestination(tmp_path.as_uri(), path="{label:subject}/{modality}")
    assert destination.ask(shipment_of(archive)) is None
    assert list(tmp_path.iterdir()) == []
    receipt = destination.send(shipment_of(archive))
    assert receipt.location == f"S_01/MR/{archive.parcel}.tar.gz"
    assert (tmp_path / receipt.location).read_bytes() == archive.path.read_bytes()
    again = destination.send(shipment_of(archive))
    assert (again.outcome, again.location) == (Outcome.ALREADY_THERE, receipt.location)
    assert [p.name for p in tmp_path.rglob("*.part")] == []


def test_two_parcels_of_one_subject_share_its_folder(archive: Archive, tmp_path: Path) -> None:
    destination = FolderDestination(tmp_path.as_uri(), path="{label:subject}")
    other = replace(archive, parcel="01JV0000000000000000000000")
    for one in (archive, other):
        destination.send(shipment_of(one))
    assert len(list((tmp_path / "S_01").iterdir())) == 2


def test_a_destination_s_own_folder_is_never_made(archive: Archive, tmp_path: Path) -> None:
    destination = FolderDestination((tmp_path / "gone").as_uri(), path="{label:subject}")
    with pytest.raises(GantryError) as error:
        destination.send(shipment_of(archive))
    assert error.value.code is ErrorCode.SHARE_GONE
    assert list(tmp_path.iterdir()) == []


def test_an_object_s_key_has_the_labels(archive: Archive, tmp_path: Path) -> None:
    with MotoServer(tmp_path) as moto:
        options = Options(path="{label:subject}/{study_uid}")
        destination = S3Destination(moto.url, KEY, options=options)
        receipt = destination.send(shipment_of(archive))
        key = f"incoming/mr/S_01/{archive.study_uid}/{archive.parcel}.tar.gz"
        assert receipt.location == f"s3://{BUCKET}/{key}"
        assert moto.content(key) == archive.path.read_bytes()
        assert destination.ask(shipment_of(archive)) is not None
        destination.close()


def test_keys_of_objects_know_capitals_and_folders_do_not(tmp_path: Path) -> None:
    two = parcels((("subject", "s1"),), (("subject", "S1"),))
    options = Options(path="{label:subject}")
    S3Destination("s3+https://host/bucket", KEY, options=options).check_names(two)
    with pytest.raises(GantryError) as error:
        FolderDestination(tmp_path.as_uri(), path=options.path).check_names(two)
    assert error.value.code is ErrorCode.LABEL_COLLISION


@pytest.mark.parametrize(
    ("labels", "options", "said"),
    [
        (LABELS, Options(), {"SUBJECT_ID": "S_01", "EXPT_LABEL": "V_1"}),
        (LABELS[1:], Options(), {"SUBJECT_ID": "S_01"}),
        ((), Options(), {}),
        (
            LABELS,
            Options(session="{label:subject}_{label:session}"),
            {"SUBJECT_ID": "S_01", "EXPT_LABEL": "S_01_V_1"},
        ),
    ],
)
def test_xnat_s_prearchive_is_told_subject_and_session(
    archive: Archive, labels: Labels, options: Options, said: dict[str, str]
) -> None:
    with XnatContract() as contract:
        destination = XnatDestination(contract.url, SIGN_IN, options=options)
        receipt = destination.send(shipment_of(replace(archive, labels=labels)))
        assert receipt.outcome is Outcome.STORED
        query = contract.last_query
        assert {k: query[k] for k in ("SUBJECT_ID", "EXPT_LABEL") if k in query} == said
        assert query["dest"] == "/prearchive/projects/STROKE"


def test_labels_replace_the_names_in_an_address(archive: Archive) -> None:
    with XnatContract() as contract:
        destination = XnatDestination(f"{contract.url}?subject=X&session=Y", SIGN_IN)
        for labels in (LABELS, (), LABELS[1:]):
            receipt = destination.send(shipment_of(replace(archive, labels=labels)))
            assert receipt.outcome is Outcome.STORED
            found = destination.ask(shipment_of(replace(archive, labels=labels)))
            assert found is not None
            assert found.location == receipt.location
        base = "/archive/projects/STROKE/subjects"
        assert set(contract.archived) == {
            f"{base}/S_01/experiments/V_1",
            f"{base}/X/experiments/Y",
            f"{base}/S_01/experiments/Y",
        }


@pytest.mark.parametrize(
    ("one", "other", "options", "code"),
    [
        ((("subject", "S 1"),), (("subject", "S.1"),), Options(), ErrorCode.LABEL_COLLISION),
        (
            (("session", "V1"), ("subject", "A")),
            (("session", "V1"), ("subject", "B")),
            Options(),
            ErrorCode.LABEL_CONFLICT,
        ),
        ((("subject", "A"),), (), Options(subject="{label:subject}"), ErrorCode.LABEL_MISSING),
        ((("subject", "A" * 65),), (), Options(), ErrorCode.LABEL_INVALID),
    ],
)
def test_names_that_xnat_could_not_tell_apart_are_refused(
    one: Labels, other: Labels, options: Options, code: ErrorCode
) -> None:
    destination = XnatDestination("xnat+https://x.example/projects/P", SIGN_IN, options=options)
    with pytest.raises(GantryError) as error:
        destination.check_names(parcels(one, other))
    assert error.value.code is code


def test_a_session_of_two_patients_without_a_subject_is_refused() -> None:
    destination = XnatDestination("xnat+https://x.example/projects/P", SIGN_IN)
    labels: Labels = (("session", "V1"),)
    one, other = (replace(p, patient_id=f"ID {n}") for n, p in enumerate(parcels(labels, labels)))
    destination.check_names([one, one])
    with pytest.raises(GantryError) as error:
        destination.check_names([one, other])
    assert error.value.code is ErrorCode.LABEL_CONFLICT


def test_two_studies_of_one_session_are_not_refused() -> None:
    destination = XnatDestination("xnat+https://x.example/projects/P", SIGN_IN)
    destination.check_names(parcels(LABELS, LABELS, ()))
