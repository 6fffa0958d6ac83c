"""An existing file that a DICOMDIR lists is never called missing, wherever either was copied to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.scan import Scanner, ScanUpdate
from gantry.engine.intake.skipped import SkipReason
from gantry.messages import skip_message
from support.dicom import make_medium
from support.scanned import scan


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """A folder as on a CD."""
    make_medium(tmp_path / "cd", instances=4)
    shutil.rmtree(tmp_path / "made")
    return tmp_path / "cd"


def images(medium: Path) -> list[Path]:
    return sorted(p for p in medium.rglob("*") if p.is_file() and p.name != "DICOMDIR")


def missing(*paths: Path) -> int:
    catalog, skipped = scan(*paths)
    assert {s.reason for s in skipped} <= {SkipReason.DICOMDIR, SkipReason.NOT_ON_MEDIUM}
    found = sum(s.reason is SkipReason.NOT_ON_MEDIUM for s in skipped)
    assert catalog.instance_count + found == 4
    return found


def dirfiles(medium: Path) -> None:
    """Philips: the same index in each folder, its references from the medium's root."""
    for folder in {p.parent for p in images(medium)}:
        shutil.copy(medium / "DICOMDIR", folder / "DIRFILE")


def renamed(change: Callable[[str], str]) -> Callable[[Path], None]:
    def rename(medium: Path) -> None:
        for path in sorted(medium.rglob("*"), reverse=True):
            if path.name != "DICOMDIR":
                path.rename(path.with_name(change(path.name)))

    return rename


def moved_down(medium: Path) -> None:
    (medium / "index" / "old").mkdir(parents=True)
    (medium / "DICOMDIR").rename(medium / "index" / "old" / "DICOMDIR")


def moved_up(medium: Path) -> None:
    inner = medium / "copy of the CD" / "1"
    inner.mkdir(parents=True)
    for path in list(medium.iterdir()):
        if path.name not in ("DICOMDIR", "copy of the CD"):
            path.rename(inner / path.name)


def flattened(medium: Path) -> None:
    for number, path in enumerate(images(medium)):
        path.rename(medium / f"image {number}.dcm")


WAYS = {
    "as it was": lambda _medium: None,
    "DIRFILEs": dirfiles,
    "versions": renamed(lambda name: f"{name};1"),
    "dots": renamed(lambda name: f"{name}."),
    "lower case": renamed(str.lower),
    "lower case and versions": renamed(lambda name: f"{name.lower()};1"),
    "moved down": moved_down,
    "moved up": moved_up,
    "files renamed": flattened,
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_missing_from_a_medium_that_was_copied(way: str, medium: Path) -> None:
    WAYS[way](medium)
    assert missing(medium) == 0


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"DIRFILEs"}))
def test_what_is_gone_from_it_is_missing(way: str, medium: Path) -> None:
    WAYS[way](medium)
    images(medium)[0].unlink()
    assert missing(medium) == 1


def test_a_missing_file_is_reported_accurately(medium: Path) -> None:
    images(medium)[0].unlink()
    _, skipped = scan(medium)
    (one,) = (s for s in skipped if s.reason is SkipReason.NOT_ON_MEDIUM)
    assert skip_message(one.reason).startswith("listed in the index, not on the medium")
    assert one.member


def test_what_comes_in_with_a_later_drop_is_missing_no_longer(medium: Path, tmp_path: Path) -> None:
    lost = images(medium)[0].rename(tmp_path / "lost.dcm")
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, CancelToken())
    scanner.add([str(medium)])
    scanner.run()
    (one,) = (s for u in updates for s in u.skipped if s.reason is SkipReason.NOT_ON_MEDIUM)
    updates.clear()
    scanner.add([str(lost)])
    scanner.run()
    assert [place for u in updates for place in u.resolved] == [one.place]


def test_what_the_user_takes_off_the_list_is_not_missing(medium: Path) -> None:
    flattened(medium)
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, CancelToken())
    scanner.add([str(medium)])
    catalog = scanner.run()
    scanner.remove([patient.key for patient in catalog.patients])
    scanner.add([str(medium / "nothing new")])
    scanner.run()
    reasons = {s.reason for u in updates for s in u.skipped}
    assert SkipReason.NOT_ON_MEDIUM not in reasons
