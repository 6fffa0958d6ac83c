"""Makes text from outside safe to display: control characters, and those that reverse or hide their
neighbours, never reach a window, a terminal or a file.

There are two rules: `mark_hidden` for text of files, so that the reader sees that something was
there; and `drop_hidden` for text of servers, which is quoted in a sentence. (The log has a third,
which loses nothing: `store/logs/line.py` writes such characters as escapes.)
"""

from __future__ import annotations

import re

MARK = "\ufffd"

_BREAKS = "\t\n\r\v\f\u2028\u2029"
# Controls, line and paragraph separators, direction marks, lone surrogates. The
# without the joiners U+200C and U+200D, which Persian, Hindi and others need.
_HARMFUL = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
# And invisible or undefined characters: soft hyphens, zero-width spaces, private use.
_UNSEEN = "\xad\u180e\u200b\u2060-\u2065\ue000-\uf8ff\U000f0000-\U0010ffff"
_HARM = re.compile(f"[{_HARMFUL}]")
_HIDDEN = re.compile(f"[{_HARMFUL}{_UNSEEN}]")
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")


def mark_hidden(text: str) -> str:
    """One line: a space for line ends and tabs, `�` for characters that must not be displayed.

    >>> mark_hidden("Doe^John\\t\\x1b[2J")
    'Doe^John �[2J'
    """
    if text.isprintable():
        return text
    return _HARM.sub(lambda found: " " if found[0] in _BREAKS else MARK, text)


def drop_hidden(text: str, limit: int) -> str:
    """One line of at most `limit` characters, without those that must not be displayed.

    >>> drop_hidden("Too large.\\r\\n  Sorry.\\x07", 100)
    'Too large. Sorry.'
    """
    lines = _LINE_END.sub(" ", text[: limit * 4])
    return _cut(" ".join(_HIDDEN.sub("", lines.replace("\t", " ")).split()), limit)


def drop_hidden_in_lines(text: str, limit: int) -> str:
    """The same, but keeps lines."""
    lines = _LINE_END.split(text[: limit * 4])
    return _cut("\n".join(_HIDDEN.sub("", line.replace("\t", " ")) for line in lines), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
