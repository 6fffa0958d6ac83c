"""A real Orthanc with DICOMweb plugin, DICOM port and Basic auth; nothing outside its folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import requests

from support.process import ServerProcess, free_port

_PROGRAMS = ("Orthanc", "/usr/sbin/Orthanc")
_PLUGINS = Path("/usr/share/orthanc/plugins")
USER, PASSWORD = "radiographer", "correct horse"


class Orthanc(ServerProcess):
    """`peer` asks Orthanc's own API, with requests and nothing of Gantry."""

    aet = "ORTHANC"

    def __init__(self, folder: Path, **options: Any) -> None:
        program = next((p for p in map(shutil.which, _PROGRAMS) if p), None)
        plugin = _PLUGINS / "libOrthancDicomWeb.so"
        if program is None or not plugin.exists():
            pytest.skip("NOT TESTED: Orthanc with its DICOMweb plugin is not installed")
        self.http_port, self.dicom_port = free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "Name": "Gantry's tests",
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "storage"),
            "Plugins": [str(plugin)],
            "HttpPort": self.http_port,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "DicomServerEnabled": True,
            "DicomAet": self.aet,
            "DicomPort": self.dicom_port,
            "DicomCheckCalledAet": True,
            "HttpDescribeErrors": True,
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            **options,
        }
        config = folder / "orthanc.json"
        config.write_text(json.dumps(settings), "utf-8")
        super().__init__([program, str(config)], self.http_port, folder / "orthanc.log")

    @property
    def url(self) -> str:
        return f"orthanc+http://127.0.0.1:{self.http_port}"

    @property
    def web_url(self) -> str:
        return f"dicomweb+http://127.0.0.1:{self.http_port}/dicom-web"

    @property
    def dicom_url(self) -> str:
        return f"dicom://{self.aet}@127.0.0.1:{self.dicom_port}?calling=GANTRY"

    def peer(self, path: str) -> Any:
        answer = requests.get(
            f"http://127.0.0.1:{self.http_port}{path}", auth=(USER, PASSWORD), timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def stored_uids(self) -> list[str]:
        """Every SOP Instance UID that Orthanc holds, once per stored instance."""
        return [item["MainDicomTags"]["SOPInstanceUID"] for item in self.peer("/instances?expand")]

    def stored_file(self, sop_instance_uid: str) -> bytes:
        """The stored instance's file as Orthanc gives it back."""
        base = f"http://127.0.0.1:{self.http_port}"
        found = requests.post(
            f"{base}/tools/lookup", data=sop_instance_uid, auth=(USER, PASSWORD), timeout=30
        ).json()
        (where,) = [hit["Path"] for hit in found if hit["Type"] == "Instance"]
        answer = requests.get(f"{base}{where}/file", auth=(USER, PASSWORD), timeout=120)
        return answer.content

    def stop(self) -> None:
        """Kills it: its folder is deleted with the test, and a clean end takes three seconds."""
        self.kill()
