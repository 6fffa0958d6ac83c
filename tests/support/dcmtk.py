"""DCMTK's storescp: a C-STORE server that shares no code with pynetdicom or Orthanc."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pydicom
import pytest

from support.process import ServerProcess, free_port


def dcmtk(name: str) -> str | None:
    """The path of a program of DCMTK's; pynetdicom puts others of the same names into a venv."""
    own = Path(sys.executable).parent
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return shutil.which(name, path=os.pathsep.join(f for f in folders if Path(f) != own))


class StoreScp(ServerProcess):
    """Writes received files to `folder/received`; `options` are storescp's own."""

    aet = "STORESCP"

    def __init__(self, folder: Path, *options: str) -> None:
        program = dcmtk("storescp")
        if program is None:
            pytest.skip("NOT TESTED: DCMTK's storescp is not installed")
        port = free_port()
        self.received = folder / "received"
        self.received.mkdir(parents=True, exist_ok=True)
        command = [
            program, "--output-directory", str(self.received), "--aetitle", self.aet,
            *options, str(port),
        ]  # fmt: skip
        super().__init__(command, port, folder / "storescp.log")

    @property
    def url(self) -> str:
        return f"dicom://{self.aet}@127.0.0.1:{self.port}?calling=GANTRY"

    def stored_uids(self) -> list[str]:
        files = sorted(self.received.iterdir())
        return [str(pydicom.dcmread(f, stop_before_pixels=True).SOPInstanceUID) for f in files]

    def stored_files(self, uid: str) -> list[bytes]:
        """The files that hold this SOP Instance UID."""
        found = zip(self.stored_uids(), sorted(self.received.iterdir()), strict=True)
        return [path.read_bytes() for stored, path in found if stored == uid]
