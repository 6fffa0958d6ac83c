"""The fuzzing target of de-identification: whatever comes in is held, or leaves without a name."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from pydicom import config, dcmread
from pydicom.dataset import Dataset

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.hidden import layout
from support.planted import planted

_WAYS = tuple(Deidentifier(profile, Key(b"k" * 32)) for profile in PROFILES.values())
_LONG_ENOUGH = 8  # letters: neither a technical word nor what bytes spell by chance


def deidentify(data: bytes) -> None:
    """Held, or readable by another program, marked, and without the name that this one reads."""
    for way in _WAYS:
        try:
            done = way.deidentify(data)
        except Held:
            continue
        sent = b"".join(done.parts)
        assert _value(_read(sent), 0x00120062) == b"YES", "not marked"
        lower = sent.lower()
        for word in _names(data):
            assert word not in lower, word


def _names(data: bytes) -> Iterator[bytes]:
    """The longer parts of name and ID, as pydicom reads them from the top of the data set."""
    try:
        read = _read(data)
    except Exception:  # noqa: BLE001 - whatever mutated bytes bring about in it
        return
    for tag in (0x00100010, 0x00100020):
        for word in _value(read, tag).lower().replace(b"=", b"^").replace(b"\\", b"^").split(b"^"):
            if len(word) >= _LONG_ENOUGH and word.isalpha():
                yield word


def _value(read: Dataset, tag: int) -> bytes:
    if tag not in read:
        return b""
    value = getattr(read.get_item(tag), "value", b"")
    return value.strip(b" \0") if isinstance(value, bytes) else b""


def _read(data: bytes) -> Dataset:
    mode = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dcmread(io.BytesIO(data), force=True)
    finally:
        config.settings.reading_validation_mode = mode


def seeds() -> Iterator[bytes]:
    for seed in range(8):
        yield layout(seed).data
    for implicit in (False, True):
        yield planted(1, implicit=implicit).files[0]
