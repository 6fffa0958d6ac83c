"""A SIMULATOR of XNAT's import service and prearchive, because no XNAT runs here.

It does what XNAT's published sources say (GradualDicomImporter, TemplatizedDicomFileNamer,
PrearcSessionResourceFiles and their like): all files of one study go into one session of the
prearchive, each under a name made of its UIDs, over what has that name; a session that was locked
(being archived) gets a successor. It is no proof that a live XNAT agrees.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
import threading
from collections.abc import Callable
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
Files = dict[str, tuple[str, bytes]]  # a SOP Instance UID -> its file's name and bytes


def java_hash(text: str) -> int:
    """`String.hashCode()`, unsigned."""
    value = 0
    for char in text:
        value = (31 * value + ord(char)) & 0xFFFFFFFF
    return value


def default_name(ds: pydicom.Dataset) -> str:
    """`${StudyInstanceUID}-${SeriesNumber}-${InstanceNumber}-${HashSOPClassUIDWithSOPInstanceUID}`:
    the hash is Java's of the list of the two."""
    value = (31 + java_hash(str(ds.SOPClassUID))) & 0xFFFFFFFF
    value = (31 * value + java_hash(str(ds.SOPInstanceUID))) & 0xFFFFFFFF
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    series, number = ds.get("SeriesNumber"), ds.get("InstanceNumber")  # a structure set has none
    return f"{ds.StudyInstanceUID}-{series or ''}-{number or ''}-{digits}.dcm"


def uid_name(ds: pydicom.Dataset) -> str:
    """`${SOPInstanceUID}`, as a site may set it."""
    return f"{ds.SOPInstanceUID}.dcm"


def opaque_name(ds: pydicom.Dataset) -> str:
    """`${SeriesNumber}-${InstanceNumber}`: a name from which no UID can be told."""
    return f"{ds.SeriesNumber}-{ds.InstanceNumber}.dcm"


class Session(dict[str, Files]):
    """One session of the prearchive, or one experiment of the archive: its scans' files."""

    def __init__(self, study: str) -> None:
        super().__init__()
        self.study, self.status = study, "READY"
        self.built: dict[str, list[str]] = {}  # what was listed when it was last built

    def build(self) -> None:
        """Lists again what is there."""
        self.built = {scan: list(files) for scan, files in self.items()}

    def put(self, scan: str, name: str, uid: str, data: bytes) -> None:
        """Keeps a file over what has its name."""
        files = self.setdefault(scan, {})
        for other in [u for u, (known, _) in files.items() if known == name]:
            del files[other]
        files[uid] = (name, data)


class XnatContract:
    """Attributes:
    sessions: of the prearchive, by (project, timestamp, label).
    archived: experiments by their path.
    lose_answers: this many imports are done and then not answered.
    hide_lists: lists are answered with 403, as for a user who may only upload.
    is_slow: sessions are not built after an import: lists are old ones, the status RECEIVING.
    drop: UIDs that are skipped silently, as a series import filter does."""

    def __init__(
        self,
        project: str = "STROKE",
        *,
        name: Callable[[pydicom.Dataset], str] = default_name,
    ) -> None:
        self.project, self._name = project, name
        self.sessions: dict[tuple[str, str, str], Session] = {}
        self.archived: dict[str, Session] = {}
        self.lose_answers = self.imports = 0
        self.last_query: dict[str, str] = {}
        self.hide_lists = self.is_slow = False
        self.drop: set[str] = set()
        self.agents: list[str] = []
        self._lock = threading.Lock()
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
        self._thread.join(60)

    def stored(self) -> list[tuple[str, bytes]]:
        """SOP Instance UID and bytes of every file, wherever it is."""
        with self._lock:
            places = [*self.sessions.values(), *self.archived.values()]
            return [
                (uid, data)
                for session in places
                for files in session.values()
                for uid, (_, data) in files.items()
            ]

    def stored_uids(self) -> list[str]:
        """Every SOP Instance UID, once for each file that has it."""
        return [uid for uid, _ in self.stored()]

    def stored_files(self, uid: str) -> list[bytes]:
        """The files of this SOP Instance UID."""
        return [data for found, data in self.stored() if found == uid]

    def get(self, request: BaseHTTPRequestHandler) -> None:
        if not self._is_known(request):
            return
        path = [unquote(p) for p in urlsplit(request.path).path.strip("/").split("/")]
        if path == ["data", "projects", self.project]:
            return self._rows(request, [{"ID": self.project}])
        if self.hide_lists:
            return self._say(request, 403, b"not yours")
        if path == ["data", "prearchive", "projects", self.project]:
            with self._lock:
                rows = [
                    {"tag": s.study, "status": s.status, "project": k[0], "timestamp": k[1],
                     "folderName": k[2], "name": k[2], "url": f"/prearchive/projects/{'/'.join(k)}"}
                    for k, s in self.sessions.items()
                ]  # fmt: skip
            return self._rows(request, rows)
        if path[:2] == ["data", "prearchive"]:
            session, rest = self.sessions.get((path[3], path[4], path[5])), path[6:]
        else:
            session, rest = self.archived.get("/" + "/".join(path[1:8])), path[8:]
        if session is not None:
            return self._session(request, session, rest)
        self._say(request, 404, b"not found")

    def _session(self, request: BaseHTTPRequestHandler, session: Session, path: list[str]) -> None:
        with self._lock:
            scans = {
                scan: dict(files[uid] for uid in session.built[scan])
                for scan, files in session.items()
                if scan in session.built
            }
        if path == ["scans"]:
            return self._rows(request, [{"ID": scan, "xsiType": "mr"} for scan in scans])
        if path[:1] == ["scans"] and path[2:5] == ["resources", "DICOM", "files"]:
            files = scans.get(path[1], {})
            if path[5:] and path[5] in files:
                return self._say(request, 200, files[path[5]])
            if not path[5:]:
                at = urlsplit(request.path).path
                return self._rows(
                    request,
                    [{"Name": n, "Size": str(len(f)), "URI": f"{at}/{n}"}
                     for n, f in sorted(files.items())],
                )  # fmt: skip
        self._say(request, 404, b"not found")

    def post(self, request: BaseHTTPRequestHandler) -> None:
        self.agents.append(request.headers.get("User-Agent", ""))
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(min(length, 1 << 30))
        if not self._is_known(request) or len(body) < length:
            return None
        split = urlsplit(request.path)
        query = {k: v[0] for k, v in parse_qs(split.query).items()}
        if split.path != "/data/services/import" or query.get("import-handler") != "DICOM-zip":
            return self._say(request, 404, b"unknown importer")
        name = _NAMES.get(request.headers.get("Content-Type", ""))
        if query.get("inbody") != "true" or length < 1 or name != "upload.tar.gz":
            return self._say(request, 400, b"Unsupported format")
        found: list[tuple[pydicom.Dataset, bytes]] = []
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            for entry in tar:
                if entry.name.endswith((".zip", ".tar", ".gz")):
                    return self._say(request, 400, b"nested archive")
                file = tar.extractfile(entry)
                assert file is not None
                data = file.read()
                try:
                    ds = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
                except InvalidDicomError:
                    if query.get("Ignore-Unparsable") != "true":
                        return self._say(request, 400, b"unparsable")
                    continue
                if str(ds.SOPInstanceUID) not in self.drop:
                    found.append((ds, data))
        destination = query.get("dest", "")
        if not destination.startswith(("/archive/", f"/prearchive/projects/{self.project}")):
            return self._say(request, 403, b"no such project")
        with self._lock:
            places = self._take(destination, found)
        self.imports += 1
        self.last_query = query
        if self.lose_answers:
            self.lose_answers -= 1
            request.close_connection = True
            request.connection.close()
            return None
        if destination.startswith("/archive/"):
            request.send_response(301)
            request.send_header("Location", f"http://127.0.0.1/data{destination}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return None
        return self._say(request, 200, "".join(f"/data{p}\r\n" for p in places).encode())

    def _take(self, destination: str, found: list[tuple[pydicom.Dataset, bytes]]) -> list[str]:
        places = []
        for ds, data in found:
            study = str(ds.StudyInstanceUID)
            if destination.startswith("/archive/"):
                session, place = self.archived.setdefault(destination, Session(study)), destination
            else:
                key = next(
                    (k for k, s in self.sessions.items()
                     if s.study == study and s.status in ("READY", "RECEIVING")),
                    None,
                )  # fmt: skip
                if key is None:
                    label = str(ds.get("StudyID") or "dicom_upload")
                    key = (self.project, f"20260102_{len(self.sessions):06d}", label)
                    self.sessions[key] = Session(study)
                session, place = self.sessions[key], "/prearchive/projects/" + "/".join(key)
            places.append(place)
            session.status = "RECEIVING" if self.is_slow else "READY"
            session.put(
                str(ds.get("SeriesNumber") or ""), self._name(ds), str(ds.SOPInstanceUID), data
            )
            if not self.is_slow:
                session.build()
        return list(dict.fromkeys(places))

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
