"""Extracts a stored instance from a server's answer (WADO-RS, DICOM PS3.18 §10.4)."""

from __future__ import annotations

import re
from typing import IO

from gantry.engine.transfer.http.answer import Answer

_BLOCK = 1 << 18
_EDGE = 8192  # a part's head, and what follows its end, are shorter than this
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)


def file_of(answer: Answer, body: IO[bytes], into: IO[bytes]) -> bool:
    """Copies the first DICOM file in an answer's body into a file; returns whether there is one."""
    kind = answer.headers.get("content-type", "")
    start, end = 0, body.seek(0, 2)
    if "multipart/" in kind.lower():
        found = _BOUNDARY.search(kind)
        if found is None:
            return False
        mark = b"--" + (found.group(1) or found.group(2)).encode("latin-1", "replace")
        body.seek(0)
        head = body.read(_EDGE)
        at = head.find(mark)
        start = head.find(b"\r\n\r\n", at) + 4
        if at < 0 or start < 4:
            return False
        tail_at = max(start, end - _EDGE)
        body.seek(tail_at)
        tail = body.read()
        last = tail.find(b"\r\n" + mark)
        if last < 0:
            return False
        end = tail_at + last
    body.seek(start)
    left = end - start
    while left > 0 and (block := body.read(min(_BLOCK, left))):
        into.write(block)
        left -= len(block)
    return into.tell() > 0
