"""Names and places of files that only Windows has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.files import extended, plain
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.plan import plan
from support.cli import Cli
from support.dicom import make_study
from support.scanned import instances, scan


def packed(folder: Path | str, spool: Path) -> int:
    """Scans and packs a folder that holds one study; returns how many files were verified."""
    catalog, skipped = scan(folder)
    assert skipped == []
    (parcel,) = plan(catalog)
    archive = pack(parcel, spool, free_reserve=0)
    return len(verify(archive.path, expected=archive).files)


def moved(files: list[Path], to: list[str]) -> None:
    """Gives files names that no plain path can hold."""
    for file, target in zip(files, to, strict=True):
        Path(extended(target)).parent.mkdir(parents=True, exist_ok=True)
        file.replace(extended(target))


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A folder whose content pytest could not delete by plain names."""
    folder = tmp_path / "tree"
    folder.mkdir()
    yield folder
    for parent, folders, files in os.walk(extended(folder), topdown=False):
        for name in files:
            Path(parent, name).unlink()
        for name in folders:
            Path(parent, name).rmdir()


def test_paths_of_400_characters_are_packed(tmp_path: Path, tree: Path) -> None:
    made = make_study(tmp_path / "made", instances=3)
    deep = str(tree) + "".join(f"\\{letter * 60} 深层文件夹" for letter in "abcdef")
    moved(made, [f"{deep}\\IM{n}" for n in range(3)])
    assert len(deep) > 400
    assert packed(tree, tmp_path / "spool") == 3


def test_a_spool_beyond_260_characters_works(tmp_path: Path, tree: Path) -> None:
    make_study(tmp_path / "in", instances=2)
    deep = str(tree) + "".join(f"\\{letter * 60}" for letter in "abcde")
    Path(extended(deep)).mkdir(parents=True)
    assert packed(tmp_path / "in", Path(deep)) == 2


@pytest.mark.parametrize("name", ["AUX.dcm", "CON", "COM1", "trail.", "trail ", "NUL.tar.gz"])
def test_reserved_names_from_a_nas_are_packed(tmp_path: Path, tree: Path, name: str) -> None:
    made = make_study(tmp_path / "made", instances=2)
    moved(made, [f"{tree}\\{name}", f"{tree}\\IM2"])
    catalog, _ = scan(tree)
    assert sorted(plain(i.source.path) for i in instances(catalog)) == sorted(
        [f"{tree}\\{name}", f"{tree}\\IM2"]
    )
    assert packed(tree, tmp_path / "spool") == 2


def test_a_folder_with_a_trailing_dot_is_walked(tmp_path: Path, tree: Path) -> None:
    made = make_study(tmp_path / "made", instances=2)
    moved(made, [f"{tree}\\Müller.\\IM1", f"{tree}\\Müller.\\IM2"])
    assert packed(tree, tmp_path / "spool") == 2


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[str]:
    """A second drive: the bench has one, Windows makes one of a folder."""
    made = False
    if not Path("Q:\\").is_dir():
        made = subprocess.run(["subst", "Q:", str(tmp_path)], check=False).returncode == 0
        if not made:
            pytest.skip("this system makes no drive of a folder")
    make_study(Path("Q:\\"), instances=2)
    yield "Q:"
    if made:
        subprocess.run(["subst", "Q:", "/D"], check=True)
    else:
        shutil.rmtree("Q:\\series 1")


@pytest.mark.parametrize("spelling", ["Q:\\", "Q:", "q:/", "Q:\\."])
def test_the_root_of_a_drive_is_scanned(drive: str, tmp_path: Path, spelling: str) -> None:
    assert packed(spelling, tmp_path / "spool") == 2


@pytest.fixture
def share(tmp_path: Path) -> Iterator[str]:
    r"""`\\server\share`, which Wine finds in its prefix; elsewhere this machine's own C$."""
    if prefix := os.environ.get("WINEPREFIX"):
        folder = Path(f"Z:{prefix}/dosdevices/unc/nas/images")
        folder.mkdir(parents=True, exist_ok=True)
        yield "\\\\nas\\images"
        return
    local = tmp_path / "share"
    local.mkdir()
    unc = f"\\\\localhost\\{str(local)[0]}${str(local)[2:]}"
    if not Path(unc).is_dir():
        pytest.skip("this machine doesn't share its drives")
    yield unc


def test_a_network_share_is_scanned_and_packed(share: str, tmp_path: Path) -> None:
    make_study(Path(share) / "study", instances=2)
    try:
        assert packed(f"{share}\\study", tmp_path / "spool") == 2
    finally:
        for file in Path(share).rglob("IM*"):
            file.unlink()


def test_a_network_share_is_a_destination(share: str, tmp_path: Path) -> None:
    make_study(tmp_path / "in", instances=2)
    Path(f"{share}\\inbox").mkdir(exist_ok=True)
    sent = Cli(tmp_path / "home")("send", tmp_path / "in", "--to", f"{share}\\inbox", "--json")
    assert sent.code == 0, sent.err
    (archive,) = Path(f"{share}\\inbox").rglob("*.tar.gz")
    try:
        assert len(verify(archive).files) == 2
    finally:
        archive.unlink()


def test_a_missing_share_is_one_message(tmp_path: Path) -> None:
    catalog, skipped = scan("\\\\no-such-server\\images")
    assert instances(catalog) == []
    assert len(skipped) == 1


def test_chinese_folders_and_users_are_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "用户" / "张三 的检查" / "头部 MR（平扫）"
    make_study(folder, instances=2)
    home = tmp_path / "用户" / "数据"
    ran = Cli(home)("pack", folder, "-o", tmp_path / "归档", "--json")
    assert ran.code == 0, ran.err
    (archive,) = (tmp_path / "归档").glob("*.tar.gz")
    assert len(verify(archive).files) == 2


def test_one_folder_in_two_spellings_counts_once(tmp_path: Path) -> None:
    make_study(tmp_path / "Study", instances=3)
    catalog, skipped = scan(tmp_path / "Study", str(tmp_path / "STUDY").swapcase())
    assert len(instances(catalog)) == 3
    assert {s.reason for s in skipped} <= {SkipReason.DUPLICATE}


def test_a_junction_is_not_followed(tmp_path: Path) -> None:
    make_study(tmp_path / "real", instances=2)
    (tmp_path / "dropped").mkdir()
    made = subprocess.run(
        ["cmd", "/c", "mklink", "/J", str(tmp_path / "dropped" / "loop"), str(tmp_path)],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode or not (tmp_path / "dropped" / "loop").exists():
        pytest.skip("NOT TESTED: Wine makes no junctions; on the release checklist")
    catalog, skipped = scan(tmp_path / "dropped")
    assert instances(catalog) == []
    assert [s.reason for s in skipped] == [SkipReason.LINK]
