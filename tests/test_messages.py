"""Every code has a sentence, and every sentence survives hostile and missing facts."""

from __future__ import annotations

import re
import string

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.skipped import SkipReason
from gantry.messages import (
    all_templates,
    caution_message,
    error_message,
    limit_text,
    skip_message,
    technical,
)
from gantry.messages.errors import DEFAULTS, ERRORS
from gantry.messages.intake import CAUTIONS, SKIPPED
from gantry.messages.report import HELD


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_says_what_happened_and_what_to_do(code: ErrorCode) -> None:
    message = error_message(GantryError(code))

    for part in (message.title, message.what, message.do):
        assert part
        assert "{" not in part
        assert "…" not in part
    assert message.what.endswith(".")
    assert message.do.endswith(".")
    assert not message.title.endswith(".")


@pytest.mark.parametrize("reason", SkipReason)
def test_every_skipped_file_has_a_reason_in_words(reason: SkipReason) -> None:
    assert skip_message(reason)


@pytest.mark.parametrize("code", CautionCode)
def test_every_caution_says_what_to_do(code: CautionCode) -> None:
    facts: dict[str, str | int | float] = {}
    facts |= dict.fromkeys(fields(" ".join(CAUTIONS[code.value])), 3)

    message = caution_message(Caution(code, facts))

    assert message.title
    assert message.do
    assert "…" not in message.what


@pytest.mark.parametrize("rule", HELD)
def test_every_rule_that_holds_a_file_has_a_sentence_of_its_own(rule: str) -> None:
    error = GantryError(ErrorCode.TREATMENT_HELD, facts={"reason": rule}, private={"path": "a.dcm"})
    assert error_message(error).what != error_message(
        GantryError(ErrorCode.TREATMENT_HELD, facts={"reason": "x"}, private={"path": "a.dcm"})
    ).what.replace("x", rule)


def test_keys_of_rows_are_plain_words_and_facts_with_spaces_find_theirs() -> None:
    assert [key for key in ERRORS if not re.fullmatch(r"[a-z0-9_.]+(#[A-Za-z-]+)?", key)] == []
    error = GantryError(ErrorCode.TLS_FAILED, facts={"host": "pacs", "reason": "not TLS"})
    assert error_message(error).title == ERRORS["tls.failed#not-TLS"][0]


def test_no_sentence_is_for_a_code_that_does_not_exist() -> None:
    assert {key.split("#")[0] for key in ERRORS} == {code.value for code in ErrorCode}
    assert set(SKIPPED) == {reason.value for reason in SkipReason}
    assert {key.split("#")[0] for key in CAUTIONS} == {code.value for code in CautionCode}


def test_every_fact_that_an_error_names_has_a_word_for_when_it_is_missing() -> None:
    named = set().union(*(fields(part) for row in ERRORS.values() for part in row))

    assert named == set(DEFAULTS)


def test_all_templates_are_handed_out_for_translation() -> None:
    templates = set(all_templates())

    assert {part for row in ERRORS.values() for part in row} <= templates
    assert set(SKIPPED.values()) <= templates
    assert "" not in templates


def test_the_template_is_translated_before_its_facts_are_filled_in() -> None:
    seen: list[str] = []

    def translate(template: str) -> str:
        seen.append(template)
        return template.replace(
            "No address could be found for {host}", "Kein Rechner namens {host}"
        )

    error = GantryError(ErrorCode.DNS_FAILED, facts={"host": "pacs.example"})

    assert "Kein Rechner namens pacs.example" in error_message(error, translate).what
    assert not any("pacs.example" in template for template in seen)


def test_413_of_nginx_names_the_setting_its_default_and_the_wrong_address() -> None:
    error = GantryError(
        ErrorCode.HTTP_413,
        facts={"host": "pacs.example", "front_end": "nginx", "limit": 1024 * 1024},
    )

    message = error_message(error)

    assert "nginx" in message.what
    assert "client_max_body_size" in message.what
    assert "1 MB" in message.what
    assert "may be the web page’s rather than the upload service’s" in message.do


def test_413_below_the_default_names_the_setting_and_no_size() -> None:
    error = GantryError(
        ErrorCode.HTTP_413,
        facts={"host": "lab", "front_end": "nginx", "setting": "client_max_body_size"},
    )
    message = error_message(error)

    assert "client_max_body_size" in message.what
    assert "a certain size" not in message.what


def test_413_of_an_unknown_server_still_says_that_it_is_the_front_end_s_limit() -> None:
    message = error_message(GantryError(ErrorCode.HTTP_413, facts={"host": "pacs.example"}))

    assert "web server in front" in message.what
    assert "pacs.example" in message.what


def test_a_receipt_that_is_a_web_page_is_called_one() -> None:
    error = GantryError(ErrorCode.NOT_A_RECEIPT, facts={"host": "h", "reason": "html"})

    assert "web page" in error_message(error).what


def test_hostile_facts_become_plain_text_once() -> None:
    error = GantryError(
        ErrorCode.HTTP_422,
        facts={"host": "h{path}\x1b[31m"},
        private={"words": "a\r\nb\u202ec{0}\x00"},
    )

    message = error_message(error)

    assert "a bc{0}" in message.what
    assert "h{path}[31m" in message.what
    assert not any(char < " " for char in message.what)


def test_technical_text_holds_facts_but_nothing_private() -> None:
    error = GantryError(
        ErrorCode.SOURCE_DENIED,
        facts={"errno": 13},
        private={"path": "/data/Kanarienvogel"},
        detail="errno 13",
        retry_after=2.5,
    )

    text = technical(error)

    assert "source.denied" in text
    assert "errno: 13" in text
    assert "retry after: 2.5 s" in text
    assert "Kanarienvogel" not in text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024 * 1024, "1 MB"),
        (30_000_000, "30 MB"),
        (8 * 1024**3, "8 GB"),
        (1536 * 1024, "1.5 MB"),
    ],
)
def test_sizes_read_as_people_set_them(count: int, text: str) -> None:
    assert limit_text(count) == text


def test_no_remedy_says_that_gantry_does_by_itself_what_it_has_given_up() -> None:
    """The remedy is shown for a final failure, or a test; before that only `what` is shown."""
    for what, (_, _, do) in ERRORS.items():
        assert not re.search(r"by itself", do.replace("not send it again by itself", "")), what
