"""`send` and `end-to-end`: to one real nginx, which takes the body to its end and answers 201."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import data as bench_data
import numpy as np
from harness import Row, running, watched

from gantry.engine.parcel import Archive
from gantry.engine.transfer.kinds.form import FormDestination
from support.nginx import PROGRAM, nginx
from support.shipments import shipment_of

ARCHIVE = 500 * 10**6
STUDIES, STUDY = 10, 10**8
# The request continues without its body once nginx has all of it, in a file as always.
TAKING = """
client_max_body_size 0;
location /in {
  proxy_pass http://127.0.0.1:$server_port/done;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
}
location /done { return 201 "stored"; }
"""


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows that need nginx and curl."""
    if not (PROGRAM and shutil.which("curl")):
        return []

    @cache
    def url() -> str:
        return running(nginx(scratch / "nginx", 1, extra=TAKING)).url + "/in"

    found = [_send(scratch, url)]
    if shutil.which("pigz"):
        found.append(_end_to_end(data, scratch, url))
    return found


def _send(scratch: Path, url: Callable[[], str]) -> Row:
    """One archive as a form, hashed on its way, against `curl -T`."""

    @cache
    def archive() -> Archive:
        path = scratch / "archive.tar.gz"
        if not path.exists():
            path.write_bytes(np.random.default_rng(5).bytes(ARCHIVE))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Archive("01JTESTPARCEL0000000000000", path, path.stat().st_size, digest, "", ())

    def ours() -> None:
        with closing(FormDestination(url())) as destination:
            assert destination.send(shipment_of(archive())).status == 201

    def peer() -> None:
        _curl(archive().path, url())

    def before() -> None:
        archive()
        url()

    return Row("send", ours, peer, 0.9, rounds=9, before=before)


def _end_to_end(data: Path | None, scratch: Path, url: Callable[[], str]) -> Row:
    """1 GB in ten studies: `gantry-cli send` against what an expert types."""

    def folder() -> Path:
        return bench_data.studies(data, scratch, STUDIES, STUDY)

    home, out = scratch / "home", scratch / "expert"

    def before() -> None:
        folder()
        url()
        shutil.rmtree(home, ignore_errors=True)
        out.mkdir(exist_ok=True)

    def ours() -> None:
        command = [sys.executable, "-m", "gantry.cli", "send", str(folder()), "--to", url()]
        environment = {**os.environ, "GANTRY_HOME": str(home)}
        watched(command, environment)

    def peer() -> None:
        line = (
            'set -eo pipefail; for study in "$1"/*/; do'
            ' tar c -C "$study" . | pigz -1 > "$2/x.tar.gz"; pigz -t "$2/x.tar.gz";'
            ' curl -sfS -T "$2/x.tar.gz" "$3" > /dev/null; done'
        )
        subprocess.run(["bash", "-c", line, "bash", str(folder()), str(out), url()], check=True)

    return Row("end-to-end", ours, peer, 1.6, rounds=3, before=before)


def _curl(path: Path, url: str) -> None:
    subprocess.run(["curl", "-sfS", "-T", str(path), "-o", os.devnull, url], check=True)
