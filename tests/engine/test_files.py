"""What `gantry.engine.files` promises everywhere; tests/windows shows it against other programs."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine import files
from gantry.engine.os_errors import is_held

windows_only = pytest.mark.skipif(sys.platform != "win32", reason="Windows path rules")


def held(times: int, code: int = 32) -> tuple[Callable[[], str], list[int]]:
    """An action that another program blocks this often, and the list of its calls.

    The error is made by hand: off Windows no other program can cause it.
    """
    calls: list[int] = []

    def action() -> str:
        calls.append(1)
        if len(calls) <= times:
            error = PermissionError(13, "held")
            error.winerror = code  # type: ignore[attr-defined,unused-ignore]
            raise error
        return "done"

    return action, calls


def test_open_shared_reads_the_bytes(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"\x00\x1a\r\nDICM")
    with files.open_shared(source) as stream:
        assert stream.read() == b"\x00\x1a\r\nDICM"
        assert os.fstat(stream.fileno()).st_size == 8


def test_open_shared_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.open_shared(tmp_path / "missing")


def test_a_folder_cannot_be_opened_as_a_file(tmp_path: Path) -> None:
    with pytest.raises((IsADirectoryError, PermissionError)):
        files.open_shared(tmp_path)


def test_a_file_that_is_open_for_reading_can_be_renamed_and_deleted(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"abc")
    with files.open_shared(source) as stream:
        source.rename(tmp_path / "IM0002")
        (tmp_path / "IM0002").unlink()
        assert stream.read() == b"abc"


def test_no_writer_is_found_where_nobody_writes(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"abc")
    assert files.probe_writer(source) is False
    assert source.read_bytes() == b"abc"


def test_a_file_is_fresh_until_minutes_after_its_last_change(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"abc")
    now = source.stat().st_mtime
    assert files.is_fresh(source.stat())
    assert files.is_fresh(source.stat(), now=now + 200)
    assert not files.is_fresh(source.stat(), now=now + 400)


def test_a_copy_that_kept_an_old_time_of_change_is_fresh(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"abc")
    os.utime(source, (1_000_000_000, 1_000_000_000))
    if source.stat().st_ctime == 1_000_000_000:
        pytest.skip("this system keeps no time of creation (Wine)")
    assert files.is_fresh(source.stat())


def test_a_file_from_the_future_is_fresh(tmp_path: Path) -> None:
    source = tmp_path / "IM0001"
    source.write_bytes(b"abc")
    os.utime(source, (4_070_000_000, 4_070_000_000))
    assert files.is_fresh(source.stat())


@pytest.mark.parametrize(
    "name",
    ["CON", "aux.dcm", "NUL .txt", "COM1", "com¹.dcm", "LPT9.tar.gz", "trail.", "trail ", "a:b",
     "a?b", "a\\b", "a/b", "a\tb", "", "..", "CONIN$"],
)  # fmt: skip
def test_a14_names_that_windows_takes_for_something_else_are_reserved(name: str) -> None:
    assert files.reserved(name)


@pytest.mark.parametrize("name", ["IM0001", "console", "aux1.dcm", "1.2.840.10008", "张三", ".cfg"])
def test_ordinary_names_are_not_reserved(name: str) -> None:
    assert not files.reserved(name)


@pytest.mark.skipif(sys.platform == "win32", reason="making a link needs a privilege there")
def test_a_symbolic_link_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert files.is_link((tmp_path / "link").lstat())
    assert not files.is_link(tmp_path.lstat())


def test_a_file_on_this_disk_needs_no_download(tmp_path: Path) -> None:
    (tmp_path / "IM0001").write_bytes(b"abc")
    assert not files.needs_download((tmp_path / "IM0001").stat())


def test_a20_a_cloud_placeholder_needs_download() -> None:
    class Status:  # no cloud drive here: only the attribute that it would set
        st_file_attributes = 0x400000

    assert files.needs_download(Status())  # type: ignore[arg-type]


def test_a24_a_held_file_is_tried_again_until_it_is_free() -> None:
    action, calls = held(times=3)
    pauses: list[float] = []
    assert files.retry_held(action, pause=pauses.append) == "done"
    assert len(calls) == 4
    assert pauses == [0.1, 0.2, 0.4]


def test_a24_a_file_held_for_too_long_is_an_error() -> None:
    action, calls = held(times=10)
    with pytest.raises(PermissionError) as caught:
        files.retry_held(action, seconds=0, pause=lambda _: None)
    assert is_held(caught.value)
    assert len(calls) == 1


def test_lack_of_rights_is_not_tried_again_on_opening() -> None:
    action, calls = held(times=1, code=5)
    with pytest.raises(PermissionError):
        files.retry_held(action, pause=lambda _: None)
    assert len(calls) == 1


def test_a24_denied_access_is_tried_again_on_replacing() -> None:
    action, calls = held(times=2, code=5)
    assert files.retry_held(action, pause=lambda _: None, denied_too=True) == "done"
    assert len(calls) == 3


def test_cancelling_ends_the_wait() -> None:
    action, calls = held(times=10)

    def cancelled(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.retry_held(action, pause=cancelled)
    assert len(calls) == 1


def test_replace_moves_over_an_older_file(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(b"new")
    (tmp_path / "a").write_bytes(b"old")
    files.replace_retry(tmp_path / "a.part", tmp_path / "a")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"new"


def test_deleting_what_is_gone_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    files.unlink_retry(tmp_path / "a")
    files.unlink_retry(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_folder_can_be_synced(tmp_path: Path) -> None:
    files.sync_folder(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")
def test_posix_paths_stay_as_they_are() -> None:
    assert files.extended("/data/a.") == "/data/a."
    assert files.plain("/data/a.") == "/data/a."


@windows_only
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:\\a\\b", "\\\\?\\C:\\a\\b"),
        ("C:/a/./b/../c", "\\\\?\\C:\\a\\c"),
        ("C:\\", "\\\\?\\C:\\"),
        ("\\\\server\\share\\a", "\\\\?\\UNC\\server\\share\\a"),
        ("\\\\?\\C:\\a", "\\\\?\\C:\\a"),
        ("C:\\a\\trail.", "\\\\?\\C:\\a\\trail."),
        ("C:\\a\\AUX.dcm", "\\\\?\\C:\\a\\AUX.dcm"),
    ],
)
def test_a13_windows_paths_become_extended(path: str, expected: str) -> None:
    assert files.extended(path) == expected


@windows_only
def test_relative_paths_and_drives_become_extended() -> None:
    here = str(Path.cwd())
    assert files.extended("a\\AUX.dcm") == "\\\\?\\" + here.rstrip("\\") + "\\a\\AUX.dcm"
    assert files.extended("\\a") == "\\\\?\\" + here[:2] + "\\a"
    assert files.extended(here[:2]) == "\\\\?\\" + here


@windows_only
def test_plain_undoes_extended() -> None:
    for path in ("C:\\a", "\\\\server\\share\\a"):
        assert files.plain(files.extended(path)) == path
