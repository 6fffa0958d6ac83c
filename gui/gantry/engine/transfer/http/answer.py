"""A server's answer, bounded and cleaned: which product answered, and which error it means."""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.text import drop_hidden, drop_hidden_in_lines
from gantry.engine.transfer.http.certificate import parse_date
from gantry.engine.transfer.http.front_ends import front_end_of, size_limit
from gantry.engine.transfer.http.url_secrets import said, without_secrets

ANSWER_LIMIT = 64 * 1024
KEPT_BODY = 4096  # what a receipt keeps of an answer

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(r"<meta\b[^>]*charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_PRE = re.compile(r"<pre[^>]*>(.*?)</pre", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_DISK_FULL = re.compile(r"no space left|disk (is )?full|not enough space|quota exceeded", re.I)
# Texts of servers that have a size limit but no 413 for it: multer, PHP, Spring, Flask …
_TOO_LARGE = re.compile(
    r"(file|entity|payload|request|body|upload|content) ?(is )?too ?(large|big)\b|LIMIT_FILE_SIZE"
    r"|exceed(s|ed)? (the |its )?(maximum|max|allowed|upload|size)[a-z ]{0,30}(size|limit)"
    r"|(max|maximum) ?(upload|file|body|request)? ?(size|length)( was| is)? ?exceeded"
    r"|upload_max_filesize|post_max_size|MaxUploadSize|文件(过大|太大)|超(出|过).{0,8}大小",
    re.IGNORECASE,
)
_OTHER_FIELD = re.compile(r"unexpected field|LIMIT_UNEXPECTED_FILE", re.IGNORECASE)  # multer
_SAYS_TOO_LARGE = frozenset({400, 403, 422, 500, 502})
_IIS_TOO_LARGE = re.compile(r"404\.13|exceeds the request content length", re.IGNORECASE)

_NAMED = {int(code.value[5:]): code for code in ErrorCode if re.fullmatch(r"http\.\d{3}", code)}
# In lower case and without "_", the most telling first.
_MESSAGE_KEYS = (
    "message", "msg", "errmsg", "errormsg", "errormessage", "detail", "details", "error", "errors",
    "description", "errordescription", "title", "reason", "info", "mensaje", "mensagem", "meldung",
)  # fmt: skip
_TRANSIENT = frozenset({408, 425, 429})
_FINAL_5XX = frozenset({501, 505, 507, 508, 511})


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer.

    Attributes:
        url: the last one requested (after redirects within the same origin), without its query.
        headers: names in lower case; repeated ones joined by commas.
        body: at most the requested limit (`ANSWER_LIMIT` by default).
        whole: False if the body was longer, or the connection broke within it.
        early: the server answered before it had the whole request.
        asked, sent: bytes of the request's body, and how many of them were sent.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True
    early: bool = False
    asked: int = 0
    sent: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether the connection broke within the body, which would not have been too long."""
        return not self.whole and len(self.body) < ANSWER_LIMIT

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def decoded(self) -> str:
        """The body as text: in the encoding that it names, otherwise UTF-8, otherwise the one
        that Chinese servers use without naming it."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        found = named or _META_CHARSET.search(self.body[:2048].decode("latin-1"))
        body = self.body if self.whole else self.body[:-4]  # may end within a character
        for encoding in (*([found.group(1)] if found else []), "utf-8", "gb18030"):
            with contextlib.suppress(LookupError, ValueError):
                return body.decode(encoding)
        return body.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """The body as cleaned text, at most as much as a receipt keeps."""
        return drop_hidden_in_lines(self.decoded[: KEPT_BODY * 2], KEPT_BODY)

    @property
    def is_html(self) -> bool:
        start = self.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return self.media_type in ("text/html", "application/xhtml+xml") or start.startswith(
            (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
        )

    def json(self) -> Any:
        """The body parsed as JSON. Raises ValueError if it isn't JSON, or incomplete."""
        if not self.whole:
            raise ValueError("the answer is cut off")
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deep") from error

    @property
    def words(self) -> str:
        """The server's message: an error text, a page's title or text; one short line."""
        text = self.decoded
        head = text[:16_384]  # expressions that match pairs of tags take quadratic time
        try:
            said = _message_in(json.loads(text.lstrip("\ufeff")))
        except (ValueError, RecursionError):
            said = ""
        if said or not self.is_html:
            return drop_hidden(said or text[:2000], 300)
        # Express gives the reason in <pre>, below a title that only says "Error".
        telling = _PRE.search(head) or _TITLE.search(head)
        shown = _TAG.sub(" ", telling.group(1) if telling else head)
        return drop_hidden(html.unescape(shown), 300)

    @property
    def server(self) -> str:
        """The Server header, cleaned; "" if there is none."""
        return drop_hidden(self.headers.get("server", ""), 80)

    @property
    def front_end(self) -> str:
        """The product that answered, known by its header or the signature of its page, or ""."""
        return front_end_of(self.headers, self.body)

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
        """The facts of every error made from this answer."""
        facts: dict[str, Fact] = {"host": host_of(self.url), "status": self.status}
        if self.server:
            facts["server"] = self.server
        if self.front_end:
            facts["front_end"] = self.front_end
        return facts

    def expect(self, statuses: Container[int]) -> Answer:
        """Returns this answer if its status is one of those.

        Raises:
            GantryError: `http.…`, with the facts `host`, `status`, and where known `server`,
                `front_end`, `limit` (bytes), `setting`, `to`; the server's words are private.
        """
        if self.status in statuses:
            return self
        raise self.error()

    def error(self) -> GantryError:
        """The GantryError that this answer means."""
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
        elif status in _SAYS_TOO_LARGE and self.asked and _TOO_LARGE.search(self.text):
            code, transient = ErrorCode.HTTP_413, False
        elif status == 500 and _OTHER_FIELD.search(self.text):
            facts["reason"], transient = "field", False
        if code is ErrorCode.HTTP_413 and status in (404, 413):
            facts |= size_limit(str(facts.get("front_end", "")), self.asked)
        if self.early and self.sent:
            facts["sent"], facts["asked"] = self.sent, self.asked
        detail = f"HTTP {status}" + (f" from {self.server}" if self.server else "")
        return GantryError(
            code,
            facts=facts,
            private={"words": words} if words else None,
            detail=detail + (", before the whole request was sent" if self.early else ""),
            transient=transient,
            retry_after=self.retry_after(),
        )


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
    """A URL to display: cleaned, without user, password, query, fragment and secrets."""
    try:
        parts = urlsplit(drop_hidden(url, 500))
        if not parts.netloc:
            return said(parts.path)
        return without_secrets(f"{parts.scheme}://{host_of(url)}{parts.path}")[0]
    except ValueError:
        return ""


def _message_in(value: Any) -> str:
    """The text in a JSON error of one of the usual forms."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        return _message_in(value[0])
    if isinstance(value, dict):
        plain = {str(k).lower().replace("_", ""): v for k, v in value.items()}
        for key in _MESSAGE_KEYS:
            if said := _message_in(plain.get(key)):
                return said
        for inner in value.values():
            if isinstance(inner, dict) and (said := _message_in(inner)):
                return said
    return ""
