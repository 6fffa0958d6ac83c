"""HTTP for all destinations: one careful client over requests.

    client = Client(url, credentials, limits, options)
    answer = client.request("POST", url, token=token, body=ArchiveBody(archive), sent=count)
    answer.expect({200, 201})          # or raises GantryError with everything known about it

`request` returns an Answer for whatever status the server gives, and raises GantryError where
there was no answer. It makes one attempt; retries are `retry.py`'s. It sends no secret to another
origin, follows no redirect that would change the request, reads at most 64 KiB of an answer, and
can be cancelled within a second at any point, even when the other side stopped reading.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy

from gantry import __version__
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.transfer.access import (
    Auth,
    Options,
    SignIn,
    header_value,
    is_loopback,
    origin,
    tls_context,
    want_consent,
)
from gantry.engine.transfer.adapter import WatchedAdapter
from gantry.engine.transfer.answer import ANSWER_LIMIT, Answer, address
from gantry.engine.transfer.body import Body, BytesBody
from gantry.engine.transfer.destination import Credentials, Limits
from gantry.engine.transfer.diagnosis import CAUGHT, diagnose
from gantry.engine.transfer.wire import Exchange, under_way

__all__ = ["Auth", "Client", "Options", "SignIn", "header_value", "is_loopback", "origin"]

REDIRECTS = 5

_KEPT_METHOD = frozenset({307, 308})
_MOVED = frozenset({301, 302, 303, 307, 308})


class Client:
    """Talks to one origin; may be used from several threads at once.

    Args:
        url: the destination's; its origin is the only one that gets the secret.
        auth: signs requests in place of `credentials` (AWS signatures, OAuth).

    Raises:
        GantryError: DESTINATION_INVALID, CREDENTIALS_EXPOSED.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
        *,
        auth: Auth | None = None,
    ) -> None:
        self.url = url
        self.limits = limits
        self.options = options
        auth = auth or options.auth
        self._auth = auth or SignIn(credentials, options.header)
        secret = bool(auth or credentials.token or credentials.user or credentials.password)
        if secret:
            want_consent(url, options)
        self._context = tls_context(options)
        self._idle: list[requests.Session] = []
        self._closed = False
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        *,
        token: CancelToken | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body | bytes | None = None,
        sent: Callable[[int], None] | None = None,
        handed_over: Callable[[], None] | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """One request and its answer.

        Args:
            body: closed when the request is over.
            sent: is told how many more bytes of the body went onto the wire.
            handed_over: is called when all of the body is out and the answer is awaited.
            limit: how much of the answer to read; more of it is dropped.

        Raises:
            GantryError: no answer came (`network.…`, `tls.…`), or `body.read` raised it.
            Cancelled: the token was cancelled.
        """
        if isinstance(body, bytes):
            body = BytesBody(body)
        clean = {name: header_value(value) for name, value in (headers or {}).items()}
        renewed = False
        counted = 0

        def count(more: int) -> None:
            nonlocal counted
            counted += more
            if sent is not None:
                sent(more)

        def again() -> None:
            """Puts body and counters back to the start."""
            nonlocal counted
            if body is not None:
                body.rewind()
            if sent is not None:
                sent(-counted)
            counted = 0

        try:
            for _ in range(REDIRECTS + 1):
                answer = self._once(method, url, token, clean, body, count, handed_over, limit)
                if answer.status == 401 and not renewed and self._renew(url):
                    renewed = True
                    if getattr(body, "is_spent", False):
                        error = answer.error()
                        error.transient = True  # the body can't be read again; its maker can
                        raise error
                    again()
                    continue
                target = _joined(url, answer.headers.get("location", ""))
                kept = method in ("GET", "HEAD") or answer.status in _KEPT_METHOD
                if answer.status not in _MOVED or not kept or origin(target) != origin(url):
                    return answer
                url = target
                again()
            return answer
        finally:
            if body is not None:
                body.close()

    def _renew(self, url: str) -> bool:
        """Whether there is a new secret to try after a 401 (an OAuth token that had ended)."""
        renew = getattr(self._auth, "renew", None)
        return renew is not None and origin(url) == origin(self.url) and bool(renew())

    def _once(
        self,
        method: str,
        url: str,
        token: CancelToken | None,
        headers: Mapping[str, str],
        body: Body | None,
        sent: Callable[[int], None] | None,
        handed_over: Callable[[], None] | None,
        limit: int,
    ) -> Answer:
        length = body.length if body else 0
        exchange = Exchange(
            self.limits, token, length=length, sent=sent, bandwidth=self.options.bandwidth
        )
        proxies = self._proxies(url)
        session = self._session()
        sound = False
        try:
            with (
                under_way(exchange),
                session.request(
                    method,
                    url,
                    headers=headers,
                    data=_Feed(body, exchange, handed_over) if body and length else None,
                    auth=self._auth if origin(url) == origin(self.url) else _unsigned,
                    proxies=proxies,
                    timeout=(self.limits.connect, None),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                answer = _read(response, exchange, limit)
                sound = answer.whole and not exchange.early and exchange.cut is None
                return answer
        except GantryError:
            raise
        except CAUGHT as error:
            proxy = select_proxy(url, proxies) or ""
            raise diagnose(error, url, exchange, proxy=proxy) from error
        finally:
            with self._lock:
                keep = sound and not self._closed
                if keep:
                    self._idle.append(session)
            if not keep:
                session.close()

    def _session(self) -> requests.Session:
        """A session of this thread's own, for a connection's framing is nobody else's business."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        session = requests.Session()
        session.trust_env = False  # .netrc would replace the secret; proxies are asked for below
        session.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": f"gantry/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        session.cookies.set_policy(_NoCookies())
        adapter = WatchedAdapter(self._context)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _proxies(self, url: str) -> dict[str, str]:
        host = urlsplit(url).hostname or ""
        if self.options.proxy == "none" or is_loopback(host):
            return {}
        if self.options.proxy:
            return {"http": self.options.proxy, "https": self.options.proxy}
        return dict(get_environ_proxies(url))

    def close(self) -> None:
        """Closes the connections that are idle; those in use are closed when their request ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()


class _Feed:
    """The body as requests wants it, telling the exchange when it is being read."""

    def __init__(
        self, body: Body, exchange: Exchange, handed_over: Callable[[], None] | None
    ) -> None:
        self._body, self._exchange, self._handed_over = body, exchange, handed_over
        self.len = body.length
        self._left = body.length

    def __iter__(self) -> Iterator[bytes]:  # requests streams only what can be iterated
        while block := self.read(65536):
            yield block

    def read(self, size: int = 65536) -> bytes:
        self._exchange.body = True
        block = self._body.read(min(size, self._left))
        self._left -= len(block)
        if not block:
            if self._left:
                raise ValueError("the body is shorter than it said")
            if self._handed_over:
                self._handed_over()
        return block


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[misc, name-defined]
    def set_ok(self, cookie: object, request: object) -> bool:
        return False


def _read(response: requests.Response, exchange: Exchange, limit: int) -> Answer:
    """The answer's head and at most `limit` bytes of its body.

    An error status counts even when its body broke off; a good one then is only half an answer.
    """
    body, whole = b"", True
    try:
        # Only the read after the last byte finds out whether there should have been more.
        while len(body) <= limit and (
            block := response.raw.read(limit + 1 - len(body), decode_content=False)
        ):
            body += block
    except CAUGHT:
        if response.status_code < 400:
            raise
        whole = False
    if len(body) > limit:
        body, whole = body[:limit], False
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity").lower() in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(47)  # we asked for none: gzip or zlib, whichever came
        try:
            body = unpack.decompress(body, limit)
            whole = whole and unpack.eof
        except zlib.error:
            whole = False
    return Answer(
        url=address(response.url),
        status=response.status_code,
        headers=headers,
        body=body,
        whole=whole,
        early=exchange.early or exchange.cut is not None,
    )


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""
