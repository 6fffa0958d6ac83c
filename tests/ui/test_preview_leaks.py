"""What others could see of the preview's process says nothing of the files that it reads."""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine.deidentify.profile import RESEARCH
from gantry.engine.preview.contents import Contents, Leave, NoPicture, Want
from gantry.ui.background import previewer
from gantry.ui.background.previewer import Helper
from support.faulty_reader import serve_dying, serve_faulty
from support.planted import Planted, planted

KEY = b"k" * 32
NAMES = (b"canaryfolder", b"canaryfile")


@pytest.fixture
def study() -> Planted:
    return planted(33)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, also for processes that start."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def wants(tmp_path: Path, study: Planted) -> list[Want]:
    """The questions about a file, and about one in a ZIP; both are named after somebody."""
    folder = tmp_path / "CANARYFOLDER"
    folder.mkdir()
    plain, packed = folder / "CANARYFILE.dcm", folder / "CANARYFILE.zip"
    plain.write_bytes(study.files[0])
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("CANARYFILE.dcm", study.files[1])
    leave = Leave(RESEARCH, KEY)
    return [
        Want(os.fsencode(plain), frame=0),
        Want(os.fsencode(plain), frame=0, leave=leave),
        Want(os.fsencode(plain), texts=RESEARCH.options),
        Want(os.fsencode(packed), "CANARYFILE.dcm", leave=leave),
    ]


@pytest.fixture
def helper() -> Iterator[Helper]:
    made = Helper()
    yield made
    made.close()


def said_of(study: Planted) -> Callable[[bytes], list[str]]:
    """What of the study, and of the names of its files, is in some bytes."""

    def found(data: bytes) -> list[str]:
        return study.left_in(data) + [n.decode() for n in NAMES if n in data.lower()]

    return found


def read_by_others(path: Path) -> bytes:
    """What another process can read of a file."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except PermissionError:  # Windows: a file that goes when it is closed is its process's alone
        assert sys.platform == "win32"
        return b""


def test_its_arguments_environment_and_temporary_files_hold_nothing(
    capfd: pytest.CaptureFixture[str], helper: Helper, wants: list[Want], study: Planted,
    temporary: Path,
) -> None:  # fmt: skip
    left = said_of(study)
    for want in wants:
        contents = helper.read(want)
        assert contents.tags or contents.leaving or contents.texts, contents.detail
        if sys.platform == "linux":
            process = Path(f"/proc/{helper.pid}")
            assert left((process / "cmdline").read_bytes()) == []
            assert left((process / "environ").read_bytes()) == []
        for path in temporary.rglob("*"):
            assert left(path.name.encode()) == []
            assert left(read_by_others(path)) == []
    helper.close()
    said = capfd.readouterr()
    assert left((said.out + said.err).encode()) == []


@pytest.mark.parametrize("serve", [serve_faulty, serve_dying], ids=["foreseen", "not foreseen"])
def test_its_fault_is_told_by_its_kind_only(
    capfd: pytest.CaptureFixture[str], serve: Callable[..., None], helper: Helper,
    wants: list[Want], study: Planted, temporary: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(previewer, "serve", serve)
    left = said_of(study)
    contents = helper.read(wants[1])
    assert contents == Contents(
        unreadable=True, no_picture=NoPicture.DAMAGED, detail=contents.detail
    )
    assert contents.detail.isidentifier()
    helper.close()
    said = capfd.readouterr()
    assert left((said.out + said.err).encode()) == []
    assert list(temporary.rglob("*.dcm")) == []
