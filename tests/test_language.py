"""Prose holds to the word list: plain English for whatever a person reads, in the code too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("*.md", "docs/*.md", "packaging/**/*.md", "resources/linux/**/*.xml")
CODE = ("gui", "packaging", "tests")

_THING = (
    r"(?:parcel|host|file|destination|study|series|image|instance|job|folder|line|process|page)"
)
_COUNTED = r"(?:bytes|files|images|instances|parcels|requests|lines|events|parts|[kKMG]i?B)"
_UNIT = rf"(?:second|minute|hour|day|request|part|core|member|{_THING})"
# "else" other than in "nothing else", "or else" and the like
_ELSE = (
    r"(?!(?:(?:some|any|no|every)(?:thing|body|one|where)|one|what(?:ever)?|who|or|all|none|much)\b)"
    r"\w+[,;:]? else"
)


@dataclass(frozen=True)
class Word:
    """One entry of the list.

    Attributes:
        wrong: what not to write, as a pattern.
        right: what to write.
        allowed: exact phrases in which the word is right.
    """

    wrong: str
    right: str
    allowed: tuple[str, ...] = ()


WORDS = (
    Word(r"in work", "running"),
    Word(r"anew|afresh", "again, from the start"),
    Word(r"c[ao]m(?:e|es|ing) about", "could not connect, failed, happened"),
    Word(r"carr(?:y|ies|ied|ying) on|carried \w+ on", "resume, continue"),
    Word(r"(?:go|goes|going|gone|went) on", "continue"),
    Word(r"whoever", "name the person or the part"),
    Word(r"stay(?:s|ed)? so", "keeps happening, stays that way"),
    Word(r"ma(?:kes?|de|king) no sense", "invalid, unexpected"),
    Word(rf"(?:one|two|three|both) an? {_THING}", "one per parcel"),
    Word(rf"{_COUNTED} an? {_UNIT}", "bytes per second", ("whatever the bytes a file",)),
    Word(
        r"packed and proved|prov(?:e|es|ed|ing) good|(?:its|full) proof|proved archives?",
        "verified, verification (an arrival is proved)",
    ),
    Word(r"nothing moves|too late files?", "stalled; files that arrived after packing began"),
    Word(r"(?:the|an?) own", "its own, your own"),
    Word(r"also (?:when|where|if)", "even when, even where"),
    Word(r"(?:is|are|was|were) not there", "does not exist, is missing"),
    Word(r"(?:left|leaves?|leaving) out", "skipped, omitted"),
    Word(r"(?:gives?|gave|given|giving) back", "return"),
    Word(r"one after the other", "one after another"),
    Word(_ELSE, "otherwise", ("THEN state ELSE",)),
    Word(r"behind (?:a|an|the) (?:header|preamble|buffer|end|element|file|stream)", "after"),
    Word(r"stands? (?:in|under|at|beside|behind|below)", "is in", ("stands in f", "Stands in f")),
    Word(r"(?:lies|lie|lay) (?:in|under|at|on|beside|behind|below|with)", "is in, is kept"),
    Word(r"what (?:came|comes|became|becomes) of", "the outcome", ("what becomes of the files",)),
    Word(r"hears? of", "receives, is called with"),
)


def _comments(source: str) -> Iterator[str]:
    """The comments, those on lines that follow one another as one text."""
    block: list[str] = []
    for line in source.splitlines():
        code, mark, text = line.partition("# ")
        if block and (not mark or code.strip()):
            yield " ".join(block)
            block = []
        if mark:
            block.append(text)
    yield " ".join(block)


def _strings(tree: ast.AST) -> Iterator[str]:
    """Docstrings, messages and everything else between quotes that has a space; test names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name.replace("_", " ")


def _texts() -> Iterator[tuple[str, str]]:
    """Each file's name and one text of it, its lines joined."""
    for pattern in PAGES:
        for path in ROOT.glob(pattern):
            for paragraph in path.read_text("utf-8").split("\n\n"):
                yield path.name, " ".join(paragraph.split())
    for folder in CODE:
        for path in (ROOT / folder).rglob("*.py"):
            if path == Path(__file__):
                continue
            source = path.read_text("utf-8")
            for text in (*_comments(source), *_strings(ast.parse(source))):
                yield path.relative_to(ROOT).as_posix(), " ".join(text.split())


def _found(word: Word, texts: list[tuple[str, str]]) -> list[str]:
    """Where the word occurs other than in an allowed phrase: file and the words around it."""
    wrong = re.compile(rf"\b(?:{word.wrong})\b", re.IGNORECASE)
    found = []
    for name, text in texts:
        for match in wrong.finditer(text):
            around = text[max(0, match.start() - 40) : match.end() + 40]
            if not any(phrase in around for phrase in word.allowed):
                found.append(f"{name}: …{around}…")
    return found


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(_texts())


def test_the_search_reads_pages_comments_docstrings_messages_and_test_names() -> None:
    source = '# it goes\n# on\ndef test_it_runs_anew():\n    """In work."""\n    say("at fault")\n'
    read = [*_comments(source), *_strings(ast.parse(source))]
    assert {"it goes on", "test it runs anew", "In work.", "at fault"} <= set(read)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.right)
def test_no_text_uses_a_word_of_the_list(word: Word, texts: list[tuple[str, str]]) -> None:
    assert _found(word, texts) == [], f"instead: {word.right}"
