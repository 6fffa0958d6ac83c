"""The kinds of destination, and which of them a URL belongs to. A kind is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gantry.engine.credentials import Credentials
from gantry.engine.transfer import address
from gantry.engine.transfer.address import invalid_url
from gantry.engine.transfer.destination import Destination, Limits
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.kinds import dicom, dicomweb, folder, form, orthanc, s3, tus, xnat
from gantry.engine.transfer.options import Options

# In the order in which they are offered.
KINDS: tuple[DestinationKind, ...] = (
    folder.KIND,
    form.KIND,
    tus.KIND,
    dicomweb.KIND,
    orthanc.KIND,
    s3.KIND,
    dicom.KIND,
    xnat.KIND,
)
# The texts of the kinds for their own proofs and details of the connection test.
WORDS: Mapping[str, str] = {said: words for kind in KINDS for said, words in kind.words.items()}
SCHEMES = frozenset(scheme for kind in KINDS for scheme in kind.schemes)
_PEERS = frozenset(scheme for kind in KINDS if kind.names_peer for scheme in kind.schemes)


def kind_of(url: str) -> DestinationKind:
    """The kind that a normalised URL belongs to.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    scheme = url.split(":", 1)[0].lower()
    for kind in KINDS:
        if scheme in kind.schemes:
            return kind
    raise invalid_url(url, "scheme")


def open_destination(
    url: str,
    credentials: Credentials = Credentials(),
    limits: Limits = Limits(),
    options: Options = Options(),
) -> Destination:
    """Makes the destination at this URL, without connecting yet.

    A user or password in the URL is used if `credentials` has none.

    Raises:
        GantryError: DESTINATION_INVALID, CREDENTIALS_EXPOSED.
    """
    url, found = normalise_url(url)
    if found.query:
        credentials = replace(credentials, query=found.query)
    if not (credentials.user or credentials.password or credentials.token):
        credentials = replace(credentials, user=found.user, password=found.password)
    return kind_of(url).open(url, credentials, limits, options)


def normalise_url(text: str) -> tuple[str, Credentials]:
    """A URL of one of these kinds in canonical form, and the secrets that were in it.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    return address.normalise_url(text, SCHEMES, _PEERS)
