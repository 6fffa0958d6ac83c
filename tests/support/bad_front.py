"""A front end that fails on every request that contains certain bytes."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CUT = 0  # in place of a status: the connection ends without an answer


class BadFront:
    """Passes everything on to `port`, but answers `status` to a body with one of `bad` in it.

    Attributes:
        refused: sizes of the bodies that were not passed on.
    """

    def __init__(self, port: int, bad: Iterable[str], status: int) -> None:
        self.refused: list[int] = []
        front, needles = self, [uid.encode() for uid in bad]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stores = self.command == "POST" and "find" not in self.path
                if stores and any(needle in body for needle in needles):
                    front.refused.append(len(body))
                    if status == CUT:
                        self.close_connection = True
                        return
                    self._answer(status, "text/plain", b"Internal Server Error")
                    return
                upstream = http.client.HTTPConnection("127.0.0.1", port)
                head = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "content-length", "connection")
                }
                upstream.request(self.command, self.path, body, head)
                answer = upstream.getresponse()
                data = answer.read()
                self._answer(answer.status, answer.getheader("Content-Type") or "", data)
                upstream.close()

            def _answer(self, code: int, kind: str, data: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> BadFront:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
