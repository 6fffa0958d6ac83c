"""Secrets are removed from a URL's query, and restored unchanged for sending."""

from __future__ import annotations

import pytest

from gantry.engine.transfer.http.url_secrets import hidden, names_of_secrets, said, with_secrets
from gantry.engine.transfer.registry import normalise_url

BASE = "https://example.org/in"


@pytest.mark.parametrize(
    "pair",
    [
        "sig=a%2Fb%2Bc%3D", "token=t", "key=k", "apikey=1", "api_key=1", "api-key=1", "APIKEY=1",
        "access_token=1", "accessToken=1", "X-Amz-Signature=00ff", "X-Amz-Credential=A%2Fb",
        "X-Goog-Signature=1", "Signature=1", "code=1", "password=1", "pwd=1", "secret=1", "auth=1",
        "jwt=1", "PASSCODE=1", "usertoken=1", "session_id=1", "PHPSESSID=1", "sessid=1",
        "clientsecret=1", "mykey=1", "psk=1", "hdnts=exp~hmac", "sig=a;b",
        "sharedAccessSignature=1", "upload_token=x", "x-functions-key=1", "sid=1",
        "x=aB3dE5fG7hJ9kL1mN3pQ5rS7", "y=0123456789abcdef0123456789abcdef",
    ],
)  # fmt: skip
def test_what_may_be_a_secret_is_taken_out_and_put_back(pair: str) -> None:
    text = f"{BASE}?site=3&{pair}&project=MR"
    url, found = normalise_url(text)
    value = pair.partition("=")[2]
    assert found.query == pair
    assert url == text.replace(pair, pair[: -len(value)] + "***")
    assert with_secrets(url, found.query) == text
    assert normalise_url(url)[0] == url
    assert names_of_secrets(url) == (pair.partition("=")[0],)
    assert repr(found) == "Credentials()"


@pytest.mark.parametrize(
    "query",
    [
        "site=3", "project=550e8400-e29b-41d4-a716-446655440000", "overwrite=append", "keyword=MR",
        "study=1.2.826.0.1.3680043.8.498.12345678901234567890", "monkey=1", "session=BL01",
        "design=x", "token=", "flag", "region=eu-central-1",
    ],
)  # fmt: skip
def test_what_is_none_stays_where_it_is(query: str) -> None:
    url, found = normalise_url(f"{BASE}?{query}")
    assert url == f"{BASE}?{query}"
    assert found.query == ""


def test_other_kinds_of_address_over_http_too_and_several_secrets_in_one() -> None:
    url, found = normalise_url("tus+https://me:pw@example.org/files?token=a&se=2027&sig=b")
    assert url == "tus+https://example.org/files?token=***&se=2027&sig=***"
    assert (found.user, found.password, found.query) == ("me", "pw", "token=a&sig=b")
    assert normalise_url("dicom://PACS@host:104?calling=TOKEN")[1].query == ""


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"{BASE}?token=a&site=3&token=b", ("token", "token")),
        (f"{BASE}?site=3;sig=a%3D;x=1", ("sig",)),
        (f"{BASE};jsessionid=a/up;v=2?site=3&sig=b", ("jsessionid", "sig")),
    ],
)
def test_each_secret_comes_back_in_its_own_place(text: str, secrets: tuple[str, ...]) -> None:
    url, found = normalise_url(text)
    assert names_of_secrets(url) == secrets
    assert with_secrets(url, found.query) == text


@pytest.mark.parametrize(
    "text",
    ["ht!tp://me:canary@host/in", "x:/me:canary@host/in?sig=canary", "me:canary@host/;k=canary"],
)
def test_what_is_no_address_is_shown_without_what_may_be_a_secret(text: str) -> None:
    assert "canary" not in said(text)
    assert said(text).endswith(("host/in", "host/"))


def test_a_server_that_repeats_a_secret_is_quoted_without_it() -> None:
    said = "stored at /in?sig=a%2Fb%2Bc%3D, signed a/b+c="
    assert hidden(said, "sig=a%2Fb%2Bc%3D") == "stored at /in?sig=***, signed ***"
