"""An ordinary send imports nothing that it doesn't need; late imports print nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pydicom.data
from pydicom.charset import python_encoding

from gantry.engine.intake.header.tags import CHARACTER_SETS
from support.dicom import CANARIES, make_instance

_SEND = """
import sys
from gantry.cli import main
assert main(["send", sys.argv[1], "--to", sys.argv[2]]) == 0
print("imported:", *(name for name in sys.argv[3:] if name in sys.modules))
"""
_SCAN = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.scan import Scanner
assert "pydicom" not in sys.modules
scanner = Scanner(lambda update: None, CancelToken())
scanner.add([sys.argv[1]])
assert scanner.run().instance_count == 1
assert "pydicom" in sys.modules
from pydicom import dcmread
from pydicom.config import logger
dcmread(sys.argv[1])["PatientID"].value = "Kanarienvogel" * 9
logger.warning("Kanarienvogel")
"""
_AT_ONCE = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from gantry.engine.intake.header.header import read_header
from gantry.engine.intake.skipped import NotTaken
assert "pydicom" not in sys.modules
sys.setswitchinterval(1e-5)
together = threading.Barrier(8)

def read(path):
    together.wait()
    try:
        read_header(path)
    except NotTaken:
        pass

with ThreadPoolExecutor(8) as pool:
    for done in [pool.submit(read, path) for path in sys.argv[1:]]:
        done.result()
"""


_PRESET = """
import sys
from gantry.store.presets.parse import preset_of
preset_of(b'{"schema": "gantry.preset/1", "name": "a", "serial": 1, "title": "A"}')
assert not {"cryptography", "pydicom"} & set(sys.modules)
"""


def python(program: str, *arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "GANTRY_HOME": str(home)}, check=True,
        capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=120,
    )  # fmt: skip


def test_a_send_of_plain_files_waits_for_neither_pydicom_nor_numpy(tmp_path: Path) -> None:
    make_instance(tmp_path / "in" / "a.dcm", study="1.2", series="1.3", patient_name="Doe^J")
    make_instance(tmp_path / "in" / "b.dcm", study="1.2", series="1.3", patient_name="Doe^J")
    (tmp_path / "out").mkdir()
    unneeded = (
        "pydicom", "pynetdicom", "numpy", "PySide6", "wakepy", "gantry.receiver.server",
        "gantry.store.presets",
    )  # fmt: skip
    out = python(_SEND, tmp_path / "in", tmp_path / "out", *unneeded, home=tmp_path / "home").stdout
    assert out.splitlines()[-1] == "imported:"


def test_an_unsigned_preset_waits_for_neither_cryptography_nor_pydicom(tmp_path: Path) -> None:
    python(_PRESET, home=tmp_path)


def test_pydicom_is_quiet_though_it_comes_late(tmp_path: Path) -> None:
    path = make_instance(tmp_path / "x.dcm", study="1.2", series="1.3")
    ran = python(_SCAN, path, home=tmp_path)
    assert not any(canary in ran.stdout + ran.stderr for canary in CANARIES)


def test_the_character_sets_known_here_are_pydicoms() -> None:
    assert set(python_encoding) == CHARACTER_SETS


def test_threads_that_need_pydicom_at_once_get_it_whole(tmp_path: Path) -> None:
    """Each of these files begins with another of pydicom's modules."""
    folder = Path(pydicom.data.__file__).parent
    names = [
        "charset_files/chrRuss.dcm", "test_files/image_dfl.dcm",
        "test_files/no_meta_group_length.dcm",
        "test_files/priv_SQ.dcm", "charset_files/chrArab.dcm", "charset_files/chrH31.dcm",
        "test_files/ExplVR_BigEndNoMeta.dcm", "charset_files/chrX1.dcm",
    ]  # fmt: skip
    python(_AT_ONCE, *(folder / name for name in names), home=tmp_path)
