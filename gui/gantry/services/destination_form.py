"""Converts between the values of a destination's form and its address."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from urllib.parse import urlsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.labels.template import parse_template
from gantry.engine.transfer.fields import CERTIFICATE, KEY, PATH, PROXY, SESSION, SUBJECT
from gantry.engine.transfer.kind import DestinationKind, Field, Values
from gantry.engine.transfer.registry import KINDS, kind_of, normalise_url
from gantry.engine.transfer.verdict.success_rule import parse_rule

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


class OptionFault(Enum):
    """What can be wrong with options, as far as can be told without connecting."""

    KEY_WITHOUT_CERTIFICATE = auto()
    SUCCESS_RULE = auto()
    REDIRECT = auto()
    TEMPLATE = auto()
    PROXY = auto()


def offered_kinds() -> tuple[DestinationKind, ...]:
    """The kinds that a user can choose from, in this order."""
    return KINDS


def offered_options() -> list[Field]:
    """The options of all kinds, each once."""
    return list({field.name: field for kind in KINDS for field in kind.options}.values())


def kind_at(url: str) -> DestinationKind:
    """The kind of a saved destination.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    return kind_of(url)


def split_address(text: str) -> tuple[DestinationKind, Values, Credentials]:
    """The kind of a pasted address, the values for its form, and the secrets that were in it.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    url, secrets = normalise_url(text)
    kind = kind_of(url)
    return kind, kind.form.from_url(url), secrets


def join_address(kind: DestinationKind, values: Mapping[str, str]) -> tuple[str, Credentials]:
    """The address made from these values, in canonical form, and the secrets that were in it.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    return normalise_url(kind.form.to_url(values))


def missing(kind: DestinationKind, values: Mapping[str, str]) -> list[Field]:
    """The required fields that are still empty."""
    return [f for f in kind.form.fields if not f.optional and not values.get(f.name, "").strip()]


def option_fault(options: Mapping[str, str]) -> OptionFault | None:
    """The first fault of these options, if any."""
    if KEY in options and CERTIFICATE not in options:
        return OptionFault.KEY_WITHOUT_CERTIFICATE
    try:
        parse_rule(options.get("success", ""))
    except GantryError:
        return OptionFault.SUCCESS_RULE
    if options.get("redirect", "ok") != "ok":
        return OptionFault.REDIRECT
    if not _is_proxy(options.get(PROXY, "")):
        return OptionFault.PROXY
    try:
        for name in (PATH, SUBJECT, SESSION):
            parse_template(options.get(name, ""))
    except GantryError:
        return OptionFault.TEMPLATE
    return None


def _is_proxy(text: str) -> bool:
    if text in ("", "none"):
        return True
    try:
        parts = urlsplit(text)
        return bool(parts.scheme in _PROXY_SCHEMES and parts.hostname and parts.port != 0)
    except ValueError:
        return False
