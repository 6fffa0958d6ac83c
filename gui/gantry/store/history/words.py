"""Turns text into search words and index queries; Chinese, Japanese and Korean are found by pairs.

A label becomes ` mr 2026 head 头部 部平 平扫 扫 `: folded (case, width, accents), split, spaces
around each word, so that the index and `instr(words, ' hea')` agree on what matches.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Scripts that put no spaces between words: kana, Han with extensions, Hangul.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
# As people type it, and as older versions kept it: not a UID's rule, see `engine/uids.py`.
_BEGUN_UID = re.compile(r"[0-9]+(\.[0-9]+)+\.?|[0-9]+\.")
_LONGEST = 64  # characters of a word; a UID has at most 64
_MOST = 400  # words of a parcel
INDEXED_PREFIX = 6  # characters; the index finds beginnings up to this length directly


def begins_uid(text: str) -> bool:
    """Whether a search text is a UID or the beginning of one."""
    return _BEGUN_UID.fullmatch(text.strip()) is not None


def words_of(*texts: str, destination: str = "", uids: tuple[str, ...] = ()) -> str:
    """The searchable form of texts, a destination and whole UIDs."""
    found: dict[str, None] = {place_word(destination): None} if destination else {}
    for text in (*texts, destination):
        for run in _RUNS.findall(_folded(text)):
            if _is_unspaced(run):
                found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run))))
            else:
                found[run[:_LONGEST]] = None
    found.update(dict.fromkeys(u for u in uids if begins_uid(u)))
    return " " + " ".join(list(found)[:_MOST]) + " "


def beginnings_of(text: str) -> tuple[str, ...]:
    """The beginnings of words in a search text; empty: nothing in it can be searched."""
    found: dict[str, None] = {}
    for run in _RUNS.findall(_folded(text)):
        if _is_unspaced(run) and len(run) > 1:
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        else:
            found[run[:_LONGEST]] = None
    return tuple(found)[:32]


def match_query(beginnings: tuple[str, ...], *, whole: tuple[str, ...] = ()) -> str:
    """An FTS5 query that finds at least these beginnings (and more, for long ones)."""
    terms = [f'"{w}"' for w in whole] + [f'"{b[:INDEXED_PREFIX]}"*' for b in beginnings]
    return " ".join(terms)


def place_word(destination: str) -> str:
    """The word that represents a whole destination; nobody can type it."""
    return "§" + hashlib.sha256(destination.encode("utf-8", "replace")).hexdigest()[:8]


def _is_unspaced(run: str) -> bool:
    return re.match(f"[{_UNSPACED}]", run) is not None


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKD", text[:4096].casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", text)
