"""Tells whether bytes may be words in a single-byte character set, whatever was declared.

East Asian character sets assign a character to most pairs of bytes. Text that could also be words
of an alphabet (letters of one script, in the case that names have, with vowels) leaves doubt.
"""

from __future__ import annotations

import re
from typing import Final

_VOWELS: Final = frozenset(
    "aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿāăąēėęěīįıōőūůűųýаеёиоуыэюяіїєўαεηιουωάέήίόύώϊϋΐΰ"
)
_LATIN: Final = re.compile("[A-Za-zªºÀ-ÖØ-öø-ſȘ-țſ]+")
_CYRILLIC: Final = re.compile("[\u0400-\u045f\u0490\u0491]+")
_GREEK: Final = re.compile("[\u0386-\u03ce]+")
_HEBREW: Final = re.compile("[\u05d0-\u05ea]+")
_ARABIC: Final = re.compile("[\u0621-\u063a\u0641-\u064a\u067e-\u06cc]+")
# consonants, each with the signs that may stand around it
_THAI: Final = re.compile("(?:[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45-\u0e4e]*)+")
_ALPHABETS: Final = (
    (_LATIN, ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859-2", "iso8859-4")),
    (_LATIN, ("cp850", "cp852", "cp857", "mac_roman")),
    (_CYRILLIC, ("cp1251", "iso8859-5", "koi8-u", "cp866")),
    (_GREEK, ("cp1253", "iso8859-7", "cp737")),
    (_HEBREW, ("cp1255", "cp862")),
    (_ARABIC, ("cp1256", "iso8859-6")),
    (_THAI, ("cp874",)),
)  # fmt: skip
_WITHOUT_VOWELS: Final = (_HEBREW, _ARABIC, _THAI)
_BETWEEN: Final = re.compile(r"[\s\^=.,'’()/\\_0-9-]+")
_LONGEST: Final = 4  # consonants in a row


def may_be_words(text: bytes) -> bool:
    """Whether one of the character sets turns all non-ASCII bytes into words of one alphabet."""
    return any(_is_words(text, name, alphabet) for alphabet, names in _ALPHABETS for name in names)


def _is_words(text: bytes, charset: str, alphabet: re.Pattern[str]) -> bool:
    try:
        read = text.decode(charset)
    except UnicodeDecodeError:
        return False
    words = [word for word in _BETWEEN.split(read) if not word.isascii()]
    return bool(words) and all(
        alphabet.fullmatch(word) and _is_cased(word) and _can_be_said(word, alphabet)
        for word in words
    )


def _is_cased(word: str) -> bool:
    return word in (word.lower(), word.upper(), word[0].upper() + word[1:].lower())


def _can_be_said(word: str, alphabet: re.Pattern[str]) -> bool:
    if alphabet in _WITHOUT_VOWELS or len(word) == 1:
        return True
    consonants = most = 0
    for letter in word.lower():
        consonants = 0 if letter in _VOWELS else consonants + 1
        most = max(most, consonants)
    return most <= _LONGEST and most < len(word)
