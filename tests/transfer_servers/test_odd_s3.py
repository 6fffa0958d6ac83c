"""S3 stores that say little, say it wrong, or refuse in their own way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Status
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.kinds.s3_upload import S3Destination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.messages import error_message
from support.odd_s3 import Given, OddS3, error
from support.shipments import Positions, make_archive, shipment_of

KEY = Credentials(user="key", password="secret")
OPAQUE = "f" * 32


@pytest.fixture
def server() -> Iterator[OddS3]:
    with OddS3() as running:
        yield running


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make_archive(tmp_path_factory.mktemp("small"), instances=2)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of three parts."""
    return make_archive(tmp_path_factory.mktemp("big"), instances=5, size=2048)


def refusing(*methods: str, given: Given = (403, b"<html>no</html>", {})) -> object:
    """Refuses what asks for an object, and lets uploads through."""
    return lambda method, path: given if method in methods else None


def sent(server: OddS3, archive: Archive) -> tuple[Outcome, str]:
    receipt = S3Destination(server.url, KEY).send(shipment_of(archive))
    return receipt.outcome, receipt.proof


def said(caught: GantryError) -> str:
    message = error_message(caught)
    return f"{message.title} {message.what} {message.do}"


def test_head_and_get_refused_the_etag_in_the_answer_proves(server: OddS3, small: Archive) -> None:
    server.spoil = refusing("HEAD", "GET")  # type: ignore[assignment]
    assert sent(server, small) == (Outcome.STORED, "S3 ETag (MD5)")


def test_an_opaque_etag_and_no_right_to_read_leave_the_checked_md5(
    server: OddS3, small: Archive
) -> None:
    server.put_etag = lambda data: "opaque-1"
    server.spoil = refusing("GET")  # type: ignore[assignment]
    assert sent(server, small) == (Outcome.STORED, "S3's answer to Content-MD5")
    assert server.count("PUT") == 1


def test_an_etag_that_only_the_answer_to_the_upload_gives_proves(
    server: OddS3, small: Archive
) -> None:
    server.head_etag = lambda data: ""
    server.spoil = refusing("GET")  # type: ignore[assignment]
    assert sent(server, small) == (Outcome.STORED, "S3 ETag (MD5)")


def test_the_page_of_a_refusal_is_never_hashed_as_if_it_were_the_object(
    server: OddS3, small: Archive
) -> None:
    server.put_etag = lambda data: OPAQUE
    server.head_headers = {"x-amz-server-side-encryption": "aws:kms"}
    server.spoil = refusing("GET")  # type: ignore[assignment]
    outcome, _ = sent(server, small)
    assert outcome is Outcome.STORED
    assert server.count("PUT") == 1


def test_an_etag_that_denies_the_bytes_is_no_proof(server: OddS3, small: Archive) -> None:
    server.put_etag = lambda data: OPAQUE
    server.spoil = refusing("GET")  # type: ignore[assignment]
    assert sent(server, small)[0] is Outcome.ACCEPTED


def test_an_encrypted_object_is_read_back_where_it_may_be(server: OddS3, small: Archive) -> None:
    server.put_etag = lambda data: OPAQUE
    assert sent(server, small) == (Outcome.STORED, "read back")


def test_another_object_read_back_is_a_mismatch(server: OddS3, small: Archive) -> None:
    server.put_etag = lambda data: OPAQUE
    server.spoil = lambda method, path: (206, b"x" * small.size, {}) if method == "GET" else None
    with pytest.raises(GantryError) as caught:
        sent(server, small)
    assert caught.value.code is ErrorCode.RECEIPT_MISMATCH


@pytest.mark.parametrize("junk", ["abc", "-5", "1e3", "9" * 40, "٣"])
def test_a_junk_content_length_is_no_internal_fault(
    server: OddS3, small: Archive, junk: str
) -> None:
    server.length = lambda size: junk.encode("utf-8").decode("latin-1")
    assert sent(server, small) == (Outcome.STORED, "S3 ETag (MD5)")


def test_a_doubled_content_length_is_read(server: OddS3, small: Archive) -> None:
    server.length = lambda size: f"{size}, {size}"
    assert sent(server, small) == (Outcome.STORED, "S3 ETag (MD5)")


def test_an_object_that_is_too_short_is_a_mismatch(server: OddS3, small: Archive) -> None:
    server.length = lambda size: str(size // 2)
    with pytest.raises(GantryError) as caught:
        sent(server, small)
    assert caught.value.code is ErrorCode.RECEIPT_MISMATCH


def test_an_object_missing_after_its_upload_is_a_mismatch(server: OddS3, small: Archive) -> None:
    server.spoil = lambda method, path: (404, b"", {}) if method == "HEAD" else None
    with pytest.raises(GantryError) as caught:
        sent(server, small)
    assert caught.value.code is ErrorCode.RECEIPT_MISMATCH
    assert caught.value.transient


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_write_only_key_and_an_empty_etag_are_enough_for_an_upload_in_parts(
    server: OddS3, big: Archive, status: int
) -> None:
    server.put_etag = lambda data: ""  # as Ceph 16 answers CompleteMultipartUpload
    server.spoil = refusing("HEAD", "GET", given=(status, b"", {}))  # type: ignore[assignment]
    assert sent(server, big) == (Outcome.STORED, "S3 ETags of the parts (MD5)")
    (whole,) = server.objects.values()
    assert hashlib.sha256(whole).hexdigest() == big.sha256


def test_every_upload_says_which_bytes_it_should_be(server: OddS3, big: Archive) -> None:
    sent(server, big)
    puts = [headers for method, _, headers in server.seen if method == "PUT"]
    assert len(puts) == 3
    assert all("Content-MD5" in headers for headers in puts)


def test_an_upload_that_stays_locked_starts_again(server: OddS3, big: Archive) -> None:
    locked = error(500, "InternalError", "This multipart completion is already in progress")
    server.spoil = lambda method, path: (
        locked if method == "POST" and path.endswith("uploadId=u1") else None
    )
    attempts: list[GantryError] = []
    receipt = send_with_retry(
        S3Destination(server.url, KEY),
        shipment_of(big),
        policy=RetryPolicy(first_wait=0.01, longest_wait=0.01),
        on_failure=lambda attempt, failure, wait: attempts.append(failure),
    )
    assert receipt.outcome is Outcome.STORED
    assert len(attempts) == 3
    assert server.uploads == 2


def test_an_expired_session_token_is_called_that_though_head_has_no_body(
    server: OddS3, small: Archive
) -> None:
    def spoil(method: str, path: str) -> Given:
        expired = error(400, "ExpiredToken", "The provided token has expired.")
        return (400, b"", {}) if method == "HEAD" else expired

    server.spoil = spoil
    with pytest.raises(GantryError) as caught:
        sent(server, small)
    assert caught.value.code is ErrorCode.HTTP_401
    assert not caught.value.transient
    assert "expired" in said(caught.value)
    assert "malformed" not in said(caught.value)


@pytest.mark.parametrize(
    ("code", "found", "words"),
    [
        ("SignatureDoesNotMatch", ErrorCode.HTTP_401, "secret"),
        ("InvalidAccessKeyId", ErrorCode.HTTP_401, "access key"),
        ("QuotaExceeded", ErrorCode.HTTP_507, "space"),
        ("SecondLevelDomainForbidden", ErrorCode.HTTP_403, "bucket’s name"),
        ("RequestTimeTooSkewed", ErrorCode.CLOCK_WRONG, "clock"),
        ("AccessDenied", ErrorCode.HTTP_403, "not permitted"),
    ],
)
def test_a_refusal_is_reported_accurately(
    server: OddS3, small: Archive, code: str, found: ErrorCode, words: str
) -> None:
    def spoil(method: str, path: str) -> Given:
        return (403, b"", {}) if method == "HEAD" else error(403, code, "Because.")

    server.spoil = spoil
    with pytest.raises(GantryError) as caught:
        sent(server, small)
    assert caught.value.code is found
    assert words in said(caught.value)
    assert "certificate" not in said(caught.value)
    assert caught.value.private["words"] == f"{code}: Because."
    assert found.value in str(caught.value)


@pytest.mark.parametrize("given", [error(403, "AccessDenied"), (403, b"", {})])
def test_the_first_look_of_the_doctor_may_be_refused_to_a_write_only_key(
    server: OddS3, given: Given
) -> None:
    server.spoil = lambda method, path: given if "list-type" in path or method == "HEAD" else None
    steps = {step.name: step for step in doctor(server.url, KEY)}
    assert steps["Sign-in"].status is Status.PASSED
    assert steps["Write and delete"].status is Status.PASSED


def test_a_key_that_is_not_known_still_fails_the_doctor(server: OddS3) -> None:
    server.spoil = lambda method, path: error(403, "InvalidAccessKeyId")
    steps = {step.name: step for step in doctor(server.url, KEY)}
    assert steps["Sign-in"].status is Status.FAILED


@pytest.mark.parametrize("etag", ["md5", "opaque"])
def test_what_was_delivered_can_be_asked_for_without_the_archive(
    server: OddS3, tmp_path: Path, etag: str
) -> None:
    archive, positions = make_archive(tmp_path, instances=2), Positions()
    if etag == "opaque":
        server.put_etag = lambda data: hashlib.sha1(data).hexdigest()
    S3Destination(server.url, KEY).send(shipment_of(archive, save=positions))
    archive.path.unlink()
    for position in (positions[-1], ""):  # the latter: kept by an older version
        found = S3Destination(server.url, KEY).ask(shipment_of(archive, position=position))
        assert found is not None
        assert found.outcome is Outcome.ALREADY_THERE


def test_what_was_replaced_after_its_delivery_is_not_confirmed(
    server: OddS3, tmp_path: Path
) -> None:
    archive, positions = make_archive(tmp_path, instances=2), Positions()
    S3Destination(server.url, KEY).send(shipment_of(archive, save=positions))
    archive.path.unlink()
    (key,) = server.objects
    server.objects[key] = b"x" * archive.size
    for position in (positions[-1], ""):
        assert S3Destination(server.url, KEY).ask(shipment_of(archive, position=position)) is None


def test_a_completion_that_answers_200_with_an_error_delivers_nothing_by_a_write_only_key(
    server: OddS3, big: Archive
) -> None:
    """The parts were proved, but nobody made an object of them."""
    _, body, headers = error(200, "InternalError")

    def spoil(method: str, path: str) -> Given | None:
        if method in ("HEAD", "GET"):
            return 403, b"", {}
        return (200, body, headers) if method == "POST" and "uploadId=" in path else None

    server.spoil = spoil
    with pytest.raises(GantryError) as caught:
        sent(server, big)
    assert (caught.value.facts["reason"], caught.value.transient) == ("InternalError", True)


def test_a_part_whose_etag_denies_its_bytes_delivers_nothing_by_a_write_only_key(
    server: OddS3, big: Archive
) -> None:
    def spoil(method: str, path: str) -> Given | None:
        if method in ("HEAD", "GET"):
            return 403, b"", {}
        return (200, b"", {"ETag": OPAQUE}) if "partNumber=2&" in path else None

    server.spoil = spoil
    with pytest.raises(GantryError) as caught:
        sent(server, big)
    assert (caught.value.code, caught.value.transient) == (ErrorCode.RECEIPT_MISMATCH, True)


def test_a_cut_upload_resumes_though_its_parts_are_listed_on_several_pages(
    server: OddS3, big: Archive
) -> None:
    positions = Positions()
    server.spoil = lambda method, path: (500, b"", {}) if "partNumber=3" in path else None
    with pytest.raises(GantryError):
        S3Destination(server.url, KEY).send(shipment_of(big, save=positions))

    def one_a_page(method: str, path: str) -> Given | None:
        found = re.search(r"part-number-marker=(\d+)", path)
        if method != "GET" or found is None:
            return None
        number = int(found[1]) + 1
        etag = hashlib.md5(server.parts[number]).hexdigest()
        more = number < len(server.parts)
        page = (
            f"<L><Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            f"<NextPartNumberMarker>{number}</NextPartNumberMarker>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated></L>"
        )
        return 200, page.encode(), {}

    server.spoil = one_a_page
    server.seen.clear()
    receipt = S3Destination(server.url, KEY).send(shipment_of(big, position=positions[-1]))
    assert receipt.outcome is Outcome.STORED
    assert server.count("PUT") == 1
