"""Merges what a scan's workers found: one catalog, each file once, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.catalog_builder import CatalogBuilder
from gantry.engine.intake.inspect_file import Compared, InspectionResult, LocatedHeader, Recent
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.skipped_list import SkippedList


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """The progress of the scan.

    Attributes:
        files: inspected so far, members of ZIPs included.
        dicom: in the catalog.
        skipped: listed as skipped (folders and links included).
        bytes: of the DICOM files.
        seconds: since the scan began.
        done: this update is the last one.
        silent: dropped paths that have not answered for a while.
    """

    files: int = 0
    dicom: int = 0
    skipped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    done: bool = False
    silent: tuple[str, ...] = ()

    @property
    def files_per_second(self) -> float:
        return self.files / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ScanUpdate:
    """The catalog so far.

    Attributes:
        skipped: only what is new since the last update.
        resolved: places that an earlier update listed as skipped and that no longer are; remove
            them before adding `skipped`.
    """

    catalog: Catalog
    skipped: tuple[Skipped, ...]
    counts: ScanCounts
    resolved: tuple[str, ...] = ()


# A file, and the sources whose contents must be known before it can be added
Question = tuple[LocatedHeader, tuple[Source, ...]]


class Collector:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._builder = CatalogBuilder()
        self._by_real: dict[str, str] = {}  # path without links -> source, where they differ
        self._by_inode: dict[tuple[int, int], Instance] = {}
        self._removed: dict[str, int] = {}  # key of a node -> number of its last removal
        self._digests: dict[Source, bytes] = {}  # of those that were compared since the last drop
        self._copies: dict[str, list[LocatedHeader]] = {}  # place of what is kept -> its copies
        self._files = 0
        self._skipped = SkippedList()
        self._roots: set[str] = set()
        self._recent: list[Recent] = []

    def take(self, seen: InspectionResult) -> list[Question]:
        """Adds results; returns the files that must be read to tell copies from others."""
        self._files += seen.files
        self._recent += seen.recent
        self.skip(seen.skipped)
        questions: list[Question] = []
        for taken in seen.taken:
            if not self._is_same_file(taken, taken.header.instance.place):
                questions += self._settle(taken)
        for compared in seen.compared:
            questions += self._decide(compared)
        for source in seen.gone:
            questions += self._drop_gone(source)
        return questions

    def take_recent(self) -> list[Recent]:
        """The recent files to inspect once more; clears the list."""
        recent, self._recent = self._recent, []
        return recent

    def remove(self, keys: Iterable[str], number: int) -> Catalog:
        """Removes nodes from the catalog, and forgets that their files were seen.

        Files that belong to them and are read for a drop before `number` are no longer added.
        """
        keys = list(keys)
        self._removed.update(dict.fromkeys(keys, number))
        gone = self._builder.remove(keys)
        sources = {i.place for i in gone}
        for source in sources:
            for copy in self._copies.pop(source, ()):
                self._skipped.remove(copy.header.instance.place)
        self._by_real = {r: s for r, s in self._by_real.items() if s not in sources}
        self._by_inode = {n: i for n, i in self._by_inode.items() if i.place not in sources}
        return self._builder.snapshot()

    def update(self, seconds: float, *, done: bool, silent: Iterable[str] = ()) -> ScanUpdate:
        """The catalog, what was skipped since the last update, the counts."""
        if done:
            self._skipped.add_unfound(self._builder.with_uid)
            self._builder.set_unread(self._skipped.unread.values(), self._roots)
        new, resolved = self._skipped.take_changes()
        catalog = self._builder.snapshot(complete=done)
        counts = ScanCounts(
            self._files,
            catalog.instance_count,
            len(self._skipped),
            catalog.size,
            seconds,
            done,
            tuple(silent),
        )
        return ScanUpdate(catalog, new, counts, resolved)

    def restore(self, catalog: Catalog, skipped: Iterable[Skipped]) -> None:
        """Takes over another's catalog, and what it listed as skipped."""
        self._builder.restore(catalog)
        self._skipped.restore(skipped)

    def again(self) -> dict[str, int]:
        """Removes what could not be read; returns the paths, each with its drop's generation."""
        paths: dict[str, int] = {}
        for one in list(self._skipped.unread.values()):
            paths[one.path] = max(one.generation, paths.get(one.path, 0))
            self._skipped.remove(one.place)
        self._digests.clear()
        return paths

    def kept_of_copies(self) -> list[Source]:
        """The files in the catalog because of which copies of them are not."""
        kept = (self._builder.find(place) for place in self._copies)
        return [instance.source for instance in kept if instance is not None]

    def forget(self, paths: Iterable[str]) -> None:
        """Removes dropped paths from the list of what was skipped, because they are read again.

        The contents of earlier files are read again, too, if a copy of them arrives: the originals
        may be gone.
        """
        self._digests.clear()
        for path in paths:
            self._roots.add(str(Path(path).absolute()))
            self._skipped.remove(path)

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Lists a file as skipped."""
        self._skipped.add_all(skipped)

    def _is_same_file(self, taken: LocatedHeader, source: str) -> bool:
        """Whether it was added before under another name: one file, not a duplicate."""
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
        # a file system that invents inode numbers must not cost a file
        same = (
            other.sop_instance_uid == instance.sop_instance_uid
            and other.size == instance.size
            and other.source.mtime_ns == instance.source.mtime_ns
        )
        if same:
            self._skipped.add(
                Skipped(instance.source.path, "", SkipReason.LINK, "another name of a file")
            )
        return same

    def _add(self, taken: LocatedHeader, source: str, uid: str) -> None:
        instance = taken.header.instance
        self._builder.put(taken.header, source, uid)
        if self._skipped:
            self._skipped.remove(source)
        if source != taken.real:
            self._by_real[taken.real] = source
        if taken.inode:
            self._by_inode[taken.inode] = instance

    def _was_removed(self, taken: LocatedHeader) -> bool:
        """Whether its patient, study or series was removed after it was dropped."""
        if not self._removed:
            return False
        keys = self._builder.keys_of(taken.header)
        return any(taken.root.generation < self._removed.get(key, 0) for key in keys)

    def _candidates(self, instance: Instance) -> list[Instance]:
        """The instances that it may be a copy of: same UID, same size, another place."""
        place, uid = instance.identity
        others = self._builder.with_uid(uid)
        return [o for o in others if o.size == instance.size and o.place != place]

    def _settle(self, taken: LocatedHeader) -> list[Question]:
        """Adds a file as new or as a copy; asks for its contents if that can't be told yet.

        Contents that were read stay known, so nothing is asked twice and the questions end.
        """
        if self._was_removed(taken):
            return []
        instance = taken.header.instance
        candidates = self._candidates(instance)
        if candidates:
            sources = [one.source for one in (instance, *candidates)]
            if unknown := tuple(s for s in sources if s not in self._digests):
                return [(taken, unknown)]
            own = self._digests[sources[0]]
            for other, source in zip(candidates, sources[1:], strict=True):
                if own and self._digests[source] == own:
                    self._note_copy(taken, other)
                    return []
        self._add(taken, *instance.identity)
        return []

    def _note_copy(self, taken: LocatedHeader, of: Instance) -> None:
        source = taken.header.instance.source
        detail = "same bytes as another file"
        if self._skipped.add(Skipped(source.path, source.member, SkipReason.DUPLICATE, detail)):
            self._builder.note_duplicate(of)
            self._copies.setdefault(of.place, []).append(taken)

    def _decide(self, compared: Compared) -> list[Question]:
        """Adds a file after its contents, and those of possible originals, were read."""
        self._digests |= compared.digests
        taken = compared.taken
        questions: list[Question] = []
        source = taken.header.instance.source
        if source in compared.gone:
            self._skipped.add(Skipped(source.path, source.member, SkipReason.MISSING))
        else:
            questions += self._settle(taken)
        for other in compared.gone - {source}:
            questions += self._drop_gone(other)
        return questions

    def _drop_gone(self, source: Source) -> list[Question]:
        """Removes a file that no longer exists; an existing copy of it takes its place."""
        instance = self._builder.find(source.place)
        if instance is None or instance.source != source:
            return []
        copies = self._copies.pop(source.place, [])
        self._builder.drop_gone(instance, copies=len(copies))
        self._skipped.add(Skipped(source.path, source.member, SkipReason.GONE))
        questions: list[Question] = []
        for copy in copies:
            self._skipped.remove(copy.header.instance.place)
            questions += self._settle(copy)
        return questions
