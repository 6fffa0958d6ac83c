"""The values that could identify the patient, in every form in which to search for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydicom.charset import convert_encodings, decode_bytes

from gantry.engine.deidentify.walked import Removed
from gantry.engine.deidentify.words import is_technical

SHORTEST: Final = 3  # characters of a name or an ID that can be searched for
_IDS: Final = frozenset(
    {
        0x00100020,  # Patient ID
        0x00101000,  # Other Patient IDs
        0x00080050,  # Accession Number
        0x00200010,  # Study ID
        0x00380010,  # Admission ID
        0x00181000,  # Device Serial Number
        0x00102154,  # telephone numbers
        0x00402016,
        0x00402017,
    }
)
_PLACES: Final = frozenset(
    {
        0x00080080,  # Institution Name
        0x00080081,  # Institution Address
        0x00081040,  # Institutional Department Name
        0x00081010,  # Station Name
        0x00101040,  # Patient's Address
        0x00102299,  # Responsible Organization
    }
)
_DATES: Final = frozenset({0x00100030, 0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A})
_UIDS: Final = frozenset({0x00080018, 0x0020000D, 0x0020000E, 0x00200052})
_NAME_PARTS: Final = re.compile(r"[\^=\s,;.\-_/\\'()]+")
_SEPARATORS: Final = re.compile(r"[\s.\-_/\\:]+")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae"})
_EPOCH_YEAR: Final = 1880


@dataclass(frozen=True, slots=True)
class Needle:
    """One form in which a value may be written.

    Attributes:
        kind: what it is: name, id, date, place, uid.
        text: lower case.
        whole: whether it counts only as a whole word, because it is short or a number.
    """

    kind: str
    text: str
    whole: bool


@dataclass(slots=True)
class Needles:
    """Everything to search for.

    Attributes:
        technical: words, lower case, that stay in the file because they are technical there.
        found: the needles.
        not_searchable: how many values of each kind are too short, or a technical word too.
    """

    technical: frozenset[str] = frozenset()
    found: set[Needle] = field(default_factory=set)
    not_searchable: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, text: str) -> None:
        plain = text.strip().lower()
        if not plain:
            return
        if len(plain) < SHORTEST or not plain.strip("0") or self._stays(plain):
            self.not_searchable[kind] = self.not_searchable.get(kind, 0) + 1
            return
        whole = len(plain) < 6 or plain.isdigit()
        self.found.add(Needle(kind, plain, whole))

    def _stays(self, word: str) -> bool:
        """Whether a word also occurs in files that say nothing about the patient."""
        return is_technical(word) or word in self.technical


def needles(removed: Iterable[Removed], charsets: list[str], technical: Iterable[str]) -> Needles:
    """Makes the needles from the values of a file.

    Args:
        charsets: Specific Character Set of the file, as DICOM names them.
        technical: kept values that may contain any word, such as the maker's name.
    """
    words = frozenset(word for text in technical for word in _NAME_PARTS.split(text.lower()))
    made = Needles(words)
    encodings = convert_encodings([c for c in charsets if c] or "ISO_IR 6")
    for tag, vr, value in removed:
        bare = value.strip(b" \0")
        if not bare:
            continue
        if vr == "PN":
            _add_name(made, decode_bytes(bare, encodings, set()))
        elif vr == "UI":
            if tag in _UIDS:
                for uid in bare.split(b"\\"):
                    made.add("uid", uid.strip(b" \0").decode("ascii", "replace"))
        elif tag in _IDS:
            for one in decode_bytes(bare, encodings, {92}).split("\\"):
                _add_id(made, one)
        elif tag in _PLACES:
            made.add("place", decode_bytes(bare, encodings, set()))
        elif tag in _DATES:
            for day in bare.split(b"\\"):
                _add_date(made, day.decode("ascii", "replace")[:8])
    return made


def _add_name(made: Needles, name: str) -> None:
    for part in _NAME_PARTS.split(name):
        made.add("name", part)
        folded = "".join(
            c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c)
        )
        for other in (folded, part.lower().translate(_UMLAUTS)):
            if other.lower() != part.lower():
                made.add("name", other)


def _add_id(made: Needles, value: str) -> None:
    made.add("id", value)
    bare = value.strip()
    for other in (bare.lstrip("0"), _SEPARATORS.sub("", bare)):
        if other and other != bare:
            made.add("id", other)


def _add_date(made: Needles, value: str) -> None:
    try:
        day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    except ValueError:
        return
    if day.year < _EPOCH_YEAR:
        return
    y, m, d = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    for text in (
        y + m + d,
        f"{y}-{m}-{d}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{d}.{m}.{y}",
        f"{d}/{m}/{y}",
        f"{m}/{d}/{y}",
        f"{d}-{m}-{y}",
    ):
        made.found.add(Needle("date", text, whole=True))
