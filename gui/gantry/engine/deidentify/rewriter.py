"""De-identifies one file, or holds it: nothing leaves that was not rewritten and then searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from gantry import __version__
from gantry.engine.content import Identity, Link
from gantry.engine.deidentify import encode
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.blank import blanked
from gantry.engine.deidentify.codes import CODE_MEANINGS, method_codes
from gantry.engine.deidentify.facts import (
    BIRTH_DATE,
    BURNED_IN,
    CHARACTER_SET,
    IMAGE_TYPE,
    ISSUER,
    MANUFACTURER,
    MODEL,
    PATIENT_ID,
    PATIENT_NAME,
    SERIES,
    SOP_CLASS,
    SOP_INSTANCE,
    STUDY,
    Facts,
    Region,
    facts_of,
)
from gantry.engine.deidentify.links import decoded, links_of
from gantry.engine.deidentify.needles import Needles, needles
from gantry.engine.deidentify.normal import STANDARD_SYNTAXES, plainly
from gantry.engine.deidentify.overlays import overlay_bits
from gantry.engine.deidentify.pixels import DRAWN, OUTSIDE, Risk, risk_of
from gantry.engine.deidentify.profile import Dates, Options, PrivacyProfile, Texts
from gantry.engine.deidentify.pseudonyms import Key, patient_identity, subject_of
from gantry.engine.deidentify.recipes import Rectangle, by_kind, kind_of
from gantry.engine.deidentify.reviewed import Reviewed
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.search import hits
from gantry.engine.deidentify.sources import known_from
from gantry.engine.deidentify.standard import EDITION
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walk import CODES, Walk
from gantry.engine.deidentify.walked import TWICE, Insertion, NotWalked, Walked

# Gantry's own root for the implementation class (DICOM PS3.7 §D.3.3.2), a UUID of its own.
_IMPLEMENTATION: Final = b"2.25.260327264436894364189283423468218357413"
IMPLICIT: Final = str(ImplicitVRLittleEndian)
# Written again by normal.py: bytes the other way round, and a data set that is compressed whole.
_REWRITTEN: Final = (ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
# What Gantry writes to say what it did: a patient may be called Gantry.
_OWN: Final = frozenset(
    text.lower().encode()
    for text in (
        *CODE_MEANINGS,
        *CODE_MEANINGS.values(),
        "DCM",
        f"GANTRY {__version__}",
        f"Gantry {__version__} PS3.15-{EDITION}",
    )
)


class Held(Exception):
    """A file that must not be sent.

    Attributes:
        rule: why: "unreadable", "residue", "masks" or "overlay" (its pixels can't be masked, or
            cleared of an overlay), or a rule of pixels.py.
        path: tags that lead to the place, each as eight hex digits, and how the value is hidden
            there; empty for the file as a whole.
        value: the masked value that was found, or "".
    """

    def __init__(self, rule: str, path: tuple[str, ...] = (), value: str = "") -> None:
        super().__init__(rule)
        self.rule, self.path, self.value = rule, path, value


@dataclass(frozen=True, slots=True)
class Deidentified:
    """A file that may be sent.

    Attributes:
        parts: its bytes, in order.
        identity: the UIDs that they have.
        patient_id: the new Patient ID.
        tallies: how often each action was applied to each element.
        kept_private: private elements that stay, by creator and tag.
        masked: whether its pixels were masked.
        searched: what was searched for, and what could not be.
        texts: the texts that stayed, by tag. They may hold patient data.
        links: its identifiers before and after. They lead back to the patient.
        masks: what the pixels were masked by: DRAWN, OUTSIDE (pixels.py), or both.
    """

    parts: tuple[bytes | memoryview, ...]
    identity: Identity
    patient_id: str
    tallies: Counter[tuple[int, Action]]
    kept_private: Counter[tuple[str, int]]
    masked: bool
    searched: Needles
    texts: frozenset[tuple[int, str]] = frozenset()
    links: tuple[Link, ...] = ()
    masks: tuple[str, ...] = ()


class Deidentifier:
    """De-identifies the files of one job.

    Args:
        pseudonym: the user's name for a patient, by `patient_identity`; "": made from the key.
        known: what else is known about the patient, such as other spellings of the name and the
            names of folders (known.py). It can hold a file, and never changes a byte.
    """

    def __init__(
        self,
        profile: PrivacyProfile,
        key: Key,
        pseudonym: Callable[[str], str] = lambda identity: "",
        known: Needles | None = None,
    ) -> None:
        self.profile, self.key = profile, key
        self._rules = Rules(profile.options)
        self._ticked = frozenset(profile.options.reviewed)
        recipes = by_kind(profile.options.recipes)
        self._recipes = {kind: recipe.rectangles for kind, recipe in recipes.items()}
        self._pseudonym = pseudonym
        self._known = known

    def deidentify(self, data: bytes | memoryview, *, place: str = "") -> Deidentified:
        """Rewrites a whole file and searches the result.

        Args:
            data: what stays of it is not copied: it must not change while the result is used.
            place: the path of the source; what its folders are called is searched for.

        Raises:
            Held: it must not leave.
        """
        try:
            return self._deidentified(data, place)
        except Held:
            raise
        except Exception as error:
            raise Held("unreadable") from error

    def _deidentified(self, data: bytes | memoryview, place: str) -> Deidentified:
        found = opened(data)
        if found is not None:
            try:
                return self._made(*found, place)
            except NotWalked as error:
                if str(error) == TWICE:
                    raise Held("unreadable") from error
        try:
            plain, syntax = plainly(data)
            return self._made(plain, 0, syntax, place)
        except NotWalked as error:
            raise Held("unreadable") from error

    def _made(
        self, data: memoryview, start: int, syntax: str, place: str, overlays: int = 0
    ) -> Deidentified:
        """`overlays`: bits of the pixels that hold overlays, which are cleared."""
        explicit = syntax != IMPLICIT
        facts = facts_of(data, start, explicit=explicit)
        if not facts.raw(SOP_CLASS) or not facts.raw(SOP_INSTANCE):
            raise Held("unreadable")
        risk = risk_of(facts)
        rectangles = self._recipes.get(kind_of(facts))
        if risk is not None and not facts.regions and not _answers(rectangles, risk):
            raise Held(risk.rule)
        outside = risk is not None and bool(facts.regions)
        masks = bool(rectangles) or outside
        source = data, start, syntax
        if masks or overlays:
            rule = "masks" if masks else "overlay"
            regions = tuple(facts.regions) if outside else ()
            data, start, syntax = _masked(*source, rectangles or (), regions, overlays, rule)
            explicit = syntax != IMPLICIT
            facts = facts_of(data, start, explicit=explicit)
        identity = patient_identity(
            facts.text(ISSUER),
            facts.text(PATIENT_ID),
            facts.text(PATIENT_NAME),
            facts.text(BIRTH_DATE),
            facts.text(STUDY),
        )
        subject = subject_of(self.key, identity, self._pseudonym(identity))
        options = self.profile.options
        reviewed = Reviewed(self._ticked, facts) if options.texts is Texts.REVIEWED else None
        values = Values(self._rules, self.key, subject, facts.raw(PATIENT_ID), reviewed)
        walked = Walk(
            data,
            self._rules,
            values,
            explicit=explicit,
            insertions=_markers(options, facts, masked=masks, explicit=explicit),
            code_items=_code_items(options, explicit=explicit),
        ).run(start)
        found = overlay_bits(walked.removed)
        if found & ~overlays:
            return self._made(*source, place, found | overlays)
        if walked.compressed >= 0:
            clean = blanked(walked.parts[walked.compressed])
            if clean is not None:
                walked.parts[walked.compressed] = clean
        new = self._identity(facts, syntax)
        made = needles(
            walked.removed,
            facts.texts(CHARACTER_SET),
            (facts.text(MANUFACTURER), facts.text(MODEL)),
        )
        if self._known is not None:
            made.add_all(self._known)
        if place:
            made.add_all(known_from(places=(place,)))
        parts = [_meta(new, syntax), *walked.parts]
        new_values = {subject.pseudonym.lower(), *values.moved}
        hit = next(
            hits(
                parts,
                (needle for needle in made.found if needle.text not in new_values),
                native=walked.native + 1,
                compressed=walked.compressed + 1,
                explicit=explicit,
                own=_OWN,
                image_bytes=facts.image_bytes,
            ),
            None,
        )
        if hit is not None:
            raise Held("residue", hit.path, hit.masked)
        return Deidentified(
            tuple(parts),
            new,
            subject.pseudonym,
            walked.tallies,
            walked.kept_private,
            masks,
            made,
            _texts(walked, facts),
            links_of(facts, self.key, subject),
            (DRAWN,) * bool(rectangles) + (OUTSIDE,) * outside,
        )

    def _identity(self, facts: Facts, syntax: str) -> Identity:
        return Identity(
            self.key.uid(facts.raw(SOP_INSTANCE)).decode("ascii", "replace"),
            self.key.uid(facts.raw(SERIES)).decode("ascii", "replace"),
            self.key.uid(facts.raw(STUDY)).decode("ascii", "replace"),
            facts.text(SOP_CLASS),
            syntax,
        )


def facts_in(data: bytes) -> Facts:
    """The facts about a file.

    Raises:
        NotWalked: it can't be read.
    """
    found = opened(data)
    if found is None:
        plain, syntax = plainly(data)
        found = plain, 0, syntax
    return facts_of(found[0], found[1], explicit=found[2] != IMPLICIT)


def _answers(rectangles: Sequence[Rectangle] | None, risk: Risk) -> bool:
    """Whether a site's masks are enough for a picture at risk.

    Where the file itself says that text is burned in, only a rectangle is: without one, the sent
    file would say so too.
    """
    if rectangles is None or risk.is_final:
        return False
    return bool(rectangles) or risk.rule != "burned in"


def opened(data: bytes | memoryview) -> tuple[memoryview, int, str] | None:
    """A file whose data set can be walked as it is: its bytes, where that begins, its transfer
    syntax. None for every other one. The bytes are not copied."""
    if data[128:132] != b"DICM" or data[132:140] != b"\x02\0\0\0UL\x04\0":
        return None
    start = 144 + int.from_bytes(data[140:144], "little")
    if start > len(data):
        return None
    meta = bytes(data[144:start])
    at = meta.find(b"\x02\0\x10\0UI")
    if at < 0:
        return None
    length = int.from_bytes(meta[at + 6 : at + 8], "little")
    syntax = meta[at + 8 : at + 8 + length].strip(b" \0").decode("ascii", "replace")
    if syntax in _REWRITTEN or not f"{syntax}.".startswith(STANDARD_SYNTAXES):
        return None
    return memoryview(data), start, syntax


def _code_bytes(options: Options, *, explicit: bool) -> list[bytes]:
    return [
        encode.element(0x00080100, "SH", code.encode(), explicit=explicit)
        + encode.element(0x00080102, "SH", b"DCM", explicit=explicit)
        + encode.element(0x00080104, "LO", CODE_MEANINGS[code].encode(), explicit=explicit)
        for code in method_codes(options)
    ]


def _code_items(options: Options, *, explicit: bool) -> bytes:
    items = _code_bytes(options, explicit=explicit)
    return b"".join(encode.ITEM + item + encode.ITEM_END for item in items)


def _markers(options: Options, facts: Facts, *, masked: bool, explicit: bool) -> list[Insertion]:
    """The elements that say how the file was de-identified (DICOM PS3.15 §E.1.1)."""
    changed = {Dates.TABLE: b"REMOVED", Dates.SHIFTED: b"MODIFIED", Dates.KEPT: b"UNMODIFIED"}
    method = f"Gantry {__version__} PS3.15-{EDITION}".encode()
    values = [
        (0x00120062, "CS", b"YES"),
        (0x00120063, "LO", method),
        (0x00280303, "CS", changed[options.dates]),
    ]
    if masked:
        kinds = facts.raw(IMAGE_TYPE).split(b"\\")[1:] or [b"SECONDARY"]
        values += [
            (IMAGE_TYPE, "CS", b"\\".join([b"DERIVED", *kinds])),
            (BURNED_IN, "CS", b"NO"),
        ]
    codes = encode.sequence(CODES, _code_bytes(options, explicit=explicit), explicit=explicit)
    made = [Insertion(t, encode.element(t, vr, v, explicit=explicit)) for t, vr, v in values]
    return sorted([*made, Insertion(CODES, codes)])


def _meta(identity: Identity, syntax: str) -> bytes:
    """Makes preamble and group 0002, without anything of the source's (DICOM PS3.10 §7.1)."""
    elements = b"".join(
        (
            encode.element(0x00020001, "OB", b"\0\1", explicit=True),
            encode.element(0x00020002, "UI", identity.sop_class_uid.encode(), explicit=True),
            encode.element(0x00020003, "UI", identity.sop_instance_uid.encode(), explicit=True),
            encode.element(0x00020010, "UI", syntax.encode(), explicit=True),
            encode.element(0x00020012, "UI", _IMPLEMENTATION, explicit=True),
            encode.element(0x00020013, "SH", f"GANTRY {__version__}".encode(), explicit=True),
        )
    )
    length = len(elements).to_bytes(4, "little")
    return bytes(128) + b"DICM" + encode.element(0x00020000, "UL", length, explicit=True) + elements


def _texts(walked: Walked, facts: Facts) -> frozenset[tuple[int, str]]:
    charsets = tuple(facts.texts(CHARACTER_SET))
    return frozenset(
        (tag, text) for tag, value in walked.texts if (text := decoded(value, charsets))
    )


def _masked(
    data: memoryview,
    start: int,
    syntax: str,
    rectangles: tuple[Rectangle, ...],
    regions: tuple[Region, ...],
    overlays: int,
    rule: str,
) -> tuple[memoryview, int, str]:
    """The data set with its masks; holds the file if it can't have them."""
    # numpy and codecs: most files need neither.
    from gantry.engine.deidentify.masked import masked  # noqa: PLC0415
    from gantry.engine.deidentify.masking import Masks  # noqa: PLC0415

    try:
        return masked(data, start, syntax, Masks(rectangles, regions, overlays))
    except NotWalked as error:
        raise Held(rule) from error
