"""Brings together what a scan's workers found: one catalog, each file once, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gantry.engine.instance import Instance
from gantry.engine.intake.build import CatalogBuilder
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.look import Compared, Recent, Seen, Taken
from gantry.engine.intake.skipped import Skipped, SkipReason


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """How far the scan is.

    Attributes:
        files: looked at so far, members of ZIPs included.
        dicom: in the catalog.
        skipped: listed as skipped (folders and links included).
        bytes: of the DICOM files.
        seconds: since the scan began.
        done: this update is the last one.
    """

    files: int = 0
    dicom: int = 0
    skipped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    done: bool = False

    @property
    def files_per_second(self) -> float:
        return self.files / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ScanUpdate:
    """The catalog so far; `skipped` holds only what is new since the last update."""

    catalog: Catalog
    skipped: tuple[Skipped, ...]
    counts: ScanCounts


class Collector:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._builder = CatalogBuilder()
        self._by_real: dict[str, str] = {}  # path without links -> source, where they differ
        self._by_inode: dict[tuple[int, int], Instance] = {}
        self._files = 0
        self._skipped: dict[str, SkipReason] = {}  # by place
        self._new: list[Skipped] = []
        self._recent: list[Recent] = []

    def take(self, seen: Seen) -> list[tuple[Taken, tuple[Instance, ...]]]:
        """Takes up what was seen; returns what must be compared, and with what, to be sure."""
        self._files += seen.files
        self._recent += seen.recent
        for skipped in seen.skipped:
            self._skip(skipped)
        open_questions = []
        for taken in seen.taken:
            instance = taken.header.instance
            place, uid = instance.identity
            if not self._is_same_file(taken, place):
                if against := self._candidates(instance, place, uid):
                    open_questions.append((taken, against))
                else:
                    self._add(taken, place, uid)
        for compared in seen.compared:
            if rest := self._decide(compared):
                open_questions.append((compared.taken, rest))
        return open_questions

    def take_recent(self) -> list[Recent]:
        """The files to look at again, once."""
        recent, self._recent = self._recent, []
        return recent

    def remove(self, keys: Iterable[str]) -> Catalog:
        """Takes nodes out of the catalog, and forgets that their files were seen."""
        gone = self._builder.remove(keys)
        sources = {i.place for i in gone}
        self._by_real = {r: s for r, s in self._by_real.items() if s not in sources}
        self._by_inode = {n: i for n, i in self._by_inode.items() if i.place not in sources}
        return self._builder.snapshot()

    def update(self, seconds: float, *, done: bool) -> ScanUpdate:
        """The catalog, what was skipped since the last update, the counts."""
        new, self._new = tuple(self._new), []
        catalog = self._builder.snapshot(complete=done)
        counts = ScanCounts(
            self._files,
            catalog.instance_count,
            len(self._skipped),
            catalog.size,
            seconds,
            done,
        )
        return ScanUpdate(catalog, new, counts)

    def _skip(self, skipped: Skipped) -> bool:
        """Lists it, unless it is listed; says whether it was."""
        if self._skipped.get(skipped.place) is skipped.reason:
            return False
        self._skipped[skipped.place] = skipped.reason
        self._new.append(skipped)
        return True

    def _is_same_file(self, taken: Taken, source: str) -> bool:
        """Whether it came in before under another name: one file, not a duplicate."""
        instance = taken.header.instance
        if source != taken.real:
            before = taken.real if self._builder.find(taken.real) else self._by_real.get(taken.real)
        else:
            before = self._by_real.get(source)
        if before is not None and before != source:
            return True
        other = self._by_inode.get(taken.inode) if taken.inode else None
        if other is None or other.place == source:
            return False
        # file systems that make up inode numbers are not to lose a file
        same = (
            other.sop_instance_uid == instance.sop_instance_uid
            and other.size == instance.size
            and other.source.mtime_ns == instance.source.mtime_ns
        )
        if same:
            self._skip(Skipped(instance.source.path, "", SkipReason.LINK, "another name of a file"))
        return same

    def _add(self, taken: Taken, source: str, uid: str) -> None:
        instance = taken.header.instance
        self._builder.put(taken.header, source, uid)
        self._skipped.pop(source, None)
        if source != taken.real:
            self._by_real[taken.real] = source
        if taken.inode:
            self._by_inode[taken.inode] = instance

    def _candidates(self, instance: Instance, place: str, uid: str) -> tuple[Instance, ...]:
        """The instances that it may be a copy of: same UID, same size, another place."""
        others = self._builder.with_uid(uid)
        return tuple(o for o in others if o.size == instance.size and o.place != place)

    def _decide(self, compared: Compared) -> tuple[Instance, ...]:
        """Takes up a comparison; returns what has come in meanwhile and may be the same, too."""
        instance = compared.taken.header.instance
        if compared.same_as:
            source = instance.source
            detail = "same bytes as another file"
            if self._skip(Skipped(source.path, source.member, SkipReason.DUPLICATE, detail)):
                self._builder.note_duplicate(compared.same_as)
            return ()
        done = {other.place for other in compared.against}
        place, uid = instance.identity
        candidates = self._candidates(instance, place, uid)
        rest = tuple(o for o in candidates if o.place not in done)
        if not rest:
            self._add(compared.taken, place, uid)
        return rest
