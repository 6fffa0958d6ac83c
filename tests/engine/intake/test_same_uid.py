"""Files under one SOP Instance UID: the scan always ends, and every content is kept once."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog, CautionCode
from gantry.engine.intake.scan import Scanner, ScanUpdate
from gantry.engine.intake.skipped import Skipped, SkipReason
from support.dicom import make_instance
from support.scanned import instances, scan

STUDY, SERIES, SOP = "1.2.3.1", "1.2.3.1.1", "1.2.3.1.1.1"


def file(path: Path, seed: int) -> Path:
    """Of one size, whatever the seed."""
    return make_instance(path, study=STUDY, series=SERIES, sop=SOP, seed=seed)


def collided(catalog: Catalog) -> int:
    for series in catalog.series:
        for caution in series.warnings:
            if caution.code is CautionCode.UID_COLLISION:
                return int(caution.facts["count"])
    return 0


def reasons(skipped: list[Skipped]) -> list[SkipReason]:
    return [one.reason for one in skipped]


@pytest.mark.parametrize("count", [3, 4, 10, 40])
def test_different_files_of_one_size_are_all_kept(count: int, tmp_path: Path) -> None:
    for seed in range(count):
        file(tmp_path / f"{seed}.dcm", seed)
    catalog, skipped = scan(tmp_path)
    assert catalog.instance_count == count
    assert collided(catalog) == count
    assert not skipped


@settings(max_examples=25, deadline=None)
@given(
    contents=st.lists(st.integers(0, 3), min_size=2, max_size=9),
    places=st.lists(st.sampled_from(["one", "two", "zip"]), min_size=9, max_size=9),
)
def test_each_content_is_kept_once_in_any_order_and_place(
    contents: list[int], places: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        patterns = [file(folder / "made" / str(seed), seed).read_bytes() for seed in range(4)]
        shutil.rmtree(folder / "made")
        drops = []
        for number, (content, place) in enumerate(zip(contents, places, strict=False)):
            data = patterns[content]
            if place == "zip":
                drops.append(folder / f"{number}.zip")
                with zipfile.ZipFile(drops[-1], "w") as archive:
                    archive.writestr("IM1", data)
            else:
                (folder / place).mkdir(exist_ok=True)
                (folder / place / str(number)).write_bytes(data)
                drops.append(folder / place)
        catalog, skipped = scan(*drops)
    kept = len(set(contents))
    assert catalog.instance_count == kept
    assert reasons(skipped) == [SkipReason.DUPLICATE] * (len(contents) - kept)
    assert collided(catalog) == (kept if kept > 1 else 0)


def test_more_of_them_in_a_second_drop_are_kept_too(tmp_path: Path) -> None:
    for seed in range(6):
        file(tmp_path / str(seed // 3) / f"{seed}.dcm", seed)
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, CancelToken())
    for drop in "01":
        scanner.add([str(tmp_path / drop)])
        catalog = scanner.run()
    assert catalog.instance_count == 6
    assert collided(catalog) == 6


class Dropped:
    """One list that is dropped on again and again."""

    def __init__(self) -> None:
        self.updates: list[ScanUpdate] = []
        self.scanner = Scanner(self.updates.append, CancelToken())

    def drop(self, *paths: Path) -> Catalog:
        self.scanner.add([str(path) for path in paths])
        return self.scanner.run()

    @property
    def skipped(self) -> dict[str, SkipReason]:
        """What a window would list now."""
        listed: dict[str, SkipReason] = {}
        for update in self.updates:
            for place in update.resolved:
                del listed[place]
            listed.update((one.place, one.reason) for one in update.skipped)
        return listed


def test_a_renamed_folder_dropped_again_replaces_what_is_gone(tmp_path: Path) -> None:
    for seed in range(4):
        make_instance(tmp_path / "old" / str(seed), study=STUDY, series=SERIES, number=seed)
    listed = Dropped()
    listed.drop(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    catalog = listed.drop(tmp_path / "new")
    assert catalog.instance_count == 4
    assert {Path(i.source.path).parent.name for i in instances(catalog)} == {"new"}
    assert collided(catalog) == 0
    cautions = {c.code: c.facts for s in catalog.series for c in s.warnings}
    assert cautions == {CautionCode.GONE: {"count": 4}}
    assert set(listed.skipped.values()) == {SkipReason.GONE}
    assert len(listed.skipped) == 4


def test_a_copy_takes_the_place_of_one_that_is_gone(tmp_path: Path) -> None:
    """Two copies were dropped, one vanishes, a third comes: what exists is on the list."""
    file(tmp_path / "a", 1)
    for copy in "bc":
        shutil.copy(tmp_path / "a", tmp_path / copy)
    listed = Dropped()
    (before,) = instances(listed.drop(tmp_path / "a", tmp_path / "b"))
    Path(before.source.path).unlink()
    (after,) = instances(listed.drop(tmp_path / "c"))
    assert Path(after.source.path).exists()
    assert sorted(listed.skipped.values()) == [SkipReason.DUPLICATE, SkipReason.GONE]


def test_what_was_removed_is_no_copy_when_it_is_dropped_again(tmp_path: Path) -> None:
    for name in "ab":
        file(tmp_path / name, 1)
    listed = Dropped()
    catalog = listed.drop(tmp_path)
    listed.scanner.remove([patient.key for patient in catalog.patients])
    catalog = listed.drop(tmp_path)
    assert catalog.instance_count == 1
    (caution,) = next(iter(catalog.series)).warnings
    assert (caution.code, caution.facts) == (CautionCode.DUPLICATES, {"count": 1})
