"""Describes a kind of destination, one value per kind, without connecting to it.

The form, the connection test and the handling of secrets are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Detail, Step
from gantry.engine.proof import Proof
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.options import Options

Values = dict[str, str]
Opener = Callable[[str, Credentials, Limits, Options], Destination]


class Entry(StrEnum):
    """How the value of a field is entered."""

    TEXT = "text"
    FOLDER = "folder"
    FILE = "file"
    PORT = "port"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        name: a part of the address, or the key of an option.
        label: to display, in English; the window translates it.
    """

    name: str
    label: str
    example: str = ""
    entry: Entry = Entry.TEXT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of an address; `to_url` and `from_url` are inverse."""

    fields: tuple[Field, ...]
    to_url: Callable[[Mapping[str, str]], str]
    from_url: Callable[[str], Values]


class SignIn(StrEnum):
    """How a user can sign in."""

    BASIC = "basic"
    TOKEN = "token"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Row:
    """A kind's row in the table of docs/destinations.md, in Markdown.

    Attributes:
        examples: addresses.
        takes: what is sent, the archive or its instances.
        resumes: where an upload that was cut continues.
        proof: how it is known that a parcel arrived.
        tested: the servers that the tests send to.
    """

    examples: tuple[str, ...]
    takes: str
    resumes: str
    proof: str
    tested: str


@dataclass(frozen=True, slots=True)
class Case:
    """The input of a connection test."""

    url: str
    credentials: Credentials
    limits: Limits
    options: Options
    token: CancelToken


@dataclass(frozen=True, slots=True)
class DestinationKind:
    """One kind of destination.

    Attributes:
        name: stable; what its schemes begin with.
        schemes: every scheme that it answers to.
        label: to display, in English; the window translates it.
        example: a URL as a user would type it.
        form: what makes up the address.
        open: makes the destination, without connecting yet.
        examine: its own steps of the connection test, in the order of `STEPS`; from TLS on if it is
            `remote`, otherwise all.
        row: its row in the documentation's table.
        features: what it can do.
        sign_in: how a user can sign in; empty: not at all.
        options: its options besides the address.
        words: its own proofs and details of the connection test, as the window puts them, in
            English; the window translates them.
        remote: it has a host and a port.
        want: looks once, before a job begins, whether what the address names exists; raises
            GantryError.
        port: the default port, if its scheme doesn't say.
        names_peer: the address names a peer (`AET@host`) instead of a user, and has no path.
    """

    name: str
    schemes: tuple[str, ...]
    label: str
    example: str
    form: Form
    open: Opener
    examine: Callable[[Case], Iterator[Step]]
    row: Row
    features: Features = field(default_factory=Features)
    sign_in: tuple[SignIn, ...] = tuple(SignIn)
    options: tuple[Field, ...] = ()
    words: Mapping[Proof | Detail, str] = field(default_factory=dict, hash=False)
    remote: bool = True
    want: Callable[[str], None] = lambda url: None
    port: int = 0
    names_peer: bool = False
