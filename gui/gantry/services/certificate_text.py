"""The certificate of a job in words, as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gantry import __version__
from gantry.engine.labels.label import text_of
from gantry.engine.parcel import Outcome, ParcelState, Receipt
from gantry.engine.proof import SharedProof
from gantry.messages import Translate, error_message, identity
from gantry.messages.certificate import OUTCOMES, STATES, TEXTS, proof_words
from gantry.messages.report import HELD
from gantry.services.certificate import Certificate, Upload
from gantry.services.document import (
    Block,
    Document,
    Heading,
    Pairs,
    Paragraph,
    Table,
    moment,
)
from gantry.services.kind_words import words_of
from gantry.services.named_destinations import PRACTICE_NAME

# Of these, the answer is known from somebody's word, which proves nothing.
_WORDS_ONLY = ("", SharedProof.RULE, SharedProof.USER)


@dataclass(frozen=True, slots=True)
class Wording:
    """A language to write in.

    Attributes:
        message: translates a text of `gantry.messages`.
        kind: translates a text of a kind of destination.
    """

    language: str = "en"
    message: Translate = identity
    kind: Translate = identity


ENGLISH = Wording()


def document_of(certificate: Certificate, made: str, wording: Wording = ENGLISH) -> Document:
    """The certificate as it is read; `made` is the time of writing, RFC 3339 UTC."""
    words = _Words(wording)
    blocks = (
        *_head(certificate, made, words),
        *_totals(certificate, words),
        *_uploads(certificate, words),
        Heading(words("limits")),
        Paragraph(words("limits_text")),
        Paragraph(words("no version")),
    )
    return Document(words("title"), wording.language, blocks)


class _Words:
    """Texts of the certificate by their keys, filled in."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.translate = wording.message

    def __call__(self, key: str, **values: str | int) -> str:
        said = self.translate(TEXTS[key])
        return said.format(**{name: _count(value) for name, value in values.items()})

    def state(self, state: ParcelState) -> str:
        return self.translate(STATES[state][0])

    def kind(self, said: str) -> str:
        return self.wording.kind(words) if (words := words_of(said)) else ""


def _count(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _head(certificate: Certificate, made: str, words: _Words) -> Iterator[Block]:
    yield Paragraph(words(_verdict(certificate)), note=True)
    count = len(certificate.uploads)
    if count != certificate.of_job:
        yield Paragraph(words("part", count=certificate.of_job))
    is_practice = certificate.destination == PRACTICE_NAME
    rows = [
        ("job", certificate.job),
        ("destination", words("practice") if is_practice else certificate.destination),
        ("address", "" if is_practice else certificate.url),
        ("started", moment(certificate.created)),
        ("finished", _finished(certificate, words)),
    ]
    rules = dict.fromkeys(u.deidentified for u in certificate.uploads if u.deidentified)
    for one in rules:
        text = words(
            "rules",
            profile=one.profile,
            edition=one.edition,
            gantry=one.gantry,
            sha256=one.rules_sha256,
        )
        rows.append(("deidentified", text))
    rows.append(("made", words("made by", time=moment(made), version=__version__)))
    yield Pairs(tuple((words(key), value) for key, value in rows if value))


def _verdict(certificate: Certificate) -> str:
    """The key of the sentence at the top: never more than the weakest upload allows."""
    states = {u.state for u in certificate.uploads} - {ParcelState.SPLIT}
    if not certificate.uploads:
        return "empty"
    if not certificate.is_finished:
        return "open"
    if states == {ParcelState.DELIVERED} and not any(u.skipped for u in certificate.uploads):
        return "all"
    if states and states <= {ParcelState.DELIVERED, ParcelState.ACCEPTED}:
        return "taken" if ParcelState.ACCEPTED in states else "rest"
    return "not all"


def _finished(certificate: Certificate, words: _Words) -> str:
    if certificate.is_finished and certificate.finished:
        return moment(certificate.finished)
    return words("not finished")


def _totals(certificate: Certificate, words: _Words) -> Iterator[Block]:
    """How much is in which state; an upload that was split counts in its parts."""
    sums: dict[ParcelState, list[int]] = {}
    for upload in certificate.uploads:
        row = sums.setdefault(upload.state, [0, 0, 0, 0])
        is_split = upload.state is ParcelState.SPLIT
        numbers = (0, 0, 0) if is_split else (upload.chosen, upload.unread, upload.packed or 0)
        for n, number in enumerate((1, *numbers)):
            row[n] += number
    rows: list[tuple[str | int, ...]] = [
        (words.state(state), *sums[state]) for state in ParcelState if state in sums
    ]
    rows.append((words("sum"), *(sum(numbers) for numbers in zip(*sums.values(), strict=True))))
    columns = ("state", "uploads", "chosen", "unread", "packed")
    yield Heading(words("totals"))
    yield Table(tuple(map(words, columns)), tuple(rows) if sums else ())
    if ParcelState.SPLIT in sums:
        yield Paragraph(words("split"))
    if any(_is_pruned(upload) for upload in certificate.uploads):
        yield Paragraph(words("pruned"), note=True)


def _is_pruned(upload: Upload) -> bool:
    """Whether there was an archive, but what was in it is not known any more."""
    return bool(upload.sha256) and upload.packed is None


def _uploads(certificate: Certificate, words: _Words) -> Iterator[Block]:
    count = len(certificate.uploads)
    for number, upload in enumerate(certificate.uploads, 1):
        yield Heading(words("upload", number=number, count=count))
        rows = tuple((words(key), value) for key, value in _rows(upload, words) if value)
        yield Pairs(rows)


def _rows(upload: Upload, words: _Words) -> Iterator[tuple[str, str]]:
    state, meaning = map(words.translate, STATES[upload.state])
    yield "id", upload.id
    yield "state", words("state text", state=state, meaning=meaning)
    yield "for", text_of(upload.labels) or ("" if upload.patient_id else words("nobody"))
    yield "patient id", upload.patient_id
    yield "study", upload.study_uid
    yield "chosen", _count(upload.chosen)
    for key, number in (
        ("unread", upload.unread),
        ("skipped", upload.skipped),
        ("copies", upload.copies),
    ):
        yield key, _count(number) if number else ""
    packed = "" if upload.packed is None else _count(upload.packed)
    yield "packed", words("not kept") if _is_pruned(upload) else packed
    yield "archive", upload.sha256
    yield "size", words("bytes", count=upload.size) if upload.size else ""
    if upload.receipt is not None:
        yield from _arrival(upload.receipt, words)
    for rule, number in upload.held.items():
        why = words.translate(HELD[rule]) if rule in HELD else rule
        yield "held", f"{number:,}: {why}"
    if upload.error is not None:
        yield "reason", error_message(upload.error, words.translate).title


def _arrival(receipt: Receipt, words: _Words) -> Iterator[tuple[str, str]]:
    yield "answered", moment(receipt.time)
    outcome = words.translate(OUTCOMES[receipt.outcome])
    proof = proof_words(receipt.proof, words.translate, words.kind)
    if receipt.is_proved and receipt.proof not in _WORDS_ONLY:
        yield "arrival", words("proved", outcome=outcome, proof=proof)
    elif proof:
        yield "arrival", words("known", outcome=outcome, proof=proof)
    else:
        yield "arrival", words("bare", outcome=outcome)
    if receipt.instances:
        stored = _number(receipt, lambda outcome: outcome.is_delivered)
        yield "instances", words("stored", stored=stored, count=len(receipt.instances))
        if uncompared := _number(receipt, lambda outcome: outcome is Outcome.NOT_COMPARED):
            yield "instances", words("uncompared", count=uncompared)
    if receipt.status is not None:
        yield "status", str(receipt.status)


def _number(receipt: Receipt, which: Callable[[Outcome], bool]) -> int:
    return sum(which(instance.outcome) for instance in receipt.instances)
