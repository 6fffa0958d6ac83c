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
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.blank import blanked
from gantry.engine.deidentify.codes import CODE_MEANINGS
from gantry.engine.deidentify.content_items import ContentItems
from gantry.engine.deidentify.facts import (
    BIRTH_DATE,
    CHARACTER_SET,
    ISSUER,
    MANUFACTURER,
    MODEL,
    PATIENT_ID,
    PATIENT_NAME,
    SOP_CLASS,
    SOP_INSTANCE,
    STUDY,
    Facts,
    Region,
    facts_of,
)
from gantry.engine.deidentify.identities import sent_identity
from gantry.engine.deidentify.links import instance_linked, links_of, texts_in
from gantry.engine.deidentify.markers import code_items, markers, meta
from gantry.engine.deidentify.needles import Needles, needles
from gantry.engine.deidentify.normal import STANDARD_SYNTAXES, plainly
from gantry.engine.deidentify.overlays import overlay_bits
from gantry.engine.deidentify.pixels import DRAWN, OUTSIDE, Risk, risk_of
from gantry.engine.deidentify.profile import PrivacyProfile, Texts
from gantry.engine.deidentify.pseudonyms import Key, by_pattern, patient_identity, subject_of
from gantry.engine.deidentify.recipes import Rectangle, by_kind, kind_of
from gantry.engine.deidentify.repeats import Again, Like, Repeats
from gantry.engine.deidentify.reviewed import Reviewed
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.sources import named_by
from gantry.engine.deidentify.standard import EDITION
from gantry.engine.deidentify.uids_in_texts import searched
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walk import Walk
from gantry.engine.deidentify.walked import TWICE, Insertion, NotWalked

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
        masks: what masked the pixels, DRAWN or OUTSIDE (pixels.py) or both, and in how many frames.
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
    masks: tuple[tuple[str, int], ...] = ()


class Deidentifier:
    """De-identifies the files of one job.

    Args:
        pseudonym: the user's name for a patient, by `patient_identity`; "": made from the key.
        known: what else is known about the patient, such as other spellings of the name and the
            names of folders (known.py). It can hold a file; of its bytes, it changes at most
            UIDs in texts.
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
        self._pseudonym = by_pattern(profile.options.pseudonym, key, pseudonym)
        self._known = known
        self._repeats = Repeats()

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
                if not self._content_items(found[2]).found(*found[:2]):
                    again = self._repeats.again(*found, self._named_by(place))
                    if again is not None:
                        return self._repeated(again)
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
        given = self._pseudonym(identity)
        subject = subject_of(self.key, identity, given)
        options = self.profile.options
        reviewed = Reviewed(self._ticked, facts) if options.texts is Texts.REVIEWED else None
        insertions = markers(options, facts, masked=masks, explicit=explicit)
        items = code_items(options, explicit=explicit)

        def walk_of(data: memoryview, insertions: Sequence[Insertion] = ()) -> Walk:
            values = Values(self._rules, self.key, subject, facts.raw(PATIENT_ID), reviewed)
            return Walk(
                data,
                self._rules,
                values,
                explicit=explicit,
                insertions=insertions,
                code_items=items,
            )

        walked = walk_of(data, insertions).run(start)
        content = self._content_items(syntax)
        if count := len(content.found(data, start)):
            content.emptied(walked, count)
        found = overlay_bits(walked.removed)
        if found & ~overlays:
            return self._made(*source, place, found | overlays)
        if walked.compressed >= 0:
            clean = blanked(walked.parts[walked.compressed])
            if clean is not None:
                walked.parts[walked.compressed] = clean
        new = sent_identity(facts, self._rules, self.key, syntax)
        made = needles(
            walked.removed,
            facts.texts(CHARACTER_SET),
            (facts.text(MANUFACTURER), facts.text(MODEL)),
        )
        if self._known is not None:
            made.add_all(self._known)
        if named := self._named_by(place):
            made.add_all(named)
        new_values = {subject.pseudonym.lower(), *walked.moved}
        wanted = [needle for needle in made.found if needle.text not in new_values]
        head = meta(new, syntax)
        key = None if options.uids else self.key
        hit, is_renewed = searched(walked, head, wanted, key, facts, explicit=explicit, own=_OWN)
        if hit is not None:
            raise Held("residue", hit.path, hit.masked)
        links, frames = links_of(facts, self.key, subject, self._rules), facts.frames
        if not (masks or overlays or count or is_renewed) and walked.pixel_data is not None:
            like = Like(
                facts, start, syntax, explicit, subject,
                lambda: self._pseudonym(identity) == given,
                walk_of, insertions, self._known, _OWN, walked.moved, links,
            )  # fmt: skip
            self._repeats.learn(data[: walked.pixel_data.start], like)
        return Deidentified(
            (head, *walked.parts),
            new,
            subject.pseudonym,
            walked.tallies,
            walked.kept_private,
            masks,
            made,
            texts_in(walked, tuple(facts.texts(CHARACTER_SET))),
            links,
            ((DRAWN, frames),) * bool(rectangles) + ((OUTSIDE, frames),) * outside,
        )

    def _content_items(self, syntax: str) -> ContentItems:
        return ContentItems(self.profile.options, explicit=syntax != IMPLICIT)

    def _named_by(self, place: str) -> Needles | None:
        return named_by(place, uids_stay=self.profile.options.uids)

    def _repeated(self, again: Again) -> Deidentified:
        new = sent_identity(again.facts, self._rules, self.key, again.like.syntax)
        subject = again.like.subject
        return Deidentified(
            (meta(new, again.like.syntax), *again.parts),
            new,
            subject.pseudonym,
            again.tallies,
            again.kept_private,
            False,
            again.searched,
            again.texts,
            instance_linked(again.like.links, again.facts, self.key, subject, self._rules),
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
