"""Which server answered, how long to wait, what the words are."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from gantry.engine.errors import ErrorCode
from gantry.engine.text import drop_hidden_in_lines
from gantry.engine.transfer.http.answer import Answer, address

NGINX_413 = (
    b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
    b"<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n"
)


def got(status: int, body: bytes = b"", **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("https://pacs.example:8443/upload", status, names, body)


@pytest.mark.parametrize(
    ("headers", "body", "name"),
    [
        ({"server": "nginx/1.22.1"}, b"", "nginx"),
        ({}, NGINX_413, "nginx"),
        ({"server": "openresty"}, b"", "OpenResty (nginx)"),
        ({"server": "cloudflare"}, b"", "Cloudflare"),
        ({"cf_ray": "8"}, b"", "Cloudflare"),
        ({"server": "Microsoft-IIS/10.0"}, b"", "Microsoft IIS"),
        ({"server": "Apache/2.4.57 (Debian)"}, b"", "Apache"),
        ({"server": "Apache-Coyote/1.1"}, b"", "Apache Tomcat"),
        ({}, b"<address>Apache/2.4 Server at x Port 80</address>", "Apache"),
        ({"server": "squid/5.7"}, b"", "Squid"),
        ({"x_squid_error": "ERR_TOO_BIG 0"}, b"", "Squid"),
        (
            {},
            b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle "
            b"this request.\n</body></html>\n",
            "HAProxy",
        ),
        ({"server": "awselb/2.0"}, b"", "Amazon load balancer"),
        ({"server": "something/1"}, b"", ""),
        ({}, b"", ""),
    ],
)
def test_front_end_is_told_by_header_or_page(
    headers: dict[str, str], body: bytes, name: str
) -> None:
    assert got(413, body, **headers).front_end == name


def test_413_carries_the_front_end_s_limit() -> None:
    error = got(413, NGINX_413, server="nginx/1.22.1").error()

    assert error.code is ErrorCode.HTTP_413
    assert error.facts == {
        "host": "pacs.example:8443",
        "status": 413,
        "server": "nginx/1.22.1",
        "front_end": "nginx",
        "setting": "client_max_body_size",
        "limit": 1024 * 1024,
    }
    assert not error.transient


def test_404_13_of_iis_is_a_413() -> None:
    page = b"<h2>HTTP Error 404.13 - Not Found</h2> exceeds the request content length."
    error = got(404, page, server="Microsoft-IIS/10.0").error()

    assert error.code is ErrorCode.HTTP_413
    assert error.facts["setting"] == "maxAllowedContentLength"


@pytest.mark.parametrize(
    ("status", "transient"),
    [
        (400, False), (401, False), (403, False), (404, False), (405, False), (409, False),
        (410, False), (413, False), (415, False), (422, False),
        (408, True), (425, True), (429, True), (500, True), (502, True), (503, True), (504, True),
        (520, True), (501, False), (507, False),
    ],
)  # fmt: skip
def test_only_what_may_pass_is_tried_again(status: int, transient: bool) -> None:
    assert got(status).error().transient is transient


def test_c21_disk_full_reported_by_a_500_is_final() -> None:
    error = got(500, b"OSError: [Errno 28] No space left on device").error()

    assert error.code is ErrorCode.HTTP_507
    assert not error.transient


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0), ("2", 2.0), ("1000000000", 1e9), ("-5", None), ("1.5", None), ("soon", None),
        ("", None), ("9" * 40, None), ("\u0663", None),
    ],
)  # fmt: skip
def test_c07_retry_after_in_seconds(said: str, seconds: float | None) -> None:
    assert got(503, retry_after=said).retry_after() == seconds


def test_c07_retry_after_as_a_date_counts_from_the_server_s_clock() -> None:
    theirs = datetime.now(UTC) + timedelta(days=400)
    form = "%a, %d %b %Y %H:%M:%S GMT"
    date = theirs.strftime(form)

    later = got(503, date=date, retry_after=(theirs + timedelta(seconds=90)).strftime(form))
    past = got(503, date=date, retry_after=(theirs - timedelta(days=2)).strftime(form))

    assert later.retry_after() == 90.0
    assert past.retry_after() == 0.0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            got(422, b'{"error": {"code": 7, "message": "No\\u202e such\\r\\nproject"}}'),
            "No such project",
        ),
        (got(422, b'{"errors": ["a", "b"]}'), "a"),
        (got(404, NGINX_413), "413 Request Entity Too Large"),
        (got(500, b"<html><body><script>x()</script><p>Sorry &amp; bye</p>"), "Sorry & bye"),
        (got(200, b'{"code": 500, "msg": "no such project"}'), "no such project"),
        (got(200, b'{"errcode": 1, "errmsg": "token"}'), "token"),
        (got(200, b'{"data": {"Error_Message": "full"}, "id": 7}'), "full"),
        (got(200, '{"msg": "上传失败"}'.encode("gb18030")), "上传失败"),
        (
            got(
                500,
                b"<!DOCTYPE html><title>Error</title><pre>MulterError: File too large<br> at"
                b" x</pre>",
            ),
            "MulterError: File too large at x",
        ),
        (got(400, b"bad\x00 \x1b[31mthing"), "bad [31mthing"),
        (got(400, b"[" * 100_000), "[" * 299 + "\u2026"),
    ],
)
def test_words_of_the_server_are_plain_and_short(answer: Answer, words: str) -> None:
    assert answer.words == words


def test_words_are_private_and_never_in_the_detail() -> None:
    error = got(422, b"patient Kanarienvogel is unknown").error()

    assert "Kanarienvogel" in str(error.private["words"])
    assert "Kanarienvogel" not in str(error)


def test_location_is_shown_without_secrets() -> None:
    assert address("https://user:pw@host:1/a/b?token=x#y") == "https://host:1/a/b"
    assert address("http://[::1]:99999/a") == "http://[::1]/a"


def test_clean_cuts_and_drops_what_is_not_text() -> None:
    assert drop_hidden_in_lines("a\ud800b\u2028c\ufeff", 10) == "ab\nc"
    assert drop_hidden_in_lines("x" * 50, 10) == "x" * 9 + "…"


def test_half_an_answer_is_no_json_even_where_it_looks_whole() -> None:
    whole = Answer("http://lab/", 200, {}, b"12")
    assert whole.json() == 12
    with pytest.raises(ValueError, match="cut off"):
        dataclasses.replace(whole, whole=False).json()
