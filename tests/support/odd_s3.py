"""An S3 store that misbehaves on demand, for what moto and s3rver won't show: a mock only.

It keeps objects and the parts of uploads, checks no signature, and answers as a test tells it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Given = tuple[int, bytes, dict[str, str]]


def error(status: int, code: str, message: str = "") -> Given:
    """S3's error document."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, body.encode(), {"Content-Type": "application/xml"}


class OddS3:
    """Attributes:
    objects: by path.
    put_etag, head_etag: the ETag for these bytes, in the answer to an upload and to HEAD.
    length: HEAD's Content-Length for an object of so many bytes.
    spoil: answers a request in the store's place; gets the method and the path with its query.
    seen: (method, path with query, headers) of all requests.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parts: dict[int, bytes] = {}
        self.uploads = 0
        self.put_etag: Callable[[bytes], str] = lambda data: hashlib.md5(data).hexdigest()
        self.head_etag: Callable[[bytes], str] = lambda data: self.put_etag(data)
        self.length: Callable[[int], str] = str
        self.head_headers: dict[str, str] = {}
        self.spoil: Callable[[str, str], Given | None] = lambda method, path: None
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        state = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def go(self) -> None:
                state.answer(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = go

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"s3+http://127.0.0.1:{self._server.server_port}/bucket/in"

    def __enter__(self) -> OddS3:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, method: str) -> int:
        """How many requests of this method came."""
        return sum(1 for seen, _, _ in self.seen if seen == method)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        if len(body) < length:
            return
        self.seen.append((request.command, request.path, dict(request.headers)))
        status, data, headers = self.spoil(request.command, request.path) or self._do(request, body)
        request.send_response(status)
        headers.setdefault("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)

    def _do(self, request: BaseHTTPRequestHandler, body: bytes) -> Given:
        split = urlsplit(request.path)
        path, query = split.path, parse_qs(split.query, keep_blank_values=True)
        if request.command == "PUT" and "partNumber" in query:
            self.parts[int(query["partNumber"][0])] = body
            return 200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}
        if request.command == "PUT":
            self.objects[path] = body
            return 200, b"", {"ETag": f'"{self.put_etag(body)}"'}
        if request.command == "POST" and "uploads" in query:
            self.parts, self.uploads = {}, self.uploads + 1
            return 200, f"<I><UploadId>u{self.uploads}</UploadId></I>".encode(), {}
        if request.command == "POST":
            whole = b"".join(self.parts[n] for n in sorted(self.parts))
            self.objects[path] = whole
            return 200, f"<C><ETag>{self.put_etag(whole)}</ETag></C>".encode(), {}
        if request.command == "DELETE":
            return 204, b"", {}
        if "uploadId" in query:
            listed = "".join(
                f"<Part><PartNumber>{n}</PartNumber><ETag>{hashlib.md5(d).hexdigest()}</ETag></Part>"
                for n, d in self.parts.items()
            )
            return 200, f"<L>{listed}<IsTruncated>false</IsTruncated></L>".encode(), {}
        data = self.objects.get(path)
        if data is None:
            return error(404, "NoSuchKey")
        headers = {"ETag": f'"{self.head_etag(data)}"', **self.head_headers}
        if request.command == "HEAD":
            return 200, b"", {**headers, "Content-Length": self.length(len(data))}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        if wanted:
            return 206, data[int(wanted[1]) : int(wanted[2]) + 1], headers
        return 200, data, headers
