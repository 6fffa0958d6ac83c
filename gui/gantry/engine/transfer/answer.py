"""What a server answered, bounded and cleaned; who it was that answered; which error that is."""

from __future__ import annotations

import contextlib
import html
import json
import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.transfer.certificate import parse_date

ANSWER_LIMIT = 64 * 1024
KEPT_BODY = 4096  # what a receipt keeps of an answer

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_DISK_FULL = re.compile(r"no space left|disk (is )?full|not enough space|quota exceeded", re.I)
_IIS_TOO_LARGE = re.compile(r"404\.13|exceeds the request content length", re.IGNORECASE)

# What betrays a server: its name, a pattern for the Server header, one for the body.
_SERVERS: tuple[tuple[str, str, str], ...] = (
    ("Cloudflare", r"cloudflare", r"cloudflare|cf-error"),
    ("Amazon load balancer", r"awselb|amazon-?cloudfront|cloudfront", r"^$x"),
    ("Envoy", r"envoy", r"^upstream connect error"),
    ("OpenResty (nginx)", r"openresty", r"<center>openresty"),
    ("nginx", r"nginx", r"<center>nginx"),
    ("Microsoft IIS", r"microsoft-iis|microsoft-httpapi", r"IIS \d|IIS Detailed Error|404\.13"),
    ("Squid", r"squid", r"generated .* by .*\(squid|squid-cache"),
    ("Varnish", r"varnish", r"varnish cache server|guru meditation"),
    ("HAProxy", r"haproxy", r"<h1>\d{3} [^<]+</h1>\s*\n[^<\n]+\.\n</body></html>"),
    ("Apache Tomcat", r"apache-coyote|tomcat", r"apache tomcat"),
    ("Apache", r"apache", r"<address>apache"),
    ("Caddy", r"caddy", r"^$x"),
    ("Traefik", r"traefik", r"^$x"),
    ("Microsoft Kestrel", r"kestrel", r"^$x"),
    ("Jetty", r"jetty", r"powered by jetty"),
    ("gunicorn", r"gunicorn", r"^$x"),
    ("Werkzeug", r"werkzeug", r"^$x"),
    ("Orthanc", r"orthanc", r"\"OrthancError\""),
    ("Gantry's receiver", r"gantry", r"^$x"),
)
# The setting that limits a request's size, and its default in bytes.
SIZE_SETTINGS: Mapping[str, tuple[str, int]] = {
    "nginx": ("client_max_body_size", 1024 * 1024),
    "OpenResty (nginx)": ("client_max_body_size", 1024 * 1024),
    "Microsoft IIS": ("maxAllowedContentLength", 30_000_000),
    "Cloudflare": ("", 100_000_000),
    "Apache": ("LimitRequestBody", 1024**3),
    "Apache Tomcat": ("maxPostSize", 2 * 1024 * 1024),
    "Microsoft Kestrel": ("MaxRequestBodySize", 30_000_000),
    "Squid": ("request_body_max_size", 0),
    "Orthanc": ("MaximumRequestBodySizeMB", 8 * 1024**3),
}
_NAMED = {int(code.value[5:]): code for code in ErrorCode if re.fullmatch(r"http\.\d{3}", code)}
_MESSAGE_KEYS = ("message", "detail", "Message", "error", "errors", "title", "Details", "reason")
_TRANSIENT = frozenset({408, 425, 429})
_FINAL_5XX = frozenset({501, 505, 507, 508, 511})


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer.

    Attributes:
        url: what was asked last (after redirects within the same origin), without its query.
        headers: names in lower case; repeated ones joined by commas.
        body: at most the limit that was asked for (`ANSWER_LIMIT` by default).
        whole: False when the body was longer, or the connection broke in it.
        early: the server answered before it had the whole request.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True
    early: bool = False

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text, cleaned, not more than a receipt keeps."""
        return clean(self.body[: KEPT_BODY * 2].decode("utf-8", "replace"), KEPT_BODY)

    @property
    def is_html(self) -> bool:
        start = self.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return self.media_type in ("text/html", "application/xhtml+xml") or start.startswith(
            (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
        )

    def json(self) -> Any:
        """The body parsed as JSON. Raises ValueError where it isn't JSON, or not all of it."""
        if not self.whole:
            raise ValueError("the answer is cut off")
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deep") from error

    @property
    def words(self) -> str:
        """What the server says for people: a title or text without markup, one line, short."""
        if self.is_html:
            page = self.body.decode("utf-8", "replace")
            title = _TITLE.search(page)
            return clean(html.unescape(title.group(1) if title else _TAG.sub(" ", page)), 300, " ")
        try:
            said = _message_in(self.json())
        except ValueError:
            said = ""
        return clean(said or self.body[:2000].decode("utf-8", "replace"), 300, " ")

    @property
    def server(self) -> str:
        """The Server header, cleaned; "" where there is none."""
        return clean(self.headers.get("server", ""), 80, " ")

    @property
    def front_end(self) -> str:
        """The product that answered, told by its header or the signature of its page, or ""."""
        said = self.headers.get("server", "")
        for name, header, _ in _SERVERS:
            if re.search(header, said, re.IGNORECASE):
                return name
        if "cf-ray" in self.headers:
            return "Cloudflare"
        if "x-squid-error" in self.headers:
            return "Squid"
        page = self.body[:8192].decode("latin-1")
        for name, _, signature in _SERVERS:
            if re.search(signature, page, re.IGNORECASE):
                return name
        return ""

    @property
    def skew(self) -> float:
        """Seconds that this computer's clock is ahead of the server's; 0 where it didn't say."""
        theirs = parse_date(self.headers.get("date", ""))
        return (datetime.now(UTC) - theirs).total_seconds() if theirs else 0.0

    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait (RFC 9110 §10.2.3); None for none, or junk."""
        said = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,12}", said):
            return float(said)
        moment = parse_date(said) if said else None
        if moment is None or re.fullmatch(r"[-+0-9.]+", said):
            return None
        start = parse_date(self.headers.get("date", "")) or datetime.now(UTC)
        return max(0.0, (moment - start).total_seconds())

    def facts(self) -> dict[str, Fact]:
        """What every error made of this answer tells."""
        facts: dict[str, Fact] = {"host": host_of(self.url), "status": self.status}
        if self.server:
            facts["server"] = self.server
        if self.front_end:
            facts["front_end"] = self.front_end
        return facts

    def expect(self, statuses: Container[int]) -> Answer:
        """This answer, if its status is one of those.

        Raises:
            GantryError: `http.…`, with the facts `host`, `status`, and where known `server`,
                `front_end`, `limit` (bytes), `setting`, `to`; the server's words are private.
        """
        if self.status in statuses:
            return self
        raise self.error()

    def error(self) -> GantryError:
        """The GantryError that this answer amounts to."""
        facts, status, words = self.facts(), self.status, self.words
        transient = status in _TRANSIENT or (status >= 500 and status not in _FINAL_5XX)
        if status in _NAMED:
            code = _NAMED[status]
        elif 300 <= status < 400:
            code = ErrorCode.HTTP_MOVED
        elif 400 <= status < 500:
            code = ErrorCode.HTTP_4XX
        elif 500 <= status < 600:
            code = ErrorCode.HTTP_5XX
        else:
            code = ErrorCode.HTTP_UNEXPECTED
        if code is ErrorCode.HTTP_MOVED and (to := self.headers.get("location", "")):
            with contextlib.suppress(ValueError):
                facts["to"] = address(urljoin(self.url, to))
        page = self.body[:8192].decode("latin-1")
        if status == 404 and _IIS_TOO_LARGE.search(page):
            code = ErrorCode.HTTP_413
            facts["front_end"] = "Microsoft IIS"
        if status == 500 and _DISK_FULL.search(page):
            code, transient = ErrorCode.HTTP_507, False
        if code is ErrorCode.HTTP_413:
            setting, limit = SIZE_SETTINGS.get(str(facts.get("front_end", "")), ("", 0))
            if setting:
                facts["setting"] = setting
            if limit:
                facts["limit"] = limit
        detail = f"HTTP {status}" + (f" from {self.server}" if self.server else "")
        return GantryError(
            code,
            facts=facts,
            private={"words": words} if words else None,
            detail=detail + (", before the whole request was sent" if self.early else ""),
            transient=transient,
            retry_after=self.retry_after(),
        )


def clean(text: str, limit: int, newline: str = "\n") -> str:
    """Text from a stranger, made harmless: no control, format or surrogate characters, cut."""
    kept: list[str] = []
    for char in text[: limit * 4]:
        if char in "\r\n\t\u2028\u2029":
            kept.append(newline if char != "\t" else " ")
        elif unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"):
            kept.append(char)
    joined = "".join(kept)
    if newline == " ":
        joined = " ".join(joined.split())
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"


def host_of(url: str) -> str:
    """`host` or `host:port`, as the user wrote it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    try:
        port = parts.port
    except ValueError:
        port = None
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host


def address(url: str) -> str:
    """A URL fit to be shown: cleaned, without user, password, query and fragment."""
    try:
        parts = urlsplit(clean(url, 500, " "))
        if not parts.netloc:
            return parts.path
        return f"{parts.scheme}://{host_of(url)}{parts.path}"
    except ValueError:
        return ""


def _message_in(value: Any) -> str:
    """The sentence in a JSON error of one of the usual forms."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        return _message_in(value[0])
    if isinstance(value, dict):
        for key in _MESSAGE_KEYS:
            if value.get(key):
                return _message_in(value[key])
    return ""
