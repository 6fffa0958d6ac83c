"""The connection test of destinations over HTTP: the parts that all kinds share.

Each kind tests with requests that change nothing, or, if the protocol can delete, with a kilobyte
that is written and deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from gantry.engine import doctor_steps as steps
from gantry.engine.doctor_steps import SharedDetail, Step
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.http.size_probe import WITHOUT_ARCHIVE, largest_request
from gantry.engine.transfer.kind import Case

_PAGE = "a page for people answers, not an interface: the address needs a path, or another one"


@dataclass(slots=True)
class WebCase:
    """What the steps of one test share.

    Attributes:
        base: the address without its kind and without a trailing slash.
    """

    case: Case
    base: str
    client: Client

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Makes one request. Raises GantryError, Cancelled."""
        return self.client.request(method, url, token=self.case.token, headers=headers, body=body)


def over_http(own: Callable[[WebCase], Iterator[Step]]) -> Callable[[Case], Iterator[Step]]:
    """The steps from TLS on, for a kind whose own steps begin with the sign-in."""

    def examine(case: Case) -> Iterator[Step]:
        scheme, _, rest = case.url.partition(":")
        base = f"{scheme.partition('+')[2]}:{rest}".rstrip("/") if "+" in scheme else case.url
        client = Client(base, case.credentials, case.limits, case.options)
        web = WebCase(case, base, client)
        reached = steps.TLS
        try:
            yield _tls(web)
            for step in own(web):
                reached = step.name
                yield step
        except GantryError as error:
            yield steps.failed(steps.STEPS[steps.STEPS.index(reached) + 1], error)
        finally:
            client.close()

    return examine


def _tls(web: WebCase) -> Step:
    if not web.base.startswith("https:"):
        return steps.not_applicable(steps.TLS, SharedDetail.NOT_ENCRYPTED)
    try:
        web.client.request("HEAD", urljoin(web.base, "/"), token=web.case.token)
    except GantryError as error:
        if error.code.value.startswith(("tls.", "clock.", "network.proxy", "http.407")):
            return steps.failed(steps.TLS, error)
    return steps.passed(steps.TLS, SharedDetail.TRUSTED)


def signed_in(web: WebCase, answer: Answer | None = None) -> Step:
    """The sign-in step, after a request. Raises GantryError for 401 and 403."""
    if answer is not None and answer.status in (401, 403):
        raise answer.error()
    known = web.case.credentials
    if not (known.user or known.password or known.token):
        return steps.passed(steps.SIGN_IN, SharedDetail.NONE_NEEDED)
    return steps.passed(steps.SIGN_IN, SharedDetail.ACCEPTED)


def wrong_service(answer: Answer, what: str) -> GantryError:
    """The error for an answer that is not from the service `what`."""
    return GantryError(
        ErrorCode.NOT_A_RECEIPT,
        facts={**answer.facts(), "reason": "html" if answer.is_html else what},
        private={"words": answer.words},
        detail=_PAGE if answer.is_html else f"the answer is not {what}'s",
    )


def size_limit(web: WebCase, url: str, headers: Mapping[str, str]) -> Step:
    """The largest request that the server accepts, judging by its announced size."""
    try:
        found = largest_request(web.client, url, headers, web.case.token, most=WITHOUT_ARCHIVE)
    except GantryError as error:  # some drop a connection that announces too much
        return steps.not_applicable(steps.LIMIT, SharedDetail.UNSAID, why=error.detail)
    if found.refusal is None:
        return steps.passed(steps.LIMIT, SharedDetail.NO_LIMIT)
    facts = found.refusal.error().facts
    who = ", ".join(str(facts[name]) for name in ("front_end", "setting") if name in facts)
    if found.size:
        limit = SharedDetail.LIMIT_OF if who else SharedDetail.LIMIT
    else:
        limit = SharedDetail.LITTLE_OF if who else SharedDetail.LITTLE
    return steps.passed(steps.LIMIT, limit, size=found.size, who=who)
