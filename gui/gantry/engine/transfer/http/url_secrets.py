"""Removes secrets from a URL's query (`?sig=…`, presigned URLs), and restores them for sending.

The stored and displayed URL has stars instead of the secret, `?site=3&sig=***`. The secret is the
raw text `sig=…`, so that a signature stays unchanged. Several are joined by `&`, those of one name
in order. Parameters after a `;` count as well, even in the path (`/up;jsessionid=…`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit, urlunsplit

MARK = "***"

# Words in a parameter's name: SAS and presigned URLs, API keys, sessions, webhooks.
_WORDS = re.compile(
    r"sig|signature|tokens?|jwt|bearer|secret|passw(or)?d|passphrase|pass|pwd|pw|pin|otp"
    r"|auth|authorization|credentials?|keys?|keyid|apikey|accesskey|code|sessionid|sid"
    r"|ticket|hmac|sas|psk|hdn(ea|ts|tl)",
    re.IGNORECASE,
)
# Anywhere in a name: `usertoken`, `PHPSESSID`, `session_id`.
_ANYWHERE = re.compile(
    r"token|secret|passw|pass_?(code|key|phrase)|signature|api_?key|access_?key"
    r"|sess(ion)?[_-]?id|credential|authori[sz]ation",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_GLUED = re.compile(
    r"(api|access|app|auth|client|login|my|private|share|shared|upload|user)(key|sig|code|pin|pwd)",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RANDOM = 24  # characters: shorter ones are words, numbers and dates
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_IN_PATH = re.compile(r"(?<=;)[^;/=]+=[^;/]*")
_LEAST = 6  # characters: shorter ones are not searched for in answers


def without_secrets(url: str) -> tuple[str, str]:
    """A URL without the secrets in its parameters, and those secrets; any other text has none."""
    secrets = []

    def take(pair: str) -> str:
        name, _, value = pair.partition("=")
        if unquote(value) in ("", MARK) or not _is_secret(unquote(name), unquote(value)):
            return pair
        secrets.append(pair)
        return f"{name}={MARK}"

    try:
        bare = _changed(url, take)
    except ValueError:
        return url, ""
    return (bare, "&".join(secrets)) if secrets else (url, "")


def with_secrets(url: str, secrets: str) -> str:
    """The opposite: fills in the secrets for the stars."""
    known: dict[str, list[str]] = {}
    for pair in secrets.split("&"):
        known.setdefault(pair.partition("=")[0], []).append(pair)

    def fill(pair: str) -> str:
        name, _, value = pair.partition("=")
        if unquote(value) != MARK or name not in known:
            return pair
        return known[name].pop(0) if len(known[name]) > 1 else known[name][0]

    return _changed(url, fill)


def names_of_secrets(url: str) -> tuple[str, ...]:
    """The parameters of a stored URL whose secrets are stored elsewhere, in order."""
    names = []

    def see(pair: str) -> str:
        name, _, value = pair.partition("=")
        if unquote(value) == MARK:
            names.append(name)
        return pair

    _changed(url, see)
    return tuple(names)


def _changed(url: str, change: Callable[[str], str]) -> str:
    """The URL with every parameter, `name=value`, replaced by `change`."""
    parts = urlsplit(url)
    path = _IN_PATH.sub(lambda found: change(found[0]), parts.path)
    query = "&".join(_changed_pair(pair, change) for pair in parts.query.split("&"))
    return urlunsplit(parts._replace(path=path, query=query))


def _changed_pair(pair: str, change: Callable[[str], str]) -> str:
    """Replaces a pair. `;` may be a separator or in a value: a secret includes all that follows."""
    new = change(pair)
    if new != pair or ";" not in pair:
        return new
    return ";".join(change(one) for one in pair.split(";"))


def said(text: str) -> str:
    """Text given as an address, which may not be one, made safe to display."""
    if "/" not in text:
        return text  # a name
    start, _, place = text.rpartition("@")
    scheme = start.partition(":")[0] + "://" if ":/" in start else ""
    return re.split(r"[?#;]", scheme + place, maxsplit=1)[0]


def hidden(text: str, secrets: str) -> str:
    """A server's text without the secrets that it may have repeated."""
    for pair in filter(None, secrets.split("&")):
        name, _, value = pair.partition("=")
        text = text.replace(pair, f"{name}={MARK}")
        for one in {value, unquote(value)}:
            if len(one) >= _LEAST:
                text = text.replace(one, MARK)
    return text


def _is_secret(name: str, value: str) -> bool:
    return names_secret(name) or _is_random(value)


def names_secret(name: str) -> bool:
    """Whether the value of a parameter or an entry of this name is a secret."""
    return _ANYWHERE.search(name) is not None or any(
        _WORDS.fullmatch(word) or _GLUED.fullmatch(word) for word in _PARTS.findall(name)
    )


def _is_random(value: str) -> bool:
    """Whether it looks random: long, with digits and letters of both cases."""
    if len(value) < _RANDOM or _UUID.fullmatch(value):
        return False
    mixed = any(map(str.islower, value)) and any(map(str.isupper, value))
    return _HEX.fullmatch(value) is not None or (mixed and any(map(str.isdigit, value)))
