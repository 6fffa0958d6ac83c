"""Fields that the forms of several kinds share, and web addresses that follow a prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.transfer.kind import Entry, Field, Form, Values

# Keys of a destination's options, which are options of a connection by the same name.
CA_FILE: Final = "ca_file"
CERTIFICATE: Final = "client_certificate"
KEY: Final = "client_key"
PROXY: Final = "proxy"
KEY_PASSWORD: Final = "key_password"  # entered with the others, but stored in the credential store
COMPARE: Final = "compare"
PATH: Final = "path"
SUBJECT: Final = "subject"
SESSION: Final = "session"

CONNECTION_FIELDS: Final = (
    Field(CERTIFICATE, "Client certificate", "client.pem", Entry.FILE, optional=True),
    Field(KEY, "Key of the certificate", "client.key", Entry.FILE, optional=True),
    Field(KEY_PASSWORD, "Passphrase of the key", "", Entry.SECRET, optional=True),
    Field(CA_FILE, "Extra CA certificates", "hospital-ca.pem", Entry.FILE, optional=True),
    Field(PROXY, "Proxy", "http://proxy.example.org:3128", optional=True),
)
PATH_FIELD: Final = Field(
    PATH, "Folder for each upload", "{label:project}/{label:subject}", optional=True
)
COMPARE_FIELD: Final = Field(COMPARE, "Compare images that were there before", "yes", optional=True)


def with_scheme(address: str) -> str:
    """A web address; https if it has no scheme."""
    return address if "://" in address else f"https://{address}"


def web_form(prefix: str) -> Form:
    """The form of an address that is a web address with a prefix (`tus+https://…`)."""

    def to_url(values: Mapping[str, str]) -> str:
        address = values["address"].strip()
        return address if address.startswith(prefix) else prefix + with_scheme(address)

    def from_url(url: str) -> Values:
        return {"address": url.removeprefix(prefix)}

    return Form((Field("address", "Address", "https://host/path"),), to_url, from_url)


def over_http_schemes(name: str) -> tuple[str, str]:
    """The schemes of a kind over HTTP."""
    return f"{name}+http", f"{name}+https"
