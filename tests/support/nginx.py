"""The real nginx in front of a server, with a configuration and a folder of its own."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.process import ServerProcess, free_port

PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""

_CONFIGURATION = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port}{tls};
    server_name localhost;
    {size}
    {extra}
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_request_buffering {buffering};
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx.

    Attributes:
        url: of its root, without a slash at the end.
    """

    process: ServerProcess
    port: int
    url: str

    def __enter__(self) -> Nginx:
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()


def nginx(
    folder: Path,
    upstream: int,
    *,
    max_body: str = "",
    certificate: Path | None = None,
    buffering: bool = True,
    extra: str = "",
) -> Nginx:
    """An nginx in front of `upstream`, to be used as a context.

    Args:
        max_body: of `client_max_body_size`; "" leaves nginx's own default, which is 1m.
        certificate: PEM with key and chain; the server then speaks TLS as `localhost`.
        extra: more directives for the server.
    """
    if not PROGRAM:
        pytest.skip("NOT TESTED: nginx is not installed (Debian: apt install nginx-light)")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    if certificate:
        extra += f" ssl_certificate {certificate}; ssl_certificate_key {certificate};"
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder,
            port=port,
            upstream=upstream,
            tls=" ssl" if certificate else "",
            size=f"client_max_body_size {max_body};" if max_body else "",
            buffering="on" if buffering else "off",
            extra=extra,
        ),
        encoding="utf-8",
    )
    command = [
        PROGRAM,
        "-e",
        str(folder / "error.log"),
        "-p",
        str(folder),
        "-c",
        str(configuration),
    ]
    process = ServerProcess(command, port, folder / "output.log")
    host = f"https://localhost:{port}" if certificate else f"http://127.0.0.1:{port}"
    return Nginx(process, port, host)


if sys.platform == "win32":
    PROGRAM = ""  # nobody runs nginx for Windows as a server
