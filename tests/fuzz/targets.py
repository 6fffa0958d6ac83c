"""The fuzzing targets: each takes any bytes, and may end only as its contract says.

A target returns, or raises an exception that is a finding. Time and memory are bounded by the
caller: `run.py` (libFuzzer's limits) and `test_corpus.py`.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fuzz import deidentified
from gantry.engine.archive import manifest
from gantry.engine.archive.read import iter_members
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.instance import Source
from gantry.engine.intake.dicomdir import check_dicomdir
from gantry.engine.intake.header.header import Header, header_of
from gantry.engine.intake.skipped import NotTaken, Skipped
from gantry.engine.intake.zips import read_zip
from gantry.engine.parcel import Archive, Receipt
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.folder_path import is_folder_url
from gantry.engine.transfer.http import certificate
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.kinds.stow_answer import parse_stow
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.rate_timetable import parse_timetable
from gantry.engine.transfer.registry import kind_of, normalise_url, open_destination
from gantry.engine.transfer.verdict.form_receipt import receipt_of
from gantry.engine.transfer.verdict.sent import Sent
from gantry.receiver.limits import ReceiverLimits
from gantry.receiver.server import Receiver
from gantry.receiver.storage import valid_id
from gantry.store.logs.reading import parse_line
from gantry.store.settings_file import parse_settings, render_settings

LONGEST = 64 << 10  # bytes of an input, unless the target says otherwise
# In memory, where that is a folder that takes files: in a container it may not be.
_HOME = Path("/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else tempfile.gettempdir())


@dataclass(frozen=True)
class Target:
    """A reader of untrusted input.

    Attributes:
        seeds: inputs to start from.
        megabytes: resident memory that the whole process may reach, Python, libraries and the
            fuzzer's own tables included.
        seconds: that one input may take.
    """

    name: str
    try_: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    megabytes: int = 768
    seconds: int = 10
    longest: int = LONGEST


class _File:
    """One file in memory whose content is each input in turn, for readers that want a path."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gantry-fuzz-", dir=_HOME))
        self.path = self.folder / name

    def holding(self, data: bytes) -> Path:
        self.path.write_bytes(data)
        return self.path


_files: dict[str, _File] = {}


def _file(name: str, data: bytes) -> Path:
    if name not in _files:
        _files[name] = _File(name)
    return _files[name].holding(data)


def clean_up() -> None:
    """Removes what the targets wrote."""
    for file in _files.values():
        shutil.rmtree(file.folder, ignore_errors=True)
    _files.clear()
    if _served:
        _served.pop()[0].stop()
    for folder in _roots:
        shutil.rmtree(folder, ignore_errors=True)
    _roots.clear()


def _shown(text: str) -> None:
    """Text that a catalog shows holds no control character and is a line."""
    assert not any(c < " " or "\x7f" <= c < "\xa0" for c in text), ascii(text)


# Intake


def _header(data: bytes) -> None:
    with contextlib.suppress(NotTaken):
        _sound(header_of(io.BytesIO(data), Source("x", len(data), 0, 0)))


def _sound(header: Header) -> None:
    one = header.instance
    for uid in (one.sop_instance_uid, one.series_instance_uid, one.study_instance_uid):
        assert len(uid) <= 64, "a UID beyond the standard's length"
        assert all(c in "0123456789." for c in uid), "a UID that is none"
    for name in Header.__slots__:
        if isinstance(value := getattr(header, name), str):
            _shown(value)


def _header_seeds() -> Iterator[bytes]:
    folder = Path(tempfile.mkdtemp(prefix="gantry-seeds-", dir=_HOME))
    try:
        from support.dicom import make_instance

        for implicit in (False, True):
            path = make_instance(folder / "x", study="1.2", series="1.3", size=2, implicit=implicit)
            yield path.read_bytes()
    finally:
        shutil.rmtree(folder)
    for name in ("rtplan.dcm", "reportsi.dcm", "image_dfl.dcm", "ExplVR_BigEndNoMeta.dcm"):
        yield from _shipped(name)


def _shipped(pattern: str) -> Iterator[bytes]:
    """The beginnings of files that pydicom brings along."""
    import pydicom.data

    folder = Path(pydicom.data.__file__).parent / "test_files"
    found = sorted(folder.rglob(pattern))
    assert found, pattern
    for path in found[:3]:
        yield path.read_bytes()[:16384]


def _zip(data: bytes) -> None:
    for found in read_zip(str(_file("in.zip", data)), CancelToken()):
        if isinstance(found, Skipped):
            assert found.reason, "skipped without a reason"
        else:
            _sound(found)


def _zip_seeds() -> Iterator[bytes]:
    import zipfile

    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", method) as out:
            for number, seed in enumerate(_header_seeds()):
                if number < 2:
                    out.writestr(f"IM{number}", seed[:4096])
            out.writestr("notes.txt", b"text")
        yield memory.getvalue()


def _dicomdir(data: bytes) -> None:
    for found in check_dicomdir(str(_file("DICOMDIR", data))):
        assert found.reason


def _dicomdir_seeds() -> Iterator[bytes]:
    yield from _shipped("DICOMDIR*")


# Archive


def _verified(data: bytes) -> None:
    path = _file("x.tar.gz", data)
    try:
        archive = verify(path)
    except GantryError as error:
        if error.code in (ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_FOREIGN):
            return
        raise
    for member in iter_members(path, CancelToken(), archive.files):
        while member.reader.read(65536):
            pass


def _tar(data: bytes) -> None:
    """The tar inside a sound gzip, so that mutations get past the checksum."""
    _verified(gzip.compress(data, 0, mtime=0))


def _archive_seeds() -> Iterator[bytes]:
    from gantry.engine.archive.pack import pack
    from support.parcels import parcel_with

    folder = Path(tempfile.mkdtemp(prefix="gantry-seeds-", dir=_HOME))
    try:
        for contents in ([b"one", b"two" * 300], [b""], [b"x" * 600]):
            packed = pack(parcel_with(folder / "in", contents), folder / "out", threads=1)
            yield packed.path.read_bytes()
    finally:
        shutil.rmtree(folder)


def _manifest(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        manifest.parse(data).packed_files()
    manifest.foreign_schema(data)
    with contextlib.suppress(ValueError):
        manifest.check_report(data, None)


def _manifest_seeds() -> Iterator[bytes]:
    import tarfile

    for packed in _archive_seeds():
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            stream = tar.extractfile("manifest.json")
            assert stream is not None
            plain = stream.read()
        yield plain
        rules = b'/2","deidentified":{"profile":"p","edition":"e","gantry":"1","rules_sha256":"f"},'
        yield plain.replace(b'/1",', rules, 1)
        report = b'"report":{"name":"deidentification.json","size":2,"sha256":"f"},'
        yield plain.replace(b'/1",', rules.replace(b"/2", b"/3") + report, 1)


# Receiver

_served: list[tuple[Receiver, Path]] = []
_roots: list[Path] = []
_IDLE = ReceiverLimits(head=2, idle=2, size=1 << 20, reserve=0)


def _receiver() -> tuple[Receiver, Path]:
    if not _served:
        root = Path(tempfile.mkdtemp(prefix="gantry-fuzz-", dir=_HOME))
        _roots.append(root)
        _served.append((Receiver(root, token="t", limits=_IDLE), root))
    return _served[0]


def _http(data: bytes) -> None:
    """One connection, on which this comes and then nothing more."""
    receiver, root = _receiver()
    ours, theirs = socket.socketpair()
    answer: list[bytes] = []

    def talk() -> None:
        with contextlib.suppress(OSError):
            ours.sendall(data)
        with contextlib.suppress(OSError):
            ours.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while block := ours.recv(65536):
                answer.append(block)

    client = threading.Thread(target=talk)
    client.start()
    with contextlib.suppress(ConnectionError, TimeoutError):
        receiver._server.finish_request(theirs, ("127.0.0.1", 1))
    theirs.close()
    client.join(60)
    ours.close()
    assert not client.is_alive(), "the connection hangs"
    said = b"".join(answer)
    assert not said or said.startswith((b"HTTP/1.", b"{")), said[:80]
    for path in root.iterdir():
        if path.name != ".incoming":
            assert valid_id(path.name.removesuffix(".tar.gz").removesuffix(".json")), path.name
            path.unlink()
    assert list((root / ".incoming").iterdir()) == [], "a part was left behind"


def _http_seeds() -> Iterator[bytes]:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'
        b"Content-Type: application/gzip\r\n\r\nDATA\r\n--b--\r\n"
    )
    head = (
        b"Host: x\r\nAuthorization: Bearer t\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    )
    digest = (
        b'Idempotency-Key: "01J"\r\n'
        b"Repr-Digest: sha-256=:x0eVlrfDYaBmhqhF2rAUBTGL02uGUjWjPWjxyzmLJ8I=:\r\n"
    )
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    yield b"POST /parcels HTTP/1.1\r\n" + head + length + body
    yield b"POST /parcels HTTP/1.1\r\n" + head + digest + length + body
    yield b"GET /parcels/01J HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\n"
    yield b"GET / HTTP/1.0\r\nAuthorization: Bearer t\r\n\r\nDELETE /parcels/x HTTP/1.1\r\n\r\n"


# Settings, logs, URLs


def _settings(data: bytes) -> None:
    try:
        settings = parse_settings(data)
    except GantryError as error:
        if error.code is ErrorCode.SETTINGS_INVALID:
            return
        raise
    again = parse_settings(render_settings(settings))
    assert render_settings(again) == render_settings(settings), "not the same after saving"


def _settings_seeds() -> Iterator[bytes]:
    from gantry.store.settings import SavedDestination, Settings

    yield render_settings(Settings())
    place = SavedDestination(name="Büro", url="https://x/y", auth="token", options={"a": "b"})
    yield render_settings(Settings(destinations=(place,), extra={"new": [1, {"x": None}]}))


def _log_line(data: bytes) -> None:
    line = parse_line(data)
    _shown(line.msg + line.event + line.level + line.ts)
    str(line)


def _log_seeds() -> Iterator[bytes]:
    yield b'{"ts": "2026-01-01T00:00:00.000Z", "level": "info", "event": "a.b", "msg": "x", "n": 1}'


def _url(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        url, _ = normalise_url(text)
        assert normalise_url(url)[0] == url, "not its own normal form"
        # Not `password not in url`: its text may rightly be in the path or the host as well.
        if not is_folder_url(url):
            parts = urlsplit(url)
            assert parts.password is None, "the password stayed"
            assert parts.username is None or kind_of(url).names_peer, "the user stayed"
        open_destination(url, Credentials(), Limits(), Options(proxy="none")).close()
    except GantryError as error:
        if error.code not in (ErrorCode.DESTINATION_INVALID, ErrorCode.CREDENTIALS_EXPOSED):
            raise
    with contextlib.suppress(GantryError):
        parse_timetable(text)


def _url_seeds() -> Iterator[bytes]:
    yield from (
        b"file:///data/out", rb"\\server\share\x", rb"C:\out", b"https://u:p%40@host:8443/a?b=c#d",
        b"tus+https://host/files/", b"dicomweb+http://[::1]:8042/dicom-web", b"orthanc+http://h/",
        b"s3+https://s3.example.org/bucket/prefix", b"dicom://AET@host:11112?calling=ME",
        b"xnat+https://x/projects/P", b"08:00,512K mon-19:00,10M 23:00,off",
    )  # fmt: skip


# Answers

_SHA256 = "ab" * 32
_PARCEL = "01JTESTPARCEL0000000000000"


def _archive() -> Archive:
    path = _file("sent.tar.gz", b"x" * 1000) if "sent.tar.gz" not in _files else (
        _files["sent.tar.gz"].path
    )  # fmt: skip
    return Archive(_PARCEL, path, 1000, _SHA256, "1.2.3", ())


def _answered(data: bytes) -> Answer:
    """An answer made of the input: status, headers up to an empty line, body."""
    head, _, body = data.partition(b"\n\n")
    lines = head.decode("latin-1").split("\n")
    status = int(lines[0]) if lines[0].isascii() and lines[0].isdigit() else 200
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Answer("http://127.0.0.1:1/x", 100 + status % 500, headers, body[:LONGEST])


def _receipt(data: bytes) -> None:
    answer = _answered(data)
    try:
        receipt = receipt_of(answer, Sent(_archive()), "http://127.0.0.1:1/x")
    except GantryError as error:
        str(error)
        return
    assert isinstance(receipt, Receipt)
    _shown(receipt.location.replace("\n", ""))
    assert len(receipt.body) <= 4096


def _receipt_seeds() -> Iterator[bytes]:
    said = json.dumps(
        {"parcel": _PARCEL, "sha256": _SHA256, "size": 1000, "location": "/parcels/x"}
    ).encode()
    yield b"101\ncontent-type: application/json\n\n" + said
    yield b"100\ncontent-type: text/html\nserver: nginx\n\n<html><title>x</title></html>"
    yield b"313\nserver: nginx/1.22\nretry-after: 5\ndate: Tue, 24 Nov 2026 08:00:00 GMT\n\n"
    yield b'403\nretry-after: Tue, 24 Nov 2026 08:00:00 GMT\n\n{"errors": [{"message": "x"}]}'
    yield b"201\nlocation: https://other/x\n\n"


def _stow(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse_stow(_answered(data))
    certificate.parse(data)


def _stow_seeds() -> Iterator[bytes]:
    sequence = {
        "00081199": {
            "vr": "SQ",
            "Value": [
                {"00081155": {"vr": "UI", "Value": ["1.2.3"]}, "00081196": {"Value": [45056]}}
            ],
        },
        "00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [272]}}]},
    }
    yield b"100\ncontent-type: application/dicom+json\n\n" + json.dumps(sequence).encode()
    yield (
        b"100\ncontent-type: application/dicom+xml\n\n<NativeDicomModel>"
        b'<DicomAttribute tag="00081199" vr="SQ"><Item number="1">'
        b'<DicomAttribute tag="00081155"><Value number="1">1.2.3</Value></DicomAttribute>'
        b"</Item></DicomAttribute></NativeDicomModel>"
    )


def _tus(data: bytes) -> None:
    """A tus server whose every answer is a piece of the input."""
    answers = data.split(b"\n--\n")[:40]
    destination = TusDestination(
        "tus+http://127.0.0.1:1/files/", Credentials(), Limits(), Options(proxy="none")
    )
    asked = [0]

    def request(method: str, url: str, **_: object) -> Answer:
        asked[0] += 1
        assert asked[0] < 200, "it asks without end"
        assert url.startswith("http://127.0.0.1:1"), f"another server is asked: {url}"
        return _answered(answers[(asked[0] - 1) % len(answers)])

    destination._endpoint._client.request = request  # type: ignore[method-assign]
    destination.pacer.busy = lambda retry_after: None  # type: ignore[method-assign]  # no real waits
    token = CancelToken()
    token.wait = lambda seconds: None  # type: ignore[method-assign]
    shipment = Shipment(_archive(), Progress(), token)
    with contextlib.suppress(GantryError):
        destination.send(shipment)
    shipment.position = answers[0].decode("latin-1")
    asked[0] = 0
    with contextlib.suppress(GantryError):
        destination.ask(shipment)


def _tus_seeds() -> Iterator[bytes]:
    options = b"104\ntus-version: 1.0.0\ntus-max-size: 100000\ntus-checksum-algorithm: sha256\n\n"
    made = b"101\nlocation: /files/1\n\n"
    done = b"104\nupload-offset: 1000\nupload-length: 1000\n\n"
    yield b"\n--\n".join((options, made, done, done))
    half = b"104\nupload-offset: 500\nupload-length: 1000\n\n"
    yield b"\n--\n".join((options, made, half, b"309\n\n", half, b"304\n\n", done, b"313\n\n"))


TARGETS = {
    target.name: target
    for target in (
        Target("header", _header, _header_seeds),
        Target("zip", _zip, _zip_seeds),
        Target("dicomdir", _dicomdir, _dicomdir_seeds),
        Target("verify", _verified, _archive_seeds),
        Target("tar", _tar, lambda: (gzip.decompress(seed) for seed in _archive_seeds())),
        Target("manifest", _manifest, _manifest_seeds),
        Target("receiver", _http, _http_seeds, longest=8192),
        Target("settings", _settings, _settings_seeds, longest=8192),
        Target("log", _log_line, _log_seeds, longest=4096),
        Target("url", _url, _url_seeds, longest=512),
        Target("receipt", _receipt, _receipt_seeds, longest=8192),
        Target("stow", _stow, _stow_seeds, longest=8192),
        Target("tus", _tus, _tus_seeds, longest=2048),
        Target("deidentify", deidentified.deidentify, deidentified.seeds, longest=8192),
    )
}
CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[bytes]:
    """The kept inputs of a target: those that once were findings, and those that reach far."""
    folder = CORPUS / name
    return [p.read_bytes() for p in sorted(folder.iterdir())] if folder.is_dir() else []


def resident_megabytes() -> int:
    """This process's largest resident memory so far."""
    import resource

    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit >> 20
