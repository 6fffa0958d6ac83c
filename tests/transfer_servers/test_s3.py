"""S3 against moto's server and s3rver; what arrived is asked for with boto3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as PeerCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.kinds.s3_answer import failure_of
from gantry.engine.transfer.kinds.s3_signature import Signature
from gantry.engine.transfer.kinds.s3_upload import S3Destination
from support.s3_server import BUCKET, MotoServer, S3rver, S3Server
from support.shipments import Positions, make_archive, shipment_of

KEY = Credentials(user=S3Server.user, password=S3Server.password)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of three parts."""
    return make_archive(tmp_path_factory.mktemp("big"), instances=5, size=2048)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make_archive(tmp_path_factory.mktemp("small"), instances=2)


@pytest.fixture(params=[MotoServer, S3rver])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[S3Server]:
    with request.param(tmp_path) as running:
        yield running


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[MotoServer]:
    with MotoServer(tmp_path) as running:
        yield running


def key_of(archive: Archive) -> str:
    return f"incoming/mr/{archive.parcel}.tar.gz"


def held(server: S3Server, archive: Archive) -> str:
    return hashlib.sha256(server.content(key_of(archive))).hexdigest()


@pytest.mark.parametrize("which", ["small", "big"])
def test_an_archive_arrives_whole(
    server: S3Server, which: str, request: pytest.FixtureRequest
) -> None:
    archive: Archive = request.getfixturevalue(which)
    shipment = shipment_of(archive)
    receipt = S3Destination(server.url, KEY).send(shipment)
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof
    assert server.stored_keys() == [key_of(archive)]
    assert held(server, archive) == archive.sha256
    assert shipment.progress.sent == archive.size


class CutAfterParts(Exception):
    pass


def cut_after(destination: S3Destination, parts: int) -> list[str]:
    """Makes the destination fail when it asks for the part after so many; notes which it sends."""
    sent: list[str] = []
    original = destination._bucket._client.request

    def request(method: str, url: str, **more: object) -> Answer:
        if "partNumber" in url:
            if len(sent) == parts:
                raise CutAfterParts
            sent.append(url.partition("partNumber=")[2].partition("&")[0])
        return original(method, url, **more)  # type: ignore[arg-type]

    destination._bucket._client.request = request  # type: ignore[method-assign]
    return sent


def test_a_cut_upload_resumes_at_the_part(moto: MotoServer, big: Archive) -> None:
    positions = Positions()
    first = S3Destination(moto.url, KEY)
    assert cut_after(first, 2) == []
    with pytest.raises(CutAfterParts):
        first.send(shipment_of(big, save=positions))
    again = S3Destination(moto.url, KEY)
    sent = cut_after(again, 100)
    shipment = shipment_of(big, position=positions[-1])
    assert again.send(shipment).outcome is Outcome.STORED
    assert sent == ["3"]
    assert shipment.progress.sent == big.size
    assert held(moto, big) == big.sha256


def test_a_part_that_is_not_ours_is_sent_again(moto: MotoServer, big: Archive) -> None:
    positions = Positions()
    first = S3Destination(moto.url, KEY)
    cut_after(first, 2)
    with pytest.raises(CutAfterParts):
        first.send(shipment_of(big, save=positions))
    (upload,) = moto.peer.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    moto.peer.upload_part(
        Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"], PartNumber=2,
        Body=b"?" * (16 << 20),
    )  # fmt: skip
    again = S3Destination(moto.url, KEY)
    sent = cut_after(again, 100)
    again.send(shipment_of(big, position=positions[-1]))
    assert sent == ["2", "3"]
    assert held(moto, big) == big.sha256


def test_without_list_parts_the_upload_starts_again(tmp_path: Path, big: Archive) -> None:
    with S3rver(tmp_path) as server:  # answers ListParts with MethodNotAllowed
        positions = Positions()
        first = S3Destination(server.url, KEY)
        cut_after(first, 1)
        with pytest.raises(CutAfterParts):
            first.send(shipment_of(big, save=positions))
        again = S3Destination(server.url, KEY)
        again.send(shipment_of(big, position=positions[-1]))
        assert held(server, big) == big.sha256


def test_a_finished_upload_is_already_there(moto: MotoServer, big: Archive) -> None:
    positions = Positions()
    S3Destination(moto.url, KEY).send(shipment_of(big, save=positions))
    again = shipment_of(big, position=positions[-1])
    receipt = S3Destination(moto.url, KEY).send(again)
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_another_object_under_the_key_is_not_taken_for_ours(
    server: S3Server, small: Archive
) -> None:
    server.peer.put_object(Bucket=BUCKET, Key=key_of(small), Body=b"x" * small.size)
    assert S3Destination(server.url, KEY).ask(shipment_of(small)) is None
    S3Destination(server.url, KEY).send(shipment_of(small))
    assert held(server, small) == small.sha256


def test_abandoning_frees_the_parts(moto: MotoServer, big: Archive) -> None:
    positions = Positions()
    destination = S3Destination(moto.url, KEY)
    cut_after(destination, 1)
    with pytest.raises(CutAfterParts):
        destination.send(shipment_of(big, save=positions))
    S3Destination(moto.url, KEY).abandon(shipment_of(big, position=positions[-1]))
    assert "Uploads" not in moto.peer.list_multipart_uploads(Bucket=BUCKET)


def test_a_server_that_checks_signatures_lets_ours_in(tmp_path: Path, big: Archive) -> None:
    with MotoServer(tmp_path, guarded=True) as server:
        right = Credentials(user=server.user, password=server.password)
        assert S3Destination(server.url, right).send(shipment_of(big)).outcome is Outcome.STORED
        assert held(server, big) == big.sha256


def test_a_wrong_key_is_refused(tmp_path: Path, small: Archive) -> None:
    with MotoServer(tmp_path, guarded=True) as server:
        wrong = Credentials(user=server.user, password="wrong")
        with pytest.raises(GantryError) as caught:
            S3Destination(server.url, wrong).send(shipment_of(small))
        assert caught.value.code is ErrorCode.HTTP_401
        assert caught.value.facts["reason"] == "SignatureDoesNotMatch"
        assert server.stored_keys() == []


@pytest.mark.parametrize("which", ["small", "big"])
def test_a_key_that_may_only_write_still_gets_a_proof(
    tmp_path: Path, which: str, request: pytest.FixtureRequest
) -> None:
    archive: Archive = request.getfixturevalue(which)
    with MotoServer(tmp_path, guarded=True, actions=("s3:PutObject",)) as server:
        key = Credentials(user=server.user, password=server.password)
        receipt = S3Destination(server.url, key).send(shipment_of(archive))
    assert receipt.outcome is Outcome.STORED
    assert receipt.proof.startswith("S3 ")


def test_a_sloppy_prefix_becomes_a_sound_one(moto: MotoServer, small: Archive) -> None:
    url = moto.url.replace("/incoming/mr", "//a b//./../患者/")
    S3Destination(url, KEY).send(shipment_of(small))
    assert moto.stored_keys() == [f"a b/患者/{small.parcel}.tar.gz"]


def test_a_missing_bucket_is_reported(moto: MotoServer, small: Archive) -> None:
    url = moto.url.replace(BUCKET, "no-such-bucket")
    with pytest.raises(GantryError) as caught:
        S3Destination(url, KEY).send(shipment_of(small))
    assert caught.value.code is ErrorCode.HTTP_404
    assert caught.value.facts["reason"] == "NoSuchBucket"


def test_a_completion_that_answers_200_with_an_error_is_no_delivery(small: Archive) -> None:
    destination = S3Destination("s3+http://127.0.0.1:9/b", KEY)
    body = b"<?xml version='1.0'?>\n\n<Error><Code>InternalError</Code></Error>"
    answer = Answer("http://127.0.0.1:9/b/k", 200, {}, body)
    error = failure_of(answer, destination._bucket.document(answer))
    assert error.transient
    assert error.facts["reason"] == "InternalError"


_SEGMENT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=20
).filter(lambda s: s.strip("."))


@settings(max_examples=80, deadline=None)
@given(
    key=st.lists(_SEGMENT, min_size=1, max_size=4).map("/".join),
    query=st.dictionaries(
        st.sampled_from(["uploads", "uploadId", "partNumber"]), st.text("aZ9+/=")
    ),
)
def test_signatures_are_those_of_botocore(key: str, query: dict[str, str]) -> None:
    from urllib.parse import quote, urlencode

    url = f"http://127.0.0.1:9000/bucket/{quote(key, safe='/~')}"
    if query:
        url += "?" + urlencode(query, quote_via=quote)
    hashed = hashlib.sha256(b"body").hexdigest()
    headers = {"x-amz-content-sha256": hashed, "x-amz-meta-parcel": "01J"}
    ours = requests.Request("PUT", url, headers=headers).prepare()
    Signature("AKID", "secret", "session", "eu-central-1")(ours)
    theirs = AWSRequest("PUT", url, headers={"x-amz-meta-parcel": "01J"}, data=b"body")
    signer = S3SigV4Auth(PeerCredentials("AKID", "secret", "session"), "s3", "eu-central-1")
    theirs.context["timestamp"] = ours.headers["x-amz-date"]
    theirs.headers["X-Amz-Date"] = ours.headers["x-amz-date"]
    theirs.headers["X-Amz-Content-SHA256"] = hashed
    theirs.headers["x-amz-security-token"] = "session"
    canonical = signer.canonical_request(theirs)
    text = signer.string_to_sign(theirs, canonical)
    expected = signer.signature(text, theirs)
    assert ours.headers["Authorization"].endswith(f"Signature={expected}")
