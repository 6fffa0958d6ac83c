"""The values that could identify the patient, in every form in which to search for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from pydicom.charset import convert_encodings, decode_bytes

from gantry.engine.deidentify.pseudonyms import is_well_known
from gantry.engine.deidentify.spellings import of_date, of_id, of_name, of_text, words_of
from gantry.engine.deidentify.walked import Removed
from gantry.engine.deidentify.words import is_technical

SHORTEST: Final = 3  # characters of a name or an ID that can be searched for
_SHORTEST_IDEOGRAPHS: Final = 2
_IDEOGRAPHS: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9d]")
_LONG: Final = 6  # characters of a text that is found inside a longer word, too
_IDS: Final = frozenset(
    {
        0x00100020,  # Patient ID
        0x00101000,  # Other Patient IDs
        0x00101090,  # Medical Record Locator
        0x00080050,  # Accession Number
        0x00120040,  # Clinical Trial Subject ID
        0x00120042,  # Clinical Trial Subject Reading ID
        0x00200010,  # Study ID
        0x00380010,  # Admission ID
        0x00380060,  # Service Episode ID
        0x00181000,  # Device Serial Number
        0x00181002,  # Device UID
        0x00181004,  # Plate ID
        0x00181007,  # Cassette ID
        0x00181008,  # Gantry ID
        0x00102154,  # telephone numbers
        0x00080094,
        0x00401103,
        0x00402010,
        0x00401001,  # Requested Procedure ID
        0x00400009,  # Scheduled Procedure Step ID
        0x00400253,  # Performed Procedure Step ID
        0x00402016,  # order numbers
        0x00402017,
    }
)
_PLACES: Final = frozenset(
    {
        0x00080080,  # Institution Name
        0x00080081,  # Institution Address
        0x00080092,  # Referring Physician's Address
        0x00081040,  # Institutional Department Name
        0x00081010,  # Station Name
        0x00101040,  # Patient's Address
        0x00102299,  # Responsible Organization
        0x00321033,  # Requesting Service
        0x00380300,  # Current Patient Location
        0x00380400,  # Patient's Institution Residence
        0x00401102,  # Person's Address
    }
)
_FRAME: Final = 0x00200052  # Frame of Reference UID
_UIDS: Final = frozenset({0x00080018, 0x0020000D, 0x0020000E, _FRAME})
_MOST_REMEMBERED: Final = 8192


class Needle(NamedTuple):
    """One form in which a value may be written.

    Attributes:
        kind: what it is: name, id, date, place, uid, folder.
        text: lower case.
        whole: whether it counts only as a whole word, because it is short, a number or a UID.
    """

    kind: str
    text: str
    whole: bool

    @property
    def common(self) -> bool:
        """Whether a measured number may well be the same: only texts are searched for it."""
        return len(self.text) < _LONG and self.text.isdigit()


@dataclass(slots=True)
class Needles:
    """Everything to search for.

    Attributes:
        technical: words, lower case, that stay in the file because they are technical there.
        found: the needles, in the order in which they were added.
        not_searchable: how many values of each kind are too short, or a technical word too.
    """

    technical: frozenset[str] = frozenset()
    found: dict[Needle, None] = field(default_factory=dict)
    not_searchable: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, text: str) -> None:
        """Adds one form; counts it as not searchable if it is too short or a technical word."""
        needle = _needle(kind, text)
        if needle is not None:
            self.add_needle(needle)
        elif text.strip():
            self._count(kind)

    def add_needle(self, needle: Needle) -> None:
        """Adds a needle, unless it is a word that stays in the file."""
        if needle.text in self.technical:
            self._count(needle.kind)
        else:
            self.found[needle] = None

    def add_all(self, other: Needles) -> None:
        """Adds the needles of others, and counts what these could not search for."""
        for needle in other.found:
            self.add_needle(needle)
        for kind, count in other.not_searchable.items():
            self._count(kind, count)

    def add_removed(self, removed: Iterable[Removed], charsets: tuple[str, ...]) -> None:
        """Adds the forms of values that a file had."""
        for tag, vr, value in removed:
            wanted = vr in ("PN", "DA", "DT") or tag in _IDS or tag in _PLACES or tag in _UIDS
            if not wanted or not value:
                continue
            for kind, needle in _forms(tag, vr, value, charsets):
                if needle is None or needle.text in self.technical:
                    self._count(kind)
                else:
                    self.found[needle] = None

    def _count(self, kind: str, count: int = 1) -> None:
        self.not_searchable[kind] = self.not_searchable.get(kind, 0) + count


def needles(removed: Iterable[Removed], charsets: list[str], technical: Iterable[str]) -> Needles:
    """Makes the needles from the values of a file.

    Args:
        charsets: Specific Character Set of the file, as DICOM names them.
        technical: kept values that may contain any word, such as the maker's name.
    """
    made = Needles(frozenset(word for text in technical for word in words_of(text)))
    made.add_removed(removed, tuple(charsets))
    return made


@lru_cache(maxsize=_MOST_REMEMBERED)
def _forms(
    tag: int, vr: str, value: bytes, charsets: tuple[str, ...]
) -> tuple[tuple[str, Needle | None], ...]:
    """The forms of one value: their kind, and None for one that can't be searched for."""
    bare = value.strip(b" \0")
    if not bare:
        return ()
    encodings = convert_encodings([c for c in charsets if c] or "ISO_IR 6")
    kind, texts = "date", list[str]()
    if vr == "PN":
        kind = "name"
        for name in decode_bytes(bare, encodings, {92, 94, 61}).split("\\"):
            texts += of_name(name, SHORTEST)
    elif vr in ("DA", "DT"):
        for day in bare.split(b"\\"):
            texts += of_date(day.strip().decode("ascii", "replace"))
    elif tag in _UIDS:
        kind = "uid"
        uids = [uid.strip(b" \0") for uid in bare.split(b"\\")]
        if tag == _FRAME:  # that of an atlas stays
            uids = [uid for uid in uids if not is_well_known(uid)]
        texts += [uid.decode("ascii", "replace") for uid in uids]
    elif tag in _IDS:
        kind = "id"
        for one in decode_bytes(bare, encodings, {92}).split("\\"):
            texts += of_id(one)
    else:
        kind = "place"
        texts += of_text(decode_bytes(bare, encodings, set()))
    plain = dict.fromkeys(text.strip() for text in texts)
    return tuple((kind, _needle(kind, text)) for text in plain if text)


def _needle(kind: str, text: str) -> Needle | None:
    """A form to search for; None if it is too short, zero, or a technical word."""
    plain = text.strip().lower()
    shortest = _SHORTEST_IDEOGRAPHS if _IDEOGRAPHS.search(plain) else SHORTEST
    if len(plain) < shortest or not plain.strip("0") or is_technical(plain):
        return None
    return Needle(kind, plain, kind in ("date", "uid") or len(plain) < _LONG or plain.isdigit())
