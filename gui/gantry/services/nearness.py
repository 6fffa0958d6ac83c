"""Tells whether a destination is inside the user's own network."""

from __future__ import annotations

import ipaddress
import socket
import time
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from gantry.engine.transfer.run_with_timeout import run_patiently

_PATIENCE: Final = 5.0  # seconds
_OWN: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


class Nearness(Enum):
    """Where a destination is."""

    OWN = auto()
    OUTSIDE = auto()
    UNKNOWN = auto()  # only a name server can tell


def nearness(url: str) -> Nearness:
    """Where a destination is, as far as its address tells. Asks no name server."""
    host = host_of(url)
    if not host:
        return Nearness.OWN  # a folder, or practice
    if (address := _address(host)) is not None:
        return _of(address)
    if "." not in host or host.endswith((".local", ".localhost")):
        return Nearness.OWN
    return Nearness.UNKNOWN


def look_up(url: str) -> Nearness:
    """Where a destination is; may ask a name server, and wait for it, but not for long.

    OUTSIDE if one of its addresses is, or if none is known.
    """
    found = nearness(url)
    if found is not Nearness.UNKNOWN:
        return found
    try:
        addresses = _addresses(host_of(url))
    except (OSError, UnicodeError):
        return Nearness.OUTSIDE
    places = {_of(a) for text in addresses if (a := _address(text)) is not None}
    return Nearness.OWN if places == {Nearness.OWN} else Nearness.OUTSIDE


def host_of(url: str) -> str:
    """The host's name or address, in lower case without a final dot; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _addresses(host: str) -> list[str]:
    end = time.monotonic() + _PATIENCE
    answers = run_patiently(
        lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM),
        token=None,
        give_up=lambda: time.monotonic() > end,
    )
    return [str(to[0]) for _, _, _, _, to in answers]


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _old_spelling(host)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _old_spelling(host: str) -> ipaddress.IPv4Address | None:
    """An IPv4 address as systems also accept it: `8.8`, `0x08080808`, `134744072`."""
    if not host[:1].isdigit() or any(c.isspace() for c in host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Nearness:
    return Nearness.OWN if any(address in net for net in _OWN) else Nearness.OUTSIDE
