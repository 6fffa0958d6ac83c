"""What XNAT's import service is known to do, by its sources and API pages: no XNAT runs here.

A recorded contract, not an XNAT: it refuses what SecureResource and RequestUtil refuse, reads the
tar.gz as DicomZipImporter does, and lists the prearchive. It is no proof that a live XNAT agrees.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pydicom
from pydicom.errors import InvalidDicomError

USER, PASSWORD = "uploader", "geheim"
# RequestUtil: the in-body file's name comes from its media type, the format from the name.
_NAMES = {
    "application/zip": "upload.zip",
    "application/x-gtar": "upload.tar.gz",
    "application/x-tar": "upload.tar",
}


class XnatContract:
    """Attributes:
    sessions: prearchive sessions by (project, timestamp, label): scan -> SOP Instance UIDs.
    lose_answers: so many imports are carried out and then not answered.
    """

    def __init__(self, project: str = "STROKE") -> None:
        self.project = project
        self.sessions: dict[tuple[str, str, str], dict[str, set[str]]] = {}
        self.studies: dict[tuple[str, str, str], str] = {}
        self.archived: dict[str, set[str]] = defaultdict(set)
        self.lose_answers = 0
        self.agents: list[str] = []
        contract = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                contract.get(self)

            def do_POST(self) -> None:
                contract.post(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"xnat+http://127.0.0.1:{self._server.server_port}/projects/{project}"

    def __enter__(self) -> XnatContract:
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def get(self, request: BaseHTTPRequestHandler) -> None:
        if not self._is_known(request):
            return
        path = [unquote(p) for p in urlsplit(request.path).path.strip("/").split("/")]
        if path[:3] == ["data", "prearchive", "projects"] and path[3] == self.project:
            if len(path) == 4:
                return self._rows(
                    request,
                    [
                        {"tag": self.studies[k], "status": "READY", "timestamp": k[1],
                         "folderName": k[2], "name": k[2]}
                        for k in self.sessions
                    ],
                )  # fmt: skip
            scans = self.sessions.get((path[3], path[4], path[5]))
            if scans is not None and path[6:] == ["scans"]:
                return self._rows(request, [{"ID": scan} for scan in scans])
            if scans is not None and path[-3:] == ["resources", "DICOM", "files"]:
                return self._rows(request, [{"Name": f"{u}.dcm"} for u in sorted(scans[path[7]])])
        if path == ["data", "projects", self.project]:
            return self._rows(request, [{"ID": self.project}])
        self._say(request, 404, b"not found")

    def post(self, request: BaseHTTPRequestHandler) -> None:
        self.agents.append(request.headers.get("User-Agent", ""))
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(min(length, 1 << 30))
        if not self._is_known(request):
            return None
        split = urlsplit(request.path)
        query = {k: v[0] for k, v in parse_qs(split.query).items()}
        if split.path != "/data/services/import" or query.get("import-handler") != "DICOM-zip":
            return self._say(request, 404, b"unknown importer")
        name = _NAMES.get(request.headers.get("Content-Type", ""))
        if query.get("inbody") != "true" or length < 1 or name != "upload.tar.gz":
            return self._say(request, 400, b"Unsupported format")
        scans: dict[str, set[str]] = defaultdict(set)
        study = label = ""
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            for entry in tar:
                if entry.name.endswith((".zip", ".tar", ".gz")):
                    return self._say(request, 400, b"nested archive")
                file = tar.extractfile(entry)
                assert file is not None
                try:
                    ds = pydicom.dcmread(io.BytesIO(file.read()), stop_before_pixels=True)
                except InvalidDicomError:
                    if query.get("Ignore-Unparsable") != "true":
                        return self._say(request, 400, b"unparsable")
                    continue
                study, label = str(ds.StudyInstanceUID), str(ds.get("StudyID") or "session_1")
                scans[str(ds.SeriesNumber)].add(str(ds.SOPInstanceUID))
        destination = query.get("dest", "")
        if destination.startswith("/archive/"):
            self.archived[destination] |= set().union(*scans.values())
            request.send_response(301)
            request.send_header("Location", f"http://127.0.0.1/data{destination}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return None
        if destination != f"/prearchive/projects/{self.project}":
            return self._say(request, 403, b"no such project")
        key = (self.project, f"20260102_{len(self.sessions):06d}", label)
        self.sessions[key], self.studies[key] = scans, study
        if self.lose_answers:
            self.lose_answers -= 1
            request.close_connection = True
            request.connection.close()
            return None
        return self._say(request, 200, ("/data/prearchive/projects/" + "/".join(key)).encode())

    def _is_known(self, request: BaseHTTPRequestHandler) -> bool:
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") == expected:
            return True
        self._say(request, 401, b"sign in first")
        return False

    def _rows(self, request: BaseHTTPRequestHandler, rows: list[dict[str, str]]) -> None:
        self._say(request, 200, json.dumps({"ResultSet": {"Result": rows}}).encode())

    def _say(self, request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
