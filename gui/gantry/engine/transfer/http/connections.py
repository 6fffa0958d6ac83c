"""A client's connections: used by one thread at a time, kept while idle, with the right proxy."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from gantry import __version__
from gantry.engine.transfer.http.access import is_loopback, tls_context
from gantry.engine.transfer.http.adapter import WatchedAdapter
from gantry.engine.transfer.options import Options

_SOCKS = re.compile(r"^socks://", re.IGNORECASE)


class Connections:
    """A pool of sessions; may be used from several threads at once.

    Raises:
        GantryError: DESTINATION_INVALID, of a certificate file or its key.
    """

    def __init__(self, options: Options) -> None:
        self._context = tls_context(options)
        self._proxy = options.proxy
        self._idle: list[requests.Session] = []
        self._closed = False
        self._lock = threading.Lock()

    def take(self) -> requests.Session:
        """This thread's own session, because threads must not share a connection."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        session = requests.Session()
        session.trust_env = False  # .netrc would replace the secret; `proxies` asks the system
        session.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": f"gantry/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        session.cookies.set_policy(_NoCookies())
        adapter = WatchedAdapter(self._context)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def give_back(self, session: requests.Session, *, is_sound: bool) -> None:
        """Keeps the session for the next request, or closes it if its connection is not clean:
        part of an answer may still be on its way."""
        with self._lock:
            keep = is_sound and not self._closed
            if keep:
                self._idle.append(session)
        if not keep:
            session.close()

    def proxies(self, url: str) -> dict[str, str]:
        """The proxies for a URL, by its scheme."""
        if self._proxy == "none" or is_loopback(urlsplit(url).hostname or ""):
            return {}
        if self._proxy:
            proxies = {"http": self._proxy, "https": self._proxy}
        else:
            proxies = dict(get_environ_proxies(url))
        # GNOME's name for a SOCKS proxy of any version; the proxy looks names up.
        return {key: _SOCKS.sub("socks5h://", proxy) for key, proxy in proxies.items()}

    def close(self) -> None:
        """Closes idle connections; those in use are closed when their request ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[misc, name-defined]
    def set_ok(self, cookie: object, request: object) -> bool:
        return False
