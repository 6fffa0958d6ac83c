"""A tus server that misbehaves on demand, for what the real one won't show: a mock, and only that.

It keeps the protocol's rules (offsets, 409, Tus-Resumable) and, with `checksum`, the checksum
extension; `spoil(request, state)` may answer a PATCH in its place.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OddTus:
    """Attributes:
    data: what arrived of the current upload.
    patches: (method, offset) of each PATCH.
    report: turns the true offset into the one that is told.
    """

    def __init__(self, *, checksum: str = "") -> None:
        self.data = bytearray()
        self.length = 0
        self.metadata = ""
        self.uploads = 0
        self.patches: list[tuple[str, int]] = []
        self.checksum = checksum
        self.spoil: Callable[[int, bytes], int | None] = lambda number, body: None
        self.report: Callable[[int], str] = str
        state = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_OPTIONS(self) -> None:
                more = {"Tus-Checksum-Algorithm": state.checksum} if state.checksum else {}
                self.say(204, **{"Tus-Version": "1.0.0", **more})

            def do_HEAD(self) -> None:
                if self.path != f"/files/{state.uploads}":
                    return self.say(404)
                self.say(
                    200,
                    **{"Upload-Offset": state.report(len(state.data))},
                    **{"Upload-Length": str(state.length)},
                    **({"Upload-Metadata": state.metadata} if state.metadata else {}),
                )
                return None

            def do_PATCH(self) -> None:
                state.patch(self)

            def do_POST(self) -> None:
                if self.headers.get("X-HTTP-Method-Override") == "PATCH":
                    return state.patch(self)
                state.length, state.data = int(self.headers["Upload-Length"]), bytearray()
                state.metadata = self.headers.get("Upload-Metadata", "")
                state.uploads += 1
                self.say(201, Location=f"/files/{state.uploads}")
                return None

            def say(self, status: int, **headers: str) -> None:
                self.send_response(status)
                self.send_header("Tus-Resumable", "1.0.0")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"tus+http://127.0.0.1:{self._server.server_port}/files"

    def __enter__(self) -> OddTus:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def patch(self, request: BaseHTTPRequestHandler) -> None:
        say: Callable[..., None] = request.say  # type: ignore[attr-defined]
        offset = int(request.headers["Upload-Offset"])
        self.patches.append((request.command, offset))
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if (status := self.spoil(len(self.patches), body)) is not None:
            return say(status)
        if request.path != f"/files/{self.uploads}":
            return say(404)
        if offset != len(self.data):
            return say(409)
        if self.checksum:
            algorithm, _, digest = request.headers.get("Upload-Checksum", "").partition(" ")
            if base64.b64encode(hashlib.new(algorithm, body).digest()).decode() != digest:
                return say(460)
        self.data += body
        say(204, **{"Upload-Offset": self.report(len(self.data))})
        return None
