"""A1 to A28 through a whole job: faults of sources and spool, and what is left afterwards."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

import pytest

from gantry.engine import events, stage
from gantry.engine.archive import source as source_module
from gantry.engine.errors import ErrorCode
from gantry.engine.files import extended, open_shared
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import ParcelState
from support.cli import Cli
from support.dicom import make_instance, make_study
from support.kills import arrived
from support.parcels import dense
from support.whole_jobs import World, digests

DELIVERED, FAILED, CANCELLED = ParcelState.DELIVERED, ParcelState.FAILED, ParcelState.CANCELLED
posix = pytest.mark.skipif(os.name == "nt", reason="made by POSIX calls")
linux = pytest.mark.skipif(sys.platform != "linux", reason="made by Linux calls")


@pytest.fixture
def world(tmp_path: Path, canary_folder: Path) -> Iterator[World]:
    with World(tmp_path, canary_folder) as made:
        yield made


class Hooked(FileIO):
    """A real source file; the test interferes before a read."""

    hook: Callable[[Path, int], None]

    def readinto(self, buffer: object) -> int:
        type(self).hook(Path(str(self.name)), self.tell())
        return super().readinto(buffer)  # type: ignore[arg-type]


@pytest.fixture
def before_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path, int], None]], None]:
    def install(hook: Callable[[Path, int], None]) -> None:
        Hooked.hook = staticmethod(hook)
        monkeypatch.setattr(source_module, "open_shared", lambda path: Hooked(path, "rb"))

    return install


def test_a01_file_that_grows_while_it_is_read_is_sent_as_it_is_at_last(
    world: World, before_read: Callable[[Callable[[Path, int], None]], None]
) -> None:
    made = make_study(world.sources, instances=2)
    fired: list[int] = []

    def grow(path: Path, at: int) -> None:
        if path == made[1] and at and len(fired) < 2:
            fired.append(at)
            with path.open("ab") as other:
                other.write(bytes(64))

    parcels = world.scan()
    before_read(grow)
    assert world.send(parcels).delivered == 1
    assert len(fired) == 2
    assert world.failures()[0] is ErrorCode.SOURCE_CHANGED
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


def test_a02_packing_a_file_that_shrinks_never_continues_in_the_same_archive(
    world: World, before_read: Callable[[Callable[[Path, int], None]], None]
) -> None:
    made = make_study(world.sources, instances=3)
    fired: list[int] = []

    def shrink(path: Path, at: int) -> None:
        if path == made[1] and not fired:
            fired.append(at)
            os.truncate(path, path.stat().st_size - 100)

    parcels = world.scan()
    before_read(shrink)
    assert world.send(parcels).delivered == 1
    assert fired
    assert world.failures() == [ErrorCode.SOURCE_CHANGED]
    assert world.arrived() == digests(*made), "what is there now, all of it"
    world.check_rest(DELIVERED)


@posix
def test_a03_file_rewritten_with_its_time_put_back_is_noticed(world: World) -> None:
    path, *_ = make_study(world.sources, instances=1)
    parcels = world.scan()
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert world.send(parcels).delivered == 1
    assert world.failures() == [ErrorCode.SOURCE_CHANGED]
    assert world.arrived() == digests(path)
    world.check_rest(DELIVERED)


def test_a04_copy_still_running_at_its_final_size_is_waited_for(world: World) -> None:
    """As Explorer does: the size is final at once, the bytes come later."""
    whole = make_instance(
        world.sources.parent / "whole", study="1.2.3", series="1.2.3.4", size=512
    ).read_bytes()
    path = world.sources / "IM1"
    with path.open("wb") as file:
        file.write(whole[:4096])
        file.truncate(len(whole))
    parcels = world.scan()
    assert parcels[0].files[0].source.size == len(whole)
    step = len(whole) // 12
    world.pack = dataclasses.replace(world.pack, settle=1.0)  # a pause of the copier is no end
    begun, written = threading.Event(), threading.Event()

    def copy() -> None:
        with path.open("r+b", buffering=0) as file:
            for number, at in enumerate(range(4096, len(whole), step)):
                file.seek(at)
                file.write(whole[at : at + step])
                begun.set()
                until = time.monotonic() + 60  # the first pack meets a copy that is under way
                while number == 3 and not world.failures() and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(0.04)
        written.set()

    copier = threading.Thread(target=copy)

    def hook(event: events.Event) -> None:
        if isinstance(event, events.ParcelPacking) and not copier.ident:
            copier.start()
            begun.wait(60)

    assert world.send(parcels, hook=hook).delivered == 1
    copier.join()
    assert written.is_set()
    assert set(world.failures()) <= {ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY}
    assert world.failures(), "the copy was not met"
    assert world.arrived() == digests(path)
    assert path.read_bytes() == whole
    world.check_rest(DELIVERED)


def slow_cli(tmp_path: Path) -> Cli:
    """One whose jobs last for seconds, so that the test can do something meanwhile."""
    cli = Cli(tmp_path / "home")
    cli.home.mkdir(mode=0o700)
    slow = json.dumps({"version": 1, "bandwidth": 1 << 18})
    (cli.home / "settings.json").write_text(slow)
    return cli


def test_a05_files_that_arrive_after_the_scan_are_told(tmp_path: Path, canary_folder: Path) -> None:
    make_study(canary_folder, instances=20, size=256)
    cli = slow_cli(tmp_path)
    process = cli.start("send", canary_folder, "--to", "practice", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if '"packing"' in line:
            make_study(canary_folder / "late", instances=2)
            break
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, "not all that lies there was sent"
    assert '"late"' in out
    assert '"files": 2' in out
    assert "Kanarienvogel" not in out
    assert "2 files" in err


def test_a06_file_that_vanishes_fails_its_parcel_by_name_and_the_rest_arrives(
    world: World,
) -> None:
    first = make_study(world.sources / "1", instances=2)
    second = make_study(world.sources / "2", instances=2)
    parcels = world.scan()
    first[1].unlink()
    done = world.send(parcels)
    assert (done.delivered, done.failed) == (1, 1)
    assert world.final_errors() == [ErrorCode.SOURCE_MISSING]
    assert world.arrived() == digests(*second), "a parcel is never sent short"
    world.check_rest(DELIVERED, FAILED)


@linux
def test_a07_stick_that_is_pulled_out_is_one_error_and_retry_works(
    world: World, tmp_path: Path
) -> None:
    made = make_study(world.sources / "stick", instances=30)
    parcels = world.scan()
    (world.sources / "stick").rename(tmp_path / "pulled out")
    assert world.send(parcels).failed == 1
    assert world.final_errors() == [ErrorCode.SOURCE_GONE]
    assert len([e for e in world.told if isinstance(e, events.ParcelFailed)]) == 1
    (tmp_path / "pulled out").rename(world.sources / "stick")
    world.services.history.retry([p.id for p in parcels])
    (job,) = world.services.jobs.unfinished()
    from support.whole_jobs import PRACTICE

    destination = world.services.destinations.open(PRACTICE)
    assert world.services.jobs.run(job, destination).delivered == 1
    destination.close()
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


@linux
def test_a08_source_that_never_answers_holds_neither_the_other_parcels_nor_cancel(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening one file waits, as on a dead share. The wait is the test's own: a share that hangs
    can't be made here, and a pipe in a file's place is refused at once."""
    monkeypatch.setattr(stage, "STALLED", 0.3)
    share_is_back = threading.Event()

    def open_slowly(path: str) -> FileIO:
        if path == str(hanging):
            share_is_back.wait(600)
        return open_shared(path)

    monkeypatch.setattr(source_module, "open_shared", open_slowly)
    hanging = make_study(world.sources / "hangs", instances=1)[0]
    well = make_study(world.sources / "well", instances=2)
    parcels = world.scan()
    parcels = tuple(sorted(parcels, key=lambda p: p.files[0].source.path != str(hanging)))
    runners: list[JobRunner] = []
    cancelled: list[float] = []

    def hook(event: events.Event) -> None:
        if isinstance(event, events.ParcelArrived):
            cancelled.append(time.monotonic())
            runners[0].works[parcels[0].id].token.cancel()

    done = world.send(parcels, hook=hook, on_runner=runners.append)
    assert cancelled, "the other parcel arrived meanwhile, by the one place there is"
    assert time.monotonic() - cancelled[0] < 100
    assert (done.delivered, done.cancelled) == (1, 1)
    assert world.arrived() == digests(*well)
    share_is_back.set()
    until = time.monotonic() + 60
    while list(world.services.preferences.spool.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    world.check_rest(DELIVERED, CANCELLED)


@linux
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")
def test_a09_read_error_half_way_is_reported_after_three_tries_and_nothing_is_padded(
    tmp_path: Path, canary_folder: Path
) -> None:
    made = make_study(canary_folder, instances=2, size=256)
    cli = Cli(tmp_path / "home")
    count = tmp_path / "injected"
    ran = subprocess.run(
        [
            "strace", "-f", "-qq", "-o", str(count), "-P", str(made[1]),
            "-e", "trace=read,pread64", "-e", "inject=read,pread64:error=EIO:when=2+",
            sys.executable, "-m", "gantry.cli", "send", str(canary_folder), "--to", "practice",
            "--json",
        ],
        env=cli.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    fired = count.read_text().count("(INJECTED)")
    assert fired >= 3, "tried three times"
    assert ran.returncode == 1
    assert '"source.unreadable"' in ran.stdout
    assert "Kanarienvogel" not in (cli.home / "logs" / "gantry.jsonl").read_text("utf-8")
    assert list((cli.home / "practice").glob("*.tar.gz")) == []
    assert list((cli.home / "spool").iterdir()) == []


@pytest.mark.parametrize("code", [33, 32])
def test_a12_range_that_another_program_locked_is_tried_again(
    world: World,
    before_read: Callable[[Callable[[Path, int], None]], None],
    code: int,
) -> None:
    """Windows' error, made by hand: nothing else has such locks."""
    made = make_study(world.sources, instances=1, size=256)
    fired: list[int] = []

    def locked(path: Path, at: int) -> None:
        if at and len(fired) < 2:
            fired.append(at)
            error = PermissionError(errno.EACCES, "locked")
            error.winerror = code  # type: ignore[attr-defined,unused-ignore]
            raise error

    parcels = world.scan()
    before_read(locked)
    assert world.send(parcels).delivered == 1
    assert len(fired) == 2
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


@posix
def test_a13_tree_of_400_characters_arrives_under_short_names(world: World) -> None:
    folder = world.sources
    while len(str(folder)) < 400:
        folder /= "a folder with a long name of its own, as people make them"
    Path(extended(folder)).mkdir(parents=True)
    made = make_study(folder, instances=2)
    assert world.send(world.scan()).delivered == 1
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


@posix
@pytest.mark.parametrize("name", ["AUX.dcm", "COM¹", "trail.", "a:b", "CON", "nul.dcm"])
def test_a14_reserved_names_from_a_zip_never_become_a_files_name(world: World, name: str) -> None:
    inner = make_study(world.sources.parent / "inner", instances=1)[0]
    with zipfile.ZipFile(world.sources / "in.zip", "w") as out:
        out.write(inner, name)
    parcels = world.scan()
    if ":" in name:
        assert parcels == (), "it names a stream or a drive: refused"
        return
    assert world.send(parcels).delivered == 1
    assert world.arrived() == digests(inner)
    world.check_rest(DELIVERED)


@linux
def test_a15_undecodable_name_arrives(world: World) -> None:
    path = make_study(world.sources, instances=1)[0]
    strange = os.fsencode(path.parent) + b"/\xff\xfe.dcm"
    os.rename(path, strange)  # noqa: PTH104
    assert world.send(world.scan()).delivered == 1
    assert len(world.arrived()) == 1
    world.check_rest(DELIVERED)


@linux
def test_a16_twins_by_case_and_unicode_form_both_arrive(world: World) -> None:
    made = []
    for number, name in enumerate(("IM1", "im1", "\u00e9", "e\u0301")):
        made.append(
            make_instance(world.sources / name, study="1.2.3", series="1.2.3.4", number=number + 1)
        )
    assert world.send(world.scan()).delivered == 1
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


@posix
def test_a17_links_are_not_followed_and_loops_end(world: World) -> None:
    made = make_study(world.sources / "in", instances=1)
    outside = make_study(world.sources.parent / "outside", instances=1)
    (world.sources / "in" / "loop").symlink_to(world.sources, target_is_directory=True)
    (world.sources / "in" / "out.dcm").symlink_to(outside[0])
    assert world.send(world.scan()).delivered == 1
    assert world.arrived() == digests(*made)


@pytest.mark.parametrize("kind", ["nothing", "empty file", "Thumbs.db", "DICOMDIR only"])
def test_a18_nothing_to_send_is_reported_and_why(
    tmp_path: Path, canary_folder: Path, kind: str
) -> None:
    if kind == "empty file":
        (canary_folder / "IM1").write_bytes(b"")
    elif kind == "Thumbs.db":
        (canary_folder / "Thumbs.db").write_bytes(b"x" * 100)
    elif kind == "DICOMDIR only":
        import pydicom.data

        shipped = Path(pydicom.data.__file__).parent / "test_files/dicomdirtests/DICOMDIR"
        shutil.copy(shipped, canary_folder / "DICOMDIR")
    cli = Cli(tmp_path / "home")
    ran = cli("send", canary_folder, "--to", "practice", "--json")
    assert ran.code == 1
    assert [e["code"] for e in ran.of("error")][-1] == "source.nothing"
    assert bool(ran.of("skipped")) == (kind != "nothing")
    assert cli("history", "--json").of("parcel") == []


@linux
def test_a21_full_disk_pauses_and_continues_when_there_is_room(
    world: World, tmp_path: Path
) -> None:
    """A real disk of 3 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root: NOT TESTED")
    from msgspec.structs import replace

    from gantry.engine.archive import part_file

    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here: NOT TESTED")
    try:
        path = make_study(world.sources, instances=1)[0]
        with path.open("ab") as file:
            file.write(dense(1_500_000))
        filler = disk / "filler"
        filler.write_bytes(bytes(2_000_000))
        world.services.preferences.use(
            replace(world.services.preferences.settings, spool_folder=str(disk))
        )
        parcels = world.scan()

        def hook(event: events.Event) -> None:
            if isinstance(event, events.AttemptFailed):
                assert not list(disk.glob("*.part"))
                filler.unlink(missing_ok=True)

        with pytest.MonkeyPatch.context() as patch:
            # So small a disk has less than the reserve; what is tested is the write that fails.
            patch.setattr(part_file.PartFile, "_check_space", lambda self, needed: None)
            assert world.send(parcels, hook=hook).delivered == 1
        assert world.failures() == [ErrorCode.SPOOL_FULL]
        assert world.arrived() == digests(path)
        world.check_rest(DELIVERED)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@linux
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")
@pytest.mark.parametrize("when", ["2", "3"])
def test_a22_fsync_that_fails_never_gives_a_verified_archive(
    tmp_path: Path, canary_folder: Path, when: str
) -> None:
    """Each n-th fsync of a thread fails: of the archive, of its folder, or of the receiver's."""
    made = make_study(canary_folder / "a", instances=2) + make_study(canary_folder / "b")
    cli = Cli(tmp_path / "home")
    assert cli("history").code == 0  # makes the home: its own first fsyncs are another row's
    count = tmp_path / "injected"
    ran = subprocess.run(
        [
            "strace", "-f", "-qq", "-o", str(count),
            "-e", "trace=fsync", "-e", f"inject=fsync:error=EIO:when={when}",
            sys.executable, "-m", "gantry.cli", "send", str(canary_folder), "--to", "practice",
            "--json",
        ],
        env=cli.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert count.read_text().count("(INJECTED)") >= 1, "the fault never fired"
    assert '"spool.unwritable"' in ran.stdout or '"http.5' in ran.stdout
    # A receiver whose disk fails at each first sync takes nothing; what is delivered is whole.
    archives = sorted((cli.home / "practice").glob("*.tar.gz"))
    states = {p["id"]: p["state"] for p in cli("history", "--json").of("parcel")}
    assert ran.returncode == (0 if set(states.values()) == {"delivered"} else 1)
    assert set(states.values()) <= {"delivered", "failed"}
    delivered = {parcel for parcel, state in states.items() if state == "delivered"}
    assert delivered <= {a.name.removesuffix(".tar.gz") for a in archives}
    assert set(arrived(archives)) <= set(digests(*made))
    if archives:
        assert cli("verify", *archives).code == 0
    assert list((cli.home / "spool").iterdir()) == []


@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_a25_archive_that_is_spoilt_after_it_was_verified_is_packed_again(
    world: World, how: str
) -> None:
    made = make_study(world.sources, instances=2)
    fired: list[str] = []

    def hook(event: events.Event) -> None:
        if isinstance(event, events.ParcelVerified) and not fired:
            fired.append(how)
            path = event.archive.path
            if how == "gone":
                path.unlink()
            else:
                data = bytearray(path.read_bytes())
                data[len(data) // 2] ^= 1
                path.write_bytes(data)

    assert world.send(world.scan(), hook=hook).delivered == 1
    assert fired
    assert world.failures()[0] in (ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_MISSING)
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


def test_a27_cancel_while_packing_leaves_nothing(
    world: World, before_read: Callable[[Callable[[Path, int], None]], None]
) -> None:
    make_study(world.sources, instances=6)
    runners: list[JobRunner] = []
    begun: list[float] = []

    def cancel(path: Path, at: int) -> None:
        if not begun:
            begun.append(time.monotonic())
            runners[0].token.cancel()

    parcels = world.scan()
    before_read(cancel)
    done = world.send(parcels, on_runner=runners.append)
    assert begun
    assert (done.cancelled, done.failed) == (1, 0)
    assert world.arrived() == []
    world.check_rest(CANCELLED)


@linux
@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not on this system")
@pytest.mark.parametrize("start", ["2099-01-01 00:00:00", "1970-01-02 00:00:00"])
def test_a28_clock_far_off_spoils_neither_job_nor_durations(
    tmp_path: Path, canary_folder: Path, start: str
) -> None:
    make_study(canary_folder, instances=2)
    os.utime(next(canary_folder.rglob("IM0001")), (0, 4_000_000_000))
    cli = Cli(tmp_path / "home")
    ran = subprocess.run(
        ["faketime", "-f", f"@{start}", sys.executable, "-m", "gantry.cli", "send",
         str(canary_folder), "--to", "practice", "--json"],
        env={**cli.environment, "DONT_FAKE_MONOTONIC": "1"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    log = (cli.home / "logs" / "gantry.jsonl").read_text("utf-8")
    assert f'"ts": "{start[:4]}-' in log, "the clock was not changed"
    assert '"seconds": -' not in ran.stdout + log


@posix
def test_a10_a11_denied_is_told_and_the_rest_arrives(world: World) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything: see the test of nobody in tests/engine/archive")
    denied = make_study(world.sources / "1", instances=1)[0]
    well = make_study(world.sources / "2", instances=1)
    parcels = world.scan()
    denied.chmod(0)
    done = world.send(parcels)
    denied.chmod(0o600)
    assert (done.delivered, done.failed) == (1, 1)
    assert world.final_errors() == [ErrorCode.SOURCE_DENIED]
    assert world.arrived() == digests(*well)


def test_a26_any_damage_of_an_archive_makes_verify_end_with_1(
    tmp_path: Path, canary_folder: Path
) -> None:
    from gantry import cli

    make_study(canary_folder, instances=2)
    assert cli.main(["pack", str(canary_folder), "-o", str(tmp_path / "out")]) == 0
    (archive,) = (tmp_path / "out").iterdir()
    whole = archive.read_bytes()
    assert cli.main(["verify", str(archive)]) == 0
    for damage in (
        whole[:-1], whole[:-8], whole[: len(whole) // 2], whole + b"\0", whole + whole,
        whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], whole[:-5] + b"\1" + whole[-4:],
        b"", b"PK\3\4" + whole,
    ):  # fmt: skip
        archive.write_bytes(damage)
        assert cli.main(["verify", str(archive)]) == 1


def test_a20_placeholder_whose_download_fails_is_named(
    world: World, before_read: Callable[[Callable[[Path, int], None]], None]
) -> None:
    """A cloud drive that is offline: WinError 362 by way of `Errno 22`, made by hand."""
    make_study(world.sources, instances=1)
    fired: list[int] = []

    def offline(path: Path, at: int) -> None:
        fired.append(at)
        error = OSError(errno.EINVAL, "the cloud file provider is not running")
        error.winerror = 362  # type: ignore[attr-defined,unused-ignore]
        raise error

    parcels = world.scan()
    before_read(offline)
    assert world.send(parcels).failed == 1
    assert fired
    assert world.final_errors() == [ErrorCode.SOURCE_UNREADABLE]
    world.check_rest(FAILED)


def test_a24_scanner_that_holds_the_part_only_delays_the_rename(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows' answer to a rename of an open file, made by hand (really: tests/windows)."""
    made = make_study(world.sources, instances=1)
    tries: list[str] = []
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if self.name.endswith(".tar.gz.part") and self.parent.name == "spool" and len(tries) < 3:
            tries.append(self.name)
            error = PermissionError(errno.EACCES, "held")
            error.winerror = 5  # type: ignore[attr-defined,unused-ignore]
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    assert world.send(world.scan()).delivered == 1
    assert len(tries) == 3
    assert world.arrived() == digests(*made)
    world.check_rest(DELIVERED)


@linux
def test_a19_sparse_file_of_12_gigabytes_is_scanned_in_no_time_and_little_memory(
    tmp_path: Path, canary_folder: Path
) -> None:
    path = make_study(canary_folder, instances=1)[0]
    os.truncate(path, 12 << 30)
    code = (
        "import re, sys\n"
        "from gantry.cli import main\n"
        "main(['scan', sys.argv[1], '--json'])\n"
        # not ru_maxrss: that begins with the memory of the process that started this one
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())\n"
        "print(int(peak[1]) >> 10, file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(canary_folder)], capture_output=True, text=True,
        timeout=120, env=Cli(tmp_path / "home").environment,
    )  # fmt: skip
    assert int(ran.stderr.split()[-1]) < 300, "MB"
    assert path.stat().st_size == 12 << 30


def test_a23_sigterm_leaves_a_job_that_can_be_resumed(tmp_path: Path, canary_folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGTERM to send to another process")
    made = make_study(canary_folder / "a", instances=10, size=256)
    made += make_study(canary_folder / "b", instances=10, size=256)
    cli = slow_cli(tmp_path)
    process = cli.start("send", canary_folder, "--to", "practice", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if '"packing"' in line:
            process.send_signal(signal.SIGTERM)
            break
    process.communicate(timeout=120)
    assert process.returncode == 130
    assert cli("resume", "--json").code == 0
    assert list(arrived(sorted((cli.home / "practice").glob("*.tar.gz")))) == digests(*made)
    assert list((cli.home / "spool").iterdir()) == []
