"""`stow-rs` and `stow-c-store`: one study to one real Orthanc, by DICOMweb and by DICOM."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import data as bench_data
import requests
from harness import Row, running
from pydicom import dcmread

from gantry.engine.credentials import Credentials
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.kinds.c_store import DimseDestination
from gantry.engine.transfer.kinds.stow import StowDestination
from support.orthanc import PASSWORD, USER, Orthanc
from support.shipments import archive_of, shipment_of


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows that need Orthanc."""
    if not (shutil.which("Orthanc") or Path("/usr/sbin/Orthanc").exists()):
        return []
    study = Study(data, scratch)
    found = []
    if shutil.which("storescu"):
        found.append(
            Row("stow-c-store", study.by_c_store, study.storescu, 1.0,
                before=study.forget, check=study.whole)
        )  # fmt: skip
    found.append(
        Row("stow-rs", study.by_stow, study.dicomweb_client, 2.0,
            before=study.forget, check=study.whole)
    )  # fmt: skip
    return found


class Study:
    """One study, and the server that it goes to, empty before each run."""

    def __init__(self, data: Path | None, scratch: Path) -> None:
        self._data, self._scratch = data, scratch

    @property
    def folder(self) -> Path:
        return bench_data.mr(self._data, self._scratch)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    @cache  # noqa: B019 - as long as the bench
    def orthanc(self) -> Orthanc:
        folder = Path(tempfile.mkdtemp(prefix="orthanc-", dir=self._scratch))
        return running(Orthanc(folder))

    @cache  # noqa: B019 - as long as the bench
    def archive(self) -> Archive:
        return archive_of(self.files, self._scratch / "spool")

    def forget(self) -> None:
        """Empties the server."""
        self.archive()
        for study in self.orthanc().peer("/studies"):
            requests.delete(
                f"http://127.0.0.1:{self.orthanc().http_port}/studies/{study}",
                auth=(USER, PASSWORD),
                timeout=60,
            ).raise_for_status()

    def whole(self) -> tuple[bool, str]:
        """Whether the server has all of it after the last run."""
        count = self.orthanc().peer("/statistics")["CountInstances"]
        return count == len(self.files), f"{count} instances stored"

    def by_c_store(self) -> None:
        self._send(lambda: DimseDestination(self.orthanc().dicom_url))

    def by_stow(self) -> None:
        credentials = Credentials(USER, PASSWORD)
        self._send(lambda: StowDestination(self.orthanc().web_url, credentials))

    def _send(self, made: Callable[[], Destination]) -> None:
        with closing(made()) as destination:
            receipt = destination.send(shipment_of(self.archive()))
        assert receipt.outcome is Outcome.STORED, receipt.outcome

    def storescu(self) -> None:
        peer = ["-aec", Orthanc.aet, "127.0.0.1", str(self.orthanc().dicom_port)]
        subprocess.run(
            ["storescu", "+sd", *peer, str(self.folder)], check=True, capture_output=True
        )

    def dicomweb_client(self) -> None:
        from dicomweb_client import DICOMwebClient
        from dicomweb_client.session_utils import create_session_from_user_pass

        client = DICOMwebClient(
            f"http://127.0.0.1:{self.orthanc().http_port}/dicom-web",
            session=create_session_from_user_pass(USER, PASSWORD),
        )
        client.store_instances([dcmread(path) for path in self.files])
