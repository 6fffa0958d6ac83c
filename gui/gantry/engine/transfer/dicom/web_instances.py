"""The base of destinations that take instances over HTTP: connections, pacer, time for a list."""

from __future__ import annotations

from dataclasses import replace

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dicom.by_instance import InstanceDestination
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.pacer import Pacer


class WebInstanceDestination(InstanceDestination):
    """Takes instances over HTTP.

    Attributes:
        service: its name, for the error that something else answers.
    """

    service: str
    pacer: Pacer

    def __init__(
        self, url: str, base: str, credentials: Credentials, limits: Limits, options: Options
    ) -> None:
        super().__init__(url)
        self._base = base
        self._client = Client(base, credentials, limits, options)
        patience = replace(limits, answer=options.listing or min(limits.answer, limits.listing))
        self._asking = Client(base, credentials, patience, options)
        self.pacer = Pacer()

    def close(self) -> None:
        self._client.close()
        self._asking.close()

    def _foreign(self, answer: Answer) -> GantryError:
        """The error for an answer that is not from this service."""
        return GantryError(
            ErrorCode.NOT_A_RECEIPT,
            facts={
                **answer.facts(),
                "reason": "html" if answer.is_html else f"not {self.service}",
            },
            private={"words": answer.words},
        )
