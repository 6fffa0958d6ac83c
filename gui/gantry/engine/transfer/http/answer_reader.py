"""Reads a server's answer: bounded, unpacked, without the secrets that the server repeats."""

from __future__ import annotations

import zlib
from typing import IO

import requests

from gantry.engine.transfer.http.answer import Answer, address
from gantry.engine.transfer.http.diagnosis import CAUGHT
from gantry.engine.transfer.http.url_secrets import hidden
from gantry.engine.transfer.http.wire import Exchange

_INTO_BLOCK = 1 << 18


def read_answer(
    response: requests.Response,
    exchange: Exchange,
    *,
    limit: int,
    into: IO[bytes] | None,
    secrets: str,
) -> Answer:
    """Reads the answer's head and at most `limit` bytes of its body, or all of a 200's into a file.

    Args:
        secrets: of the URL's query; what a server repeats of them is kept and shown as stars.

    Raises:
        requests', urllib3's and the socket's errors.
    """
    body, is_whole = _read(response, limit, into)
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity").lower() in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(47)  # none was requested: gzip or zlib, whichever was sent
        try:
            body = unpack.decompress(body, limit)
            is_whole = is_whole and unpack.eof
        except zlib.error:
            is_whole = False
    if secrets:
        headers = {name: hidden(value, secrets) for name, value in headers.items()}
        body = hidden(body.decode("latin-1"), secrets).encode("latin-1")
    return Answer(
        url=address(response.url),
        status=response.status_code,
        headers=headers,
        body=body,
        whole=is_whole,
        early=exchange.early or exchange.cut is not None,
        asked=exchange.length,
        sent=exchange.sent,
    )


def _read(response: requests.Response, limit: int, into: IO[bytes] | None) -> tuple[bytes, bool]:
    """Reads the body; also returns whether it is complete.

    An error status counts even if its body broke off; a good one is then only half an answer.
    """
    body = b""
    try:
        while into is not None and response.status_code == 200:
            block = response.raw.read(_INTO_BLOCK, decode_content=False)
            if not block:
                break
            into.write(block)
        # Only the read after the last byte tells whether there should have been more.
        while len(body) <= limit and (
            block := response.raw.read(limit + 1 - len(body), decode_content=False)
        ):
            body += block
    except CAUGHT:
        if response.status_code < 400:
            raise
        return body[:limit], False
    return body[:limit], len(body) <= limit
