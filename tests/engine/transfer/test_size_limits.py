"""Size limits: found by small announcements, and recognized even without a 413."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.doctor_steps import LIMIT
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.job import Job, JobOptions
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.doctor import doctor
from gantry.engine.transfer.http import size_probe
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.size_probe import WITHOUT_ARCHIVE, largest_request
from gantry.engine.transfer.kinds.form import FormDestination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.engine.transfer.size_limit import Wall, smaller
from gantry.messages import error_message
from support.dicom import make_study
from support.script_server import Script, ScriptServer, Talk, response
from support.shipments import archive_of, make_archive, parcel_of, shipment_of

_MIB = 1 << 20
QUICK = RetryPolicy(attempts=8, first_wait=0.01, longest_wait=0.02, offline=1.0)


@pytest.fixture(autouse=True)
def _patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, a server may take long to refuse a size that it was told."""
    monkeypatch.setattr(size_probe, "_PATIENCE", 20)


def length_of(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def limited(most: int) -> Script:
    """Refuses what announces more, waits for the rest of what announces less."""

    def script(talk: Talk) -> None:
        head = talk.read_head()
        if length_of(head) > most:
            talk.send(response(413))
            talk.wait()  # as servers do (RFC 9112 §9.6): a reset would take the answer along
        elif head.startswith(b"POST"):
            talk.wait()
        else:
            talk.send(response(200, b"{}", "Content-Type: application/json"))

    return script


def announced(server: ScriptServer) -> list[int]:
    return [length_of(head.encode("latin-1")) for head in server.heads]


@pytest.mark.parametrize(
    ("most", "found"),
    [
        (500, 0),
        (1000, 1000),
        (1024, 1024),
        (1_000_000, 1_000_000),
        (1_024_000, 1_024_000),
        (1 << 20, 1 << 20),
        (30_000_000, 30_000_000),
        (1_500_000, 1 << 20),
    ],
)
def test_a_limit_is_found_from_below(most: int, found: int) -> None:
    with ScriptServer(limited(most)) as server:
        destination = FormDestination(server.url)
        size = largest_request(
            destination._client, server.url, {}, CancelToken(), most=WITHOUT_ARCHIVE
        ).size
        assert size == found
        below = [n for n in announced(server) if n <= most]
        assert max(announced(server)) <= max(16 * max(below, default=0), 1 << 16)


def test_no_more_is_ever_announced_than_was_asked_for() -> None:
    with ScriptServer(limited(1 << 60)) as server:
        destination = FormDestination(server.url)
        assert destination.size_limit(CancelToken(), 3_000_000) is None
        assert max(announced(server)) == 3_000_000


def test_the_doctor_announces_64_mb_at_most_and_says_that_none_was_announced() -> None:
    with ScriptServer(limited(1 << 60)) as server:
        (step,) = [s for s in doctor(server.url, limits=Limits(idle=10)) if s.name == LIMIT]
        assert step.detail == "none announced for up to 64 MB; one may still show while sending"
        assert max(announced(server)) == 64 * _MIB


def test_a_limit_below_a_megabyte_splits_into_as_many_parts_as_are_needed(tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=40, size=128)
    archive = archive_of(paths, tmp_path / "spool")
    assert archive.size > 800_000
    with ScriptServer(limited(200_000)) as server:
        made = smaller(
            parcel_of(paths),
            archive,
            GantryError(ErrorCode.HTTP_413),
            FormDestination(server.url),
            CancelToken(),
        )
    assert made is not None
    assert made.is_known
    assert made.limit == 200_000 - 1024
    assert 5 <= len(made.parts) <= 12


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Eighteen megabytes, more than all buffers on the way hold."""
    return make_archive(tmp_path_factory.mktemp("big"), instances=6, size=1300)


def after(count: int, then: bytes | None) -> Script:
    """Reads so much of a POST, then answers, or cuts the connection; knows no parcel."""

    def script(talk: Talk) -> None:
        if not talk.read_head().startswith(b"POST"):
            talk.send(response(404))
            return
        after_head(talk, count, then)

    return script


def after_head(talk: Talk, count: int, then: bytes | None) -> None:
    talk.read(count)
    if then is None:
        talk.reset()
        return
    talk.send(then)
    with contextlib.suppress(OSError):
        talk.socket.settimeout(1)
        while talk.socket.recv(1 << 16):
            pass


def attempts_at(server: ScriptServer, archive: Archive) -> tuple[GantryError, int]:
    failures: list[GantryError] = []
    with pytest.raises(GantryError) as caught:
        send_with_retry(
            FormDestination(server.url),
            shipment_of(archive),
            policy=QUICK,
            on_failure=lambda attempt, error, wait: failures.append(error),
        )
    return caught.value, len(failures)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_early_answer_each_time_is_a_limit(archive: Archive, status: int) -> None:
    with ScriptServer(after(1_000_000, response(status))) as server:
        error, attempts = attempts_at(server, archive)
    assert error.code is ErrorCode.HTTP_413
    assert attempts == 3
    assert 1_000_000 <= int(error.facts["limit"]) < archive.size
    assert "seems to have a size limit" in error_message(error).title


def test_a_cut_at_the_same_byte_each_time_is_a_limit(archive: Archive) -> None:
    with ScriptServer(after(8_000_000, None)) as server:
        error, attempts = attempts_at(server, archive)
    assert error.code is ErrorCode.HTTP_413
    assert attempts < QUICK.attempts


def cut_at(sent: int, size: int) -> GantryError:
    facts: dict[str, str | int | float] = {"host": "lab", "sent": sent, "asked": size}
    return GantryError(ErrorCode.DISCONNECTED, facts=facts, transient=True)


@pytest.mark.parametrize(
    ("places", "is_limit"),
    [
        ([40, 41, 40], True),
        ([10, 41, 40, 41], True),
        ([40, 44, 37, 42], True),  # buffers on the way take a few megabytes more or less
        ([40, 46], False),
        ([40, 70, 20, 90, 40, 5, 60], False),
        ([40, 40, 0, 40, 40], False),  # it was not reached in between
        ([100, 100, 100], False),  # all was sent: no answer is another matter
    ],
)
def test_a_bad_line_is_told_from_a_limit(places: list[int], is_limit: bool) -> None:
    wall = Wall()
    found = [wall.hit(cut_at(place * 1_000_000, 100_000_000)) for place in places]
    assert (found[-1] is not None) is is_limit
    assert not any(found[:-1])


def test_a_service_that_is_down_is_no_limit(archive: Archive) -> None:
    def down(talk: Talk) -> None:
        talk.read_head()
        talk.send(response(502))

    with ScriptServer(down) as server:
        error, attempts = attempts_at(server, archive)
    assert error.code is ErrorCode.HTTP_502
    assert attempts == QUICK.attempts


def test_what_is_ended_at_the_same_byte_is_split_in_smaller_parts(tmp_path: Path) -> None:
    paths = make_study(tmp_path / "source", instances=6, size=1300)
    archive = archive_of(paths, tmp_path / "spool")
    with ScriptServer(after(1_000_000, response(502))) as server:
        error, _ = attempts_at(server, archive)
        made = smaller(parcel_of(paths), archive, error, FormDestination(server.url), CancelToken())
    assert made is not None
    assert not made.is_known
    assert made.limit <= int(error.facts["limit"])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"<pre>MulterError: File too large<br> &nbsp; at abortWithCode</pre>"),
        (500, b'{"message":"LIMIT_FILE_SIZE"}'),
        (400, b"The uploaded file exceeds the upload_max_filesize directive in php.ini"),
        (500, b"Maximum upload size exceeded; nested exception is MaxUploadSizeExceededException"),
        (400, b'{"detail":"Request body too large"}'),
        (422, '{"msg":"文件过大"}'.encode()),
        (502, b"http: request body too large"),
    ],
)
def test_words_for_too_large_are_a_413(status: int, body: bytes) -> None:
    error = Answer("http://host/up", status, {}, body, asked=5_000_000).error()
    assert error.code is ErrorCode.HTTP_413
    assert not error.transient


@pytest.mark.parametrize(
    "body", [b"Request Header Or Cookie Too Large", b"Internal Server Error", b"file is broken"]
)
def test_other_words_are_not(body: bytes) -> None:
    assert Answer("http://host/up", 500, {}, body, asked=5_000_000).error().code is (
        ErrorCode.HTTP_500
    )


def test_a_wrong_field_is_reported_at_once_and_not_tried_again() -> None:
    body = b"<html><body><pre>MulterError: Unexpected field<br> at wrapped</pre></body></html>"
    error = Answer("http://host/up", 500, {}, body, asked=5_000_000).error()
    assert not error.transient
    assert "another field" in error_message(error).title


def test_a_setting_is_not_blamed_for_less_than_its_default() -> None:
    """ModSecurity in Apache refuses 17 MB; LimitRequestBody is a gigabyte."""
    head = {"server": "Apache/2.4.71"}
    error = Answer("http://host/up", 413, head, b"", asked=17_000_000).error()
    assert "LimitRequestBody" not in error_message(error).what
    assert "limit" not in error.facts
    above = Answer("http://host/up", 413, head, b"", asked=2 << 30).error()
    assert above.facts["setting"] == "LimitRequestBody"
    below = Answer("http://host/up", 413, {"server": "nginx"}, b"", asked=500_000).error()
    assert below.facts["setting"] == "client_max_body_size"
    assert "limit" not in below.facts


@pytest.mark.skipif(sys.platform == "win32", reason="a reset may take the early answer along there")
def test_a_job_splits_what_a_server_refuses_without_a_413(tmp_path: Path) -> None:
    """A front end such as Caddy's: an answer of 502 as soon as more comes than it wants."""
    parcel = parcel_of(make_study(tmp_path / "source", instances=40, size=512))
    received: list[int] = []

    def front(talk: Talk) -> None:
        head = talk.read_head()
        if not head.startswith(b"POST"):
            talk.send(response(404))
        elif length_of(head) > 3_000_000:
            after_head(talk, 3_000_000, response(502))
        else:
            received.append(len(talk.read(length_of(head))))
            talk.send(response(201, b"{}", "Content-Type: application/json"))

    job = Job("01JOB", "lab", "http://lab", (parcel,))
    options = JobOptions(split=True, retry=QUICK, parallel_sends=1)
    (tmp_path / "spool").mkdir()
    with ScriptServer(front) as server:
        done = JobRunner(
            job,
            FormDestination(server.url),
            tmp_path / "spool",
            lambda event: None,
            options=options,
        ).run()
    assert done.failed == 0
    assert len(received) >= 6
    assert sum(received) > parcel.size * 0.5


@pytest.mark.parametrize("more", [0, 1, 10_000_000])
def test_a_named_limit_that_should_have_let_the_archive_through_is_not_believed(
    tmp_path: Path, more: int
) -> None:
    """Something else in front of the server refuses it: the next try is half as big."""
    paths = make_study(tmp_path / "source", instances=20, size=128)
    archive = archive_of(paths, tmp_path / "spool")

    class Boasting(FormDestination):
        def size_limit(self, token: CancelToken, most: int) -> int | None:
            return archive.size + more

    refused = GantryError(ErrorCode.HTTP_413)
    made = smaller(
        parcel_of(paths), archive, refused, Boasting("http://lab.test/up"), CancelToken()
    )
    assert made is not None
    assert (made.limit, made.is_known) == (archive.size // 2, False)
    assert len(made.parts) > 1
