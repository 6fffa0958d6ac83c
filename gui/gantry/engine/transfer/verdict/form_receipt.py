"""Turns an answer to a form POST into a receipt or an error.

`delivered` requires a proof, the destination's success rule, or a known sign of success. A 2xx
answer that says neither yes nor no is `accepted`, and so is a redirect after the whole body.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.proof import SharedProof
from gantry.engine.text import drop_hidden
from gantry.engine.times import now
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.verdict.json_verdict import Reading
from gantry.engine.transfer.verdict.page import is_sign_in_address
from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.success_rule import SuccessRule
from gantry.engine.transfer.verdict.verdict import BrokenJson, Judgement, judge
from gantry.engine.transfer.verdict.yes_no_words import Verdict, text_verdict

PROOF = SharedProof.SHA256
RULE_PROOF = SharedProof.RULE

_NO_BODY = frozenset({204, 205})
_FOUND = frozenset({302, 303})
_SHA256 = re.compile(r"[0-9a-f]{64}")
# After the whole body, a gateway reports that it got no answer: its server may have stored the
# parcel. Some gateways say so with 503.
# (408, 444, 460, 499: a proxy reports this about its own request to the server.)
_NOT_HEARD = frozenset({408, 444, 460, 499, 502, 504, 520, 522, 524, 527, 598, 599})
_GATEWAYS_503 = re.compile(
    rb"backend fetch failed|guru meditation|upstream connect error|upstream request timeout|"
    rb"application error|origintimeout|code=H1\d|first byte timeout", re.IGNORECASE)  # fmt: skip


def is_definite(answer: Answer) -> bool:
    """Whether an answer to the whole body says what happened to it."""
    if answer.early:
        return True  # it never received the whole
    if answer.status == 503 and "retry-after" not in answer.headers:
        return _GATEWAYS_503.search(answer.body[:8192]) is None
    return answer.status not in _NOT_HEARD


def receipt_of(
    answer: Answer,
    sent: Sent,
    url: str,
    rule: SuccessRule = SuccessRule(),
    redirect_ok: bool = False,
) -> Receipt:
    """The receipt for an answer to a complete archive.

    Raises:
        GantryError: NOT_A_RECEIPT, RECEIPT_MISMATCH, REJECTED, or `http.…`.
    """
    if answer.status in _FOUND and not answer.early:
        return _of_redirect(answer, sent, url, redirect_ok)
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    if answer.status in _NO_BODY:
        judgement = Judgement(Verdict.NEITHER)
    else:
        try:
            judgement = judge(answer, sent)
        except BrokenJson:
            raise _failed(answer, sent, ErrorCode.NOT_A_RECEIPT, "cut", transient=True) from None
    if not rule.is_auto and judgement.reason not in _CONTRADICTIONS:
        met = rule.matches(answer)
        proof = judgement.proof or RULE_PROOF
        judgement = Judgement(
            Verdict.YES if met else Verdict.NO, "" if met else "rule", proof, judgement.said
        )
    if judgement.verdict is Verdict.NO:
        raise _denied(answer, sent, judgement)
    if answer.early and judgement.proof != PROOF:
        raise _failed(answer, sent, ErrorCode.NOT_A_RECEIPT, "early")
    outcome = Outcome.ACCEPTED
    if judgement.verdict is Verdict.YES:
        is_repeat = (
            answer.status == 200
            and judgement.proof == PROOF
            and judgement.said is not None
            and "parcel" in judgement.said
        )
        outcome = Outcome.ALREADY_THERE if is_repeat else Outcome.STORED
    return receipt(answer, sent, url, outcome, judgement.proof, judgement.said or {})


_CONTRADICTIONS = frozenset({"sha256", "sha1", "sha384", "sha512", "md5", "checksum", "size",
                             "parcel"})  # fmt: skip


def _of_redirect(answer: Answer, sent: Sent, url: str, redirect_ok: bool) -> Receipt:
    """Judges a redirect, which a browser would follow: to a list, the form, or a sign-in page."""
    try:
        target = urlsplit(urljoin(answer.url, answer.headers.get("location", "")))
    except ValueError:
        target = urlsplit("")
    own = urlsplit(answer.url)
    same_page = target.path.rstrip("/") == own.path.rstrip("/") and not target.query
    moved = same_page and (target.netloc, target.scheme, target.path) != (
        own.netloc, own.scheme, own.path,
    )  # fmt: skip
    elsewhere = target.hostname != own.hostname  # like the portals of hotels
    where = f"{target.path}?{target.query}"
    if is_sign_in_address(where) or is_sign_in_address(target.netloc.replace(".", "/")):
        raise _failed(answer, sent, ErrorCode.NOT_A_RECEIPT, "html")
    if (
        not answer.headers.get("location")
        or not target.netloc
        or moved
        or (elsewhere and not redirect_ok)
    ):
        raise answer.error()
    if _says_no(target.path, target.query, sent):
        raise _failed(answer, sent, ErrorCode.REJECTED, "said so")
    outcome = Outcome.STORED if redirect_ok else Outcome.ACCEPTED
    return receipt(answer, sent, url, outcome, RULE_PROOF if redirect_ok else "", {})


def _says_no(path: str, query: str, sent: Sent) -> bool:
    """Whether an address indicates an error: `/denied`, `?msg=失败`, `?ok=0`."""
    reading = Reading(sent)
    reading.walk(dict(parse_qsl(query)))
    words = re.sub(r"[/?&=+.%_-]+", " ", unquote(f"{path}?{query}"))
    return Verdict.NO in (text_verdict(words), reading.result()[0])


def _denied(answer: Answer, sent: Sent, judgement: Judgement) -> GantryError:
    reason = judgement.reason
    if reason == "sign in":
        return _failed(answer, sent, ErrorCode.NOT_A_RECEIPT, "html")
    if reason not in _CONTRADICTIONS:
        return _failed(answer, sent, ErrorCode.REJECTED, reason)
    said = judgement.said or {}
    # Gantry's own receiver can be asked, and accepts a parcel twice without duplicating it.
    ours = "parcel" in said and "sha256" in said
    error = _failed(answer, sent, ErrorCode.RECEIPT_MISMATCH, reason, transient=ours)
    if reason == "sha256" and "sha256" in said:
        theirs = str(said["sha256"]).lower()
        error.facts["theirs"] = theirs if _SHA256.fullmatch(theirs) else "not a SHA-256"
    return error


def _failed(
    answer: Answer, sent: Sent, code: ErrorCode, reason: str, *, transient: bool = False
) -> GantryError:
    facts: dict[str, Fact] = {
        **answer.facts(),
        "parcel": sent.archive.parcel,
        "reason": reason,
    }
    return GantryError(
        code,
        facts=facts,
        private={"words": answer.words} if answer.words else {},
        detail=f"HTTP {answer.status}, {answer.media_type or 'no media type'}, "
        f"{len(answer.body)} bytes: {reason}",
        transient=transient,
    )


def _refusal(answer: Answer) -> GantryError:
    """The error for a refused POST; bytes corrupted on the way are the only 4xx worth retrying."""
    error = answer.error()
    try:
        said = answer.json()
    except ValueError:
        return error
    inner = said.get("error") if isinstance(said, dict) else None
    if isinstance(inner, dict) and inner.get("code") == "digest-mismatch":
        return GantryError(
            ErrorCode.RECEIPT_MISMATCH,
            facts={**error.facts, "reason": "sha256"},
            private=error.private,
            detail=error.detail,
            transient=True,
        )
    if isinstance(inner, dict) and isinstance(inner.get("limit"), int):
        error.facts["limit"] = inner["limit"]
    return error


def receipt(
    answer: Answer,
    sent: Sent,
    url: str,
    outcome: Outcome,
    proof: str,
    said: dict[str, Any],
) -> Receipt:
    """Makes a receipt from an answer."""
    place = answer.headers.get("location", "") or said.get("location") or said.get("id") or ""
    return Receipt(
        destination=url,
        time=now(),
        status=answer.status,
        sha256=sent.archive.sha256,
        size=sent.archive.size,
        outcome=outcome,
        location=drop_hidden(str(place), 500),
        body=answer.text,
        proof=proof,
    )
