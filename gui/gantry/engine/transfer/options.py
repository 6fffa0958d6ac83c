"""The options of a destination besides its URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.rate_limit import Bandwidth

if TYPE_CHECKING:
    import requests  # for a type alone: sending to a folder needs no HTTP


class Auth(Protocol):
    """Signs a request."""

    def __call__(self, request: requests.PreparedRequest, /) -> requests.PreparedRequest: ...


@runtime_checkable
class Renewing(Protocol):
    """An `Auth` whose secret can be replaced."""

    def renew(self, token: CancelToken | None = None) -> bool:
        """Called after a 401: returns whether there is a new secret to repeat the request with.

        Raises:
            GantryError: the server can't be asked.
            Cancelled: by `token`.
        """
        ...


def _no_password() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a destination besides its URL.

    Attributes:
        header: the name of the header that carries `Credentials.token`, in place of `Authorization:
            Bearer`.
        ca_file: certificates (PEM) to trust in addition to the system's.
        client_certificate, client_key: PEM files for sign-in by certificate.
        key_password: returns the key's passphrase, if it has one; "": unknown.
        proxy: a proxy's URL; "" means the system's, "none" means none.
        plain_password_ok: the user agreed to send this secret over http to another computer.
        bandwidth: shared by all sends to this destination.
        field: the form's field that takes the archive.
        success: which answers to a form POST count as stored, as in `success_rule`.
        redirect: "ok" if a redirect after the upload means that it was stored.
        compare: whether instances that a server may have had before are retrieved and compared, if
            it offers no hash.
        path: a template for the folder below the destination's own, where it stores archives by
            name.
        subject, session: templates for the names in XNAT; "": the labels of these names.
        listing: seconds instead of `Limits.listing`; 0: the default.
        auth: signs requests instead of the credentials (OAuth); if it is `Renewing`, it is called
            after a 401.
    """

    header: str = ""
    ca_file: str = ""
    client_certificate: str = ""
    client_key: str = ""
    key_password: Callable[[], str] = dataclass_field(default=_no_password, repr=False)
    proxy: str = dataclass_field(default="", repr=False)  # may hold a password
    plain_password_ok: bool = False
    bandwidth: Bandwidth | None = None
    field: str = "file"
    success: str = ""
    redirect: str = ""
    compare: bool = False
    path: str = ""
    subject: str = ""
    session: str = ""
    listing: float = 0.0
    auth: Auth | None = None
