"""Credentials for a destination, and what the user must do to sign in there."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in; never in a URL, a log or a repr.

    Attributes:
        query: secrets of the URL's query, as extracted by `url_secrets.py`.
    """

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the user must do: open `address` and enter `user_code`.

    Attributes:
        direct: an address that contains the code, or "".
        seconds: how long the code is valid.
    """

    user_code: str
    address: str
    direct: str
    seconds: float
    interval: float
    device_code: str = field(repr=False)
    begun: float = field(default_factory=time.monotonic, repr=False)
