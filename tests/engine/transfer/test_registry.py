"""Destination URLs: their one form, their secrets, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.folder_path import file_path
from gantry.engine.transfer.registry import KINDS, kind_of, normalise_url, open_destination


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://Host.Example/Up load ", "https://host.example/Up%20load"),
        ("HTTPS://host:8443", "https://host:8443/"),
        ("http://[::1]:80/a?b=c d#e", "http://[::1]:80/a?b=c d"),
        ("http://host/a?b=c #d", "http://host/a?b=c"),
        ("http://host/a #d", "http://host/a"),
        ("http://host/%7e%20x", "http://host/%7e%20x"),
        ("/data/out", "file:///data/out"),
        ("/data/out/", "file:///data/out"),
        ("/daten ä/#1?", "file:///daten%20%C3%A4/%231%3F"),
        ("file:///data/out", "file:///data/out"),
        (r"C:\Users\me", "file:///C:/Users/me"),
        ("D:\\", "file:///D:/"),
        (r"\\server\share\in box", "file://server/share/in%20box"),
        ("file://server/share", "file://server/share"),
    ],
)
def test_url_gets_its_one_form_and_keeps_it(text: str, url: str) -> None:
    assert normalise_url(text)[0] == url
    assert normalise_url(url)[0] == url


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/daten ä/#1?", "/daten ä/#1?"),
        (r"C:\Users\me", r"C:\Users\me"),
        ("D:\\", "D:\\"),
        (r"\\server\share\in box", r"\\server\share\in box"),
    ],
)
def test_folder_comes_back_as_its_system_writes_it(text: str, path: str) -> None:
    assert file_path(normalise_url(text)[0]) == path


def test_user_and_password_leave_the_url() -> None:
    url, credentials = normalise_url("https://me%40x:p%3Ass@host/up")

    assert url == "https://host/up"
    assert (credentials.user, credentials.password) == ("me@x", "p:ss")
    assert "p:ss" not in repr(credentials)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("gopher://host/", "scheme"),
        ("host.example/upload", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://", "host"),
        ("http://a b/", "host"),
        ("http://:80/", "host"),
        ("http://host:99999/", "port"),
        ("http://host:x/", "port"),
        ("http://host:0/", "port"),
        ("http://host/\r\nX: y", "characters"),
        (r"\\server", "path"),
        ("C:relative", "path"),
        ("file:relative", "path"),
    ],
)
def test_what_can_not_be_sent_to_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(GantryError) as caught:
        normalise_url(text)

    assert caught.value.code is ErrorCode.DESTINATION_INVALID
    assert caught.value.facts["reason"] == reason


def test_refusal_does_not_tell_the_password() -> None:
    with pytest.raises(GantryError) as caught:
        normalise_url("http://me:hidden@host:99999/")

    assert "hidden" not in str(caught.value)


def outcome(text: str) -> str:
    """The URL, or the code of the refusal."""
    try:
        return normalise_url(text)[0]
    except GantryError as error:
        return error.code


@given(
    st.sampled_from(["", "http://", "https://u:p@", "file://", "//", "\\\\", "C:", "/"]),
    st.text(max_size=60),
)
def test_any_text_is_normalised_or_refused(start: str, rest: str) -> None:
    url = outcome(start + rest)

    assert url == ErrorCode.DESTINATION_INVALID or outcome(url) == url


def test_every_kind_opens_by_its_own_example() -> None:
    for kind in KINDS:
        url, _ = normalise_url(kind.example)
        assert kind_of(url) is kind


def test_destination_is_opened_by_its_url() -> None:
    destination = open_destination("https://me:pw@host.example/up")

    assert destination.url == "https://host.example/up"
    destination.close()
