"""Which destinations are inside the user's own network."""

from __future__ import annotations

import socket

import pytest

from gantry.services.nearness import Nearness, look_up, nearness

OWN, OUTSIDE, UNKNOWN = Nearness.OWN, Nearness.OUTSIDE, Nearness.UNKNOWN


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("practice:", OWN),
        ("file:///srv/studies", OWN),
        ("file://nas/studies", OWN),
        ("file://files.example.org/studies", UNKNOWN),
        ("https://localhost:8443/in", OWN),
        ("https://127.0.0.9/in", OWN),
        ("https://[::1]/in", OWN),
        ("dicom://PACS@10.1.2.3:104?calling=ME", OWN),
        ("dicom://PACS@172.15.2.3:104", OUTSIDE),
        ("dicom://PACS@172.31.2.3:104", OWN),
        ("sftp://me@192.168.7.7/in", OWN),
        ("s3+https://169.254.3.4/bucket", OWN),
        ("https://[fe80::1%25eth0]/in", OWN),
        ("https://[fd12:3456::1]/in", OWN),
        ("https://[::ffff:10.0.0.1]/in", OWN),
        ("https://[::ffff:8.8.8.8]/in", OUTSIDE),
        ("https://[2001:db8::1]/in", OUTSIDE),
        ("https://8.8.8.8/in", OUTSIDE),
        ("https://134744072/in", OUTSIDE),
        ("https://0x08080808/in", OUTSIDE),
        ("https://100.64.0.1/in", OUTSIDE),
        ("orthanc+http://pacs:8042", OWN),
        ("https://PACS./in", OWN),
        ("https://archive.local/in", OWN),
        ("https://archive.local./in", OWN),
        ("https://notlocal.example.org/in", UNKNOWN),
        ("https://local.example.org", UNKNOWN),
    ],
)
def test_an_address_tells_where_it_is(url: str, where: Nearness) -> None:
    assert nearness(url) is where


@pytest.mark.parametrize(
    ("addresses", "where"),
    [
        (["10.0.0.7"], OWN),
        (["10.0.0.7", "fd00::7"], OWN),
        (["10.0.0.7", "8.8.8.8"], OUTSIDE),
        (["2001:db8::1"], OUTSIDE),
        ([], OUTSIDE),
    ],
)
def test_a_name_is_where_all_its_addresses_are(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], where: Nearness
) -> None:
    # No name server that every machine has gives such answers.
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    assert look_up("https://archive.example.org/in") is where


def test_a_name_that_nobody_knows_is_outside() -> None:
    assert look_up("https://archive.invalid/in") is OUTSIDE
    assert look_up(f"https://{'a' * 70}.example.org/in") is OUTSIDE
