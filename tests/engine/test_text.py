"""Text from outside: what is shown of it, and what never is."""

from __future__ import annotations

import pytest

from gantry.cli.output import Output
from gantry.engine.preview.tags import one_line
from gantry.engine.text import drop_hidden, drop_hidden_in_lines, mark_hidden

NAMES = ["山田\u3000太郎", "بهرام\u200cنژاد", "क्\u200dष", "Doe\xa0John", "Zoë", "👩\u200d⚕️"]
HARMFUL = ["\x00", "\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\ufeff", "\ud800", "\U000e0041"]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_stay_as_they_are(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Output(json=False).text(name)
    assert capsys.readouterr().out == f"{name}\n"
    assert mark_hidden(name) == one_line(name) == name


@pytest.mark.parametrize("name", ["بهرام\u200cنژاد", "क्\u200dष"])
def test_words_of_a_server_keep_the_joiners_that_they_are_spelt_with(name: str) -> None:
    assert drop_hidden(name, 50) == drop_hidden_in_lines(name, 50) == name


@pytest.mark.parametrize("character", HARMFUL, ids=ascii)
def test_what_could_drive_a_terminal_or_turn_a_line_is_marked_or_dropped(character: str) -> None:
    assert mark_hidden(f"a{character}b") == one_line(f"a{character}b") == "a\ufffdb"
    assert drop_hidden(f"a{character}b", 9) == drop_hidden_in_lines(f"a{character}b", 9) == "ab"


def test_line_ends_become_spaces_where_one_line_is_shown() -> None:
    assert mark_hidden("a\tb\nc\u2028d") == "a b c d"
    assert drop_hidden(" a\r\n\tb ", 9) == "a b"
    assert drop_hidden_in_lines("a\r\nb\rc\u2028d\te", 9) == "a\nb\nc\nd e"


def test_what_a_server_says_is_cut() -> None:
    assert drop_hidden("x" * 100_000, 10) == drop_hidden_in_lines("x" * 100_000, 10) == "xxxxxxxxx…"


def test_what_nobody_sees_is_dropped_from_a_servers_words() -> None:
    assert drop_hidden("suc\xadce\u200bss\ue000", 50) == "success"
