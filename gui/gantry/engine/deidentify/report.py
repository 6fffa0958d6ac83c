"""Counts what was done to the files of a parcel, a job or a run.

Everything but the texts that stayed is free of patient data. `facts` omits those unless they
are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gantry.engine.content import Profile
from gantry.engine.deidentify.rewriter import Deidentified

SCHEMA: Final = "gantry.deidentification/1"
MOST_TEXTS: Final = 5000  # different ones; a report with more is read by nobody


class Tally:
    """The results in numbers. Tallies of one profile and key can be added together.

    Attributes:
        profile: the rules.
        key: the id of the key, which does not reveal it.
        written: how many files may leave.
        masked: how many of them got masked pixels.
        held: how many must not leave, by rule.
        skipped: how many of the held ones the user skipped, by rule.
        actions: how often each action was applied to each element.
        private: private elements that stayed, by creator and tag.
        masks: how many images each mask was applied to, by its name.
        frames: to how many frames. Nothing of images that an earlier build counted.
        needles: how many different values were searched for, by kind, summed over all files.
        not_searchable: how many could not be.
        texts: the different texts that stayed, by tag, and in how many files each is. They may
            hold patient data.
        more_texts: how often a text was not kept here because there were too many.
    """

    def __init__(self, profile: Profile, key: str) -> None:
        self.profile, self.key = profile, key
        self.written = self.masked = self.more_texts = 0
        self.held: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.actions: Counter[tuple[int, str]] = Counter()
        self.private: Counter[tuple[str, int]] = Counter()
        self.masks: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()
        self.needles: Counter[str] = Counter()
        self.not_searchable: Counter[str] = Counter()
        self.texts: Counter[tuple[int, str]] = Counter()

    def add(self, done: Deidentified) -> None:
        """Counts a file that may leave."""
        self.written += 1
        if done.masked:
            self.masked += 1
            self.masks.update(name for name, _ in done.masks)
            self.frames.update(dict(done.masks))
        for (tag, action), count in done.tallies.items():
            self.actions[tag, action.value] += count
        self.private.update(done.kept_private)
        self.needles.update(needle.kind for needle in done.searched.found)
        self.not_searchable.update(done.searched.not_searchable)
        self._add_texts((place, 1) for place in done.texts)

    def hold(self, rule: str) -> None:
        """Counts a file that must not leave."""
        self.held[rule] += 1

    def skip(self, rule: str) -> None:
        """Counts a file that was held and that the user skipped."""
        self.skipped[rule] += 1

    def merge(self, other: Tally) -> None:
        """Adds the counts of other files.

        Raises:
            ValueError: they were made with another profile or key.
        """
        if (other.profile, other.key) != (self.profile, self.key):
            raise ValueError("another profile or key")
        self.written += other.written
        self.masked += other.masked
        self.more_texts += other.more_texts
        self.held += other.held
        self.skipped += other.skipped
        self.actions += other.actions
        self.private += other.private
        self.masks += other.masks
        self.frames += other.frames
        self.needles += other.needles
        self.not_searchable += other.not_searchable
        self._add_texts(other.texts.items())

    def _add_texts(self, found: Iterable[tuple[tuple[int, str], int]]) -> None:
        for place, count in found:
            if place in self.texts or len(self.texts) < MOST_TEXTS:
                self.texts[place] += count
            else:
                self.more_texts += count

    def facts(self, *, texts: bool = False) -> dict[str, Any]:
        """The tally as a JSON value, in the schema `gantry.deidentification/1`.

        Args:
            texts: with the texts that stayed; for this computer only.
        """
        made: dict[str, Any] = {
            "schema": SCHEMA,
            "profile": self.profile.profile,
            "edition": self.profile.edition,
            "gantry": self.profile.gantry,
            "rules_sha256": self.profile.rules_sha256,
            "key": self.key,
            "written": self.written,
            "masked": self.masked,
            "held": dict(sorted(self.held.items())),
            "skipped": dict(sorted(self.skipped.items())),
            "elements": [
                {"tag": f"{tag:08X}", "action": action, "count": count}
                for (tag, action), count in sorted(self.actions.items())
            ],
            "private_kept": [
                {"creator": creator, "tag": f"{tag:08X}", "count": count}
                for (creator, tag), count in sorted(self.private.items())
            ],
            "masks": dict(sorted(self.masks.items())),
            "masked_frames": dict(sorted(self.frames.items())),
            "searched_for": dict(sorted(self.needles.items())),
            "not_searchable": dict(sorted(self.not_searchable.items())),
            "different_texts": len(self.texts),
        }
        if texts:
            made["texts"] = [
                {"tag": f"{tag:08X}", "text": text, "count": count}
                for (tag, text), count in sorted(self.texts.items())
            ]
            made["more_texts"] = self.more_texts
        return made

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Tally:
        """The opposite of `facts`.

        Raises:
            ValueError: it is not such a value.
        """
        try:
            return cls._of(facts)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a tally") from error

    @classmethod
    def _of(cls, facts: Mapping[str, Any]) -> Tally:
        if facts["schema"] != SCHEMA:
            raise ValueError("another schema")
        profile = Profile(
            str(facts["profile"]),
            str(facts["edition"]),
            str(facts["gantry"]),
            str(facts["rules_sha256"]),
        )
        made = cls(profile, str(facts["key"]))
        made.written, made.masked = int(facts["written"]), int(facts["masked"])
        made.held = _counts(facts["held"])
        made.skipped = _counts(facts.get("skipped", {}))
        made.masks = _counts(facts.get("masks", {}))
        made.frames = _counts(facts.get("masked_frames", {}))
        made.needles = _counts(facts["searched_for"])
        made.not_searchable = _counts(facts["not_searchable"])
        for row in facts["elements"]:
            made.actions[int(row["tag"], 16), str(row["action"])] = int(row["count"])
        for row in facts["private_kept"]:
            made.private[str(row["creator"]), int(row["tag"], 16)] = int(row["count"])
        for row in facts.get("texts", ()):
            made.texts[int(row["tag"], 16), str(row["text"])] = int(row["count"])
        made.more_texts = int(facts.get("more_texts", 0))
        return made


def together(tallies: Iterable[Tally]) -> list[Tally]:
    """Adds up tallies; one result for each profile and key, in the order of their first use."""
    found: dict[tuple[Profile, str], Tally] = {}
    for tally in tallies:
        found.setdefault((tally.profile, tally.key), Tally(tally.profile, tally.key)).merge(tally)
    return list(found.values())


def _counts(raw: Mapping[str, Any]) -> Counter[str]:
    return Counter({str(name): int(count) for name, count in raw.items()})
